/* SPDX-License-Identifier: Apache-2.0 */
/* iterate_optional: the lead decides what matches, the extra adds to the score where it matches
 * too. */
#include "searcher/rank/iterator.h"

struct optional_iterator {
    struct iterator base;
    struct iterator *lead;
    struct iterator *extra;
};

static uint32_t advance(struct iterator *it, uint32_t target)
{
    return iterator_advance(((struct optional_iterator *)it)->lead, target);
}

static uint64_t score(struct iterator *it)
{
    const struct optional_iterator *const o = (const struct optional_iterator *)it;
    uint64_t sum = iterator_score(o->lead);
    if (iterator_advance(o->extra, it->passage) == it->passage)
        sum += iterator_score(o->extra);
    return sum;
}

enum status iterate_optional(struct iterator_context *context, struct iterator *lead,
                             struct iterator *extra, struct iterator **out)
{
    struct optional_iterator *const o = arena_alloc(context->arena, sizeof *o);
    if (o == NULL)
        return fail_no_memory();
    o->base = (struct iterator){.advance = advance, .score = score, .cost = lead->cost};
    o->lead = lead;
    o->extra = extra;
    *out = &o->base;
    return STATUS_OK;
}
