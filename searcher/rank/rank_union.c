/* SPDX-License-Identifier: Apache-2.0 */
/* rank_union: bounds first, then the ranges that promise most, then the others in order. */
#include "searcher/rank/rank_union.h"

#include "searcher/rank/bitmap.h"
#include "searcher/rank/live_ranges.h"

#define WINDOW       16384u /* passages; a multiple of RANGE_PASSAGES */
#define FIRST_RANGES 32u    /* about how many come before their turn */
#define LOOK_UP_MOST 8u     /* passages of a range that are looked up in the lists left */
#define SORTED_MOST  32u    /* lists that are put in order in each range; with more, none are */

struct work {
    struct ranking *r;
    const struct segment *segment;
    const struct rank_kernels *kernels;
    struct scored_list *lists;
    size_t n;
    struct postings *required; /* of the first lists, for looking passages up */
    size_t n_required;
    struct live_ranges ranges;
    uint32_t sums[WINDOW];
    uint32_t slots[WINDOW + RANK_SLACK];
    uint32_t found[WINDOW + RANK_SLACK];
    uint32_t units[WINDOW + RANK_SLACK];
    uint64_t bits[WINDOW / 64]; /* of a run of bitsets (struct run); zero between two */
    uint32_t tfs[WINDOW];       /* of its postings, */
    uint32_t lengths[WINDOW + LENGTHS_SLACK]; /* and the lengths of their passages */
};

/* One past the last passage of a window; numbers of passages end before 2^32 does. */
static uint32_t end_of(uint32_t start, uint32_t passages)
{
    return start > UINT32_MAX - passages ? UINT32_MAX : start + passages;
}

static bool has_required(struct work *w, uint32_t passage)
{
    for (size_t i = 0; i < w->n_required; i++)
        if (postings_seek(&w->required[i], passage) != passage)
            return false;
    return true;
}

static enum status offer(struct work *w, uint32_t passage, uint32_t units)
{
    return has_required(w, passage) ? ranking_offer(w->r, passage, units) : STATUS_OK;
}

static enum status offer_found(struct work *w, uint32_t start, size_t n)
{
    for (size_t i = 0; i < n; i++)
        TRY(offer(w, start + w->slots[i], w->found[i]));
    return STATUS_OK;
}

/* ---- one range ---- */

/* Adds the postings of a list in [start, end), one range, to the sums. */
static void add_range(struct work *w, struct scored_list *l, uint32_t start, uint32_t end)
{
    struct postings *const p = &l->postings;
    for (uint32_t d = postings_seek(p, start); d < end; d = postings_passage(p)) {
        const uint32_t n = postings_below(p, end);
        scored_list_units(l, p->passages + p->at, postings_tfs(p) + p->at, n, w->units);
        w->kernels->add(w->sums, start, p->passages + p->at, w->units, n);
        w->r->cost.postings += n;
        postings_skip(p, n);
    }
}

/* A single list: its postings need no sums. */
static enum status offer_list(struct work *w, struct scored_list *l, uint32_t start, uint32_t end)
{
    struct postings *const p = &l->postings;
    for (uint32_t d = postings_seek(p, start); d < end; d = postings_passage(p)) {
        const uint32_t n = postings_below(p, end);
        scored_list_units(l, p->passages + p->at, postings_tfs(p) + p->at, n, w->found);
        memcpy(w->slots, p->passages + p->at, n * sizeof *w->slots);
        w->r->cost.postings += n;
        postings_skip(p, n);
        const uint32_t bar = collector_bar(w->r->collector, start);
        TRY(offer_found(w, 0, w->kernels->keep_above(w->slots, w->found, n, bar - 1)));
    }
    return STATUS_OK;
}

struct in_range {
    struct scored_list *list;
    uint32_t bound;
};

/* The lists that have postings in the range, by descending bound. */
static size_t order_lists(struct work *w, uint32_t range, struct in_range *order)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const uint32_t bound = w->lists[i].codes[range] * w->lists[i].unit;
        if (bound == 0)
            continue;
        size_t at = n++;
        for (; at > 0 && order[at - 1].bound < bound; at--)
            order[at] = order[at - 1];
        order[at] = (struct in_range){&w->lists[i], bound};
    }
    return n;
}

/* Looks the passages that can still win, `count` in w->slots and w->found, up in the n lists left,
 * which can add `rest`. */
static enum status look_up(struct work *w, const struct in_range *order, size_t n, uint32_t start,
                           uint32_t rest, uint32_t bar, size_t count)
{
    for (size_t i = 0; i < n && count > 0; i++) {
        struct scored_list *const l = order[i].list;
        size_t kept = 0;
        rest -= order[i].bound;
        for (size_t j = 0; j < count; j++) {
            const uint32_t passage = start + w->slots[j];
            uint32_t sum = w->found[j];
            if (postings_seek(&l->postings, passage) == passage) {
                const uint32_t tf = postings_tf(&l->postings);
                uint32_t units;
                scored_list_units(l, &passage, &tf, 1, &units);
                w->r->cost.postings++;
                sum += units;
            }
            w->slots[kept] = w->slots[j];
            w->found[kept] = sum;
            kept += sum + rest >= bar;
        }
        count = kept;
    }
    return offer_found(w, start, count);
}

static enum status rank_range(struct work *w, uint32_t range, uint32_t bar)
{
    struct in_range order[SORTED_MOST];
    const size_t n = order_lists(w, range, order);
    const uint32_t start = range * RANGE_PASSAGES;
    const uint32_t end = end_of(start, RANGE_PASSAGES);
    uint32_t rest = w->ranges.bounds[range]; /* what the lists not yet added can give */
    w->r->cost.visited++;
    TRY(ranking_step(w->r));
    if (n == 1)
        return offer_list(w, order[0].list, start, end);
    memset(w->sums, 0, RANGE_PASSAGES * sizeof *w->sums);
    for (size_t i = 0; i < n; i++) {
        if (rest < bar) {
            const size_t able =
                w->kernels->above(w->sums, RANGE_PASSAGES, bar - rest - 1, w->slots, w->found);
            if (able <= LOOK_UP_MOST)
                return look_up(w, order + i, n - i, start, rest, bar, able);
        }
        add_range(w, order[i].list, start, end);
        rest -= order[i].bound;
    }
    return offer_found(w, start,
                       w->kernels->above(w->sums, RANGE_PASSAGES, bar - 1, w->slots, w->found));
}

/* ---- all of them ---- */

static void add_bounds(struct work *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct scored_list *const l = &w->lists[i];
        if (w->n_required == 0)
            w->kernels->add_bounds(w->ranges.bounds, l->codes, w->ranges.n, l->unit);
        else if (i < w->n_required)
            w->kernels->join_bounds(w->ranges.bounds, l->codes, w->ranges.n, l->unit);
        else
            w->kernels->lift_bounds(w->ranges.bounds, l->codes, w->ranges.n, l->unit);
    }
}

static enum status rank_first(struct work *w)
{
    struct live_ranges *const ranges = &w->ranges;
    if (ranges->n_live <= 2 * FIRST_RANGES)
        return STATUS_OK;
    const uint32_t cut = live_ranges_cut(ranges, FIRST_RANGES);
    size_t done = 0;
    for (size_t i = 0; i < w->ranges.n_live && done < 2 * FIRST_RANGES && !w->r->late; i++) {
        const uint32_t range = w->ranges.live[i];
        if (w->ranges.promised[i] < cut)
            continue;
        const uint32_t bar = collector_bar(w->r->collector, range * RANGE_PASSAGES);
        if (w->ranges.promised[i] >= bar)
            TRY(rank_range(w, range, bar));
        w->ranges.bounds[range] = 0;
        done++;
    }
    for (size_t i = 0; i < w->n; i++)
        postings_rewind(&w->lists[i].postings);
    for (size_t i = 0; i < w->n_required; i++)
        postings_rewind(&w->required[i]);
    return ranking_restart(w->r);
}

static enum status rank_live(struct work *w)
{
    for (size_t i = 0; i < w->ranges.n_live && !w->r->late; i++) {
        const uint32_t range = w->ranges.live[i];
        const uint32_t bar = collector_bar(w->r->collector, range * RANGE_PASSAGES);
        if (w->ranges.bounds[range] >= bar)
            TRY(rank_range(w, range, bar));
    }
    return STATUS_OK;
}

/* ---- windows ---- */

/* Adds the decoded block's postings in [start, end). */
static void add_decoded(struct work *w, struct scored_list *l, uint32_t start, uint32_t end)
{
    struct postings *const p = &l->postings;
    const uint32_t from = p->passages[0] >= start ? 0 : postings_before(p, start);
    const uint32_t n = postings_before(p, end) - from;
    if (n == 0)
        return;
    scored_list_units(l, p->passages + from, postings_tfs(p) + from, n, w->units);
    w->kernels->add(w->sums, start, p->passages + from, w->units, n);
    w->r->cost.postings += n;
}

/* Bitsets that follow each other in a list, in the window's bitmap, which else is zero. */
struct run {
    size_t n;    /* postings */
    size_t from; /* words of the bitmap that they are in */
    size_t to;
};

/* Adds the passages of the run to the sums, and leaves the bitmap zero. */
static void add_run(struct work *w, const struct scored_list *l, uint32_t start, struct run *run)
{
    const uint32_t first = start + 64 * (uint32_t)run->from;
    const uint64_t left = w->segment->header.passages - first;
    const size_t n_words = run->to - run->from;
    uint64_t *const bits = w->bits + run->from;
    if (run->n == 0)
        return;
    if (left < 64 * n_words) { /* none is behind the last, whatever a damaged bitset says */
        bits[left / 64] &= (1ull << left % 64) - 1;
        memset(bits + left / 64 + 1, 0, (n_words - left / 64 - 1) * sizeof *bits);
    }
    scored_list_units_of_bits(l, first, bits, n_words, w->tfs, w->lengths, w->units);
    w->kernels->add_bits(w->sums + 64 * run->from, bits, n_words, w->units);
    w->r->cost.postings += run->n;
    memset(bits, 0, n_words * sizeof *bits);
    *run = (struct run){0, 0, 0};
}

/* Puts the bitset at hand into the run. */
static void take_bits(struct work *w, struct scored_list *l, uint32_t start, uint32_t end,
                      struct run *run)
{
    struct postings *const p = &l->postings;
    const uint32_t from = p->base >= start ? 0 : postings_before(p, start);
    const uint32_t there = postings_before(p, end) - from;
    const size_t room = WINDOW - run->n; /* a damaged list may have more */
    const size_t here = there < room ? there : room;
    const size_t first = p->base >= start ? (p->base - start) / 64 : 0;
    const size_t behind = ((p->last < end ? p->last : end - 1) - start) / 64 + 1;
    if (first >= behind) /* a damaged list */
        return;
    run->from = run->n == 0 ? first : run->from;
    run->to = behind > run->to ? behind : run->to;
    set_bitset(p, start, w->bits, behind);
    memcpy(w->tfs + run->n, postings_tfs(p) + from, here * sizeof *w->tfs);
    run->n += here;
}

/* Adds the postings of a list in [start, end), a window, to the sums: bitsets as they are, many of
 * their words at a time. */
static void add_window(struct work *w, struct scored_list *l, uint32_t start, uint32_t end)
{
    struct postings *const p = &l->postings;
    struct run run = {0, 0, 0};
    for (uint32_t from = start; from < end && postings_locate(p, from);) {
        if (p->bits != NULL) {
            take_bits(w, l, start, end, &run);
        } else {
            add_run(w, l, start, &run);
            add_decoded(w, l, start, end);
        }
        if (p->last >= end - 1)
            break;
        from = p->last + 1;
    }
    add_run(w, l, start, &run);
}

/* Every posting once, whatever the bounds. */
static enum status rank_windows(struct work *w)
{
    const uint64_t passages = w->segment->header.passages;
    memset(w->bits, 0, sizeof w->bits);
    for (uint64_t from = 0; from < passages && !w->r->late; from += WINDOW) {
        TRY(ranking_step(w->r));
        const uint32_t start = (uint32_t)from;
        const uint32_t first = start / RANGE_PASSAGES;
        memset(w->sums, 0, sizeof w->sums);
        for (size_t i = 0; i < w->n; i++)
            add_window(w, &w->lists[i], start, end_of(start, WINDOW));
        const uint32_t bar = collector_bar(w->r->collector, start);
        const size_t n = w->kernels->above(w->sums, WINDOW, bar - 1, w->slots, w->found);
        for (size_t i = 0; i < n; i++)
            if (w->ranges.bounds[first + w->slots[i] / RANGE_PASSAGES] >= w->found[i])
                TRY(offer(w, start + w->slots[i], w->found[i]));
    }
    w->r->cost.visited += w->ranges.n;
    return STATUS_OK;
}

/* Nanoseconds, about: of a posting in a window and in a range, of 256 passages of a window, of a
 * range that is looked into and of a list there. Their ratios matter. */
#define WINDOW_POSTING 1.75
#define WINDOW_RANGE   15
#define RANGE_POSTING  2
#define RANGE_VISIT    40
#define RANGE_LIST     35
#define LIVE_SHARE     .85 /* of the live ranges, as some die before their turn */

/* Whether to go through all postings costs less than to go through the live ranges one by one. */
static bool windows_pay(const struct work *w)
{
    const double ranges = (double)w->ranges.n;
    double postings = 0;
    double present = 0; /* lists that a range has postings of */
    for (size_t i = 0; i < w->n; i++) {
        const double here = w->lists[i].df / ranges;
        postings += here;
        present += here < 1 ? here : 1;
    }
    const double visit = RANGE_VISIT + RANGE_LIST * present + RANGE_POSTING * postings;
    return LIVE_SHARE * (double)w->ranges.n_live * visit >
           ranges * (WINDOW_POSTING * postings + WINDOW_RANGE);
}

static enum status close_lists(struct work *w)
{
    for (size_t i = 0; i < w->n; i++)
        TRY(ranking_close(w->r, &w->lists[i].postings));
    for (size_t i = 0; i < w->n_required; i++)
        TRY(ranking_close(w->r, &w->required[i]));
    return STATUS_OK;
}

enum status rank_union(struct ranking *r, struct scored_list *lists, size_t n, size_t n_required)
{
    const struct segment *const segment = lists[0].context->segment;
    struct work *const w = arena_room(r->arena, sizeof *w);
    struct postings *const required = arena_room(r->arena, (n_required + 1) * sizeof *required);
    if (w == NULL || required == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n_required; i++)
        TRY(postings_open(segment, &lists[i].postings.entry, &required[i]));
    w->required = required;
    w->n_required = n_required;
    w->r = r;
    w->segment = segment;
    w->kernels = rank_kernels();
    w->lists = lists;
    w->n = n;
    TRY(live_ranges_init(&w->ranges, (size_t)bounds_ranges(segment), n_required > 0, r->arena));
    r->cost.ranges += w->ranges.n;
    add_bounds(w);
    live_ranges_find(&w->ranges, collector_bar(r->collector, 0));
    if (n <= SORTED_MOST) {
        TRY(rank_first(w));
        live_ranges_find(&w->ranges, collector_bar(r->collector, 0));
    }
    if (n > SORTED_MOST || windows_pay(w))
        TRY(rank_windows(w));
    else
        TRY(rank_live(w));
    return close_lists(w);
}
