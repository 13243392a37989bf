/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: a query tree made ready for one index: terms looked up, weights fixed, equal terms merged.
 *
 *     struct plan plan;
 *     TRY(plan_make(index, &query, k1, b, arena, &plan));
 *
 * The plan lives in the arena and borrows from the index. It is read by both ways of ranking,
 * exhaustive.h and iterator.h, so that weights cannot differ between them.
 *
 * Weights (design and docs: score/bm25.h): of a term boost * count * idf, count being how often the
 * bag holds it; of a phrase boost * sum of its words' idf. Boosts of groups multiply down.
 */
#ifndef QIAO_SEARCHER_RANK_PLAN_H
#define QIAO_SEARCHER_RANK_PLAN_H

#include "common/score/bm25.h"
#include "common/segment/index.h"
#include "searcher/query/tree.h"

enum plan_kind { PLAN_TERM, PLAN_PHRASE, PLAN_BAG };

struct plan_word {
    struct span term;
    struct span typed; /* as the person wrote it */
    uint32_t position; /* in its phrase */
    uint64_t df;       /* of the whole index */
    uint64_t cf;
    double idf;
    struct term_entry *entries; /* by segment; df 0 where it is not */
};

struct plan_node {
    enum plan_kind kind;
    enum query_occur occur;
    struct plan_word *words; /* one of a term, several of a phrase */
    size_t n_words;
    uint32_t slop;
    uint32_t count; /* equal terms merged into this one */
    double boost;   /* all the way down from the root */
    float weight;   /* in units (score/bm25.h); leaves only */
    struct plan_node *first_child;
    struct plan_node *next;
};

struct plan {
    const struct index *index;
    struct bm25 bm25;
    struct plan_node *root;    /* a PLAN_BAG */
    struct plan_node **leaves; /* all terms and phrases, in the order of the query */
    size_t n_leaves;
    const char *note; /* static text, NULL if there is nothing to say */
};

/* Fails on memory and on damage of the index only. A phrase on an index without positions becomes
 * the bag of its words, all required, and `note` says so. */
enum status plan_make(const struct index *index, const struct query *query, float k1, float b,
                      struct arena *arena, struct plan *out /* OUT */);

#endif
