/* SPDX-License-Identifier: Apache-2.0 */
/* test_bisection: against a slow program of the same idea, which counts everything anew in each round
 * and sorts; and whether documents that are alike end up together. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "indexer/order/bisection.h"
#include "tests/support/seed.h"

#define DOCUMENTS_MOST 3000u
#define TERMS_MOST     400u

struct documents {
    struct forward_index index;
    uint64_t starts[DOCUMENTS_MOST + 1];
    uint16_t terms[DOCUMENTS_MOST * 32];
};

static void begin(struct documents *d, uint32_t n_terms)
{
    d->starts[0] = 0;
    d->index = (struct forward_index){0, n_terms, d->starts, d->terms};
}

/* A document of about `n` terms of [from, to). */
static void add(struct documents *d, uint32_t from, uint32_t to, uint32_t n, unsigned *seed)
{
    bool there[TERMS_MOST] = {false};
    uint64_t end = d->starts[d->index.n_documents];
    for (uint32_t i = 0; i < n; i++)
        there[from + seed_below(seed, to - from)] = true;
    for (uint32_t t = from; t < to; t++)
        if (there[t])
            d->terms[end++] = (uint16_t)t;
    d->starts[++d->index.n_documents] = end;
}

static void order_by(const struct documents *d, unsigned threads, uint32_t *order)
{
    struct workers *workers;
    cr_assert_eq(workers_new(threads, &workers), STATUS_OK);
    cr_assert_eq(bisection_order(&d->index, workers, order), STATUS_OK, "%s", status_message());
    workers_free(workers);
}

/* ---- the slow program ---- */

struct placed {
    int64_t pull;
    uint32_t place;
};

static int by_pull(const void *a, const void *b)
{
    const struct placed *const x = a;
    const struct placed *const y = b;
    if (x->pull != y->pull)
        return x->pull < y->pull ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t slow_log(uint32_t n)
{
    return n == 0 ? 0 : (int64_t)floor(1024 * log2(n));
}

/* One round over a part of n documents; returns how many changed sides. */
static uint32_t slow_round(const struct forward_index *f, uint32_t *order, uint32_t n,
                           uint32_t round)
{
    static struct placed placed[DOCUMENTS_MOST];
    static uint32_t before[DOCUMENTS_MOST];
    static bool left[DOCUMENTS_MOST];
    uint32_t counts[2][TERMS_MOST] = {{0}};
    const uint32_t middle = n / 2;
    uint32_t moves = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint64_t t = f->starts[order[i]]; t < f->starts[order[i] + 1]; t++)
            counts[i >= middle][f->terms[t]]++;
    for (uint32_t i = 0; i < n; i++) {
        int64_t pull = i < middle ? -512 * (int64_t)round : 512 * (int64_t)round;
        for (uint64_t t = f->starts[order[i]]; t < f->starts[order[i] + 1]; t++) {
            const uint32_t l = counts[0][f->terms[t]];
            const uint32_t r = counts[1][f->terms[t]];
            pull += i < middle ? slow_log(r + 1) - slow_log(l) : slow_log(r) - slow_log(l + 1);
        }
        placed[i] = (struct placed){pull, i};
    }
    qsort(placed, n, sizeof placed[0], by_pull);
    for (uint32_t i = 0; i < n; i++)
        left[placed[i].place] = i < middle;
    memcpy(before, order, n * sizeof *order);
    for (uint32_t i = 0, l = 0, r = middle; i < n; i++) {
        order[left[i] ? l++ : r++] = before[i];
        moves += left[i] != (i < middle);
    }
    return moves;
}

static void slow_order(const struct forward_index *f, uint32_t *order, uint32_t n, uint32_t leaf)
{
    if (n < leaf) {
        qsort(order, n, sizeof *order, by_number);
        return;
    }
    for (uint32_t round = 0; round < 20 && slow_round(f, order, n, round) > n / 1000; round++)
        continue;
    slow_order(f, order, n / 2, leaf);
    slow_order(f, order + n / 2, n - n / 2, leaf);
}

Test(bisection, is_that_of_the_slow_program)
{
    static const uint32_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 64, 100, 257, 1000, 3000};
    static struct documents d;
    static uint32_t order[DOCUMENTS_MOST];
    static uint32_t slow[DOCUMENTS_MOST];
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const unsigned first = seed_first() + (unsigned)s;
        unsigned seed = first;
        const uint32_t n_terms = 1 + seed_below(&seed, TERMS_MOST);
        begin(&d, n_terms);
        for (uint32_t i = 0; i < sizes[s]; i++) {
            const uint32_t from = seed_below(&seed, n_terms); /* some are alike, some are empty */
            const uint32_t to = from + 1 + seed_below(&seed, n_terms - from);
            add(&d, from, to, seed_below(&seed, 30), &seed);
        }
        for (uint32_t i = 0; i < sizes[s]; i++)
            slow[i] = i;
        slow_order(&d.index, slow, sizes[s], 32);
        for (unsigned threads = 1; threads <= 3; threads++) {
            order_by(&d, threads, order);
            cr_assert_eq(memcmp(order, slow, sizes[s] * sizeof *order), 0,
                         "%u documents, %u threads, seed %u", sizes[s], threads, first);
        }
        bool seen[DOCUMENTS_MOST] = {false};
        for (uint32_t i = 0; i < sizes[s]; i++) {
            cr_assert(order[i] < sizes[s] && !seen[order[i]], "seed %u", first);
            seen[order[i]] = true;
        }
    }
}

/* ---- what it is for ---- */

Test(bisection, separates_vocabularies)
{
    static struct documents d;
    static uint32_t order[DOCUMENTS_MOST];
    const unsigned first = seed_first();
    unsigned seed = first;
    for (uint32_t n_groups = 2; n_groups <= 8; n_groups *= 2) {
        const uint32_t words = TERMS_MOST / n_groups;
        const uint32_t n = 2048; /* groups of a power of two */
        begin(&d, TERMS_MOST);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t group = i % n_groups;
            add(&d, group * words, (group + 1) * words, 12, &seed);
        }
        order_by(&d, 2, order);
        uint32_t changes = 0;
        for (uint32_t i = 1; i < n; i++)
            changes += order[i] % n_groups != order[i - 1] % n_groups;
        /* As a rule n_groups - 1; but a heuristic may leave a group in two places. */
        cr_expect(changes >= n_groups - 1 && changes <= n / 16, "%u groups, %u changes, seed %u",
                  n_groups, changes, first);
    }
}
