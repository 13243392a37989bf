/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score_kernels: the formula of bm25.h and the codes of bound.h over arrays, in a variant for each
 * level of cpu.h. All variants give the bits of bm25_share, bm25_contribution, bound_code and
 * bound_floor16.
 *
 *     const struct score_kernels *const k = score_kernels();
 *     lengths_gather(lengths, sizeof *lengths, list->passages, n, gathered);
 *     k->shares(&bm25, list->tfs, gathered, n, shares);
 *     code = bound_code(k->largest(shares, n));
 *     k->best(shares, n, ranks, n_ranks, best);
 *
 * No kernel but lengths_of_bits, which says so, reads or writes a byte behind the n values that it is
 * given.
 */
#ifndef QIAO_SCORE_KERNELS_H
#define QIAO_SCORE_KERNELS_H

#include "common/base/bytes.h"
#include "common/base/cpu.h"
#include "common/score/bm25.h"

struct score_kernels {
    /* shares[i] = bm25_share of tfs[i] and lengths[i], rounded first if p->byte_lengths. */
    void (*shares)(const struct bm25 *p, const uint32_t *tfs, const uint32_t *lengths, size_t n,
                   float *shares /* OUT */);

    /* units[i] = bm25_contribution likewise. The weight is below 2^31. */
    void (*contributions)(const struct bm25 *p, float weight, const uint32_t *tfs,
                          const uint32_t *lengths, size_t n, uint32_t *units /* OUT */);

    /* The largest share; 0 of none. */
    float (*largest)(const float *shares, size_t n);

    /* codes[i] = bound_code(shares[i]), of shares from 0 to 1. */
    void (*codes)(const float *shares, size_t n, uint8_t *codes /* OUT */);

    /* best[i] = bound_floor16 of the share of rank ranks[i], the largest being of rank 1. Ranks
     * ascend, from 1 to at most n and at most RANK_MOST. */
    void (*best)(const float *shares, size_t n, const uint32_t *ranks, size_t n_ranks,
                 uint16_t *best /* OUT */);

    /* The lengths of the passages whose bits are set, ascending, from a column of little-endian
     * numbers of 1, 2 or 4 bytes: bit i of n_words words stands for number i. Returns how many; those
     * of bits that are not set are not read. Room for 64 * n_words + LENGTHS_SLACK lengths. */
    size_t (*lengths_of_bits)(const uint8_t *column, unsigned bytes, const uint64_t *bits,
                              size_t n_words, uint32_t *lengths /* OUT */);
};

#define RANK_MOST     1024u
#define LENGTHS_SLACK 16u

/* Those of cpu_level(). */
const struct score_kernels *score_kernels(void);

extern const struct score_kernels score_kernels_scalar;
extern const struct score_kernels score_kernels_avx2;
extern const struct score_kernels score_kernels_avx512;

/* lengths[i] = number passages[i] of a column of little-endian numbers of 1, 2 or 4 bytes, which
 * has one for each passage. (A gather by SIMD is no faster on the machines we know.) */
void lengths_gather(const uint8_t *column, unsigned bytes, const uint32_t *passages, size_t n,
                    uint32_t *lengths /* OUT */);

#endif
