/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: any bytes in, a query tree out. There are no syntax errors.
 *
 *     struct arena a = ARENA_INIT;
 *     struct query query;
 *     TRY(query_parse(text, analyzer, profile, QUERY_SYNTAX, &a, &query));   // fails on memory
 * only
 *
 * Grammar (what does not fit is text):
 *
 *   query   = clause*
 *   clause  = ("+" | "-")? item        the sign stands at the start of a word, its item directly
 *                                      behind it
 *   item    = "(" query ")" | phrase | word
 *   phrase  = '"' ... '"' ("~" digits)?     an unclosed quote runs to the end
 *   word    = bytes up to white space, a quote at a word's start, or ")" that closes a group
 *
 * A word that analysis turns into several tokens (state-of-the-art, or a run of ideographs) adds each
 * of them to the bag around it; with a sign it is the phrase of them (parse.c says why). Stop words: with STOPS_WEAK
 * they are left out of a bag unless it has nothing else or they are signed; they count inside
 * phrases. Words that the analysis drops leave nothing.
 */
#ifndef QIAO_SEARCHER_QUERY_PARSE_H
#define QIAO_SEARCHER_QUERY_PARSE_H

#include "common/text/profile.h"
#include "searcher/query/tree.h"

enum query_syntax {
    QUERY_SYNTAX,  /* as above */
    QUERY_LITERAL, /* nothing is syntax: one bag of words */
};

/* Reads `text` (any bytes). The tree and all its spans live in `arena`. Limits of base/limits.h are
 * counted while parsing; what lies beyond them is left out and `query->cut` says so. Fails only
 * with STATUS_NO_MEMORY. Time is linear in the text. */
enum status query_parse(struct span text, struct analyzer *analyzer, const struct profile *profile,
                        enum query_syntax syntax, struct arena *arena,
                        struct query *query /* OUT */);

#endif
