/* SPDX-License-Identifier: Apache-2.0 */
/* plan: one walk over the query tree; terms of a bag are merged with those before them. */
#include "searcher/rank/plan.h"

#include "common/base/limits.h"
#include "searcher/query/expand.h"
#include "searcher/rank/filter.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* Boosts inside boosts: groups are 64 deep, and no sum of contributions may pass 64 bits. */
#define BOOST_LEAST 1e-4
#define BOOST_MOST  1e4

static const char note_positions[] =
    "the index has no positions: phrases match their words in any order, NEAR at any distance, and "
    "title: and body: are left out";
static const char note_expansions[] = "a word with wildcards or ~ fits more than " TEXT_OF(
    LIMIT_QUERY_EXPANSIONS) " words of the "
                            "index: the commonest were taken";
static const char note_boosts[] = "boosts of groups inside each other were kept within 1/10000 and "
                                  "10000";

struct planner {
    struct plan *plan;
    struct arena *arena;
    bool positions; /* every segment has them */
    struct seen {   /* optional terms so far, by hash; open addressing */
        const struct plan_node *bag;
        struct plan_node *node; /* NULL: free */
    } * seen;
    size_t n_seen; /* places, a power of two */
};

static void *take(struct planner *p, size_t size)
{
    return arena_alloc(p->arena, size);
}

static void note(struct planner *p, const char *text)
{
    if (p->plan->note == NULL)
        p->plan->note = text;
}

/* ---- words ---- */

static enum status look_up(struct planner *p, struct plan_word *word)
{
    const struct index *const index = p->plan->index;
    word->entries = take(p, (index->n_segments + 1) * sizeof *word->entries);
    if (word->entries == NULL)
        return fail_no_memory();
    TRY(index_find_term(index, word->term, word->entries, &word->df, &word->cf));
    word->idf = bm25_idf(index->passages, word->df);
    return STATUS_OK;
}

static void add_leaf(struct planner *p, struct plan_node *node)
{
    double idf = 0;
    uint64_t df = 0; /* of the commonest word */
    for (size_t i = 0; i < node->n_words; i++) {
        idf += node->words[i].idf;
        df = node->words[i].df > df ? node->words[i].df : df;
    }
    if (node->kind == PLAN_ANY)
        idf = bm25_idf(p->plan->index->passages, df);
    if (node->kind != PLAN_FILTER)
        node->weight = bm25_weight(node->boost * (double)node->count * idf);
    p->plan->leaves[p->plan->n_leaves++] = node;
}

static enum status plan_words(struct planner *p, const struct query_word *words, size_t n,
                              struct plan_node *node)
{
    node->words = take(p, n * sizeof *node->words);
    if (node->words == NULL)
        return fail_no_memory();
    node->n_words = n;
    for (size_t i = 0; i < n; i++) {
        node->words[i] = (struct plan_word){.term = words[i].term,
                                            .typed = words[i].typed,
                                            .position = words[i].position,
                                            .operand = words[i].operand};
        TRY(look_up(p, &node->words[i]));
    }
    add_leaf(p, node);
    return STATUS_OK;
}

/* The words that a pattern or a fuzzy word stands for. */
static enum status plan_pattern(struct planner *p, const struct query_node *q,
                                struct plan_node *node)
{
    const struct index *const index = p->plan->index;
    const struct form_pattern pattern = {.text = q->words[0].form,
                                         .fuzzy = q->kind == QUERY_FUZZY,
                                         .edits = q->slop,
                                         .stop = &p->plan->stop};
    struct expansion expansion;
    struct expanded_term *terms;
    size_t n;
    TRY(expand(index, &pattern, LIMIT_QUERY_EXPANSIONS, p->arena, &expansion));
    TRY(expand_terms(index, &expansion, p->arena, &terms, &n));
    node->n_fitting = expansion.n_fitting;
    p->plan->late = p->plan->late || expansion.late;
    if (expansion.n_fitting > expansion.n)
        note(p, note_expansions);
    node->words = take(p, (n + 1) * sizeof *node->words);
    if (node->words == NULL)
        return fail_no_memory();
    for (; node->n_words < n; node->n_words++) {
        struct plan_word *const word = &node->words[node->n_words];
        *word = (struct plan_word){.term = terms[node->n_words].term,
                                   .typed = terms[node->n_words].form};
        TRY(look_up(p, word));
    }
    add_leaf(p, node);
    return STATUS_OK;
}

/* ---- nodes ---- */

static struct plan_node *new_node(struct planner *p, enum plan_kind kind, enum query_occur occur,
                                  double boost)
{
    struct plan_node *const node = take(p, sizeof *node);
    if (node != NULL)
        *node = (struct plan_node){.kind = kind, .occur = occur, .count = 1, .boost = boost};
    return node;
}

static double multiply(struct planner *p, double boost, const struct query_node *q)
{
    const double product = boost * (double)q->boost;
    if (product >= BOOST_LEAST && product <= BOOST_MOST)
        return product;
    note(p, note_boosts);
    return product > 1 ? BOOST_MOST : BOOST_LEAST;
}

/* A phrase where no positions are stored: all its words, in any order. */
static enum status plan_words_apart(struct planner *p, const struct query_node *q,
                                    struct plan_node *bag)
{
    struct plan_node **tail = &bag->first_child;
    for (size_t i = 0; i < q->n_words; i++) {
        struct plan_node *const node = new_node(p, PLAN_TERM, OCCUR_MUST, bag->boost);
        if (node == NULL)
            return fail_no_memory();
        TRY(plan_words(p, &q->words[i], 1, node));
        *tail = node;
        tail = &node->next;
    }
    return STATUS_OK;
}

static enum status plan_filter(struct planner *p, const struct query_node *q,
                               struct plan_node *node)
{
    if (q->kind == QUERY_ID)
        TRY(filter_find_id(p->plan->index, q->id, p->arena, &node->ranges));
    add_leaf(p, node);
    return STATUS_OK;
}

static enum plan_kind kind_of(const struct query_node *q, enum query_side side)
{
    switch (q->kind) {
    case QUERY_TERM:
        return side == SIDE_BOTH ? PLAN_TERM : PLAN_ANY;
    case QUERY_PHRASE:
        return PLAN_PHRASE;
    case QUERY_NEAR:
        return PLAN_NEAR;
    case QUERY_WILD:
    case QUERY_FUZZY:
        return PLAN_ANY;
    case QUERY_ID:
    case QUERY_DATE:
        return PLAN_FILTER;
    case QUERY_BAG:
        break;
    }
    return PLAN_BAG;
}

static enum status plan_leaf(struct planner *p, const struct query_node *q, double boost,
                             struct plan_node **out)
{
    const enum query_side side = p->positions ? q->side : SIDE_BOTH;
    const enum plan_kind kind = kind_of(q, side);
    const bool apart = !p->positions && (kind == PLAN_PHRASE || kind == PLAN_NEAR);
    struct plan_node *const node = new_node(p, apart ? PLAN_BAG : kind, q->occur, boost);
    if (node == NULL)
        return fail_no_memory();
    *out = node;
    if (apart || side != q->side)
        note(p, note_positions);
    if (apart)
        return plan_words_apart(p, q, node);
    node->query = q;
    node->side = side;
    node->slop = q->slop;
    if (kind == PLAN_FILTER)
        return plan_filter(p, q, node);
    if (q->kind == QUERY_WILD || q->kind == QUERY_FUZZY)
        return plan_pattern(p, q, node);
    return plan_words(p, q->words, q->n_words, node);
}

/* ---- equal terms ---- */

static uint64_t hash_of(const struct plan_node *bag, struct span term)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)(uintptr_t)bag; /* FNV-1a */
    for (size_t i = 0; i < term.len; i++)
        hash = (hash ^ term.data[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

static bool is_mergeable(const struct planner *p, const struct query_node *q)
{
    return q->kind == QUERY_TERM && q->occur == OCCUR_SHOULD &&
           (q->side == SIDE_BOTH || !p->positions);
}

/* The place of the optional term of `bag` with this boost that `q` repeats, or where the first such
 * one is to be put. */
static struct seen *find_equal(struct planner *p, const struct plan_node *bag,
                               const struct query_node *q, double boost)
{
    const struct span term = q->words[0].term;
    for (size_t i = (size_t)hash_of(bag, term);; i++) {
        struct seen *const at = &p->seen[i & (p->n_seen - 1)];
        if (at->node == NULL || (at->bag == bag && at->node->boost == boost &&
                                 span_equal(at->node->words[0].term, term)))
            return at;
    }
}

/* ---- bags ---- */

static enum status plan_bag(struct planner *p, const struct query_node *q, double boost,
                            struct plan_node **out);

static enum status plan_child(struct planner *p, const struct query_node *q, struct plan_node *bag,
                              struct plan_node **out)
{
    const double boost = multiply(p, bag->boost, q);
    if (q->kind == QUERY_BAG)
        return plan_bag(p, q, boost, out); /* depth: that of the tree */
    if (!is_mergeable(p, q))
        return plan_leaf(p, q, boost, out);
    struct seen *const seen = find_equal(p, bag, q, boost);
    if (seen->node == NULL) {
        TRY(plan_leaf(p, q, boost, out));
        *seen = (struct seen){bag, *out};
        return STATUS_OK;
    }
    struct plan_node *const equal = seen->node;
    equal->count++;
    equal->weight = bm25_weight(equal->boost * (double)equal->count * equal->words[0].idf);
    *out = NULL;
    return STATUS_OK;
}

static enum status plan_bag(struct planner *p, const struct query_node *q, double boost,
                            struct plan_node **out)
{
    struct plan_node *const bag = new_node(p, PLAN_BAG, q->occur, boost);
    if (bag == NULL)
        return fail_no_memory();
    bag->query = q;
    struct plan_node **tail = &bag->first_child;
    for (const struct query_node *c = q->first_child; c != NULL; c = c->next) {
        struct plan_node *child = NULL;
        TRY(plan_child(p, c, bag, &child));
        if (child == NULL)
            continue; /* merged */
        *tail = child;
        tail = &child->next;
    }
    *out = bag;
    return STATUS_OK;
}

/* Every word may become a leaf of its own where there are no positions. */
static size_t count_leaves(const struct query_node *q)
{
    size_t n = q->n_words > 0 ? q->n_words : 1;
    for (const struct query_node *c = q->first_child; c != NULL; c = c->next)
        n += count_leaves(c);
    return n;
}

enum status plan_make(const struct index *index, const struct query *query, float k1, float b,
                      const struct stop *stop, struct arena *arena, struct plan *out)
{
    *out = (struct plan){
        .index = index,
        .bm25 = bm25_of(k1, b, index->tokens, index->passages, index->profile->byte_lengths),
        .stop = *stop};
    struct planner p = {.plan = out, .arena = arena, .positions = true, .n_seen = 16};
    const size_t n_leaves = count_leaves(query->root);
    for (size_t i = 0; i < index->n_segments; i++)
        p.positions = p.positions && segment_has(&index->segments[i], FEATURE_POSITIONS);
    while (p.n_seen < 2 * n_leaves)
        p.n_seen *= 2;
    p.seen = take(&p, p.n_seen * sizeof *p.seen);
    out->leaves = take(&p, (n_leaves + 1) * sizeof(struct plan_node *));
    if (p.seen == NULL || out->leaves == NULL)
        return fail_no_memory();
    return plan_bag(&p, query->root, multiply(&p, 1, query->root), &out->root);
}
