/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expand: a pattern or a fuzzy word becomes the forms of the index that fit, the commonest first.
 *
 *     struct expansion e;
 *     TRY(expand(index, &pattern, LIMIT_QUERY_EXPANSIONS, arena, &e));
 *     for (size_t i = 0; i < e.n; i++)
 *         ... e.forms[i].form, e.forms[i].count ...
 *
 * Completion is the expansion of a prefix to a few forms. Among equally common forms the lower in
 * byte order comes first.
 */
#ifndef QIAO_SEARCHER_QUERY_EXPAND_H
#define QIAO_SEARCHER_QUERY_EXPAND_H

#include "searcher/query/find_forms.h"

struct expansion {
    struct found_form *forms; /* in the arena, as their bytes */
    size_t n;
    uint64_t n_fitting; /* forms that fit; more than n where the limit bit */
    bool late;          /* the time was over (stop.h): there may be others, and commoner ones */
};

/* The `most` (>= 1) commonest forms that fit. Fails on memory and damage of the index. */
enum status expand(const struct index *index, const struct form_pattern *pattern, size_t most,
                   struct arena *arena, struct expansion *out /* OUT */);

struct expanded_term {
    struct span term;
    struct span form; /* the commonest of its forms in the expansion */
};

/* The terms of the forms, each once, in the order of their commonest forms: *n of them, in the
 * arena. */
enum status expand_terms(const struct index *index, const struct expansion *expansion,
                         struct arena *arena, struct expanded_term **out /* OUT */,
                         size_t *n /* OUT */);

#endif
