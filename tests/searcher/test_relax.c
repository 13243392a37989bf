/* SPDX-License-Identifier: Apache-2.0 */
/* Alternatives to queries that find little: what is offered finds what it says, and more. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "searcher/query/parse.h"
#include "searcher/query/rewrite.h"
#include "searcher/relax.h"
#include "tests/support/program.h"
#include "tests/support/seed.h"
#include "tests/support/toy_index.h"

static const struct toy_document port[] = {
    {.id = "a", .title = "Bridges", .text = "The bridge crosses the river.", .date = "2022"},
    {.id = "b", .text = "The river rises, and with the sea the level of it."},
    {.id = "c", .text = "A crane stands on the quay by the river.", .date = "2023"},
    {.id = "d", .text = "We receive goods. We receive more goods at the quay."},
    {.id = "e", .text = "They relieve the crane and the river."},
    {.id = "f", .text = "Goods that we receive come by the river."},
    {.id = "g", .text = "The bridge and the bridge again; the quay, the quay, the goods."},
};

struct asking {
    struct toy_index toy;
    struct searcher *searcher;
    struct search_options options;
    struct search_result result;
    struct hit_alternative *list;
    size_t n;
};

static void begin(struct asking *a)
{
    *a = (struct asking){.result = SEARCH_RESULT_INIT};
    toy_index_build(&a->toy, port, sizeof port / sizeof port[0], NULL);
    cr_assert_eq(searcher_open(a->toy.path, &a->searcher), STATUS_OK, "%s", status_message());
    a->options = search_options_of(a->searcher);
}

static void end(struct asking *a)
{
    search_result_release(&a->result);
    searcher_close(a->searcher);
    toy_index_remove(&a->toy);
}

/* Asks, and finds the alternatives if they are due. */
static void ask(struct asking *a, struct span query)
{
    cr_assert_eq(search_run(a->searcher, query, &a->options, &a->result), STATUS_OK);
    a->n = 0;
    if (relax_is_due(&a->result))
        cr_assert_eq(relax(a->searcher, &a->options, &a->result, &a->list, &a->n), STATUS_OK);
}

/* The alternatives as "kind: query (total)" lines. */
static const char *shown(struct asking *a, const char *query)
{
    static struct buf out = BUF_INIT;
    buf_clear(&out);
    ask(a, span_of_string(query));
    for (size_t i = 0; i < a->n; i++) {
        buf_printf(&out, "%s: ", a->list[i].kind);
        buf_append_span(&out, a->list[i].query);
        buf_printf(&out, " (%llu)\n", (unsigned long long)a->list[i].total);
    }
    return buf_string(&out);
}

Test(relax, examples)
{
    static const char *const examples[][2] = {
        {"river", ""},
        {"recieve", "spelling: receive (2)\nspelling: relieve (1)\n"},
        {"recieve quay river", "spelling: receive OR quay OR river (7)\n"},
        {"recieve Recieve", "spelling: receive OR receive (2)\nspelling: relieve OR relieve (1)\n"},
        {"+recieve +gods", "spelling: receive AND goods (2)\n"},
        {"\"recieve goods\"", "spelling: \"receive goods\" (1)\n"},
        {"\"river bridge\"", "apart: river AND bridge (1)\n"},
        {"sea NEAR/0 level", "wider: sea NEAR/3 level (1)\napart: sea AND level (1)\n"},
        {"crane AND sea", "without: crane (2)\nwithout: sea (1)\nany: crane OR sea (3)\n"},
        {"river AND NOT the", "without: river (5)\n"},
        {"quay date:2022", "without: quay (3)\nwithout: date:2022 (1)\n"},
        {"title:river", ""},
        {"(crane AND sea) AND river", NULL},
        {"xyzzyplugh", ""},
        {"", ""},
        {"brid*zz", ""},
        {"-river", ""},
        {"-recieve river", ""},
    };
    struct asking a;
    begin(&a);
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const char *const lines = shown(&a, examples[i][0]);
        if (examples[i][1] == NULL)
            continue;
        cr_expect_str_eq(lines, examples[i][1], "'%s' gives\n%s", examples[i][0], lines);
    }
    end(&a);
}

Test(relax, literal_queries_stay_literal)
{
    struct asking a;
    begin(&a);
    a.options.syntax = QUERY_LITERAL;
    cr_expect_str_eq(shown(&a, "+recieve \"gods"), "spelling: receive goods (3)\n");
    end(&a);
}

/* The spelling that stands with the other words wins over the one that is more frequent. */
Test(relax, spelling_in_context)
{
    struct asking a;
    begin(&a);
    cr_expect_str_eq(shown(&a, "reiceve"), "spelling: receive (2)\nspelling: relieve (1)\n");
    ask(&a, span_of_string("+relieze +crane"));
    cr_assert_gt(a.n, 0);
    cr_expect(span_equal(a.list[0].query, span_of_string("relieve AND crane")));
    end(&a);
}

/* Not another form of what was typed: traveling and travelling are one term, so that either finds
 * what the other does. */
Test(relax, no_other_form_of_the_same_word)
{
    struct asking a = {.result = SEARCH_RESULT_INIT};
    struct buf text = BUF_INIT;
    for (int i = 0; i < 60; i++)
        buf_append_string(&text, "travelling ");
    const struct toy_document document = {.id = "a", .text = buf_string(&text)};
    toy_index_build(&a.toy, &document, 1, NULL);
    cr_assert_eq(searcher_open(a.toy.path, &a.searcher), STATUS_OK);
    a.options = search_options_of(a.searcher);
    cr_expect_str_eq(shown(&a, "travellinng"), "spelling: travelling (1)\n");
    cr_expect_str_eq(shown(&a, "traveling"), "");
    end(&a);
    buf_release(&text);
}

/* Whatever the query, what is offered finds as much as it says, and more than the query did. */
Test(relax, alternatives_keep_their_word)
{
    static const char *const pieces[] = {
        "bridge ", "rivr ", "crane ",     "quay ", "\"",       "+",        "-",
        "AND ",    "NOT ",  "(",          ") ",    "recieve ", "goods ",   "NEAR/1 ",
        "title:",  "sea ",  "date:2022 ", "id:c ", "bri* ",    "levle~1 ", "~2 ",
        "^2 ",     "OR ",   "unknownly ", "the ",  "\\",       "\" ",      "date:2023.. "};
    unsigned seed = seed_first();
    const unsigned first = seed;
    unsigned n_offered = 0;
    struct asking a;
    struct search_result trial = SEARCH_RESULT_INIT;
    struct buf text = BUF_INIT;
    struct buf reading = BUF_INIT;
    begin(&a);
    for (int round = 0; round < 1500; round++) {
        buf_clear(&text);
        for (unsigned n = 1 + seed_below(&seed, 6); n > 0; n--)
            buf_append_string(&text, pieces[seed_below(&seed, sizeof pieces / sizeof pieces[0])]);
        ask(&a, buf_span(&text));
        cr_assert_leq(a.n, RELAX_MOST);
        buf_clear(&reading);
        query_print(&a.result.query, &reading);
        for (size_t i = 0; i < a.n; i++) {
            cr_assert_not(span_equal(a.list[i].query, buf_span(&reading)), "'%s', seed %u",
                          buf_string(&text), first);
            for (size_t j = 0; j < i; j++)
                cr_assert_not(span_equal(a.list[i].query, a.list[j].query), "'%s', seed %u",
                              buf_string(&text), first);
            cr_assert_eq(search_run(a.searcher, a.list[i].query, &a.options, &trial), STATUS_OK);
            cr_assert_eq(trial.total, a.list[i].total, "'%s' offers '%.*s', seed %u",
                         buf_string(&text), (int)a.list[i].query.len,
                         (const char *)a.list[i].query.data, first);
            const bool spelling = strcmp(a.list[i].kind, "spelling") == 0;
            cr_assert_geq(trial.total + spelling, a.result.total + 1, "'%s', seed %u",
                          buf_string(&text), first);
            n_offered++;
        }
    }
    cr_assert_gt(n_offered, 300, "seed %u: hardly anything was offered", first);
    search_result_release(&trial);
    buf_release(&text);
    buf_release(&reading);
    end(&a);
}

/* Shown by `query`, taken by number in the prompt. */
Test(relax, commands)
{
    struct asking a;
    struct program p = PROGRAM_INIT;
    begin(&a);
    program_run(&p, "searcher", "query", a.toy.path, "recieve", NULL);
    cr_expect_eq(p.status, 1);
    cr_expect_not_null(strstr(buf_string(&p.out), "\ntry\n  1. receive (2 passages, spelled "
                                                  "otherwise)\n"),
                       "%s", buf_string(&p.out));
    program_run(&p, "searcher", "query", a.toy.path, "recieve \"recieve gods\" recieve", NULL);
    cr_expect_not_null(strstr(buf_string(&p.out), ", spelled otherwise: receive, goods)\n"), "%s",
                       buf_string(&p.out));
    program_run(&p, "searcher", "query", "--json", a.toy.path, "recieve", NULL);
    cr_expect_not_null(strstr(buf_string(&p.out),
                              "\"alternatives\":[{\"kind\":\"spelling\",\"query\":\"receive\","
                              "\"changed\":\"receive\",\"total\":2}"),
                       "%s", buf_string(&p.out));
    p.input = span_of_string("recieve\n1\n2\nsea\n2\n");
    program_run(&p, "searcher", "prompt", a.toy.path, NULL);
    const char *const text = buf_string(&p.out);
    const char *const taken = strstr(text, ")\nreceive\n2 passages, ");
    cr_assert_not_null(taken, "%s", text);
    cr_expect_not_null(strstr(taken, "f#1"), "%s", text); /* its second hit is read */
    program_release(&p);
    end(&a);
}
