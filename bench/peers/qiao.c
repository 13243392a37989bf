/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qiao: the driver of Qiao itself. Indexing runs the program `indexer` (QIAO_INDEXER, by default
 * build/indexer) as a person would; searching is search_run of libqiao.a, parsing included.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/peers/driver.h"
#include "searcher/search.h"
#include "searcher/show/trec_run.h"

struct qiao {
    struct searcher *searcher;
    struct search_options options;
    struct search_result result;
    enum query_class kind;
    bool count;
};

static bool complain(void)
{
    fprintf(stderr, "qiao driver: %s\n", status_message());
    return false;
}

static const char *version(void)
{
    return "working tree";
}

static const char *indexer(void)
{
    const char *const path = getenv("QIAO_INDEXER");
    return path != NULL ? path : "build/indexer";
}

/* Whether `indexer build --help` lists the option: older programs lack some. */
static bool knows(const char *option)
{
    char command[4096];
    char line[512];
    bool found = false;
    (void)snprintf(command, sizeof command, "'%s' build --help", indexer());
    FILE *const help = popen(command, "r");
    while (help != NULL && fgets(line, sizeof line, help) != NULL)
        found = found || strstr(line, option) != NULL;
    return help != NULL && pclose(help) == 0 && found;
}

/* Runs the program; its CPU time and peak memory. */
static bool run_program(char **argv, struct index_facts *facts)
{
    struct rusage usage;
    int status;
    const pid_t child = fork();
    if (child == 0) {
        (void)execv(argv[0], argv);
        fprintf(stderr, "cannot run '%s': %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
        fprintf(stderr, "'%s' failed\n", argv[0]);
        return false;
    }
    facts->cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    facts->peak_rss = 1024 * (int64_t)usage.ru_maxrss;
    return true;
}

static bool index_tsv(const struct driver_options *o, struct index_facts *facts)
{
    char threads[16];
    char memory[16];
    char *argv[24] = {NULL};
    size_t n = 0;
    const char *const fixed[] = {indexer(),
                                 "build",
                                 "--quiet",
                                 "--profile",
                                 "plain",
                                 "--passages",
                                 "whole",
                                 "--format",
                                 "tsv",
                                 "--store",
                                 o->store ? "text" : "none",
                                 "--positions",
                                 strcmp(o->postings, "positions") == 0 ? "yes" : "no"};
    if (strcmp(o->postings, "docs") == 0)
        driver_unsupported("an index without frequencies");
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        argv[n++] = (char *)(uintptr_t)fixed[i];
    (void)snprintf(threads, sizeof threads, "%u", o->threads);
    (void)snprintf(memory, sizeof memory, "%uM", o->memory);
    if (knows("--threads")) {
        argv[n++] = (char *)(uintptr_t) "--threads";
        argv[n++] = threads;
    } else if (o->threads != 1) {
        driver_unsupported("--threads");
    }
    if (knows("--memory")) {
        argv[n++] = (char *)(uintptr_t) "--memory";
        argv[n++] = memory;
    }
    if (o->reorder) {
        if (!knows("--order"))
            driver_unsupported("--reorder");
        argv[n++] = (char *)(uintptr_t) "--order";
        argv[n++] = (char *)(uintptr_t) "similar";
    }
    argv[n++] = (char *)(uintptr_t)o->directory;
    argv[n++] = (char *)(uintptr_t)o->input;
    const double start = driver_wall();
    const bool done = run_program(argv, facts);
    facts->wall = driver_wall() - start;
    return done;
}

/* Bytes by section, over all segments. */
static bool describe(const struct driver_options *o, struct index_facts *facts)
{
    struct index *index;
    if (index_open(o->directory, &index) != STATUS_OK)
        return complain();
    facts->docs = (int64_t)index->passages;
    facts->tokens = (int64_t)index->tokens;
    for (size_t i = 0; i < index->n_segments; i++) {
        const struct segment *const s = &index->segments[i];
        uint64_t sections = 0;
        for (uint32_t k = 0; k < s->header.n_sections; k++) {
            struct segment_row row;
            segment_row(s, k, &row);
            facts_part(facts, row.letters, row.length);
            sections += row.length;
        }
        facts_part(facts, "rest", s->header.file_size - sections);
    }
    index_close(index);
    return true;
}

static void *open_index(const struct driver_options *o)
{
    struct qiao *const q = calloc(1, sizeof *q);
    if (q == NULL || searcher_open(o->directory, &q->searcher) != STATUS_OK) {
        (void)complain();
        return NULL;
    }
    q->kind = o->kind;
    q->count = o->count;
    q->result = (struct search_result)SEARCH_RESULT_INIT;
    q->options = search_options_of(q->searcher);
    q->options.k = o->count ? 0 : o->k;
    q->options.total = o->count;
    q->options.k1 = 0.9f;
    q->options.b = 0.4f;
    return q;
}

/* The words as Qiao's syntax writes them: bare, +signed, or one phrase in quotes. */
static void *prepare(void *self, struct text_view text)
{
    const struct qiao *const q = self;
    const struct profile *const profile = q->searcher->index->profile;
    const struct span bytes = span_of((const uint8_t *)text.data, text.len);
    struct buf *const out = calloc(1, sizeof *out);
    struct tokenizer t;
    struct token token;
    if (out == NULL)
        return NULL;
    tokenizer_init(&t, profile->tokenize, bytes);
    if (q->kind == CLASS_PHRASE)
        buf_append_string(out, "\"");
    while (tokenizer_next(&t, &token)) {
        if (q->kind == CLASS_TERM && out->len > 0)
            break;
        buf_append_string(out, q->kind == CLASS_AND ? " +" : " ");
        buf_append(out, bytes.data + token.start, token.end - token.start);
    }
    if (q->kind == CLASS_PHRASE)
        buf_append_string(out, "\"");
    return out;
}

static bool search_for(struct qiao *q, const struct buf *text, size_t k)
{
    struct search_options options = q->options;
    options.k = k;
    options.total = k == 0;
    return search_run(q->searcher, buf_span(text), &options, &q->result) == STATUS_OK || complain();
}

static int64_t count(void *self, void *query)
{
    struct qiao *const q = self;
    return search_for(q, query, 0) ? (int64_t)q->result.total : -1;
}

static int64_t run(void *self, void *query)
{
    struct qiao *const q = self;
    if (q->count)
        return count(self, query);
    return search_for(q, query, q->options.k) ? (int64_t)q->result.best.n : -1;
}

static bool ids(void *self, void *query, FILE *out)
{
    struct qiao *const q = self;
    struct buf bytes = BUF_INIT;
    if (!search_for(q, query, q->options.k))
        return false;
    struct run_row *const rows = calloc(q->result.best.n + 1, sizeof *rows);
    if (rows == NULL || search_ids(q->searcher, &q->result, &bytes, rows) != STATUS_OK)
        return complain();
    for (size_t i = 0; i < q->result.best.n; i++)
        fprintf(out, " %.*s", (int)rows[i].id.len, (const char *)rows[i].id.data);
    free(rows);
    buf_release(&bytes);
    return true;
}

int main(int argc, char **argv)
{
    static const struct engine engine = {.name = "qiao",
                                         .version = version,
                                         .index = index_tsv,
                                         .describe = describe,
                                         .open = open_index,
                                         .prepare = prepare,
                                         .run = run,
                                         .count = count,
                                         .ids = ids};
    return driver_main(&engine, argc, argv);
}
