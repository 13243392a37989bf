/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_conjunction: the best passages of a segment for words and phrases all of which must match.
 *
 * A range of passages is looked into only if the bounds of all that is required are above 0 there
 * and their sum, with that of the optional words, can win. In such ranges the rarest list leads; as
 * far as the decoded blocks of all lists reach, its passages are intersected with theirs, block
 * against block. What is left is scored, and only passages that could win by that, and by the
 * smallest frequency of a phrase's words, have positions read, and optional words looked up.
 */
#ifndef QIAO_SEARCHER_RANK_RANK_CONJUNCTION_H
#define QIAO_SEARCHER_RANK_RANK_CONJUNCTION_H

#include "searcher/rank/ranking.h"
#include "searcher/rank/scored_list.h"
#include "searcher/rank/shape.h"

/* Offers whatever can enter. The shape requires something, and everything is in the segment. */
enum status rank_conjunction(struct ranking *r, const struct list_context *context,
                             const struct shape *shape);

/* Adds the number of passages that hold all that is required and pass the tests. */
enum status rank_count_conjunction(struct ranking *r, const struct list_context *context,
                                   const struct shape *shape, uint64_t *count /* IN OUT */);

#endif
