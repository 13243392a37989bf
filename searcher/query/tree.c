/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: prints a query tree as one line that reads as the same tree.
 *
 * SHOULD and MUST clauses are joined by " OR " (a MUST clause adds to the score like the others;
 * its + says that it has to be there). A MUST_NOT clause follows with a mere space: "OR -x" would
 * say the opposite. Where several clauses are MUST and none is SHOULD, AND and NOT say it better.
 * Recursion is as deep as the tree, which the parser bounds.
 */
#include "searcher/query/tree.h"

#include "common/base/date.h"
#include "searcher/query/lex.h"

static void print_bag(const struct query_node *bag, struct buf *out);

/* Part of a word between quotes. Hebrew words may have a quote inside. */
static void put_quoted(const uint8_t *bytes, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '"' || bytes[i] == '\\')
            buf_put_u8(out, '\\');
        buf_put_u8(out, bytes[i]);
    }
}

/* The `n` words of a phrase as they were typed: words that touched or overlapped (pieces of a run
 * of ideographs) are put together again, a hole that a removed stop word left shows as "?". */
static void print_words(const struct query_word *words, size_t n, struct buf *out)
{
    put_quoted(words[0].typed.data, words[0].typed.len, out);
    for (size_t i = 1; i < n; i++) {
        const struct query_word *const before = &words[i - 1];
        const struct query_word *const word = &words[i];
        const uintptr_t seam = (uintptr_t)before->typed.data + before->typed.len;
        const uintptr_t start = (uintptr_t)word->typed.data;
        const bool joined = start <= seam && seam <= start + word->typed.len &&
                            start >= (uintptr_t)before->typed.data;
        const size_t shared = joined ? (size_t)(seam - start) : 0;
        for (uint32_t hole = before->position + 1; hole < word->position; hole++)
            buf_append_string(out, " ?");
        if (!joined)
            buf_put_u8(out, ' ');
        put_quoted(word->typed.data + shared, word->typed.len - shared, out);
    }
}

static void print_phrase(const struct query_word *words, size_t n, struct buf *out)
{
    buf_put_u8(out, '"');
    print_words(words, n, out);
    buf_put_u8(out, '"');
}

static void print_near(const struct query_node *node, struct buf *out)
{
    for (size_t i = 0, end; i < node->n_words; i = end) {
        end = i + 1;
        while (end < node->n_words && node->words[end].operand == node->words[i].operand)
            end++;
        if (i > 0)
            buf_printf(out, " NEAR/%u ", (unsigned)node->slop);
        if (end == i + 1)
            query_escape(node->words[i].typed, false, out);
        else
            print_phrase(node->words + i, end - i, out);
    }
}

static void print_date(const struct query_node *node, struct buf *out)
{
    char date[16];
    date_format(node->from, date);
    buf_printf(out, "date:%s", date);
    if (node->from == node->to)
        return;
    date_format(node->to, date);
    buf_printf(out, "..%s", date);
}

/* The node without field and boost. */
static void print_core(const struct query_node *node, struct buf *out)
{
    switch (node->kind) {
    case QUERY_TERM:
    case QUERY_FUZZY:
        if (node->quoted && node->occur == OCCUR_SHOULD && node->side == SIDE_BOTH) {
            print_phrase(node->words, 1, out);
            break;
        }
        query_escape(node->words[0].typed, false, out);
        if (node->kind == QUERY_FUZZY)
            buf_printf(out, "~%u", (unsigned)node->slop);
        break;
    case QUERY_WILD:
        query_escape(node->words[0].typed, true, out);
        break;
    case QUERY_PHRASE:
        print_phrase(node->words, node->n_words, out);
        if (node->slop > 0)
            buf_printf(out, "~%u", (unsigned)node->slop);
        break;
    case QUERY_NEAR:
        print_near(node, out);
        break;
    case QUERY_ID:
        buf_append_string(out, "id:");
        query_escape_id(node->id, out);
        break;
    case QUERY_DATE:
        print_date(node, out);
        break;
    case QUERY_BAG:
        buf_put_u8(out, '(');
        print_bag(node, out);
        buf_put_u8(out, ')');
        break;
    }
}

void query_print_node(const struct query_node *node, struct buf *out)
{
    static const char *const fields[] = {"", "title:", "body:"};
    const bool boosted = node->boost != 1.0f;
    const bool grouped = boosted && node->kind == QUERY_NEAR;
    if (grouped)
        buf_put_u8(out, '(');
    buf_append_string(out, fields[node->side]);
    print_core(node, out);
    if (grouped)
        buf_put_u8(out, ')');
    if (boosted)
        buf_printf(out, "^%g", (double)node->boost);
}

/* Whether AND says what the bag means: of the clauses that can match two or more, all required. */
static bool is_conjunction(const struct query_node *bag)
{
    size_t n_must = 0;
    for (const struct query_node *c = bag->first_child; c != NULL; c = c->next) {
        if (c->occur == OCCUR_SHOULD)
            return false;
        n_must += c->occur == OCCUR_MUST;
    }
    return n_must >= 2;
}

static void print_conjunction(const struct query_node *bag, struct buf *out)
{
    for (const struct query_node *c = bag->first_child; c != NULL; c = c->next) {
        if (c != bag->first_child)
            buf_append_string(out, " AND ");
        if (c->occur == OCCUR_MUST_NOT)
            buf_append_string(out, "NOT ");
        query_print_node(c, out);
    }
}

static void print_bag(const struct query_node *bag, struct buf *out)
{
    static const char *const signs[] = {"", "+", "-"};
    bool has_choice = false; /* a clause that can match is printed */
    if (is_conjunction(bag)) {
        print_conjunction(bag, out);
        return;
    }
    for (const struct query_node *child = bag->first_child; child != NULL; child = child->next) {
        const bool joins = has_choice && child->occur != OCCUR_MUST_NOT;
        if (child != bag->first_child)
            buf_append_string(out, joins ? " OR " : " ");
        buf_append_string(out, signs[child->occur]);
        query_print_node(child, out);
        has_choice = has_choice || child->occur != OCCUR_MUST_NOT;
    }
}

void query_print(const struct query *query, struct buf *out)
{
    print_bag(query->root, out);
}

bool query_is_filter(const struct query_node *node)
{
    bool any = false;
    if (node->kind != QUERY_BAG)
        return node->kind == QUERY_ID || node->kind == QUERY_DATE;
    for (const struct query_node *c = node->first_child; c != NULL; c = c->next) {
        if (c->occur == OCCUR_MUST_NOT)
            continue;
        if (!query_is_filter(c))
            return false;
        any = true;
    }
    return any;
}
