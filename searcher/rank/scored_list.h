/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scored_list: the postings of one word of a query in one segment, with what they can score at most
 * in each range of RANGE_PASSAGES passages.
 *
 *     struct scored_list list;
 *     TRY(scored_list_open(context, word, weight, &list));
 *     if (list.codes[range] * list.unit + others < bar) ... the range cannot win ...
 *     scored_list_units(&list, passages, tfs, n, units);       what n of its postings give
 *
 * Every list has codes: those that the segment stores, or, for a rarer word, codes made of its
 * postings, which are few. Lists live in an arena and borrow from the segment.
 */
#ifndef QIAO_SEARCHER_RANK_SCORED_LIST_H
#define QIAO_SEARCHER_RANK_SCORED_LIST_H

#include "common/base/arena.h"
#include "common/score/score_kernels.h"
#include "common/segment/bounds.h"
#include "common/segment/postings.h"
#include "searcher/rank/code_map.h"
#include "searcher/rank/rank_kernels.h"

/* What all lists of a query share. */
struct list_context {
    const struct segment *segment;
    const struct bm25 *bm25;
    const struct code_map *map;
    struct arena *arena;
};

struct scored_list {
    struct postings postings;
    const struct list_context *context;
    float weight;
    uint32_t unit;        /* a range of code c holds no contribution above c * unit */
    const uint8_t *codes; /* by range; 0: no posting there */
    uint32_t most;        /* of c * unit */
    uint32_t df;
};

/* What a code stands for: no contribution of code c is above c times this. */
uint32_t scored_unit(float weight);

/* Opens the list of a word that is in the segment (entry->df > 0). */
enum status scored_list_open(const struct list_context *context, const struct term_entry *entry,
                             float weight, struct scored_list *out /* OUT */);

/* The units of n postings of this word with those passages and frequencies. */
void scored_list_units(const struct scored_list *l, const uint32_t *passages, const uint32_t *tfs,
                       size_t n, uint32_t *units /* OUT */);

/* The units of those passages whose bits are set, ascending, that have those frequencies: bit i of
 * n_words words is passage start + i. `lengths` is room for 64 * n_words + LENGTHS_SLACK numbers. */
void scored_list_units_of_bits(const struct scored_list *l, uint32_t start, const uint64_t *bits,
                               size_t n_words, const uint32_t *tfs, uint32_t *lengths,
                               uint32_t *units /* OUT */);

/* A score that at least k passages of the segment have because of this word alone; 0 if nothing is
 * known. For the settings the segment's bounds were made with. */
uint32_t scored_list_kth(const struct scored_list *l, size_t k);

#endif
