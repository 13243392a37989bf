/* SPDX-License-Identifier: Apache-2.0 */
/* explain_words: the second half of explain.h, what to call the parts of a query. */
#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/text/tokenize.h"
#include "searcher/query/lex.h"
#include "searcher/rank/explain.h"

static void print_bag(const struct plan_node *bag, struct buf *out)
{
    buf_put_u8(out, '(');
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next) {
        if (c != bag->first_child)
            buf_put_u8(out, ' ');
        if (c->occur != OCCUR_SHOULD)
            buf_put_u8(out, c->occur == OCCUR_MUST ? '+' : '-');
        explain_print_node(c, out); /* depth: that of the tree */
    }
    buf_put_u8(out, ')');
}

void explain_print_node(const struct plan_node *node, struct buf *out)
{
    if (node->kind == PLAN_BAG)
        print_bag(node, out);
    else if (node->query != NULL)
        query_print_node(node->query, out);
    else
        buf_append_span(out, node->words[0].typed);
}

static bool plan_holds(const struct plan *plan, struct span term)
{
    for (size_t i = 0; i < plan->n_leaves; i++)
        for (size_t j = 0; j < plan->leaves[i]->n_words; j++)
            if (span_equal(plan->leaves[i]->words[j].term, term))
                return true;
    return false;
}

/* Adds the word to the `n` spans of `words` unless it is there. */
static void add_once(struct buf *words, struct span word)
{
    const struct span *const there = (const struct span *)(void *)words->data;
    for (size_t i = 0; i < words->len / sizeof word; i++)
        if (span_equal(there[i], word))
            return;
    buf_append(words, &word, sizeof word);
}

static void collect(const struct plan *plan, struct analyzer *analyzer, struct span text,
                    struct buf *words)
{
    struct tokenizer tokenizer;
    struct token token;
    tokenizer_init(&tokenizer, plan->index->profile->tokenize, text);
    while (tokenizer_next(&tokenizer, &token)) {
        const struct span typed = span_of(text.data + token.start, token.end - token.start);
        struct analysis analysis;
        analyzer_apply(analyzer, typed, token.ascii, &analysis);
        if (analysis.stop_word && !(analysis.kept && plan_holds(plan, analysis.term)))
            add_once(words, typed);
    }
}

/* The same for what is not syntax: an operator is no stop word, and no id holds any. */
static enum status collect_items(const struct plan *plan, struct analyzer *analyzer,
                                 struct span text, struct arena *arena, struct buf *words)
{
    struct query_lexer lexer;
    struct query_item item;
    query_lexer_init(&lexer, text, arena);
    do {
        query_lexer_next(&lexer, &item);
        if (item.kind == ITEM_PHRASE || (item.kind == ITEM_WORD && !item.wild && !item.fuzzy))
            collect(plan, analyzer, item.text, words);
    } while (item.kind != ITEM_END);
    return lexer.failed ? fail_no_memory() : STATUS_OK;
}

/* The text as the parser sees it: cut at its limit, bad bytes replaced. */
static enum status clean(struct span query, struct arena *arena, struct span *out)
{
    struct buf text = BUF_INIT;
    (void)utf8_append_clean(&text, utf8_prefix(query, LIMIT_QUERY_BYTES));
    *out = arena_copy(arena, buf_span(&text));
    const bool failed = text.failed || out->data == NULL;
    buf_release(&text);
    return failed ? fail_no_memory() : STATUS_OK;
}

enum status explain_stop_words(const struct plan *plan, struct analyzer *analyzer,
                               struct span query, enum query_syntax syntax, struct arena *arena,
                               struct span **out, size_t *n)
{
    struct span text;
    TRY(clean(query, arena, &text));
    struct buf words = BUF_INIT;
    enum status status = STATUS_OK;
    if (syntax == QUERY_LITERAL)
        collect(plan, analyzer, text, &words);
    else
        status = collect_items(plan, analyzer, text, arena, &words);
    const struct span kept = arena_copy(arena, buf_span(&words));
    const bool failed = status != STATUS_OK || words.failed || kept.data == NULL;
    *n = words.len / sizeof(struct span);
    buf_release(&words);
    if (failed)
        return fail_no_memory();
    *out = (struct span *)(void *)kept.data;
    return analyzer_status(analyzer);
}
