/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_kernels: sums of contributions in a window of passages, and sets of passages, in a variant
 * for each level of cpu.h. All variants give the same numbers in the same order.
 *
 *     const struct rank_kernels *const k = rank_kernels();
 *     k->add(sums, start, passages, units, n);                a posting list into a window
 *     n = k->above(sums, RANGE_PASSAGES, theta, slots, found); what may enter the top k
 *
 * A window is an array of sums, one for each passage from `start` on. A sum is 32 bits wide: the
 * caller sees to it that the weights of a query sum up to less than 2^32.
 *
 * What may be touched besides: `above`, `keep_above` and `common` may write rubbish up to
 * RANK_SLACK items behind the last one that they return. Nothing else is read or written.
 */
#ifndef QIAO_RANK_RANK_KERNELS_H
#define QIAO_RANK_RANK_KERNELS_H

#include "common/base/bytes.h"
#include "common/base/cpu.h"

#define RANK_SLACK 16u

struct rank_kernels {
    /* sums[passages[i] - start] += units[i]; no passage occurs twice. */
    void (*add)(uint32_t *sums, uint32_t start, const uint32_t *passages, const uint32_t *units,
                size_t n);

    /* The same where the passages are the bits that are set in n_words words: bit i stands for
     * sums[i], and the first takes units[0]. The window has 64 * n_words sums. */
    void (*add_bits)(uint32_t *sums, const uint64_t *bits, size_t n_words, const uint32_t *units);

    /* The slots of the n sums that are above theta, ascending, and those sums; returns how many.
     * Both arrays have room for n + RANK_SLACK items. */
    size_t (*above)(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots /* OUT */,
                    uint32_t *found /* OUT */);

    /* Leaves of n pairs (passage, units) those whose units are above theta, in their order and in
     * place; returns how many. Both arrays have room for n + RANK_SLACK items. */
    size_t (*keep_above)(uint32_t *passages, uint32_t *units, size_t n, uint32_t theta);

    /* Adds what codes stand for to the bounds of n ranges: bounds[i] += codes[i] * unit. The sums
     * stay below 2^32. */
    void (*add_bounds)(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit);

    /* The same where bounds[i] is not 0; and if the code is 0, bounds[i] becomes 0. */
    void (*join_bounds)(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit);

    /* The same where bounds[i] is not 0; those that are 0 stay so. */
    void (*lift_bounds)(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit);

    /* least[i] becomes the smaller of itself and codes[i]. */
    void (*least_codes)(uint8_t *least, const uint8_t *codes, size_t n);

    /* The passages that two ascending lists have in common, as their indexes in a and in b; returns
     * how many. Lists of at most 65,536 passages, each below 2^32 - 2; both arrays have room for
     * the shorter list and RANK_SLACK items. */
    size_t (*common)(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b,
                     uint16_t *in_a /* OUT */, uint16_t *in_b /* OUT */);

    /* The same of a list and a bitset of 64 * n_words bits, bit i of which is passage base + i: indexes
     * in the list, and how many bits are set before each. Both arrays have room for n + 1 items. */
    size_t (*common_bits)(const uint32_t *passages, size_t n, const uint8_t *bits, size_t n_words,
                          uint32_t base, uint16_t *kept /* OUT */, uint16_t *places /* OUT */);

    /* to[i] |= what word i of `from` becomes when the bits of all its words move up by `shift`, which is
     * below 64: those of word i - 1 that move over come in, so that word -1 is read, too. The bytes
     * of `from` are little-endian and need not be aligned. */
    void (*or_bits)(uint64_t *to, const uint8_t *from, size_t n_words, unsigned shift);

    /* a &= b; a &= ~b. Returns the number of bits left. */
    size_t (*and_bits)(uint64_t *a, const uint64_t *b, size_t n_words);
    size_t (*and_not_bits)(uint64_t *a, const uint64_t *b, size_t n_words);

    /* The number of bits that are set, in a and in both. */
    size_t (*count)(const uint64_t *a, size_t n_words);
    size_t (*count_common)(const uint64_t *a, const uint64_t *b, size_t n_words);
};

/* Those of cpu_level(). */
const struct rank_kernels *rank_kernels(void);

extern const struct rank_kernels rank_kernels_scalar;
extern const struct rank_kernels rank_kernels_avx2;
extern const struct rank_kernels rank_kernels_avx512;

/* How much longer a list has to be than the other for `common` to look up each passage of the
 * shorter one in it (common_by_search) instead of going over both. */
#define RANK_SEARCH_RATIO 24u

/* `common` by binary search; the same for all levels. */
size_t common_by_search(const uint32_t *shorter, size_t n_shorter, const uint32_t *longer,
                        size_t n_longer, uint16_t *in_shorter /* OUT */,
                        uint16_t *in_longer /* OUT */);

#endif
