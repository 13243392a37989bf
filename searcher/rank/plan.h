/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: a query tree made ready for one index: terms looked up, weights fixed, equal terms merged.
 *
 *     struct plan plan;
 *     TRY(plan_make(index, &query, k1, b, &stop, arena, &plan));
 *
 * The plan lives in the arena and borrows from the index and the query. It is read by both ways of
 * ranking, exhaustive.h and iterator.h, so that weights cannot differ between them.
 *
 * Weights (docs/QUERY.md, score/bm25.h): of a term boost * count * idf, count being how often the
 * bag holds it; of a phrase or NEAR boost * sum of its words' idf; of several words as one boost *
 * idf of the commonest. Boosts of groups multiply down, and stay within four powers of ten of 1.
 */
#ifndef QIAO_SEARCHER_RANK_PLAN_H
#define QIAO_SEARCHER_RANK_PLAN_H

#include "common/score/bm25.h"
#include "common/segment/index.h"
#include "searcher/query/stop.h"
#include "searcher/query/tree.h"

enum plan_kind {
    PLAN_TERM,   /* one word, title and body */
    PLAN_PHRASE, /* its words in order, moved by at most `slop` */
    PLAN_NEAR,   /* its operands in any order, at most `slop` words between */
    PLAN_ANY,    /* its words as if they were one: their occurrences add up. A pattern, a fuzzy
                    word, a word in the title or in the body; perhaps no word at all */
    PLAN_FILTER, /* passages by id or date; the score is 0 */
    PLAN_BAG
};

struct plan_word {
    struct span term;
    struct span typed; /* as the person wrote it; of a pattern's, the commonest form */
    uint32_t position; /* in its phrase or operand */
    uint32_t operand;  /* of NEAR */
    uint64_t df;       /* of the whole index */
    uint64_t cf;
    double idf;
    struct term_entry *entries; /* by segment; df 0 where it is not */
};

struct plan_range {
    uint32_t first;
    uint32_t end; /* one past the last; == first: none */
};

struct plan_node {
    enum plan_kind kind;
    enum query_occur occur;
    enum query_side side;           /* where the words are looked for; of PLAN_TERM both */
    const struct query_node *query; /* what it was made of; NULL for a word of a phrase that no
                                       positions are stored for */
    struct plan_word *words;        /* one of a term, several of a phrase */
    size_t n_words;
    uint32_t slop;
    uint64_t n_fitting; /* PLAN_ANY of a pattern: forms that fit; those of its words are fewer if
                           there were too many */
    uint32_t count;     /* equal terms merged into this one */
    double boost;       /* all the way down from the root */
    float weight;       /* in units (score/bm25.h); leaves only, 0 of a filter */
    struct plan_range *ranges; /* PLAN_FILTER of an id: by segment; NULL of dates */
    struct plan_node *first_child;
    struct plan_node *next;
};

struct plan {
    const struct index *index;
    struct bm25 bm25;
    struct plan_node *root;    /* a PLAN_BAG */
    struct plan_node **leaves; /* all nodes but bags, in the order of the query */
    size_t n_leaves;
    const char *note; /* static text, NULL if there is nothing to say */
    struct stop stop; /* as given; whoever walks through matches heeds it */
    bool late;        /* the time was over before all words of a pattern were found: the plan is not
                         that of the query, and nothing is to be ranked by it */
};

/* Fails on memory and on damage of the index, and with STATUS_STOPPED as `stop` says, which is
 * copied. On an index without positions a phrase or NEAR becomes the bag of its words, all required,
 * and a field is left out; `note` says so. */
enum status plan_make(const struct index *index, const struct query *query, float k1, float b,
                      const struct stop *stop, struct arena *arena, struct plan *out /* OUT */);

#endif
