/* SPDX-License-Identifier: Apache-2.0 */
/* rank_word: stored postings if they are sure to be the best, else a short list from end to end. */
#include "searcher/rank/rank_word.h"

#include "common/segment/best_postings.h"
#include "searcher/rank/iterator.h"
#include "searcher/rank/rank_kernels.h"

/* Whether no other posting of the word can stand before the stored ones. Different shares may give
 * equal units, and then the lower passage is first; of equal shares the lower passages were stored. */
static bool are_best(const struct ranking *r, const struct list_context *context,
                     const struct best_postings *best, const uint32_t *units, float weight)
{
    const float product = rintf(weight * best->next);
    const uint64_t next = product < 1.0f ? 1 : (uint64_t)product;
    for (uint32_t i = 0; i < best->n; i++) {
        const uint32_t passage = best->passages[i];
        if (units[i] > next)
            continue;
        if (collector_ties_by_id(r->collector) ||
            bm25_share(context->bm25, (float)best->tfs[i],
                       scored_length(r->plan, context->segment, passage)) != best->next)
            return false;
    }
    return true;
}

static enum status offer_best(struct ranking *r, const struct list_context *context,
                              const struct term_entry *entry, float weight, bool *done)
{
    const struct scored_list list = {.context = context, .weight = weight};
    struct best_postings best;
    uint32_t units[BEST_POSTINGS];
    if (ranking_tests(r) > 0 || !context->map->same || r->collector->best.k > BEST_POSTINGS)
        return STATUS_OK;
    TRY(best_postings_read(context->segment, entry, &best));
    if (best.n == 0)
        return STATUS_OK;
    scored_list_units(&list, best.passages, best.tfs, best.n, units);
    *done = are_best(r, context, &best, units, weight);
    for (uint32_t i = 0; i < best.n && *done; i++)
        TRY(ranking_offer(r, best.passages[i], units[i]));
    r->cost.postings += *done ? best.n : 0;
    return STATUS_OK;
}

static enum status go_through(struct ranking *r, const struct list_context *context,
                              const struct term_entry *entry, float weight)
{
    struct scored_list *const l = arena_room(r->arena, sizeof *l);
    if (l == NULL)
        return fail_no_memory();
    struct postings *const p = &l->postings;
    uint32_t passages[BLOCK_VALUES + RANK_SLACK];
    uint32_t units[BLOCK_VALUES + RANK_SLACK];
    l->context = context;
    l->weight = weight;
    TRY(postings_open(context->segment, entry, p));
    for (uint32_t d = postings_next(p); d != PASSAGE_END && !r->late; d = postings_passage(p)) {
        const uint32_t n = p->n;
        TRY(ranking_step(r));
        memcpy(passages, p->passages, n * sizeof *passages);
        scored_list_units(l, passages, postings_tfs(p), n, units);
        const uint32_t bar = collector_bar(r->collector, d);
        const size_t kept = rank_kernels()->keep_above(passages, units, n, bar - 1);
        for (size_t i = 0; i < kept; i++)
            TRY(ranking_offer(r, passages[i], units[i]));
        r->cost.postings += n;
        postings_skip(p, n);
    }
    return ranking_close(r, p);
}

enum status rank_word(struct ranking *r, const struct list_context *context,
                      const struct term_entry *entry, float weight, bool *done)
{
    *done = false;
    TRY(offer_best(r, context, entry, weight, done));
    if (*done ||
        (entry->bounds_bytes > 0 && bounds_wanted(entry->df, context->segment->header.passages)))
        return STATUS_OK;
    *done = true;
    return go_through(r, context, entry, weight);
}
