/* SPDX-License-Identifier: Apache-2.0 */
/* test_programs: asking, as people and scripts meet it: what is printed where, and with which exit
 * status the programs end. */
#include <criterion/criterion.h>
#include <json.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/file.h"
#include "common/base/utf8.h"
#include "common/segment/manifest.h"
#include "tests/cli/cli_fixture.h"
#include "tests/support/seed.h"

/* ---- help and mistakes ---- */

Test(programs, help_and_version)
{
    static const char *const asked[][4] = {
        {"indexer", "--help", NULL, "build"},        {"indexer", "-h", NULL, "build"},
        {"indexer", "build", "--help", "--profile"}, {"indexer", "--version", NULL, "indexer "},
        {"searcher", "--help", NULL, "query"},       {"searcher", "query", "--help", "--json"},
        {"searcher", "batch", "-h", "--threads"},    {"searcher", "eval", "--help", "--measure"},
        {"searcher", "--version", NULL, "searcher "}};
    struct program p = PROGRAM_INIT;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        program_run(&p, asked[i][0], asked[i][1], asked[i][2], NULL);
        cr_expect_eq(p.status, 0);
        cr_expect_eq(p.err.len, 0);
        cr_expect(holds(&p.out, asked[i][3]), "%s %s", asked[i][0], asked[i][1]);
    }
    program_release(&p);
}

Test(programs, mistakes)
{
    static const struct {
        const char *words[6];
        const char *message;
    } mistakes[] = {
        {{"searcher", "qury"}, "did you mean 'query'"},
        {{"searcher", "frobnicate"}, "unknown command"},
        {{"searcher", "--frobnicate"}, "unknown option"},
        {{"searcher", "query", "--jsn", "x"}, "did you mean '--json'"},
        {{"searcher", "query", "-z", "x"}, "unknown option '-z'"},
        {{"searcher", "query", "-k"}, "wants a value"},
        {{"searcher", "query", "-k", "many", "x"}, "whole number"},
        {{"searcher", "query", "--k1", "nan", "x"}, "wants a number"},
        {{"searcher", "query", "--json=1", "x"}, "takes no value"},
        {{"searcher", "query"}, "needs an index"},
        {{"searcher", "query", "/nowhere", "x"}, "cannot open the index '/nowhere'"},
        {{"searcher", "query", "tests", "x"}, "not a Qiao index"},
        {{"searcher", "query", "Makefile", "x"}, "'Makefile'"},
        {{"searcher", "batch", "/nowhere"}, "needs an index and a file"},
        {{"searcher", "eval", "/nowhere"}, "two files"},
        {{"searcher", "eval", "/nowhere", "/nowhere"}, "'/nowhere'"},
        {{"indexer", "biuld"}, "did you mean 'build'"},
        {{"indexer", "build", "/nowhere"}, "needs an index folder and at least one source"},
        {{"indexer", "build", "--profile", "klingon", "/nowhere", "x"}, "none of english"},
        {{"indexer", "build", "--passages", "window:0:0", "/nowhere", "x"}, "window"},
        {{"indexer", "build", "/nowhere/x", "docs"}, "cannot create"},
    };
    struct program p = PROGRAM_INIT;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const char *const *const w = mistakes[i].words;
        program_run(&p, w[0], w[1], w[2], w[3], w[4], w[5], NULL);
        check_error(&p, w[0], mistakes[i].message);
        cr_expect(holds(&p.err, mistakes[i].message), "'%s' instead of '%s'", buf_string(&p.err),
                  mistakes[i].message);
    }
    program_run(&p, "searcher", NULL);
    cr_expect(p.status == 2 && p.out.len == 0 && holds(&p.err, "usage: searcher"));
    program_release(&p);
}

Test(programs, a_simd_level_that_is_none)
{
    struct program p = PROGRAM_INIT;
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(setenv("QIAO_SIMD", "fast", 1), 0);
        program_run(&p, i == 0 ? "indexer" : "searcher", "--version", NULL);
        cr_expect_eq(p.status, 2);
        cr_expect_eq(p.out.len, 0);
        cr_expect(holds(&p.err, ": QIAO_SIMD is 'fast', not one of scalar, avx2, avx512\n"));
        cr_expect_eq(program_count_lines(&p.err, ""), 1);
        cr_assert_eq(setenv("QIAO_SIMD", "scalar", 1), 0);
        program_run(&p, i == 0 ? "indexer" : "searcher", "--version", NULL);
        cr_expect_eq(p.status, 0);
    }
    program_release(&p);
}

Test(programs, folder_that_is_no_index)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct stat s;
    build_toy(&toy);
    program_run(&p, "indexer", "build", toy.folder, path_in(&toy, "documents.jsonl"), NULL);
    check_error(&p, "indexer", "a folder of somebody's files");
    cr_expect(holds(&p.err, "is no index and not empty"), "%s", buf_string(&p.err));
    cr_expect_neq(stat(path_in(&toy, "lock"), &s), 0, "something was written there");
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- one query ---- */

Test(programs, exit_status_of_query)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    program_run(&p, "searcher", "query", toy.path, "bridge", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_eq(p.err.len, 0, "%s", buf_string(&p.err));
    cr_expect(holds(&p.out, "The long bridge"));
    program_run(&p, "searcher", "query", toy.path, "submarine", NULL);
    cr_expect_eq(p.status, 1);
    cr_expect(holds(&p.out, "nothing found"));
    program_run(&p, "searcher", "query", "--count", toy.path, "river", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_str_eq(buf_string(&p.out), "3\n");
    program_run(&p, "searcher", "query", "--format", "pdf", toy.path, "river", NULL);
    check_error(&p, "searcher", "--format pdf");
    program_release(&p);
    toy_index_remove(&toy);
}

/* Everything behind INDEX is the query, a minus too; whoever meant an option is told. */
Test(programs, options_behind_the_index_are_query)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    program_run(&p, "searcher", "query", "--format", "trec", toy.path, "river", "-ferry", NULL);
    cr_expect_eq(program_count_lines(&p.out, "Q0"), 1, "%s", buf_string(&p.out));
    cr_expect_eq(p.err.len, 0, "%s", buf_string(&p.err));
    program_run(&p, "searcher", "query", toy.path, "river", "-k", "5", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect(holds(&p.err, "options stand before INDEX"));
    cr_expect_eq(program_count_lines(&p.err, ""), 1);
    program_run(&p, "searcher", "query", toy.path, "river", "--json", NULL);
    cr_expect(holds(&p.err, "options stand before INDEX"));
    program_run(&p, "searcher", "query", toy.path, "river", "--jsonlike", NULL);
    cr_expect_eq(p.err.len, 0, "%s", buf_string(&p.err));
    program_release(&p);
    toy_index_remove(&toy);
}

Test(programs, queries_from_lines)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    p.input = span_of_string("bridge\n\nsubmarine\r\nriver -ferry");
    program_run(&p, "searcher", "query", "--format", "trec", "-k", "1", "--tag", "t", toy.path,
                NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_eq(program_count_lines(&p.out, ""), 2, "%s", buf_string(&p.out));
    cr_expect_eq(program_count_lines(&p.out, "1 Q0 "), 1); /* qids are line numbers */
    cr_expect_eq(program_count_lines(&p.out, "4 Q0 "), 1);
    p.input = span_of_string("submarine\n");
    program_run(&p, "searcher", "query", toy.path, NULL);
    cr_expect_eq(p.status, 1);
    p.input = span_of_string("");
    program_run(&p, "searcher", "query", toy.path, NULL);
    cr_expect(p.status == 1 && p.out.len == 0);
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- JSON ---- */

static const struct toy_document *document_of(const char *id)
{
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        if (strcmp(documents[i].id, id) == 0)
            return &documents[i];
    cr_assert_fail("no document '%s'", id);
    return NULL;
}

/* A hit says of its document what went in, and its text is that slice of the document's. */
static void check_hit(struct json_object *hit, int rank)
{
    static const char *const keys[] = {"rank", "score", "id",  "document", "title",   "date",
                                       "url",  "start", "end", "text",     "snippet", "highlights"};
    check_keys(hit, keys, sizeof keys / sizeof keys[0]);
    const struct toy_document *const d = document_of(json_object_get_string(get(hit, "document")));
    const int start = json_object_get_int(get(hit, "start"));
    const int end = json_object_get_int(get(hit, "end"));
    char id[64];
    (void)snprintf(id, sizeof id, "%s#1", d->id);
    cr_expect_eq(json_object_get_int(get(hit, "rank")), rank);
    cr_expect_gt(json_object_get_double(get(hit, "score")), 0);
    check_string(get(hit, "id"), id);
    check_string(get(hit, "title"), d->title);
    check_string(get(hit, "date"), d->date);
    check_string(get(hit, "url"), d->url);
    cr_assert(0 <= start && start <= end && (size_t)end <= strlen(d->text));
    struct json_object *const text = get(hit, "text");
    cr_expect_eq(json_object_get_string_len(text), end - start);
    cr_expect_eq(memcmp(json_object_get_string(text), d->text + start, (size_t)(end - start)), 0);
    const int snippet = json_object_get_string_len(get(hit, "snippet"));
    struct json_object *const highlights = get(hit, "highlights");
    for (size_t i = 0; i < json_object_array_length(highlights); i++) {
        struct json_object *const range = json_object_array_get_idx(highlights, i);
        const int from = json_object_get_int(json_object_array_get_idx(range, 0));
        const int to = json_object_get_int(json_object_array_get_idx(range, 1));
        cr_expect(0 <= from && from < to && to <= snippet);
    }
}

/* A line of the output as JSON, whole. */
static struct json_object *check_answer(const char *line, size_t len, const char *query)
{
    static const char *const keys[] = {"qid",   "query", "reading",     "total",
                                       "exact", "hits",  "alternatives"};
    struct json_tokener *const tokener = json_tokener_new();
    struct json_object *const object = json_tokener_parse_ex(tokener, line, (int)len);
    cr_assert_eq(json_tokener_get_error(tokener), json_tokener_success);
    cr_expect_eq(json_tokener_get_parse_end(tokener), len);
    json_tokener_free(tokener);
    check_keys(object, keys, sizeof keys / sizeof keys[0]);
    cr_expect_str_eq(json_object_get_string(get(object, "query")), query);
    cr_expect(json_object_get_boolean(get(object, "exact")));
    struct json_object *const hits = get(object, "hits");
    for (size_t i = 0; i < json_object_array_length(hits); i++)
        check_hit(json_object_array_get_idx(hits, i), (int)i + 1);
    return object;
}

Test(programs, json)
{
    static const char *const queries[] = {"bridge river",           "submarine",    "",
                                          "caf\xc3\xa9 \"by the\"", "tower -tower", "ferry"};
    static const int totals[] = {3, 0, 0, 1, 0, 2};
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf input = BUF_INIT;
    const size_t n = sizeof queries / sizeof queries[0];
    build_toy(&toy);
    for (size_t i = 0; i < n; i++)
        buf_printf(&input, "%s\n", queries[i]);
    p.input = buf_span(&input);
    program_run(&p, "searcher", "query", "--json", toy.path, NULL);
    cr_expect_eq(p.status, 0);
    cr_assert_eq(program_count_lines(&p.out, ""), n);
    const char *line = buf_string(&p.out);
    for (size_t i = 0; i < n; i++) {
        const size_t len = strcspn(line, "\n");
        struct json_object *const object = check_answer(line, len, queries[i]);
        cr_expect_eq(json_object_get_int(get(object, "total")), totals[i], "%s", queries[i]);
        cr_expect_eq(json_object_array_length(get(object, "hits")), (size_t)totals[i]);
        json_object_put(object);
        line += len + 1;
    }
    p.input = span_of_string("");
    program_run(&p, "searcher", "query", "--json", toy.path, "submarine", NULL);
    cr_expect_eq(p.status, 1);
    cr_expect_str_eq(buf_string(&p.out),
                     "{\"qid\":null,\"query\":\"submarine\",\"reading\":"
                     "\"submarine\",\"total\":0,\"exact\":true,\"hits\":[],\"alternatives\":[]}\n");
    buf_release(&input);
    program_release(&p);
    toy_index_remove(&toy);
}

Test(programs, json_without_stored_text)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    const struct toy_options options = {.no_text = true};
    toy_index_build(&toy, documents, 1, &options);
    program_run(&p, "searcher", "query", "--json", toy.path, "bridge", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect(holds(&p.out, "\"text\":null,\"snippet\":null,\"highlights\":null"));
    program_run(&p, "searcher", "query", toy.path, "bridge", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect(holds(&p.out, "The long bridge"));
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- batch ---- */

Test(programs, batch_takes_every_form_of_topics)
{
    static const char *const topics[] = {
        "1\tbridge river\n2\tferry\n3\tsubmarine\n",
        "bridge river\nferry\nsubmarine\n",
        "<top>\n<num> Number: 1\n<title> bridge river\n</top>\n<top><num>2</num>\n"
        "<title>ferry</title>\n</top>\n<top>\n<num> 3\n<title>submarine\n</top>\n",
        "{\"id\":1,\"text\":\"bridge river\"}\n{\"_id\":\"2\",\"query\":\"ferry\"}\n"
        "{\"qid\":\"3\",\"title\":\"submarine\"}\n",
    };
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf first = BUF_INIT;
    build_toy(&toy);
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        const char *const path = put_file(&toy, "topics", span_of_string(topics[i]));
        program_run(&p, "searcher", "batch", toy.path, path, NULL);
        cr_expect_eq(p.status, 0, "%s", buf_string(&p.err));
        cr_expect_eq(program_count_lines(&p.out, "Q0"), 5, "%s", buf_string(&p.out));
        cr_expect(holds(&p.err, "3 queries"));
        if (i == 0)
            buf_append_span(&first, buf_span(&p.out));
        cr_expect_str_eq(buf_string(&p.out), buf_string(&first), "topics %zu", i);
        p.input = span_of_string(topics[i]);
        program_run(&p, "searcher", "batch", toy.path, "-", NULL);
        cr_expect_str_eq(buf_string(&p.out), buf_string(&first), "topics %zu from stdin", i);
        p.input = span_of_string("");
    }
    buf_release(&first);
    program_release(&p);
    toy_index_remove(&toy);
}

Test(programs, batch_formats)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    char topics[512];
    (void)snprintf(topics, sizeof topics, "%s",
                   put_file(&toy, "topics", span_of_string("q 1\tferry\nq2\tsubmarine\n")));
    program_run(&p, "searcher", "batch", "--format", "msmarco", toy.path, topics, NULL);
    cr_expect_str_eq(buf_string(&p.out), "q%201\tferry#1\t1\nq%201\tbridge#1\t2\n");
    program_run(&p, "searcher", "batch", "--tag", "mine", "-k", "1", toy.path, topics, NULL);
    cr_expect_eq(strncmp(buf_string(&p.out), "q%201 Q0 ferry#1 1 ", 19), 0, "%s",
                 buf_string(&p.out));
    cr_expect(holds(&p.out, " mine\n"));
    cr_expect_eq(program_count_lines(&p.out, ""), 1);
    program_run(&p, "searcher", "batch", "--format", "json", toy.path, topics, NULL);
    cr_expect_eq(program_count_lines(&p.out, ""), 2); /* also a query without hits */
    cr_expect(holds(&p.out, "{\"qid\":\"q 1\",") && holds(&p.out, "{\"qid\":\"q2\","));
    program_run(&p, "searcher", "batch", "--documents", "max", toy.path, topics, NULL);
    cr_expect(holds(&p.out, "q%201 Q0 ferry 1 "), "%s", buf_string(&p.out));
    program_run(&p, "searcher", "batch", "--format", "text", toy.path, topics, NULL);
    check_error(&p, "searcher", "--format text");
    program_run(&p, "searcher", "batch", toy.path, "/nowhere", NULL);
    check_error(&p, "searcher", "no topics");
    program_release(&p);
    toy_index_remove(&toy);
}

/* Queries of one to three words of the toy documents, more than one chunk of them. */
static void make_topics(struct buf *out, unsigned n)
{
    static const char *const words[] = {"bridge", "river", "ferry", "tower", "long", "slow", "tea"};
    for (unsigned i = 0; i < n; i++)
        buf_printf(out, "%u\t%s %s %s\n", i, words[i % 7], words[i / 7 % 7], words[i / 49 % 7]);
}

Test(programs, threads_change_nothing)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf topics = BUF_INIT;
    struct buf first = BUF_INIT;
    static const char *const threads[] = {"1", "2", "4"};
    build_toy(&toy);
    make_topics(&topics, 1200);
    p.input = buf_span(&topics);
    for (size_t i = 0; i < 3; i++) {
        program_run(&p, "searcher", "batch", "--threads", threads[i], "--json", toy.path, "-",
                    NULL);
        cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
        if (i == 0)
            buf_append_span(&first, buf_span(&p.out));
        cr_expect(span_equal(buf_span(&p.out), buf_span(&first)), "%s threads", threads[i]);
    }
    const char *line = buf_string(&first);
    for (unsigned i = 0; i < 1200; i++) {
        unsigned qid;
        cr_assert_eq(sscanf(line, "{\"qid\":\"%u\"", &qid), 1);
        cr_assert_eq(qid, i, "answers are not in the order of the queries");
        line = strchr(line, '\n') + 1;
    }
    cr_expect_eq(*line, '\0');
    program_run(&p, "searcher", "batch", "--threads", "0", toy.path, "-", NULL);
    check_error(&p, "searcher", "no threads");
    buf_release(&topics);
    buf_release(&first);
    program_release(&p);
    toy_index_remove(&toy);
}

Test(programs, timings)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf timings = BUF_INIT;
    build_toy(&toy);
    p.input = span_of_string("a\tbridge\nb\tferry\n");
    const char *const path = path_in(&toy, "timings");
    program_run(&p, "searcher", "batch", "--timings", path, toy.path, "-", NULL);
    cr_expect_eq(p.status, 0, "%s", buf_string(&p.err));
    cr_assert_eq(file_read_all(path, &timings), STATUS_OK);
    cr_expect_eq(program_count_lines(&timings, ""), 2);
    cr_expect(strncmp(buf_string(&timings), "a\t", 2) == 0 && holds(&timings, "\nb\t"));
    buf_release(&timings);
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- outputs that end early ---- */

Test(programs, full_disk)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    p.output_path = "/dev/full";
    program_run(&p, "searcher", "query", toy.path, "bridge", NULL);
    check_error(&p, "searcher", "query");
    cr_expect(holds(&p.err, "cannot write the standard output"), "%s", buf_string(&p.err));
    program_run(&p, "searcher", "--help", NULL);
    check_error(&p, "searcher", "help");
    p.input = span_of_string("1\tbridge\n");
    program_run(&p, "searcher", "batch", toy.path, "-", NULL);
    cr_expect_eq(p.status, 2);
    cr_expect(holds(&p.err, "cannot write the standard output"), "%s", buf_string(&p.err));
    p.output_path = NULL;
    program_run(&p, "searcher", "batch", "--timings", "/dev/full", toy.path, "-", NULL);
    cr_expect_eq(p.status, 2);
    p.input = span_of_string("{broken\n");
    program_run(&p, "indexer", "build", "-q", "--format", "jsonl", "--errors", "/dev/full",
                path_in(&toy, "other"), "-", NULL);
    cr_expect_eq(p.status, 2, "an error file that cannot be written");
    program_release(&p);
    toy_index_remove(&toy);
}

/* A reader that has gone (`| head`) ends the program at once and without a word. */
Test(programs, reader_that_has_gone)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf topics = BUF_INIT;
    build_toy(&toy);
    make_topics(&topics, 3000);
    p.input = buf_span(&topics);
    p.output_most = 1;
    program_run(&p, "searcher", "batch", "--json", toy.path, "-", NULL);
    cr_expect_eq(p.status, 128 + SIGPIPE, "status %d", p.status);
    cr_expect_eq(p.err.len, 0, "%s", buf_string(&p.err));
    buf_release(&topics);
    program_release(&p);
    toy_index_remove(&toy);
}
