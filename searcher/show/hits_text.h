/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hits_text: the answer to a query as text for a person.
 *
 *     2 passages, 0.8 ms
 *     reading: climate OR "sea level"~3
 *
 *     1. Port of Singapore
 *        2023-05-12  port.txt#3  12.346
 *        https://example.org/port
 *        … the climate and the sea level, which …
 *
 *     2. notes.md#1
 *        11.500
 *        The sea level rises.
 *
 * Whatever comes from outside passes through escape. No line of running text is wider than asked
 * for; ids and urls are never broken, so that they can be copied.
 */
#ifndef QIAO_SEARCHER_SHOW_HITS_TEXT_H
#define QIAO_SEARCHER_SHOW_HITS_TEXT_H

#include "searcher/show/hit.h"

struct hits_text_style {
    uint32_t width;   /* columns; 0: lines never break */
    bool colour;      /* matched words are bold */
    const char *unit; /* what is counted, in the singular: "passage" or "document" */
};

/* Appends how a query was read: the line that hits_text begins with where that is not obvious. */
void hits_text_reading(struct span reading, uint32_t width, struct buf *out);

/* Appends the text, which ends with a newline. */
void hits_text(const struct hit_list *list, const struct hits_text_style *style, struct buf *out);

#endif
