/* SPDX-License-Identifier: Apache-2.0 */
/* test_order: `--order similar` from outside: what is found stays the same, the bytes depend on neither
 * threads nor memory, and what does not fit leaves the old index alone. */
#include <dirent.h>

#include "indexer/order/forward.h"
#include "tests/cli/cli_fixture.h"
#include "tests/indexer/order_fixture.h"

/* ---- lines ---- */

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the lines of `b`, which are replaced. */
static void sort_lines(struct buf *b)
{
    const size_t n = program_count_lines(b, "");
    char **const lines = malloc((n + 1) * sizeof *lines);
    struct buf sorted = BUF_INIT;
    size_t i = 0;
    cr_assert_not_null(lines);
    buf_put_u8(b, '\0');
    for (char *line = strtok((char *)b->data, "\n"); line != NULL && i < n;
         line = strtok(NULL, "\n"))
        lines[i++] = line;
    qsort(lines, i, sizeof *lines, by_bytes);
    for (size_t j = 0; j < i; j++) {
        buf_append_string(&sorted, lines[j]);
        buf_append_string(&sorted, "\n");
    }
    free(lines);
    buf_release(b);
    *b = sorted;
}

/* Makes each hit of JSON answers a line of its own, without its rank, behind the number of its query,
 * and the rest of the answer another: where scores are equal, the order may be another. */
static void split_hits(struct buf *b)
{
    struct buf lines = BUF_INIT;
    unsigned query = 0;
    buf_put_u8(b, '\0');
    for (char *line = strtok((char *)b->data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        struct json_object *const answer = json_tokener_parse(line);
        struct json_object *const hits = get(answer, "hits");
        query++;
        for (size_t i = 0; i < json_object_array_length(hits); i++) {
            struct json_object *const hit = json_object_array_get_idx(hits, i);
            json_object_object_del(hit, "rank");
            buf_printf(&lines, "%u %s\n", query, json_object_to_json_string(hit));
        }
        json_object_object_del(answer, "hits");
        buf_printf(&lines, "%u %s\n", query, json_object_to_json_string(answer));
        (void)json_object_put(answer);
    }
    buf_release(b);
    *b = lines;
}

/* The same command on two indexes prints the same lines, in any order. `words`: its arguments; the
 * NULL among them is the index. */
static void expect_same(const char *program, const char *const *words, size_t n, const char *one,
                        const char *other)
{
    struct program p = PROGRAM_INIT;
    struct buf first = BUF_INIT;
    for (int round = 0; round < 2; round++) {
        const char *argv[16] = {NULL};
        for (size_t i = 0; i < n; i++)
            argv[i + 1] = words[i] != NULL ? words[i] : round == 0 ? one : other;
        program_run_array(&p, program, argv);
        cr_assert_eq(p.status, 0, "%s %s: %s", program, words[0], buf_string(&p.err));
        if (strcmp(program, "searcher") == 0)
            split_hits(&p.out);
        sort_lines(&p.out);
        if (round == 0) {
            cr_assert(p.out.len > 0, "%s %s", program, words[0]);
            buf_append_span(&first, buf_span(&p.out));
        }
    }
    cr_expect(span_equal(buf_span(&first), buf_span(&p.out)), "%s %s %s: other lines", program,
              words[0], words[n - 1] == NULL ? "" : words[n - 1]);
    buf_release(&first);
    program_release(&p);
}

static void build(const char *const *more, const char *order, const char *index, const char *source)
{
    struct program p = PROGRAM_INIT;
    const char *argv[20] = {NULL, "build", "-q", "--order", order};
    size_t n = 5;
    for (; *more != NULL; more++)
        argv[n++] = *more;
    argv[n++] = index;
    argv[n++] = source;
    program_run_array(&p, "indexer", argv);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    program_run(&p, "indexer", "verify", index, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    program_release(&p);
}

/* ---- tests ---- */

/* Of words that the corpus has, with what each kind of query does. */
static const char queries[] =
    "1\tof the ce fo\n2\tdi ha gu ki\n3\tceed -the\n4\t+fo ces\n5\t\"of the\"\n"
    "6\tce*\n7\ttitle:of\n8\tdate:2000..2030 di\n9\t\"ce the\"~4\n";

static void check_made_corpus(const char *const *options)
{
    static const char *const dumps[][4] = {{"dump", NULL, "documents"},
                                           {"dump", NULL, "passages"},
                                           {"dump", NULL, "terms"},
                                           {"dump", NULL, "forms"}};
    struct made_index m;
    char one[128];
    char other[128];
    char file[128];
    made_corpus_place(&m, MADE_BYTES / 4);
    (void)snprintf(one, sizeof one, "%s/one", m.place.folder);
    (void)snprintf(other, sizeof other, "%s/other", m.place.folder);
    build(options, "input", one, m.corpus);
    build(options, "similar", other, m.corpus);
    for (size_t i = 0; i < 4; i++)
        expect_same("indexer", dumps[i], 3, one, other);
    (void)snprintf(file, sizeof file, "%s/queries.tsv", m.place.folder);
    FILE *const out = fopen(file, "w");
    cr_assert(out != NULL && fputs(queries, out) >= 0 && fclose(out) == 0);
    /* More than there are, so that no tie is cut; JSON, since a run makes ties strict. */
    const char *const passages[] = {"batch", "--format", "json", "--k", "100000", NULL, file};
    const char *const whole[] = {"batch", "--documents", "sum", "--format", "json",
                                 "--k",   "100000",      NULL,  file};
    expect_same("searcher", passages, 7, one, other);
    expect_same("searcher", whole, 9, one, other);
    made_index_close(&m);
}

Test(order, finds_the_same)
{
    static const char *const english[] = {NULL};
    static const char *const plain[] = {"--profile", "plain", "--passages", "window:40:20", NULL};
    static const char *const whole[] = {"--passages", "whole", "--store", "none", NULL};
    check_made_corpus(english);
    check_made_corpus(plain);
    check_made_corpus(whole);
}

/* Under the profile anserini equal scores stand by id, so that runs are the same byte by byte. */
Test(order, gives_the_same_run_of_a_judged_collection)
{
    static const char *const options[] = {"--profile", "anserini", "--passages", "whole", NULL};
    const char *const data = getenv("QIAO_DATA");
    struct toy_index toy;
    char corpus[512];
    char topics[512];
    char index[2][128];
    struct program p[2] = {PROGRAM_INIT, PROGRAM_INIT};
    (void)snprintf(corpus, sizeof corpus, "%s/collections/cacm/corpus.jsonl",
                   data == NULL ? "../shared" : data);
    (void)snprintf(topics, sizeof topics, "%s/collections/cacm/queries.tsv",
                   data == NULL ? "../shared" : data);
    if (access(corpus, R_OK) != 0) {
        (void)fprintf(stderr, "skipped: there is no '%s' (QIAO_DATA)\n", corpus);
        cr_skip_test("no %s", corpus);
    }
    build_toy(&toy);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(index[i], sizeof index[i], "%s/index%d", toy.folder, i);
        build(options, i == 0 ? "input" : "similar", index[i], corpus);
        program_run(&p[i], "searcher", "batch", "--literal", index[i], topics, NULL);
        cr_assert_eq(p[i].status, 0, "%s", buf_string(&p[i].err));
    }
    cr_expect(p[0].out.len > 0 && span_equal(buf_span(&p[0].out), buf_span(&p[1].out)));
    program_release(&p[0]);
    program_release(&p[1]);
    toy_index_remove(&toy);
}

Test(order, same_bytes_by_any_threads_and_memory)
{
    struct made_index m;
    struct ingest_options options = made_options();
    struct buf first = BUF_INIT;
    options.order = ORDER_SIMILAR;
    made_corpus_place(&m, MADE_BYTES);
    for (unsigned threads = 1; threads <= 3; threads++) {
        for (unsigned memory = 0; memory < 2; memory++) {
            options.threads = threads;
            options.memory = memory == 0 ? UINT64_C(16) << 20 : UINT64_C(1) << 30;
            cr_assert_eq(made_index_build(&m, &options), STATUS_OK, "%s", status_message());
            made_index_read(&m);
            if (first.len == 0)
                buf_append_span(&first, buf_span(&m.bytes));
            cr_assert(span_equal(buf_span(&m.bytes), buf_span(&first)), "%u threads, %u", threads,
                      memory);
        }
    }
    cr_expect_not_null(memmem(first.data, first.len, "\norder=similar\n", 15));
    buf_release(&first);
    made_index_close(&m);
}

static size_t count_files(const char *folder)
{
    DIR *const dir = opendir(folder);
    size_t n = 0;
    cr_assert_not_null(dir);
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        n += e->d_name[0] != '.';
    (void)closedir(dir);
    return n;
}

Test(order, what_does_not_fit_is_refused)
{
    struct made_index m;
    struct ingest_options options = made_options();
    made_index_open(&m, &options);
    struct buf before = BUF_INIT;
    buf_append_span(&before, buf_span(&m.bytes));
    options.order = ORDER_SIMILAR;
    options.memory = 64 << 10;
    cr_expect_eq(made_index_build(&m, &options), STATUS_LIMIT);
    cr_expect_not_null(strstr(status_message(), "needs --memory"), "%s", status_message());
    made_index_read(&m);
    cr_expect(span_equal(buf_span(&m.bytes), buf_span(&before)), "the old index is gone");
    cr_expect_eq(count_files(m.place.path), 3, "MANIFEST, lock and a segment");
    options.strict = true; /* there are bad records, so that nothing is reordered */
    cr_expect_eq(made_index_build(&m, &options), STATUS_OK, "%s", status_message());
    cr_expect_eq(count_files(m.place.path), 3, "MANIFEST, lock and a segment");
    buf_release(&before);
    made_index_close(&m);

    struct program p = PROGRAM_INIT;
    program_run(&p, "indexer", "build", "--order", "random", "/nowhere", "x", NULL);
    check_error(&p, "indexer", "no order");
    program_release(&p);
}
