/* SPDX-License-Identifier: Apache-2.0 */
/* iterate_side: the passages that have a word in the title, or in the body. */
#include "searcher/rank/iterator.h"
#include "searcher/rank/phrase_match.h"
#include "searcher/rank/word_positions.h"

struct side_iterator {
    struct iterator base;
    struct iterator_context *context;
    const struct plan_node *node;
    struct word_positions word;
    uint32_t tf; /* of the current passage, on the side */
};

static enum status count(struct side_iterator *s, uint32_t passage)
{
    const struct segment *const segment = s->context->segment;
    TRY(word_positions_load(segment, s->context->arena, &s->word));
    s->tf = side_tf(s->word.positions, s->word.n, segment_title_positions(segment, passage),
                    s->node->side);
    return STATUS_OK;
}

static uint32_t advance(struct iterator *it, uint32_t target)
{
    struct side_iterator *const s = (struct side_iterator *)it;
    uint32_t passage = postings_seek(&s->word.postings, target);
    enum status status = STATUS_OK;
    for (s->tf = 0; passage != PASSAGE_END; passage = postings_next(&s->word.postings)) {
        status = count(s, passage);
        if (status != STATUS_OK || s->tf > 0)
            break;
    }
    if (passage == PASSAGE_END)
        status = s->word.postings.status;
    if (status == STATUS_OK)
        return passage;
    s->context->status = status;
    return PASSAGE_END;
}

static uint64_t score(struct iterator *it)
{
    const struct side_iterator *const s = (const struct side_iterator *)it;
    const struct plan *const plan = s->context->plan;
    return bm25_contribution(&plan->bm25, s->node->weight, (float)s->tf,
                             scored_length(plan, s->context->segment, it->passage));
}

enum status iterate_side(struct iterator_context *context, const struct plan_node *node,
                         struct iterator **out)
{
    struct side_iterator *const s = arena_alloc(context->arena, sizeof *s);
    if (s == NULL)
        return fail_no_memory();
    const struct term_entry *const entry = &node->words[0].entries[context->segment_number];
    s->base = (struct iterator){.advance = advance, .score = score, .cost = entry->df};
    s->context = context;
    s->node = node;
    TRY(postings_open(context->segment, entry, &s->word.postings));
    *out = &s->base;
    return STATUS_OK;
}
