/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_check: whether the way that was chosen for a query ever costs more than looking at everything.
 *
 *     build/plan_check INDEX QUERIES... [--class NAME]... [-k N]... [--runs N] [--every N]
 *                      [--against LIBRARY] [--worst N] [--tsv]
 *
 * Every query is ranked in two ways, in turn, `runs` times (20) each behind one to warm up: as
 * `searcher` would, and exhaustively. Its times are the medians, in microseconds of the wall, from
 * the text to the k best passages. The rule holds for it if
 *
 *     chosen <= 1.05 exhaustive + 2 us
 *
 * Prints, for each class (bench/queries/query_set.h; `or` if none is named) and k (10): the queries,
 * the share that holds, the means, and the `worst` (10) by what they are above the rule. --tsv: every
 * query on a line instead. --every N: each N-th query alone.
 *
 * "Exhaustively" is `--algorithm exhaustive`, the program that tests compare with, which takes
 * milliseconds; or, with --against, another build of libqiao, whose chosen way is asked:
 *
 *     make build/exhaustive.so       every posting in windows, every match; SIMD, no bounds
 *     make build/same.so             the same program again: what the measurement itself errs by
 *
 * Both ways must give the same passages and scores: if not, that is said and the exit status is 1.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/queries/query_set.h"
#include "common/base/clock.h"
#include "searcher/search.h"

#define RUNS_MOST 199

/* One of the two: a library, an index opened by it, and what it found last. */
struct side {
    enum status (*open)(const char *path, struct searcher **out);
    void (*close)(struct searcher *s);
    enum status (*run)(struct searcher *s, struct span query, const struct search_options *options,
                       struct search_result *result);
    void (*release)(struct search_result *result);
    struct searcher *searcher;
    struct search_options options;
    struct search_result result;
    double times[RUNS_MOST];
    double median;
};

struct settings {
    const char *index;
    const char *files[16];
    size_t n_files;
    const struct query_class *classes[16];
    size_t n_classes;
    size_t ks[8];
    size_t n_ks;
    size_t runs;
    size_t every;
    size_t worst;
    const char *against;
    bool tsv;
};

struct outcome {
    const struct buf *text;
    double chosen;
    double other;
    double excess; /* above the rule; not above 0 where it holds */
};

static double now(void)
{
    return 1e6 * clock_seconds();
}

/* ---- the two sides ---- */

static void *function_of(void *library, const char *name)
{
    void *const function = dlsym(library, name);
    if (function == NULL)
        stop(dlerror());
    return function;
}

static void load(struct side *side, const char *path)
{
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        stop(dlerror());
    *(void **)&side->open = function_of(library, "searcher_open");
    *(void **)&side->close = function_of(library, "searcher_close");
    *(void **)&side->run = function_of(library, "search_run");
    *(void **)&side->release = function_of(library, "search_result_release");
}

static void open_side(struct side *side, const struct settings *o, bool other)
{
    side->open = searcher_open;
    side->close = searcher_close;
    side->run = search_run;
    side->release = search_result_release;
    if (other && o->against != NULL)
        load(side, o->against);
    if (side->open(o->index, &side->searcher) != STATUS_OK)
        stop("cannot open the index");
    side->options = search_options_of(side->searcher);
    side->options.total = false;
    if (other && o->against == NULL)
        side->options.algorithm = ALGORITHM_EXHAUSTIVE;
    side->result = (struct search_result)SEARCH_RESULT_INIT;
}

static double ask(struct side *side, struct span text)
{
    const double start = now();
    if (side->run(side->searcher, text, &side->options, &side->result) != STATUS_OK)
        stop("a query failed");
    return now() - start;
}

static bool same_results(const struct topk *a, const struct topk *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; i < a->n && same; i++)
        same =
            a->entries[i].score == b->entries[i].score && a->entries[i].item == b->entries[i].item;
    return same;
}

/* Fills both medians; false if the results are not the same. */
static bool measure(struct side *sides, size_t runs, struct span text)
{
    for (size_t i = 0; i < 2; i++)
        (void)ask(&sides[i], text);
    const bool same = same_results(&sides[0].result.best, &sides[1].result.best);
    for (size_t run = 0; run < runs; run++)
        for (size_t i = 0; i < 2; i++) { /* A B, B A, A B, ... */
            struct side *const side = &sides[(i + run) % 2];
            side->times[run] = ask(side, text);
        }
    for (size_t i = 0; i < 2; i++) {
        sort_times(sides[i].times, runs);
        sides[i].median = (sides[i].times[(runs - 1) / 2] + sides[i].times[runs / 2]) / 2;
    }
    return same;
}

/* ---- a class ---- */

static int compare_excess(const void *a, const void *b)
{
    const double x = ((const struct outcome *)a)->excess;
    const double y = ((const struct outcome *)b)->excess;
    return (x < y) - (x > y);
}

static void print(const struct settings *o, const struct query_class *c, size_t k,
                  struct outcome *outcomes, size_t n)
{
    double chosen = 0;
    double other = 0;
    size_t holds = 0;
    for (size_t i = 0; i < n; i++) {
        chosen += outcomes[i].chosen;
        other += outcomes[i].other;
        holds += outcomes[i].excess <= 0;
    }
    qsort(outcomes, n, sizeof *outcomes, compare_excess);
    if (!o->tsv)
        printf("%s, k %zu: holds for %zu of %zu (%.2f %%); mean %.1f us chosen, %.1f exhaustive\n",
               c->name, k, holds, n, 100 * (double)holds / (double)n, chosen / (double)n,
               other / (double)n);
    for (size_t i = 0; i < n && (o->tsv || i < o->worst); i++) {
        const struct outcome *const r = &outcomes[i];
        if (o->tsv)
            printf("%s\t%zu\t%.2f\t%.2f\t%.2f\t%.*s\n", c->name, k, r->chosen, r->other, r->excess,
                   (int)r->text->len, (const char *)r->text->data);
        else if (r->excess > 0)
            printf("  %8.1f us, exhaustive %8.1f (%.2f), %6.1f above: %.*s\n", r->chosen, r->other,
                   r->chosen / r->other, r->excess, (int)r->text->len, (const char *)r->text->data);
    }
    (void)fflush(stdout);
}

/* How many queries had different results. */
static size_t check_class(const struct settings *o, const struct query_class *c, size_t k,
                          struct side *sides)
{
    struct query_set q = {0};
    size_t n = 0;
    size_t different = 0;
    for (size_t i = 0; i < o->n_files; i++)
        query_set_add(&q, c, o->files[i]);
    struct outcome *const outcomes = calloc(q.n + 1, sizeof *outcomes);
    if (outcomes == NULL)
        stop("out of memory");
    sides[0].options.k = sides[1].options.k = k;
    for (size_t i = 0; i < q.n; i += o->every) {
        if (!measure(sides, o->runs, buf_span(&q.texts[i]))) {
            fprintf(stderr, "plan_check: other results: %.*s\n", (int)q.texts[i].len,
                    (const char *)q.texts[i].data);
            different++;
        }
        const double chosen = sides[0].median;
        const double other = sides[1].median;
        outcomes[n++] = (struct outcome){&q.texts[i], chosen, other, chosen - (1.05 * other + 2)};
    }
    if (n > 0)
        print(o, c, k, outcomes, n);
    free(outcomes);
    query_set_release(&q);
    return different;
}

/* ---- the program ---- */

static void take_class(struct settings *o, const char *name)
{
    const struct query_class *const c = query_class_named(name);
    if (c == NULL || c->count || o->n_classes == sizeof o->classes / sizeof *o->classes)
        stop("no such class, or it only counts, or too many");
    o->classes[o->n_classes++] = c;
}

/* An option that has a value; false if it is none. */
static bool take_option(struct settings *o, const char *name, const char *value)
{
    if (strcmp(name, "--class") == 0)
        take_class(o, value);
    else if (strcmp(name, "-k") == 0 && o->n_ks < sizeof o->ks / sizeof *o->ks)
        o->ks[o->n_ks++] = strtoul(value, NULL, 10);
    else if (strcmp(name, "--runs") == 0)
        o->runs = strtoul(value, NULL, 10);
    else if (strcmp(name, "--every") == 0)
        o->every = strtoul(value, NULL, 10);
    else if (strcmp(name, "--worst") == 0)
        o->worst = strtoul(value, NULL, 10);
    else if (strcmp(name, "--against") == 0)
        o->against = value;
    else
        return false;
    return true;
}

static struct settings read_settings(int argc, char **argv)
{
    struct settings o = {.runs = 20, .every = 1, .worst = 10};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--tsv") == 0)
            o.tsv = true;
        else if (argv[i][0] == '-' && i + 1 < argc && take_option(&o, argv[i], argv[i + 1]))
            i++;
        else if (o.index == NULL)
            o.index = argv[i];
        else if (o.n_files < sizeof o.files / sizeof *o.files)
            o.files[o.n_files++] = argv[i];
    }
    if (o.n_classes == 0)
        take_class(&o, "or");
    if (o.n_ks == 0)
        o.ks[o.n_ks++] = 10;
    if (o.n_files == 0 || o.runs < 1 || o.runs > RUNS_MOST || o.every < 1)
        stop("plan_check INDEX QUERIES... (see the head of bench/plan_check.c)");
    return o;
}

int main(int argc, char **argv)
{
    static struct side sides[2];
    const struct settings o = read_settings(argc, argv);
    size_t different = 0;
    for (size_t i = 0; i < 2; i++)
        open_side(&sides[i], &o, i == 1);
    for (size_t i = 0; i < o.n_classes; i++)
        for (size_t j = 0; j < o.n_ks; j++)
            different += check_class(&o, o.classes[i], o.ks[j], sides);
    for (size_t i = 0; i < 2; i++) {
        sides[i].release(&sides[i].result);
        sides[i].close(sides[i].searcher);
    }
    return different > 0;
}
