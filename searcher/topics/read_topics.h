/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_topics: a file of queries, whatever its form.
 *
 *     struct topics *t;
 *     TRY(topics_read("queries.tsv", &t));
 *     for (size_t i = 0; i < t->count; i++)
 *         ... t->topics[i].qid, t->topics[i].text ...
 *     topics_free(t);
 *
 * Recognised by content: TREC topics (`<top>`; num with or without "Number:", title; closing tags
 * optional), JSON lines (`id|_id|qid`, `text|query|title`), TSV (`qid<TAB>text`: every line that is
 * not blank has a tab), else one query a line with qids 1, 2, ... Order is that of the file. Text
 * is cleaned to valid UTF-8; a line that cannot be read is STATUS_INPUT with its number.
 */
#ifndef QIAO_SEARCHER_TOPICS_READ_TOPICS_H
#define QIAO_SEARCHER_TOPICS_READ_TOPICS_H

#include "common/base/bytes.h"
#include "common/base/status.h"

struct topic {
    struct span qid;
    struct span text;
};

struct topics {
    struct topic *topics;
    size_t count;
};

/* "-" reads standard input. gzip is understood. The result (heap) is freed as a whole. */
enum status topics_read(const char *path, struct topics **out /* OUT */);
void topics_free(struct topics *t);

#endif
