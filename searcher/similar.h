/* SPDX-License-Identifier: Apache-2.0 */
/*
 * similar: here is a passage, give me the query that finds passages like it.
 *
 *     TRY(similar_query(searcher, passage, false, &text));
 *     TRY(search_run(searcher, buf_span(&text), &options, &result));      with QUERY_SYNTAX
 *
 * The query is an ordinary one, to be shown, explained and changed: the passage's best words that
 * other documents have too, by tf * idf, tf counted in the passage's document; all optional, and the
 * passage itself excluded by its id.
 */
#ifndef QIAO_SEARCHER_SIMILAR_H
#define QIAO_SEARCHER_SIMILAR_H

#include "searcher/search.h"

/* Words of the query: enough to say what a passage is about, few enough to read. */
#define SIMILAR_WORDS 16u

/* Appends the query to `out`; nothing if no other document has a word of it. `document`: all of the
 * passage's document is excluded. Stop words and words that no other document has are left out.
 * STATUS_MISSING: the index stores no text. */
enum status similar_query(struct searcher *s, uint32_t passage, bool document, struct buf *out);

#endif
