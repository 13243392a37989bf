/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_collections: the figures that the ranking must reach on judged collections.
 *
 * The collections are not part of the project: they lie in QIAO_DATA ("../shared" without it), and
 * a test whose collection is not there is skipped with a line that says so. The bundled sample, and
 * what an independent program makes of it (tests/oracle/anserini_bm25.py), are always there:
 *
 *     anserini_bm25.py run docs/sample/articles --queries docs/sample/queries.tsv -k 1000 \
 *         > tests/golden/sample-anserini.run
 *     anserini_bm25.py eval docs/sample/qrels.txt tests/golden/sample-anserini.run \
 *         > tests/golden/sample-eval.txt
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/score/bm25.h"
#include "searcher/search.h"
#include "searcher/show/trec_run.h"
#include "searcher/topics/read_topics.h"
#include "tests/support/program.h"
#include "tests/support/toy_index.h"

#define PATH_BYTES 512

/* ---- where things are ---- */

/* The path of something in QIAO_DATA; skips the test if it is not there. */
static void find_data(const char *name, char path[PATH_BYTES])
{
    const char *const data = getenv("QIAO_DATA");
    (void)snprintf(path, PATH_BYTES, "%s/%s", data == NULL ? "../shared" : data, name);
    if (access(path, R_OK) != 0) {
        (void)fprintf(stderr, "skipped: there is no '%s' (QIAO_DATA)\n", path);
        cr_skip_test("no %s", path);
    }
}

/* A temporary folder with room for an index and a run. */
static void make_place(struct toy_index *place)
{
    (void)snprintf(place->folder, sizeof place->folder, "%s/qiao-data-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/index", place->folder);
}

/* ---- runs and figures ---- */

struct setup {
    const char *profile;
    const char *passages;
    const char *documents; /* NULL: passages are ranked */
};

static const struct setup anserini = {"anserini", "whole", NULL};
static const struct setup english_whole = {"english", "whole", NULL};
static const struct setup english_cut = {"english", "paragraphs", "max"};

static void build(const struct toy_index *place, const struct setup *setup, const char *source)
{
    struct program p = PROGRAM_INIT;
    program_run(&p, "indexer", "build", "-q", "--profile", setup->profile, "--passages",
                setup->passages, "--id", "stem", place->path, source, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    program_release(&p);
}

/* The value of a measure in what eval printed. */
static double value_of(struct buf *figures, const char *measure)
{
    const size_t n = strlen(measure);
    for (const char *line = buf_string(figures); *line != '\0';) {
        if (strncmp(line, measure, n) == 0 && (line[n] == ' ' || line[n] == '\t')) {
            const char *const all = strstr(line, "all\t");
            cr_assert_not_null(all);
            return strtod(all + 4, NULL);
        }
        const char *const end = strchr(line, '\n');
        line = end == NULL ? "" : end + 1;
    }
    cr_assert_fail("eval printed no %s", measure);
    return NAN;
}

static void find_file(const char *collection, const char *file, char path[PATH_BYTES])
{
    char name[64];
    (void)snprintf(name, sizeof name, "collections/%s/%s", collection, file);
    find_data(name, path);
}

/* Builds from `source`, asks, evaluates; the figures are appended to `figures`. */
static void evaluate_source(const char *collection, const char *source, const struct setup *setup,
                            struct buf *figures)
{
    struct toy_index place;
    char queries[PATH_BYTES];
    char qrels[PATH_BYTES];
    char run[128];
    struct program p = PROGRAM_INIT;
    find_file(collection, "queries.tsv", queries);
    find_file(collection, "qrels.txt", qrels);
    make_place(&place);
    build(&place, setup, source);
    (void)snprintf(run, sizeof run, "%s/run", place.folder);
    p.output_path = run;
    const char *argv[12] = {NULL, "batch", "--literal"};
    size_t n = 3;
    if (setup->documents != NULL) {
        argv[n++] = "--documents";
        argv[n++] = setup->documents;
    }
    argv[n++] = place.path;
    argv[n++] = queries;
    program_run_array(&p, "searcher", argv);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    p.output_path = NULL;
    program_run(&p, "searcher", "eval", qrels, run, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    buf_append_span(figures, buf_span(&p.out));
    program_release(&p);
    toy_index_remove(&place);
}

static void evaluate(const char *collection, const struct setup *setup, struct buf *figures)
{
    char corpus[PATH_BYTES];
    find_file(collection, "corpus.jsonl", corpus);
    evaluate_source(collection, corpus, setup, figures);
}

/* A figure that is published, or that an independent program gave, to all four decimals. */
static void check_equal(struct buf *figures, const char *measure, double wanted)
{
    const double value = value_of(figures, measure);
    cr_expect_float_eq(value, wanted, 0.00001, "%s is %.4f, not %.4f", measure, value, wanted);
}

static void check_reached(const char *collection, const struct setup *setup, const char *measure,
                          double wanted)
{
    struct buf figures = BUF_INIT;
    evaluate(collection, setup, &figures);
    const double value = value_of(&figures, measure);
    cr_expect(value >= wanted, "%s: %s is %.4f, below %.4f", collection, measure, value, wanted);
    buf_release(&figures);
}

/* ---- parity ---- */

static void check_counts(const char *source, uint64_t documents, uint64_t terms, uint64_t tokens)
{
    struct toy_index place;
    struct index *index;
    make_place(&place);
    build(&place, &anserini, source);
    cr_assert_eq(index_open(place.path, &index), STATUS_OK, "%s", status_message());
    cr_expect_eq(index->documents, documents);
    cr_expect_eq(index->passages, documents);
    cr_expect_eq(index->segments[0].header.terms, terms);
    cr_expect_eq(index->tokens, tokens);
    index_close(index);
    toy_index_remove(&place);
}

Test(collections, cacm_figures)
{
    struct buf figures = BUF_INIT;
    evaluate("cacm", &anserini, &figures);
    check_equal(&figures, "map", 0.3123);
    check_equal(&figures, "P_30", 0.1942);
    buf_release(&figures);
    char corpus[PATH_BYTES];
    find_file("cacm", "corpus.jsonl", corpus);
    check_counts(corpus, 3204, 14363, 320968);
}

/* The pages that the JSON lines were made from, as they are published: 3204 of HTML in a tar. */
Test(collections, cacm_figures_from_its_pages)
{
    struct buf figures = BUF_INIT;
    char archive[PATH_BYTES];
    find_file("cacm", "cacm-html.tar.gz", archive);
    check_counts(archive, 3204, 14363, 320968);
    evaluate_source("cacm", archive, &anserini, &figures);
    check_equal(&figures, "map", 0.3123);
    check_equal(&figures, "P_30", 0.1942);
    buf_release(&figures);
}

Test(collections, vaswani_figures)
{
    struct buf figures = BUF_INIT;
    evaluate("npl-vaswani", &anserini, &figures);
    check_equal(&figures, "map", 0.2856);
    check_equal(&figures, "ndcg_cut_10", 0.4368);
    buf_release(&figures);
    char corpus[PATH_BYTES];
    find_file("npl-vaswani", "corpus.jsonl", corpus);
    check_counts(corpus, 11429, 7963, 306495);
}

/* Answers of an index, asked with the searcher's own calls: scores before any adjustment. */
struct answers {
    struct searcher *searcher;
    struct topics *topics;
    struct search_result result;
    struct buf ids;
    struct run_row rows[1000];
};

static void answers_open(struct answers *a, const char *index, const char *queries)
{
    a->result = (struct search_result)SEARCH_RESULT_INIT;
    a->ids = (struct buf)BUF_INIT;
    cr_assert_eq(searcher_open(index, &a->searcher), STATUS_OK, "%s", status_message());
    cr_assert_eq(topics_read(queries, &a->topics), STATUS_OK, "%s", status_message());
}

static void answers_close(struct answers *a)
{
    search_result_release(&a->result);
    buf_release(&a->ids);
    topics_free(a->topics);
    searcher_close(a->searcher);
}

/* The k best of the query with that id, into a->rows. */
static size_t answers_ask(struct answers *a, const char *qid, size_t k)
{
    struct search_options options = search_options_of(a->searcher);
    options.k = k;
    options.syntax = QUERY_LITERAL;
    for (size_t i = 0; i < a->topics->count; i++) {
        if (!span_equal(a->topics->topics[i].qid, span_of_string(qid)))
            continue;
        buf_clear(&a->ids);
        cr_assert_eq(search_run(a->searcher, a->topics->topics[i].text, &options, &a->result),
                     STATUS_OK, "%s", status_message());
        cr_assert_eq(search_ids(a->searcher, &a->result, &a->ids, a->rows), STATUS_OK);
        return a->result.best.n;
    }
    cr_assert_fail("no query '%s'", qid);
    return 0;
}

struct run_line {
    char qid[16];
    char id[64];
    size_t rank;
    double score;
};

static bool read_line(FILE *file, struct run_line *line)
{
    const int n =
        fscanf(file, "%15s %*s %63s %zu %lf %*s", line->qid, line->id, &line->rank, &line->score);
    cr_assert(n == 4 || n == EOF, "a line of the run cannot be read");
    return n == 4;
}

/* Scores step down by 0.000001 where Anserini adjusted ties. */
Test(collections, cacm_run_of_anserini)
{
    static struct answers a;
    struct toy_index place;
    struct run_line line;
    char asked[16] = "";
    char paths[3][PATH_BYTES];
    size_t n = 0;
    unsigned n_lines = 0;
    find_data("collections/cacm/corpus.jsonl", paths[0]);
    find_data("collections/cacm/queries.tsv", paths[1]);
    find_data("collections/cacm/anserini-bm25-run.txt", paths[2]);
    make_place(&place);
    build(&place, &anserini, paths[0]);
    answers_open(&a, place.path, paths[1]);
    FILE *const file = fopen(paths[2], "r");
    cr_assert_not_null(file);
    for (; read_line(file, &line); n_lines++) {
        if (strcmp(asked, line.qid) != 0)
            n = answers_ask(&a, line.qid, 30);
        (void)snprintf(asked, sizeof asked, "%s", line.qid);
        size_t i = 0;
        while (i < n && !span_equal(a.rows[i].id, span_of_string(line.id)))
            i++;
        cr_assert_lt(i, n, "query %s: %s is not among the best 30", line.qid, line.id);
        cr_assert_float_eq(bm25_score(a.rows[i].score), line.score, 1.1e-4, "query %s, %s",
                           line.qid, line.id);
    }
    cr_assert_eq(n_lines, 1920);
    (void)fclose(file);
    answers_close(&a);
    toy_index_remove(&place);
}

/* ---- the sample ---- */

Test(collections, sample_run_equals_the_independent_one)
{
    static struct answers a;
    struct toy_index place;
    struct run_line line;
    char asked[16] = "";
    size_t n = 0;
    size_t at = 0;
    unsigned n_queries = 0;
    make_place(&place);
    build(&place, &anserini, "docs/sample/articles");
    answers_open(&a, place.path, "docs/sample/queries.tsv");
    FILE *const file = fopen("tests/golden/sample-anserini.run", "r");
    cr_assert_not_null(file);
    while (read_line(file, &line)) {
        if (strcmp(asked, line.qid) != 0) {
            cr_assert_eq(at, n, "query %s: %zu hits, not %zu", asked, n, at);
            n = answers_ask(&a, line.qid, 1000);
            at = 0;
            n_queries++;
        }
        (void)snprintf(asked, sizeof asked, "%s", line.qid);
        cr_assert_lt(at, n, "query %s: only %zu hits", line.qid, n);
        cr_assert(span_equal(a.rows[at].id, span_of_string(line.id)), "query %s: rank %zu is %.*s",
                  line.qid, line.rank, (int)a.rows[at].id.len, (const char *)a.rows[at].id.data);
        cr_assert_float_eq(bm25_score(a.rows[at].score), line.score, 1e-4, "query %s, %s", line.qid,
                           line.id);
        at++;
    }
    cr_assert_eq(at, n, "query %s: %zu hits, not %zu", asked, n, at);
    cr_assert_eq(n_queries, a.topics->count);
    (void)fclose(file);
    answers_close(&a);
    toy_index_remove(&place);
}

Test(collections, sample_figures_equal_the_independent_ones)
{
    struct program p = PROGRAM_INIT;
    char name[32];
    double wanted;
    unsigned n = 0;
    program_run(&p, "searcher", "eval", "docs/sample/qrels.txt", "tests/golden/sample-anserini.run",
                NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    FILE *const file = fopen("tests/golden/sample-eval.txt", "r");
    cr_assert_not_null(file);
    for (; fscanf(file, "%31s all %lf", name, &wanted) == 2; n++)
        check_equal(&p.out, name, wanted);
    cr_assert_eq(n, 11);
    cr_assert_eq(program_count_lines(&p.out, "all"), 11);
    (void)fclose(file);
    program_release(&p);
}

/* ---- how good the defaults are ---- */

Test(collections, english_reaches_its_figures)
{
    check_reached("cranfield", &english_whole, "map", 0.285);
    check_reached("xquad-en", &english_whole, "recip_rank", 0.95);
    check_reached("xquad-zh", &english_whole, "recip_rank", 0.955);
    check_reached("xquad-de", &english_whole, "recip_rank", 0.90);
    check_reached("xquad-ru", &english_whole, "recip_rank", 0.84);
}

/* Cutting into passages costs documents next to nothing. */
Test(collections, passages_rank_documents_as_well)
{
    static const struct {
        const char *collection;
        const char *measure;
        double most;
    } examples[] = {{"cranfield", "map", 0.02}, {"xquad-en", "recip_rank", 0.01}};
    for (size_t i = 0; i < 2; i++) {
        struct buf figures[2] = {BUF_INIT, BUF_INIT};
        evaluate(examples[i].collection, &english_whole, &figures[0]);
        evaluate(examples[i].collection, &english_cut, &figures[1]);
        const double whole = value_of(&figures[0], examples[i].measure);
        const double cut = value_of(&figures[1], examples[i].measure);
        cr_expect(fabs(whole - cut) <= examples[i].most, "%s: %s is %.4f whole, %.4f cut",
                  examples[i].collection, examples[i].measure, whole, cut);
        buf_release(&figures[0]);
        buf_release(&figures[1]);
    }
}

/* ---- the five articles that users began with ---- */

/* Whether one of the two best passages for the question holds the phrase. */
static bool is_answered(struct searcher *s, struct search_result *result, const char *question,
                        const char *document, const char *phrase)
{
    struct search_options options = search_options_of(s);
    struct hit_list list;
    bool found = false;
    options.k = 2;
    cr_assert_eq(search_run(s, span_of_string(question), &options, result), STATUS_OK);
    cr_assert_eq(search_hits(s, result, 0, 2, 240, &list), STATUS_OK, "%s", status_message());
    for (size_t i = 0; i < list.n_hits; i++) {
        const struct hit *const h = &list.hits[i];
        found |= memmem(h->text.data, h->text.len, phrase, strlen(phrase)) != NULL &&
                 memmem(h->document.data, h->document.len, document, strlen(document)) != NULL;
    }
    hit_list_release(&list);
    return found;
}

Test(collections, seeds_answer_their_questions)
{
    struct toy_index place;
    struct program p = PROGRAM_INIT;
    struct searcher *s;
    struct search_result result = SEARCH_RESULT_INIT;
    char path[PATH_BYTES];
    char line[1024];
    unsigned n = 0;
    unsigned n_answered = 0;
    find_data("seeds", path);
    make_place(&place);
    program_run(&p, "indexer", "build", "-q", place.path, path, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    cr_assert_eq(searcher_open(place.path, &s), STATUS_OK, "%s", status_message());
    FILE *const file = fopen("tests/data/seeds-questions.tsv", "r");
    cr_assert_not_null(file);
    for (; fgets(line, sizeof line, file) != NULL; n++) {
        char *rest = line;
        const char *const question = strsep(&rest, "\t");
        const char *const document = strsep(&rest, "\t");
        const char *const phrase = strsep(&rest, "\n");
        cr_assert_not_null(phrase);
        const bool answered = is_answered(s, &result, question, document, phrase);
        if (!answered)
            cr_log_info("not answered: %s", question);
        n_answered += answered;
    }
    cr_assert_eq(n, 20);
    cr_expect_geq(n_answered, 19);
    (void)fclose(file);
    search_result_release(&result);
    searcher_close(s);
    program_release(&p);
    toy_index_remove(&place);
}
