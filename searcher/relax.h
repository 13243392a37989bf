/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relax: a query that found nothing, or little; give me queries that find more, with how much.
 *
 *     struct hit_alternative *list;
 *     size_t n;
 *     if (relax_is_due(&result))
 *         TRY(relax(searcher, &options, &result, &list, &n));
 *
 * Each is the query with one thing changed: words that the index has not as it has them (in context:
 * the spelling that stands with the other words), a phrase wider or taken apart, one clause left
 * out, required clauses optional. Only what finds more is given, or as
 * much in other words; what changes least comes first.
 */
#ifndef QIAO_SEARCHER_RELAX_H
#define QIAO_SEARCHER_RELAX_H

#include "searcher/search.h"

/* Hits below which a query has found little. */
#define RELAX_FEW 3u

/* Alternatives that are given at most. */
#define RELAX_MOST 5u

/* Whether the query found nothing or little, and not for want of time, or has a word that the index has seldom or never. */
bool relax_is_due(const struct search_result *result);

/* Finds alternatives to the query of `result`, which was ranked with `options`: *n of them, in the
 * result's arena. Their texts are read as queries with the same options. */
enum status relax(struct searcher *s, const struct search_options *options,
                  struct search_result *result, struct hit_alternative **out /* OUT */,
                  size_t *n /* OUT */);

#endif
