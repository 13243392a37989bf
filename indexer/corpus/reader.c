/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: the gate between the readers and the sink. A field that is fine, as nearly all are, is
 * checked and passed on where it stands; only one that is not is copied.
 */
#include "indexer/corpus/reader.h"

#include "common/base/date.h"
#include "common/base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

void reading_release(struct reading *r)
{
    buf_release(&r->scratch);
    for (size_t i = 0; i < READER_FIELDS; i++)
        buf_release(&r->clean[i]);
}

struct span reader_trim(struct span text)
{
    while (text.len > 0 && byte_is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && byte_is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

struct span reader_without_title(struct span text, struct span title)
{
    if (title.len == 0 || text.len <= title.len || text.data[title.len] != '\n' ||
        memcmp(text.data, title.data, title.len) != 0)
        return text;
    size_t n = title.len;
    while (n < text.len && text.data[n] == '\n')
        n++;
    return span_of(text.data + n, text.len - n);
}

bool reader_whole(struct reading *r, struct span *out)
{
    enum report_kind kind;
    const struct span all = unpack_peek(r->in, r->record_most + 1);
    if (unpack_problem(r->in, &kind) != NULL)
        return false;
    if (all.len > r->record_most) {
        reader_refuse(r, 0, "longer than %zu bytes", r->record_most);
        return false;
    }
    unpack_take(r->in, all.len);
    *out = all;
    return true;
}

static bool is_nul(uint8_t byte)
{
    return byte == 0;
}

static bool is_control(uint8_t byte)
{
    return byte < ' ' || byte == 0x7f;
}

typedef bool unwanted_byte(uint8_t byte);

/* Appends `field` with U+FFFD for bad sequences and unwanted bytes; returns how many those were. */
static size_t append_clean(struct buf *out, struct span field, unwanted_byte *unwanted)
{
    size_t count = 0;
    size_t from = 0;
    for (size_t i = 0; i <= field.len; i++) {
        if (i < field.len && !unwanted(field.data[i]))
            continue;
        count += utf8_append_clean(out, span_of(field.data + from, i - from));
        if (i < field.len) {
            buf_append_string(out, REPLACEMENT);
            count++;
        }
        from = i + 1;
    }
    return count;
}

static void clean(struct reading *r, enum reader_field which, struct span *field,
                  unwanted_byte *unwanted)
{
    struct buf *const copy = &r->clean[which];
    buf_clear(copy);
    report_add(r->report, REPORT_BAD_BYTES, append_clean(copy, *field, unwanted));
    *field = buf_span(copy);
}

static void clean_id(struct reading *r, struct span *id, enum reader_trust trust)
{
    bool good = trust == READER_VALID || utf8_valid(*id);
    for (size_t i = 0; i < id->len && good; i++)
        good = !is_control(id->data[i]);
    if (!good)
        clean(r, READER_ID, id, is_control);
}

static void clean_field(struct reading *r, enum reader_field which, struct span *field,
                        enum reader_trust trust)
{
    if (field->len == 0)
        return;
    const bool nul = memchr(field->data, 0, field->len) != NULL;
    if (nul || (trust == READER_RAW && !utf8_valid(*field)))
        clean(r, which, field, is_nul);
}

/* One line without white space around it: breaks and tabs become spaces. */
static void flatten(struct reading *r, struct span *title)
{
    bool flat = true;
    *title = reader_trim(*title);
    for (size_t i = 0; i < title->len && flat; i++)
        flat = title->data[i] == ' ' || !byte_is_space(title->data[i]);
    if (flat)
        return;
    struct buf *const copy = &r->clean[READER_TITLE];
    /* One that was cleaned stands in the copy already, perhaps behind white space. */
    size_t at = (size_t)((uintptr_t)title->data - (uintptr_t)copy->data);
    if (at >= copy->len) {
        buf_clear(copy);
        buf_append_span(copy, *title);
        at = 0;
    }
    if (copy->failed)
        return;
    for (size_t i = at; i < at + title->len; i++)
        copy->data[i] = byte_is_space(copy->data[i]) ? ' ' : copy->data[i];
    *title = span_of(copy->data + at, title->len);
}

static void cut(struct reading *r, struct span *field, size_t most)
{
    if (field->len <= most)
        return;
    *field = utf8_prefix(*field, most);
    report_add(r->report, REPORT_CUT, 1);
}

/* Refuses what no index can hold; true if the document may pass. */
static bool check_limits(struct reading *r, const struct document *d)
{
    if (d->id.len == 0)
        reader_refuse(r, d->line, "empty id");
    else if (d->id.len > LIMIT_ID_BYTES)
        reader_refuse(r, d->line, "id longer than %d bytes", LIMIT_ID_BYTES);
    else if (d->text.len > LIMIT_DOCUMENT_BYTES)
        reader_refuse(r, d->line, "text longer than %u bytes", LIMIT_DOCUMENT_BYTES);
    else
        return true;
    return false;
}

enum status reader_hand_on(struct reading *r, const struct document *raw, enum reader_trust trust)
{
    struct document d = *raw;
    d.source = r->path;
    clean_id(r, &d.id, trust);
    clean_field(r, READER_TITLE, &d.title, trust);
    clean_field(r, READER_DATE, &d.date, trust);
    clean_field(r, READER_URL, &d.url, trust);
    clean_field(r, READER_TEXT, &d.text, trust);
    flatten(r, &d.title);
    cut(r, &d.title, LIMIT_TITLE_BYTES);
    cut(r, &d.url, LIMIT_URL_BYTES);
    for (size_t i = 0; i < READER_FIELDS; i++)
        TRY(buf_status(&r->clean[i]));
    if (!check_limits(r, &d))
        return STATUS_OK;
    if (d.date.len > 0 && date_parse(d.date) == DATE_NONE)
        report_add(r->report, REPORT_BAD_DATE, 1);
    return r->sink(r->sink_context, &d);
}
