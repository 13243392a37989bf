/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_positions: the postings of a word, with room for its positions in the passage at hand.
 *
 *     struct word_positions w = {0};
 *     TRY(postings_open(segment, &entry, &w.postings));
 *     ... postings_seek(&w.postings, passage) ...
 *     TRY(word_positions_load(segment, arena, &w));      then w.positions[0 .. w.n)
 */
#ifndef QIAO_SEARCHER_RANK_WORD_POSITIONS_H
#define QIAO_SEARCHER_RANK_WORD_POSITIONS_H

#include "common/base/arena.h"
#include "common/segment/postings.h"

struct word_positions {
    struct postings postings;
    uint32_t *positions; /* ascending; in the arena, good until the next load */
    uint32_t n;
    uint32_t cap;
};

/* Reads the positions of the current passage. The segment stores positions. */
enum status word_positions_load(const struct segment *segment, struct arena *arena,
                                struct word_positions *w);

#endif
