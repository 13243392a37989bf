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

#define BLOCK_VALUES 256u

/* The most bytes a block takes: all values 32 bits wide. */
#define PACKED_BLOCK_MAX_BYTES (3 + 4 * BLOCK_VALUES)

/* Appends the block of n values, 1 <= n <= BLOCK_VALUES. Deterministic: the fewest bytes, among
 * equals the largest w. */
void packed_block_append(struct buf *out, const uint32_t *values, size_t n);

/* Reads a block of n values at the cursor and moves it behind the block. What breaks the format
 * (widths, indexes out of order, a zero high part, missing bytes) spoils the cursor; the n values
 * are then unspecified but written. */
void packed_block_read(struct cursor *c, size_t n, uint32_t *values /* OUT */);

/* Moves the cursor behind a block of n values without decoding it. */
void packed_block_skip(struct cursor *c, size_t n);

#endif
