/* SPDX-License-Identifier: Apache-2.0 */
/* What a misspelled word was meant to be: by the edits, by their costs, by the words around it. */
#include <criterion/criterion.h>

#include "searcher/query/expand.h"
#include "searcher/query/suggest.h"
#include "searcher/relax.h"
#include "tests/support/toy_index.h"

/* One document with that text, beside `other`. */
static struct searcher *open_toy(struct toy_index *toy, const char *text, const char *other)
{
    const struct toy_document documents[] = {{.id = "a", .text = text}, {.id = "b", .text = other}};
    const struct toy_options plain = {.profile = "plain"};
    struct searcher *s;
    toy_index_build(toy, documents, other == NULL ? 1 : 2, &plain);
    cr_assert_eq(searcher_open(toy->path, &s), STATUS_OK, "%s", status_message());
    return s;
}

/* The words of the text that are offered for `typed`, the likeliest first. */
static void check(const char *text, const char *typed, const char *wanted)
{
    struct toy_index toy;
    struct searcher *const s = open_toy(&toy, text, NULL);
    struct arena arena = ARENA_INIT;
    struct buf found = BUF_INIT;
    struct suggestion *list;
    size_t n;
    cr_assert_eq(suggest_spellings(s->index, span_of_string(typed), 9, NULL, &arena, &list, &n),
                 STATUS_OK);
    for (size_t i = 0; i < n; i++) {
        buf_append_string(&found, i == 0 ? "" : " ");
        buf_append_span(&found, list[i].form);
    }
    cr_expect_str_eq(buf_string(&found), wanted, "%s: %s", typed, buf_string(&found));
    buf_release(&found);
    arena_release(&arena);
    searcher_close(s);
    toy_index_remove(&toy);
}

Test(suggest, edits_by_length)
{
    check("cabs cubs cuds", "xabs", "cabs cubs");
    check("cab cub cud", "xab", "cab"); /* of three characters one may be wrong */
    check("ab ax", "ay", "");           /* of two none */
    check("quay", "quay", "");          /* not the word itself */
    check("\xd0\xb6\xd0\xb7\xd0\xb8 \xd0\xb6\xd0\xba\xd0\xba", "\xd0\xb6\xd0\xb7\xd0\xbb",
          "\xd0\xb6\xd0\xb7\xd0\xb8"); /* three characters, not bytes */
}

/* Of words that are equally frequent that of the likelier mistake comes first. */
Test(suggest, costs_of_edits)
{
    check("horset orsen orset", "orset", "orsen horset"); /* the first letter is seldom missing */
    check("aorset zrset orsex", "orset", "orsex aorset zrset");
    check("common cormon", "comon", "common cormon"); /* doubled, before another letter */
    check("acommon common", "comon", "common acommon");
    check("recent recint", "recunt", "recent recint");      /* vowels are alike */
    check("recent rectnt", "recunt", "recent rectnt");      /* before a consonant */
    check("barn brxn", "bran", "barn brxn");                /* swapped, before a letter changed */
    check("abrn rbxn", "rban", "rbxn abrn");                /* but not the first two */
    check("tide tides tides tides", "tidex", "tides tide"); /* the more frequent */
}

/* Terms of an expansion come in the order of their commonest forms, which name them. */
Test(suggest, terms_of_an_expansion)
{
    const struct toy_document document = {
        .id = "a", .text = "bridges bridges bridges bridge bridgehead bridgehead"};
    const struct form_pattern pattern = {.text = span_of_string("bridge*")};
    struct toy_index toy;
    struct index *index;
    struct arena arena = ARENA_INIT;
    struct expansion e;
    struct expanded_term *terms;
    size_t n;
    toy_index_build(&toy, &document, 1, NULL);
    cr_assert_eq(index_open(toy.path, &index), STATUS_OK);
    cr_assert_eq(expand(index, &pattern, 9, &arena, &e), STATUS_OK);
    cr_assert_eq(expand_terms(index, &e, &arena, &terms, &n), STATUS_OK);
    cr_assert_eq(n, 2);
    cr_expect(span_equal(terms[0].term, span_of_string("bridg")));
    cr_expect(span_equal(terms[0].form, span_of_string("bridges")));
    cr_expect(span_equal(terms[1].form, span_of_string("bridgehead")));
    index_close(index);
    arena_release(&arena);
    toy_index_remove(&toy);
}

/* The spelling that stands with the other words of the query wins over the more frequent one. */
Test(suggest, the_rest_of_the_query_decides)
{
    static const char *const cases[][2] = {
        {"crare", "crane"}, {"crare wine", "crate OR wine"}, {"crare quay", "crane OR quay"}};
    struct toy_index toy;
    struct searcher *const s = open_toy(&toy, "Crane and crane on the quay.", "A crate of wine.");
    const struct search_options options = search_options_of(s);
    struct search_result result = SEARCH_RESULT_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hit_alternative *found;
        size_t n;
        cr_assert_eq(search_run(s, span_of_string(cases[i][0]), &options, &result), STATUS_OK);
        cr_assert(relax_is_due(&result));
        cr_assert_eq(relax(s, &options, &result, &found, &n), STATUS_OK);
        cr_assert_gt(n, 0);
        cr_expect(span_equal(found[0].query, span_of_string(cases[i][1])), "%s: %.*s", cases[i][0],
                  (int)found[0].query.len, (const char *)found[0].query.data);
    }
    search_result_release(&result);
    searcher_close(s);
    toy_index_remove(&toy);
}
