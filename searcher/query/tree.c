/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: prints a query tree as one line.
 *
 * SHOULD and MUST clauses are joined by " OR " (a MUST clause adds to the score like the others;
 * its + says that it has to be there). A MUST_NOT clause follows with a mere space: "OR -x" would
 * say the opposite. Recursion is as deep as the tree, which the parser bounds.
 */
#include "searcher/query/tree.h"

static void print_bag(const struct query_node *bag, struct buf *out);

/* The words of a phrase as they were typed: words that touched or overlapped (pieces of a run of
 * ideographs) are put together again, a hole that a removed stop word left shows as "?". */
static void print_words(const struct query_node *phrase, struct buf *out)
{
    buf_append_span(out, phrase->words[0].typed);
    for (size_t i = 1; i < phrase->n_words; i++) {
        const struct query_word *const before = &phrase->words[i - 1];
        const struct query_word *const word = &phrase->words[i];
        const uintptr_t seam = (uintptr_t)before->typed.data + before->typed.len;
        const uintptr_t start = (uintptr_t)word->typed.data;
        const bool joined = start <= seam && seam <= start + word->typed.len &&
                            start >= (uintptr_t)before->typed.data;
        const size_t shared = joined ? (size_t)(seam - start) : 0;
        for (uint32_t hole = before->position + 1; hole < word->position; hole++)
            buf_append_string(out, " ?");
        if (!joined)
            buf_put_u8(out, ' ');
        buf_append(out, word->typed.data + shared, word->typed.len - shared);
    }
}

static void print_node(const struct query_node *node, struct buf *out)
{
    if (node->occur == OCCUR_MUST)
        buf_put_u8(out, '+');
    if (node->occur == OCCUR_MUST_NOT)
        buf_put_u8(out, '-');
    switch (node->kind) {
    case QUERY_TERM:
        buf_append_span(out, node->words[0].typed);
        break;
    case QUERY_PHRASE:
        buf_put_u8(out, '"');
        print_words(node, out);
        buf_put_u8(out, '"');
        if (node->slop > 0)
            buf_printf(out, "~%u", (unsigned)node->slop);
        break;
    case QUERY_BAG:
        buf_put_u8(out, '(');
        print_bag(node, out);
        buf_put_u8(out, ')');
        break;
    }
}

static void print_bag(const struct query_node *bag, struct buf *out)
{
    bool has_choice = false; /* a clause that can match is printed */
    for (const struct query_node *child = bag->first_child; child != NULL; child = child->next) {
        const bool joins = has_choice && child->occur != OCCUR_MUST_NOT;
        if (child != bag->first_child)
            buf_append_string(out, joins ? " OR " : " ");
        print_node(child, out);
        has_choice = has_choice || child->occur != OCCUR_MUST_NOT;
    }
}

void query_print(const struct query *query, struct buf *out)
{
    print_bag(query->root, out);
}
