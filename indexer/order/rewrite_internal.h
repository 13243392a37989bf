/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite_internal: what the two halves of rewrite.h share: documents first, then lists. */
#ifndef QIAO_INDEXER_ORDER_REWRITE_INTERNAL_H
#define QIAO_INDEXER_ORDER_REWRITE_INTERNAL_H

#include "indexer/order/page_budget.h"
#include "indexer/order/rewrite.h"
#include "indexer/write/documents_writer.h"
#include "indexer/write/passages_writer.h"
#include "indexer/write/postings_writer.h"

#define PASSAGE_UNKNOWN UINT32_MAX

struct rewriting {
    const struct rewrite *r;
    struct segment_writer *to;
    struct text_writer text; /* its section is open while documents are added */
    struct documents_writer documents;
    struct passages_writer passages;
    struct postings_writer postings;
    uint32_t *numbers; /* new number of each passage */
    struct page_budget pages;
};

/* Texts, documents and passages into their writers, and the numbers of the passages. */
enum status rewrite_documents(struct rewriting *w);

/* All lists into the postings writer, once the passages have their numbers and lengths. */
enum status rewrite_lists(struct rewriting *w, const struct postings_settings *settings);

#endif
