/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate: a corpus of any size from a real one.
 *
 *     make bench && build/generate MODEL --documents N --seed S [--format tsv|jsonl] [--out FILE]
 *
 * MODEL is JSON lines or TSV (or whatever the indexer reads). Sentences of the model stay whole,
 * those of neighbouring documents are put together anew, and words that are not in the model come
 * in at the rate at which the model's vocabulary grows (bench/generate/splice.h, fresh.h). The
 * corpus goes to standard output or FILE; what the model and the result are like goes to standard
 * error. The same model, N and S give the same bytes everywhere. Without --documents only the model
 * is described.
 *
 * TSV: id<TAB>text, or id<TAB>title<TAB>text if the model has titles (--no-titles leaves them out).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/generate/generator.h"
#include "common/base/clock.h"
#include "common/base/json.h"

struct settings {
    const char *model;
    uint64_t documents;
    uint64_t seed;
    bool jsonl;
    bool titles;
    const char *out; /* NULL: standard output */
};

static int usage(void)
{
    fprintf(stderr, "usage: generate MODEL [--documents N] [--seed S] [--format tsv|jsonl]\n"
                    "                [--no-titles] [--out FILE]\n");
    return 2;
}

static bool parse_number(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

static bool parse(int argc, char **argv, struct settings *s)
{
    static const struct option options[] = {
        {"documents", required_argument, NULL, 'n'}, {"seed", required_argument, NULL, 's'},
        {"format", required_argument, NULL, 'f'},    {"no-titles", no_argument, NULL, 't'},
        {"out", required_argument, NULL, 'o'},       {0}};
    int code;
    bool good = true;
    while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (code == 'n')
            good = good && parse_number(optarg, &s->documents);
        else if (code == 's')
            good = good && parse_number(optarg, &s->seed);
        else if (code == 'f')
            good =
                good && ((s->jsonl = strcmp(optarg, "jsonl") == 0) || strcmp(optarg, "tsv") == 0);
        else if (code == 't')
            s->titles = false;
        else if (code == 'o')
            s->out = optarg;
        else
            good = false;
    }
    if (!good || optind + 1 != argc)
        return false;
    s->model = argv[optind];
    return true;
}

/* ---- output ---- */

static void put_record(struct buf *out, bool jsonl, bool titled, uint64_t number,
                       const struct generated *d)
{
    if (!jsonl) {
        buf_printf(out, "G%08llu\t", (unsigned long long)number);
        if (titled) {
            buf_append_span(out, d->title);
            buf_put_u8(out, '\t');
        }
        buf_append_span(out, d->text);
        buf_put_u8(out, '\n');
        return;
    }
    buf_printf(out, "{\"id\":\"G%08llu\"", (unsigned long long)number);
    if (titled) {
        json_key(out, "title");
        json_string(out, d->title);
    }
    json_key(out, "text");
    json_string(out, d->text);
    buf_append_string(out, "}\n");
}

static enum status write_corpus(struct generator *g, const struct settings *s, FILE *file)
{
    struct buf record = BUF_INIT;
    enum status status = STATUS_OK;
    for (uint64_t i = 1; i <= s->documents && status == STATUS_OK; i++) {
        struct generated d;
        status = generator_next(g, &d);
        if (status != STATUS_OK)
            break;
        buf_clear(&record);
        put_record(&record, s->jsonl, g->m->titled, i, &d);
        status = buf_status(&record);
        if (status == STATUS_OK && fwrite(record.data, 1, record.len, file) != record.len)
            status = fail(STATUS_IO, "cannot write the corpus: %s", strerror(errno));
    }
    buf_release(&record);
    return status;
}

static enum status generate(struct generator *g, const struct settings *s)
{
    FILE *const file = s->out == NULL ? stdout : fopen(s->out, "w");
    if (file == NULL)
        return fail(STATUS_IO, "cannot create '%s': %s", s->out, strerror(errno));
    (void)setvbuf(file, NULL, _IOFBF, 1 << 20);
    enum status status = write_corpus(g, s, file);
    if ((s->out == NULL ? fflush(file) : fclose(file)) != 0 && status == STATUS_OK)
        status = fail(STATUS_IO, "cannot write the corpus: %s", strerror(errno));
    return status;
}

/* ---- figures ---- */

#define COLUMNS 3

static void row_whole(const char *name, uint64_t a, uint64_t b, uint64_t c)
{
    fprintf(stderr, "%-36s %14llu %14llu %14llu\n", name, (unsigned long long)a,
            (unsigned long long)b, (unsigned long long)c);
}

static void row_real(const char *name, double a, double b, double c)
{
    fprintf(stderr, "%-36s %14.4f %14.4f %14.4f\n", name, a, b, c);
}

/* A row for each field of the summaries. */
static void print_figures(const struct figures_summary *const s[COLUMNS])
{
    static const char *const parts[] = {"distinct words in 1/8", "in 1/4", "in 1/2", "in all"};
#define WHOLE(name, field) row_whole(name, s[0]->field, s[1]->field, s[2]->field)
#define REAL(name, field)  row_real(name, s[0]->field, s[1]->field, s[2]->field)
    fprintf(stderr, "%-36s %14s %14s %14s\n", "", "model", "in shuffled", "result");
    fprintf(stderr, "%-36s %14s %14s %14s\n", "", "as it stands", "blocks", "");
    WHOLE("documents", documents);
    WHOLE("bytes of text", text_bytes);
    WHOLE("words", words);
    REAL("words a document, mean", mean_len);
    WHOLE("words a document, median", median_len);
    WHOLE("words a document, 95th percentile", p95_len);
    WHOLE("words a document, most", longest);
    for (int i = 0; i < 4; i++)
        WHOLE(parts[i], distinct[i]);
    REAL("Heaps' beta", heaps_beta);
    REAL("words that occur once, share", hapax_share);
    REAL("mean tf of mid-frequency words", mid_tf);
    REAL("repeats within a document, share", repeats);
    REAL("common words, neighbours (Jaccard)", near_jaccard);
    REAL("common words, others (Jaccard)", far_jaccard);
    REAL("documents with an earlier text", twins);
#undef WHOLE
#undef REAL
}

static enum status run(const struct settings *s, struct model *m, struct generator *g)
{
    const double start = clock_seconds();
    struct figures_summary result = {0};
    TRY(model_read(s->model, s->titles, m));
    TRY(generator_init(g, m, s->seed, s->documents));
    const double ready = clock_seconds();
    const double worked = clock_process_seconds();
    fprintf(stderr, "model read in %.1f s, %llu records left out\n", ready - start,
            (unsigned long long)m->skipped);
    if (s->documents > 0) {
        TRY(generate(g, s));
        const double took = clock_seconds() - ready;
        const double cpu = clock_process_seconds() - worked;
        TRY(figures_finish(&g->figures, &result));
        const double megabytes = (double)result.text_bytes / 1e6;
        fprintf(stderr, "%.1f MB of text in %.1f s (%.0f MB/s, %.0f a processor second)\n",
                megabytes, took, megabytes / took, megabytes / cpu);
    }
    const struct figures_summary *const columns[COLUMNS] = {&g->model, &g->shuffled, &result};
    print_figures(columns);
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    struct settings s = {.seed = 1, .titles = true};
    struct model m = {.text = BUF_INIT};
    struct generator g = {.m = NULL};
    if (!parse(argc, argv, &s))
        return usage();
    const enum status status = run(&s, &m, &g);
    if (status != STATUS_OK)
        fprintf(stderr, "generate: %s\n", status_message());
    generator_release(&g);
    model_release(&m);
    return status == STATUS_OK ? 0 : 2;
}
