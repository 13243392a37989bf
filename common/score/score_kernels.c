/* SPDX-License-Identifier: Apache-2.0 */
/* score_kernels: the choice of a variant, and the plain one, which the others are held to. */
#include "common/score/score_kernels.h"

#include "common/score/bound.h"
#include "common/score/length_byte.h"

const struct score_kernels *score_kernels(void)
{
#if defined(__x86_64__)
    static const struct score_kernels *const tables[CPU_LEVELS] = {
        &score_kernels_scalar, &score_kernels_avx2, &score_kernels_avx512};
    return tables[cpu_level()];
#else
    return &score_kernels_scalar;
#endif
}

static uint32_t scored(const struct bm25 *p, uint32_t length)
{
    return p->byte_lengths ? length_byte_round(length) : length;
}

static void shares(const struct bm25 *p, const uint32_t *tfs, const uint32_t *lengths, size_t n,
                   float *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = bm25_share(p, (float)tfs[i], scored(p, lengths[i]));
}

static void contributions(const struct bm25 *p, float weight, const uint32_t *tfs,
                          const uint32_t *lengths, size_t n, uint32_t *units)
{
    for (size_t i = 0; i < n; i++)
        units[i] = (uint32_t)bm25_contribution(p, weight, (float)tfs[i], scored(p, lengths[i]));
}

static float largest(const float *values, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

static void codes(const float *values, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = bound_code(values[i]);
}

/* The share of rank `rank` in 16 bits, by its upper byte and then its lower one: two counts. */
static uint16_t best_of_rank(const float *values, size_t n, uint32_t rank)
{
    uint32_t counts[256] = {0};
    for (size_t i = 0; i < n; i++)
        counts[bound_floor16(values[i]) >> 8]++;
    unsigned upper = 255;
    for (; counts[upper] < rank; upper--)
        rank -= counts[upper];
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < n; i++)
        if (bound_floor16(values[i]) >> 8 == (int)upper)
            counts[bound_floor16(values[i]) & 255]++;
    unsigned lower = 255;
    for (; counts[lower] < rank; lower--)
        rank -= counts[lower];
    return (uint16_t)(upper << 8 | lower);
}

static void best(const float *values, size_t n, const uint32_t *ranks, size_t n_ranks,
                 uint16_t *out)
{
    for (size_t i = 0; i < n_ranks; i++)
        out[i] = best_of_rank(values, n, ranks[i]);
}

static uint32_t length_at(const uint8_t *column, unsigned bytes, size_t i)
{
    return bytes == 1   ? column[i]
           : bytes == 2 ? load_le16(column + 2 * i)
                        : load_le32(column + 4 * i);
}

static size_t lengths_of_bits(const uint8_t *column, unsigned bytes, const uint64_t *bits,
                              size_t n_words, uint32_t *lengths)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        for (uint64_t word = bits[i]; word != 0; word &= word - 1)
            lengths[n++] = length_at(column, bytes, 64 * i + (size_t)__builtin_ctzll(word));
    return n;
}

const struct score_kernels score_kernels_scalar = {
    .shares = shares,
    .contributions = contributions,
    .largest = largest,
    .codes = codes,
    .best = best,
    .lengths_of_bits = lengths_of_bits,
};

void lengths_gather(const uint8_t *column, unsigned bytes, const uint32_t *passages, size_t n,
                    uint32_t *lengths)
{
    if (bytes == 1) {
        for (size_t i = 0; i < n; i++)
            lengths[i] = column[passages[i]];
    } else if (bytes == 2) {
        for (size_t i = 0; i < n; i++)
            lengths[i] = load_le16(column + 2 * (size_t)passages[i]);
    } else {
        for (size_t i = 0; i < n; i++)
            lengths[i] = load_le32(column + 4 * (size_t)passages[i]);
    }
}
