/* SPDX-License-Identifier: Apache-2.0 */
/* exhaustive: one array a level of the tree; a bag combines its children's arrays one by one. */
#include "searcher/rank/exhaustive.h"

#include <stdlib.h>

#include "common/segment/postings.h"
#include "searcher/rank/filter.h"
#include "searcher/rank/iterator.h"
#include "searcher/rank/phrase_match.h"

struct oracle {
    const struct plan *plan;
    const struct segment *segment;
    size_t number;
};

/* What stands for a match of that tf in passage d. */
static uint64_t found_as(const struct oracle *o, const struct plan_node *node, float tf, uint32_t d)
{
    return 1 + bm25_contribution(&o->plan->bm25, node->weight, tf,
                                 scored_length(o->plan, o->segment, d));
}

static enum status score_term(const struct oracle *o, const struct plan_node *node, uint64_t *found)
{
    struct postings p;
    TRY(postings_open(o->segment, &node->words[0].entries[o->number], &p));
    for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_next(&p))
        found[d] = found_as(o, node, (float)postings_tf(&p), d);
    return p.status;
}

static enum status score_filter(const struct oracle *o, const struct plan_node *node,
                                uint64_t *found)
{
    struct filter f;
    bool any;
    TRY(filter_open(node, o->segment, o->number, &f, &any));
    for (uint32_t d = any ? filter_next(&f, 0) : PASSAGE_END; d != PASSAGE_END;
         d = filter_next(&f, d + 1))
        found[d] = 1;
    return f.status;
}

/* All positions of one word, passage by passage. */
struct all_positions {
    uint32_t *starts; /* by passage, N + 1 of them */
    uint32_t *positions;
};

static enum status read_all(const struct oracle *o, const struct plan_word *word,
                            struct all_positions *out)
{
    const struct term_entry *const entry = &word->entries[o->number];
    const size_t n = (size_t)o->segment->header.passages;
    struct postings p;
    if (entry->cf > o->segment->header.tokens || entry->cf > UINT32_MAX)
        return fail(STATUS_CORRUPT, "damaged posting list");
    out->starts = calloc(n + 1, sizeof *out->starts);
    out->positions = calloc((size_t)entry->cf + 1, sizeof *out->positions);
    if (out->starts == NULL || out->positions == NULL)
        return fail_no_memory();
    TRY(postings_open(o->segment, entry, &p));
    uint32_t at = 0;
    uint32_t passage = 0;
    for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_next(&p)) {
        for (; passage <= d; passage++)
            out->starts[passage] = at;
        if (postings_tf(&p) > entry->cf - at)
            return fail(STATUS_CORRUPT, "damaged posting list");
        TRY(postings_positions(&p, out->positions + at));
        at += postings_tf(&p);
    }
    for (; passage <= n; passage++)
        out->starts[passage] = at;
    return p.status;
}

static void release(struct all_positions *all)
{
    free(all->starts);
    free(all->positions);
}

static void score_positions(const struct oracle *o, const struct plan_node *node,
                            const struct all_positions *all, struct phrase_word *words,
                            uint64_t *found)
{
    for (uint32_t d = 0; d < o->segment->header.passages; d++) {
        for (size_t i = 0; i < node->n_words; i++)
            words[i] = (struct phrase_word){.positions = all[i].positions + all[i].starts[d],
                                            .n = all[i].starts[d + 1] - all[i].starts[d],
                                            .offset = node->words[i].position,
                                            .operand = node->words[i].operand};
        const float tf = node_tf(node, words, segment_title_positions(o->segment, d));
        if (tf > 0)
            found[d] = found_as(o, node, tf, d);
    }
}

static enum status score_phrase(const struct oracle *o, const struct plan_node *node,
                                uint64_t *found)
{
    struct all_positions *const all = calloc(node->n_words, sizeof *all);
    struct phrase_word *const words = calloc(node->n_words, sizeof *words);
    enum status status = all == NULL || words == NULL ? fail_no_memory() : STATUS_OK;
    for (size_t i = 0; i < node->n_words && status == STATUS_OK; i++)
        status = read_all(o, &node->words[i], &all[i]);
    if (status == STATUS_OK)
        score_positions(o, node, all, words, found);
    for (size_t i = 0; all != NULL && i < node->n_words; i++)
        release(&all[i]);
    free(all);
    free(words);
    return status;
}

/* Adds the word's occurrences on the node's side to `tfs`, by passage. */
static enum status add_word(const struct oracle *o, const struct plan_node *node,
                            const struct plan_word *word, uint32_t *tfs)
{
    struct postings p;
    TRY(postings_open(o->segment, &word->entries[o->number], &p));
    for (uint32_t d = postings_next(&p); node->side == SIDE_BOTH && d != PASSAGE_END;
         d = postings_next(&p))
        tfs[d] += postings_tf(&p);
    if (node->side == SIDE_BOTH)
        return p.status;
    struct all_positions all = {NULL, NULL};
    const enum status status = read_all(o, word, &all);
    for (uint32_t d = 0; d < o->segment->header.passages && status == STATUS_OK; d++)
        tfs[d] += side_tf(all.positions + all.starts[d], all.starts[d + 1] - all.starts[d],
                          segment_title_positions(o->segment, d), node->side);
    release(&all);
    return status;
}

/* The words of the node as if they were one. */
static enum status score_any(const struct oracle *o, const struct plan_node *node, uint64_t *found)
{
    const size_t n = (size_t)o->segment->header.passages;
    uint32_t *const tfs = calloc(n + 1, sizeof *tfs);
    enum status status = tfs == NULL ? fail_no_memory() : STATUS_OK;
    for (size_t i = 0; i < node->n_words && status == STATUS_OK; i++)
        if (node->words[i].entries[o->number].df > 0)
            status = add_word(o, node, &node->words[i], tfs);
    for (uint32_t d = 0; d < n && status == STATUS_OK; d++)
        if (tfs[d] > 0)
            found[d] = found_as(o, node, (float)tfs[d], d);
    free(tfs);
    return status;
}

static enum status score_node(const struct oracle *o, const struct plan_node *node,
                              uint64_t *found);

/* What a bag knows of a passage while its children are gone through. */
struct tally {
    uint32_t required; /* MUST children that matched */
    bool excluded;     /* a MUST_NOT child matched */
};

static void count_child(const struct plan_node *child, const uint64_t *child_found, size_t n,
                        struct tally *tallies, uint64_t *found)
{
    for (size_t d = 0; d < n; d++) {
        if (child_found[d] == 0)
            continue;
        if (child->occur == OCCUR_MUST_NOT)
            tallies[d].excluded = true;
        else
            found[d] = found[d] == 0 ? child_found[d] : found[d] + child_found[d] - 1;
        tallies[d].required += child->occur == OCCUR_MUST;
    }
}

static enum status score_bag(const struct oracle *o, const struct plan_node *bag, uint64_t *found)
{
    const size_t n = (size_t)o->segment->header.passages;
    uint64_t *const child_found = calloc(n + 1, sizeof *child_found);
    struct tally *const tallies = calloc(n + 1, sizeof *tallies);
    enum status status = child_found == NULL || tallies == NULL ? fail_no_memory() : STATUS_OK;
    uint32_t n_required = 0;
    for (const struct plan_node *c = bag->first_child; c != NULL && status == STATUS_OK;
         c = c->next) {
        memset(child_found, 0, n * sizeof *child_found);
        status = score_node(o, c, child_found);
        count_child(c, child_found, n, tallies, found);
        n_required += c->occur == OCCUR_MUST;
    }
    for (size_t d = 0; d < n && status == STATUS_OK; d++)
        if (tallies[d].excluded || tallies[d].required < n_required)
            found[d] = 0;
    free(child_found);
    free(tallies);
    return status;
}

/* `found` are all zero at first. */
static enum status score_node(const struct oracle *o, const struct plan_node *node, uint64_t *found)
{
    switch (node->kind) {
    case PLAN_BAG:
        return score_bag(o, node, found);
    case PLAN_FILTER:
        return score_filter(o, node, found);
    case PLAN_ANY:
        return score_any(o, node, found);
    case PLAN_TERM:
    case PLAN_PHRASE:
    case PLAN_NEAR:
        break;
    }
    for (size_t i = 0; i < node->n_words; i++)
        if (node->words[i].entries[o->number].df == 0)
            return STATUS_OK;
    return node->kind == PLAN_TERM ? score_term(o, node, found) : score_phrase(o, node, found);
}

enum status exhaustive_find(const struct plan *plan, size_t i, uint64_t *found)
{
    const struct oracle o = {plan, &plan->index->segments[i], i};
    memset(found, 0, (size_t)o.segment->header.passages * sizeof *found);
    return score_node(&o, plan->root, found);
}
