/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_union: the best passages of a segment for words of which any may match.
 *
 * Passages are taken in ranges of RANGE_PASSAGES. The sum of the words' bounds in a range says what
 * a passage of it can score at most; a range whose sum is below the score that is needed to enter
 * the k best is never decoded (live blocks: Mallia, Siedlaczek, Suel, WSDM 2021). What is needed
 * begins at the stored k-th best contributions of single words, and the ranges that promise most
 * come first, so that it is high when the others come, in order. Inside a range the words come by
 * descending bound; once those that are left cannot lift an untouched passage (MaxScore: Turtle,
 * Flood 1995), only passages that can still win keep the range alive.
 *
 * Where most ranges are alive, as with a large k, windows of WINDOW_PASSAGES are summed up instead,
 * every posting once.
 */
#ifndef QIAO_SEARCHER_RANK_RANK_UNION_H
#define QIAO_SEARCHER_RANK_RANK_UNION_H

#include "searcher/rank/ranking.h"
#include "searcher/rank/scored_list.h"

/* Offers whatever can enter. lists: n >= 1 of one context, whose `most` sum up to less than 2^32;
 * they are spent afterwards. A passage must be in the first n_required of them: whether it is, is
 * asked for those alone that could enter. */
enum status rank_union(struct ranking *r, struct scored_list *lists, size_t n, size_t n_required);

#endif
