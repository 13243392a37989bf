/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wildcard: whether words fit a pattern in which * is any characters and ? is one.
 *
 *     struct wildcard *w;
 *     TRY(wildcard_new(pattern, arena, &w));
 *     size_t dead;
 *     if (wildcard_next(w, word, shared, &dead)) ...
 *
 * As levenshtein.h an automaton that keeps its states for all beginnings of the last word, so that
 * sorted words cost only what they do not share. A state is the set of places in the pattern that
 * may have been reached, a bit each; it costs a few operations a byte. Patterns with more places
 * than a number has bits are matched by going back to the last * (wildcard_fits).
 */
#ifndef QIAO_SEARCHER_QUERY_WILDCARD_H
#define QIAO_SEARCHER_QUERY_WILDCARD_H

#include "common/base/arena.h"
#include "common/base/status.h"

struct wildcard;

/* `pattern` (valid UTF-8) must stay put while the automaton is used, which lives in the arena. */
enum status wildcard_new(struct span pattern, struct arena *arena, struct wildcard **out /* OUT */);

/* Bytes behind a word's last that wildcard_next may read. */
#define WILDCARD_READS 16u

/* Whether the word fits. The first `shared` bytes of it are those of the word before (0 at first).
 * *dead > 0: no word that begins with the first *dead bytes of this one fits. */
bool wildcard_next(struct wildcard *w, struct span word, size_t shared, size_t *dead /* OUT */);

/* The same for a single word. */
bool wildcard_fits(struct span word, struct span pattern);

#endif
