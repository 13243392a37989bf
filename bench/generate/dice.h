/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dice: chance that can be repeated. A stream of numbers is named by a seed and up to two more
 * numbers (a pass, a word), so that what one part of the generator draws never shifts another's.
 *
 *     struct dice d = dice_of(seed, pass, word);
 *     if (dice_below(&d, 6) == 0) ...
 *
 * The mixing function is SplitMix64's (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", 2014).
 */
#ifndef QIAO_BENCH_GENERATE_DICE_H
#define QIAO_BENCH_GENERATE_DICE_H

#include <stdint.h>

struct dice {
    uint64_t state;
};

static inline uint64_t dice_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static inline uint64_t dice_next(struct dice *d)
{
    d->state += 0x9e3779b97f4a7c15u;
    return dice_mix(d->state);
}

static inline struct dice dice_of(uint64_t seed, uint64_t a, uint64_t b)
{
    return (struct dice){dice_mix(dice_mix(dice_mix(seed + 1) ^ a) ^ b)};
}

/* A number below n (n >= 1); uneven by at most n / 2^32. */
static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
    return (uint32_t)((dice_next(d) >> 32) * n >> 32);
}

#endif
