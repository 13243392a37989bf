/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score_avx2: the kernels of score_kernels.h, 8 postings at a time.
 *
 * As in score_avx512.c nothing is fused or estimated. The last few postings of an array go through
 * a padded copy, since masked loads of AVX2 are of no use to bytes and slow for the rest.
 */
#include "common/score/score_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "common/score/select_best.h"

static inline __m256i load_8(const uint32_t *values)
{
    return _mm256_loadu_si256((const __m256i *)values);
}

/* Unsigned numbers as floats, rounded once: both halves are exact, and so is the scaled upper. */
static inline __m256 floats_of(__m256i values)
{
    const __m256 upper = _mm256_cvtepi32_ps(_mm256_srli_epi32(values, 16));
    const __m256 lower = _mm256_cvtepi32_ps(_mm256_and_si256(values, _mm256_set1_epi32(0xffff)));
    return _mm256_add_ps(_mm256_mul_ps(upper, _mm256_set1_ps(65536.0f)), lower);
}

/* Lucene's rounding: the four highest bits of length - 24 (length_byte.h). All bits below the
 * highest one are set to find them. */
static inline __m256i round_lengths(__m256i lengths)
{
    const __m256i base = _mm256_set1_epi32(24);
    const __m256i rest = _mm256_sub_epi32(lengths, base);
    __m256i below = _mm256_or_si256(rest, _mm256_srli_epi32(rest, 1));
    below = _mm256_or_si256(below, _mm256_srli_epi32(below, 2));
    below = _mm256_or_si256(below, _mm256_srli_epi32(below, 4));
    below = _mm256_or_si256(below, _mm256_srli_epi32(below, 8));
    below = _mm256_or_si256(below, _mm256_srli_epi32(below, 16));
    const __m256i kept = _mm256_andnot_si256(_mm256_srli_epi32(below, 4), rest);
    const __m256i rounded = _mm256_add_epi32(kept, base);
    const __m256i at_least = _mm256_cmpeq_epi32(_mm256_max_epu32(lengths, base), lengths);
    return _mm256_blendv_epi8(lengths, rounded, at_least);
}

static inline __m256 share_8(const struct bm25 *p, __m256i tfs, __m256i lengths)
{
    const __m256i scored = p->byte_lengths ? round_lengths(lengths) : lengths;
    const __m256 tf = floats_of(tfs);
    const __m256 product = _mm256_mul_ps(_mm256_set1_ps(p->c1), floats_of(scored));
    const __m256 norm = _mm256_add_ps(_mm256_set1_ps(p->c0), product);
    return _mm256_div_ps(tf, _mm256_add_ps(tf, norm));
}

static inline __m256i units_8(const struct bm25 *p, float weight, __m256i tfs, __m256i lengths)
{
    const __m256 product = _mm256_mul_ps(_mm256_set1_ps(weight), share_8(p, tfs, lengths));
    return _mm256_max_epi32(_mm256_cvtps_epi32(product), _mm256_set1_epi32(1)); /* as rintf */
}

/* Fewer than 8 values and ones behind them. */
struct padded {
    uint32_t values[8];
};

static inline struct padded pad(const uint32_t *values, size_t n)
{
    struct padded p = {{1, 1, 1, 1, 1, 1, 1, 1}};
    memcpy(p.values, values, n * sizeof *values);
    return p;
}

static void shares(const struct bm25 *p, const uint32_t *tfs, const uint32_t *lengths, size_t n,
                   float *out)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, share_8(p, load_8(tfs + i), load_8(lengths + i)));
    if (i == n)
        return;
    const struct padded tf = pad(tfs + i, n - i);
    const struct padded length = pad(lengths + i, n - i);
    float last[8];
    _mm256_storeu_ps(last, share_8(p, load_8(tf.values), load_8(length.values)));
    memcpy(out + i, last, (n - i) * sizeof *last);
}

static void contributions(const struct bm25 *p, float weight, const uint32_t *tfs,
                          const uint32_t *lengths, size_t n, uint32_t *units)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_si256((__m256i *)(units + i),
                            units_8(p, weight, load_8(tfs + i), load_8(lengths + i)));
    if (i == n)
        return;
    const struct padded tf = pad(tfs + i, n - i);
    const struct padded length = pad(lengths + i, n - i);
    uint32_t last[8];
    _mm256_storeu_si256((__m256i *)last,
                        units_8(p, weight, load_8(tf.values), load_8(length.values)));
    memcpy(units + i, last, (n - i) * sizeof *last);
}

static float largest(const float *values, size_t n)
{
    __m256 most[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                      _mm256_setzero_ps()};
    size_t i = 0;
    for (; i + 32 <= n; i += 32)
        for (size_t j = 0; j < 4; j++)
            most[j] = _mm256_max_ps(most[j], _mm256_loadu_ps(values + i + 8 * j));
    float all[8];
    _mm256_storeu_ps(
        all, _mm256_max_ps(_mm256_max_ps(most[0], most[1]), _mm256_max_ps(most[2], most[3])));
    float result = 0;
    for (size_t j = 0; j < 8; j++)
        result = all[j] > result ? all[j] : result;
    for (; i < n; i++)
        result = values[i] > result ? values[i] : result;
    return result;
}

/* 255 * share rounded up to a whole number, at least 1. The product is exact in binary64. */
static inline __m128i codes_4(__m128 values)
{
    const __m256d scaled = _mm256_mul_pd(_mm256_cvtps_pd(values), _mm256_set1_pd(255.0));
    const __m128i whole = _mm256_cvttpd_epi32(_mm256_ceil_pd(scaled));
    return _mm_max_epi32(whole, _mm_set1_epi32(1));
}

static void codes(const float *values, size_t n, uint8_t *out)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m128i low = codes_4(_mm_loadu_ps(values + i));
        const __m128i high = codes_4(_mm_loadu_ps(values + i + 4));
        const __m128i both = _mm_packus_epi32(low, high);
        _mm_storel_epi64((__m128i *)(out + i), _mm_packus_epi16(both, both));
    }
    for (; i < n; i++)
        out[i] = bound_code(values[i]);
}

/* bound_floor16 of 16 shares: scaling by 2^16 is exact. */
static inline __m256i floors_16(const float *values)
{
    const __m256 scale = _mm256_set1_ps(65536.0f);
    const __m256i low = _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_loadu_ps(values), scale));
    const __m256i high = _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_loadu_ps(values + 8), scale));
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xd8);
}

/* Two bits for each of 16 numbers that is at least its limit. */
static inline uint32_t reaching(__m256i numbers, __m256i limit)
{
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi16(_mm256_max_epu16(numbers, limit), numbers));
}

static size_t keep_above(const float *values, size_t n, uint16_t least, uint16_t *kept)
{
    if (least == UINT16_MAX)
        return 0;
    const __m256i limit = _mm256_set1_epi16((short)(least + 1));
    size_t n_kept = 0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        uint16_t numbers[16];
        const __m256i here = floors_16(values + i);
        uint32_t above = reaching(here, limit) & 0x55555555;
        _mm256_storeu_si256((__m256i *)numbers, here);
        for (; above != 0; above &= above - 1)
            kept[n_kept++] = numbers[__builtin_ctz(above) / 2];
    }
    return n_kept + keep_above_plain(values + i, n - i, least, kept + n_kept);
}

static size_t count_at_least(const uint16_t *kept, size_t n, uint16_t limit)
{
    const __m256i least = _mm256_set1_epi16((short)limit);
    size_t twice = 0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        twice += (size_t)_mm_popcnt_u32(
            reaching(_mm256_loadu_si256((const __m256i *)(kept + i)), least));
    size_t count = twice / 2;
    for (; i < n; i++)
        count += kept[i] >= limit;
    return count;
}

static void best(const float *values, size_t n, const uint32_t *ranks, size_t n_ranks,
                 uint16_t *out)
{
    select_best(values, n, ranks, n_ranks, keep_above, count_at_least, out);
}

static size_t lengths_of_bits(const uint8_t *column, unsigned bytes, const uint64_t *bits,
                              size_t n_words, uint32_t *lengths)
{
    return score_kernels_scalar.lengths_of_bits(column, bytes, bits, n_words, lengths);
}

const struct score_kernels score_kernels_avx2 = {
    .shares = shares,
    .contributions = contributions,
    .largest = largest,
    .codes = codes,
    .best = best,
    .lengths_of_bits = lengths_of_bits,
};

#endif
