/* SPDX-License-Identifier: Apache-2.0 */
/* rank_kernels: the choice of a variant, and the plain one, which the others are held to. Loops whose
 * branches nobody can foresee have none: an item is written, and counted if it belongs there. */
#include "searcher/rank/rank_kernels.h"

#include "searcher/rank/common_bits.h"

const struct rank_kernels *rank_kernels(void)
{
#if defined(__x86_64__)
    static const struct rank_kernels *const tables[CPU_LEVELS] = {
        &rank_kernels_scalar, &rank_kernels_avx2, &rank_kernels_avx512};
    return tables[cpu_level()];
#else
    return &rank_kernels_scalar;
#endif
}

/* The window is in the first-level cache, and no sum is needed twice: a scatter by SIMD gains
 * nothing on the machines we know. */
static void add(uint32_t *sums, uint32_t start, const uint32_t *passages, const uint32_t *units,
                size_t n)
{
    for (size_t i = 0; i < n; i++)
        sums[passages[i] - start] += units[i];
}

static void add_bits(uint32_t *sums, const uint64_t *bits, size_t n_words, const uint32_t *units)
{
    for (size_t i = 0; i < n_words; i++)
        for (uint64_t word = bits[i]; word != 0; word &= word - 1)
            sums[64 * i + (size_t)__builtin_ctzll(word)] += *units++;
}

static size_t above(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                    uint32_t *found)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        slots[count] = (uint32_t)i;
        found[count] = sums[i];
        count += sums[i] > theta;
    }
    return count;
}

static size_t keep_above(uint32_t *passages, uint32_t *units, size_t n, uint32_t theta)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        passages[count] = passages[i];
        units[count] = units[i];
        count += units[count] > theta;
    }
    return count;
}

static void add_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    for (size_t i = 0; i < n; i++)
        bounds[i] += codes[i] * unit;
}

static void join_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    for (size_t i = 0; i < n; i++)
        bounds[i] = bounds[i] == 0 || codes[i] == 0 ? 0 : bounds[i] + codes[i] * unit;
}

static void lift_bounds(uint32_t *bounds, const uint8_t *codes, size_t n, uint32_t unit)
{
    for (size_t i = 0; i < n; i++)
        bounds[i] += bounds[i] == 0 ? 0 : codes[i] * unit;
}

static void least_codes(uint8_t *least, const uint8_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        least[i] = codes[i] < least[i] ? codes[i] : least[i];
}

size_t common_by_search(const uint32_t *shorter, size_t n_shorter, const uint32_t *longer,
                        size_t n_longer, uint16_t *in_shorter, uint16_t *in_longer)
{
    size_t count = 0;
    for (size_t i = 0; i < n_shorter && n_longer > 0; i++) {
        const uint32_t *low = longer;
        for (size_t left = n_longer; left > 1; left -= left / 2) /* low[0] <= it, if any is */
            low += low[left / 2] <= shorter[i] ? left / 2 : 0;
        in_shorter[count] = (uint16_t)i;
        in_longer[count] = (uint16_t)(low - longer);
        count += *low == shorter[i];
    }
    return count;
}

static size_t common(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, uint16_t *in_a,
                     uint16_t *in_b)
{
    if (n_a / RANK_SEARCH_RATIO >= n_b)
        return common_by_search(b, n_b, a, n_a, in_b, in_a);
    if (n_b / RANK_SEARCH_RATIO >= n_a)
        return common_by_search(a, n_a, b, n_b, in_a, in_b);
    size_t count = 0;
    for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
        const uint32_t x = a[i];
        const uint32_t y = b[j];
        in_a[count] = (uint16_t)i;
        in_b[count] = (uint16_t)j;
        count += x == y;
        i += x <= y;
        j += y <= x;
    }
    return count;
}

static void or_bits(uint64_t *to, const uint8_t *from, size_t n_words, unsigned shift)
{
    for (size_t i = 0; i < n_words; i++)
        to[i] |=
            load_le64(from + 8 * i) << shift | load_le64(from + 8 * i - 8) >> 1 >> (63 - shift);
}

static size_t and_bits(uint64_t *a, const uint64_t *b, size_t n_words)
{
    size_t count = 0;
    for (size_t i = 0; i < n_words; i++) {
        a[i] &= b[i];
        count += (size_t)__builtin_popcountll(a[i]);
    }
    return count;
}

static size_t and_not_bits(uint64_t *a, const uint64_t *b, size_t n_words)
{
    size_t count = 0;
    for (size_t i = 0; i < n_words; i++) {
        a[i] &= ~b[i];
        count += (size_t)__builtin_popcountll(a[i]);
    }
    return count;
}

static size_t count(const uint64_t *a, size_t n_words)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_words; i++)
        sum += (size_t)__builtin_popcountll(a[i]);
    return sum;
}

static size_t count_common(const uint64_t *a, const uint64_t *b, size_t n_words)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_words; i++)
        sum += (size_t)__builtin_popcountll(a[i] & b[i]);
    return sum;
}

static size_t common_bits(const uint32_t *passages, size_t n, const uint8_t *bits, size_t n_words,
                          uint32_t base, uint16_t *kept, uint16_t *places)
{
    return common_bits_body(passages, n, bits, n_words, base, kept, places);
}

const struct rank_kernels rank_kernels_scalar = {
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
