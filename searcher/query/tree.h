/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: what a query means.
 *
 * A tree is made by parse.h in an arena and never changes afterwards. Its leaves hold text as the
 * person typed it; analysis to terms happens while parsing, so that a leaf knows its terms.
 *
 *   QUERY_TERM     one term (one token that the profile keeps)
 *   QUERY_PHRASE   terms at consecutive positions, holes kept; slop > 0: within that many moves
 *   QUERY_BAG      clauses, each with an occurrence: at least one SHOULD clause must match unless
 *                  there is a MUST clause; every MUST, no MUST_NOT. Its score is the sum over the
 *                  matching SHOULD and MUST clauses. A bag of MUST_NOT alone matches nothing.
 *
 * Equal SHOULD terms of a bag are merged by the planner, not here: the tree shows what was typed.
 */
#ifndef QIAO_SEARCHER_QUERY_TREE_H
#define QIAO_SEARCHER_QUERY_TREE_H

#include "common/base/arena.h"
#include "common/base/buf.h"

enum query_kind { QUERY_TERM, QUERY_PHRASE, QUERY_BAG };
enum query_occur { OCCUR_SHOULD, OCCUR_MUST, OCCUR_MUST_NOT };

struct query_word {
    struct span typed; /* the token as it stands in the query text */
    struct span form;  /* folded */
    struct span term;  /* what the index holds */
    uint32_t position; /* in its phrase, from 0, holes counted */
    bool stop_word;
};

struct query_node {
    enum query_kind kind;
    enum query_occur occur;   /* of this node in its bag; OCCUR_SHOULD at the root */
    float boost;              /* 1 unless given */
    struct query_word *words; /* QUERY_TERM: one; QUERY_PHRASE: two or more; else NULL */
    size_t n_words;
    uint32_t slop;                  /* QUERY_PHRASE */
    struct query_node *first_child; /* QUERY_BAG, in the order typed */
    struct query_node *next;        /* sibling */
};

struct query {
    struct query_node *root; /* always a QUERY_BAG, perhaps empty */
    size_t n_leaves;
    bool obvious;     /* the reading is what anybody would expect: a bag of plain words,
                         of which stop words alone may have been left out */
    bool cut;         /* a limit of base/limits.h was reached; `note` says which */
    const char *note; /* static text for the person, NULL if there is nothing to say */
};

/* Appends the tree as a line a person can read: `climate OR "sea level"~3 OR +shanghai`; words as
 * typed, not escaped (whoever prints it passes it through escape). */
void query_print(const struct query *query, struct buf *out);

#endif
