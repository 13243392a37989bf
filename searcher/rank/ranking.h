/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ranking: the best passages of one segment, by the cheapest way that is sure to give all of them.
 *
 *     struct ranking r = {.plan = &plan, .arena = &arena, .collector = &c, .maps = maps};
 *     for each segment i:
 *         collector_segment(&c, i);
 *         TRY(ranking_run(&r, i));
 *         TRY(ranking_count(&r, i));               if the number of matches is asked for
 *
 * The ways (docs/RANKING.md):
 *
 *   RANK_UNION         words, any of which may match (rank_union.h)
 *   RANK_CONJUNCTION   words and phrases, some of which must (rank_conjunction.h)
 *   RANK_ITERATORS     everything else: passage by passage (iterator.h)
 *
 * All offer to the collector whatever can enter it. The first two do so in any order and offer
 * nothing else; the third offers all that matches, which the collector counts.
 */
#ifndef QIAO_SEARCHER_RANK_RANKING_H
#define QIAO_SEARCHER_RANK_RANKING_H

#include "common/segment/postings.h"
#include "searcher/rank/code_map.h"
#include "searcher/rank/collector.h"
#include "searcher/rank/plan.h"

/* In the order of what they cost: that of several segments is the last of theirs. */
enum rank_way { RANK_NOTHING, RANK_UNION, RANK_CONJUNCTION, RANK_ITERATORS };

/* What a query did; sums over the segments. */
struct rank_cost {
    enum rank_way way;
    uint64_t ranges;   /* that the segments have */
    uint64_t visited;  /* of which postings were looked at */
    uint64_t postings; /* scored */
    uint64_t blocks;   /* decoded, some perhaps twice */
    uint64_t bytes;    /* of these */
    uint64_t offered;  /* to the collector */
};

struct list_context;
struct rank_test;
struct shape;

struct ranking {
    const struct plan *plan;
    struct arena *arena;
    struct collector *collector;
    struct code_map *maps; /* by segment */
    bool late; /* the time was over (plan->stop): only what had been offered by then counts */
    struct rank_cost cost;
    uint64_t steps; /* private, like all below */
    enum rank_way way;
    size_t segment;
    const struct shape *shape;
    const struct list_context *context;
    struct rank_test *tests;
};

enum status ranking_run(struct ranking *r, size_t segment);

/* Counts what matches in the segment that was just ranked, unless the collector has. */
enum status ranking_count(struct ranking *r, size_t segment);

/* ---- for the ways ---- */

/* Takes what was decoded of a list into the cost; fails if the list was damaged. */
enum status ranking_close(struct ranking *r, const struct postings *p);

/* To be called for every range, or chunk of work like it. STATUS_STOPPED as stop.h has it; when the
 * time is over r->late becomes true, and the way ends with what it has. */
enum status ranking_step(struct ranking *r);

/* Offers a passage of the segment that can enter by its score, if it passes the tests. Passages
 * ascend until ranking_restart. */
enum status ranking_offer(struct ranking *r, uint32_t passage, uint64_t units);

/* Passages begin anew. */
enum status ranking_restart(struct ranking *r);

/* How many tests there are. */
size_t ranking_tests(const struct ranking *r);

/* Sets the bits of the passages in [start, end) for which test i holds; *excluded: these do not
 * match. Windows ascend until ranking_restart. */
enum status ranking_test_bits(struct ranking *r, size_t i, uint32_t start, uint32_t end,
                              uint64_t *bits, bool *excluded /* OUT */);

/* Whether the passage passes all tests; passages ascend likewise. */
enum status ranking_passes(struct ranking *r, uint32_t passage, bool *passes /* OUT */);

#endif
