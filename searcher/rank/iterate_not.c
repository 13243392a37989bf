/* SPDX-License-Identifier: Apache-2.0 */
/* iterate_not: the lead's passages, less those that the excluded iterator matches. */
#include "searcher/rank/iterator.h"

struct not_iterator {
    struct iterator base;
    struct iterator *lead;
    struct iterator *excluded;
};

static uint32_t advance(struct iterator *it, uint32_t target)
{
    const struct not_iterator *const n = (const struct not_iterator *)it;
    uint32_t passage = iterator_advance(n->lead, target);
    while (passage != PASSAGE_END && iterator_advance(n->excluded, passage) == passage)
        passage = iterator_advance(n->lead, passage + 1);
    return passage;
}

static uint64_t score(struct iterator *it)
{
    return iterator_score(((const struct not_iterator *)it)->lead);
}

enum status iterate_not(struct iterator_context *context, struct iterator *lead,
                        struct iterator *excluded, struct iterator **out)
{
    struct not_iterator *const n = arena_alloc(context->arena, sizeof *n);
    if (n == NULL)
        return fail_no_memory();
    n->base = (struct iterator){.advance = advance, .score = score, .cost = lead->cost};
    n->lead = lead;
    n->excluded = excluded;
    *out = &n->base;
    return STATUS_OK;
}
