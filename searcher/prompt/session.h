/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: a conversation with an index: lines in, answers out, until :quit or the end of the
 * input.
 *
 *     TRY(session_run(&(struct session_start){.path = path, .searcher = searcher, ...}));
 *
 *     words            a query; its hits are listed, numbered
 *     3                opens hit 3, or asks the listed alternative 3 (a number that nothing listed
 *                      has is a query like others)
 *     :command ...     see actions.h
 *
 * Nothing that is typed is an error. On a terminal Ctrl-C stops a query; what was listed before it is
 * gone then. If the index is replaced meanwhile, the next query is answered
 * from the new one, and a line says so; what is listed stays as it was until then.
 */
#ifndef QIAO_SEARCHER_PROMPT_SESSION_H
#define QIAO_SEARCHER_PROMPT_SESSION_H

#include "searcher/search.h"

struct session_start {
    const char *path;
    struct searcher *searcher; /* the session closes it */
    struct search_options options;
    bool terminal; /* stdin and stdout are terminals: lines are edited, there is a banner */
    bool echo;     /* without a terminal: each line stands before its answer */
};

/* Holds the conversation. Fails on memory, damage of the index and unreadable input. */
enum status session_run(const struct session_start *start);

/* ---- for actions.c ---- */

struct session {
    const char *path;
    struct searcher *searcher;
    struct search_options options; /* k: hits of one answer */
    bool terminal;
    bool echo;
    bool colour;
    bool over;                   /* :quit */
    bool answered;               /* `query`, `asked` and `result` belong together */
    bool unreadable;             /* the index could not be opened again, which was said */
    struct buf query;            /* the last one */
    struct search_options asked; /* as it was ranked, whatever was set since */
    struct search_result result; /* its answer */
    size_t n_listed;             /* hits of it that were listed: those that have a number */
    const struct hit_alternative *alternatives; /* listed behind them, in the result's arena */
    size_t n_alternatives;
    struct arena arena; /* scratch of one action */
    struct buf text;    /* likewise */
    struct buf out;     /* what is printed when a line is done */
};

/* Lists the next options.k hits of the last query. */
enum status session_list_more(struct session *s);

/* Answers `query`, read with that syntax, whatever the options say. */
enum status session_answer(struct session *s, struct span query, enum query_syntax syntax);

/* Columns that text may take; 0: lines never break. */
uint32_t session_width(const struct session *s);

/* Prints s->out, and empties it. */
enum status session_flush(struct session *s);

#endif
