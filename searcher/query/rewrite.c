/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite: a copy, node by node, each changed as the edit says. */
#include "searcher/query/rewrite.h"

/* Words between, or moves, after widening: enough for a word or two in between, then twice that. */
#define SLOP_FIRST 3u

struct rewriter {
    const struct rewrite *edit;
    struct arena *arena;
};

static uint32_t wider(uint32_t slop)
{
    return slop < SLOP_FIRST ? SLOP_FIRST : 2 * slop;
}

static enum status copy_words(const struct rewriter *r, const struct query_node *from,
                              struct query_node *to)
{
    to->words = arena_alloc(r->arena, (from->n_words + 1) * sizeof *to->words);
    if (to->words == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < from->n_words; i++) {
        to->words[i] = from->words[i];
        for (size_t j = 0; j < r->edit->n_words; j++)
            if (r->edit->words[j].word == &from->words[i])
                to->words[i].typed = r->edit->words[j].typed;
    }
    return STATUS_OK;
}

/* A phrase or NEAR as the group of its words, all required. */
static enum status take_apart(const struct rewriter *r, const struct query_node *from,
                              struct query_node *bag)
{
    struct query_node **tail = &bag->first_child;
    bag->kind = QUERY_BAG;
    bag->side = SIDE_BOTH;
    bag->words = NULL;
    bag->n_words = 0;
    for (size_t i = 0; i < from->n_words; i++) {
        struct query_node *const term = arena_alloc(r->arena, sizeof *term);
        if (term == NULL)
            return fail_no_memory();
        *term = (struct query_node){.kind = QUERY_TERM,
                                    .occur = OCCUR_MUST,
                                    .side = from->side,
                                    .boost = 1,
                                    .words = &from->words[i],
                                    .n_words = 1};
        *tail = term;
        tail = &term->next;
    }
    return STATUS_OK;
}

/* Whether several clauses of the bag are required, none of them an id or a date: those select among
 * what the others find, which would change with them. */
static bool requires_words(const struct query_node *bag)
{
    size_t n = 0;
    for (const struct query_node *c = bag->first_child; c != NULL; c = c->next) {
        if (c->occur == OCCUR_MUST && query_is_filter(c))
            return false;
        n += c->occur == OCCUR_MUST;
    }
    return n > 1;
}

/* *out NULL: the edit leaves the node out. */
static enum status copy(const struct rewriter *r, const struct query_node *node,
                        struct query_node **out)
{
    const enum rewrite_kind kind = r->edit->kind;
    const bool spaced = node->kind == QUERY_PHRASE || node->kind == QUERY_NEAR;
    *out = NULL;
    if (kind == REWRITE_WITHOUT && node == r->edit->target)
        return STATUS_OK;
    struct query_node *const made = arena_alloc(r->arena, sizeof *made);
    if (made == NULL)
        return fail_no_memory();
    *made = *node;
    made->first_child = NULL;
    made->next = NULL;
    if (kind == REWRITE_WORDS && node->n_words > 0)
        TRY(copy_words(r, node, made));
    if (kind == REWRITE_WIDER && spaced)
        made->slop = wider(node->slop);
    if (kind == REWRITE_APART && spaced)
        TRY(take_apart(r, node, made));
    struct query_node **tail = &made->first_child;
    if (made->kind == QUERY_BAG && node->kind != QUERY_BAG) {
        *out = made; /* taken apart */
        return STATUS_OK;
    }
    const bool free_all = kind == REWRITE_ANY && requires_words(node);
    for (const struct query_node *c = node->first_child; c != NULL; c = c->next) {
        TRY(copy(r, c, tail)); /* depth: that of the tree */
        if (*tail == NULL)
            continue;
        if (free_all && (*tail)->occur == OCCUR_MUST)
            (*tail)->occur = OCCUR_SHOULD;
        tail = &(*tail)->next;
    }
    const bool emptied = node->first_child != NULL && made->first_child == NULL;
    *out = emptied ? NULL : made;
    return STATUS_OK;
}

enum status query_rewrite(const struct query *query, const struct rewrite *edit,
                          struct arena *arena, struct query *out)
{
    static struct query_node empty = {.kind = QUERY_BAG, .boost = 1};
    const struct rewriter r = {edit, arena};
    struct query made = *query;
    TRY(copy(&r, query->root, &made.root));
    if (made.root == NULL)
        made.root = &empty;
    /* A group that is all there is needs no parentheses. */
    struct query_node *const only = made.root->first_child;
    if (only != NULL && only->next == NULL && only->kind == QUERY_BAG &&
        only->occur != OCCUR_MUST_NOT && only->boost == 1.0f)
        made.root = only;
    else if (only != NULL && only->next == NULL && only->occur == OCCUR_MUST)
        only->occur = OCCUR_SHOULD; /* nor does it need a sign */
    *out = made;
    return STATUS_OK;
}
