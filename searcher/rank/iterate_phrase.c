/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iterate_phrase: passages that hold all words of a phrase or NEAR, close enough (phrase_match.h).
 *
 * Passages come first: the rarest word leads, and positions are read only where all words meet.
 */
#include "searcher/rank/iterator.h"
#include "searcher/rank/phrase_match.h"
#include "searcher/rank/word_positions.h"

struct word_cursor {
    struct word_positions at;
    uint32_t word; /* its number in the phrase */
};

struct phrase_iterator {
    struct iterator base;
    struct iterator_context *context;
    const struct plan_node *node;
    struct word_cursor *cursors; /* rarest first */
    struct phrase_word *words;   /* in the same order */
    float tf;                    /* of the current passage */
};

/* Sets p->tf to how often the phrase stands in `passage`, at which all cursors are. */
static enum status match(struct phrase_iterator *p, uint32_t passage)
{
    for (size_t i = 0; i < p->node->n_words; i++) {
        struct word_cursor *const c = &p->cursors[i];
        const struct plan_word *const word = &p->node->words[c->word];
        TRY(word_positions_load(p->context->segment, p->context->arena, &c->at));
        p->words[i] = (struct phrase_word){.positions = c->at.positions,
                                           .n = c->at.n,
                                           .offset = word->position,
                                           .operand = word->operand};
    }
    p->tf = node_tf(p->node, p->words, segment_title_positions(p->context->segment, passage));
    return STATUS_OK;
}

/* The first passage >= target that holds all words. */
static uint32_t meet(struct phrase_iterator *p, uint32_t target)
{
    uint32_t candidate = postings_seek(&p->cursors[0].at.postings, target);
    for (size_t i = 1; i < p->node->n_words && candidate != PASSAGE_END;) {
        const uint32_t there = postings_seek(&p->cursors[i].at.postings, candidate);
        if (there == candidate) {
            i++;
            continue;
        }
        candidate = there == PASSAGE_END ? there : postings_seek(&p->cursors[0].at.postings, there);
        i = 1;
    }
    return candidate;
}

static uint32_t advance(struct iterator *it, uint32_t target)
{
    struct phrase_iterator *const p = (struct phrase_iterator *)it;
    uint64_t n = 0;
    for (uint32_t passage = meet(p, target); passage != PASSAGE_END;
         passage = meet(p, passage + 1)) {
        enum status status = stop_check(&p->context->plan->stop, n++);
        if (status == STATUS_OK)
            status = match(p, passage);
        if (status != STATUS_OK) {
            p->context->status = status;
            return PASSAGE_END;
        }
        if (p->tf > 0)
            return passage;
    }
    for (size_t i = 0; i < p->node->n_words; i++)
        if (p->cursors[i].at.postings.status != STATUS_OK)
            p->context->status = p->cursors[i].at.postings.status;
    return PASSAGE_END;
}

static uint64_t score(struct iterator *it)
{
    const struct phrase_iterator *const p = (const struct phrase_iterator *)it;
    const struct plan *const plan = p->context->plan;
    return bm25_contribution(&plan->bm25, p->node->weight, p->tf,
                             scored_length(plan, p->context->segment, it->passage));
}

/* Puts word i of the phrase among the cursors before it, by df. */
static void insert_cursor(struct phrase_iterator *p, uint32_t word, size_t segment)
{
    const uint32_t df = p->node->words[word].entries[segment].df;
    size_t i = word;
    for (; i > 0 && p->node->words[p->cursors[i - 1].word].entries[segment].df > df; i--)
        p->cursors[i].word = p->cursors[i - 1].word;
    p->cursors[i].word = word;
}

enum status iterate_phrase(struct iterator_context *context, const struct plan_node *node,
                           struct iterator **out)
{
    const size_t n = node->n_words;
    struct phrase_iterator *const p = arena_alloc(context->arena, sizeof *p);
    struct word_cursor *const cursors = arena_alloc(context->arena, n * sizeof *cursors);
    struct phrase_word *const words = arena_alloc(context->arena, n * sizeof *words);
    if (p == NULL || cursors == NULL || words == NULL)
        return fail_no_memory();
    *p = (struct phrase_iterator){.base = {.advance = advance, .score = score},
                                  .context = context,
                                  .node = node,
                                  .cursors = cursors,
                                  .words = words};
    for (uint32_t i = 0; i < n; i++)
        insert_cursor(p, i, context->segment_number);
    for (size_t i = 0; i < n; i++)
        TRY(postings_open(context->segment,
                          &node->words[cursors[i].word].entries[context->segment_number],
                          &cursors[i].at.postings));
    p->base.cost = cursors[0].at.postings.entry.df;
    *out = &p->base;
    return STATUS_OK;
}
