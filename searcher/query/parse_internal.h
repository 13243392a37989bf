/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_internal: what the two halves of the parser share. parse.c knows how items stand together,
 * parse_leaf.c how one item becomes leaves.
 */
#ifndef QIAO_SEARCHER_QUERY_PARSE_INTERNAL_H
#define QIAO_SEARCHER_QUERY_PARSE_INTERNAL_H

#include "common/text/profile.h"
#include "searcher/query/lex.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* A node with what only the parser needs to know of it. */
struct draft {
    struct query_node node; /* first: a node of the parser's is the head of a draft */
    bool weak;              /* a plain stop word: left out if its scope has something else */
    bool joined;            /* OR stands between it and the clause before it */
    bool filter;            /* it selects passages without scoring them */
    bool chain;             /* a bag that AND made, without parentheses */
};

static inline struct draft *draft_of(struct query_node *node)
{
    return (struct draft *)(void *)node;
}

/* A growing list of siblings. */
struct draft_list {
    struct query_node **tail; /* where the next one goes */
};

/* How a leaf stands in its query. */
struct leaf_place {
    enum query_occur occur;
    enum query_side side; /* of the groups around it; an item's own goes before */
    bool marked;          /* it means what was typed: a phrase if it has several words */
    bool joined;
    struct draft_list *list;
};

struct parser {
    struct analyzer *analyzer;
    const struct profile *profile;
    struct arena *arena;
    struct query query;
    const struct query_item *items; /* the last is ITEM_END */
    const uint32_t *partners;       /* of an ITEM_OPEN: its ITEM_CLOSE, or the end */
    size_t at;                      /* the next item */
    size_t n_ignored;               /* groups open beyond the limit */
    size_t n_patterns;
    struct buf words; /* scratch: struct query_word */
};

/* Notes the first limit that was reached. */
void parser_cut(struct parser *p, const char *note);

/* NULL if memory ran out. */
struct draft *parser_node(struct parser *p, enum query_kind kind, enum query_occur occur);

/* Appends a finished node to the place's list. */
void parser_append(const struct leaf_place *place, struct draft *draft);

/* The boost as it counts: moved to where boosts may be. */
float parser_boost(struct parser *p, double boost);

/* Appends the leaves of one item: ITEM_WORD, ITEM_PHRASE, ITEM_ID or ITEM_DATE. */
enum status parse_leaf(struct parser *p, const struct query_item *item,
                       const struct leaf_place *place);

/* Appends the leaf of `n` operands joined by NEAR: items[0], [2], ... */
enum status parse_near(struct parser *p, const struct query_item *items, size_t n,
                       const struct leaf_place *place);

/* Appends the words of `text` as an unmarked bag. */
enum status parse_plain(struct parser *p, struct span text, float boost,
                        const struct leaf_place *place);

#endif
