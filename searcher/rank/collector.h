/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collector: takes every match of a ranking in ascending order of passage, keeps the k best
 * passages or documents, and counts.
 *
 *     TRY(collector_init(&c, index, ties, mode, k));
 *     for each segment: TRY(collector_segment(&c, i));
 *         for each match: TRY(collector_add(&c, passage_of_the_segment, score));
 *     TRY(collector_finish(&c));           then c.best is sorted, c.total is the count
 *     collector_release(&c);
 *
 * Documents: the passages of a document stand together, so that its score is complete when the next
 * document begins: the best (max), the sum, or the sum of the three best of its passages.
 */
#ifndef QIAO_SEARCHER_RANK_COLLECTOR_H
#define QIAO_SEARCHER_RANK_COLLECTOR_H

#include "common/segment/index.h"
#include "common/segment/passages.h"
#include "searcher/rank/topk.h"

enum rollup { ROLLUP_NONE, ROLLUP_MAX, ROLLUP_SUM, ROLLUP_TOP3 };

/* The place of each document when all ids are sorted, for profiles with ties_by_id. Where documents
 * are cut into passages, equal passages stand by number all the same: only `whole` ones have the
 * document's id. */
struct tie_ranks {
    uint32_t *ranks; /* by document of the index; NULL: ties stand by number */
    bool whole;      /* every passage is a document */
};

struct collector {
    const struct index *index;
    const struct tie_ranks *ties;
    enum rollup rollup;
    struct topk best;
    uint64_t total; /* matching passages, or documents when they are rolled up */
    size_t segment;
    struct passage_reader places;
    bool open;          /* a document is being added up */
    uint32_t document;  /* of the index */
    uint64_t scores[3]; /* its best passages' scores, descending */
    uint64_t sum;
    uint32_t best_passage; /* of the index */
    uint32_t primed;       /* what a passage must score at least, whatever has come so far */
};

/* Computes the ranks (heap; tie_ranks_release). Linear in the documents, once an index. */
enum status tie_ranks_make(const struct index *index, struct tie_ranks *out /* OUT */);
void tie_ranks_release(struct tie_ranks *ties);

void collector_init(struct collector *c, const struct index *index, const struct tie_ranks *ties,
                    enum rollup rollup, size_t k);
void collector_release(struct collector *c);

/* Matches of segment i follow. */
void collector_segment(struct collector *c, size_t i);
enum status collector_add(struct collector *c, uint32_t passage, uint64_t score);
enum status collector_finish(struct collector *c);

/* ---- passages alone, in any order, uncounted ----
 *
 * For whoever knows that passages of the segment below a score cannot enter. */

/* At least k passages of the index score `units` or more. */
void collector_prime(struct collector *c, uint32_t units);

/* The least score, at least 1, with which a passage of the segment from `passage` on may enter;
 * UINT32_MAX if that is even higher. */
uint32_t collector_bar(const struct collector *c, uint32_t passage);

/* Whether ids, not numbers of passages, say which of equal scores comes first. */
bool collector_ties_by_id(const struct collector *c);

/* Takes a passage in if it can enter. */
enum status collector_offer(struct collector *c, uint32_t passage, uint64_t score);

#endif
