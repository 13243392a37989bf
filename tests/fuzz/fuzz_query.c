/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_query: any bytes are a query. The tree keeps the promises of tree.h and the limits; what is
 * read literally knows no syntax; the reading is read as itself. The first byte: profile and syntax.
 */
#include "searcher/query/parse.h"
#include "tests/fuzz/analyzers.h"
#include "tests/fuzz/fuzz.h"

struct shape {
    size_t leaves;
    size_t deepest;
    bool plain; /* one bag of terms that should match */
};

static void check_word(const struct query_word *word, bool has_term)
{
    must(word->typed.len > 0 && utf8_valid(word->typed));
    must(word->form.len > 0 && word->form.len <= LIMIT_TERM_BYTES && utf8_valid(word->form));
    must((word->term.len > 0) == has_term && word->term.len <= LIMIT_TERM_BYTES &&
         utf8_valid(word->term));
}

static void check_node(const struct query_node *node, size_t depth, struct shape *shape)
{
    const bool filter = node->kind == QUERY_ID || node->kind == QUERY_DATE;
    const bool several = node->kind == QUERY_PHRASE || node->kind == QUERY_NEAR;
    must(node->boost >= 0.01f && node->boost <= 100.0f);
    for (size_t i = 0; i < node->n_words; i++)
        check_word(&node->words[i], node->kind != QUERY_WILD);
    shape->deepest = depth > shape->deepest ? depth : shape->deepest;
    shape->plain &= depth == 0 || (node->kind == QUERY_TERM && node->occur == OCCUR_SHOULD);
    if (node->kind == QUERY_BAG) {
        must(node->n_words == 0);
        for (const struct query_node *child = node->first_child; child; child = child->next)
            check_node(child, depth + 1, shape);
        return;
    }
    shape->leaves++;
    must(node->first_child == NULL);
    must(filter ? node->n_words == 0 : several ? node->n_words >= 2 : node->n_words == 1);
    for (size_t i = 1; i < node->n_words; i++)
        must(node->words[i].operand > node->words[i - 1].operand ||
             node->words[i].position > node->words[i - 1].position);
}

/* The reading, read as a query, prints as itself. */
static void check_reading(struct span reading, const struct profile *profile)
{
    static struct arena arena;
    static struct buf again;
    struct query query;
    arena_clear(&arena);
    buf_clear(&again);
    must(query_parse(reading, fuzz_analyzer(profile), profile, QUERY_SYNTAX, &arena, &query) ==
         STATUS_OK);
    query_print(&query, &again);
    must(query.cut || span_equal(buf_span(&again), reading));
}

FUZZ_TARGET(query)
{
    static struct arena arena;
    static struct buf reading;
    struct span input = span_of(data, size);
    const uint8_t choice = fuzz_take(&input);
    const enum query_syntax syntax = choice % 8 == 7 ? QUERY_LITERAL : QUERY_SYNTAX;
    const struct profile *const profile = fuzz_profile(choice / 8);
    struct query query;
    arena_clear(&arena);
    must(query_parse(input, fuzz_analyzer(profile), profile, syntax, &arena, &query) == STATUS_OK);
    struct shape shape = {.plain = true};
    must(query.root->kind == QUERY_BAG && query.root->occur == OCCUR_SHOULD);
    check_node(query.root, 0, &shape);
    must(shape.leaves == query.n_leaves && shape.leaves <= LIMIT_QUERY_LEAVES);
    must(shape.deepest <= 3 * (LIMIT_QUERY_NESTING + 1) + 1);
    must(syntax == QUERY_SYNTAX || shape.plain);
    must(!query.cut || query.note != NULL);
    buf_clear(&reading);
    query_print(&query, &reading);
    must(buf_status(&reading) == STATUS_OK && utf8_valid(buf_span(&reading)));
    must((reading.len > 0) == (query.root->first_child != NULL));
    /* The hole of a stop word that the profile removes has no spelling. */
    if (syntax == QUERY_SYNTAX && !query.cut && reading.len > 0 &&
        memmem(reading.data, reading.len, " ? ", 3) == NULL)
        check_reading(buf_span(&reading), profile);
    return 0;
}
