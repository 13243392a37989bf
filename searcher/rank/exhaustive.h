/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exhaustive: the oracle. Scores every passage of a segment, term at a time, into plain arrays.
 *
 * It shares the plan and the formula with the other way of ranking, but neither its iterators nor
 * its skipping, and is written for clarity: each node of the plan becomes an array of scores, one a
 * passage, 0 where it does not match (a match scores at least 1, score/bm25.h).
 */
#ifndef QIAO_SEARCHER_RANK_EXHAUSTIVE_H
#define QIAO_SEARCHER_RANK_EXHAUSTIVE_H

#include "searcher/rank/plan.h"

/* Writes the score of every passage of segment `i` of the plan's index for its root. `scores` has
 * room for its header.passages. */
enum status exhaustive_scores(const struct plan *plan, size_t i, uint64_t *scores /* OUT */);

#endif
