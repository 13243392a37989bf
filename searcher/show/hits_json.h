/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hits_json: the answer to a query as one JSON object on one line, for programs. Keys only ever get
 * added.
 */
#ifndef QIAO_SEARCHER_SHOW_HITS_JSON_H
#define QIAO_SEARCHER_SHOW_HITS_JSON_H

#include "searcher/show/hit.h"

/* Appends the object and a newline. What a hit lacks (title, date, url; text, snippet and
 * highlights without stored text) is null, and so is the qid of a single query. */
void hits_json(const struct hit_list *list, struct buf *out);

#endif
