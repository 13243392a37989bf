/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suggest: here is a word as somebody typed it; give me the words of the index that were meant.
 *
 *     struct suggestion *list;
 *     size_t n;
 *     TRY(suggest_spellings(index, form, 5, NULL, arena, &list, &n));      best first
 *
 * Of all forms at most two edits away (one for words of three
 * characters, none for shorter ones) the likeliest come
 * first: a frequent word with an edit that people often make (a letter doubled, two swapped, one
 * vowel for another) before a rare one with an edit that they seldom make (of the first letter).
 */
#ifndef QIAO_SEARCHER_QUERY_SUGGEST_H
#define QIAO_SEARCHER_QUERY_SUGGEST_H

#include "common/base/arena.h"
#include "common/segment/index.h"
#include "searcher/query/stop.h"

struct suggestion {
    struct span form; /* in the arena */
    uint64_t count;   /* its occurrences in the index */
    unsigned edits;
    double score; /* more is likelier; of the word itself: suggest_score_of_itself */
};

/* The `most` (>= 1) likeliest other words than `form` (folded, as forms are). Fails on memory and
 * damage of the index, and with STATUS_STOPPED as `stop` says (NULL: nobody stops it). */
enum status suggest_spellings(const struct index *index, struct span form, size_t most,
                              const struct stop *stop, struct arena *arena,
                              struct suggestion **out /* OUT */, size_t *n /* OUT */);

/* The score of a word that is typed as it was meant and occurs `count` times. */
double suggest_score_of_itself(uint64_t count);

#endif
