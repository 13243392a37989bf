/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite: a query tree with one thing changed, to be printed as another query.
 *
 *     struct rewrite edit = {.kind = REWRITE_WITHOUT, .target = clause};
 *     struct query changed;
 *     TRY(query_rewrite(&query, &edit, arena, &changed));
 *     query_print(&changed, &text);
 *
 * The copy borrows from the tree that it is made of. It is for printing only: of words that are
 * spelled otherwise forms and terms are still the old ones.
 */
#ifndef QIAO_SEARCHER_QUERY_REWRITE_H
#define QIAO_SEARCHER_QUERY_REWRITE_H

#include "common/base/status.h"
#include "searcher/query/tree.h"

enum rewrite_kind {
    REWRITE_WORDS,   /* `words` are spelled otherwise */
    REWRITE_WIDER,   /* phrases and NEAR may be further apart */
    REWRITE_APART,   /* their words may stand anywhere, but must */
    REWRITE_WITHOUT, /* without the clause `target` */
    REWRITE_ANY,     /* required clauses become optional, where no id or date is among them */
};

struct rewritten_word {
    const struct query_word *word; /* of the tree */
    struct span typed;             /* instead */
};

struct rewrite {
    enum rewrite_kind kind;
    const struct query_node *target;
    const struct rewritten_word *words;
    size_t n_words;
};

enum status query_rewrite(const struct query *query, const struct rewrite *edit,
                          struct arena *arena, struct query *out /* OUT */);

#endif
