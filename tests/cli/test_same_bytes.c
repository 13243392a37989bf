/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_same_bytes: neither the number of threads nor the memory changes a byte of an index, nor which
 * records are reported and in which order. `make test-large` does the same with the programs alone and the memory that
 * they accept; here ingest_build is given less, so that a small corpus makes many runs.
 */
#include "common/base/file.h"
#include "common/codec/text_block.h"
#include "common/segment/manifest.h"
#include "indexer/corpus/source_size.h"
#include "indexer/ingest.h"
#include "tests/cli/cli_fixture.h"
#include "tests/support/made_corpus.h"

#define CORPUS_BYTES (3u << 20)

/* A folder with a corpus, and the index that was built first. */
struct bench {
    struct toy_index toy; /* for its folder alone */
    char corpus[128];
    struct buf manifest;
    struct buf segment;
    struct buf errors;
};

static void read_index(const char *index, struct buf *manifest, struct buf *segment)
{
    char path[256];
    char name[64];
    struct manifest m;
    buf_clear(manifest);
    buf_clear(segment);
    (void)snprintf(path, sizeof path, "%s/%s", index, MANIFEST_NAME);
    cr_assert_eq(file_read_all(path, manifest), STATUS_OK, "%s", status_message());
    cr_assert_eq(manifest_decode(buf_span(manifest), &m), STATUS_OK);
    cr_assert_eq(m.n, 1);
    segment_name(m.rows[0].build_id, name);
    manifest_release(&m);
    (void)snprintf(path, sizeof path, "%s/%s", index, name);
    cr_assert_eq(file_read_all(path, segment), STATUS_OK, "%s", status_message());
}

static void open_bench(struct bench *b)
{
    build_toy(&b->toy);
    (void)snprintf(b->corpus, sizeof b->corpus, "%s/corpus", b->toy.folder);
    cr_assert(made_corpus_write(b->corpus, CORPUS_BYTES, 1), "cannot write %s", b->corpus);
    b->manifest = b->segment = b->errors = (struct buf)BUF_INIT;
}

static void close_bench(struct bench *b)
{
    buf_release(&b->manifest);
    buf_release(&b->segment);
    buf_release(&b->errors);
    toy_index_remove(&b->toy);
}

/* The index at `index` is the one that was built first; it becomes that if there is none. */
static void check_same(struct bench *b, const char *index, const char *errors, const char *what)
{
    struct buf manifest = BUF_INIT;
    struct buf segment = BUF_INIT;
    struct buf lines = BUF_INIT;
    const bool first = b->manifest.len == 0;
    read_index(index, first ? &b->manifest : &manifest, first ? &b->segment : &segment);
    cr_assert_eq(file_read_all(errors, first ? &b->errors : &lines), STATUS_OK);
    if (!first) {
        cr_assert(span_equal(buf_span(&segment), buf_span(&b->segment)), "%s: other bytes", what);
        cr_assert(span_equal(buf_span(&manifest), buf_span(&b->manifest)), "%s", what);
        cr_assert_str_eq(buf_string(&lines), buf_string(&b->errors), "%s", what);
    }
    buf_release(&manifest);
    buf_release(&segment);
    buf_release(&lines);
}

/* ---- by the library ---- */

/* What is done only grows, and never above what there is. */
static void watch(void *context, const struct ingest_progress *progress)
{
    uint64_t *const done = context;
    cr_assert(progress->source_bytes >= *done && progress->source_bytes <= done[1],
              "%llu bytes of %llu after %llu", (unsigned long long)progress->source_bytes,
              (unsigned long long)done[1], (unsigned long long)*done);
    *done = progress->source_bytes;
}

static size_t build_here(const struct bench *b, const struct ingest_options *options,
                         const char *index, const char *errors, struct report **report)
{
    struct ingest_summary summary;
    const char *const sources[] = {b->corpus};
    cr_assert_eq(report_new(errors, report), STATUS_OK);
    uint64_t done[2] = {0, source_size(sources, 1)};
    struct ingest_options watched = *options;
    watched.watch = watch;
    watched.watch_context = done;
    cr_assert_eq(ingest_build(&watched, index, sources, 1, *report, &summary), STATUS_OK, "%s",
                 status_message());
    cr_assert(options->threads > 1 || options->memory > 1 << 20 || done[0] > done[1] / 2,
              "%llu bytes of %llu were seen", (unsigned long long)done[0],
              (unsigned long long)done[1]);
    cr_assert_eq(report_finish(*report), STATUS_OK);
    return summary.runs;
}

/* `step` 1: all combinations; 3: those of the first and last. */
static void build_by_all_means(const char *profile, size_t step)
{
    static const unsigned threads[] = {1, 2, 3, 8};
    static const uint64_t memories[] = {UINT64_C(8) << 30, UINT64_C(512) << 20, UINT64_C(2) << 20,
                                        UINT64_C(64) << 10};
    struct bench b;
    char index[128];
    char errors[128];
    char what[64];
    cr_assert_not_null(freopen("/dev/null", "w", stderr)); /* for the records that are refused */
    open_bench(&b);
    (void)snprintf(index, sizeof index, "%s/made", b.toy.folder);
    (void)snprintf(errors, sizeof errors, "%s/errors", b.toy.folder);
    struct ingest_options options = {.corpus = CORPUS_OPTIONS_DEFAULT,
                                     .profile = profile_by_name(profile),
                                     .positions = true,
                                     .store_text = true,
                                     .text = {TEXT_BLOCK_BYTES, TEXT_BLOCK_LEVEL},
                                     .format_name = "auto",
                                     .ids_name = "relative"};
    options.corpus.ids = IDS_RELATIVE;
    for (size_t m = 0; m < sizeof memories / sizeof memories[0]; m += step) {
        for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t += step) {
            struct report *report;
            options.threads = threads[t];
            options.memory = memories[m];
            (void)snprintf(what, sizeof what, "%s, %u threads, %zu KB", profile, threads[t],
                           (size_t)(memories[m] >> 10));
            const size_t runs = build_here(&b, &options, index, errors, &report);
            /* Eight threads may have the whole corpus in hand before memory is looked at. */
            const size_t least = m < 2 || (m == 2 && threads[t] == 8) ? 0 : m == 2 ? 2 : 8;
            cr_assert(m < 2 ? runs == 0 : runs >= least, "%s: %zu runs", what, runs);
            cr_assert(report_count(report, REPORT_DUPLICATE) > 20 &&
                          report_count(report, REPORT_EMPTY) > 20 &&
                          report_count(report, REPORT_BAD) > 5,
                      "the corpus has too few of its sorts");
            report_free(report);
            check_same(&b, index, errors, what);
        }
    }
    close_bench(&b);
}

Test(same_bytes, by_any_threads_and_memory)
{
    build_by_all_means("english", 1);
}

Test(same_bytes, without_stop_words_by_any_threads_and_memory)
{
    build_by_all_means("anserini", 3);
}

/* ---- by the program ---- */

Test(same_bytes, by_the_options_of_the_program)
{
    static const char *const means[][2] = {
        {"1", "64M"}, {"8", "64M"}, {"3", "8G"}, {"2", "100000K"}};
    struct bench b;
    struct program p = PROGRAM_INIT;
    char index[128];
    char errors[128];
    open_bench(&b);
    (void)snprintf(index, sizeof index, "%s/made", b.toy.folder);
    (void)snprintf(errors, sizeof errors, "%s/errors", b.toy.folder);
    for (size_t i = 0; i < sizeof means / sizeof means[0]; i++) {
        program_run(&p, "indexer", "build", "-q", "--threads", means[i][0], "--memory", means[i][1],
                    "--errors", errors, index, b.corpus, NULL);
        cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
        check_same(&b, index, errors, means[i][1]);
    }
    program_run(&p, "indexer", "verify", index, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    program_run(&p, "indexer", "build", "--memory", "63M", index, b.corpus, NULL);
    check_error(&p, "indexer", "too little memory");
    program_run(&p, "indexer", "build", "--threads", "257", index, b.corpus, NULL);
    check_error(&p, "indexer", "too many threads");
    program_release(&p);
    close_bench(&b);
}
