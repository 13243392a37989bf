/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iterate_union: the passages of many words that count as one; their occurrences add up.
 *
 * A window of passages at a time: each word adds its occurrences to the counters of its passages
 * there, then the passages with any are handed out. With a thousand words this costs a few
 * operations a posting, where a heap of the words would cost ten comparisons.
 */
#include "searcher/rank/iterator.h"
#include "searcher/rank/phrase_match.h"
#include "searcher/rank/word_positions.h"

#define WINDOW 4096u /* passages; a power of two */

struct union_iterator {
    struct iterator base;
    struct iterator_context *context;
    const struct plan_node *node;
    struct word_positions *words; /* those that are in the segment */
    size_t n;
    uint32_t start; /* of the window, a multiple of WINDOW; UINT32_MAX: none */
    uint32_t tfs[WINDOW];
    uint64_t present[WINDOW / 64]; /* bit i: tfs[i] > 0 */
};

/* Occurrences of the word in its current passage, on the side. */
static enum status count(struct union_iterator *u, struct word_positions *w, uint32_t passage,
                         uint32_t *tf)
{
    const struct segment *const segment = u->context->segment;
    if (u->node->side == SIDE_BOTH) {
        *tf = postings_tf(&w->postings);
        return w->postings.status;
    }
    TRY(word_positions_load(segment, u->context->arena, w));
    *tf = side_tf(w->positions, w->n, segment_title_positions(segment, passage), u->node->side);
    return STATUS_OK;
}

/* Adds the word's occurrences in the window, and moves behind it. */
static enum status add_word(struct union_iterator *u, struct word_positions *w)
{
    uint32_t passage = postings_seek(&w->postings, u->start);
    for (; passage != PASSAGE_END && passage - u->start < WINDOW;
         passage = postings_next(&w->postings)) {
        const uint32_t i = passage - u->start;
        uint32_t tf;
        TRY(count(u, w, passage, &tf));
        u->tfs[i] += tf;
        if (tf > 0)
            u->present[i / 64] |= 1ull << i % 64;
    }
    return w->postings.status;
}

/* Fills the window that holds `passage`. */
static enum status fill(struct union_iterator *u, uint32_t passage)
{
    u->start = passage & ~(WINDOW - 1);
    memset(u->tfs, 0, sizeof u->tfs);
    memset(u->present, 0, sizeof u->present);
    for (size_t i = 0; i < u->n; i++)
        TRY(add_word(u, &u->words[i]));
    return STATUS_OK;
}

/* The first passage >= target in the window, PASSAGE_END if there is none. */
static uint32_t find(const struct union_iterator *u, uint32_t target)
{
    const uint32_t from = target > u->start ? target - u->start : 0;
    for (uint32_t i = from / 64; from < WINDOW && i < WINDOW / 64; i++) {
        const uint64_t mask = i == from / 64 ? UINT64_MAX << from % 64 : UINT64_MAX;
        const uint64_t bits = u->present[i] & mask;
        if (bits != 0)
            return u->start + 64 * i + (uint32_t)__builtin_ctzll(bits);
    }
    return PASSAGE_END;
}

/* The first passage behind the window in which any word stands. */
static uint32_t next_of_all(struct union_iterator *u)
{
    uint32_t least = PASSAGE_END;
    for (size_t i = 0; i < u->n; i++) {
        const uint32_t passage = postings_passage(&u->words[i].postings);
        least = passage < least ? passage : least;
    }
    return least;
}

static uint32_t advance(struct iterator *it, uint32_t target)
{
    struct union_iterator *const u = (struct union_iterator *)it;
    const bool filled = u->start != UINT32_MAX;
    uint32_t passage = filled && target - u->start < WINDOW ? find(u, target) : PASSAGE_END;
    uint32_t from = filled && target - u->start < WINDOW ? next_of_all(u) : target;
    while (passage == PASSAGE_END && from != PASSAGE_END) {
        const enum status status = fill(u, from);
        if (status != STATUS_OK) {
            u->context->status = status;
            return PASSAGE_END;
        }
        passage = find(u, from);
        from = next_of_all(u);
    }
    return passage;
}

static uint64_t score(struct iterator *it)
{
    const struct union_iterator *const u = (const struct union_iterator *)it;
    const struct plan *const plan = u->context->plan;
    return bm25_contribution(&plan->bm25, u->node->weight, (float)u->tfs[it->passage - u->start],
                             scored_length(plan, u->context->segment, it->passage));
}

enum status iterate_union(struct iterator_context *context, const struct plan_node *node,
                          struct iterator **out)
{
    const size_t number = context->segment_number;
    struct union_iterator *const u = arena_alloc(context->arena, sizeof *u);
    size_t n = 0;
    for (size_t i = 0; i < node->n_words; i++)
        n += node->words[i].entries[number].df > 0;
    struct word_positions *const words = arena_alloc(context->arena, (n + 1) * sizeof *words);
    if (u == NULL || words == NULL)
        return fail_no_memory();
    u->base = (struct iterator){.advance = advance, .score = score};
    u->context = context;
    u->node = node;
    u->words = words;
    u->start = UINT32_MAX;
    for (size_t i = 0; i < node->n_words; i++) {
        const struct term_entry *const entry = &node->words[i].entries[number];
        if (entry->df == 0)
            continue;
        TRY(postings_open(context->segment, entry, &words[u->n++].postings));
        u->base.cost += entry->df;
    }
    *out = &u->base;
    return STATUS_OK;
}
