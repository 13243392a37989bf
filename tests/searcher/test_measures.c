/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measures against a second, slow computation from the definitions, on random judgements and
 * runs with ties, unjudged documents, negative grades and queries without anything relevant; the
 * files that cannot be read; and what the command prints.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "searcher/command/eval.h"
#include "searcher/eval/measures.h"

/* The name of a temporary file that holds `text`; good until the fourth call from here. */
static const char *file_with(const char *text)
{
    static struct {
        FILE *file;
        char path[64];
    } files[4];
    static size_t next = 0;
    next = (next + 1) % 4;
    if (files[next].file != NULL)
        fclose(files[next].file);
    files[next].file = tmpfile();
    cr_assert(files[next].file != NULL);
    fputs(text, files[next].file);
    fflush(files[next].file);
    snprintf(files[next].path, sizeof files[next].path, "/proc/self/fd/%d",
             fileno(files[next].file));
    return files[next].path;
}

static struct qrels *qrels_of(const char *text)
{
    struct qrels *q = NULL;
    cr_assert_eq(qrels_read(file_with(text), &q), STATUS_OK, "%s", status_message());
    return q;
}

static struct run *run_of(const char *text)
{
    struct run *r = NULL;
    cr_assert_eq(run_read(file_with(text), &r), STATUS_OK, "%s", status_message());
    return r;
}

static double measure(const char *name, const struct qrels_query *q, const struct run_query *r,
                      int level)
{
    struct measures list = {.count = 0};
    struct ranking ranking;
    cr_assert_eq(measures_add(&list, name), STATUS_OK, "%s", status_message());
    cr_assert_eq(ranking_init(&ranking, q, r, level), STATUS_OK);
    const double value = measure_compute(&list.items[0], &ranking);
    ranking_release(&ranking);
    return value;
}

/* ---- files ---- */

Test(qrels, order_and_grades)
{
    struct qrels *const q = qrels_of("b 0 y 1\r\na 0 z -1\n\n# comment\n\tb\t0  x\v2\na 0 m 0");
    cr_assert_eq(q->count, 2);
    cr_assert_str_eq(q->queries[0].qid, "a");
    cr_assert_eq(q->queries[0].count, 2);
    cr_assert_str_eq(q->queries[1].judgements[0].docid, "x");
    cr_assert_eq(qrels_grade(&q->queries[1], "x"), 2);
    cr_assert_eq(qrels_grade(&q->queries[1], "y"), 1);
    cr_assert_eq(qrels_grade(&q->queries[0], "z"), -1);
    cr_assert_eq(qrels_grade(&q->queries[0], "x"), INT_MIN);
    qrels_free(q);
    qrels_free(NULL);
}

Test(qrels, beir_with_a_header)
{
    struct qrels *const q = qrels_of("query-id\tcorpus-id\tscore\nq1\td9\t1\nq1\td10\t2\n");
    cr_assert_eq(q->count, 1);
    cr_assert_eq(qrels_grade(&q->queries[0], "d9"), 1);
    cr_assert_eq(qrels_grade(&q->queries[0], "d10"), 2);
    qrels_free(q);
}

Test(qrels, runs_are_sorted_as_trec_eval_does)
{
    /* 20.0000008 and 20.0000005 are one number in single precision. */
    struct run *const r =
        run_of("q Q0 a 1 20.0000008 old\nq Q0 c 2 1e2 old\nq Q0 b 3 20.0000005 t\n"
               "q Q0 d 4 -1 t more\np Q0 a 9 0 last\n");
    cr_assert_eq(r->count, 2);
    cr_assert_str_eq(r->queries[0].qid, "p");
    cr_assert_str_eq(r->tag, "last");
    static const char *const wanted[] = {"c", "b", "a", "d"};
    for (size_t i = 0; i < 4; i++)
        cr_assert_str_eq(r->queries[1].entries[i].docid, wanted[i]);
    run_free(r);
    run_free(NULL);
}

Test(qrels, bad_lines_are_named)
{
    static const struct {
        const char *text;
        const char *message;
    } qrels_cases[] = {{"q 0 d 1\nq 0 d\n", "line 2 is not 'qid iter docid grade'"},
                       {"q 0 d 1 x\n", "line 1 is not 'qid iter docid grade'"},
                       {"q 0 d 1.5\n", "line 1: '1.5' is no grade"},
                       {"q 0 d 99999999999\n", "line 1: '99999999999' is no grade"},
                       {"q 0 d -2147483648\n", "line 1: '-2147483648' is no grade"},
                       {"q 0 d 1\np 0 d 1\nq 0 d 0\n",
                        "lines 1 and 3: document 'd' twice for query 'q'"},
                       {"query-id\tcorpus-id\tscore\nq\td\t1\tx\n",
                        "line 2 is not 'qid docid grade'"}},
      run_cases[] = {
          {"q Q0 d 1 2.5\n", "line 1 is not 'qid Q0 docid rank score tag'"},
          {"q Q0 d 1 2.5x t\n", "line 1: '2.5x' is no score"},
          {"q Q0 d 1 nan t\n", "line 1: 'nan' is no score"},
          {"q Q0 d 1 1 t\n\nq Q0 d 2 0 t\n", "lines 1 and 3: document 'd' twice for query 'q'"}};
    struct qrels *q = NULL;
    struct run *r = NULL;
    for (size_t i = 0; i < sizeof qrels_cases / sizeof *qrels_cases; i++) {
        cr_assert_eq(qrels_read(file_with(qrels_cases[i].text), &q), STATUS_INPUT);
        cr_assert(strstr(status_message(), qrels_cases[i].message), "%s", status_message());
    }
    for (size_t i = 0; i < sizeof run_cases / sizeof *run_cases; i++) {
        cr_assert_eq(run_read(file_with(run_cases[i].text), &r), STATUS_INPUT);
        cr_assert(strstr(status_message(), run_cases[i].message), "%s", status_message());
    }
    cr_assert(q == NULL && r == NULL);
    cr_assert_eq(qrels_read("/nonexistent/qrels", &q), STATUS_IO);
}

/* ---- measures by hand ---- */

Test(measures, a_query_by_hand)
{
    struct qrels *const q = qrels_of("q 0 a 2\nq 0 b 0\nq 0 c 1\nq 0 d -1\nq 0 e 1\n");
    /* Order: x (unjudged), a 2, d -1, b 0, c 1; e is missing. */
    struct run *const r =
        run_of("q Q0 c 1 1 t\nq Q0 x 2 9 t\nq Q0 a 3 8 t\nq Q0 b 4 2 t\nq Q0 d 5 2 t\n");
    static const double ideal = 2 + 1 / 1.5849625007211562 + 0.5;
    static const double found = 2 / 1.5849625007211562 + 1 / 2.584962500721156;
    const struct {
        const char *name;
        int level;
        double wanted;
    } cases[] = {
        {"num_q", 1, 1},
        {"num_ret", 1, 5},
        {"num_rel", 1, 3},
        {"num_rel", 2, 1},
        {"num_rel_ret", 1, 2},
        {"map", 1, (1. / 2 + 2. / 5) / 3},
        {"map", 2, 1. / 2},
        {"map_cut.4", 1, 1. / 6},
        {"P_5", 1, 0.4},
        {"P.10", 1, 0.2},
        {"recall_2", 1, 1. / 3},
        {"success_1", 1, 0},
        {"success_2", 1, 1},
        {"Rprec", 1, 1. / 3},
        {"recip_rank", 1, 0.5},
        {"recip_rank.1", 1, 0},
        {"recip_rank_2", 1, 0.5},
        {"bpref", 1, 1. / 3},
        {"ndcg", 1, found / ideal},
        {"ndcg_cut_2", 1, (2 / 1.5849625007211562) / (2 + 1 / 1.5849625007211562)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_float_eq(measure(cases[i].name, q->queries, r->queries, cases[i].level),
                           cases[i].wanted, 1e-12, "%s", cases[i].name);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strncmp(cases[i].name, "num", 3) != 0)
            cr_assert_eq(measure(cases[i].name, q->queries, NULL, 1), 0, "%s", cases[i].name);
    qrels_free(q);
    run_free(r);
}

Test(measures, names)
{
    struct measures list = {.count = 0};
    cr_assert_eq(measures_add(&list, "ndcg_cut.10,20"), STATUS_OK);
    cr_assert_eq(measures_add(&list, "ndcg"), STATUS_OK);
    cr_assert_eq(measures_add(&list, "success"), STATUS_OK);
    static const char *const wanted[] = {"ndcg_cut_10", "ndcg_cut_20", "ndcg",
                                         "success_1",   "success_5",   "success_10"};
    cr_assert_eq(list.count, 6);
    for (size_t i = 0; i < 6; i++)
        cr_assert_str_eq(list.items[i].name, wanted[i]);
    static const char *const bad[] = {"",      "MAP",     "ma",     "map.5",       "P.",
                                      "P.0",   "P_5x",    "P.5,",   "P.-1",        "P.5 ,",
                                      "Pfive", "num_q_1", "ndcg.5", "P.9999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(measures_add(&list, bad[i]), STATUS_USAGE, "%s", bad[i]);
    enum status status = STATUS_OK;
    for (int i = 0; i < MEASURES_MOST && status == STATUS_OK; i++)
        status = measures_add(&list, "map");
    cr_assert_eq(status, STATUS_USAGE);
    cr_assert_eq(list.count, MEASURES_MOST);
}

/* ---- the second computation ---- */

#define DOCS 12

/* One query: grades (INT_MIN: not judged) and scores (-1: not found) of documents a, b, c, ... */
struct world {
    int grades[DOCS];
    int scores[DOCS];
};

/* The rank of `doc`, from 1; 0 if it was not found. */
static int rank_of(const struct world *w, int doc)
{
    int rank = 1;
    if (w->scores[doc] < 0)
        return 0;
    for (int other = 0; other < DOCS; other++)
        rank += w->scores[other] > w->scores[doc] ||
                (w->scores[other] == w->scores[doc] && other > doc);
    return rank;
}

/* How many documents of at least `grade` have a rank of at most `cut`. */
static int found_until(const struct world *w, int grade, int cut)
{
    int n = 0;
    for (int doc = 0; doc < DOCS; doc++)
        n += w->grades[doc] >= grade && rank_of(w, doc) > 0 && rank_of(w, doc) <= cut;
    return n;
}

static int judged_from(const struct world *w, int from, int below)
{
    int n = 0;
    for (int doc = 0; doc < DOCS; doc++)
        n += w->grades[doc] >= from && w->grades[doc] < below;
    return n;
}

static double slow_map(const struct world *w, int level, int cut)
{
    const int relevant = judged_from(w, level, INT_MAX);
    double sum = 0;
    for (int doc = 0; doc < DOCS; doc++)
        if (w->grades[doc] >= level && rank_of(w, doc) > 0 && rank_of(w, doc) <= cut)
            sum += (double)found_until(w, level, rank_of(w, doc)) / rank_of(w, doc);
    return relevant == 0 ? 0 : sum / relevant;
}

static double slow_ndcg(const struct world *w, int cut)
{
    double found = 0;
    double ideal = 0;
    for (int doc = 0; doc < DOCS; doc++) {
        const int rank = rank_of(w, doc);
        int ideal_rank = 1;
        if (w->grades[doc] <= 0)
            continue;
        for (int other = 0; other < DOCS; other++)
            ideal_rank += w->grades[other] > w->grades[doc] ||
                          (w->grades[other] == w->grades[doc] && other < doc);
        found += rank > 0 && rank <= cut ? w->grades[doc] / log2(rank + 1) : 0;
        ideal += ideal_rank <= cut ? w->grades[doc] / log2(ideal_rank + 1) : 0;
    }
    return ideal > 0 ? found / ideal : 0;
}

static double slow_recip_rank(const struct world *w, int level, int cut)
{
    for (int rank = 1; rank <= cut && rank <= DOCS; rank++)
        if (found_until(w, level, rank) > 0)
            return 1. / rank;
    return 0;
}

static double slow_bpref(const struct world *w, int level)
{
    const int relevant = judged_from(w, level, INT_MAX);
    const int nonrelevant = judged_from(w, 0, level);
    double sum = 0;
    for (int doc = 0; doc < DOCS; doc++) {
        if (w->grades[doc] < level || rank_of(w, doc) == 0)
            continue;
        const int above =
            found_until(w, 0, rank_of(w, doc)) - found_until(w, level, rank_of(w, doc));
        sum += above == 0 ? 1
                          : 1 - (double)(above < relevant ? above : relevant) /
                                    (nonrelevant < relevant ? nonrelevant : relevant);
    }
    return relevant == 0 ? 0 : sum / relevant;
}

/* Writes the world as the two files, shuffled by starting at a random document. */
static void write_world(const struct world *w, char *qrels, char *run)
{
    const int shift = rand() % DOCS;
    for (int i = 0; i < DOCS; i++) {
        const int doc = (i + shift) % DOCS;
        if (w->grades[doc] != INT_MIN)
            qrels += sprintf(qrels, "q 0 %c %d\n", 'a' + doc, w->grades[doc]);
        if (w->scores[doc] >= 0)
            run += sprintf(run, "q Q0 %c 0 %d.25 t\n", 'a' + doc, w->scores[doc]);
    }
}

static struct world random_world(void)
{
    struct world w;
    const int highest = rand() % 4; /* 0: nothing is relevant */
    for (int doc = 0; doc < DOCS; doc++) {
        w.grades[doc] = rand() % 3 == 0 ? INT_MIN : rand() % (highest + 3) - 2;
        w.scores[doc] = rand() % 4 == 0 ? -1 : rand() % 5;
    }
    w.grades[rand() % DOCS] = 0; /* both files hold the query */
    w.scores[rand() % DOCS] = 3;
    return w;
}

static void check_world(const struct world *w, const struct qrels_query *q,
                        const struct run_query *r, int level, int cut, unsigned seed)
{
    const int relevant = judged_from(w, level, INT_MAX);
    const int found = found_until(w, level, cut);
    const int share = relevant == 0 ? 1 : relevant;
    const struct {
        const char *kind;
        bool cut;
        double wanted;
    } cases[] = {
        {"map", false, slow_map(w, level, DOCS)},
        {"map_cut", true, slow_map(w, level, cut)},
        {"P", true, (double)found / cut},
        {"recall", true, (double)found / share},
        {"success", true, found > 0},
        {"Rprec", false, (double)found_until(w, level, relevant) / share},
        {"recip_rank", false, slow_recip_rank(w, level, DOCS)},
        {"recip_rank", true, slow_recip_rank(w, level, cut)},
        {"ndcg", false, slow_ndcg(w, DOCS)},
        {"ndcg_cut", true, slow_ndcg(w, cut)},
        {"bpref", false, slow_bpref(w, level)},
        {"num_rel", false, relevant},
        {"num_rel_ret", false, found_until(w, level, DOCS)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[32];
        snprintf(name, sizeof name, cases[i].cut ? "%s.%d" : "%s", cases[i].kind, cut);
        cr_assert_float_eq(measure(name, q, r, level), cases[i].wanted, 1e-12,
                           "seed %u: %s at level %d: %f, not %f", seed, name, level,
                           measure(name, q, r, level), cases[i].wanted);
    }
}

Test(measures, equal_the_slow_computation)
{
    const unsigned seed = (unsigned)time(NULL);
    srand(seed);
    for (int round = 0; round < 300; round++) {
        const struct world w = random_world();
        char qrels_text[1024], run_text[1024];
        write_world(&w, qrels_text, run_text);
        struct qrels *const q = qrels_of(qrels_text);
        struct run *const r = run_of(run_text);
        for (int level = 1; level <= 3; level++)
            check_world(&w, q->queries, r->queries, level, 1 + rand() % (DOCS + 3), seed);
        qrels_free(q);
        run_free(r);
    }
}

/* ---- the command ---- */

static int run_eval(const char *option, const char *option_value)
{
    const char *const qrels = file_with("q1 0 a 1\nq1 0 b 2\nq2 0 a 1\nq3 0 c 1\n");
    const char *const run =
        file_with("q1 Q0 x 1 3 t\nq1 Q0 b 2 2 t\nq2 Q0 a 1 5 t\nq9 Q0 a 1 5 t\n");
    char *argv[] = {"eval",  "-m", "num_ret", "-mnum_rel",   (char *)option, (char *)option_value,
                    "-mmap", "-m", "P.1",     (char *)qrels, (char *)run,    NULL};
    const int result = eval_command.run(&eval_command, 11, argv);
    fflush(stdout);
    return result;
}

Test(eval, prints_as_trec_eval)
{
    cr_redirect_stdout();
    cr_assert_eq(run_eval("-l", "1"), CLI_OK);
    cr_assert_stdout_eq_str("num_ret               \tall\t3\n"
                            "num_rel               \tall\t3\n"
                            "map                   \tall\t0.6250\n"
                            "P_1                   \tall\t0.5000\n");
}

Test(eval, level_and_queries)
{
    cr_redirect_stdout();
    cr_assert_eq(run_eval("-q", "-l2"), CLI_OK);
    cr_assert_stdout_eq_str("num_ret               \tq1\t2\n"
                            "num_rel               \tq1\t1\n"
                            "map                   \tq1\t0.5000\n"
                            "P_1                   \tq1\t0.0000\n"
                            "num_ret               \tq2\t1\n"
                            "num_rel               \tq2\t0\n"
                            "map                   \tq2\t0.0000\n"
                            "P_1                   \tq2\t0.0000\n"
                            "num_ret               \tall\t3\n"
                            "num_rel               \tall\t1\n"
                            "map                   \tall\t0.2500\n"
                            "P_1                   \tall\t0.0000\n");
}

Test(eval, complete)
{
    cr_redirect_stdout();
    cr_assert_eq(run_eval("-c", "-mnum_q"), CLI_OK);
    cr_assert_stdout_eq_str("num_ret               \tall\t3\n"
                            "num_rel               \tall\t4\n"
                            "num_q                 \tall\t3\n"
                            "map                   \tall\t0.4167\n"
                            "P_1                   \tall\t0.3333\n");
}

Test(eval, mistakes)
{
    cr_redirect_stderr();
    cr_assert_eq(run_eval("-l", "0"), CLI_ERROR);
    cr_assert_eq(run_eval("-m", "none"), CLI_ERROR);
    char *argv[] = {"eval", (char *)file_with("q1 0 a 1\n"), (char *)file_with("q2 Q0 a 1 1 t\n"),
                    NULL};
    cr_assert_eq(eval_command.run(&eval_command, 3, argv), CLI_ERROR);
    cr_assert_eq(eval_command.run(&eval_command, 2, argv), CLI_ERROR);
    fflush(stderr);
    cr_assert_stderr_eq_str("qiao: option '--level' wants 1 or more\n"
                            "qiao: unknown measure 'none'\n"
                            "qiao: no query of the run is judged\n"
                            "qiao: eval wants two files, QRELS and RUN\n");
}
