/* SPDX-License-Identifier: Apache-2.0 */
/* test_topk: heap and selection against a sort, with few distinct scores so that most places are ties. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "searcher/rank/topk.h"
#include "tests/support/seed.h"

#define ENTRIES_MOST 900

static int compare_entries(const void *a, const void *b)
{
    const struct topk_entry *const x = a;
    const struct topk_entry *const y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->tie > y->tie) - (x->tie < y->tie);
}

static void make_entries(struct topk_entry *entries, unsigned n, unsigned scores, unsigned *seed)
{
    for (unsigned i = 0; i < n; i++)
        entries[i] = (struct topk_entry){1 + seed_below(seed, scores), i, 1000 + i, 5000 + i};
    for (unsigned i = n; i > 1; i--) {
        const unsigned j = seed_below(seed, i);
        const struct topk_entry swap = entries[i - 1];
        entries[i - 1] = entries[j];
        entries[j] = swap;
    }
}

/* Whether `e` would be among the k best of those before it, by counting. */
static bool is_among(const struct topk_entry *entries, unsigned n, size_t k,
                     const struct topk_entry *e)
{
    size_t better = 0;
    for (unsigned i = 0; i < n; i++)
        better += compare_entries(&entries[i], e) < 0;
    return better < k;
}

static void check_equal(const struct topk_entry *found, const struct topk_entry *wanted, size_t n,
                        const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(found[i].score == wanted[i].score && found[i].tie == wanted[i].tie &&
                      found[i].item == wanted[i].item && found[i].shown == wanted[i].shown,
                  "%s, place %zu", what, i);
}

Test(topk, equals_sorting)
{
    const unsigned first = seed_first();
    for (unsigned round = 0; round < 1500; round++) {
        unsigned seed = first + round;
        struct topk_entry entries[ENTRIES_MOST];
        const unsigned n = seed_below(&seed, ENTRIES_MOST + 1);
        const size_t k = seed_below(&seed, 4) == 0
                             ? n + seed_below(&seed, 3)
                             : seed_below(&seed, seed_below(&seed, 2) == 0 ? 40 : 600);
        const uint64_t unit = seed_below(&seed, 4) == 0 ? 1ull << 33 : 1;
        make_entries(entries, n, 1 + seed_below(&seed, round % 2 == 0 ? 20 : 100000), &seed);
        for (unsigned i = 0; i < n; i++)
            entries[i].score *= unit;
        char what[64];
        (void)snprintf(what, sizeof what, "seed %u, n %u, k %zu", first + round, n, k);
        struct topk t;
        topk_init(&t, k);
        for (unsigned i = 0; i < n; i++) {
            const bool enters = topk_would_enter(&t, entries[i].score, entries[i].tie);
            const bool among = is_among(entries, i, k, &entries[i]);
            cr_assert(k > TOPK_HEAP_MOST ? enters || !among : enters == among, "%s, offer %u", what,
                      i);
            if (enters)
                cr_assert_eq(topk_push(&t, entries[i]), STATUS_OK);
        }
        cr_assert_eq(topk_sort(&t), STATUS_OK);
        qsort(entries, n, sizeof *entries, compare_entries);
        cr_assert_eq(t.n, n < k ? n : k, "%s", what);
        check_equal(t.entries, entries, t.n, what);
        topk_release(&t);
    }
}

/* A k far beyond what matches must not cost its memory. */
Test(topk, grows_with_what_comes)
{
    struct topk t;
    topk_init(&t, UINT32_MAX);
    for (uint32_t i = 0; i < 100; i++)
        cr_assert_eq(topk_push(&t, (struct topk_entry){7, i, i, i}), STATUS_OK);
    cr_assert_lt(t.cap, 10000);
    cr_assert_eq(topk_sort(&t), STATUS_OK);
    for (uint32_t i = 0; i < 100; i++)
        cr_assert_eq(t.entries[i].tie, i);
    topk_release(&t);
}
