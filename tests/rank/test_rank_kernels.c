/* SPDX-License-Identifier: Apache-2.0 */
/* rank_kernels: every level of this machine against nested loops, at the ends of pages. */
#include "searcher/rank/rank_kernels.h"
#include "tests/codec/codec_support.h"

#define N_MOST 5000u

static const struct rank_kernels *kernels_of(int level)
{
    cr_assert_eq(cpu_choose(cpu_level_name((enum cpu_level)level)), STATUS_OK);
    return rank_kernels();
}

/* Ascending numbers from `start` on, one in about `spread`; returns how many are below `end`. */
static size_t draw_list(uint64_t *random, uint32_t start, uint32_t end, uint32_t spread,
                        size_t most, uint32_t *list)
{
    size_t n = 0;
    uint64_t next = start;
    while (n < most) {
        next += random_below(random, 2 * spread - 1);
        if (next >= end)
            break;
        list[n++] = (uint32_t)next++;
    }
    return n;
}

Test(rank_kernels, add)
{
    uint64_t random = random_seed("rank_kernels/add");
    for (unsigned round = 0; round < 600; round++) {
        static uint32_t passages[4096];
        static uint32_t units[4096];
        static uint32_t expected[4096];
        static uint32_t sums[4096];
        const size_t window = round % 2 == 0 ? 256 : 4096;
        const uint32_t start = random_bits(&random, 31);
        const size_t n = draw_list(&random, start, start + (uint32_t)window,
                                   1 + random_below(&random, 40), 4096, passages);
        for (size_t i = 0; i < window; i++)
            expected[i] = random_bits(&random, 30);
        for (int level = 0; level <= (int)cpu_best(); level++) {
            uint32_t before[4096];
            memcpy(before, expected, sizeof before);
            struct guard g;
            guard_open(&g, 4 * 4096);
            for (size_t i = 0; i < n; i++)
                units[i] = 1 + random_bits(&random, 30);
            const uint32_t *const at = (void *)guard_fit(&g, units, 4 * n);
            memcpy(sums, expected, sizeof sums);
            kernels_of(level)->add(sums, start, passages, at, n);
            uint64_t bits[4096 / 64] = {0};
            for (size_t i = 0; i < n; i++) {
                const uint32_t slot = passages[i] - start;
                before[slot] += units[i];
                bits[slot / 64] |= 1ull << slot % 64;
            }
            cr_assert_arr_eq(sums, before, window * 4, "level %d", level);
            memcpy(sums, expected, sizeof sums);
            kernels_of(level)->add_bits(sums, bits, window / 64, at);
            cr_assert_arr_eq(sums, before, window * 4, "level %d", level);
            guard_close(&g);
        }
    }
}

static void check_above(uint64_t *random, int level, struct guard *g, size_t n)
{
    static uint32_t drawn[N_MOST];
    static uint32_t slots[N_MOST + RANK_SLACK + 1];
    static uint32_t found[N_MOST + RANK_SLACK + 1];
    static uint32_t passages[N_MOST + RANK_SLACK + 1];
    const unsigned bits = 1 + random_below(random, 32);
    for (size_t i = 0; i < n; i++)
        drawn[i] = random_bits(random, bits);
    const uint32_t theta = n > 0 && random_below(random, 4) > 0
                               ? drawn[random_below(random, (uint32_t)n)]
                               : random_bits(random, 32);
    const uint32_t *const sums = (void *)guard_fit(g, drawn, 4 * n);
    slots[n + RANK_SLACK] = found[n + RANK_SLACK] = passages[n + RANK_SLACK] = 0xdead;
    const size_t count = kernels_of(level)->above(sums, n, theta, slots, found);
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        if (drawn[i] > theta) {
            cr_assert(at < count && slots[at] == i && found[at] == drawn[i], "level %d", level);
            at++;
        }
    cr_assert_eq(at, count, "level %d n %zu", level, n);
    for (size_t i = 0; i < n; i++)
        passages[i] = (uint32_t)(7 * i);
    memcpy(found, drawn, 4 * n);
    cr_assert_eq(kernels_of(level)->keep_above(passages, found, n, theta), count);
    for (size_t i = 0; i < count; i++)
        cr_assert(passages[i] == 7 * slots[i] && found[i] == drawn[slots[i]], "level %d", level);
    cr_assert(slots[n + RANK_SLACK] == 0xdead && found[n + RANK_SLACK] == 0xdead &&
              passages[n + RANK_SLACK] == 0xdead);
}

Test(rank_kernels, above_theta)
{
    uint64_t random = random_seed("rank_kernels/above");
    struct guard g;
    guard_open(&g, 4 * N_MOST);
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (size_t round = 0; round < 1500; round++)
            check_above(&random, level, &g,
                        round < 300 ? round : random_below(&random, round < 1400 ? 300 : N_MOST));
    guard_close(&g);
}

/* Two lists at the ends of pages; what they have in common by nested loops. */
static size_t check_common(int level, struct guard *page_a, struct guard *page_b, const uint32_t *a,
                           size_t n_a, const uint32_t *b, size_t n_b)
{
    static uint16_t in_a[N_MOST + RANK_SLACK + 1];
    static uint16_t in_b[N_MOST + RANK_SLACK + 1];
    const size_t room = (n_a < n_b ? n_a : n_b) + RANK_SLACK;
    in_a[room] = in_b[room] = 0xdead;
    const size_t n =
        kernels_of(level)->common((void *)guard_fit(page_a, a, 4 * n_a), n_a,
                                  (void *)guard_fit(page_b, b, 4 * n_b), n_b, in_a, in_b);
    size_t at = 0;
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++)
            if (a[i] == b[j]) {
                cr_assert(at < n && in_a[at] == i && in_b[at] == j, "level %d: %zu %zu", level, i,
                          j);
                at++;
            }
    cr_assert_eq(at, n, "level %d", level);
    cr_assert(in_a[room] == 0xdead && in_b[room] == 0xdead);
    return n;
}

Test(rank_kernels, common_passages)
{
    uint64_t random = random_seed("rank_kernels/common");
    struct guard page_a;
    struct guard page_b;
    guard_open(&page_a, 4 * N_MOST);
    guard_open(&page_b, 4 * N_MOST);
    size_t matches = 0;
    for (unsigned round = 0; round < 6000; round++) {
        static uint32_t a[N_MOST];
        static uint32_t b[N_MOST];
        const uint32_t start = round % 5 == 0 ? UINT32_MAX - 2 - 4000 : random_bits(&random, 20);
        const uint32_t end = round % 5 == 0 ? UINT32_MAX - 2 : UINT32_MAX;
        const size_t most = round % 50 == 49 ? 2000 : 256;
        const uint32_t spread_a = 1 + random_below(&random, round % 3 == 0 ? 2 : 30);
        const uint32_t spread_b = 1 + random_below(&random, round % 3 == 0 ? 2 : 30);
        const size_t n_a =
            draw_list(&random, start, end, spread_a, random_below(&random, (uint32_t)most + 1), a);
        const size_t n_b = draw_list(&random, start + random_below(&random, 50), end, spread_b,
                                     random_below(&random, round % 4 == 0 ? 20 : 257), b);
        for (int level = 0; level <= (int)cpu_best(); level++) {
            matches += check_common(level, &page_a, &page_b, a, n_a, b, n_b);
            matches += check_common(level, &page_b, &page_a, b, n_b, a, n_a);
        }
    }
    cr_assert(matches > 100000);
    guard_close(&page_a);
    guard_close(&page_b);
}

Test(rank_kernels, bitmaps)
{
    uint64_t random = random_seed("rank_kernels/bitmaps");
    struct guard page_a;
    struct guard page_b;
    guard_open(&page_a, 8 * 300);
    guard_open(&page_b, 8 * 300);
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (size_t n = 0; n < 300; n++) {
            uint64_t a[300];
            uint64_t b[300];
            size_t in_a = 0;
            size_t both = 0;
            for (size_t i = 0; i < n; i++) {
                a[i] = random_next(&random) & (n % 3 == 0 ? random_next(&random) : UINT64_MAX);
                b[i] = random_next(&random) | (n % 2 == 0 ? random_next(&random) : 0);
                for (unsigned bit = 0; bit < 64; bit++) {
                    in_a += a[i] >> bit & 1;
                    both += a[i] >> bit & b[i] >> bit & 1;
                }
            }
            const struct rank_kernels *const k = kernels_of(level);
            uint64_t *const at_a = (void *)guard_fit(&page_a, a, 8 * n);
            const uint64_t *const at_b = (void *)guard_fit(&page_b, b, 8 * n);
            cr_assert_eq(k->count(at_a, n), in_a);
            cr_assert_eq(k->count_common(at_a, at_b, n), both);
            cr_assert_eq(k->and_bits(at_a, at_b, n), both, "level %d n %zu", level, n);
            for (size_t i = 0; i < n; i++)
                cr_assert_eq(at_a[i], a[i] & b[i]);
            (void)guard_fit(&page_a, a, 8 * n);
            cr_assert_eq(k->and_not_bits(at_a, at_b, n), in_a - both, "level %d n %zu", level, n);
            for (size_t i = 0; i < n; i++)
                cr_assert_eq(at_a[i], a[i] & ~b[i]);
        }
    guard_close(&page_a);
    guard_close(&page_b);
}

/* Words moved up by 0 to 63 bits, against bit after bit; the word before the first is read, none
 * behind the last. */
Test(rank_kernels, or_bits)
{
    uint64_t random = random_seed("rank_kernels/or_bits");
    struct guard page;
    guard_open(&page, 8 * 40);
    for (size_t round = 0; round < 2000; round++) {
        uint64_t from[40];
        uint64_t before[40];
        uint64_t expected[40];
        const size_t n = random_below(&random, 39);
        const unsigned shift = random_below(&random, 64);
        for (size_t i = 0; i < 40; i++) {
            from[i] = random_next(&random);
            before[i] = expected[i] = random_next(&random) & random_next(&random);
        }
        for (size_t bit = 0; bit < 64 * n; bit++) {
            const size_t source = 64 + bit - shift; /* word 0 stands before the first */
            expected[bit / 64] |= (from[source / 64] >> source % 64 & 1) << bit % 64;
        }
        for (int level = 0; level <= (int)cpu_best(); level++) {
            uint64_t to[40];
            const uint8_t *const at = guard_fit(&page, from, 8 * (n + 1));
            memcpy(to, before, sizeof to);
            kernels_of(level)->or_bits(to, at + 8, n, shift);
            cr_assert_arr_eq(to, expected, 8 * n, "level %d n %zu shift %u", level, n, shift);
            cr_assert_arr_eq(to + n, before + n, 8 * (40 - n), "level %d n %zu", level, n);
        }
    }
    guard_close(&page);
}

/* A list and a bitset, some of the list before its base and behind its end. */
Test(rank_kernels, common_bits)
{
    uint64_t random = random_seed("rank_kernels/common_bits");
    struct guard page;
    struct guard page_2;
    guard_open(&page, 4 * 300);
    guard_open(&page_2, 8 * 40);
    for (size_t round = 0; round < 3000; round++) {
        uint8_t bits[8 * 40] = {0};
        uint32_t list[300];
        uint16_t kept[301];
        uint16_t places[301];
        const size_t n_words = 1 + random_below(&random, 40);
        const uint32_t base = 100 + random_bits(&random, 30);
        const size_t n = draw_list(&random, base - 100, base + 64 * 50,
                                   1 + random_below(&random, 60), 300, list);
        for (size_t i = 0; i < 64 * n_words; i++)
            bits[i / 8] |=
                (uint8_t)((random_below(&random, (uint32_t)(1 + round % 5)) == 0) << i % 8);
        for (int level = 0; level <= (int)cpu_best(); level++) {
            const size_t n_kept = kernels_of(level)->common_bits(
                (void *)guard_fit(&page, list, 4 * n), n, guard_fit(&page_2, bits, 8 * n_words),
                n_words, base, kept, places);
            size_t at = 0;
            uint16_t place = 0;
            for (uint32_t i = 0; i < 64 * n_words; i++) {
                if ((bits[i / 8] >> i % 8 & 1) == 0)
                    continue;
                for (size_t j = 0; j < n; j++)
                    if (list[j] == base + i) {
                        cr_assert(at < n_kept && kept[at] == j && places[at] == place, "level %d",
                                  level);
                        at++;
                    }
                place++;
            }
            cr_assert_eq(at, n_kept, "level %d", level);
        }
    }
    guard_close(&page);
    guard_close(&page_2);
}

/* What the four kernels of bounds do to one range. */
struct range_sums {
    uint32_t added;
    uint32_t joined;
    uint32_t lifted;
    uint8_t least;
};

static struct range_sums of_range(uint32_t bound, uint8_t code, uint32_t unit, uint8_t other)
{
    return (struct range_sums){.added = bound + code * unit,
                               .joined = bound == 0 || code == 0 ? 0 : bound + code * unit,
                               .lifted = bound == 0 ? 0 : bound + code * unit,
                               .least = code < other ? code : other};
}

static void check_bounds(uint64_t *random, int level, struct guard *page, struct guard *page_2,
                         size_t n)
{
    static uint32_t bounds[400];
    static uint32_t sums[3][400];
    static uint8_t codes[400];
    static uint8_t others[400];
    static uint8_t least[400];
    const struct rank_kernels *const k = kernels_of(level);
    const uint32_t unit = random_bits(random, 20);
    for (size_t i = 0; i < n; i++) {
        bounds[i] = random_below(random, 3) == 0 ? 0 : random_bits(random, 31);
        codes[i] = random_below(random, 3) == 0 ? 0 : (uint8_t)random_bits(random, 8);
        others[i] = (uint8_t)random_bits(random, 8);
    }
    const uint8_t *const at = guard_fit(page, codes, n);
    void (*const kernels[3])(uint32_t *, const uint8_t *, size_t,
                             uint32_t) = {k->add_bounds, k->join_bounds, k->lift_bounds};
    for (size_t j = 0; j < 3; j++) {
        uint32_t *const to = (void *)guard_fit(page_2, bounds, 4 * n);
        kernels[j](to, at, n, unit);
        memcpy(sums[j], to, 4 * n);
    }
    uint8_t *const to = guard_fit(page_2, others, n);
    k->least_codes(to, at, n);
    memcpy(least, to, n);
    for (size_t i = 0; i < n; i++) {
        const struct range_sums e = of_range(bounds[i], codes[i], unit, others[i]);
        cr_assert(sums[0][i] == e.added && sums[1][i] == e.joined && sums[2][i] == e.lifted &&
                      least[i] == e.least,
                  "level %d n %zu i %zu", level, n, i);
    }
}

Test(rank_kernels, bounds)
{
    uint64_t random = random_seed("rank_kernels/bounds");
    struct guard page;
    struct guard page_2;
    guard_open(&page, 400);
    guard_open(&page_2, 4 * 400);
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (size_t round = 0; round < 1200; round++)
            check_bounds(&random, level, &page, &page_2, round % 400);
    guard_close(&page);
    guard_close(&page_2);
}
