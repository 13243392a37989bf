/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed_block: up to 256 numbers in the bits that most of them need, the few larger ones patched
 * (docs/FORMAT.md 5, "Packed block"; PFOR: Zukowski, Heman, Nes, Boncz, ICDE 2006).
 *
 *     u8 w | u8 e | u8 h | n values of w bits | e indexes | e high parts of h bits
 *
 * Deviation from the paper: exceptions are found by a list of indexes, not by a chain through the
 * slots, so that no slot is ever forced to be an exception.
 */
#ifndef QIAO_CODEC_PACKED_BLOCK_H
#define QIAO_CODEC_PACKED_BLOCK_H

#include "common/base/buf.h"
#include "common/codec/codec_kernels.h"

/* The most bytes a block takes: all values 32 bits wide. */
#define PACKED_BLOCK_MAX_BYTES (3 + 4 * BLOCK_VALUES)

/* Appends the block of n values, 1 <= n <= BLOCK_VALUES. Deterministic: the fewest bytes, among
 * equals the largest w. */
void packed_block_append(struct buf *out, const uint32_t *values, size_t n);

/* The same in two steps, for whoever must know the length first (packed_layout_bytes). */
struct packed_layout packed_block_layout(const uint32_t *values, size_t n);
void packed_block_append_as(struct buf *out, const uint32_t *values, size_t n,
                            struct packed_layout l);

/* Reads a block of n values at the cursor and moves it behind the block. What breaks the format
 * (widths, indexes out of order, a zero high part, missing bytes) spoils the cursor; the n values
 * are then unspecified but written. */
void packed_block_read(struct cursor *c, size_t n, uint32_t *values /* OUT */);

/* As above, each value plus one; a value of 2^32 - 1 spoils the cursor. */
void packed_block_read_counts(struct cursor *c, size_t n, uint32_t *counts /* OUT */);

/* As above, but the values are gaps: number i is base + i + the sum of gaps 0..i. Numbers beyond
 * last_allowed spoil the cursor, so that those of a good one ascend from base on. */
void packed_block_read_sums(struct cursor *c, size_t n, uint32_t base, uint32_t last_allowed,
                            uint32_t *numbers /* OUT */);

/* Moves the cursor behind a block of n values without decoding it. */
void packed_block_skip(struct cursor *c, size_t n);

#endif
