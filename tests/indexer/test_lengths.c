/* SPDX-License-Identifier: Apache-2.0 */
/* test_lengths: every number stays what it was while all are made wider. */
#include <criterion/criterion.h>

#include "common/score/score_kernels.h"
#include "indexer/write/lengths.h"
#include "tests/support/seed.h"

#define N    20000u
#define NONE N

/* Where the first number above 255 comes, and the first above 65535. */
static const uint32_t cases[][2] = {{NONE, NONE},   {9000, 15000}, {0, 1},      {7, 7},
                                    {N - 2, N - 1}, {NONE, 300},   {5000, NONE}};

static uint32_t make_number(uint32_t i, const uint32_t *widen, unsigned *seed)
{
    if (i == widen[1])
        return seed_below(seed, 2) == 0 ? 65536 : UINT32_MAX;
    if (i == widen[0])
        return seed_below(seed, 2) == 0 ? 256 : 65535;
    const uint32_t limit = i < widen[0] && i < widen[1] ? 256 : i < widen[1] ? 65536 : 1u << 31;
    return seed_below(seed, 4) == 0 ? limit - 1 : seed_below(seed, limit);
}

Test(lengths, widen_when_they_must)
{
    static uint32_t plain[N];
    static uint32_t out[N];
    static uint32_t order[N];
    const unsigned first = seed_first();
    unsigned seed = first;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct lengths l = LENGTHS_INIT;
        uint32_t most = 0;
        for (uint32_t i = 0; i < N; i++) {
            plain[i] = make_number(i, cases[c], &seed);
            most = plain[i] > most ? plain[i] : most;
            order[i] = N - 1 - i;
            cr_assert_eq(lengths_add(&l, plain[i]), STATUS_OK);
            cr_assert_eq(l.width, most < 256 ? 1 : most < 65536 ? 2 : 4, "seed %u", first);
        }
        cr_assert_eq(l.n, N);
        lengths_gather(l.bytes, l.width, order, N, out);
        for (uint32_t i = 0; i < N; i++) {
            cr_assert_eq(lengths_get(&l, i), plain[i], "seed %u, case %zu, %u", first, c, i);
            cr_assert_eq(out[N - 1 - i], plain[i], "seed %u, case %zu, %u", first, c, i);
        }
        lengths_release(&l);
        cr_assert(l.n == 0 && l.width == 1 && l.bytes == NULL);
    }
}
