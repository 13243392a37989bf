/* SPDX-License-Identifier: Apache-2.0 */
/* test_string_sorter: against qsort, in memory and by runs; equal strings in the order they came. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "indexer/write/string_sorter.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define N    6000u
#define LONG 40000u /* longer than what is read of a run at a time */

struct item {
    struct span string;
    uint64_t a;
    uint64_t b;
    uint32_t number; /* when it came */
};

static struct item items[N];
static uint8_t room[64 * N + 8 * LONG];

/* Few letters, so that many are equal or share 8 bytes; some empty, a few very long. */
static void make_items(uint32_t n, unsigned long_ones, unsigned *seed)
{
    static const uint8_t letters[] = {0, 'a', 'a'};
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        size_t len = seed_below(seed, 4) == 0 ? seed_below(seed, 64) : seed_below(seed, 5);
        if (long_ones > 0 && seed_below(seed, n) < 10) {
            len = LONG - seed_below(seed, 10000);
            long_ones--;
        }
        for (size_t j = 0; j < len; j++)
            room[at + j] = j < 9 ? letters[seed_below(seed, 3)] : (uint8_t)seed_below(seed, 256);
        items[i] =
            (struct item){span_of(room + at, len), (uint64_t)seed_below(seed, 9) << 40, i, i};
        at += len;
    }
}

static int compare_items(const void *x, const void *y)
{
    const struct item *const a = x;
    const struct item *const b = y;
    const int order = span_compare(a->string, b->string);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static void check_sorted(struct string_sorter *s, uint32_t n, unsigned first, size_t most)
{
    struct sorted_string out;
    bool there;
    qsort(items, n, sizeof *items, compare_items);
    for (uint32_t i = 0; i < n; i++) {
        cr_assert_eq(string_sorter_next(s, &there, &out), STATUS_OK, "%s", status_message());
        cr_assert(there, "seed %u: %u strings of %u", first, i, n);
        cr_assert(span_equal(out.string, items[i].string), "seed %u, most %zu: string %u", first,
                  most, i);
        cr_assert(out.values[0] == items[i].a && out.values[1] == items[i].b,
                  "seed %u, most %zu: values %u", first, most, i);
    }
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(string_sorter_next(s, &there, &out), STATUS_OK);
        cr_assert_not(there);
    }
}

Test(string_sorter, equals_qsort)
{
    /* What a spool keeps: all; some runs in memory and on disk; a run a string. */
    static const size_t mosts[] = {SIZE_MAX / SORTER_SHARE, 30000, 2000, 0};
    static const uint32_t ns[] = {0, 1, 2, 300, N};
    const unsigned first = seed_first();
    unsigned seed = first;
    for (size_t m = 0; m < sizeof mosts / sizeof mosts[0]; m++) {
        for (size_t k = 0; k < sizeof ns / sizeof ns[0]; k++) {
            const uint32_t n = mosts[m] == 0 && ns[k] > 300 ? 700 : ns[k];
            struct lists lists;
            struct string_sorter *s;
            lists_begin(&lists, mosts[m]);
            make_items(n, 7, &seed);
            cr_assert_eq(string_sorter_new(&lists.spools, &s), STATUS_OK);
            for (uint32_t i = 0; i < n; i++)
                cr_assert_eq(string_sorter_add(s, items[i].string, items[i].a, items[i].b),
                             STATUS_OK);
            cr_assert_eq(string_sorter_sort(s), STATUS_OK, "%s", status_message());
            check_sorted(s, n, first, mosts[m]);
            string_sorter_free(s);
            lists_open(&lists);
            lists_end(&lists);
        }
    }
    string_sorter_free(NULL);
}
