/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_text: a page in, the text that a reader of it would see out.
 *
 *     struct html_page page = HTML_PAGE_INIT;
 *     TRY(html_read_page(&page, bytes));          // again and again
 *     ... page.title, page.text, page.date, page.url ...
 *     html_page_release(&page);
 *
 * Blocks become paragraphs with a blank line between them; `br`, list items and table rows become
 * lines, two `br` a blank line; cells are set apart by a blank. White space is collapsed as a
 * browser does (a no-break space counts as a blank), but for `pre`, which keeps its lines.
 * Character references become characters. What docs/CORPUS.md lists as skipped (script, style, nav,
 * forms' buttons, ...) leaves no trace; one of these that is never closed is not skipped, since it
 * would take the rest of the page with it.
 */
#ifndef QIAO_INDEXER_CORPUS_HTML_TEXT_H
#define QIAO_INDEXER_CORPUS_HTML_TEXT_H

#include "common/base/buf.h"
#include "indexer/corpus/html_meta.h"

/* Text that is being written. */
struct html_flow {
    struct buf out;
    unsigned breaks; /* newlines due before the next text */
    bool blank;      /* a blank is due, unless newlines are */
};

struct html_page {
    /* Borrowed until the next page is read or this one released. */
    struct span title; /* <title>, else the first h1 that is not empty */
    struct span text;  /* without a first heading that is the title; the description if empty */
    struct span date;  /* as written; see html_meta.h */
    struct span url;
    struct html_flow title_flow; /* private, as all that follows */
    struct html_flow text_flow;
    struct html_meta meta;
};

#define HTML_PAGE_INIT                                                                             \
    {                                                                                              \
        .meta = HTML_META_INIT                                                                     \
    }

void html_page_release(struct html_page *page);

/* Reads a page of ASCII-compatible bytes. Bad UTF-8 passes as it is. STATUS_NO_MEMORY only. */
enum status html_read_page(struct html_page *page, struct span bytes);

#endif
