/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_count: how many passages of a segment match, without scoring them.
 *
 * Of one word that is what the dictionary says. Of several, any of which may match: the rarer ones
 * are joined in a bitmap, a window of passages at a time, and the commonest adds what it does not
 * share with it. Where all must match and none is rare, the bitmap of the rarest is cut down by the
 * others; phrases and rarer words are counted by rank_conjunction.h.
 */
#ifndef QIAO_SEARCHER_RANK_RANK_COUNT_H
#define QIAO_SEARCHER_RANK_RANK_COUNT_H

#include "searcher/rank/ranking.h"
#include "searcher/rank/shape.h"

/* Adds the number of passages that hold any of the shape's words and pass the tests; nothing is
 * required. */
enum status rank_count_any(struct ranking *r, const struct shape *shape,
                           uint64_t *count /* IN OUT */);

/* Whether all that is required are words, and bitmaps the fastest way to count what has them all. */
bool rank_count_all_pays(const struct ranking *r, const struct shape *shape);

/* Adds the number of passages that hold all the words that are required and pass the tests. */
enum status rank_count_all(struct ranking *r, const struct shape *shape,
                           uint64_t *count /* IN OUT */);

#endif
