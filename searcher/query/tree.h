/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: what a query means (docs/QUERY.md).
 *
 * A tree is made by parse.h in an arena and never changes afterwards. Its leaves hold text as the
 * person typed it; analysis to terms happens while parsing, so that a leaf knows its terms. What
 * depends on the index (the forms that a pattern stands for, the document that has an id) is found
 * by the planner.
 *
 *   QUERY_TERM     one term (one token that the profile keeps)
 *   QUERY_PHRASE   terms at consecutive positions, holes kept; slop > 0: within that many moves
 *   QUERY_NEAR     operands (words, or phrases of words) in any order, at most `slop` other words
 *                  between them
 *   QUERY_WILD     any term with a form that fits a pattern of * and ?
 *   QUERY_FUZZY    any term with a form at most `slop` edits away from a word
 *   QUERY_ID       the passages of the document, or the passage, with that id; scores 0
 *   QUERY_DATE     the passages of documents of that range of dates; scores 0
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

enum query_kind {
    QUERY_TERM,
    QUERY_PHRASE,
    QUERY_NEAR,
    QUERY_WILD,
    QUERY_FUZZY,
    QUERY_ID,
    QUERY_DATE,
    QUERY_BAG
};
enum query_occur { OCCUR_SHOULD, OCCUR_MUST, OCCUR_MUST_NOT };

/* Where the words of a leaf are looked for. */
enum query_side { SIDE_BOTH, SIDE_TITLE, SIDE_BODY };

struct query_word {
    struct span typed; /* the token as it stands in the query text */
    struct span form;  /* folded; of QUERY_WILD the pattern, its pieces folded */
    struct span term;  /* what the index holds; of QUERY_WILD and QUERY_FUZZY empty */
    uint32_t position; /* in its phrase (of QUERY_NEAR: in its operand), from 0, holes counted */
    uint32_t operand;  /* QUERY_NEAR: which, from 0, ascending */
    bool stop_word;
};

struct query_node {
    enum query_kind kind;
    enum query_occur occur; /* of this node in its bag; OCCUR_SHOULD at the root */
    enum query_side side;
    bool quoted;              /* QUERY_TERM: a stop word that means what was typed */
    float boost;              /* 1 unless given */
    struct query_word *words; /* PHRASE, NEAR: two or more; TERM, WILD, FUZZY: one; else NULL */
    size_t n_words;
    uint32_t slop;                  /* PHRASE, NEAR; FUZZY: edits */
    struct span id;                 /* QUERY_ID */
    int32_t from;                   /* QUERY_DATE, base/date.h; DATE_NONE: open */
    int32_t to;                     /* likewise; the end of its day, month or year is included */
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
 * typed, not escaped for terminals (whoever prints it passes it through escape). Read as a query
 * again, the line means the same and prints the same; but words that only together are in a limit
 * of parse.h may be cut elsewhere. */
void query_print(const struct query *query, struct buf *out);

/* Appends one node without its sign. */
void query_print_node(const struct query_node *node, struct buf *out);

/* Whether the node selects passages without scoring them: an id, a date, or a group of such. */
bool query_is_filter(const struct query_node *node);

#endif
