/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live_ranges: for each range of RANGE_PASSAGES passages the most that one of them can score, and
 * the ranges that can still win.
 *
 *     struct live_ranges ranges;
 *     TRY(live_ranges_init(&ranges, n, 0, arena));
 *     rank_kernels()->add_bounds(ranges.bounds, codes, n, unit);     for each word
 *     live_ranges_find(&ranges, bar);                                then ranges.live[0 .. n_live)
 *     cut = live_ranges_cut(&ranges, 32);                            what the best 32 or so reach
 */
#ifndef QIAO_SEARCHER_RANK_LIVE_RANGES_H
#define QIAO_SEARCHER_RANK_LIVE_RANGES_H

#include "common/base/arena.h"
#include "common/base/status.h"

struct live_ranges {
    uint32_t *bounds; /* by range; 0: nothing matches there, or it is done with */
    size_t n;
    uint32_t *live; /* ascending */
    size_t n_live;
    uint32_t *promised; /* the bounds of the live ones, when they were found */
};

/* All bounds are `bound` at first. */
enum status live_ranges_init(struct live_ranges *r, size_t n, uint32_t bound, struct arena *arena);

/* Those whose bounds are at least `bar`, which is not 0. */
void live_ranges_find(struct live_ranges *r, uint32_t bar);

/* A bound that `wanted` of the live ranges reach, at most some more; if very many are equal, only
 * these, however many they are. */
uint32_t live_ranges_cut(const struct live_ranges *r, size_t wanted);

#endif
