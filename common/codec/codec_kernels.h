/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec_kernels: the inner loops of bitpack, packed_block, postings_block, positions_block, and of
 * bounds and postings in segment/, in a variant for each level of cpu.h. Only those modules call
 * them.
 *
 *     const struct codec_kernels *const k = codec_kernels();
 *     k->pack(values, n, w, to);
 *
 * All variants write the same bytes and numbers. What they may touch besides: pack and exceptions
 * may write rubbish up to PACK_SLACK bytes behind what they promise; nothing else writes or reads a
 * byte or value that is not named, be it one behind the mapped file.
 */
#ifndef QIAO_CODEC_KERNELS_H
#define QIAO_CODEC_KERNELS_H

#include "common/base/bytes.h"
#include "common/base/cpu.h"

#define BLOCK_VALUES 256u

#define PACK_SLACK   64u
#define EXPAND_SLACK 64u

/* How a packed block is laid out (docs/FORMAT.md 5). */
struct packed_layout {
    uint8_t w; /* bits of a low part */
    uint8_t e; /* exceptions */
    uint8_t h; /* bits of a high part */
};

struct codec_kernels {
    /* Writes the low w bits (w <= 32) of n values. */
    void (*pack)(const uint32_t *values, size_t n, unsigned w, uint8_t *out /* OUT */);

    /* Reads n values of w bits from `left` bytes (at least those of the values), and adds `add`. */
    void (*unpack)(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t add,
                   uint32_t *out /* OUT */);

    /* As unpack, but out[i] = base + i + the sum of values 0..i, modulo 2^32. */
    void (*unpack_sums)(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t base,
                        uint32_t *out /* OUT */);

    /* The same sums in place, of values that are unpacked already. */
    void (*sums)(uint32_t *values, size_t n, uint32_t base);

    /* The reverse: out[0] = x[0] - base, out[i] = x[i] - x[i-1] - 1. */
    void (*gaps)(const uint32_t *x, size_t n, uint32_t base, uint32_t *out /* OUT */);

    /* out[i] = x[i] - 1. */
    void (*less_one)(const uint32_t *x, size_t n, uint32_t *out /* OUT */);

    /* The sum of n numbers. */
    uint64_t (*sum)(const uint32_t *x, size_t n);

    /* Writes base + i for each bit i that is set in the bytes, of which there are 8 * n_words. There
     * must be BLOCK_VALUES of them, and none may stand for more than 32 bits. False, and any
     * numbers, if there are more or fewer bits. */
    bool (*bits_to_numbers)(const uint8_t *bits, size_t n_words, uint32_t base,
                            uint32_t *out /* OUT */);

    /* How many bits are set in 8 * n_words bytes. */
    size_t (*count_bits)(const uint8_t *bits, size_t n_words);

    /* Turns n values of positions_block into positions in place: where starts[i] is not 0 the value
     * is a first position, else a gap behind the position before it, which for values[0] is
     * *before. *before becomes the last position. False if a position would pass 2^32 - 1. */
    bool (*positions)(uint32_t *values, size_t n, const uint8_t *starts, uint32_t *before);

    /* The layout of fewest bytes for 1..BLOCK_VALUES values, among equals that of the largest w. */
    struct packed_layout (*choose)(const uint32_t *values, size_t n);

    /* Writes index and high part (value >> w, w < 32) of each value of more than w bits, and
     * returns how many there are. `indexes` has PACK_SLACK bytes of room behind them, `high` room
     * for BLOCK_VALUES values and PACK_SLACK bytes. */
    size_t (*exceptions)(const uint32_t *values, size_t n, unsigned w, uint8_t *indexes /* OUT */,
                         uint32_t *high /* OUT */);

    /* How many of n ascending numbers, at most BLOCK_VALUES, are below `limit`. Faster where few are. */
    size_t (*count_below)(const uint32_t *numbers, size_t n, uint32_t limit);

    /* out[i] is the next byte of `in` for each bit i that is set in the bitmap of ceil(n / 8) bytes,
     * 0 for the others. `in` has exactly as many bytes as there are bits, `out` EXPAND_SLACK bytes
     * of room behind n, into which rubbish may be written. */
    void (*expand)(const uint8_t *bitmap, size_t n, const uint8_t *in, uint8_t *out /* OUT */);
};

/* Those of cpu_level(). */
const struct codec_kernels *codec_kernels(void);

extern const struct codec_kernels codec_kernels_scalar;
extern const struct codec_kernels codec_kernels_avx2;
extern const struct codec_kernels codec_kernels_avx512;

/* Bytes of a packed block of n values in that layout. */
static inline size_t packed_layout_bytes(struct packed_layout l, size_t n)
{
    return 3 + (n * l.w + 7) / 8 + l.e + ((size_t)l.e * l.h + 7) / 8;
}

#endif
