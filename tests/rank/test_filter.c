/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of every precision against ranges of every precision, in an index of that one date, where a
 * whole range of documents may be passed by for its least and greatest date. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "searcher/search.h"
#include "tests/support/toy_index.h"

struct range_case {
    const char *date;
    const char *query;
    bool found;
};

static const struct range_case cases[] = {
    {"2022", "date:2022", true},
    {"2022", "date:2022-01", false},
    {"2022", "date:2022-01..2022-12", true},
    {"2022", "date:2022-01-01..2022-12-31", true},
    {"2022", "date:2022-01-02..2022-12-31", false},
    {"2022", "date:2022-01-01..2022-12-30", false},
    {"2022", "date:2021..2023", true},
    {"2022", "date:..2022", true},
    {"2022", "date:2022..", true},
    {"2022", "date:2023..", false},
    {"2022", "date:..2021", false},
    {"2022-05", "date:2022", true},
    {"2022-05", "date:2022-05", true},
    {"2022-05", "date:2022-05-01..2022-05-31", true},
    {"2022-05", "date:2022-05-02..", false},
    {"2022-05", "date:..2022-05-30", false},
    {"2022-05", "date:2022-04..2022-04", false},
    {"2022-05", "date:2022-06..2022-04", true}, /* the wrong way round */
    {"2022-05-12", "date:2022-05-12", true},
    {"2022-05-12", "date:2022-05", true},
    {"2022-05-12", "date:2022", true},
    {"2022-05-12", "date:2022-05-13..", false},
    {"2022-05-12", "date:..2022-05-11", false},
    {"2022-02-28", "date:..2022-02", true},
    {NULL, "date:..2022", false},
    {NULL, "date:2022..", false},
};

Test(filter, one_date_against_many_ranges)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct toy_document document = {.id = "a", .text = "A quay.", .date = cases[i].date};
        struct toy_index toy;
        struct searcher *s;
        struct search_result result = SEARCH_RESULT_INIT;
        toy_index_build(&toy, &document, 1, NULL);
        cr_assert_eq(searcher_open(toy.path, &s), STATUS_OK);
        struct search_options options = search_options_of(s);
        for (int a = ALGORITHM_AUTO; a <= ALGORITHM_EXHAUSTIVE; a++) {
            options.algorithm = (enum search_algorithm)a;
            cr_assert_eq(search_run(s, span_of_string(cases[i].query), &options, &result),
                         STATUS_OK);
            cr_expect_eq(result.total, cases[i].found, "%s among %s", cases[i].date,
                         cases[i].query);
        }
        search_result_release(&result);
        searcher_close(s);
        toy_index_remove(&toy);
    }
}
