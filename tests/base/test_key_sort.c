/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_sort: against qsort, on either side of the size where counting begins. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "common/base/key_sort.h"
#include "tests/support/seed.h"

#define MOST 6000u

static const size_t sizes[] = {0, 1, 2, 3, 17, 254, 255, 256, 257, 258, 1000, MOST};

enum pattern { ANY, FEW_KEYS, ONE_KEY, HIGH_BYTE, LOW_BYTES, ASCENDING, DESCENDING, PATTERNS };

static uint64_t random64(unsigned *seed)
{
    uint64_t x = 0;
    for (unsigned i = 0; i < 5; i++)
        x = x << 15 ^ seed_below(seed, 1u << 15);
    return x;
}

static uint64_t make_key(enum pattern pattern, size_t i, unsigned *seed)
{
    switch (pattern) {
    case FEW_KEYS:
        return random64(seed) % 5 * UINT64_C(0x0101010101010101);
    case ONE_KEY:
        return 7;
    case HIGH_BYTE:
        return (uint64_t)seed_below(seed, 256) << 56;
    case LOW_BYTES:
        return seed_below(seed, 70000);
    case ASCENDING:
        return i * UINT64_C(0x123456789abc);
    case DESCENDING:
        return UINT64_MAX - i / 3;
    default:
        return random64(seed);
    }
}

static int compare_all(const void *a, const void *b)
{
    const struct keyed *const x = a;
    const struct keyed *const y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Asked of equal keys only; counts its calls. */
static int compare_values(const void *a, const void *b, void *unequal)
{
    const struct keyed *const x = a;
    const struct keyed *const y = b;
    *(unsigned *)unequal += x->key != y->key;
    return (x->value > y->value) - (x->value < y->value);
}

Test(key_sort, equals_qsort)
{
    static struct keyed got[MOST];
    static struct keyed wanted[MOST];
    const unsigned first = seed_first();
    unsigned seed = first;
    for (unsigned pattern = 0; pattern < PATTERNS; pattern++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            const size_t n = sizes[s];
            unsigned unequal = 0;
            for (size_t i = 0; i < n; i++) {
                const uint64_t key = make_key((enum pattern)pattern, i, &seed);
                got[i] = wanted[i] = (struct keyed){key, seed_below(&seed, 1000)};
            }
            qsort(wanted, n, sizeof *wanted, compare_all);
            cr_assert_eq(key_sort(got, n, compare_values, &unequal), STATUS_OK);
            cr_assert(n == 0 || memcmp(got, wanted, n * sizeof *got) == 0,
                      "seed %u, pattern %u, n %zu", first, pattern, n);
            cr_assert_eq(unequal, 0, "seed %u: compared what the keys decide", first);
        }
    }
}

/* Strings that share their first bytes, or end in zeros. */
static size_t make_string(unsigned *seed, uint8_t *out)
{
    const size_t len = seed_below(seed, 13);
    for (size_t i = 0; i < len; i++)
        out[i] = seed_below(seed, 3) == 0 ? (uint8_t)seed_below(seed, 256)
                                          : (uint8_t)(seed_below(seed, 2) * 0xff);
    return len;
}

Test(key_sort, keys_of_strings_are_in_their_order)
{
    const unsigned first = seed_first();
    unsigned seed = first;
    for (unsigned round = 0; round < 100000; round++) {
        uint8_t a[16];
        uint8_t b[16];
        const struct span x = span_of(a, make_string(&seed, a));
        const struct span y = span_of(b, make_string(&seed, b));
        const uint64_t key_x = key_of_string(x.data, x.len);
        const uint64_t key_y = key_of_string(y.data, y.len);
        if (key_x != key_y)
            cr_assert_eq(key_x < key_y, span_compare(x, y) < 0, "seed %u", first);
        else
            cr_assert(memcmp(a, b,
                             x.len < y.len ? x.len < 8 ? x.len : 8
                             : y.len < 8   ? y.len
                                           : 8) == 0,
                      "seed %u", first);
    }
}
