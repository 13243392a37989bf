/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms: the surface words of a segment in byte order, each with its term (docs/FORMAT.md 6, FORM).
 *
 * Completion, prefixes, wildcards and spelling work on these. Where the profile makes a word its
 * own term there is no FORM section, and the cursor walks the strings of the dictionary instead.
 *
 *     struct forms_cursor *c;
 *     TRY(forms_cursor_new(segment, from, &c));     // starts at the first form >= from
 *     while (forms_cursor_next(c))
 *         ... forms_cursor_form(c), forms_cursor_term(c), forms_cursor_count(c) ...
 *     TRY(forms_cursor_status(c));
 *     forms_cursor_free(c);
 *
 * Whoever looks at many forms and wants few of them reads strings alone, which costs a fraction:
 *
 *     for (bool more = forms_cursor_step(c, 0); more; more = forms_cursor_step(c, dead))
 *         if (... forms_cursor_form(c) ... && forms_cursor_load(c))
 *             ... forms_cursor_term(c), forms_cursor_count(c) ...
 */
#ifndef QIAO_SEGMENT_FORMS_H
#define QIAO_SEGMENT_FORMS_H

#include "common/segment/segment.h"

struct forms_cursor;
enum status forms_cursor_new(const struct segment *s, struct span from, struct forms_cursor **out);
void forms_cursor_free(struct forms_cursor *c); /* NULL is fine */

/* Moves to the next form and loads it; false at the end or on damage. */
bool forms_cursor_next(struct forms_cursor *c);

/* Moves to the next form without loading it. dead > 0: to the next one that does not begin with
 * the first `dead` bytes of the current form. */
bool forms_cursor_step(struct forms_cursor *c, size_t dead);

/* Reads term and count of the current form; false on damage. */
bool forms_cursor_load(struct forms_cursor *c);

/* The form, good until the next move; FORM_READABLE bytes behind it may be read. */
#define FORM_READABLE 16u
struct span forms_cursor_form(const struct forms_cursor *c);

/* How many bytes the form has in common with the one the cursor stood at before (a lower bound). */
size_t forms_cursor_shared(const struct forms_cursor *c);

uint64_t forms_cursor_term(const struct forms_cursor *c); /* loaded: its number in the dictionary */
uint64_t forms_cursor_count(const struct forms_cursor *c); /* loaded: occurrences */
enum status forms_cursor_status(const struct forms_cursor *c);

#endif
