/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seed: where random tests begin. QIAO_SEED repeats a run; without it the clock decides. Every
 * failure message of a random test holds the seed.
 */
#ifndef QIAO_TESTS_SUPPORT_SEED_H
#define QIAO_TESTS_SUPPORT_SEED_H

#include <stdlib.h>
#include <time.h>

static inline unsigned seed_first(void)
{
    const char *const given = getenv("QIAO_SEED");
    return given == NULL ? (unsigned)time(NULL) : (unsigned)strtoul(given, NULL, 10);
}

/* A number below n (n >= 1, at most 2^31). */
static inline unsigned seed_below(unsigned *seed, unsigned n)
{
    return (unsigned)rand_r(seed) % n;
}

#endif
