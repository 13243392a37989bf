/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common_bits: the body of that kernel (rank_kernels.h), the same for all levels but for how each
 * compiles the counting of bits.
 */
#ifndef QIAO_RANK_COMMON_BITS_H
#define QIAO_RANK_COMMON_BITS_H

#include "common/base/bytes.h"

static inline size_t common_bits_body(const uint32_t *passages, size_t n, const uint8_t *bits,
                                      size_t n_words, uint32_t base, uint16_t *kept,
                                      uint16_t *places)
{
    size_t n_kept = 0;
    size_t word = 0;
    uint32_t before = 0; /* bits in the words before that one */
    for (size_t i = 0; i < n; i++) {
        const uint32_t bit = passages[i] - base;
        if (passages[i] < base || bit / 64 >= n_words)
            continue;
        for (; word < bit / 64; word++)
            before += (uint32_t)__builtin_popcountll(load_le64(bits + 8 * word));
        const uint64_t here = load_le64(bits + 8 * word);
        const uint64_t below = here & ((1ull << bit % 64) - 1);
        kept[n_kept] = (uint16_t)i;
        places[n_kept] = (uint16_t)(before + (uint32_t)__builtin_popcountll(below));
        n_kept += here >> bit % 64 & 1;
    }
    return n_kept;
}

#endif
