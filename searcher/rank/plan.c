/* SPDX-License-Identifier: Apache-2.0 */
/* plan: one walk over the query tree; terms of a bag are merged with those before them. */
#include "searcher/rank/plan.h"

struct planner {
    struct plan *plan;
    struct arena *arena;
    bool positions; /* every segment has them */
};

static void *take(struct planner *p, size_t size)
{
    return arena_alloc(p->arena, size);
}

static enum status look_up(struct planner *p, const struct query_word *from, struct plan_word *to)
{
    const struct index *const index = p->plan->index;
    to->term = from->term;
    to->typed = from->typed;
    to->position = from->position;
    to->entries = take(p, (index->n_segments + 1) * sizeof *to->entries);
    if (to->entries == NULL)
        return fail_no_memory();
    TRY(index_find_term(index, to->term, to->entries, &to->df, &to->cf));
    to->idf = bm25_idf(index->passages, to->df);
    return STATUS_OK;
}

static void add_leaf(struct planner *p, struct plan_node *node)
{
    double idf = 0;
    for (size_t i = 0; i < node->n_words; i++)
        idf += node->words[i].idf;
    node->weight = bm25_weight(node->boost * (double)node->count * idf);
    p->plan->leaves[p->plan->n_leaves++] = node;
}

static struct plan_node *new_node(struct planner *p, enum plan_kind kind, enum query_occur occur,
                                  double boost)
{
    struct plan_node *const node = take(p, sizeof *node);
    if (node != NULL)
        *node = (struct plan_node){.kind = kind, .occur = occur, .count = 1, .boost = boost};
    return node;
}

static enum status plan_leaf(struct planner *p, const struct query_word *words, size_t n,
                             struct plan_node *node)
{
    node->words = take(p, n * sizeof *node->words);
    if (node->words == NULL)
        return fail_no_memory();
    node->n_words = n;
    for (size_t i = 0; i < n; i++)
        TRY(look_up(p, &words[i], &node->words[i]));
    add_leaf(p, node);
    return STATUS_OK;
}

/* A phrase where no positions are stored: all its words, in any order. */
static enum status plan_words_apart(struct planner *p, const struct query_node *q,
                                    struct plan_node *bag)
{
    struct plan_node **tail = &bag->first_child;
    p->plan->note = "the index has no positions: phrases match their words in any order";
    for (size_t i = 0; i < q->n_words; i++) {
        struct plan_node *const node = new_node(p, PLAN_TERM, OCCUR_MUST, bag->boost);
        if (node == NULL)
            return fail_no_memory();
        TRY(plan_leaf(p, &q->words[i], 1, node));
        *tail = node;
        tail = &node->next;
    }
    return STATUS_OK;
}

/* The SHOULD term of `bag` with this boost that `q` repeats; NULL if there is none. */
static struct plan_node *find_equal(struct plan_node *bag, const struct query_node *q, double boost)
{
    for (struct plan_node *n = bag->first_child; n != NULL; n = n->next)
        if (n->kind == PLAN_TERM && n->occur == OCCUR_SHOULD && n->boost == boost &&
            span_equal(n->words[0].term, q->words[0].term))
            return n;
    return NULL;
}

static enum status plan_node_of(struct planner *p, const struct query_node *q, double boost,
                                struct plan_node **out)
{
    const double all = boost * (double)q->boost;
    const bool apart = q->kind == QUERY_PHRASE && !p->positions;
    struct plan_node *const node = new_node(p,
                                            apart                     ? PLAN_BAG
                                            : q->kind == QUERY_PHRASE ? PLAN_PHRASE
                                                                      : PLAN_TERM,
                                            q->occur, all);
    if (node == NULL)
        return fail_no_memory();
    node->slop = q->slop;
    *out = node;
    return apart ? plan_words_apart(p, q, node) : plan_leaf(p, q->words, q->n_words, node);
}

static enum status plan_bag(struct planner *p, const struct query_node *q, double boost,
                            struct plan_node **out);

static enum status plan_child(struct planner *p, const struct query_node *q, struct plan_node *bag,
                              struct plan_node **out)
{
    if (q->kind == QUERY_BAG)
        return plan_bag(p, q, bag->boost, out); /* depth: LIMIT_QUERY_NESTING */
    struct plan_node *const equal = q->kind == QUERY_TERM && q->occur == OCCUR_SHOULD
                                        ? find_equal(bag, q, bag->boost * (double)q->boost)
                                        : NULL;
    if (equal == NULL)
        return plan_node_of(p, q, bag->boost, out);
    equal->count++;
    equal->weight = bm25_weight(equal->boost * (double)equal->count * equal->words[0].idf);
    *out = NULL;
    return STATUS_OK;
}

static enum status plan_bag(struct planner *p, const struct query_node *q, double boost,
                            struct plan_node **out)
{
    struct plan_node *const bag = new_node(p, PLAN_BAG, q->occur, boost * (double)q->boost);
    if (bag == NULL)
        return fail_no_memory();
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
static size_t count_words(const struct query_node *q)
{
    size_t n = q->n_words;
    for (const struct query_node *c = q->first_child; c != NULL; c = c->next)
        n += count_words(c);
    return n;
}

enum status plan_make(const struct index *index, const struct query *query, float k1, float b,
                      struct arena *arena, struct plan *out)
{
    *out = (struct plan){
        .index = index,
        .bm25 = bm25_of(k1, b, index->tokens, index->passages, index->profile->byte_lengths)};
    struct planner p = {out, arena, true};
    for (size_t i = 0; i < index->n_segments; i++)
        p.positions = p.positions && segment_has(&index->segments[i], FEATURE_POSITIONS);
    out->leaves = take(&p, (count_words(query->root) + 1) * sizeof(struct plan_node *));
    if (out->leaves == NULL)
        return fail_no_memory();
    return plan_bag(&p, query->root, 1.0, &out->root);
}
