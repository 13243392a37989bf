/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape: the one gate for bytes of documents, paths and queries on their way to a terminal.
 *
 * Nothing that comes from outside is printed except through here or through json.h. What passes is
 * valid UTF-8 without control characters: C0 (but see below), DEL, C1 (U+0080-9F), the
 * bidirectional overrides and isolates (U+202A-E, U+2066-9, U+200E-F, U+061C), line and paragraph
 * separators, and other invisible format characters (U+FEFF, U+FFF9-B, tags U+E0000-7F).
 */
#ifndef QIAO_BASE_ESCAPE_H
#define QIAO_BASE_ESCAPE_H

#include "common/base/buf.h"

enum escape_mode {
    ESCAPE_LINE, /* one line: tab, newline and carriage return become a space */
    ESCAPE_TEXT, /* running text: newline stays, CRLF becomes newline, a tab becomes a space */
};

/* Appends `text` to `out`; every other unwanted character becomes U+FFFD, every bad byte too. */
void escape_append(struct buf *out, struct span text, enum escape_mode mode);

/* Whether the character may reach a terminal as it is. */
bool escape_is_safe(uint32_t code_point);

#endif
