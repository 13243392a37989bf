/* SPDX-License-Identifier: Apache-2.0 */
/* iterator: a bag becomes NOT(OPTIONAL(AND(must), OR(should)), OR(must not)). */
#include "searcher/rank/iterator.h"

#include "common/score/length_byte.h"

uint32_t scored_length(const struct plan *plan, const struct segment *segment, uint32_t passage)
{
    const uint32_t length = segment_length(segment, passage);
    return plan->bm25.byte_lengths ? length_byte_round(length) : length;
}

/* The iterators of a bag's children of one occurrence. */
struct group {
    struct iterator **items;
    size_t n;
    bool some_empty; /* a child matches nothing here */
};

static enum status make_group(struct iterator_context *context, const struct plan_node *bag,
                              enum query_occur occur, struct group *group)
{
    size_t n = 0;
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next)
        n += c->occur == occur;
    *group = (struct group){arena_alloc(context->arena, (n + 1) * sizeof *group->items), 0, false};
    if (group->items == NULL)
        return fail_no_memory();
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next) {
        struct iterator *child = NULL;
        if (c->occur != occur)
            continue;
        TRY(iterator_make(context, c, &child));
        if (child == NULL)
            group->some_empty = true;
        else
            group->items[group->n++] = child;
    }
    return STATUS_OK;
}

static enum status make_or(struct iterator_context *context, const struct group *group,
                           struct iterator **out)
{
    *out = NULL;
    return group->n == 0 ? STATUS_OK : iterate_or(context, group->items, group->n, out);
}

static enum status make_bag(struct iterator_context *context, const struct plan_node *bag,
                            struct iterator **out)
{
    struct group must;
    struct group should;
    struct group excluded;
    struct iterator *lead = NULL;
    struct iterator *extra = NULL;
    struct iterator *without = NULL;
    *out = NULL;
    TRY(make_group(context, bag, OCCUR_MUST, &must));
    if (must.some_empty)
        return STATUS_OK;
    TRY(make_group(context, bag, OCCUR_SHOULD, &should));
    TRY(make_group(context, bag, OCCUR_MUST_NOT, &excluded));
    TRY(make_or(context, &should, &extra));
    TRY(make_or(context, &excluded, &without));
    if (must.n > 0)
        TRY(iterate_and(context, must.items, must.n, &lead));
    if (lead == NULL)
        lead = extra;
    else if (extra != NULL)
        TRY(iterate_optional(context, lead, extra, &lead));
    if (lead != NULL && without != NULL)
        TRY(iterate_not(context, lead, without, &lead));
    *out = lead;
    return STATUS_OK;
}

/* How many of the node's words are in the segment. */
static size_t count_words(const struct iterator_context *context, const struct plan_node *node)
{
    size_t n = 0;
    for (size_t i = 0; i < node->n_words; i++)
        n += node->words[i].entries[context->segment_number].df > 0;
    return n;
}

enum status iterator_make(struct iterator_context *context, const struct plan_node *node,
                          struct iterator **out)
{
    const size_t n_words = count_words(context, node);
    *out = NULL;
    switch (node->kind) {
    case PLAN_BAG:
        return make_bag(context, node, out); /* depth: that of the tree */
    case PLAN_FILTER:
        return iterate_filter(context, node, out);
    case PLAN_TERM:
        return n_words == 0 ? STATUS_OK : iterate_term(context, node, out);
    case PLAN_ANY:
        if (n_words == 0)
            return STATUS_OK;
        return node->n_words == 1 && node->side != SIDE_BOTH ? iterate_side(context, node, out)
                                                             : iterate_union(context, node, out);
    case PLAN_PHRASE:
    case PLAN_NEAR:
        return n_words < node->n_words ? STATUS_OK : iterate_phrase(context, node, out);
    }
    return STATUS_OK;
}
