/* SPDX-License-Identifier: Apache-2.0 */
/* test_string_table: numbers in the order of first sight, through all the growing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/invert/string_table.h"
#include "tests/support/seed.h"

#define STRINGS 20000u

/* Names with NULs and shared beginnings, of 0 to some 20 bytes; one for each number. */
static struct span name_of(uint32_t i, uint8_t room[32])
{
    if (i == 0)
        return span_of(room, 0);
    memset(room, 'a', 32);
    room[0] = 0;
    const int n = snprintf((char *)room + i % 13, 12, "%u", i);
    return span_of(room, i % 13 + (size_t)n);
}

Test(string_table, numbers_strings_by_first_sight)
{
    struct string_table t;
    uint8_t room[32];
    uint32_t *const numbers = malloc(STRINGS * sizeof *numbers);
    const unsigned first = seed_first();
    unsigned seed = first;
    uint32_t n = 0;
    cr_assert_not_null(numbers);
    memset(numbers, 0xff, STRINGS * sizeof *numbers);
    cr_assert_eq(string_table_init(&t), STATUS_OK);
    for (unsigned i = 0; i < 5 * STRINGS; i++) {
        const uint32_t which = seed_below(&seed, STRINGS);
        uint32_t number;
        bool added;
        cr_assert_eq(string_table_add(&t, name_of(which, room), &number, &added), STATUS_OK);
        cr_assert_eq(added, numbers[which] == UINT32_MAX, "seed %u, string %u", first, which);
        if (added)
            numbers[which] = n++;
        cr_assert_eq(number, numbers[which], "seed %u, string %u", first, which);
    }
    cr_assert_eq(t.n, n);
    for (uint32_t i = 0; i < STRINGS; i++)
        if (numbers[i] != UINT32_MAX)
            cr_assert(span_equal(string_table_get(&t, numbers[i]), name_of(i, room)));
    string_table_release(&t);
    free(numbers);
}

/* Strings whose hashes agree in all that a slot of a young table can see: its tag (32 bits) and its
 * place (10 bits), under seed 0. Only the bytes tell them apart. */
Test(string_table, tells_equal_hashes_apart)
{
    static const char *const pairs[][2] = {
        {"2359730", "4051350"}, {"3358525", "8161845"}, {"2051431", "4400024"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct string_table t;
        cr_assert_eq(string_table_init(&t), STATUS_OK);
        t.seed = 0;
        for (uint32_t j = 0; j < 4; j++) {
            uint32_t number;
            bool added;
            cr_assert_eq(string_table_add(&t, span_of_string(pairs[i][j % 2]), &number, &added),
                         STATUS_OK);
            cr_assert(number == j % 2 && added == (j < 2), "%s", pairs[i][j % 2]);
        }
        string_table_release(&t);
    }
}
