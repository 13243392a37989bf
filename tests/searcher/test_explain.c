/* SPDX-License-Identifier: Apache-2.0 */
/* An explanation must agree with the search it explains: its leaves add up to the score, its rank
 * is the place in the list, and a passage that is not listed gets a reason. */
#include <criterion/criterion.h>
#include <json.h>
#include <stdio.h>

#include "searcher/inspect.h"
#include "tests/support/program.h"
#include "tests/support/seed.h"
#include "tests/support/toy_index.h"

#define N_DOCUMENTS 60
#define N_QUERIES   150

/* Few words, so that they meet often and scores are often equal; one is in no document. */
static const char *const words[] = {"quay",  "crane", "ships", "bridge", "delta",  "silk",
                                    "trade", "the",   "of",    "port",   "nowhere"};
#define N_WORDS (sizeof words / sizeof words[0])

struct asking {
    struct toy_index toy;
    struct searcher *searcher;
    struct search_options options;
    struct search_result result;
    struct span query;
};

static void begin(struct asking *a, const struct toy_document *documents, size_t n,
                  const struct toy_options *options)
{
    *a = (struct asking){.result = SEARCH_RESULT_INIT};
    toy_index_build(&a->toy, documents, n, options);
    cr_assert_eq(searcher_open(a->toy.path, &a->searcher), STATUS_OK, "%s", status_message());
    a->options = search_options_of(a->searcher);
    a->options.k = 100000;
}

static void end(struct asking *a)
{
    search_result_release(&a->result);
    searcher_close(a->searcher);
    toy_index_remove(&a->toy);
}

static void ask(struct asking *a, const char *query)
{
    a->query = span_of_string(query);
    cr_assert_eq(search_run(a->searcher, a->query, &a->options, &a->result), STATUS_OK);
}

static struct explanation_view explain_range(struct asking *a, uint32_t first, uint32_t n)
{
    struct explanation_view view;
    cr_assert_eq(inspect_rank(a->searcher, &a->options, &a->result, a->query, first, n, &view),
                 STATUS_OK, "%s", status_message());
    return view;
}

static struct explanation_view explain_id(struct asking *a, const char *id)
{
    uint32_t first;
    uint32_t n;
    bool whole;
    cr_assert_eq(search_find_id(a->searcher, span_of_string(id), &first, &n, &whole), STATUS_OK);
    return explain_range(a, first, n);
}

/* ---- random queries ---- */

static void put_word(struct buf *out, unsigned *seed)
{
    buf_append_string(out, words[seed_below(seed, N_WORDS)]);
    buf_put_u8(out, ' ');
}

/* A word that is more than a word, or something that is none. */
static void put_construct(struct buf *out, unsigned *seed)
{
    static const char *const forms[] = {
        "%s* ",      "*%s ",       "%s~1 ",       "%s~2^2 ",         "title:%s ",
        "body:%s* ", "%s NEAR/2 ", "%s^0.5 ",     "title:%s~1 ",     "%s AND ",
        "%s OR ",    "NOT %s ",    "id:d03 %s ",  "date:2020.. %s ", "(date:2021 OR id:d07#1) %s ",
        "%s ",       "-%s* ",      "(%s AND NOT "};
    char word[32];
    (void)snprintf(word, sizeof word, "%s", words[seed_below(seed, N_WORDS)]);
    const char *const form = forms[seed_below(seed, sizeof forms / sizeof forms[0])];
    const char *const at = strstr(form, "%s");
    if (form[0] == '*' || at[2] == '*')
        word[2 + seed_below(seed, 2)] = '\0';
    buf_append(out, form, (size_t)(at - form));
    buf_append_string(out, word);
    buf_append_string(out, at + 2);
}

/* Any mixture of signs, phrases and groups; what is no syntax is text. */
static void put_query(struct buf *out, unsigned *seed)
{
    static const char *const around[][2] = {{"", ""},     {"", ""},       {"", ""},    {"+", ""},
                                            {"-", ""},    {"\"", "\" "},  {"(", ") "}, {"+(", ") "},
                                            {"-(", ") "}, {"\"", "\"~4 "}};
    const unsigned n = 1 + seed_below(seed, 4);
    for (unsigned i = 0; i < n; i++) {
        const unsigned kind = seed_below(seed, sizeof around / sizeof around[0]);
        const unsigned inside = kind < 5 ? 1 : 1 + seed_below(seed, 3);
        if (seed_below(seed, 3) == 0)
            put_construct(out, seed);
        buf_append_string(out, around[kind][0]);
        for (unsigned j = 0; j < inside; j++) {
            if (kind > 5 && kind < 9 && seed_below(seed, 3) == 0)
                buf_append_string(out, seed_below(seed, 2) == 0 ? "+" : "-");
            put_word(out, seed);
        }
        buf_append_string(out, around[kind][1]);
    }
}

static void check_sum(const struct explanation *e, const char *query, unsigned seed)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < e->n_leaves; i++)
        sum += e->leaves[i].contribution;
    cr_assert_eq(sum, e->score, "'%s', seed %u", query, seed);
    cr_assert(e->matches || e->score == 0);
    cr_assert_eq(e->matches, e->rank > 0);
    cr_assert_eq(e->matches, e->n_reasons == 0, "'%s', seed %u", query, seed);
}

/* Every passage of the index against the list of the search. */
static void check_query(struct asking *a, const char *query, unsigned seed)
{
    ask(a, query);
    uint32_t *const ranks = calloc(a->searcher->index->passages, sizeof *ranks);
    uint64_t *const scores = calloc(a->searcher->index->passages, sizeof *scores);
    cr_assert(ranks != NULL && scores != NULL);
    for (uint32_t i = 0; i < a->result.best.n; i++) {
        ranks[a->result.best.entries[i].item] = i + 1;
        scores[a->result.best.entries[i].item] = a->result.best.entries[i].score;
    }
    for (uint32_t p = 0; p < a->searcher->index->passages; p++) {
        const struct explanation e = explain_range(a, p, 1).explanation;
        cr_assert_eq(e.passage, p);
        cr_assert_eq(e.score, scores[p], "'%s', passage %u, seed %u", query, p, seed);
        cr_assert_eq(e.rank, ranks[p], "'%s', passage %u: %u, not %u, seed %u", query, p, e.rank,
                     ranks[p], seed);
        cr_assert_eq(e.total, a->result.total);
        check_sum(&e, query, seed);
    }
    free(ranks);
    free(scores);
}

static void check_profile(const char *profile, const char *passages)
{
    unsigned seed = seed_first();
    const unsigned first_seed = seed;
    struct toy_document documents[N_DOCUMENTS];
    char ids[N_DOCUMENTS][16];
    struct buf texts[N_DOCUMENTS];
    for (unsigned i = 0; i < N_DOCUMENTS; i++) {
        texts[i] = (struct buf)BUF_INIT;
        /* From 40 words on, anserini's lengths are rounded. */
        for (unsigned n = 1 + seed_below(&seed, i % 2 == 0 ? 12 : 90); n > 0; n--) {
            buf_append_string(&texts[i], words[seed_below(&seed, N_WORDS - 1)]);
            buf_append_string(&texts[i], seed_below(&seed, 9) == 0 ? ".\n\n" : " ");
        }
        /* Ids whose order is not that of the documents. */
        (void)snprintf(ids[i], sizeof ids[i], "d%02u", (i * 37) % N_DOCUMENTS);
        documents[i] = (struct toy_document){.id = ids[i],
                                             .title = i % 3 == 0 ? "port trade" : NULL,
                                             .text = buf_string(&texts[i]),
                                             .date = i % 2 == 0   ? NULL
                                                     : i % 3 == 0 ? "2020"
                                                                  : "2021-05"};
    }
    struct asking a;
    const struct toy_options options = {.profile = profile, .passages = passages};
    begin(&a, documents, N_DOCUMENTS, &options);
    struct buf query = BUF_INIT;
    for (unsigned i = 0; i < N_QUERIES; i++) {
        buf_clear(&query);
        put_query(&query, &seed);
        check_query(&a, buf_string(&query), first_seed);
    }
    buf_release(&query);
    end(&a);
    for (unsigned i = 0; i < N_DOCUMENTS; i++)
        buf_release(&texts[i]);
}

Test(explain, agrees_with_the_search)
{
    check_profile("english", "window:4:2");
    check_profile("anserini", "whole");
}

/* ---- reasons ---- */

static const struct toy_document port[] = {
    {.id = "a", .text = "The quay and the crane.\n\nAn airport is near the sea."},
    {.id = "b", .text = "The sea level rises at the quay."},
    {.id = "c", .text = "Level ground, far from any sea."}};

static void check_reasons(struct asking *a, const char *query, const char *id, const char *expected)
{
    struct buf found = BUF_INIT;
    ask(a, query);
    const struct explanation_view view = explain_id(a, id);
    for (size_t i = 0; i < view.explanation.n_reasons; i++) {
        static const char *const kinds[] = {"missing ", "excluded ", "nothing"};
        const struct explained_reason *const r = &view.explanation.reasons[i];
        buf_append_string(&found, i == 0 ? "" : ", ");
        buf_append_string(&found, kinds[r->kind]);
        if (r->node != NULL)
            explain_print_node(r->node, &found);
    }
    for (size_t i = 0; i < view.n_stop_words; i++) {
        buf_append_string(&found, i == 0 ? "; " : ", ");
        buf_append_span(&found, view.stop_words[i]);
    }
    cr_expect_str_eq(buf_string(&found), expected, "'%s': '%s', not '%s'", query,
                     buf_string(&found), expected);
    buf_release(&found);
}

Test(explain, reasons_of_not_matching)
{
    struct asking a;
    const struct toy_options options = {.passages = "whole"};
    begin(&a, port, 3, &options);
    check_reasons(&a, "quay", "b", "");
    check_reasons(&a, "ships", "b", "nothing");
    check_reasons(&a, "", "b", "nothing");
    check_reasons(&a, "+quay +Cranes sea", "b", "missing Cranes");
    check_reasons(&a, "+\"sea level\" quay", "c", "missing \"sea level\"");
    check_reasons(&a, "+\"level sea\"~2", "c", "missing \"level sea\"~2");
    check_reasons(&a, "sea -airport", "a", "excluded airport");
    check_reasons(&a, "+(ships crane) -(sea +level) sea", "b",
                  "missing (ships crane), excluded (sea +level)");
    check_reasons(&a, "the sea of The level", "b", "; the, of, The");
    check_reasons(&a, "sea of the of", "b", "; of, the");
    check_reasons(&a, "the", "b", "");
    check_reasons(&a, "+the sea", "b", "");
    end(&a);
}

/* What stands in the passage and does not count: its contribution is nothing, its tf is told. */
Test(explain, leaves_that_do_not_count)
{
    struct asking a;
    const struct toy_options options = {.passages = "whole"};
    begin(&a, port, 3, &options);
    ask(&a, "quay (sea +ships) xyzzy -(crane +far)");
    const struct explanation e = explain_id(&a, "a").explanation;
    cr_assert_eq(e.n_leaves, 6);
    cr_expect(e.matches);
    cr_expect_eq(e.leaves[0].contribution, e.score);
    cr_expect(e.leaves[1].tf == 1 && e.leaves[1].contribution == 0); /* sea */
    cr_expect(!e.leaves[2].known && !e.leaves[3].known);
    cr_expect(e.leaves[4].tf == 1 && e.leaves[4].excluded && e.leaves[4].contribution == 0);
    cr_expect(e.leaves[5].known && e.leaves[5].tf == 0 && e.leaves[5].excluded);
    end(&a);
}

/* Of a document: its best passage; if none matches, the one that comes nearest. */
Test(explain, document)
{
    static const struct toy_document documents[] = {
        {.id = "a",
         .text = "quay one two three four\n\nquay quay two three four\n\n"
                 "sea two three four five\n\nquay quay two three four\n\n"
                 "quay one two three four"}};
    struct asking a;
    const struct toy_options options = {.passages = "window:5:5"};
    begin(&a, documents, 1, &options);
    cr_assert_eq(a.searcher->index->passages, 5);
    ask(&a, "quay");
    const struct explanation best = explain_id(&a, "a").explanation;
    cr_expect(best.passage == 1 && best.rank == 1 && best.total == 4);
    cr_expect_eq(explain_id(&a, "a#4").explanation.rank, 2);
    ask(&a, "+sea +quay five");
    const struct explanation nearest = explain_id(&a, "a").explanation;
    cr_expect(!nearest.matches && nearest.passage == 2 && nearest.total == 0);
    end(&a);
}

/* ---- the command ---- */

static struct json_object *member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(object, key, &value), "%s", key);
    return value;
}

Test(explain, command)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    toy_index_build(&toy, port, 3, NULL);
    program_run(&p, "searcher", "why", "--k1", "1.2", "--b", "0.75", toy.path, "b#1", "the",
                "Quays", "\"sea level\"", "xyzzy", NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    const char *const text = buf_string(&p.out);
    cr_expect_eq(strncmp(text, "b#1: rank 1 of ", 15), 0, "%s", text);
    cr_expect_not_null(strstr(text, "k1 1.2, b 0.75\n"), "%s", text);
    cr_expect_not_null(strstr(text, "\nQuays -> quay "), "%s", text);
    cr_expect_not_null(strstr(text, "\n\"sea level\" "), "%s", text);
    cr_expect_not_null(strstr(text, "\n  level "), "%s", text);
    cr_expect_not_null(strstr(text, "\nnot in the index at all: xyzzy\n"), "%s", text);
    cr_expect_not_null(strstr(text, "\nleft out as stop words: the\n"), "%s", text);

    program_run(&p, "searcher", "why", toy.path, "c", "+quay", "-sea", "x\x1b[1m\xc2\x9b", NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    cr_expect_str_eq(buf_string(&p.out), "c#1 does not match; 0 passages do\n"
                                         "  missing: quay\n"
                                         "  excluded, and in it: sea\n"
                                         "6 words; the mean is 8.0; k1 0.9, b 0.4\n\n"
                                         "word   tf  df       idf    weight      contribution\n"
                                         "+quay   0   2  0.470004  0.470004         not in it\n"
                                         "-sea    1   3  0.133531  0.133531          excluded\n"
                                         "x       0   0                      not in the index\n"
                                         "1m      0   0                      not in the index\n\n"
                                         "not in the index at all: x, 1m\n");

    program_run(&p, "searcher", "query", "--json", toy.path, "quay", "level", NULL);
    struct json_object *const answer = json_tokener_parse(buf_string(&p.out));
    program_run(&p, "searcher", "why", "--json", toy.path, "b", "quay", "level", NULL);
    struct json_object *const why = json_tokener_parse(buf_string(&p.out));
    cr_assert(answer != NULL && why != NULL, "%s", buf_string(&p.out));
    struct json_object *const first = json_object_array_get_idx(member(answer, "hits"), 0);
    cr_expect_str_eq(json_object_get_string(member(first, "id")), "b#1");
    cr_expect_str_eq(json_object_get_string(member(why, "id")), "b#1");
    cr_expect_str_eq(json_object_get_string(member(why, "score")),
                     json_object_get_string(member(first, "score")));
    cr_expect_eq(json_object_array_length(member(why, "leaves")), 2);
    json_object_put(answer);
    json_object_put(why);

    static const char *const wrong[][2] = {{"z", "quay"}, {"b#9", "quay"}};
    for (size_t i = 0; i < 2; i++) {
        program_run(&p, "searcher", "why", toy.path, wrong[i][0], wrong[i][1], NULL);
        cr_expect_eq(p.status, 2);
        cr_expect_eq(p.out.len, 0);
        cr_expect_not_null(strstr(buf_string(&p.err), i == 0 ? "'z'" : "'b'"));
    }
    program_run(&p, "searcher", "why", toy.path, "b", NULL);
    cr_expect_eq(p.status, 2);
    program_release(&p);
    toy_index_remove(&toy);
}
