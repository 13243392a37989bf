/* SPDX-License-Identifier: Apache-2.0 */
/* iterate_term: the passages of one term. */
#include "searcher/rank/iterator.h"

struct term_iterator {
    struct iterator base;
    struct iterator_context *context;
    float weight;
    struct postings postings;
};

static uint32_t advance(struct iterator *it, uint32_t target)
{
    struct term_iterator *const t = (struct term_iterator *)it;
    const uint32_t passage = postings_seek(&t->postings, target);
    if (passage == PASSAGE_END && t->postings.status != STATUS_OK)
        t->context->status = t->postings.status;
    return passage;
}

static uint64_t score(struct iterator *it)
{
    struct term_iterator *const t = (struct term_iterator *)it;
    const uint32_t tf = postings_tf(&t->postings);
    if (t->postings.status != STATUS_OK)
        t->context->status = t->postings.status;
    const struct plan *const plan = t->context->plan;
    return bm25_contribution(&plan->bm25, t->weight, (float)tf,
                             scored_length(plan, t->context->segment, it->passage));
}

enum status iterate_term(struct iterator_context *context, const struct plan_node *node,
                         struct iterator **out)
{
    struct term_iterator *const t = arena_alloc(context->arena, sizeof *t);
    if (t == NULL)
        return fail_no_memory();
    const struct term_entry *const entry = &node->words[0].entries[context->segment_number];
    t->base = (struct iterator){.advance = advance, .score = score, .cost = entry->df};
    t->context = context;
    t->weight = node->weight;
    TRY(postings_open(context->segment, entry, &t->postings));
    *out = &t->base;
    return STATUS_OK;
}
