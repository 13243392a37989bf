/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hard_builds: documents far larger than the memory, very many very small ones, and disks that
 * fill up at any moment. `make test-large` has the same documents at full size.
 */
#include <signal.h>
#include <sys/resource.h>

#include "common/codec/text_block.h"
#include "common/segment/manifest.h"
#include "indexer/ingest.h"
#include "tests/cli/cli_fixture.h"
#include "tests/support/made_corpus.h"

static struct ingest_options options_of(unsigned threads, uint64_t memory, bool store_text)
{
    return (struct ingest_options){.corpus = CORPUS_OPTIONS_DEFAULT,
                                   .split = {.kind = SPLIT_AUTO},
                                   .profile = profile_by_name("english"),
                                   .positions = true,
                                   .store_text = store_text,
                                   .text = {TEXT_BLOCK_BYTES, TEXT_BLOCK_LEVEL},
                                   .threads = threads,
                                   .memory = memory,
                                   .format_name = "auto",
                                   .ids_name = "path"};
}

static enum status build(const struct ingest_options *options, const char *index,
                         const char *source, struct ingest_summary *summary)
{
    struct report *report;
    const char *const sources[] = {source};
    cr_assert_eq(report_new(NULL, &report), STATUS_OK);
    const enum status status = ingest_build(options, index, sources, 1, report, summary);
    report_free(report);
    return status;
}

/* ---- documents beyond the memory ---- */

#define DOCUMENT_WORDS 300000u

enum sort_of_text { ONE_WORD, DISTINCT_WORDS, NO_SPACE, SORTS };

static void put_document(struct buf *out, enum sort_of_text sort)
{
    for (uint32_t i = 0; i < DOCUMENT_WORDS; i++) {
        if (sort == DISTINCT_WORDS)
            buf_printf(out, "x%08x ", i * 2654435761u);
        else
            buf_append_string(out, sort == ONE_WORD ? "word " : "xxxxx");
    }
}

/* Words of a text without a space are cut into pieces of 255. */
static void check_words(const struct ingest_summary *s, enum sort_of_text sort)
{
    const uint64_t pieces = (DOCUMENT_WORDS * 5 + 254) / 255;
    cr_expect_eq(s->documents, 3);
    cr_expect_eq(s->tokens, (sort == NO_SPACE ? pieces : DOCUMENT_WORDS) + 2);
    const uint64_t terms = sort == DISTINCT_WORDS ? DOCUMENT_WORDS : sort == ONE_WORD ? 1 : 2;
    cr_expect_eq(s->terms, terms + 2, "%u terms", (unsigned)s->terms);
}

Test(hard_builds, a_document_larger_than_the_memory)
{
    static const uint64_t memories[] = {64 << 10, 2 << 20, UINT64_C(1) << 30};
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    for (unsigned sort = 0; sort < SORTS; sort++) {
        struct buf text = BUF_INIT;
        struct buf first = BUF_INIT;
        char source[512];
        buf_append_string(&text, "a\tbefore\nb\t");
        put_document(&text, (enum sort_of_text)sort);
        buf_append_string(&text, "\nc\tafter\n");
        (void)snprintf(source, sizeof source, "%s", put_file(&toy, "large.tsv", buf_span(&text)));
        for (unsigned i = 0; i < 6; i++) {
            struct ingest_summary summary;
            struct buf manifest = BUF_INIT;
            struct ingest_options options = options_of(1 + i / 3 * 2, memories[i % 3], true);
            cr_assert_eq(build(&options, toy.path, source, &summary), STATUS_OK, "%s",
                         status_message());
            check_words(&summary, (enum sort_of_text)sort);
            toy_index_read(&toy, MANIFEST_NAME, &manifest);
            cr_expect(i == 0 || span_equal(buf_span(&manifest), buf_span(&first)),
                      "sort %u, means %u: other bytes", sort, i);
            if (i == 0)
                buf_append_span(&first, buf_span(&manifest));
            buf_release(&manifest);
        }
        program_run(&p, "indexer", "verify", toy.path, NULL);
        cr_expect_eq(p.status, 0, "%s", buf_string(&p.err));
        program_run(&p, "searcher", "query", "--count", toy.path, "before after", NULL);
        cr_expect_str_eq(buf_string(&p.out), "2\n");
        buf_release(&text);
        buf_release(&first);
    }
    program_release(&p);
    toy_index_remove(&toy);
}

Test(hard_builds, very_many_documents_of_one_word)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf text = BUF_INIT;
    struct ingest_summary summary;
    build_toy(&toy);
    for (unsigned i = 0; i < 100000; i++)
        buf_printf(&text, "%u\tword\n", i * 7919u % 100003u);
    const char *const source = put_file(&toy, "many.tsv", buf_span(&text));
    for (unsigned i = 0; i < 2; i++) {
        struct ingest_options options = options_of(3, i == 0 ? 64 << 10 : 1 << 30, true);
        cr_assert_eq(build(&options, toy.path, source, &summary), STATUS_OK, "%s",
                     status_message());
        cr_expect(summary.documents == 100000 && summary.terms == 1 && summary.postings == 100000);
        cr_expect_eq(summary.runs > 1, i == 0);
    }
    program_run(&p, "searcher", "query", "--count", toy.path, "word", NULL);
    cr_expect_str_eq(buf_string(&p.out), "100000\n");
    buf_release(&text);
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- little memory ---- */

/* "needs a large dictionary\n" as xz, with a dictionary of 768 MiB. */
static const char large_dictionary[] =
    "\375\067\172\130\132\000\000\001\151\042\336\066\002\000\041\001\043\000\000\000\347\047"
    "\020\144\001\000\030\156\145\145\144\163\040\141\040\154\141\162\147\145\040\144\151\143"
    "\164\151\157\156\141\162\171\012\000\000\000\000\321\340\363\011\000\001\055\031\004\107"
    "\307\144\220\102\231\015\001\000\000\000\000\001\131\132";

#ifdef __SANITIZE_ADDRESS__
#define CAN_LIMIT_MEMORY false /* its shadow alone is larger */
#else
#define CAN_LIMIT_MEMORY true
#endif

/* A stream that asks for more memory than there is, with a few bytes, ends itself and not the
 * build. */
Test(hard_builds, a_dictionary_larger_than_memory)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct rlimit limit;
    build_toy(&toy);
    const struct span xz = span_of(large_dictionary, sizeof large_dictionary - 1);
    const char *const source = put_file(&toy, "a.txt.xz", xz);
    cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
    const rlim_t kept = limit.rlim_cur;
    for (int limited = 0; limited <= CAN_LIMIT_MEMORY; limited++) {
        limit.rlim_cur = limited ? 600u << 20 : kept;
        cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
        program_run(&p, "indexer", "build", "--dry-run", "--threads", "1", "none", source, "-",
                    NULL);
        limit.rlim_cur = kept;
        cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
        cr_expect_eq(p.status, limited ? 2 : 0, "%s", buf_string(&p.err));
        cr_expect_eq(strstr(buf_string(&p.err),
                            "a.txt.xz: xz data that asks for more memory than there is") != NULL,
                     limited != 0, "%s", buf_string(&p.err));
    }
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- full disks ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    (void)signal(SIGXFSZ, SIG_IGN); /* writing fails with EFBIG then, as with ENOSPC elsewhere */
}

static size_t count_files(const char *path)
{
    char command[600];
    int n = 0;
    (void)snprintf(command, sizeof command, "ls -A '%s' | wc -l", path);
    FILE *const out = popen(command, "r");
    cr_assert(out != NULL && fscanf(out, "%d", &n) == 1 && pclose(out) == 0);
    return (size_t)n;
}

/* The old index answers, and nothing lies beside it. */
static void check_old(const struct toy_index *toy, const char *what)
{
    struct program p = PROGRAM_INIT;
    program_run(&p, "searcher", "query", "--check", "--count", toy->path, "bridge", NULL);
    cr_expect_str_eq(buf_string(&p.out), "2\n", "%s: %s", what, buf_string(&p.err));
    cr_expect_eq(count_files(toy->path), 3, "%s: files are left", what);
    program_release(&p);
}

/* Every file may grow to so many bytes: the spools of one kind of build are the largest files, the
 * segment of another. */
Test(hard_builds, a_full_disk_while_runs_are_written)
{
    static const rlim_t limits[] = {0, 5000, 40000, 150000, 400000, 900000, 1500000};
    struct toy_index toy;
    char corpus[512];
    unsigned failures[2] = {0}; /* of the segment, of spools */
    build_toy(&toy);
    cr_assert_not_null(freopen("/dev/null", "w", stderr)); /* for the records that are refused */
    (void)snprintf(corpus, sizeof corpus, "%s", path_in(&toy, "corpus"));
    cr_assert(made_corpus_write(corpus, 1 << 20, 3));
    for (unsigned i = 0; i < 4 * sizeof limits / sizeof limits[0]; i++) {
        struct ingest_summary summary;
        char what[64];
        const rlim_t limit = limits[i / 4];
        const struct ingest_options options =
            options_of(1 + 2 * (i & 1), i & 2 ? 64 << 10 : 1 << 30, i % 3 == 0);
        (void)snprintf(what, sizeof what, "limit %zu, means %u", (size_t)limit, i % 4);
        limit_files(limit);
        const enum status status = build(&options, toy.path, corpus, &summary);
        limit_files(RLIM_INFINITY);
        if (status == STATUS_OK) {
            cr_assert_gt(limit, 300000, "%s", what);
            toy_index_remove(&toy);
            build_toy(&toy);
            (void)snprintf(corpus, sizeof corpus, "%s", path_in(&toy, "corpus"));
            cr_assert(made_corpus_write(corpus, 1 << 20, 3));
            continue;
        }
        failures[strstr(status_message(), "temporary file") != NULL]++;
        cr_assert_eq(status, STATUS_IO, "%s: %s", what, status_message());
        cr_assert_not_null(strstr(status_message(), "File too large"), "%s: %s", what,
                           status_message());
        check_old(&toy, what);
    }
    cr_assert(failures[0] > 3 && failures[1] > 3, "%u and %u", failures[0], failures[1]);
    toy_index_remove(&toy);
}

Test(hard_builds, a_full_disk_is_one_line)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf text = BUF_INIT;
    build_toy(&toy);
    for (unsigned i = 0; i < 60000; i++)
        buf_printf(&text, "%u\tword%u of %u\n", i, i, i % 777);
    const char *const source = put_file(&toy, "many.tsv", buf_span(&text));
    limit_files(300000);
    program_run(&p, "indexer", "build", "--memory", "64M", "--threads", "3", "--store", "none",
                toy.path, source, NULL);
    limit_files(RLIM_INFINITY);
    check_error(&p, "indexer", "a full disk");
    cr_expect(holds(&p.err, "File too large"), "%s", buf_string(&p.err));
    check_old(&toy, "a full disk");
    buf_release(&text);
    program_release(&p);
    toy_index_remove(&toy);
}
