/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postings_block: up to 256 postings of one term (docs/FORMAT.md 6, POST).
 *
 *     passages: a bitset, or a packed block of gaps      tf: a packed block of tf - 1
 *
 * A block is coded against `base`, the least passage that it may hold: one more than the last
 * passage of the block before it.
 */
#ifndef QIAO_CODEC_POSTINGS_BLOCK_H
#define QIAO_CODEC_POSTINGS_BLOCK_H

#include "common/codec/packed_block.h"

/* A bitset may be this much longer than the packed gaps: it is the faster to intersect. */
#define BITSET_EXTRA_BYTES 32

/* Appends n postings (1..BLOCK_VALUES), passages ascending from `base` on, tfs >= 1. */
void postings_block_append(struct buf *out, uint32_t base, const uint32_t *passages,
                           const uint32_t *tfs, size_t n);

/* Reads the passages of a block of n postings and leaves the cursor at its tf part. Spoils the
 * cursor unless all are ascending and <= last_allowed. */
void postings_block_read_passages(struct cursor *c, uint32_t base, size_t n, uint32_t last_allowed,
                                  uint32_t *passages /* OUT */);

/* The bits of a block of BLOCK_VALUES postings that is a bitset, whose cursor is moved to its tf part;
 * empty, and the cursor where it was, if it is none. That no bit is above a passage, and how many
 * there are, is not looked at. */
struct span postings_block_bits(struct cursor *c);

/* Reads the tf part, to which the cursor must point. */
void postings_block_read_tfs(struct cursor *c, size_t n, uint32_t *tfs /* OUT */);

#endif
