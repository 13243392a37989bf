/* SPDX-License-Identifier: Apache-2.0 */
/* test_column_writer: the section equals the one that column_append makes of whole arrays. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "indexer/write/column_writer.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define ROWS 5000u

static const uint64_t row_counts[] = {
    0, 1, ROWS_PER_RANGE - 1, ROWS_PER_RANGE, ROWS_PER_RANGE + 1, 3 * ROWS_PER_RANGE, ROWS};

static void make_rows(int64_t *values, bool *present, uint64_t n, unsigned *seed)
{
    const unsigned gaps = seed_below(seed, 4); /* 0: no row has a value */
    for (uint64_t i = 0; i < n; i++) {
        const int64_t small = (int64_t)seed_below(seed, 100000) - 50000;
        values[i] =
            seed_below(seed, 200) == 0 ? (small < 0 ? INT64_MIN / 2 : INT64_MAX / 2) : small;
        present[i] = gaps > 0 && seed_below(seed, 4) < gaps + 1;
        if (i / ROWS_PER_RANGE == 1) /* a range without values */
            present[i] = false;
    }
}

static void check(uint64_t n, size_t most, unsigned *seed, unsigned first)
{
    static int64_t values[ROWS];
    static bool present[ROWS];
    struct lists lists;
    struct column_writer w;
    struct column c;
    struct buf wanted = BUF_INIT;
    bool found;
    bool any = false;
    make_rows(values, present, n, seed);
    lists_begin(&lists, most);
    column_writer_init(&w, &lists.spools);
    for (uint64_t i = 0; i < n; i++) {
        column_writer_add(&w, present[i], values[i]);
        any |= present[i];
    }
    cr_assert_eq(column_writer_finish(&w, &lists.writer, "date", COLUMN_DOCUMENT), STATUS_OK);
    column_writer_release(&w);
    lists_open(&lists);
    lists.segment.columns[0] = lists.segment.sections[SECTION_COLM];
    lists.segment.n_columns = any;
    lists.segment.header.documents = n;
    column_append(&wanted, "date", COLUMN_DOCUMENT, values, present, n);
    cr_assert(span_equal(lists.segment.columns[0], any ? buf_span(&wanted) : span_of(NULL, 0)),
              "seed %u: %zu rows, %zu bytes in memory", first, (size_t)n, most);
    cr_assert_eq(column_find(&lists.segment, "date", &c, &found), STATUS_OK);
    cr_assert_eq(found, any);
    for (uint64_t i = 0; i < n && any; i++) {
        int64_t value;
        cr_assert_eq(column_get(&c, i, &value), present[i], "seed %u: row %zu", first, (size_t)i);
        cr_assert(!present[i] || value == values[i], "seed %u: row %zu", first, (size_t)i);
    }
    buf_release(&wanted);
    lists_end(&lists);
}

Test(column_writer, equals_whole_arrays)
{
    const unsigned first = seed_first();
    unsigned seed = first;
    for (size_t i = 0; i < sizeof row_counts / sizeof row_counts[0]; i++) {
        for (unsigned round = 0; round < 4; round++) {
            check(row_counts[i], SIZE_MAX, &seed, first);
            check(row_counts[i], 500, &seed, first);
            check(row_counts[i], 0, &seed, first);
        }
    }
}
