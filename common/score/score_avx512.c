/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score_avx512: the kernels of score_kernels.h, 16 postings at a time.
 *
 * Multiplication, addition and division are those of IEEE and round as in C; nothing is fused (the
 * whole project is compiled with -ffp-contract=off). Reciprocal estimates are not used.
 */
#include "common/score/score_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "common/score/select_best.h"

static inline __mmask16 lanes(size_t n)
{
    return (__mmask16)_bzhi_u32(0xffff, n < 16 ? (unsigned)n : 16);
}

/* Lucene's rounding: the four highest bits of length - 24 (length_byte.h). */
static inline __m512i round_lengths(__m512i lengths)
{
    const __m512i base = _mm512_set1_epi32(24);
    const __mmask16 rounded = _mm512_cmpge_epu32_mask(lengths, base);
    const __m512i rest = _mm512_sub_epi32(lengths, base);
    const __m512i shift = _mm512_max_epi32(
        _mm512_sub_epi32(_mm512_set1_epi32(28), _mm512_lzcnt_epi32(rest)), _mm512_setzero_si512());
    const __m512i kept = _mm512_sllv_epi32(_mm512_srlv_epi32(rest, shift), shift);
    return _mm512_mask_add_epi32(lengths, rounded, kept, base);
}

/* bm25_share of 16 postings; what lies beyond `here` is of tf 0 and length 0. */
static inline __m512 share_16(const struct bm25 *p, __m512i tfs, __m512i lengths)
{
    const __m512i scored = p->byte_lengths ? round_lengths(lengths) : lengths;
    const __m512 tf = _mm512_cvtepu32_ps(tfs);
    const __m512 product = _mm512_mul_ps(_mm512_set1_ps(p->c1), _mm512_cvtepu32_ps(scored));
    const __m512 norm = _mm512_add_ps(_mm512_set1_ps(p->c0), product);
    return _mm512_div_ps(tf, _mm512_add_ps(tf, norm));
}

static void shares(const struct bm25 *p, const uint32_t *tfs, const uint32_t *lengths, size_t n,
                   float *out)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m512 share = share_16(p, _mm512_maskz_loadu_epi32(here, tfs + i),
                                      _mm512_maskz_loadu_epi32(here, lengths + i));
        _mm512_mask_storeu_ps(out + i, here, share);
    }
}

static void contributions(const struct bm25 *p, float weight, const uint32_t *tfs,
                          const uint32_t *lengths, size_t n, uint32_t *units)
{
    const __m512 by = _mm512_set1_ps(weight);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m512 share = share_16(p, _mm512_maskz_loadu_epi32(here, tfs + i),
                                      _mm512_maskz_loadu_epi32(here, lengths + i));
        const __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(by, share)); /* as rintf */
        _mm512_mask_storeu_epi32(units + i, here, _mm512_max_epi32(whole, _mm512_set1_epi32(1)));
    }
}

static float largest(const float *values, size_t n)
{
    __m512 most[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                      _mm512_setzero_ps()};
    size_t i = 0;
    for (; i + 64 <= n; i += 64)
        for (size_t j = 0; j < 4; j++)
            most[j] = _mm512_max_ps(most[j], _mm512_loadu_ps(values + i + 16 * j));
    for (; i < n; i += 16)
        most[0] = _mm512_max_ps(most[0], _mm512_maskz_loadu_ps(lanes(n - i), values + i));
    return _mm512_reduce_max_ps(
        _mm512_max_ps(_mm512_max_ps(most[0], most[1]), _mm512_max_ps(most[2], most[3])));
}

/* The code is 255 * share rounded up to a whole number, at least 1. A product that is rounded up in
 * binary32 passes no whole number, so rounding it up once more is exact. */
static void codes(const float *values, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m512 scaled =
            _mm512_mul_round_ps(_mm512_maskz_loadu_ps(here, values + i), _mm512_set1_ps(255.0f),
                                _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
        const __m512i whole =
            _mm512_cvt_roundps_epi32(scaled, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
        const __m512i code = _mm512_max_epi32(whole, _mm512_set1_epi32(1));
        _mm_mask_storeu_epi8(out + i, here, _mm512_cvtepi32_epi8(code));
    }
}

/* bound_floor16 of 32 shares: scaling by 2^16 is exact. */
static inline __m512i floors_32(const float *values)
{
    const __m512 scale = _mm512_set1_ps(65536.0f);
    const __m512i low = _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_loadu_ps(values), scale));
    const __m512i high = _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_loadu_ps(values + 16), scale));
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtusepi32_epi16(low)),
                              _mm512_cvtusepi32_epi16(high), 1);
}

static size_t keep_above(const float *values, size_t n, uint16_t least, uint16_t *kept)
{
    const __m512i limit = _mm512_set1_epi16((short)least);
    size_t n_kept = 0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m512i here = floors_32(values + i);
        const __mmask32 above = _mm512_cmpgt_epu16_mask(here, limit);
        if (above == 0)
            continue;
        _mm512_storeu_si512(kept + n_kept, _mm512_maskz_compress_epi16(above, here));
        n_kept += (size_t)_mm_popcnt_u32(above);
    }
    return n_kept + keep_above_plain(values + i, n - i, least, kept + n_kept);
}

static size_t count_at_least(const uint16_t *kept, size_t n, uint16_t limit)
{
    const __m512i least = _mm512_set1_epi16((short)limit);
    size_t count = 0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32)
        count +=
            (size_t)_mm_popcnt_u32(_mm512_cmpge_epu16_mask(_mm512_loadu_si512(kept + i), least));
    const __mmask32 tail = _bzhi_u32(UINT32_MAX, (unsigned)(n - i));
    return count + (size_t)_mm_popcnt_u32(_mm512_mask_cmpge_epu16_mask(
                       tail, _mm512_maskz_loadu_epi16(tail, kept + i), least));
}

static void best(const float *values, size_t n, const uint32_t *ranks, size_t n_ranks,
                 uint16_t *out)
{
    select_best(values, n, ranks, n_ranks, keep_above, count_at_least, out);
}

/* The lengths from number i on of those lanes that are set. */
static inline __m512i load_lengths(const uint8_t *column, unsigned bytes, size_t i, __mmask16 set)
{
    if (bytes == 1)
        return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(set, column + i));
    if (bytes == 2)
        return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(set, column + 2 * i));
    return _mm512_maskz_loadu_epi32(set, column + 4 * i);
}

static size_t lengths_of_bits(const uint8_t *column, unsigned bytes, const uint64_t *bits,
                              size_t n_words, uint32_t *lengths)
{
    size_t n = 0;
    for (size_t i = 0; i < 64 * n_words; i += 16) {
        const __mmask16 set = (__mmask16)(bits[i / 64] >> i % 64);
        const __m512i here = load_lengths(column, bytes, i, set);
        _mm512_storeu_si512(lengths + n, _mm512_maskz_compress_epi32(set, here));
        n += (size_t)_mm_popcnt_u32(set);
    }
    return n;
}

const struct score_kernels score_kernels_avx512 = {
    .shares = shares,
    .contributions = contributions,
    .largest = largest,
    .codes = codes,
    .best = best,
    .lengths_of_bits = lengths_of_bits,
};

#endif
