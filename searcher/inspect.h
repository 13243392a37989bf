/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inspect: the part of the searcher that looks at one document: what it says (`show`, the prompt's
 * :open), and why a query ranks it as it does (`why`, the prompt's :why).
 *
 *     TRY(inspect_article(s, passage, whole, &arena, &text, &article));
 *
 *     TRY(search_plan(s, query, &options, &result));        or search_run
 *     TRY(inspect_rank(s, &options, &result, query, first, n, &view));
 */
#ifndef QIAO_SEARCHER_INSPECT_H
#define QIAO_SEARCHER_INSPECT_H

#include "searcher/search.h"
#include "searcher/show/article.h"
#include "searcher/show/explanation.h"

/* Reads a passage of the index, or the whole document that it is part of. The text goes into
 * `text`, which is cleared first, all other strings into the arena. */
enum status inspect_article(struct searcher *s, uint32_t passage, bool whole, struct arena *arena,
                            struct buf *text, struct article *out /* OUT */);

/* Explains the rank of the best of passages [first, first + n) of one document for the query that
 * `result` holds the plan of; `query` is its text, `options` are those it was planned with. What is
 * made lives in the result's arena. */
enum status inspect_rank(struct searcher *s, const struct search_options *options,
                         struct search_result *result, struct span query, uint32_t first,
                         uint32_t n, struct explanation_view *out /* OUT */);

#endif
