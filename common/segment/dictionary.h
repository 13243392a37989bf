/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dictionary: here is a term, give me what the segment knows of it (docs/FORMAT.md 6, DICT).
 *
 *     struct term_entry entry;   bool found;
 *     TRY(dictionary_find(segment, term, &entry, &found));
 *
 * or all terms in order:
 *
 *     struct dictionary_cursor *c;
 *     TRY(dictionary_cursor_new(segment, &c));
 *     while (dictionary_cursor_next(c))
 *         ... dictionary_cursor_term(c), dictionary_cursor_entry(c) ...
 *     TRY(dictionary_cursor_status(c));
 */
#ifndef QIAO_SEGMENT_DICTIONARY_H
#define QIAO_SEGMENT_DICTIONARY_H

#include "common/codec/term_entry.h"
#include "common/segment/segment.h"

/* Looks `term` up. *found false: the segment has it not (entry untouched). */
enum status dictionary_find(const struct segment *s, struct span term,
                            struct term_entry *entry /* OUT */, bool *found /* OUT */);

/* Term number `ordinal` (below header.terms): its bytes are appended to `term`. `entry` may be
 * NULL. */
enum status dictionary_at(const struct segment *s, uint64_t ordinal, struct buf *term,
                          struct term_entry *entry /* OUT */);

struct dictionary_cursor;
enum status dictionary_cursor_new(const struct segment *s, struct dictionary_cursor **out);
void dictionary_cursor_free(struct dictionary_cursor *c);

/* Moves to the next term (the first, at first); false at the end or on damage. */
bool dictionary_cursor_next(struct dictionary_cursor *c);

/* The term under the cursor, good until the next move. */
struct span dictionary_cursor_term(const struct dictionary_cursor *c);
const struct term_entry *dictionary_cursor_entry(const struct dictionary_cursor *c);
enum status dictionary_cursor_status(const struct dictionary_cursor *c);

#endif
