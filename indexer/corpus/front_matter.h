/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_matter: the block of `key: value` lines between `---` lines at the head of a Markdown file.
 *
 * Of YAML this reads plain and quoted scalars at the outermost level; everything else there
 * (lists, nested keys, block scalars) is passed over.
 */
#ifndef QIAO_INDEXER_CORPUS_FRONT_MATTER_H
#define QIAO_INDEXER_CORPUS_FRONT_MATTER_H

#include "common/base/buf.h"

struct front_matter {
    struct span title; /* borrowed from the text or from `room`; empty if it was not there */
    struct span date;
    struct span url;
    struct span body; /* what follows; the whole text when there is no front matter */
};

/* Reads `text`. The values that stood in quotes are put into `room` (which is cleared); the spans
 * are good as long as both. buf_status(room) tells whether memory ran out. */
void front_matter_read(struct span text, struct buf *room, struct front_matter *out /* OUT */);

#endif
