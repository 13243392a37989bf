/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_support: what the tests of common/text/ share: random numbers and random texts.
 *
 * A test draws its seed with random_seed(), which prints it; QIAO_SEED=N repeats a run.
 */
#ifndef QIAO_TESTS_TEXT_SUPPORT_H
#define QIAO_TESTS_TEXT_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/utf8.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* xorshift64*: Marsaglia, "Xorshift RNGs", 2003, with Vigna's multiplier. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

static inline size_t random_below(uint64_t *state, size_t limit)
{
    return (size_t)(random_next(state) >> 33) % limit;
}

static inline uint64_t random_seed(const char *test)
{
    const char *const given = getenv("QIAO_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    seed = seed == 0 ? 1 : seed;
    fprintf(stderr, "%s: QIAO_SEED=%llu\n", test, (unsigned long long)seed);
    return seed;
}

/* Appends `count` characters drawn from `alphabet` to `out`. */
static inline void random_text(uint64_t *state, const uint32_t *alphabet, size_t letters,
                               size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[4];
        buf_append(out, bytes, utf8_encode(alphabet[random_below(state, letters)], bytes));
    }
}

#endif
