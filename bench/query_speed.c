/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_speed: how long queries take, in process, by class of query and by k.
 *
 *     build/query_speed INDEX QUERIES... [--class NAME]... [-k N]... [--rounds N] [--json]
 *                       [--per-query] [--total] [--exhaustive]
 *
 * QUERIES are files as `searcher batch` reads them, whose words (letters and digits) make the
 * queries of each class (bench/queries/query_set.h). Every query is asked once to warm up and then
 * `rounds` times (5), all queries in turn; its time is the median of its rounds, from the text to the
 * k best passage numbers. Times are of the wall, in microseconds, over queries with at least one hit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/queries/query_set.h"
#include "common/base/clock.h"
#include "common/base/machine.h"
#include "searcher/search.h"

#define ROUNDS_MOST 99

struct settings {
    const char *index;
    const char *files[16];
    size_t n_files;
    const struct query_class *classes[16];
    size_t n_classes;
    size_t ks[8];
    size_t n_ks;
    size_t rounds;
    bool json;
    bool per_query;
    bool total;
    bool exhaustive;
};

struct queries {
    struct query_set set;
    double *times; /* [query][round] */
    double *medians;
    bool *hit;
};

static double now(void)
{
    return 1e6 * clock_seconds();
}

static double ask(struct searcher *s, const struct search_options *options, struct span text,
                  struct search_result *result)
{
    const double start = now();
    if (search_run(s, text, options, result) != STATUS_OK)
        stop(status_message());
    return now() - start;
}

static void measure(struct searcher *s, const struct search_options *options, size_t rounds,
                    struct queries *q)
{
    struct search_result result = SEARCH_RESULT_INIT;
    q->times = calloc(q->set.n * rounds + 1, sizeof *q->times);
    q->medians = calloc(q->set.n + 1, sizeof *q->medians);
    q->hit = calloc(q->set.n + 1, sizeof *q->hit);
    if (q->times == NULL || q->medians == NULL || q->hit == NULL)
        stop("out of memory");
    for (size_t round = 0; round <= rounds; round++)
        for (size_t i = 0; i < q->set.n; i++) {
            const double time = ask(s, options, buf_span(&q->set.texts[i]), &result);
            if (round > 0)
                q->times[i * rounds + round - 1] = time;
            q->hit[i] = options->k == 0 ? result.total > 0 : result.best.n > 0;
        }
    for (size_t i = 0; i < q->set.n; i++) {
        sort_times(q->times + i * rounds, rounds);
        q->medians[i] = q->times[i * rounds + rounds / 2];
    }
    search_result_release(&result);
}

static void print(const struct settings *o, const struct query_class *c, size_t k,
                  struct queries *q)
{
    double *const sorted = calloc(q->set.n + 1, sizeof *sorted);
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; sorted != NULL && i < q->set.n; i++) {
        if (o->per_query)
            printf("%s\t%zu\t%.1f\t%.*s\n", c->name, k, q->medians[i], (int)q->set.texts[i].len,
                   (const char *)q->set.texts[i].data);
        if (!q->hit[i])
            continue;
        sum += q->medians[i];
        sorted[n++] = q->medians[i];
    }
    if (n == 0) {
        free(sorted);
        return;
    }
    sort_times(sorted, n);
    const double mean = sum / (double)n;
    const double p50 = sorted[n / 2];
    const double p95 = sorted[n * 95 / 100];
    const double p99 = sorted[n * 99 / 100];
    if (o->json)
        printf("{\"class\":\"%s\",\"k\":%zu,\"queries\":%zu,\"mean\":%.2f,\"p50\":%.2f,"
               "\"p95\":%.2f,\"p99\":%.2f,\"max\":%.2f}\n",
               c->name, k, n, mean, p50, p95, p99, sorted[n - 1]);
    else
        printf("%-12s k %5zu  %6zu queries  mean %9.1f  p50 %9.1f  p95 %9.1f  p99 %9.1f  max "
               "%9.1f us\n",
               c->name, k, n, mean, p50, p95, p99, sorted[n - 1]);
    (void)fflush(stdout);
    free(sorted);
}

static void run_class(const struct settings *o, const struct query_class *c, struct searcher *s)
{
    struct queries q = {0};
    for (size_t i = 0; i < o->n_files; i++)
        query_set_add(&q.set, c, o->files[i]);
    for (size_t i = 0; i < (c->count ? 1 : o->n_ks); i++) {
        struct search_options options = search_options_of(s);
        options.k = c->count ? 0 : o->ks[i];
        options.total = o->total || c->count;
        options.algorithm = o->exhaustive ? ALGORITHM_EXHAUSTIVE : ALGORITHM_AUTO;
        measure(s, &options, o->rounds, &q);
        print(o, c, options.k, &q);
        free(q.times);
        free(q.medians);
        free(q.hit);
    }
    query_set_release(&q.set);
}

static void take_class(struct settings *o, const char *name)
{
    const struct query_class *const c = query_class_named(name);
    if (c == NULL || o->n_classes == sizeof o->classes / sizeof *o->classes)
        stop("no such class, or too many");
    o->classes[o->n_classes++] = c;
}

static struct settings read_settings(int argc, char **argv)
{
    struct settings o = {.rounds = 5};
    for (int i = 1; i < argc; i++) {
        const bool more = i + 1 < argc;
        if (strcmp(argv[i], "--class") == 0 && more) {
            take_class(&o, argv[++i]);
        } else if (strcmp(argv[i], "-k") == 0 && more && o.n_ks < 8) {
            o.ks[o.n_ks++] = strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--rounds") == 0 && more) {
            o.rounds = strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--json") == 0) {
            o.json = true;
        } else if (strcmp(argv[i], "--per-query") == 0) {
            o.per_query = true;
        } else if (strcmp(argv[i], "--total") == 0) {
            o.total = true;
        } else if (strcmp(argv[i], "--exhaustive") == 0) {
            o.exhaustive = true;
        } else if (o.index == NULL) {
            o.index = argv[i];
        } else if (o.n_files < 16) {
            o.files[o.n_files++] = argv[i];
        }
    }
    const bool all = o.n_classes == 0;
    for (size_t i = 0; all && i < n_query_classes; i++)
        if (!query_classes[i].line)
            take_class(&o, query_classes[i].name);
    if (o.n_ks == 0) {
        o.n_ks = 4;
        memcpy(o.ks, (size_t[]){1, 10, 100, 1000}, 4 * sizeof *o.ks);
    }
    if (o.n_files == 0 || o.rounds < 1 || o.rounds > ROUNDS_MOST)
        stop("query_speed INDEX QUERIES... (see the head of bench/query_speed.c)");
    return o;
}

int main(int argc, char **argv)
{
    const struct settings o = read_settings(argc, argv);
    struct searcher *s;
    if (searcher_open(o.index, &s) != STATUS_OK)
        stop(status_message());
    if (o.json) {
        struct machine m;
        struct buf record = BUF_INIT;
        machine_describe(&m);
        machine_json(&record, &m);
        printf("%.*s\n", (int)record.len, (const char *)record.data);
        buf_release(&record);
    }
    for (size_t i = 0; i < o.n_classes; i++)
        run_class(&o, o.classes[i], s);
    searcher_close(s);
    return 0;
}
