/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ways: other ways to score postings into a window of sums, and to find the sums above a score, to
 * compare Qiao's own with (bench/scoring.c says which they are).
 *
 *     scoring_ways[i].add(&column, weight, passages, tfs, impacts, n, start, sums);
 *     n = sieves[i].above(sums, n, theta, slots, found);
 */
#ifndef QIAO_BENCH_WAYS_H
#define QIAO_BENCH_WAYS_H

#include "common/base/bytes.h"
#include "common/score/bm25.h"

/* What is known of each passage, in the forms that the ways want. */
struct column {
    struct bm25 bm25;
    const uint8_t *lengths; /* as an index stores them, `width` bytes each */
    unsigned width;
    const uint8_t *bytes;   /* a length in one byte, 255 for longer ones */
    const float *byte_norm; /* 256: c0 + c1 length */
    const float *norms;     /* c0 + c1 length by passage */
};

/* A window has as many sums; passages of a call lie in one window. */
#define WAY_WINDOW 16384u

struct scoring_way {
    const char *name;
    /* Adds n <= 256 postings to sums[passage - start]. impacts[i]: the share in 1/255. */
    void (*add)(const struct column *c, float weight, const uint32_t *passages, const uint32_t *tfs,
                const uint8_t *impacts, size_t n, uint32_t start, uint32_t *sums);
};

struct sieve {
    const char *name;
    /* As rank_kernels' `above`. */
    size_t (*above)(const uint32_t *sums, size_t n, uint32_t theta, uint32_t *slots,
                    uint32_t *found);
};

/* None on machines without AVX-512. */
extern const struct scoring_way scoring_ways[];
extern const size_t n_scoring_ways;
extern const struct sieve sieves[];
extern const size_t n_sieves;

#endif
