/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snippet_edges: lays a window of readable text around what it has to show.
 */
#ifndef QIAO_SEARCHER_SHOW_SNIPPET_EDGES_H
#define QIAO_SEARCHER_SHOW_SNIPPET_EDGES_H

#include "common/base/bytes.h"
#include "common/text/tokenize.h"

/* The part of a text that has to be in the window; empty at 0 when nothing has. */
struct snippet_core {
    uint32_t start; /* bytes; start and end of tokens */
    uint32_t end;
    uint32_t characters;
};

/* The text without the white space around it. */
struct span snippet_trim(struct span text);

/* Chooses the window of `text` (trimmed, more than `width` characters) around `core`: not longer
 * than `width` characters unless a single token is. */
void snippet_window(struct span text, enum tokenize_style style, const struct snippet_core *core,
                    uint32_t width, uint32_t *start /* OUT */, uint32_t *end /* OUT */);

#endif
