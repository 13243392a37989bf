/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: the passages of one segment that an id or a range of dates selects, in order.
 *
 *     struct filter f;   bool any;
 *     TRY(filter_open(plan_node, segment, number, &f, &any));
 *     if (any)
 *         for (uint32_t p = filter_next(&f, 0); p != PASSAGE_END; p = filter_next(&f, p + 1)) ...
 *     TRY(f.status);
 *
 * A date is what is known of a day: a document of 2023 is one of some day in 2023. It is in a range
 * if it is in it whatever that day; an undated document is in none.
 */
#ifndef QIAO_SEARCHER_RANK_FILTER_H
#define QIAO_SEARCHER_RANK_FILTER_H

#include "common/segment/columns.h"
#include "common/segment/passages.h"
#include "common/segment/postings.h"
#include "searcher/rank/plan.h"

struct filter {
    const struct segment *segment;
    struct plan_range range; /* no other passages */
    bool by_date;
    int64_t from; /* days as YYYYMMDD, both included */
    int64_t to;
    struct column dates;
    struct passage_reader places;
    uint32_t document; /* the last one looked at, UINT32_MAX at first */
    bool fits;         /* it does */
    enum status status;
};

/* Starts a filter on segment `number` of the plan's index; *any false: it selects nothing there. The
 * struct is the caller's and needs no release. */
enum status filter_open(const struct plan_node *node, const struct segment *segment, size_t number,
                        struct filter *out /* OUT */, bool *any /* OUT */);

/* The first passage >= target that is selected, PASSAGE_END if there is none. On damage it ends,
 * and f->status says so. */
uint32_t filter_next(struct filter *f, uint32_t target);

/* About how many passages are selected, at most. */
uint64_t filter_cost(const struct filter *f);

/* The passages that an id names (DOCUMENT or DOCUMENT#n), by segment, in the arena. */
enum status filter_find_id(const struct index *index, struct span id, struct arena *arena,
                           struct plan_range **out /* OUT */);

#endif
