/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_trec: <DOC> ... </DOC>, again and again, as the collections of TREC come; trec_record.h says
 * what is in one. The page of a web collection is read as HTML.
 *
 * A record that is not closed before the next one opens, or before the file ends, may have lost
 * its end and is refused; so is one without an id. What stands between the records and is no tag is
 * reported once. Only the record at hand is kept in memory.
 */
#include <strings.h>

#include "indexer/corpus/html_charset.h"
#include "indexer/corpus/html_text.h"
#include "indexer/corpus/trec_record.h"

#define LOOK_BYTES 128 /* enough to see <DOC> and the name of the tag behind it */

struct trec {
    struct reading *r;
    uint64_t line;
    struct trec_record record;
    struct html_page page;
    struct buf room; /* of a page in another encoding */
};

/* Takes `len` bytes of the window and counts the lines in them. */
static void take_counted(struct trec *t, size_t len)
{
    const struct span window = unpack_peek(t->r->in, len);
    for (size_t i = 0; i < len; i++)
        t->line += window.data[i] == '\n';
    unpack_take(t->r->in, len);
}

static bool begins_with(struct span text, const char *lower)
{
    const size_t len = strlen(lower);
    return text.len >= len && strncasecmp((const char *)text.data, lower, len) == 0;
}

/* Takes the next `len` bytes, which hold no record; reports the first text in them that is in no
 * tag, unless *told. */
static void take_between(struct trec *t, size_t len, bool *in_tag, bool *told)
{
    const struct span bytes = span_of(unpack_peek(t->r->in, len).data, len);
    size_t at = 0;
    *in_tag |= bytes.data[0] == '<';
    if (*in_tag) {
        const uint8_t *const close = memchr(bytes.data, '>', len);
        at = close != NULL ? (size_t)(close - bytes.data) + 1 : len;
        *in_tag = close == NULL;
    }
    while (at < len && byte_is_space(bytes.data[at]))
        at++;
    take_counted(t, at);
    if (at < len && !*told)
        reader_refuse(t->r, t->line, "text outside of <DOC>");
    *told |= at < len;
    take_counted(t, len - at);
}

/* Moves on to the next <DOC; false if there is none. */
static bool find_open(struct trec *t)
{
    bool in_tag = false;
    bool told = false;
    for (;;) {
        const struct span window = unpack_peek(t->r->in, LOOK_BYTES);
        if (window.len == 0 || trec_is_open(window))
            return window.len > 0;
        const uint8_t *const lt = memchr(window.data + 1, '<', window.len - 1);
        take_between(t, lt != NULL ? (size_t)(lt - window.data) : window.len, &in_tag, &told);
    }
}

enum found { FOUND_END, FOUND_OPEN, FOUND_NOTHING };

/* Finds the end of the record that stands next: *len are its bytes, with </DOC> if it is
 * FOUND_END. Bytes beyond record_most are taken, and *too_long set. */
static enum found find_end(struct trec *t, size_t *len, bool *too_long)
{
    size_t n = 1;
    *too_long = false;
    for (;;) {
        struct span window = unpack_peek(t->r->in, n + LOOK_BYTES);
        *len = window.len;
        if (window.len <= n)
            return FOUND_NOTHING;
        const uint8_t *const lt = memchr(window.data + n, '<', window.len - n);
        n = lt != NULL ? (size_t)(lt - window.data) : window.len;
        if (n > t->r->record_most) {
            *too_long = true;
            take_counted(t, n - 1);
            n = 1;
        }
        if (lt == NULL)
            continue;
        window = unpack_peek(t->r->in, n + LOOK_BYTES);
        const struct span rest = span_of(window.data + n, window.len - n);
        *len = n;
        if (window.data[n - 1] == '\n' && trec_opens_record(rest))
            return FOUND_OPEN;
        if (begins_with(rest, "</doc>")) {
            *len = n + 6;
            return FOUND_END;
        }
        n++;
    }
}

/* The page of a record as a document. */
static enum status read_page(struct trec *t, struct document *d)
{
    struct span bytes;
    TRY(html_decode(t->r, t->record.page, &t->room, &bytes));
    TRY(html_read_page(&t->page, bytes));
    d->title = t->page.title;
    d->text = t->page.text;
    d->date = t->page.date;
    return STATUS_OK;
}

static enum status read_record(struct trec *t, struct span doc)
{
    struct trec_record *const record = &t->record;
    TRY(trec_record_read(record, doc));
    struct document d = {.line = t->line,
                         .id = record->id,
                         .title = record->title,
                         .date = record->date,
                         .url = record->url,
                         .text = reader_without_title(record->text, record->title)};
    if (d.id.len == 0) {
        reader_refuse(t->r, t->line, "no <DOCNO>");
        return STATUS_OK;
    }
    const enum status status = record->is_page ? read_page(t, &d) : STATUS_OK;
    if (status == STATUS_USAGE) { /* an encoding that this system does not have */
        reader_refuse(t->r, t->line, "%s", status_message());
        return STATUS_OK;
    }
    TRY(status);
    return reader_hand_on(t->r, &d, READER_RAW);
}

static enum status read_records(struct trec *t)
{
    while (find_open(t)) {
        size_t len;
        bool too_long;
        enum report_kind kind;
        const uint64_t line = t->line;
        const enum found found = find_end(t, &len, &too_long);
        if (too_long)
            reader_refuse(t->r, line, "record longer than %zu bytes", t->r->record_most);
        else if (found == FOUND_OPEN)
            reader_refuse(t->r, line, "no </DOC> before the next <DOC>");
        else if (found == FOUND_NOTHING && unpack_problem(t->r->in, &kind) == NULL)
            reader_refuse(t->r, line, "no </DOC> before the end of the file");
        else if (found == FOUND_END)
            TRY(read_record(t, span_of(unpack_peek(t->r->in, len).data, len)));
        take_counted(t, len);
    }
    return STATUS_OK;
}

enum status read_trec(struct reading *r)
{
    struct trec t = {.r = r, .line = 1, .record = TREC_RECORD_INIT, .page = HTML_PAGE_INIT};
    const enum status status = read_records(&t);
    trec_record_release(&t.record);
    html_page_release(&t.page);
    buf_release(&t.room);
    return status;
}
