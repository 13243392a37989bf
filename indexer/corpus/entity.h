/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entity: character references of HTML and Markdown (&amp; &eacute; &#8212; &#x2014;) as text, by
 * the rules of the HTML standard (section 13.2.5.72 and behind it). What is no reference stays as
 * it is written, which loses nothing.
 */
#ifndef QIAO_INDEXER_CORPUS_ENTITY_H
#define QIAO_INDEXER_CORPUS_ENTITY_H

#include "common/base/buf.h"

/* What a reference comes to at most. */
#define ENTITY_BYTES 8

enum entity_place {
    ENTITY_TEXT,
    ENTITY_ATTRIBUTE, /* a name without a semicolon does not count in front of `=` or a letter */
};

/* Reads the reference that `text`, whose first byte is &, begins with. Writes what it stands for
 * into `out`, of ENTITY_BYTES, and returns the bytes written; *taken are those that it takes of
 * `text`: 1, for the & itself, if it is no reference. */
size_t entity_take(struct span text, enum entity_place place, uint8_t *out /* OUT */,
                   size_t *taken /* OUT */);

/* Appends `text` with its references replaced. */
void entity_decode(struct buf *out, struct span text, enum entity_place place);

#endif
