/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex: query text in, items out; the only place that knows which bytes are syntax.
 *
 *     struct query_lexer lexer;
 *     query_lexer_init(&lexer, text, arena);
 *     struct query_item item;
 *     do {
 *         query_lexer_next(&lexer, &item);
 *         ...
 *     } while (item.kind != ITEM_END);
 *     if (lexer.failed) ...
 *
 * Nothing is an error: what cannot be read as syntax becomes part of a word. Each byte is looked at
 * a bounded number of times. Whether AND, OR, NOT and NEAR have something to join is for the parser
 * to see.
 */
#ifndef QIAO_SEARCHER_QUERY_LEX_H
#define QIAO_SEARCHER_QUERY_LEX_H

#include "searcher/query/tree.h"

enum query_item_kind {
    ITEM_END,    /* from now on always */
    ITEM_WORD,   /* text without white space */
    ITEM_PHRASE, /* what stood between quotes */
    ITEM_ID,     /* id: and its text */
    ITEM_DATE,   /* date: and what it says */
    ITEM_OPEN,   /* a group begins */
    ITEM_CLOSE,  /* the innermost open group ends; never more of these than of ITEM_OPEN */
    ITEM_AND,
    ITEM_OR,
    ITEM_NOT,
    ITEM_NEAR,
};

struct query_item {
    enum query_item_kind kind;
    enum query_occur occur; /* what its sign says; OCCUR_SHOULD without one */
    enum query_side side;   /* what its field says; SIDE_BOTH without one */
    struct span text;       /* WORD, PHRASE, ID, and of AND, OR, NOT, NEAR as typed */
    bool wild;              /* WORD: * and ? in the text are wildcards */
    bool fuzzy;             /* WORD: forms at most `number` edits away */
    uint32_t number;        /* PHRASE: slop; WORD: edits; NEAR: words between */
    double boost;           /* WORD, PHRASE, CLOSE: 1 unless given */
    int32_t from;           /* DATE */
    int32_t to;
};

struct query_lexer {
    const uint8_t *at;
    const uint8_t *end;
    struct arena *arena;
    size_t n_open;      /* groups handed out and not yet closed */
    bool at_word_start; /* a sign here is a sign: nothing, white space or "(" stands before */
    bool odd;           /* something that looks like syntax was taken as text */
    bool failed;        /* memory ran out */
};

/* Starts on `text` (valid UTF-8), which must stay put while items are used. Texts with escapes are
 * copied to the arena without them. */
void query_lexer_init(struct query_lexer *lexer, struct span text, struct arena *arena);

/* The next item. */
void query_lexer_next(struct query_lexer *lexer, struct query_item *out /* OUT */);

/* Appends a token as it is typed so that query_lexer_next reads it as that word: with a backslash
 * before what would be syntax. `wild`: its * and ? are wildcards. */
void query_escape(struct span token, bool wild, struct buf *out);

/* Appends what stands behind id: likewise. */
void query_escape_id(struct span id, struct buf *out);

#endif
