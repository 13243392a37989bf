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
 * is total and the result does not depend on the order of offers. A binary heap with the worst on
 * top.
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

struct topk {
    struct topk_entry *entries;
    size_t n;
    size_t k;
    size_t cap; /* grows to k as entries come: k may be far larger than what matches */
};

void topk_init(struct topk *t, size_t k);
void topk_release(struct topk *t);

/* Whether an entry with that score and tie would be among the k best so far. */
static inline bool topk_would_enter(const struct topk *t, uint64_t score, uint32_t tie)
{
    if (t->n < t->k)
        return true;
    return t->k > 0 && (score > t->entries[0].score ||
                        (score == t->entries[0].score && tie < t->entries[0].tie));
}

/* Adds an entry, which must be one that would enter; drops the worst if there are k already. */
enum status topk_push(struct topk *t, struct topk_entry entry);

/* Orders the entries, best first. Nothing may be pushed afterwards. */
void topk_sort(struct topk *t);

#endif
