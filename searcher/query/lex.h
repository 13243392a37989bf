/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex: query text in, items out; the only place that knows which bytes are syntax.
 *
 *     struct query_lexer lexer;
 *     query_lexer_init(&lexer, text);
 *     struct query_item item;
 *     do {
 *         query_lexer_next(&lexer, &item);
 *         ...
 *     } while (item.kind != ITEM_END);
 *
 * Nothing is an error: what cannot be read as syntax becomes part of a word. Each byte is looked at
 * a bounded number of times.
 */
#ifndef QIAO_SEARCHER_QUERY_LEX_H
#define QIAO_SEARCHER_QUERY_LEX_H

#include "searcher/query/tree.h"

enum query_item_kind {
    ITEM_END,    /* from now on always */
    ITEM_WORD,   /* text without white space */
    ITEM_PHRASE, /* what stood between quotes */
    ITEM_OPEN,   /* a group begins */
    ITEM_CLOSE,  /* the innermost open group ends; never more of these than of ITEM_OPEN */
};

struct query_item {
    enum query_item_kind kind;
    enum query_occur occur; /* what its sign says; OCCUR_SHOULD without one */
    struct span text;       /* ITEM_WORD, ITEM_PHRASE: part of the lexer's text */
    uint32_t slop;          /* ITEM_PHRASE */
};

struct query_lexer {
    const uint8_t *at;
    const uint8_t *end;
    size_t n_open;      /* groups handed out and not yet closed */
    bool at_word_start; /* a sign here is a sign: nothing, white space or "(" stands before */
    bool odd;           /* something that looks like syntax was taken as text */
};

/* Starts on `text` (valid UTF-8), which must stay put while items are used. */
void query_lexer_init(struct query_lexer *lexer, struct span text);

/* The next item. */
void query_lexer_next(struct query_lexer *lexer, struct query_item *out /* OUT */);

#endif
