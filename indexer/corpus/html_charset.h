/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_charset: the encoding of a page, and the page as UTF-8.
 *
 * It is what the page declares (<meta charset>, <meta http-equiv>, <?xml encoding?>), else what the
 * user said (--charset), else UTF-8, unless more sequences of the page are bad UTF-8 than good:
 * then it is windows-1252, which the HTML standard names for pages that do not say.
 */
#ifndef QIAO_INDEXER_CORPUS_HTML_CHARSET_H
#define QIAO_INDEXER_CORPUS_HTML_CHARSET_H

#include "indexer/corpus/reader.h"

/* *page is the page as UTF-8: `raw` itself, or a copy in `room`. Bad bytes are counted in r->report,
 * those of bad UTF-8 left for reader_hand_on. STATUS_NO_MEMORY or STATUS_USAGE (charset.h). */
enum status html_decode(struct reading *r, struct span raw, struct buf *room,
                        struct span *page /* OUT */);

/* What the page declares; false if that is nothing, or no encoding that is known. */
bool html_declared_charset(struct span raw, enum charset_name *out /* OUT */);

#endif
