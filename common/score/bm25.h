/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bm25: the formula, once (Robertson and Zaragoza 2009; the variant of Lucene since 8).
 *
 *     idf   = ln(1 + (N - n + .5) / (n + .5))
 *     share = tf / (tf + k1 (1 - b + b len/avg))
 *     score = sum over the query's leaves of  boost * count * idf * share
 *
 * A score is a whole number of units of 2^-19: each contribution is computed in one fixed binary32
 * expression, rounded to units (never below one for a match) and summed as an integer. So the sum
 * does not depend on its order, and every plan, thread count and SIMD width gives the same score
 * (docs/FORMAT.md 9). 2^-19 is 0.0000019: finer than the six decimals of a TREC run show.
 */
#ifndef QIAO_SCORE_BM25_H
#define QIAO_SCORE_BM25_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define SCORE_UNIT_BITS 19
#define SCORE_UNITS     524288.0f

/* What the share needs besides tf and length; the same for all terms of a query. */
struct bm25 {
    float c0;          /* k1 (1 - b) */
    float c1;          /* k1 b / avg */
    bool byte_lengths; /* round lengths as Lucene does */
};

/* avg = tokens / passages; an empty index has avg 1, which nothing ever uses. */
static inline struct bm25 bm25_of(float k1, float b, uint64_t tokens, uint64_t passages,
                                  bool byte_lengths)
{
    const double avg = tokens == 0 || passages == 0 ? 1.0 : (double)tokens / (double)passages;
    return (struct bm25){(float)((double)k1 * (1.0 - (double)b)),
                         (float)((double)k1 * (double)b / avg), byte_lengths};
}

static inline double bm25_idf(uint64_t passages, uint64_t df)
{
    return log(1.0 + ((double)passages - (double)df + 0.5) / ((double)df + 0.5));
}

/* The part of a contribution that depends on the passage, in [0, 1]. */
static inline float bm25_share(const struct bm25 *p, float tf, uint32_t scored_length)
{
    const float product = p->c1 * (float)scored_length;
    const float norm = p->c0 + product;
    return tf / (tf + norm);
}

/* A leaf's weight in units: boost * count * idf * 2^19. */
static inline float bm25_weight(double idf_times_boost)
{
    return (float)(idf_times_boost * (double)SCORE_UNITS);
}

/* One contribution in units, at least 1. tf is a float because a sloppy phrase has fractions. */
static inline uint64_t bm25_contribution(const struct bm25 *p, float weight, float tf,
                                         uint32_t scored_length)
{
    const float units = rintf(weight * bm25_share(p, tf, scored_length));
    return units < 1.0f ? 1 : (uint64_t)units;
}

/* Units as the number that a person reads. */
static inline double bm25_score(uint64_t units)
{
    return (double)units / (double)SCORE_UNITS;
}

#endif
