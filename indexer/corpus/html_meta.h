/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_meta: what a page says about itself: its date, address and description.
 *
 *     html_meta_clear(&meta);
 *     html_meta_tag(&meta, attributes);           // of each <meta>, <link>, <time>
 *     html_meta_link(&meta, attributes);
 *     html_meta_time(&meta, attributes);
 *     ... html_meta_date(&meta), html_meta_value(&meta, HTML_URL) ...
 *
 * Of several dates that stands which names the day of publication most exactly: the order of the
 * names is in docs/CORPUS.md. One that can be read (base/date.h) goes before one that cannot.
 */
#ifndef QIAO_INDEXER_CORPUS_HTML_META_H
#define QIAO_INDEXER_CORPUS_HTML_META_H

#include "common/base/buf.h"

enum html_value { HTML_DATE, HTML_URL, HTML_DESCRIPTION, HTML_VALUES };

struct html_meta {
    struct buf values[HTML_VALUES];
    unsigned ranks[HTML_VALUES]; /* of the value that stands; lower is better */
    struct buf scratch;
};

#define HTML_META_INIT                                                                             \
    {                                                                                              \
        .ranks = { 0 }                                                                             \
    }

void html_meta_release(struct html_meta *m);

/* Forgets all values. */
void html_meta_clear(struct html_meta *m);

/* Takes what the attributes of a tag say; html_token.h has their form. */
void html_meta_tag(struct html_meta *m, struct span attributes);
void html_meta_link(struct html_meta *m, struct span attributes);
void html_meta_time(struct html_meta *m, struct span attributes);

/* What was found, empty if nothing was; borrowed until the next call that may change it. */
struct span html_meta_value(const struct html_meta *m, enum html_value which);

/* STATUS_NO_MEMORY if a value could not be kept. */
enum status html_meta_status(const struct html_meta *m);

#endif
