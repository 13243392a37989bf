/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exhaustive: the oracle. Scores every passage of a segment, term at a time, into plain arrays.
 *
 * It shares the plan and the formula with the other way of ranking, but neither its iterators nor
 * its skipping, and is written for clarity: each node of the plan becomes an array of numbers, one a
 * passage: 0 where it does not match, else one more than its score (which is 0 for a filter).
 */
#ifndef QIAO_SEARCHER_RANK_EXHAUSTIVE_H
#define QIAO_SEARCHER_RANK_EXHAUSTIVE_H

#include "searcher/rank/plan.h"

/* Writes for every passage of segment `i` of the plan's index 0 if the plan's root does not match it,
 * else its score + 1. `found` has room for its header.passages. */
enum status exhaustive_find(const struct plan *plan, size_t i, uint64_t *found /* OUT */);

#endif
