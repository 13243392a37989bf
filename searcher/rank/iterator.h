/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iterator: the passages of one segment that match a part of the query, one at a time.
 *
 *     struct iterator *it;
 *     TRY(iterator_make(&context, plan_node, &it));
 *     for (uint32_t p = iterator_advance(it, 0); p != PASSAGE_END; p = iterator_advance(it, p + 1))
 *         ... iterator_score(it) ...
 *     TRY(context.status);
 *
 * The contract, the same for every kind: advance(target) moves to the first match >= target and
 * returns it, PASSAGE_END if there is none; with target at or before the current match it stays; at
 * the end it stays at the end. score() is that of the current match, and may be called once a
 * match. Iterators live in the context's arena. Damage ends an iterator and sets context->status,
 * which is checked once, at the end.
 */
#ifndef QIAO_SEARCHER_RANK_ITERATOR_H
#define QIAO_SEARCHER_RANK_ITERATOR_H

#include "common/segment/postings.h"
#include "searcher/rank/plan.h"

struct iterator_context {
    const struct plan *plan;
    const struct segment *segment;
    size_t segment_number; /* which entries of a plan_word are its own */
    struct arena *arena;
    enum status status; /* sticky */
};

struct iterator {
    uint32_t (*advance)(struct iterator *it, uint32_t target);
    uint64_t (*score)(struct iterator *it);
    uint32_t passage; /* the current match; 0 before the first advance */
    bool started;
    uint64_t cost; /* about how many matches it has: cheaper ones lead */
};

static inline uint32_t iterator_advance(struct iterator *it, uint32_t target)
{
    if (it->started && it->passage >= target)
        return it->passage;
    it->started = true;
    it->passage = it->advance(it, target);
    return it->passage;
}

static inline uint64_t iterator_score(struct iterator *it)
{
    return it->score(it);
}

/* The iterator of a node of the plan; *out NULL if it matches nothing in this segment. */
enum status iterator_make(struct iterator_context *context, const struct plan_node *node,
                          struct iterator **out /* OUT */);

/* The length that scoring sees of a passage. */
uint32_t scored_length(const struct plan *plan, const struct segment *segment, uint32_t passage);

/* The kinds; each file has one. Children are borrowed, never NULL. */
enum status iterate_term(struct iterator_context *context, const struct plan_node *node,
                         struct iterator **out);
enum status iterate_phrase(struct iterator_context *context, const struct plan_node *node,
                           struct iterator **out);
/* The one word of the node is somewhere in the segment. */
enum status iterate_side(struct iterator_context *context, const struct plan_node *node,
                         struct iterator **out);
/* One of the node's words is somewhere in the segment. */
enum status iterate_union(struct iterator_context *context, const struct plan_node *node,
                          struct iterator **out);
/* *out stays NULL if it selects nothing. */
enum status iterate_filter(struct iterator_context *context, const struct plan_node *node,
                           struct iterator **out);
/* All of them match; the score is the sum. n >= 1. */
enum status iterate_and(struct iterator_context *context, struct iterator **children, size_t n,
                        struct iterator **out);
/* At least one matches; the score is the sum over those that do. n >= 1. */
enum status iterate_or(struct iterator_context *context, struct iterator **children, size_t n,
                       struct iterator **out);
/* `lead` matches; where `extra` does too, its score is added. */
enum status iterate_optional(struct iterator_context *context, struct iterator *lead,
                             struct iterator *extra, struct iterator **out);
/* `lead` matches and `excluded` does not. */
enum status iterate_not(struct iterator_context *context, struct iterator *lead,
                        struct iterator *excluded, struct iterator **out);

#endif
