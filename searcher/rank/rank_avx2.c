/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_avx2: the kernels of rank_kernels.h in AVX2.
 *
 * AVX2 has no compress, so what stays is written bit by bit of the comparison's mask; where few
 * items stay, as in a window near the end of a query, that costs nothing. Lists are intersected
 * eight by eight as in rank_avx512.c.
 */
#include "searcher/rank/rank_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "searcher/rank/common_bits.h"

static inline __m256i load_8(const uint32_t *values)
{
    return _mm256_loadu_si256((const __m256i *)values);
}

/* A bit for each lane in which a > b, as numbers without sign. */
static inline unsigned greater(__m256i a, __m256i b)
{
    const __m256i not_greater = _mm256_cmpeq_epi32(_mm256_max_epu32(a, b), b);
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(not_greater)) ^ 0xff;
}

static void add_bits(uint32_t *sums, const uint64_t *bits, size_t n_words, const uint32_t *units)
{
    for (size_t i = 0; i < n_words; i++)
        for (uint64_t word = bits[i]; word != 0; word = _blsr_u64(word))
            sums[64 * i + (size_t)_tzcnt_u64(word)] += *units++;
}

static size_t above(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                    uint32_t *found)
{
    const __m256i limit = _mm256_set1_epi32((int)theta);
    size_t count = 0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        unsigned kept = 0;
        for (unsigned j = 0; j < 32; j += 8)
            kept |= greater(load_8(sums + i + j), limit) << j;
        for (; kept != 0; kept &= kept - 1) {
            const size_t slot = i + (size_t)__builtin_ctz(kept);
            slots[count] = (uint32_t)slot;
            found[count++] = sums[slot];
        }
    }
    const size_t more =
        rank_kernels_scalar.above(sums + i, n - i, theta, slots + count, found + count);
    for (size_t j = 0; j < more; j++)
        slots[count + j] += (uint32_t)i;
    return count + more;
}

/* The lanes of a that equal any lane of b. */
static inline unsigned equal_any(__m256i a, __m256i b)
{
    const __m256i swapped = _mm256_permute2x128_si256(b, b, 1);
    __m256i any = _mm256_setzero_si256();
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, b));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, _mm256_shuffle_epi32(b, 0x39)));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, _mm256_shuffle_epi32(b, 0x4e)));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, _mm256_shuffle_epi32(b, 0x93)));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, swapped));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, _mm256_shuffle_epi32(swapped, 0x39)));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, _mm256_shuffle_epi32(swapped, 0x4e)));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi32(a, _mm256_shuffle_epi32(swapped, 0x93)));
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(any));
}

static inline size_t put_indexes(uint16_t *out, size_t from, unsigned kept)
{
    size_t n = 0;
    for (; kept != 0; kept &= kept - 1)
        out[n++] = (uint16_t)(from + (size_t)__builtin_ctz(kept));
    return n;
}

static size_t common(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, uint16_t *in_a,
                     uint16_t *in_b)
{
    if (n_a / RANK_SEARCH_RATIO >= n_b || n_b / RANK_SEARCH_RATIO >= n_a)
        return rank_kernels_scalar.common(a, n_a, b, n_b, in_a, in_b);
    size_t count = 0;
    size_t i = 0;
    size_t j = 0;
    while (i + 8 <= n_a && j + 8 <= n_b) {
        const __m256i x = load_8(a + i);
        const __m256i y = load_8(b + j);
        const unsigned kept = equal_any(x, y);
        if (kept != 0) {
            (void)put_indexes(in_b + count, j, equal_any(y, x));
            count += put_indexes(in_a + count, i, kept);
        }
        const uint32_t last_x = a[i + 7];
        const uint32_t last_y = b[j + 7];
        i += last_x <= last_y ? 8 : 0;
        j += last_y <= last_x ? 8 : 0;
    }
    while (i < n_a && j < n_b) {
        in_a[count] = (uint16_t)i;
        in_b[count] = (uint16_t)j;
        const uint32_t x = a[i];
        const uint32_t y = b[j];
        count += x == y;
        i += x <= y;
        j += y <= x;
    }
    return count;
}

/* ---- the plain ones, compiled for this level (POPCNT) ---- */

static void add(uint32_t *sums, uint32_t start, const uint32_t *passages, const uint32_t *units,
                size_t n)
{
    rank_kernels_scalar.add(sums, start, passages, units, n);
}

static size_t keep_above(uint32_t *passages, uint32_t *units, size_t n, uint32_t theta)
{
    return rank_kernels_scalar.keep_above(passages, units, n, theta);
}

static void or_bits(uint64_t *to, const uint8_t *from, size_t n_words, unsigned shift)
{
    const __m128i up = _mm_cvtsi32_si128((int)shift);
    const __m128i down = _mm_cvtsi32_si128(64 - (int)shift); /* 64 leaves nothing */
    size_t i = 0;
    for (; i + 4 <= n_words; i += 4) {
        const __m256i word = _mm256_loadu_si256((const __m256i *)(from + 8 * i));
        const __m256i below = _mm256_loadu_si256((const __m256i *)(from + 8 * i - 8));
        const __m256i moved =
            _mm256_or_si256(_mm256_sll_epi64(word, up), _mm256_srl_epi64(below, down));
        __m256i *const at = (__m256i *)(to + i);
        _mm256_storeu_si256(at, _mm256_or_si256(_mm256_loadu_si256(at), moved));
    }
    rank_kernels_scalar.or_bits(to + i, from + 8 * i, n_words - i, shift);
}

static size_t and_bits(uint64_t *a, const uint64_t *b, size_t n_words)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_words; i++)
        sum += (size_t)_mm_popcnt_u64(a[i] &= b[i]);
    return sum;
}

static size_t and_not_bits(uint64_t *a, const uint64_t *b, size_t n_words)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_words; i++)
        sum += (size_t)_mm_popcnt_u64(a[i] &= ~b[i]);
    return sum;
}

static size_t count(const uint64_t *a, size_t n_words)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_words; i++)
        sum += (size_t)_mm_popcnt_u64(a[i]);
    return sum;
}

static size_t count_common(const uint64_t *a, const uint64_t *b, size_t n_words)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_words; i++)
        sum += (size_t)_mm_popcnt_u64(a[i] & b[i]);
    return sum;
}

static void add_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    const __m256i by = _mm256_set1_epi32((int)unit);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(codes + i)));
        const __m256i sum = _mm256_add_epi32(load_8(bounds + i), _mm256_mullo_epi32(wide, by));
        _mm256_storeu_si256((__m256i *)(bounds + i), sum);
    }
    rank_kernels_scalar.add_bounds(bounds + i, codes + i, n - i, unit);
}

static void join_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    const __m256i by = _mm256_set1_epi32((int)unit);
    const __m256i zero = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(codes + i)));
        const __m256i before = load_8(bounds + i);
        const __m256i none =
            _mm256_or_si256(_mm256_cmpeq_epi32(before, zero), _mm256_cmpeq_epi32(wide, zero));
        const __m256i sum = _mm256_add_epi32(before, _mm256_mullo_epi32(wide, by));
        _mm256_storeu_si256((__m256i *)(bounds + i), _mm256_andnot_si256(none, sum));
    }
    rank_kernels_scalar.join_bounds(bounds + i, codes + i, n - i, unit);
}

static void lift_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    const __m256i by = _mm256_set1_epi32((int)unit);
    const __m256i zero = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(codes + i)));
        const __m256i before = load_8(bounds + i);
        const __m256i sum = _mm256_add_epi32(before, _mm256_mullo_epi32(wide, by));
        _mm256_storeu_si256((__m256i *)(bounds + i),
                            _mm256_andnot_si256(_mm256_cmpeq_epi32(before, zero), sum));
    }
    rank_kernels_scalar.lift_bounds(bounds + i, codes + i, n - i, unit);
}

static void least_codes(uint8_t *least, const uint8_t *codes, size_t n)
{
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i a = _mm256_loadu_si256((const __m256i *)(least + i));
        const __m256i b = _mm256_loadu_si256((const __m256i *)(codes + i));
        _mm256_storeu_si256((__m256i *)(least + i), _mm256_min_epu8(a, b));
    }
    rank_kernels_scalar.least_codes(least + i, codes + i, n - i);
}

static size_t common_bits(const uint32_t *passages, size_t n, const uint8_t *bits, size_t n_words,
                          uint32_t base, uint16_t *kept, uint16_t *places)
{
    return common_bits_body(passages, n, bits, n_words, base, kept, places);
}

const struct rank_kernels rank_kernels_avx2 = {
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
