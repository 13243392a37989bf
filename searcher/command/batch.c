/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: queries in chunks over threads, answers in the order of the file.
 *
 * Each thread has its own searcher, so that nothing is shared but the counter of the next query. A
 * chunk is answered, then written, so that memory does not grow with the file.
 */
#include "searcher/command/batch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "searcher/command/answer.h"
#include "searcher/command/ask.h"
#include "searcher/topics/read_topics.h"

#define CHUNK_QUERIES 512u
#define THREADS_MOST  256u

struct settings {
    struct ask_settings ask;
    const char *format;
    const char *tag;
    const char *timings;
    uint32_t threads;
    bool json;
    bool syntax;
};

static const struct cli_option options[] = {
    ASK_OPTIONS(struct settings, ask),
    {"syntax", 0, CLI_FLAG, offsetof(struct settings, syntax), NULL,
     "read operators also under the profile anserini, where queries are literal"},
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL, "the same as --format json"},
    {"format", 0, CLI_STRING, offsetof(struct settings, format), "NAME",
     "trec, msmarco or json (trec)"},
    {"tag", 0, CLI_STRING, offsetof(struct settings, tag), "NAME",
     "last column of a TREC run (qiao)"},
    {"threads", 0, CLI_U32, offsetof(struct settings, threads), "N", "queries at a time (1)"},
    {"timings", 0, CLI_STRING, offsetof(struct settings, timings), "FILE",
     "write qid, a tab and microseconds for every query"},
    {.type = CLI_END}};

struct batch {
    const struct topics *topics;
    struct search_options options;
    struct answer_style style;
    double *microseconds; /* by query */
    size_t chunk_start;
    size_t chunk_end;
    struct buf answers[CHUNK_QUERIES];
    atomic_size_t next;
};

struct worker {
    struct batch *batch;
    struct searcher *searcher;
    struct search_result result;
    enum status status;
    char message[512]; /* of the failure: messages belong to threads */
};

static enum status answer_one(struct worker *w, size_t i)
{
    struct batch *const b = w->batch;
    const struct topic *const t = &b->topics->topics[i];
    struct buf *const out = &b->answers[i - b->chunk_start];
    buf_clear(out);
    TRY(search_run(w->searcher, t->text, &b->options, &w->result));
    b->microseconds[i] = w->result.microseconds;
    return answer_append(w->searcher, &b->options, &w->result, t->qid, t->text, &b->style, out);
}

static void *work(void *context)
{
    struct worker *const w = context;
    while (w->status == STATUS_OK) {
        const size_t i = atomic_fetch_add(&w->batch->next, 1);
        if (i >= w->batch->chunk_end)
            break;
        w->status = answer_one(w, i);
    }
    if (w->status != STATUS_OK)
        (void)snprintf(w->message, sizeof w->message, "%s", status_message());
    return NULL;
}

/* Lets all workers answer the chunk; the first of them is this thread. */
static enum status answer_chunk(struct batch *b, struct worker *workers, size_t n_workers)
{
    pthread_t threads[THREADS_MOST];
    size_t started = 1;
    atomic_store(&b->next, b->chunk_start);
    while (started < n_workers &&
           pthread_create(&threads[started], NULL, work, &workers[started]) == 0)
        started++; /* with fewer threads than asked for, those that run do the work */
    (void)work(&workers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    for (size_t i = 0; i < started; i++)
        if (workers[i].status != STATUS_OK)
            return fail(workers[i].status, "%s", workers[i].message);
    return STATUS_OK;
}

static enum status answer_all(struct batch *b, struct worker *workers, size_t n_workers)
{
    for (size_t start = 0; start < b->topics->count; start = b->chunk_end) {
        const size_t left = b->topics->count - start;
        b->chunk_start = start;
        b->chunk_end = start + (left < CHUNK_QUERIES ? left : CHUNK_QUERIES);
        TRY(answer_chunk(b, workers, n_workers));
        for (size_t i = b->chunk_start; i < b->chunk_end; i++)
            cli_print(buf_span(&b->answers[i - b->chunk_start]));
    }
    return STATUS_OK;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum status write_timings(const struct batch *b, const char *path)
{
    FILE *const file = fopen(path, "w");
    if (file == NULL)
        return fail(STATUS_IO, "cannot create '%s'", path);
    for (size_t i = 0; i < b->topics->count; i++) {
        const struct span qid = b->topics->topics[i].qid;
        (void)fprintf(file, "%.*s\t%.1f\n", (int)qid.len, (const char *)qid.data,
                      b->microseconds[i]);
    }
    const bool failed = ferror(file) != 0;
    return fclose(file) != 0 || failed ? fail(STATUS_IO, "cannot write '%s'", path) : STATUS_OK;
}

/* queries, queries/s, mean and percentiles of the searches themselves. Sorts the times. */
static void print_closing_line(struct batch *b, double seconds)
{
    const size_t n = b->topics->count;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += b->microseconds[i];
    qsort(b->microseconds, n, sizeof *b->microseconds, compare_doubles);
    const double *const sorted = b->microseconds;
    cli_note("%zu queries, %.0f queries/s, mean %.0f us, p50 %.0f, p95 %.0f, p99 %.0f", n,
             seconds > 0 ? (double)n / seconds : 0.0, n > 0 ? sum / (double)n : 0.0,
             n > 0 ? sorted[n / 2] : 0.0, n > 0 ? sorted[n * 95 / 100] : 0.0,
             n > 0 ? sorted[n * 99 / 100] : 0.0);
}

static enum status interpret(const struct settings *s, const struct searcher *searcher,
                             struct batch *b)
{
    b->style = (struct answer_style){.tag = s->tag};
    TRY(answer_form_by_name(s->json ? "json" : s->format, &b->style.form));
    if (b->style.form == ANSWER_TEXT)
        return fail(STATUS_USAGE, "--format: batch writes trec, msmarco or json");
    TRY(ask_interpret(&s->ask, searcher, 1000, &b->options));
    b->options.total = b->style.form == ANSWER_JSON; /* a run has no place for it */
    /* Anserini's own batch search takes a topic as a bag of words, quotes and all. */
    if (searcher->index->profile->ties_by_id && !s->syntax)
        b->options.syntax = QUERY_LITERAL;
    return STATUS_OK;
}

static enum status run_batch(const struct settings *s, const char *index, struct batch *b,
                             struct worker *workers, size_t n_workers)
{
    for (size_t i = 0; i < n_workers; i++) {
        workers[i] = (struct worker){.batch = b, .result = SEARCH_RESULT_INIT};
        if (i == 0)
            TRY(ask_open(index, &s->ask, &workers[i].searcher));
        else
            TRY(searcher_open(index, &workers[i].searcher));
    }
    TRY(interpret(s, workers[0].searcher, b));
    b->microseconds = calloc(b->topics->count + 1, sizeof *b->microseconds);
    if (b->microseconds == NULL)
        return fail_no_memory();
    struct timespec start;
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    TRY(answer_all(b, workers, n_workers));
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    if (s->timings != NULL)
        TRY(write_timings(b, s->timings));
    print_closing_line(b, (double)(end.tv_sec - start.tv_sec) +
                              1e-9 * (double)(end.tv_nsec - start.tv_nsec));
    return STATUS_OK;
}

static enum status run_file(const struct settings *s, const char *index, const char *file)
{
    const size_t n_workers = s->threads;
    struct topics *topics;
    TRY(topics_read(file, &topics));
    struct batch *const b = calloc(1, sizeof *b);
    struct worker *const workers = calloc(n_workers, sizeof *workers);
    enum status status = b == NULL || workers == NULL ? fail_no_memory() : STATUS_OK;
    if (status == STATUS_OK) {
        b->topics = topics;
        status = run_batch(s, index, b, workers, n_workers);
        free(b->microseconds);
        for (size_t i = 0; i < CHUNK_QUERIES; i++)
            buf_release(&b->answers[i]);
    }
    for (size_t i = 0; workers != NULL && i < n_workers; i++) {
        search_result_release(&workers[i].result);
        searcher_close(workers[i].searcher);
    }
    free(workers);
    free(b);
    topics_free(topics);
    return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings s = {.ask = ASK_SETTINGS_INIT, .format = "trec", .tag = "qiao", .threads = 1};
    int first;
    enum status status = cli_parse(command, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first != 2)
        status = fail(STATUS_USAGE, "batch needs an index and a file of queries "
                                    "(try 'searcher batch --help')");
    if (status == STATUS_OK && (s.threads < 1 || s.threads > THREADS_MOST))
        status = fail(STATUS_USAGE, "--threads is from 1 to %u", THREADS_MOST);
    if (status == STATUS_OK)
        status = run_file(&s, argv[first], argv[first + 1]);
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command batch_command = {
    "batch",
    "[opts] INDEX FILE",
    "answer a file of queries as a TREC run",
    "FILE: TSV (qid, tab, text), one query a line, TREC topics or JSON lines; - is standard "
    "input.\n"
    "Under the profile anserini queries are literal, as in Anserini, and equal scores stand by "
    "id.\n"
    "Printed scores fall strictly, equal ones by steps of 0.000001, so that an evaluation keeps "
    "the order.",
    options,
    run};
