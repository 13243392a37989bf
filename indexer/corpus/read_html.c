/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_html: a page is a document; html_text.h says what its text is, html_charset.h how its bytes
 * are read.
 */
#include "indexer/corpus/html_charset.h"
#include "indexer/corpus/html_text.h"

enum status read_html(struct reading *r)
{
    struct span raw;
    struct span bytes;
    if (!reader_whole(r, &raw))
        return STATUS_OK;
    struct html_page page = HTML_PAGE_INIT;
    enum status status = html_decode(r, raw, &r->scratch, &bytes);
    if (status == STATUS_USAGE) {
        reader_refuse(r, 0, "%s", status_message());
        return STATUS_OK;
    }
    if (status == STATUS_OK)
        status = html_read_page(&page, bytes);
    if (status == STATUS_OK) {
        const struct document d = {.id = r->file_id,
                                   .title = page.title,
                                   .date = page.date,
                                   .url = page.url,
                                   .text = page.text};
        status = reader_hand_on(r, &d, READER_RAW);
    }
    html_page_release(&page);
    return status;
}
