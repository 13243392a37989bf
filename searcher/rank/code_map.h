/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code_map: bounds made for one k1, b and mean length, read for another (docs/FORMAT.md 9).
 *
 *     struct code_map map;
 *     code_map_make(segment, &plan->bm25, &map);
 *     bound = map.codes[code];             or the code itself if map.same
 *
 * A stored code says that no share of a range is above code/255. What shares that allows under
 * other settings depends on which pairs (tf, length) it allows: the largest of theirs is the code
 * that takes its place. Lengths are taken one by one up to 255, then in steps of a twentieth.
 */
#ifndef QIAO_SEARCHER_RANK_CODE_MAP_H
#define QIAO_SEARCHER_RANK_CODE_MAP_H

#include "common/score/bm25.h"
#include "common/segment/segment.h"

struct code_map {
    struct bm25 made;  /* as the segment's codes were */
    struct bm25 asked; /* as the query scores */
    uint32_t longest;  /* no length is above it */
    bool same;         /* every code stands for itself, and so do k-th best shares */
    uint8_t codes[256];
};

/* Makes the map of a segment. Keeps the one that is there if it is of the same settings: a
 * code_map is zero at first and belongs to one segment. */
void code_map_make(const struct segment *s, const struct bm25 *asked, struct code_map *map);

#endif
