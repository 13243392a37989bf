/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_count: how many passages of a segment match, without scoring them.
 *
 * Of one word that is what the dictionary says. Of several, any of which may match: the rarer ones
 * are joined in a bitmap, a window of passages at a time, and the commonest adds what it does not
 * share with it. What is required is counted by rank_conjunction.h.
 */
#ifndef QIAO_SEARCHER_RANK_RANK_COUNT_H
#define QIAO_SEARCHER_RANK_RANK_COUNT_H

#include "searcher/rank/ranking.h"
#include "searcher/rank/shape.h"

/* Adds the number of passages that hold any of the shape's words and pass the tests; nothing is
 * required. */
enum status rank_count_union(struct ranking *r, const struct shape *shape,
                             uint64_t *count /* IN OUT */);

#endif
