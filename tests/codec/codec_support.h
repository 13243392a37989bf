/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec_support: what the tests of common/codec/, common/base/ and common/score/ share: random
 * numbers, and memory that ends at a page which no one may touch.
 *
 *     uint64_t random = random_seed("bitpack");    prints the seed; QIAO_SEED=N repeats a run
 *     struct guard g;
 *     guard_open(&g, 4096);
 *     uint8_t *p = guard_fit(&g, bytes, len);       the byte p[len] faults
 *     guard_close(&g);
 */
#ifndef QIAO_TESTS_CODEC_SUPPORT_H
#define QIAO_TESTS_CODEC_SUPPORT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "common/base/buf.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* xorshift64*: Marsaglia, "Xorshift RNGs", 2003, with Vigna's multiplier. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

/* From 0 to limit - 1. */
static inline uint32_t random_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)((random_next(state) >> 32) * limit >> 32);
}

/* A number of at most `bits` bits (<= 32). */
static inline uint32_t random_bits(uint64_t *state, unsigned bits)
{
    return bits == 0 ? 0 : (uint32_t)(random_next(state) >> (64 - bits));
}

static inline uint64_t random_seed(const char *test)
{
    const char *const given = getenv("QIAO_SEED");
    const uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    fprintf(stderr, "%s: QIAO_SEED=%llu\n", test, (unsigned long long)seed);
    return seed == 0 ? 1 : seed;
}

struct guard {
    uint8_t *start; /* of the usable bytes */
    uint8_t *end;   /* of them: the untouchable page begins here */
    size_t mapped;
};

static inline void guard_open(struct guard *g, size_t room)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t usable = (room + page - 1) / page * page;
    g->mapped = usable + page;
    g->start = mmap(NULL, g->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq((void *)g->start, MAP_FAILED);
    g->end = g->start + usable;
    cr_assert_eq(mprotect(g->end, page, PROT_NONE), 0);
}

/* A copy of the bytes that ends where the guard page begins. */
static inline uint8_t *guard_fit(struct guard *g, const void *bytes, size_t len)
{
    cr_assert_leq(len, (size_t)(g->end - g->start));
    uint8_t *const at = g->end - len;
    if (len > 0)
        memcpy(at, bytes, len);
    return at;
}

static inline void guard_close(struct guard *g)
{
    cr_assert_eq(munmap(g->start, g->mapped), 0);
}

#endif
