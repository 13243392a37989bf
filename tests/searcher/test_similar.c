/* SPDX-License-Identifier: Apache-2.0 */
/* Queries made of passages; searches that are stopped. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/escape.h"
#include "searcher/inspect.h"
#include "searcher/relax.h"
#include "searcher/similar.h"
#include "tests/support/program.h"
#include "tests/support/toy_index.h"

/* ---- similar ---- */

static const struct toy_document documents[] = {
    {.id = "a b",
     .title = "Tides",
     .text = "The lighthouse, the tide and the tide, and the quay.\n\nOnly here: zephyr. Bridges."},
    {.id = "b", .text = "A quay at high tide, and the keeper of the lighthouse."},
    {.id = "c", .text = "A bridge, a quay, and a bridge."},
    {.id = "d", .text = "Unheard."},
    {.id = "e", .text = "Silk, tea and a quay."}};

static void check_similar(struct searcher *s, uint32_t passage, bool document, const char *wanted)
{
    struct buf query = BUF_INIT;
    cr_assert_eq(similar_query(s, passage, document, &query), STATUS_OK, "%s", status_message());
    cr_expect_str_eq(buf_string(&query), wanted, "%u: %s", (unsigned)passage, buf_string(&query));
    if (query.len > 0) { /* it finds what is like it, and not itself */
        struct search_result result = SEARCH_RESULT_INIT;
        const struct search_options options = search_options_of(s);
        cr_assert_eq(search_run(s, buf_span(&query), &options, &result), STATUS_OK);
        cr_expect_gt(result.total, 0);
        for (size_t i = 0; i < result.best.n; i++)
            cr_expect_neq(result.best.entries[i].shown, passage);
        search_result_release(&result);
    }
    buf_release(&query);
}

/* By hand: tf * idf, words of one document alone and stop words left out, the first of equals first;
 * N 5; tide and lighthouse have df 2, quay 4. */
Test(similar, queries)
{
    struct toy_index toy;
    struct searcher *s;
    toy_index_build(&toy, documents, 5, NULL);
    cr_assert_eq(searcher_open(toy.path, &s), STATUS_OK);
    check_similar(s, 0, false, "tide lighthouse Bridges quay -id:a\\ b#1");
    check_similar(s, 0, true, "tide lighthouse Bridges quay -id:a\\ b");
    check_similar(s, 1, false, "tide lighthouse quay -id:b#1");
    check_similar(s, 2, false, "bridge quay -id:c#1");
    check_similar(s, 3, false, "");
    searcher_close(s);
    toy_index_remove(&toy);
}

/* A word of several passages of one document finds none but these, and takes no place: dragon and
 * griffin stand in both passages of a, which is the middle one, phoenix in the next document, harpy
 * in the one before, roc in both. And the whole document counts: in the first passage of c kelpie
 * stands twice (2 * ln 3.6) and naga once, but that in the others four times more (5 * ln 2). */
Test(similar, words_of_one_document)
{
    static const struct toy_document creatures[] = {
        {.id = "before", .text = "harpy harpy roc basilisk"},
        {.id = "a", .text = "dragon griffin phoenix harpy roc dragon griffin phoenix harpy roc"},
        {.id = "behind", .text = "phoenix roc wyvern kelpie naga yeti"},
        {.id = "c", .text = "kelpie kelpie yeti naga one naga two naga four naga naga"}};
    const struct toy_options windows = {.passages = "window:5:5"};
    struct toy_index toy;
    struct searcher *s;
    toy_index_build(&toy, creatures, 4, &windows);
    cr_assert_eq(searcher_open(toy.path, &s), STATUS_OK);
    cr_assert_eq(s->index->passages, 8);
    check_similar(s, 1, false, "phoenix harpy roc -id:a#1");
    check_similar(s, 2, true, "phoenix harpy roc -id:a");
    check_similar(s, 0, true, "harpy roc -id:before");
    check_similar(s, 5, true, "naga kelpie yeti -id:c");
    searcher_close(s);
    toy_index_remove(&toy);
}

/* No more than so many words, each typed so that it is read as itself. */
Test(similar, long_passages)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < 200; i++)
        buf_printf(&text, "NOT word%d o'clock%d ", i, i);
    const struct toy_document same[] = {{.id = "(a)", .text = buf_string(&text)},
                                        {.id = "b", .text = buf_string(&text)}};
    const struct toy_options whole = {.passages = "whole"};
    struct toy_index toy;
    struct searcher *s;
    struct buf query = BUF_INIT;
    struct search_result result = SEARCH_RESULT_INIT;
    toy_index_build(&toy, same, 2, &whole);
    cr_assert_eq(searcher_open(toy.path, &s), STATUS_OK);
    cr_assert_eq(similar_query(s, 0, false, &query), STATUS_OK);
    const struct search_options options = search_options_of(s);
    cr_assert_eq(search_run(s, buf_span(&query), &options, &result), STATUS_OK);
    cr_expect_eq(result.query.n_leaves, SIMILAR_WORDS + 1, "%s", buf_string(&query));
    cr_expect_eq(result.total, 1);
    cr_expect_eq(result.best.entries[0].shown, 1);
    search_result_release(&result);
    buf_release(&query);
    buf_release(&text);
    searcher_close(s);
    toy_index_remove(&toy);
}

Test(similar, without_stored_text)
{
    const struct toy_options no_text = {.no_text = true};
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    toy_index_build(&toy, documents, 5, &no_text);
    p.input = span_of_string("quay\n:similar 1\n:similar\n");
    program_run(&p, "searcher", "prompt", "-k", "1", toy.path, NULL);
    cr_expect_not_null(strstr(buf_string(&p.out), "\nthe index stores no text"), "%s",
                       buf_string(&p.out));
    cr_expect_not_null(strstr(buf_string(&p.out), "\nthe only hit is 1\n"));
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- stop ---- */

struct countdown {
    unsigned left; /* looks until it is to stop */
    unsigned n;    /* looks */
};

static bool count_down(void *context)
{
    struct countdown *const c = context;
    c->n++;
    return c->left > 0 ? --c->left == 0 : false;
}

/* Whatever look it is stopped at, a search ends there, with nothing, and the next one is whole. */
static void check_stops(struct searcher *s, const char *query, enum search_algorithm algorithm)
{
    struct search_result result = SEARCH_RESULT_INIT;
    struct countdown never = {0};
    struct search_options options = search_options_of(s);
    options.algorithm = algorithm;
    options.stop = (struct stop){.asked = count_down, .context = &never};
    cr_assert_eq(search_run(s, span_of_string(query), &options, &result), STATUS_OK);
    const uint64_t total = result.total;
    cr_expect_geq(never.n, 1, "%s: nobody looks", query);
    for (unsigned at = 1; at <= never.n; at++) {
        struct countdown c = {.left = at};
        options.stop.context = &c;
        cr_assert_eq(search_run(s, span_of_string(query), &options, &result), STATUS_STOPPED);
        cr_assert_eq(c.n, at, "%s: it went on", query);
        cr_assert_eq(result.best.n, 0);
    }
    options.stop.context = &never;
    cr_assert_eq(search_run(s, span_of_string(query), &options, &result), STATUS_OK);
    cr_expect_eq(result.total, total);
    /* The same for alternatives, and for an explanation. */
    struct hit_alternative *found;
    size_t n;
    struct countdown now = {.left = 1};
    options.stop.context = &now;
    if (total < RELAX_FEW)
        cr_expect_eq(relax(s, &options, &result, &found, &n), STATUS_STOPPED);
    struct explanation_view view;
    now.left = 1;
    result.plan.stop = options.stop;
    if (total > 0)
        cr_expect_eq(inspect_rank(s, &options, &result, span_of_string(query), 0, 1, &view),
                     STATUS_STOPPED);
    search_result_release(&result);
}

Test(stop, searches)
{
    struct buf source = BUF_INIT;
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct searcher *s;
    char path[128];
    toy_index_build(&toy, documents, 1, NULL);
    (void)snprintf(path, sizeof path, "%s/many.tsv", toy.folder);
    FILE *const file = fopen(path, "w");
    cr_assert_not_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fprintf(file, "d%d\tred green red blue %s\n", i, i % 2 ? "odd" : "even");
    cr_assert_eq(fclose(file), 0);
    program_run(&p, "indexer", "build", "-q", toy.path, path, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    cr_assert_eq(searcher_open(toy.path, &s), STATUS_OK);
    check_stops(s, "red", ALGORITHM_AUTO);
    check_stops(s, "red OR odd", ALGORITHM_AUTO);
    check_stops(s, "+red +odd", ALGORITHM_AUTO);
    check_stops(s, "\"red green\"", ALGORITHM_AUTO);
    check_stops(s, "\"green green\"", ALGORITHM_AUTO); /* which matches nothing */
    check_stops(s, "re* -even", ALGORITHM_AUTO);
    check_stops(s, "red", ALGORITHM_EXHAUSTIVE);
    searcher_close(s);
    program_release(&p);
    buf_release(&source);
    toy_index_remove(&toy);
}
