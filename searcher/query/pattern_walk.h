/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern_walk: the forms of one segment that fit a pattern of * and ?, in byte order.
 *
 *     struct pattern_walk *w;
 *     TRY(pattern_walk_new(segment, pattern, arena, &w));
 *     pattern_walk_choose(w, filter);                       if there is one
 *     while (pattern_walk_next(w))
 *         ... pattern_walk_form(w), pattern_walk_count(w), pattern_walk_term(w, &term) ...
 *     TRY(pattern_walk_end(w));                             always
 */
#ifndef QIAO_SEARCHER_QUERY_PATTERN_WALK_H
#define QIAO_SEARCHER_QUERY_PATTERN_WALK_H

#include "common/segment/form_filter.h"
#include "searcher/query/form_pieces.h"
#include "searcher/query/stop.h"

struct pattern_walk;

/* The pattern must stay put until pattern_walk_end. `stop` is looked at every few thousand forms. */
enum status pattern_walk_new(const struct segment *segment, struct span pattern,
                             const struct stop *stop, struct arena *arena,
                             struct pattern_walk **out /* OUT */);

/* Passes by the blocks that can hold no form that fits. NULL: there is no filter. */
void pattern_walk_choose(struct pattern_walk *w, const struct form_filter *filter);

/* Whether a filter would help. */
bool pattern_walk_has_choice(const struct pattern_walk *w);

/* Moves to the next form that fits; false at the end, when stopped, or on damage. */
bool pattern_walk_next(struct pattern_walk *w);

/* From now on forms that occur less often are only counted. */
void pattern_walk_least(struct pattern_walk *w, uint64_t count);

struct span pattern_walk_form(const struct pattern_walk *w); /* good until the next move */
uint64_t pattern_walk_count(const struct pattern_walk *w);   /* its occurrences */
bool pattern_walk_term(struct pattern_walk *w, uint64_t *term /* OUT */); /* false on damage */

/* How many were only counted. */
uint64_t pattern_walk_passed(const struct pattern_walk *w);

/* Whether the walk ended because the time was over (stop.h). */
bool pattern_walk_is_late(const struct pattern_walk *w);

/* Ends the walk, wherever it stands; may be called again. */
enum status pattern_walk_end(struct pattern_walk *w);

#endif
