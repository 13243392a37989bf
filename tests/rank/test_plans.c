/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_plans: whatever way a query is ranked, its best passages are those of the exhaustive way, in
 * the same order and with the same scores: for each kind of query that has a way of its own, on
 * collections large enough for many ranges and blocks, for several k, k1, b and every SIMD level.
 * (That the exhaustive way is right is for test_exact.)
 *
 * QIAO_PLANS queries are asked, a dose without it; `make test-exact` asks for many.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/cpu.h"
#include "searcher/topics/read_topics.h"
#include "tests/support/program.h"
#include "tests/support/seed.h"
#include "tests/support/toy_world.h"

static unsigned below(struct toy_world *w, unsigned n)
{
    return seed_below(&w->seed, n);
}

/* ---- queries ---- */

/* Words with that sign; now and then one that is nowhere, one twice, one with a boost. */
static void put_words(struct toy_world *w, const char *sign, unsigned n, struct buf *out)
{
    const char *before = "";
    for (unsigned i = 0; i < n; i++) {
        const char *const word = below(w, 40) == 0            ? "nowhere"
                                 : i > 0 && below(w, 12) == 0 ? before
                                                              : toy_world_word(w);
        buf_printf(out, " %s%s%s", sign, word, below(w, 10) == 0 ? "^2.5" : "");
        before = word;
    }
}

/* Words that stand side by side somewhere; now and then in another order. */
static void put_phrase(struct toy_world *w, const char *sign, struct buf *out)
{
    const struct oracle_passage *const p =
        &w->passages[below(w, (unsigned)w->collection.n_passages)];
    const unsigned n = 2 + below(w, 3);
    if (p->n_words < n) {
        put_words(w, sign, 1, out);
        return;
    }
    const unsigned start = below(w, p->n_words - n + 1);
    const unsigned turn = below(w, 4) == 0 ? 1 : 0;
    buf_printf(out, " %s\"", sign);
    for (unsigned i = 0; i < n; i++)
        buf_printf(out, "%s%s", i == 0 ? "" : " ", p->words[start + (i + turn) % n]);
    buf_append_string(out, "\"");
}

static void put_dates(struct toy_world *w, struct buf *out)
{
    buf_printf(out, " date:%u..%u", 2000 + below(w, 3), 2003 + below(w, 3));
}

static void random_query(struct toy_world *w, struct buf *out)
{
    buf_clear(out);
    switch (below(w, 12)) {
    case 0:
        if (below(w, 2) == 0)
            put_words(w, "", 1, out);
        else /* hardly any score differs from another */
            buf_printf(out, "%s^0.000%u", toy_world_word(w), 1 + below(w, 9));
        break;
    case 1:
        put_words(w, "", 8 + below(w, 40), out);
        break;
    case 2:
    case 3:
        put_words(w, "", 2 + below(w, 6), out);
        break;
    case 4:
        put_words(w, "+", 2 + below(w, 3), out);
        break;
    case 5:
        put_words(w, "+", 1 + below(w, 2), out);
        put_words(w, "", 1 + below(w, 3), out);
        break;
    case 6:
        put_words(w, below(w, 2) == 0 ? "" : "+", 1 + below(w, 3), out);
        put_words(w, "-", 1 + below(w, 2), out);
        break;
    case 7:
    case 8:
        put_phrase(w, "", out);
        break;
    case 9:
        put_phrase(w, "+", out);
        put_words(w, below(w, 2) == 0 ? "+" : "", 1 + below(w, 2), out);
        if (below(w, 2) == 0)
            put_phrase(w, below(w, 2) == 0 ? "+" : "-", out);
        break;
    case 10:
        put_words(w, below(w, 3) == 0 ? "+" : "", 1 + below(w, 3), out);
        put_dates(w, out);
        break;
    default:
        buf_append_string(out, "+(");
        put_words(w, "", 1 + below(w, 3), out);
        buf_append_string(out, " )");
        put_words(w, below(w, 2) == 0 ? "+" : "-", 1, out);
        if (below(w, 2) == 0)
            put_words(w, "", 1, out);
    }
}

/* ---- comparisons ---- */

static void check_equal(const struct search_result *r, const struct search_result *expected,
                        size_t k, const char *what)
{
    const size_t n = expected->best.n < k ? expected->best.n : k;
    cr_assert_eq(r->best.n, n, "%s: %zu hits, not %zu", what, r->best.n, n);
    for (size_t i = 0; i < n; i++) {
        const struct topk_entry *const a = &r->best.entries[i];
        const struct topk_entry *const b = &expected->best.entries[i];
        cr_assert(a->score == b->score && a->item == b->item,
                  "%s: rank %zu is %u (%llu), not %u (%llu)", what, i + 1, a->item,
                  (unsigned long long)a->score, b->item, (unsigned long long)b->score);
    }
}

/* Asks w->searcher, whose collection matters no more. */
static void check_query(struct toy_world *w, const struct buf *text, const char *what)
{
    static const size_t ks[] = {1000, 100, 10, 1};
    static const float k1s[] = {0.9f, 0.9f, 1.2f, 0.0f, 2.0f};
    static const float bs[] = {0.4f, 0.4f, 0.75f, 0.0f, 1.0f};
    struct search_options options = search_options_of(w->searcher);
    options.k = 1000;
    options.k1 = k1s[below(w, 5)];
    options.b = bs[below(w, 5)];
    options.algorithm = ALGORITHM_EXHAUSTIVE;
    cr_assert_eq(search_run(w->searcher, buf_span(text), &options, &w->exhaustive), STATUS_OK);
    options.algorithm = ALGORITHM_AUTO;
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        char where[600];
        const enum cpu_level level = (enum cpu_level)below(w, (unsigned)cpu_best() + 1);
        options.k = ks[i];
        options.total = below(w, 4) == 0;
        (void)snprintf(where, sizeof where, "%s, k1 %g, b %g, k %zu, %s", what, (double)options.k1,
                       (double)options.b, ks[i], cpu_level_name(level));
        cr_assert_eq(cpu_choose(cpu_level_name(level)), STATUS_OK);
        cr_assert_eq(search_run(w->searcher, buf_span(text), &options, &w->automatic), STATUS_OK);
        check_equal(&w->automatic, &w->exhaustive, ks[i], where);
        if (options.total)
            cr_assert_eq(w->automatic.total, w->exhaustive.total, "%s: total %llu, not %llu", where,
                         (unsigned long long)w->automatic.total,
                         (unsigned long long)w->exhaustive.total);
    }
}

static void check_shape(const struct toy_shape *shape, unsigned seed)
{
    struct toy_world w;
    struct buf text = BUF_INIT;
    toy_world_init(&w, shape, seed);
    for (unsigned i = 0; i < shape->queries; i++) {
        char what[480];
        random_query(&w, &text);
        (void)snprintf(what, sizeof what, "%s, seed %u, query %u:%.300s", shape->name, seed, i,
                       buf_string(&text));
        check_query(&w, &text, what);
    }
    buf_release(&text);
    toy_world_release(&w);
}

Test(plans, random)
{
    static const struct toy_shape shapes[] = {
        {"zipf", 20000, 3000, true, 14, 1, 0, 0, "plain", 1, 500},
        {"ties", 255, 6, false, 8, 4, 0, 0, "plain", 1, 500},
        {"common words", 21000, 40, true, 10, 1, 0, 0, "plain", 1, 500},
        {"range and one", 257, 30, true, 8, 4, 0, 0, "plain", 1, 500},
        {"even", 25000, 2000, false, 8, 0, 0, 0, "plain", 1, 500},
        {"windows", 600, 60, true, 60, 4, 8, 5, "english", 2, 500},
        {"three segments", 24000, 500, true, 10, 2, 0, 0, "plain", 3, 500},
        {"one-byte lengths", 3000, 200, true, 90, 2, 0, 0, "anserini", 1, 500},
        {"blocks and one", 65537, 30, true, 4, 0, 0, 0, "plain", 1, 200},
        {"one-byte lengths, segments", 20000, 200, true, 12, 2, 0, 0, "anserini", 2, 500},
        {"a range", 256, 4, false, 5, 0, 0, 0, "plain", 1, 500},
        {"many ties", 40000, 5, false, 2, 0, 0, 0, "plain", 2, 200},
    };
    const size_t n_shapes = sizeof shapes / sizeof shapes[0];
    const char *const given = getenv("QIAO_PLANS");
    const unsigned long wanted = given == NULL ? 0 : strtoul(given, NULL, 10);
    const unsigned divisor = given == NULL ? 12 : 1; /* the dose */
    unsigned long n = 0;
    unsigned seed = seed_first();
    for (size_t i = 0; n < wanted || i < n_shapes; i++) {
        struct toy_shape shape = shapes[i % n_shapes];
        shape.queries /= divisor;
        check_shape(&shape, seed++);
        n += shape.queries;
    }
    fprintf(stderr, "plans/random: %lu queries\n", n);
    (void)cpu_choose(NULL);
}

/* What is found before time is over is right, and no more is claimed; later, all is. */
Test(plans, deadline)
{
    static const struct toy_shape shape = {"late", 30000, 60, true, 12, 2, 0, 0, "plain", 2, 0};
    static const char *const texts[] = {
        "w1 w2 w3",     "+w1 +w2",           "\"w1 w2\"", "w1 -w2",
        "w1 NEAR/4 w2", "+w1 +\"w2 w1\" w4", "w1 w2 w1*", "(w1 w2) AND (w3 w4)"};
    struct toy_world w;
    toy_world_init(&w, &shape, 7);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct search_options options = search_options_of(w.searcher);
        options.k = 30000;
        cr_assert_eq(search_run(w.searcher, span_of_string(texts[i]), &options, &w.exhaustive),
                     STATUS_OK);
        cr_assert(w.exhaustive.exact, "%s", texts[i]);
        options.deadline = 1e-6; /* over before it began */
        cr_assert_eq(search_run(w.searcher, span_of_string(texts[i]), &options, &w.automatic),
                     STATUS_OK);
        cr_assert_not(w.automatic.exact, "%s", texts[i]);
        cr_assert_lt(w.automatic.best.n, w.exhaustive.best.n, "%s", texts[i]);
        for (size_t j = 0, k = 0; j < w.automatic.best.n; j++, k++) {
            const struct topk_entry *const e = &w.automatic.best.entries[j];
            while (k < w.exhaustive.best.n && w.exhaustive.best.entries[k].item != e->item)
                k++;
            cr_assert(k < w.exhaustive.best.n && w.exhaustive.best.entries[k].score == e->score,
                      "%s: hit %zu", texts[i], j);
        }
        options.deadline = 1e6;
        cr_assert_eq(search_run(w.searcher, span_of_string(texts[i]), &options, &w.automatic),
                     STATUS_OK);
        cr_assert(w.automatic.exact, "%s", texts[i]);
        check_equal(&w.automatic, &w.exhaustive, options.k, texts[i]);
    }
    toy_world_release(&w);
}

/* ---- real collections ---- */

/* The words of a topic, all with the sign, within quotes if that is a quote. */
static void put_topic(struct span topic, const char *sign, struct buf *out)
{
    const bool quoted = sign[0] == '"';
    buf_clear(out);
    buf_append_string(out, quoted ? sign : "");
    for (size_t i = 0; i < topic.len; i++) {
        const uint8_t c = topic.data[i];
        const bool word = c >= 0x80 || (c | 32u) - 'a' < 26u || c - (unsigned)'0' < 10u;
        const bool before = i > 0 && buf_string(out)[out->len - 1] != ' ';
        if (word && !quoted && (i == 0 || !before))
            buf_append_string(out, sign);
        if (word || before || quoted)
            buf_put_u8(out, word ? c : ' ');
    }
    buf_append_string(out, quoted ? sign : "");
}

static void check_topics(struct toy_world *w, const char *path, const char *what)
{
    static const char *const signs[] = {"", "+", "\""};
    struct topics *topics;
    struct buf text = BUF_INIT;
    cr_assert_eq(topics_read(path, &topics), STATUS_OK, "%s", status_message());
    for (size_t i = 0; i < topics->count; i++)
        for (size_t j = 0; j < 3; j++) {
            char where[480];
            /* All of its words side by side are nowhere: three words of it may be. */
            struct span topic = topics->topics[i].text;
            size_t spaces = 0;
            for (size_t k = 0; j > 0 && k < topic.len; k++)
                if (topic.data[k] == ' ' && ++spaces == 2 + i % 2)
                    topic.len = k;
            put_topic(topic, signs[j], &text);
            (void)snprintf(where, sizeof where, "%s: %.300s", what, buf_string(&text));
            check_query(w, &text, where);
        }
    buf_release(&text);
    topics_free(topics);
}

static bool check_collection(const char *name, const char *profile, const char *passages)
{
    const char *const data = getenv("QIAO_DATA");
    char source[400];
    char queries[400];
    struct toy_world w = {.automatic = SEARCH_RESULT_INIT, .exhaustive = SEARCH_RESULT_INIT};
    struct program p = PROGRAM_INIT;
    struct toy_index *const place = &w.toys[0];
    const char *const root = data == NULL ? "../shared" : data;
    (void)snprintf(source, sizeof source, "%s/collections/%s/corpus.jsonl", root, name);
    (void)snprintf(queries, sizeof queries, "%s/collections/%s/queries.tsv", root, name);
    if (access(source, R_OK) != 0 || access(queries, R_OK) != 0)
        return false;
    (void)snprintf(place->folder, sizeof place->folder, "%s/qiao-plans-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/index", place->folder);
    program_run(&p, "indexer", "build", "-q", "--profile", profile, "--passages", passages,
                place->path, source, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    program_release(&p);
    cr_assert_eq(searcher_open(place->path, &w.searcher), STATUS_OK, "%s", status_message());
    w.seed = seed_first();
    check_topics(&w, queries, name);
    search_result_release(&w.automatic);
    search_result_release(&w.exhaustive);
    searcher_close(w.searcher);
    toy_index_remove(place);
    return true;
}

Test(plans, real)
{
    unsigned n = 0;
    n += check_collection("cacm", "anserini", "whole");
    n += check_collection("cranfield", "english", "paragraphs");
    n += check_collection("npl-vaswani", "plain", "whole");
    (void)cpu_choose(NULL);
    if (n < 3) {
        (void)fprintf(stderr, "skipped: %u of 3 collections are not there (QIAO_DATA)\n", 3 - n);
        cr_skip_test("collections are missing");
    }
}
