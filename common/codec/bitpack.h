/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitpack: n numbers of w bits each, one behind the other (docs/FORMAT.md 5, "Packed bits").
 *
 *     value i stands in bits i*w .. i*w+w-1;  bit j is bit j%8 of byte j/8
 *
 * Horizontal layout: the simplest to specify, and one generic kernel serves all widths.
 */
#ifndef QIAO_CODEC_BITPACK_H
#define QIAO_CODEC_BITPACK_H

#include "common/base/bytes.h"

/* Bytes that n values of w bits take. */
static inline size_t bitpack_bytes(size_t n, unsigned w)
{
    return (n * w + 7) / 8;
}

/* The number of bits of v; 0 for 0. */
static inline unsigned bits_of(uint64_t v)
{
    return v == 0 ? 0 : 64u - (unsigned)__builtin_clzll(v);
}

/* Writes the low w bits (w <= 32) of n values into bitpack_bytes(n, w) bytes at `out`. */
void bitpack_encode(const uint32_t *values, size_t n, unsigned w, uint8_t *out);

/* Reads n values of w bits (w <= 32) from `in`, which holds at least bitpack_bytes(n, w) bytes;
 * never reads past in.len. */
void bitpack_decode(struct span in, size_t n, unsigned w, uint32_t *out /* OUT */);

/* The one value i of a packed array of width w; `in` holds at least bitpack_bytes(i + 1, w) bytes.
 */
uint32_t bitpack_get(struct span in, size_t i, unsigned w);

/* As above for widths up to 64 (columns). */
uint64_t bitpack_get64(struct span in, size_t i, unsigned w);
void bitpack_put64(uint8_t *out, size_t i, unsigned w, uint64_t value); /* `out` zeroed before */

#endif
