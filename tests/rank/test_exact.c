/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_exact: a ranking is the ranking. On random collections and random queries, the searcher's
 * own way, its exhaustive way and the naive program of support/oracle.h give the same passages or
 * documents in the same order with the same scores, whatever k, k1, b, roll-up and segmentation.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/base/date.h"
#include "searcher/search.h"
#include "tests/support/seed.h"
#include "tests/support/toy_world.h"

/* ---- queries ---- */

/* Words that stand together somewhere, now and then in another order; else any. */
static void random_phrase(struct toy_world *w, struct oracle_node *node)
{
    const struct oracle_passage *const p =
        &w->passages[seed_below(&w->seed, (unsigned)w->collection.n_passages)];
    node->kind = ORACLE_PHRASE;
    node->n_words = 2 + seed_below(&w->seed, ORACLE_WORDS_MOST - 1);
    node->slop = seed_below(&w->seed, 2) == 0 ? 0 : seed_below(&w->seed, 7);
    const unsigned n = (unsigned)node->n_words;
    const bool real = p->n_words >= n && seed_below(&w->seed, 4) > 0;
    const unsigned start = real ? seed_below(&w->seed, p->n_words - n + 1) : 0;
    const unsigned turn = seed_below(&w->seed, 3) == 0 ? seed_below(&w->seed, n) : 0;
    for (unsigned i = 0; i < n; i++)
        node->words[i] = real ? p->words[start + (i + turn) % n] : toy_world_word(w);
}

/* Two to four words, one or two an operand; no word is an operand twice. */
static void random_near(struct toy_world *w, struct oracle_node *node)
{
    static const char *const others[] = {"none", "no1", "no2", "no3"};
    random_phrase(w, node);
    node->kind = ORACLE_NEAR;
    node->slop = seed_below(&w->seed, 9);
    for (size_t i = 1; i < node->n_words; i++) {
        bool repeated = false;
        for (size_t j = 0; j < i; j++)
            repeated = repeated || strcmp(node->words[i], node->words[j]) == 0;
        const bool second = i > 1 && (i < 2 || node->operands[i - 2] != node->operands[i - 1]) &&
                            seed_below(&w->seed, 3) == 0;
        node->operands[i] = node->operands[i - 1] + !second;
        if (repeated && !second)
            node->words[i] = others[i];
    }
}

/* A word with some of its characters gone, or some wildcards alone with a letter. */
static void random_pattern(struct toy_world *w, struct oracle_node *node)
{
    static const char *const others[] = {"w*", "w?", "w?*", "*1", "*1*", "w1*2", "?1?*", "w??3"};
    char pattern[24];
    const char *const word = toy_world_word(w);
    (void)snprintf(pattern, sizeof pattern, "%s", word);
    const size_t n = strlen(pattern);
    const unsigned at = seed_below(&w->seed, (unsigned)n);
    pattern[at] = '*';
    if (seed_below(&w->seed, 2) == 0 && at + 1 < n)
        pattern[at] = '?';
    if (seed_below(&w->seed, 4) == 0)
        pattern[at + 1] = '\0';
    const bool literal = strspn(pattern, "*?") < strlen(pattern);
    const bool asks = pattern[strlen(pattern) - 1] == '?';
    if (!literal || asks || seed_below(&w->seed, 4) == 0)
        (void)snprintf(pattern, sizeof pattern, "%s", others[seed_below(&w->seed, 8)]);
    if (pattern[strlen(pattern) - 1] == '?')
        pattern[strlen(pattern) - 1] = '*'; /* it would be a question mark */
    const struct span copy = arena_copy(&w->arena, span_of_string(pattern));
    node->kind = ORACLE_WILD;
    node->n_words = 1;
    node->words[0] = (const char *)copy.data;
}

static void random_id(struct toy_world *w, struct oracle_node *node)
{
    const struct oracle_passage *const p =
        &w->passages[seed_below(&w->seed, (unsigned)w->collection.n_passages)];
    struct buf id = BUF_INIT;
    buf_append_string(&id, w->ids[p->document]);
    if (seed_below(&w->seed, 3) == 0)
        buf_printf(&id, "#%u", seed_below(&w->seed, 4));
    node->kind = ORACLE_ID;
    node->n_words = 1;
    node->words[0] = toy_world_string(w, &id);
    buf_release(&id);
}

static void random_dates(struct toy_world *w, struct oracle_node *node)
{
    const int32_t a = date_parse(span_of_string(toy_world_date(w)));
    const int32_t b = date_parse(span_of_string(toy_world_date(w)));
    node->kind = ORACLE_DATE;
    node->n_words = 0;
    node->from = a == 0 || b == 0 || a < b ? a : b;
    node->to = a == 0 || b == 0 || a < b ? b : a;
    if (a == 0 && b == 0)
        node->from = node->to = 20020000;
    else if (seed_below(&w->seed, 3) == 0)
        node->from = node->to = a == 0 ? b : a;
}

static void random_leaf(struct toy_world *w, struct oracle_node *node)
{
    static const float boosts[] = {0.5f, 2, 3, 1.5f, 0.01f, 100};
    const unsigned kind = seed_below(&w->seed, 20);
    node->kind = ORACLE_WORD;
    node->n_words = 1;
    if (kind < 3) {
        random_phrase(w, node);
    } else if (kind < 5) {
        random_near(w, node);
    } else if (kind < 7) {
        random_pattern(w, node);
    } else if (kind == 7) {
        node->kind = ORACLE_FUZZY;
        node->slop = 1 + seed_below(&w->seed, 2);
        node->words[0] = toy_world_word(w);
    } else if (kind == 8) {
        random_id(w, node);
        return;
    } else if (kind == 9) {
        random_dates(w, node);
        return;
    } else {
        node->words[0] = seed_below(&w->seed, 20) == 0 ? "unknown" : toy_world_word(w);
    }
    if (seed_below(&w->seed, 5) == 0)
        node->side = seed_below(&w->seed, 2) == 0 ? ORACLE_TITLE : ORACLE_BODY;
    if (node->kind != ORACLE_NEAR && seed_below(&w->seed, 6) == 0)
        node->boost = boosts[seed_below(&w->seed, 6)];
}

/* How the children are joined, and the signs of filters, which mean something else without one:
 * docs/QUERY.md. */
static void settle_children(struct toy_world *w, struct oracle_node *bag)
{
    size_t n_positive = 0;
    bool words = false; /* the clauses that OR joins so far: one is no filter */
    bag->operators = seed_below(&w->seed, 2) == 0;
    for (size_t i = 0; i < bag->n_children; i++) {
        struct oracle_node *const child = &bag->children[i];
        const bool plain = child->sign == ORACLE_PLAIN;
        child->joined = i > 0 && plain && bag->children[i - 1].sign == ORACLE_PLAIN &&
                        (!oracle_is_filter(child) || words) && seed_below(&w->seed, 2) == 0;
        words = (child->joined && words) || (plain && !oracle_is_filter(child));
        if (oracle_is_filter(child) && plain && !child->joined)
            child->sign = ORACLE_PLUS;
        n_positive += oracle_is_positive(child) && !child->joined;
    }
    for (size_t i = 0; i < bag->n_children; i++) {
        struct oracle_node *const child = &bag->children[i];
        child->bare = n_positive > 1 && oracle_is_filter(child) && child->sign == ORACLE_PLUS &&
                      seed_below(&w->seed, 2) == 0;
    }
}

static void random_node(struct toy_world *w, struct oracle_node *node, unsigned depth);

static void random_bag(struct toy_world *w, struct oracle_node *node, unsigned depth)
{
    node->kind = ORACLE_BAG;
    node->n_children = 1 + seed_below(&w->seed, depth == 0 ? 6 : 3);
    node->children = toy_world_take(w, node->n_children, sizeof *node->children);
    for (size_t i = 0; i < node->n_children; i++)
        random_node(w, &node->children[i], depth + 1);
    settle_children(w, node);
}

static void random_node(struct toy_world *w, struct oracle_node *node, unsigned depth)
{
    const unsigned sign = seed_below(&w->seed, 10);
    *node = (struct oracle_node){.sign = sign == 0   ? ORACLE_MINUS
                                         : sign <= 2 ? ORACLE_PLUS
                                                     : ORACLE_PLAIN};
    if (seed_below(&w->seed, 8) == 0 && depth < 4)
        random_bag(w, node, depth);
    else
        random_leaf(w, node);
}

/* ---- comparisons ---- */

struct setting {
    float k1;
    float b;
    enum rollup rollup;
};

static enum oracle_rollup oracle_rollup_of(enum rollup rollup)
{
    switch (rollup) {
    case ROLLUP_MAX:
        return ORACLE_MAX;
    case ROLLUP_SUM:
        return ORACLE_SUM;
    case ROLLUP_TOP3:
        return ORACLE_TOP3;
    default:
        return ORACLE_PASSAGES;
    }
}

static void check_total(const struct search_result *r, size_t total, const char *what)
{
    cr_assert_eq(r->total, total, "%s: total %llu, not %zu", what, (unsigned long long)r->total,
                 total);
}

static void check_result(const struct search_result *r, const struct oracle_hit *hits, size_t total,
                         size_t k, const char *what)
{
    cr_assert_eq(r->best.n, total < k ? total : k, "%s: %zu hits", what, r->best.n);
    cr_assert(r->exact);
    for (size_t i = 0; i < r->best.n; i++) {
        const struct topk_entry *const e = &r->best.entries[i];
        cr_assert(e->score == hits[i].score && e->item == hits[i].item && e->shown == hits[i].shown,
                  "%s: rank %zu is %u (shown %u, score %llu), not %u (%u, %llu)", what, i + 1,
                  e->item, e->shown, (unsigned long long)e->score, hits[i].item, hits[i].shown,
                  (unsigned long long)hits[i].score);
    }
}

/* One query under one setting, for each k. Returns how many match. */
static size_t check_setting(struct toy_world *w, struct oracle_node *root, struct span text,
                            const struct setting *setting, const char *what)
{
    static const size_t ks[] = {1, 10, 100, 1000};
    const size_t total = oracle_rank(&w->collection, root, setting->k1, setting->b,
                                     oracle_rollup_of(setting->rollup), w->hits);
    for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
        struct search_options options = search_options_of(w->searcher);
        options.k = ks[i];
        options.k1 = setting->k1;
        options.b = setting->b;
        options.documents = setting->rollup;
        options.algorithm = ALGORITHM_AUTO;
        char where[512];
        (void)snprintf(where, sizeof where, "%s, k %zu, auto", what, ks[i]);
        for (int counted = 0; counted <= 1; counted++) {
            options.total = counted != 0;
            cr_assert_eq(search_run(w->searcher, text, &options, &w->automatic), STATUS_OK);
            check_result(&w->automatic, w->hits, total, ks[i], where);
            if (options.total)
                check_total(&w->automatic, total, where);
        }
        options.algorithm = ALGORITHM_EXHAUSTIVE;
        (void)snprintf(where, sizeof where, "%s, k %zu, exhaustive", what, ks[i]);
        cr_assert_eq(search_run(w->searcher, text, &options, &w->exhaustive), STATUS_OK);
        check_result(&w->exhaustive, w->hits, total, ks[i], where);
        check_total(&w->exhaustive, total, where);
    }
    return total;
}

/* Random queries on a random collection. Returns how many queries had an answer. */
static unsigned check_shape(const struct toy_shape *shape, unsigned seed)
{
    static const float k1s[] = {0.9f, 1.2f, 0.0f, 2.0f, 0.4f};
    static const float bs[] = {0.4f, 0.75f, 0.0f, 1.0f, 0.9f};
    struct toy_world w;
    struct buf text = BUF_INIT;
    unsigned n_answered = 0;
    toy_world_init(&w, shape, seed);
    for (unsigned i = 0; i < shape->queries; i++) {
        struct oracle_node root = {0};
        char what[400];
        const struct setting setting = {k1s[seed_below(&w.seed, 5)], bs[seed_below(&w.seed, 5)],
                                        (enum rollup)seed_below(&w.seed, 4)};
        random_bag(&w, &root, 0);
        buf_clear(&text);
        oracle_query_text(&root, &text);
        (void)snprintf(what, sizeof what, "%s, seed %u, query %u: %.200s, k1 %g, b %g, roll-up %d",
                       shape->name, seed, i, buf_string(&text), (double)setting.k1,
                       (double)setting.b, (int)setting.rollup);
        n_answered += check_setting(&w, &root, buf_span(&text), &setting, what) > 0;
    }
    buf_release(&text);
    toy_world_release(&w);
    return n_answered;
}

static void check_shapes(const struct toy_shape *shapes, size_t n)
{
    const unsigned seed = seed_first();
    unsigned n_queries = 0;
    unsigned n_answered = 0;
    for (size_t i = 0; i < n; i++) {
        n_queries += shapes[i].queries;
        n_answered += check_shape(&shapes[i], seed + (unsigned)i);
    }
    cr_assert_gt(2 * n_answered, n_queries, "seed %u: most queries find nothing", seed);
}

/* Around the sizes at which a block, a range and a window of the format are full. */
Test(exact, sizes)
{
    static const struct toy_shape shapes[] = {
        {"one", 1, 3, false, 6, 4, 0, 0, "plain", 1, 30},
        {"two", 2, 3, false, 6, 4, 0, 0, "plain", 1, 30},
        {"255", 255, 4, false, 8, 4, 0, 0, "plain", 1, 60},
        {"256", 256, 4, false, 8, 0, 0, 0, "plain", 1, 60},
        {"257", 257, 4, false, 8, 8, 0, 0, "plain", 1, 60},
        {"zipf 257", 257, 300, true, 30, 4, 0, 0, "plain", 1, 60},
        {"4096", 4096, 40, false, 10, 2, 0, 0, "plain", 1, 30},
        {"zipf 4097", 4097, 2000, true, 20, 2, 0, 0, "plain", 1, 30},
        {"zipf 20000", 20000, 3000, true, 12, 1, 0, 0, "plain", 1, 20},
        {"long texts", 60, 200, true, 480, 4, 0, 0, "plain", 1, 40},
    };
    check_shapes(shapes, sizeof shapes / sizeof shapes[0]);
}

/* Passages: roll-ups have something to add up, and titles stand in every one. */
Test(exact, passages)
{
    static const struct toy_shape shapes[] = {
        {"windows", 100, 6, false, 60, 4, 8, 8, "plain", 1, 60},
        {"overlapping windows", 100, 60, true, 60, 4, 10, 4, "plain", 1, 60},
        {"windows, three segments", 90, 30, true, 60, 4, 8, 5, "plain", 3, 60},
        {"english windows", 90, 30, true, 60, 4, 8, 5, "english", 2, 60},
    };
    check_shapes(shapes, sizeof shapes / sizeof shapes[0]);
}

/* One-byte lengths, and ties by id at the cut. */
Test(exact, anserini)
{
    static const struct toy_shape shapes[] = {
        {"anserini", 600, 4, false, 8, 4, 0, 0, "anserini", 1, 60},
        {"anserini, long", 150, 100, true, 200, 4, 0, 0, "anserini", 1, 60},
        {"anserini windows", 100, 6, false, 60, 4, 8, 8, "anserini", 1, 60},
        {"anserini, three segments", 600, 4, false, 8, 4, 0, 0, "anserini", 3, 60},
        {"anserini windows, two segments", 100, 6, false, 60, 4, 8, 8, "anserini", 2, 60},
    };
    check_shapes(shapes, sizeof shapes / sizeof shapes[0]);
}

/* How an index is cut into segments does not show: the oracle knows no segments, and the very same
 * documents and queries are compared with it for one segment, two and three. */
Test(exact, segments)
{
    const unsigned seed = seed_first();
    for (unsigned segments = 1; segments <= 3; segments++) {
        const struct toy_shape shapes[] = {
            {"ties", 300, 4, false, 8, 4, 0, 0, "plain", segments, 50},
            {"zipf", 800, 1000, true, 20, 4, 0, 0, "plain", segments, 50},
            {"a segment each", 3, 5, false, 8, 4, 0, 0, "plain", segments, 50},
        };
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            (void)check_shape(&shapes[i], seed + (unsigned)i);
    }
}

/* Many trees on small collections of all kinds: QIAO_EXACT_TREES of them, a dose without it. */
Test(exact, trees)
{
    static const struct toy_shape shapes[] = {
        {"trees, few words", 120, 6, false, 12, 4, 0, 0, "plain", 1, 400},
        {"trees, windows", 60, 30, true, 40, 4, 8, 5, "plain", 2, 400},
        {"trees, many words", 200, 400, true, 24, 3, 0, 0, "english", 1, 400},
        {"trees, anserini", 120, 40, true, 50, 4, 10, 10, "anserini", 3, 400},
        {"trees, more words than a pattern may be", 300, 2500, false, 24, 2, 0, 0, "plain", 2, 60},
    };
    const size_t n_shapes = sizeof shapes / sizeof shapes[0];
    const char *const given = getenv("QIAO_EXACT_TREES");
    const unsigned long wanted = given == NULL ? 1600 : strtoul(given, NULL, 10);
    unsigned long n = 0;
    unsigned seed = seed_first();
    for (size_t i = 0; n < wanted; i++) {
        (void)check_shape(&shapes[i % n_shapes], seed++);
        n += shapes[i % n_shapes].queries;
    }
    fprintf(stderr, "exact/trees: %lu trees\n", n);
}

/* No operator, no word, no document. */
Test(exact, empty)
{
    static const struct toy_shape shape = {"few", 5, 3, false, 6, 4, 0, 0, "plain", 1, 0};
    struct toy_world w;
    toy_world_init(&w, &shape, 1);
    for (int rollup = ROLLUP_NONE; rollup <= ROLLUP_TOP3; rollup++) {
        struct oracle_node root = {.kind = ORACLE_BAG};
        const struct setting setting = {0.9f, 0.4f, (enum rollup)rollup};
        cr_assert_eq(check_setting(&w, &root, span_of_string(""), &setting, "empty"), 0);
        struct oracle_node minus = {
            .kind = ORACLE_WORD, .sign = ORACLE_MINUS, .words = {"w1"}, .n_words = 1};
        root.children = &minus;
        root.n_children = 1;
        cr_assert_eq(check_setting(&w, &root, span_of_string("-w1"), &setting, "excluded"), 0);
    }
    toy_world_release(&w);
}
