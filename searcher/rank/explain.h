/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: why a passage has its score and rank for a query, or why it has none.
 *
 *     struct explanation e;
 *     TRY(explain(&plan, &ties, first, n, arena, &e));     one passage (n = 1), or a document's
 *     if (e.matches)
 *         ... e.rank, e.score, the contribution of each of e.leaves ...
 *     else
 *         ... e.reasons ...
 *
 * The score is computed anew, leaf by leaf, from the postings of this one passage; the rank by
 * walking all matches as a search does. Everything lives in the arena and borrows from the plan.
 */
#ifndef QIAO_SEARCHER_RANK_EXPLAIN_H
#define QIAO_SEARCHER_RANK_EXPLAIN_H

#include "searcher/query/parse.h"
#include "searcher/rank/collector.h"
#include "searcher/rank/plan.h"

struct explained_leaf {
    const struct plan_node *node;
    bool known;            /* the index holds all its words, each somewhere; of PLAN_ANY some */
    bool excluded;         /* it, or a group that it stands in, must not match */
    float tf;              /* in the passage; a sloppy phrase has fractions; 0: not there; of a
                              filter 1 if it selects the passage */
    uint32_t *word_tfs;    /* of the node's words, one by one, on its side */
    uint64_t alone;        /* what it would add to a score, in units, 0 if it is not there */
    uint64_t contribution; /* what it adds: 0 if the leaf, or a group of it, does not count */
};

/* The best so many hits are what an explanation compares a passage with. */
#define EXPLAIN_BEST 10u

enum reason_kind {
    REASON_MISSING,  /* `node` is required and does not match */
    REASON_EXCLUDED, /* `node` is excluded and matches */
    REASON_NOTHING,  /* nothing is required, and nothing matches; no node */
};

struct explained_reason {
    enum reason_kind kind;
    const struct plan_node *node; /* a child of the plan's root: a leaf or a group */
};

struct explanation {
    uint32_t passage; /* of the index */
    bool matches;
    uint64_t score;         /* the sum of the contributions; 0 if it does not match */
    uint32_t rank;          /* from 1, in the total order of collector.h; 0 likewise */
    uint64_t total;         /* passages that match */
    uint32_t length;        /* of the passage, in words */
    uint32_t scored_length; /* as the profile rounds it */
    double mean_length;
    uint64_t held;       /* what the leaves that it has, and that are not excluded, would add */
    uint32_t n_best;     /* EXPLAIN_BEST, or as many as match */
    uint64_t least_best; /* the least score of the n_best best hits */
    struct explained_leaf *leaves; /* those of the plan, in its order */
    size_t n_leaves;
    struct explained_reason *reasons; /* of not matching, in the order of the query */
    size_t n_reasons;
};

/* Explains the best-ranked of passages [first, first + n) of the index, which are of one document;
 * if none matches, the one whose words would weigh most. n >= 1. `ties` as the searches have it.
 * Fails on memory and on damage of the index. */
enum status explain(const struct plan *plan, const struct tie_ranks *ties, uint32_t first,
                    uint32_t n, struct arena *arena, struct explanation *out /* OUT */);

/* Appends what the node stands for, as it was typed: `bridge`, `"sea level"~3`, `(quay +crane)`.
 * The sign of the node itself is left to the caller; not escaped. */
void explain_print_node(const struct plan_node *node, struct buf *out);

/* The words of the query that analysis or parsing left out as stop words, each once, as typed: *n
 * spans in the arena. `query` is the text that the plan was made of,
 * read so. */
enum status explain_stop_words(const struct plan *plan, struct analyzer *analyzer,
                               struct span query, enum query_syntax syntax, struct arena *arena,
                               struct span **out /* OUT */, size_t *n /* OUT */);

#endif
