/* SPDX-License-Identifier: Apache-2.0 */
/*
 * position_reader: the positions of many postings of one decoded block, in ascending order of
 * posting.
 *
 *     struct position_reader reader;
 *     position_reader_init(&reader, arena);
 *     ... postings_seek(&p, ...) ...
 *     TRY(position_reader_get(&reader, &p, p.at, passage, &positions));   of postings_tfs(&p)[p.at]
 *
 * Against postings_positions it saves what postings of one block have in common: the places where
 * their positions begin, and packed blocks that hold those of several. The struct is large and
 * needs no release.
 */
#ifndef QIAO_SEGMENT_POSITION_READER_H
#define QIAO_SEGMENT_POSITION_READER_H

#include "common/base/arena.h"
#include "common/segment/postings.h"

struct position_reader {
    struct arena *arena;
    const struct postings *postings; /* whose block this is; NULL: none yet */
    uint32_t block;
    uint32_t starts[BLOCK_VALUES + 1]; /* of each posting's positions among the block's */
    struct cursor next;                /* the packed block behind the unpacked one */
    uint64_t first;                    /* value that is number 0 of the unpacked one */
    uint32_t n;                        /* its values; 0: none is unpacked */
    uint32_t values[BLOCK_VALUES];
    uint32_t *positions;
    uint32_t cap;
};

void position_reader_init(struct position_reader *r, struct arena *arena);

/* The positions, ascending, of posting i of p's decoded block, which is that of `passage`; good until the next call. The segment
 * has positions. STATUS_CORRUPT if the bytes do not hold them. */
enum status position_reader_get(struct position_reader *r, struct postings *p, uint32_t i,
                                uint32_t passage, const uint32_t **positions /* OUT */);

#endif
