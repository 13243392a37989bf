/* SPDX-License-Identifier: Apache-2.0 */
/* iterate_filter: the passages that an id or a range of dates selects; they score 0. */
#include "searcher/rank/filter.h"
#include "searcher/rank/iterator.h"

struct filter_iterator {
    struct iterator base;
    struct iterator_context *context;
    struct filter filter;
};

static uint32_t advance(struct iterator *it, uint32_t target)
{
    struct filter_iterator *const f = (struct filter_iterator *)it;
    const uint32_t passage = filter_next(&f->filter, target);
    if (f->filter.status != STATUS_OK)
        f->context->status = f->filter.status;
    return passage;
}

static uint64_t score(struct iterator *it)
{
    (void)it;
    return 0;
}

enum status iterate_filter(struct iterator_context *context, const struct plan_node *node,
                           struct iterator **out)
{
    struct filter_iterator *const f = arena_alloc(context->arena, sizeof *f);
    bool any;
    if (f == NULL)
        return fail_no_memory();
    TRY(filter_open(node, context->segment, context->segment_number, &f->filter, &any));
    if (!any)
        return STATUS_OK;
    f->base =
        (struct iterator){.advance = advance, .score = score, .cost = filter_cost(&f->filter)};
    f->context = context;
    *out = &f->base;
    return STATUS_OK;
}
