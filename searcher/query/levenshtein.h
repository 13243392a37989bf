/* SPDX-License-Identifier: Apache-2.0 */
/*
 * levenshtein: how many edits lie between one word and each of many, up to a small number.
 *
 *     struct levenshtein *l;
 *     TRY(levenshtein_new(word, 2, arena, &l));
 *     size_t dead;
 *     if (levenshtein_next(l, other, shared, &dead) <= 2) ...
 *
 * An edit inserts, deletes or replaces a character, or swaps two neighbours (the restricted
 * distance of Damerau and Levenshtein: no part is edited twice, as Lucene's automata have it).
 * Characters are code points.
 *
 * It is an automaton whose states are made as they are reached: the state behind a text is the band
 * of the table of distances around its diagonal, 2 edits + 1 numbers. States of all prefixes of the
 * last text are kept, so that sorted texts cost only what they do not share; and a state from which
 * nothing can be accepted ends all texts that begin likewise.
 */
#ifndef QIAO_SEARCHER_QUERY_LEVENSHTEIN_H
#define QIAO_SEARCHER_QUERY_LEVENSHTEIN_H

#include "common/base/arena.h"
#include "common/base/status.h"

#define LEVENSHTEIN_MOST 2u

struct levenshtein;

/* An automaton for `word` (valid UTF-8) and 0 to LEVENSHTEIN_MOST edits, in the arena. */
enum status levenshtein_new(struct span word, unsigned edits, struct arena *arena,
                            struct levenshtein **out /* OUT */);

/* The edits between the word and `text`, or more than were asked for if that many do not do. The
 * first `shared` bytes of the text are those of the text before (0 at first). *dead > 0: no text
 * that begins with the first *dead bytes of this one is near enough. */
unsigned levenshtein_next(struct levenshtein *l, struct span text, size_t shared,
                          size_t *dead /* OUT */);

#endif
