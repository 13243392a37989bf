/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topk: the k best of all that is offered.
 *
 *     TRY(topk_init(&t, k));
 *     if (topk_would_enter(&t, score, tie))
 *         topk_push(&t, score, tie, item);
 *     topk_sort(&t);                       best first: t.entries[0 .. t.n)
 *     topk_release(&t);
 *
 * Higher scores are better; among equal scores the lower `tie` is. Ties are distinct, so the order
 * is total and the result does not depend on the order of offers. Up to TOPK_HEAP_MOST they are a
 * binary heap with the worst on top; more are gathered until there are half as many again, of which the
 * best k are then selected: that costs less an entry than the levels of a large heap do.
 */
#ifndef QIAO_SEARCHER_RANK_TOPK_H
#define QIAO_SEARCHER_RANK_TOPK_H

#include "common/base/bytes.h"
#include "common/base/status.h"

struct topk_entry {
    uint64_t score;
    uint32_t tie;
    uint32_t item;  /* a passage or document, numbered through the index */
    uint32_t shown; /* the passage to show for it */
};

#define TOPK_HEAP_MOST 256u

struct topk {
    struct topk_entry *entries;
    size_t n; /* until they are sorted perhaps more than k */
    size_t k;
    size_t cap; /* grows as entries come: k may be far larger than what matches */
    bool full;  /* there are k, and what enters must be better than */
    struct topk_entry worst;
};

void topk_init(struct topk *t, size_t k);
void topk_release(struct topk *t);

/* Whether an entry with that score and tie may be among the k best so far: true of all that are, and
 * of some others if k is above TOPK_HEAP_MOST. */
static inline bool topk_would_enter(const struct topk *t, uint64_t score, uint32_t tie)
{
    return !t->full || score > t->worst.score || (score == t->worst.score && tie < t->worst.tie);
}

/* Adds an entry, which must be one that would enter. STATUS_NO_MEMORY. */
enum status topk_push(struct topk *t, struct topk_entry entry);

/* Leaves the k best, best first. Nothing may be pushed afterwards. STATUS_NO_MEMORY, and then they are
 * in no order. */
enum status topk_sort(struct topk *t);

#endif
