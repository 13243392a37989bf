/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: any bytes in, a query tree out. There are no syntax errors.
 *
 *     struct arena a = ARENA_INIT;
 *     struct query query;
 *     TRY(query_parse(text, analyzer, profile, QUERY_SYNTAX, &a, &query));   // fails on memory
 *                                                                            // only
 *
 * Grammar (what does not fit is text; docs/QUERY.md says what each means):
 *
 *   query   = clause*                     side by side, or joined by OR
 *   clause  = operand ("AND" operand)*
 *   operand = "NOT"* near
 *   near    = item (("NEAR" | "NEAR/" digits) item)*      of words and exact phrases
 *   item    = ("+" | "-")? field? core
 *   core    = "(" query ")" boost? | phrase | word | "id:" text | "date:" range
 *   phrase  = '"' ... '"' ("~" digits)? boost?     an unclosed quote runs to the end
 *   word    = bytes up to white space, a quote at a word's start, or ")" that closes a group,
 *             with wildcards, or "~" digits, and boost?
 *   field   = "title:" | "body:"
 *   boost   = "^" number
 *
 * A word that analysis turns into several tokens (state-of-the-art, or a run of ideographs) adds each
 * of them to the bag around it; marked (with a sign, a field, as an operand of AND, NOT or NEAR) it
 * is the phrase of them (parse.c says why). Stop words: with STOPS_WEAK they are left out of a bag
 * unless it has nothing else or they are marked; they count inside phrases. Words that the analysis
 * drops leave nothing.
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
