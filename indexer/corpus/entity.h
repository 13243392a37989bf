/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entity: character references of HTML and Markdown (&amp; &eacute; &#8212; &#x2014;) as text.
 *
 * Named are the 96 of Latin 1 and the punctuation, arrows and signs that articles use; others stay
 * as they are written, which loses nothing.
 */
#ifndef QIAO_INDEXER_CORPUS_ENTITY_H
#define QIAO_INDEXER_CORPUS_ENTITY_H

#include "common/base/buf.h"

/* Appends what `entity` (from & to ;) stands for, or `entity` itself if that is not known. */
void entity_append(struct buf *out, struct span entity);

#endif
