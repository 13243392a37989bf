/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_avx512: the kernels of rank_kernels.h in AVX-512.
 *
 * Items that stay are compressed in register and stored as whole vectors. Lists are intersected
 * sixteen by sixteen: each of the 256 pairs is compared, by 16 turns of one vector, after which the
 * one that ends first moves on (Schlegel, Willhalm, Lehner, ADMS 2011; Lemire, Boytsov, Kurz, SPE
 * 2016). The indexes in both lists ascend, so that the matches of both sides pair up by themselves.
 */
#include "searcher/rank/rank_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "searcher/rank/common_bits.h"

static inline __mmask16 lanes(size_t n)
{
    return (__mmask16)_bzhi_u32(0xffff, n < 16 ? (unsigned)n : 16);
}

static inline __m512i iota(void)
{
    return _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

static void add_bits(uint32_t *sums, const uint64_t *bits, size_t n_words, const uint32_t *units)
{
    for (size_t i = 0; i < 64 * n_words; i += 16) {
        const __mmask16 here = (__mmask16)(bits[i / 64] >> i % 64);
        const size_t n = (size_t)_mm_popcnt_u32(here);
        const __m512i mine =
            _mm512_maskz_expand_epi32(here, _mm512_maskz_loadu_epi32(lanes(n), units));
        _mm512_storeu_si512(sums + i, _mm512_add_epi32(_mm512_loadu_si512(sums + i), mine));
        units += n;
    }
}

static inline size_t put_above(__m512i sums, __mmask16 kept, size_t from, uint32_t *slots,
                               uint32_t *found)
{
    const __m512i slot = _mm512_add_epi32(iota(), _mm512_set1_epi32((int)from));
    _mm512_storeu_si512(slots, _mm512_maskz_compress_epi32(kept, slot));
    _mm512_storeu_si512(found, _mm512_maskz_compress_epi32(kept, sums));
    return (size_t)_mm_popcnt_u32(kept);
}

static size_t above(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                    uint32_t *found)
{
    const __m512i limit = _mm512_set1_epi32((int)theta);
    size_t count = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) { /* most often, none of many is above */
        __mmask16 kept[4];
        for (size_t j = 0; j < 4; j++)
            kept[j] = _mm512_cmpgt_epu32_mask(_mm512_loadu_si512(sums + i + 16 * j), limit);
        if ((kept[0] | kept[1] | kept[2] | kept[3]) == 0)
            continue;
        for (size_t j = 0; j < 64; j += 16)
            count += put_above(_mm512_loadu_si512(sums + i + j), kept[j / 16], i + j, slots + count,
                               found + count);
    }
    for (; i < n; i += 16) {
        const __m512i here = _mm512_maskz_loadu_epi32(lanes(n - i), sums + i);
        count +=
            put_above(here, _mm512_cmpgt_epu32_mask(here, limit), i, slots + count, found + count);
    }
    return count;
}

static size_t keep_above(uint32_t *passages, uint32_t *units, size_t n, uint32_t theta)
{
    const __m512i limit = _mm512_set1_epi32((int)theta);
    size_t count = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __m512i passage = _mm512_maskz_loadu_epi32(lanes(n - i), passages + i);
        const __m512i unit = _mm512_maskz_loadu_epi32(lanes(n - i), units + i);
        const __mmask16 kept = _mm512_cmpgt_epu32_mask(unit, limit);
        _mm512_storeu_si512(passages + count, _mm512_maskz_compress_epi32(kept, passage));
        _mm512_storeu_si512(units + count, _mm512_maskz_compress_epi32(kept, unit));
        count += (size_t)_mm_popcnt_u32(kept);
    }
    return count;
}

/* The smaller of `least` and the differences of a to b turned by 0 to 3 lanes in its quarters. */
static inline __m512i least_difference(__m512i least, __m512i a, __m512i b)
{
    const __m512i by_1 = _mm512_shuffle_epi32(b, 0x39);
    const __m512i by_2 = _mm512_shuffle_epi32(b, 0x4e);
    const __m512i by_3 = _mm512_shuffle_epi32(b, 0x93);
    least = _mm512_min_epu32(least, _mm512_xor_si512(a, b));
    const __m512i other = _mm512_min_epu32(_mm512_xor_si512(a, by_1), _mm512_xor_si512(a, by_2));
    least = _mm512_min_epu32(least, _mm512_xor_si512(a, by_3));
    return _mm512_min_epu32(least, other);
}

/* The lanes of a that equal any lane of b. Differences are collected in a vector, not masks: those
 * would all go through the one port that moves them. */
static inline __mmask16 equal_any(__m512i a, __m512i b)
{
    __m512i least = _mm512_set1_epi32(-1);
    least = least_difference(least, a, b);
    least = least_difference(least, a, _mm512_shuffle_i32x4(b, b, 0x39));
    least = least_difference(least, a, _mm512_shuffle_i32x4(b, b, 0x4e));
    least = least_difference(least, a, _mm512_shuffle_i32x4(b, b, 0x93));
    return _mm512_testn_epi32_mask(least, least);
}

static inline void put_indexes(uint16_t *out, size_t from, __mmask16 kept)
{
    const __m512i indexes = _mm512_add_epi32(iota(), _mm512_set1_epi32((int)from));
    _mm256_storeu_si256((__m256i *)out,
                        _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(kept, indexes)));
}

/* What is missing in the last vector of a list is a number that is in neither; that of a is the
 * larger, so that b ends first. */
static size_t common(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, uint16_t *in_a,
                     uint16_t *in_b)
{
    if (n_a / RANK_SEARCH_RATIO >= n_b)
        return common_by_search(b, n_b, a, n_a, in_b, in_a);
    if (n_b / RANK_SEARCH_RATIO >= n_a)
        return common_by_search(a, n_a, b, n_b, in_a, in_b);
    const __m512i none_a = _mm512_set1_epi32(-1);
    const __m512i none_b = _mm512_set1_epi32(-2);
    size_t count = 0;
    for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
        const __m512i x = _mm512_mask_loadu_epi32(none_a, lanes(n_a - i), a + i);
        const __m512i y = _mm512_mask_loadu_epi32(none_b, lanes(n_b - j), b + j);
        const __mmask16 kept = equal_any(x, y);
        if (kept != 0) {
            put_indexes(in_a + count, i, kept);
            put_indexes(in_b + count, j, equal_any(y, x));
            count += (size_t)_mm_popcnt_u32(kept);
        }
        const uint32_t last_x = n_a - i < 16 ? UINT32_MAX : a[i + 15];
        const uint32_t last_y = n_b - j < 16 ? UINT32_MAX - 1 : b[j + 15];
        i += last_x <= last_y ? 16 : 0;
        j += last_y <= last_x ? 16 : 0;
    }
    return count;
}

/* ---- bitmaps ---- */

static inline __m512i load_words(const uint64_t *words, size_t n)
{
    return _mm512_maskz_loadu_epi64((__mmask8)lanes(n), words);
}

static void or_bits(uint64_t *to, const uint8_t *from, size_t n_words, unsigned shift)
{
    const __m512i up = _mm512_set1_epi64((int)shift);
    const __m512i down = _mm512_set1_epi64(64 - (int)shift); /* 64 leaves nothing */
    for (size_t i = 0; i < n_words; i += 8) {
        const __mmask8 here = (__mmask8)lanes(n_words - i);
        const __m512i word = _mm512_maskz_loadu_epi64(here, from + 8 * i);
        const __m512i below = _mm512_maskz_loadu_epi64(here, from + 8 * i - 8);
        const __m512i moved =
            _mm512_or_si512(_mm512_sllv_epi64(word, up), _mm512_srlv_epi64(below, down));
        _mm512_mask_storeu_epi64(to + i, here,
                                 _mm512_or_si512(_mm512_maskz_loadu_epi64(here, to + i), moved));
    }
}

static size_t and_bits(uint64_t *a, const uint64_t *b, size_t n_words)
{
    __m512i total = _mm512_setzero_si512();
    for (size_t i = 0; i < n_words; i += 8) {
        const __m512i both =
            _mm512_and_si512(load_words(a + i, n_words - i), load_words(b + i, n_words - i));
        _mm512_mask_storeu_epi64(a + i, (__mmask8)lanes(n_words - i), both);
        total = _mm512_add_epi64(total, _mm512_popcnt_epi64(both));
    }
    return (size_t)_mm512_reduce_add_epi64(total);
}

static size_t and_not_bits(uint64_t *a, const uint64_t *b, size_t n_words)
{
    __m512i total = _mm512_setzero_si512();
    for (size_t i = 0; i < n_words; i += 8) {
        const __m512i left =
            _mm512_andnot_si512(load_words(b + i, n_words - i), load_words(a + i, n_words - i));
        _mm512_mask_storeu_epi64(a + i, (__mmask8)lanes(n_words - i), left);
        total = _mm512_add_epi64(total, _mm512_popcnt_epi64(left));
    }
    return (size_t)_mm512_reduce_add_epi64(total);
}

static size_t count_common(const uint64_t *a, const uint64_t *b, size_t n_words)
{
    __m512i total = _mm512_setzero_si512();
    for (size_t i = 0; i < n_words; i += 8)
        total = _mm512_add_epi64(
            total, _mm512_popcnt_epi64(_mm512_and_si512(load_words(a + i, n_words - i),
                                                        load_words(b + i, n_words - i))));
    return (size_t)_mm512_reduce_add_epi64(total);
}

static size_t count(const uint64_t *a, size_t n_words)
{
    return count_common(a, a, n_words);
}

static void add(uint32_t *sums, uint32_t start, const uint32_t *passages, const uint32_t *units,
                size_t n)
{
    rank_kernels_scalar.add(sums, start, passages, units, n);
}

static void add_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    const __m512i by = _mm512_set1_epi32((int)unit);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m512i wide = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(here, codes + i));
        const __m512i before = _mm512_maskz_loadu_epi32(here, bounds + i);
        _mm512_mask_storeu_epi32(bounds + i, here,
                                 _mm512_add_epi32(before, _mm512_mullo_epi32(wide, by)));
    }
}

static void join_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    const __m512i by = _mm512_set1_epi32((int)unit);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m512i wide = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(here, codes + i));
        const __m512i before = _mm512_maskz_loadu_epi32(here, bounds + i);
        const __mmask16 both =
            _mm512_test_epi32_mask(before, before) & _mm512_test_epi32_mask(wide, wide);
        const __m512i sum = _mm512_maskz_add_epi32(both, before, _mm512_mullo_epi32(wide, by));
        _mm512_mask_storeu_epi32(bounds + i, here, sum);
    }
}

static void lift_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    const __m512i by = _mm512_set1_epi32((int)unit);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m512i wide = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(here, codes + i));
        const __m512i before = _mm512_maskz_loadu_epi32(here, bounds + i);
        const __mmask16 some = _mm512_test_epi32_mask(before, before);
        _mm512_mask_storeu_epi32(
            bounds + i, here,
            _mm512_mask_add_epi32(before, some, before, _mm512_mullo_epi32(wide, by)));
    }
}

static void least_codes(uint8_t *least, const uint8_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i += 64) {
        const __mmask64 here = _bzhi_u64(UINT64_MAX, n - i < 64 ? (unsigned)(n - i) : 64);
        const __m512i a = _mm512_maskz_loadu_epi8(here, least + i);
        const __m512i b = _mm512_maskz_loadu_epi8(here, codes + i);
        _mm512_mask_storeu_epi8(least + i, here, _mm512_min_epu8(a, b));
    }
}

static size_t common_bits(const uint32_t *passages, size_t n, const uint8_t *bits, size_t n_words,
                          uint32_t base, uint16_t *kept, uint16_t *places)
{
    return common_bits_body(passages, n, bits, n_words, base, kept, places);
}

const struct rank_kernels rank_kernels_avx512 = {
    .add = add,
    .add_bits = add_bits,
    .above = above,
    .keep_above = keep_above,
    .add_bounds = add_bounds,
    .join_bounds = join_bounds,
    .lift_bounds = lift_bounds,
    .least_codes = least_codes,
    .common = common,
    .common_bits = common_bits,
    .or_bits = or_bits,
    .and_bits = and_bits,
    .and_not_bits = and_not_bits,
    .count = count,
    .count_common = count_common,
};

#endif
