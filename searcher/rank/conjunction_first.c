/* SPDX-License-Identifier: Apache-2.0 */
/* conjunction_first: by frequency, of a whole block at a time; what is left of it by its exact share. */
#include "searcher/rank/conjunction_internal.h"

void conjunction_tell_most(struct conjunction *w, struct conjunct *c)
{
    uint32_t tfs[TFS_TOLD];
    uint32_t lengths[TFS_TOLD];
    for (uint32_t i = 0; i < TFS_TOLD; i++) {
        tfs[i] = i;
        lengths[i] = i + (uint32_t)w->n_conjuncts - 1;
    }
    score_kernels()->contributions(w->context->bm25, c->list.weight, tfs, lengths, TFS_TOLD,
                                   c->most);
    c->most[TFS_TOLD - 1] = UINT32_MAX;
}

#define RANGE_POSTINGS 4u /* a range, so that asking it first for its least frequency pays */

/* What the first list owes in a range so that one of its passages reaches the bar, which the bound
 * does. */
static uint32_t owed(const struct conjunction *w, uint32_t range, uint32_t bar)
{
    const struct conjunct *const c = w->conjuncts[0];
    const uint32_t promised = c->codes[range] * c->unit;
    const uint32_t spare = w->ranges.bounds[range] - bar;
    return promised > spare ? promised - spare : 0;
}

/* The least frequency with which a passage of the first list's decoded block, from the current one
 * on, can reach the bar. */
static uint32_t least_frequency(const struct conjunction *w, uint32_t least, uint32_t bar)
{
    const struct conjunct *const c = w->conjuncts[0];
    const struct postings *const p = &c->list.postings;
    const uint32_t first = p->passages[p->at] / RANGE_PASSAGES;
    const uint32_t last = p->passages[p->n - 1] / RANGE_PASSAGES;
    uint32_t least_owed = UINT32_MAX;
    uint32_t tf = 1;
    if (!w->bounded || c->uses > 1 || (last - first) * RANGE_POSTINGS > p->n - p->at)
        return 1;
    for (uint32_t range = first; range <= last; range++)
        if (w->ranges.bounds[range] >= least) {
            const uint32_t here = owed(w, range, bar);
            least_owed = here < least_owed ? here : least_owed;
        }
    while (c->most[tf] < least_owed)
        tf++;
    return tf;
}

/* Those that have the word often enough; returns how many. */
static size_t keep_frequent(struct conjunction *w, uint32_t frequency)
{
    struct level *const top = &w->levels[1];
    struct postings *const p = &w->conjuncts[0]->list.postings;
    uint32_t places[BLOCK_VALUES + RANK_SLACK];
    const uint32_t some = p->n - p->at;
    memcpy(w->tfs, postings_tfs(p) + p->at, some * sizeof *w->tfs);
    for (uint32_t i = 0; i < some; i++)
        places[i] = p->at + i;
    const size_t n = w->kernels->keep_above(places, w->tfs, some, frequency - 1);
    for (size_t i = 0; i < n; i++) {
        top->passages[i] = p->passages[places[i]];
        top->places[0][i] = (uint16_t)places[i];
    }
    return n;
}

/* Of those the ones that, by what the word gives them, can reach the bar, and whose ranges' bounds
 * are at least `least`. */
static size_t take_frequent(struct conjunction *w, uint32_t frequency, uint32_t least, uint32_t bar)
{
    struct level *const top = &w->levels[1];
    const struct scored_list *const l = &w->conjuncts[0]->list;
    const size_t frequent = keep_frequent(w, frequency);
    size_t n = 0;
    scored_list_units(l, top->passages, w->tfs, frequent, w->units);
    for (size_t i = 0; i < frequent; i++) {
        const uint32_t range = top->passages[i] / RANGE_PASSAGES;
        top->passages[n] = top->passages[i];
        top->places[0][n] = top->places[0][i];
        n += w->ranges.bounds[range] >= least && w->units[i] >= owed(w, range, bar);
    }
    return n;
}

size_t conjunction_take_first(struct conjunction *w, uint32_t least, uint32_t bar)
{
    struct level *const top = &w->levels[1];
    const struct postings *const p = &w->conjuncts[0]->list.postings;
    const uint32_t frequency = least_frequency(w, least, bar);
    size_t n = 0;
    if (frequency > 1)
        return take_frequent(w, frequency, least, bar);
    for (uint32_t i = p->at; i < p->n; i++) {
        top->passages[n] = p->passages[i];
        top->places[0][n] = (uint16_t)i;
        n += !w->bounded || w->ranges.bounds[p->passages[i] / RANGE_PASSAGES] >= least;
    }
    return n;
}
