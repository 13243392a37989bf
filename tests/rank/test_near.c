/* SPDX-License-Identifier: Apache-2.0 */
/* NEAR where its operands share words: an occurrence that another one overlaps makes no match, and
 * keeps none from being one. */
#include <criterion/criterion.h>

#include "searcher/search.h"
#include "tests/support/toy_index.h"

static const struct {
    const char *text;
    const char *query;
    bool found;
} cases[] = {
    {"quay x quay tide", "quay NEAR/3 \"quay tide\"", true},
    {"quay tide x quay", "quay NEAR/3 \"quay tide\"", true},
    {"quay tide", "quay NEAR/3 \"quay tide\"", false},
    {"quay quay tide", "quay NEAR/0 \"quay tide\"", true},
    {"quay x x quay tide", "quay NEAR/1 \"quay tide\"", false},
    {"a b c a b c d", "\"a b c\" NEAR/2 \"c d\"", true},
    {"a b c a b c d", "\"a b c\" NEAR/1 \"c d\"", false},
    {"a b x a b c", "\"a b\" NEAR/1 \"a b c\"", true},
    {"b x b a b", "b NEAR/1 \"a b\"", true},
};

Test(near, operands_that_share_words)
{
    const struct toy_options plain = {.profile = "plain"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct toy_document document = {.id = "a", .text = cases[i].text};
        struct toy_index toy;
        struct searcher *s;
        struct search_result result = SEARCH_RESULT_INIT;
        toy_index_build(&toy, &document, 1, &plain);
        cr_assert_eq(searcher_open(toy.path, &s), STATUS_OK);
        struct search_options options = search_options_of(s);
        for (int a = ALGORITHM_AUTO; a <= ALGORITHM_EXHAUSTIVE; a++) {
            options.algorithm = (enum search_algorithm)a;
            cr_assert_eq(search_run(s, span_of_string(cases[i].query), &options, &result),
                         STATUS_OK);
            cr_expect_eq(result.total, cases[i].found, "%s in '%s'", cases[i].query, cases[i].text);
        }
        search_result_release(&result);
        searcher_close(s);
        toy_index_remove(&toy);
    }
}
