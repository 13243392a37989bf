/* SPDX-License-Identifier: Apache-2.0 */
/* test_id_set: says of every id whether it came before, as a plain array of flags does. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "indexer/write/id_set.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define IDS 60000u

/* Ids of all lengths, one of them empty, with zero bytes in them. */
static struct span id_of(uint32_t i, char out[64])
{
    if (i == 0)
        return span_of(out, 0);
    memset(out, 0, 64);
    const size_t front = i % 23;
    const int n = snprintf(out + front, 32, "%u", i);
    return span_of(out, front + (size_t)n);
}

static void check(size_t most, unsigned first)
{
    static bool seen[IDS];
    struct lists lists;
    struct id_set *set;
    char room[64];
    bool added;
    unsigned seed = first;
    uint32_t n = 0;
    lists_begin(&lists, most);
    memset(seen, 0, sizeof seen);
    cr_assert_eq(id_set_new(&lists.spools, &set), STATUS_OK);
    for (uint32_t round = 0; round < 2 * IDS; round++) {
        const uint32_t i = seed_below(&seed, IDS);
        cr_assert_eq(id_set_add(set, id_of(i, room), &added), STATUS_OK, "%s", status_message());
        cr_assert_eq(added, !seen[i], "seed %u, most %zu: id %u of %u", first, most, i, n);
        seen[i] = true;
        n += added;
    }
    for (uint32_t i = 0; i < IDS; i++) { /* all of them, once more: none is forgotten */
        cr_assert_eq(id_set_add(set, id_of(i, room), &added), STATUS_OK);
        cr_assert_eq(added, !seen[i], "seed %u, most %zu: id %u at the end", first, most, i);
    }
    cr_assert_gt(id_set_bytes(set), 0);
    id_set_free(set);
    lists_open(&lists);
    lists_end(&lists);
}

Test(id_set, equals_an_array_of_flags)
{
    const unsigned first = seed_first();
    check(SIZE_MAX / ID_SET_SHARE, first);  /* the table grows to hold all */
    check((1 << 20) / ID_SET_SHARE, first); /* it grows a little, then spills */
    check(0, first);                        /* it never grows: some twenty runs on disk */
    id_set_free(NULL);
}

/* The memory is bounded: 65536 bytes of table, some bits an id of filters. */
Test(id_set, forgets_nothing_within_its_memory)
{
    struct lists lists;
    struct id_set *set;
    char room[64];
    bool added;
    lists_begin(&lists, 0);
    cr_assert_eq(id_set_new(&lists.spools, &set), STATUS_OK);
    for (uint32_t i = 0; i < IDS; i++) {
        cr_assert_eq(id_set_add(set, id_of(i, room), &added), STATUS_OK);
        cr_assert(added);
    }
    cr_assert_lt(id_set_bytes(set), 65536 + IDS * 4);
    id_set_free(set);
    lists_open(&lists);
    lists_end(&lists);
}
