/* SPDX-License-Identifier: Apache-2.0 */
/* ways: with AVX-512 all of them, so that they differ in nothing but what is compared. */
#include "bench/scoring/ways.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "common/score/score_kernels.h"
#include "searcher/rank/rank_kernels.h"

#define MOST 256

static __mmask16 lanes(size_t n)
{
    return (__mmask16)_bzhi_u32(0xffff, n < 16 ? (unsigned)n : 16);
}

static void add_units(uint32_t *sums, uint32_t start, const uint32_t *passages,
                      const uint32_t *units, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sums[passages[i] - start] += units[i];
}

/* ---- Qiao's: the length itself, one division, whole units ---- */

static void exact(const struct column *c, float weight, const uint32_t *passages,
                  const uint32_t *tfs, const uint8_t *impacts, size_t n, uint32_t start,
                  uint32_t *sums)
{
    uint32_t lengths[MOST];
    uint32_t units[MOST];
    (void)impacts;
    lengths_gather(c->lengths, c->width, passages, n, lengths);
    score_kernels_avx512.contributions(&c->bm25, weight, tfs, lengths, n, units);
    add_units(sums, start, passages, units, n);
}

/* The same, but sums are of floats, which then depend on their order. */
static void exact_float(const struct column *c, float weight, const uint32_t *passages,
                        const uint32_t *tfs, const uint8_t *impacts, size_t n, uint32_t start,
                        uint32_t *sums)
{
    uint32_t lengths[MOST];
    float shares[MOST];
    float *const floats = (float *)(void *)sums;
    (void)impacts;
    lengths_gather(c->lengths, c->width, passages, n, lengths);
    score_kernels_avx512.shares(&c->bm25, tfs, lengths, n, shares);
    for (size_t i = 0; i < n; i += 16)
        _mm512_storeu_ps(shares + i,
                         _mm512_mul_ps(_mm512_set1_ps(weight), _mm512_loadu_ps(shares + i)));
    for (size_t i = 0; i < n; i++)
        floats[passages[i] - start] += shares[i];
}

/* ---- norms that are ready made ---- */

static void add_with_norms(float weight, const uint32_t *passages, const uint32_t *tfs,
                           const float *norms, size_t n, uint32_t start, uint32_t *sums)
{
    uint32_t units[MOST];
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m512 tf = _mm512_cvtepu32_ps(_mm512_maskz_loadu_epi32(here, tfs + i));
        const __m512 norm = _mm512_maskz_loadu_ps(here, norms + i);
        const __m512 share = _mm512_div_ps(tf, _mm512_add_ps(tf, norm));
        const __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_set1_ps(weight), share));
        _mm512_storeu_si512(units + i, _mm512_max_epi32(whole, _mm512_set1_epi32(1)));
    }
    add_units(sums, start, passages, units, n);
}

/* Four bytes a passage. */
static void norm_column(const struct column *c, float weight, const uint32_t *passages,
                        const uint32_t *tfs, const uint8_t *impacts, size_t n, uint32_t start,
                        uint32_t *sums)
{
    float norms[MOST];
    (void)impacts;
    for (size_t i = 0; i < n; i++)
        norms[i] = c->norms[passages[i]];
    add_with_norms(weight, passages, tfs, norms, n, start, sums);
}

/* A byte a passage, and a table, as Lucene has it. */
static void norm_table(const struct column *c, float weight, const uint32_t *passages,
                       const uint32_t *tfs, const uint8_t *impacts, size_t n, uint32_t start,
                       uint32_t *sums)
{
    float norms[MOST];
    (void)impacts;
    for (size_t i = 0; i < n; i++)
        norms[i] = c->byte_norm[c->bytes[passages[i]]];
    add_with_norms(weight, passages, tfs, norms, n, start, sums);
}

/* ---- shares of 8 bits that stand in the list: no length, no division, no exact score ---- */

static void impact(const struct column *c, float weight, const uint32_t *passages,
                   const uint32_t *tfs, const uint8_t *impacts, size_t n, uint32_t start,
                   uint32_t *sums)
{
    uint32_t units[MOST];
    const __m512i unit = _mm512_set1_epi32((int)(weight / 255));
    (void)c;
    (void)tfs;
    for (size_t i = 0; i < n; i += 16) {
        const __m128i codes = _mm_maskz_loadu_epi8(lanes(n - i), impacts + i);
        _mm512_storeu_si512(units + i, _mm512_mullo_epi32(_mm512_cvtepu8_epi32(codes), unit));
    }
    add_units(sums, start, passages, units, n);
}

const struct scoring_way scoring_ways[] = {
    {"lengths, divided, whole sums (Qiao)", exact}, {"the same, float sums", exact_float},
    {"norms of 4 bytes, divided", norm_column},     {"norms by length byte, divided", norm_table},
    {"impacts of 8 bits in the list", impact},
};
const size_t n_scoring_ways = sizeof scoring_ways / sizeof *scoring_ways;

/* ---- sieves ---- */

/* 16 at a time, compressed straight into memory, or in a register which is then stored whole. */
static inline size_t above_16(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                              uint32_t *found, bool into_memory)
{
    const __m512i limit = _mm512_set1_epi32((int)theta);
    __m512i slot = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    size_t count = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __m512i here = _mm512_loadu_si512(sums + i);
        const __mmask16 kept = _mm512_cmpgt_epu32_mask(here, limit);
        if (kept != 0 && into_memory) {
            _mm512_mask_compressstoreu_epi32(slots + count, kept, slot);
            _mm512_mask_compressstoreu_epi32(found + count, kept, here);
        } else if (kept != 0) {
            _mm512_storeu_si512(slots + count, _mm512_maskz_compress_epi32(kept, slot));
            _mm512_storeu_si512(found + count, _mm512_maskz_compress_epi32(kept, here));
        }
        count += (size_t)_mm_popcnt_u32(kept);
        slot = _mm512_add_epi32(slot, _mm512_set1_epi32(16));
    }
    return count;
}

static size_t above_memory(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                           uint32_t *found)
{
    return above_16(sums, n, theta, slots, found, true);
}

static size_t above_register(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                             uint32_t *found)
{
    return above_16(sums, n, theta, slots, found, false);
}

/* The bits of a mask, one by one. */
static size_t above_bits(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                         uint32_t *found)
{
    const __m512i limit = _mm512_set1_epi32((int)theta);
    size_t count = 0;
    for (size_t i = 0; i < n; i += 16) {
        uint32_t kept = _mm512_cmpgt_epu32_mask(_mm512_loadu_si512(sums + i), limit);
        for (; kept != 0; kept &= kept - 1) {
            const size_t at = i + (size_t)__builtin_ctz(kept);
            slots[count] = (uint32_t)at;
            found[count++] = sums[at];
        }
    }
    return count;
}

static size_t above_ours(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                         uint32_t *found)
{
    return rank_kernels_avx512.above(sums, n, theta, slots, found);
}

const struct sieve sieves[] = {{"64 sums a look, in a register (Qiao)", above_ours},
                               {"16 a look, in a register", above_register},
                               {"16 a look, into memory", above_memory},
                               {"16 a look, bit by bit", above_bits}};
const size_t n_sieves = sizeof sieves / sizeof *sieves;

#else

const struct scoring_way scoring_ways[1];
const size_t n_scoring_ways;
const struct sieve sieves[1];
const size_t n_sieves;

#endif
