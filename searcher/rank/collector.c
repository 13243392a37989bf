/* SPDX-License-Identifier: Apache-2.0 */
/* collector: passages go straight to the heap, documents when they are complete. */
#include "searcher/rank/collector.h"

#include <stdlib.h>

#include "common/codec/bitpack.h"
#include "common/segment/documents.h"

/* The document of segment s that stands at `rank` among its own ids. */
static uint32_t at_rank(const struct segment *s, uint64_t rank)
{
    const struct span order = s->sections[SECTION_DORD];
    if (order.len == 0)
        return (uint32_t)rank;
    const uint32_t document = bitpack_get(order, (size_t)rank, bits_of(s->header.documents - 1));
    return document < s->header.documents ? document : 0;
}

/* Which segment holds the least id not yet taken; n_segments when all are taken. */
static enum status least_head(const struct index *index, const uint64_t *taken, struct buf *ids,
                              size_t *least)
{
    *least = index->n_segments;
    struct buf *const best = &ids[0];
    struct buf *const candidate = &ids[1];
    for (size_t i = 0; i < index->n_segments; i++) {
        const struct segment *const s = &index->segments[i];
        if (taken[i] == s->header.documents)
            continue;
        if (index->n_segments == 1) {
            *least = i;
            break;
        }
        buf_clear(candidate);
        TRY(document_id(s, at_rank(s, taken[i]), candidate));
        if (*least == index->n_segments || span_compare(buf_span(candidate), buf_span(best)) < 0) {
            const struct buf swap = *best;
            *best = *candidate;
            *candidate = swap;
            *least = i;
        }
    }
    return STATUS_OK;
}

static enum status merge_ranks(const struct index *index, uint64_t *taken, struct buf *ids,
                               uint32_t *ranks)
{
    for (uint32_t rank = 0; rank < index->documents; rank++) {
        size_t least;
        TRY(least_head(index, taken, ids, &least));
        const struct segment *const s = &index->segments[least];
        ranks[index->bases[least].document + at_rank(s, taken[least]++)] = rank;
    }
    return STATUS_OK;
}

enum status tie_ranks_make(const struct index *index, struct tie_ranks *out)
{
    uint32_t *const ranks = calloc((size_t)index->documents + 1, sizeof *ranks);
    uint64_t *const taken = calloc(index->n_segments + 1, sizeof *taken);
    struct buf ids[2] = {BUF_INIT, BUF_INIT};
    enum status status =
        ranks == NULL || taken == NULL ? fail_no_memory() : merge_ranks(index, taken, ids, ranks);
    buf_release(&ids[0]);
    buf_release(&ids[1]);
    free(taken);
    if (status != STATUS_OK) {
        free(ranks);
        return status;
    }
    *out = (struct tie_ranks){ranks, true};
    for (size_t i = 0; i < index->n_segments; i++)
        out->whole = out->whole && segment_has(&index->segments[i], FEATURE_WHOLE);
    return STATUS_OK;
}

void tie_ranks_release(struct tie_ranks *ties)
{
    free(ties->ranks);
    ties->ranks = NULL;
}

void collector_init(struct collector *c, const struct index *index, const struct tie_ranks *ties,
                    enum rollup rollup, size_t k)
{
    *c = (struct collector){.index = index, .ties = ties, .rollup = rollup};
    topk_init(&c->best, k);
}

void collector_release(struct collector *c)
{
    topk_release(&c->best);
}

void collector_segment(struct collector *c, size_t i)
{
    c->segment = i;
    passage_reader_init(&c->places, &c->index->segments[i]);
}

bool collector_ties_by_id(const struct collector *c)
{
    return c->ties != NULL && c->ties->ranks != NULL;
}

static enum status push(struct collector *c, uint64_t score, uint32_t tie, uint32_t item,
                        uint32_t shown)
{
    if (!topk_would_enter(&c->best, score, tie))
        return STATUS_OK;
    return topk_push(&c->best, (struct topk_entry){score, tie, item, shown});
}

static uint64_t rolled_up(const struct collector *c)
{
    switch (c->rollup) {
    case ROLLUP_SUM:
        return c->sum;
    case ROLLUP_TOP3:
        return c->scores[0] + c->scores[1] + c->scores[2];
    default:
        return c->scores[0];
    }
}

static enum status close_document(struct collector *c)
{
    if (!c->open)
        return STATUS_OK;
    c->open = false;
    c->total++;
    const uint32_t tie = collector_ties_by_id(c) ? c->ties->ranks[c->document] : c->document;
    return push(c, rolled_up(c), tie, c->document, c->best_passage);
}

static void add_to_document(struct collector *c, uint32_t passage, uint64_t score)
{
    c->sum += score;
    if (score > c->scores[0])
        c->best_passage = passage;
    for (size_t i = 0; i < 3; i++) {
        if (score > c->scores[i]) {
            const uint64_t swap = c->scores[i];
            c->scores[i] = score;
            score = swap;
        }
    }
}

enum status collector_offer(struct collector *c, uint32_t passage, uint64_t score)
{
    const uint32_t global = c->index->bases[c->segment].passage + passage;
    const uint32_t tie = collector_ties_by_id(c) && c->ties->whole
                             ? c->ties->ranks[c->index->bases[c->segment].document + passage]
                             : global;
    return push(c, score, tie, global, global);
}

enum status collector_add(struct collector *c, uint32_t passage, uint64_t score)
{
    if (c->rollup == ROLLUP_NONE) {
        c->total++;
        return collector_offer(c, passage, score);
    }
    struct passage_place place;
    TRY(passage_reader_get(&c->places, passage, &place));
    const uint32_t document = c->index->bases[c->segment].document + place.document;
    if (!c->open || document != c->document) {
        TRY(close_document(c));
        c->open = true;
        c->document = document;
        c->sum = c->scores[0] = c->scores[1] = c->scores[2] = 0;
        c->best_passage = c->index->bases[c->segment].passage + passage; /* also if all score 0 */
    }
    add_to_document(c, c->index->bases[c->segment].passage + passage, score);
    return STATUS_OK;
}

void collector_prime(struct collector *c, uint32_t units)
{
    c->primed = units > c->primed ? units : c->primed;
}

uint32_t collector_bar(const struct collector *c, uint32_t passage)
{
    const struct topk *const t = &c->best;
    uint64_t bar = c->primed > 1 ? c->primed : 1;
    if (t->k == 0)
        return UINT32_MAX;
    if (t->full) { /* an equal score enters only in front of the worst */
        const uint32_t global = c->index->bases[c->segment].passage + passage;
        const uint64_t needed =
            t->worst.score + (!collector_ties_by_id(c) && global > t->worst.tie);
        bar = needed > bar ? needed : bar;
    }
    return bar > UINT32_MAX ? UINT32_MAX : (uint32_t)bar;
}

enum status collector_finish(struct collector *c)
{
    TRY(close_document(c));
    return topk_sort(&c->best);
}
