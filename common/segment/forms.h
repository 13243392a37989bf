/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms: the surface words of a segment in byte order, each with its term (docs/FORMAT.md 6, FORM).
 *
 * Completion, prefixes, wildcards and spelling work on these. Where the profile makes a word its
 * own term there is no FORM section, and the cursor walks the dictionary instead.
 *
 *     struct forms_cursor *c;
 *     TRY(forms_cursor_new(segment, from, &c));     // starts at the first form >= from
 *     while (forms_cursor_next(c))
 *         ... forms_cursor_form(c), forms_cursor_term(c), forms_cursor_count(c) ...
 *     TRY(forms_cursor_status(c));
 *     forms_cursor_free(c);
 */
#ifndef QIAO_SEGMENT_FORMS_H
#define QIAO_SEGMENT_FORMS_H

#include "common/segment/segment.h"

struct forms_cursor;
enum status forms_cursor_new(const struct segment *s, struct span from, struct forms_cursor **out);
void forms_cursor_free(struct forms_cursor *c);
bool forms_cursor_next(struct forms_cursor *c);
struct span forms_cursor_form(const struct forms_cursor *c); /* good until the next move */
uint64_t forms_cursor_term(const struct forms_cursor *c);    /* its number in the dictionary */
uint64_t forms_cursor_count(const struct forms_cursor *c);   /* occurrences */
enum status forms_cursor_status(const struct forms_cursor *c);

#endif
