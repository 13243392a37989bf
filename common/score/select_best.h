/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select_best: shares of given ranks in 16 bits, for the vectorised kernels of score_kernels.h.
 *
 * Only numbers above the least that can still matter are kept, as they come; when SELECT_ROOM of
 * them are together, the one of the last rank becomes that least, and what is below it goes. Of
 * what is left in the end, a rank is found bit by bit: sixteen counts of the numbers that reach a
 * limit. In random order about rank * ln(n / rank) numbers of n are ever kept, so that the cost is
 * that of one look at each.
 *
 * Header only, so that the two steps over arrays are inlined with the instructions of the including
 * file.
 */
#ifndef QIAO_SCORE_SELECT_BEST_H
#define QIAO_SCORE_SELECT_BEST_H

#include "common/score/bound.h"
#include "common/score/score_kernels.h"

#define SELECT_ROOM  4096u
#define SELECT_CHUNK 512u /* shares that are looked at between two checks of the room */
#define SELECT_SLACK 32u  /* numbers that a keep_above may write behind those it keeps */

/* Writes bound_floor16 of the shares that are above `least`; returns how many. */
typedef size_t keep_above_fn(const float *shares, size_t n, uint16_t least, uint16_t *kept);

/* How many of the numbers are at least `limit`. */
typedef size_t count_at_least_fn(const uint16_t *kept, size_t n, uint16_t limit);

static inline size_t keep_above_plain(const float *shares, size_t n, uint16_t least, uint16_t *kept)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        kept[n_kept] = bound_floor16(shares[i]);
        n_kept += kept[n_kept] > least;
    }
    return n_kept;
}

/* The largest limit that at least `rank` of the numbers reach; 0 if there are fewer above 0. */
static inline uint16_t number_of_rank(const uint16_t *kept, size_t n, size_t rank,
                                      count_at_least_fn *count_at_least)
{
    unsigned limit = 0;
    for (unsigned bit = 0x8000; bit != 0; bit >>= 1)
        if (count_at_least(kept, n, (uint16_t)(limit | bit)) >= rank)
            limit |= bit;
    return (uint16_t)limit;
}

static inline __attribute__((always_inline)) void
select_best(const float *shares, size_t n, const uint32_t *ranks, size_t n_ranks,
            keep_above_fn *keep_above, count_at_least_fn *count_at_least, uint16_t *best)
{
    uint16_t kept[SELECT_ROOM + SELECT_CHUNK + SELECT_SLACK];
    const size_t last = n_ranks == 0 ? 0 : ranks[n_ranks - 1];
    size_t n_kept = 0;
    uint16_t least = 0; /* numbers of this size count, but are not kept */
    for (size_t i = 0; i < n; i += SELECT_CHUNK) {
        const size_t here = n - i < SELECT_CHUNK ? n - i : SELECT_CHUNK;
        n_kept += keep_above(shares + i, here, least, kept + n_kept);
        if (n_kept < SELECT_ROOM)
            continue;
        least = number_of_rank(kept, n_kept, last, count_at_least);
        size_t left = 0;
        for (size_t j = 0; j < n_kept; j++) {
            kept[left] = kept[j];
            left += kept[j] > least;
        }
        n_kept = left;
    }
    for (size_t i = 0; i < n_ranks; i++) {
        const uint16_t number = number_of_rank(kept, n_kept, ranks[i], count_at_least);
        best[i] = number > least ? number : least;
    }
}

#endif
