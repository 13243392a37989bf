/* SPDX-License-Identifier: Apache-2.0 */
/*
 * positions_block: the positions of up to 256 postings of one term (docs/FORMAT.md 6, POSI).
 *
 * The values of the postings stand one behind the other: first position, then gaps less one; in
 * packed blocks of 256 values, the last of fewer.
 */
#ifndef QIAO_CODEC_POSITIONS_BLOCK_H
#define QIAO_CODEC_POSITIONS_BLOCK_H

#include "common/codec/packed_block.h"

/* Appends the positions of n postings: those of posting i are tfs[i] numbers, ascending, and stand
 * behind those of posting i-1 in `positions`. */
void positions_block_append(struct buf *out, const uint32_t *positions, const uint32_t *tfs,
                            size_t n);

/* Reads the `count` positions of one posting that begins at value `skip` of the block whose bytes
 * `block` holds from its first byte on, out of `total` values in the block; skip + count <= total.
 * STATUS_CORRUPT if the bytes do not hold them or a position would pass 2^32 - 1. */
enum status positions_block_read(struct span block, uint64_t total, uint64_t skip, uint32_t count,
                                 uint32_t *positions /* OUT */);

/* Reads the positions of all n postings of the block, those of posting i behind those of posting
 * i-1, as positions_block_append takes them. The tfs are those of the postings block; their sum is
 * the room that `positions` has. STATUS_CORRUPT as above. */
enum status positions_block_read_all(struct span block, const uint32_t *tfs, size_t n,
                                     uint32_t *positions /* OUT */);

#endif
