/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: every promise of docs/FORMAT.md that one segment can be held to without its corpus.
 *
 *     TRY(segment_check_sums(&segment));   accidents: flipped bits, torn pages
 *     TRY(segment_check(&segment));        structure: what a writer's bug or a forger would break
 *
 * What the format leaves no choice in is made anew from what was read and compared byte by byte:
 * dictionaries, posting lists, positions, bounds, passage places, columns, the header. The rest is
 * counted: lengths against frequencies, forms against terms, rows against records.
 *
 * Not checked: whether the words are those of the text.
 */
#ifndef QIAO_SEGMENT_CHECK_H
#define QIAO_SEGMENT_CHECK_H

#include "common/segment/segment.h"

/* Takes about as long as building the postings did, and 16 bytes a passage and 8 a term.
 * STATUS_CORRUPT with a message that names section and item; STATUS_NO_MEMORY. */
enum status segment_check(const struct segment *s);

#endif
