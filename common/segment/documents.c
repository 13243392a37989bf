/* SPDX-License-Identifier: Apache-2.0 */
/* documents: ids are front-coded in document order, records are compressed 64 at a time. */
#include "common/segment/documents.h"

#include "common/base/date.h"
#include "common/codec/bitpack.h"
#include "common/codec/front_coding.h"
#include "common/segment/blobs.h"

/* A blob of at most 64 records of at most this much each is opened; more is damage. */
#define BLOB_BYTES_MOST                                                                            \
    (DOCUMENTS_PER_BLOB * (uint64_t)(LIMIT_TITLE_BYTES + LIMIT_URL_BYTES + 8192))

static enum status damaged_ids(void)
{
    return fail(STATUS_CORRUPT, "damaged document ids");
}

static enum status read_id(const struct segment *s, uint32_t document, struct front_string *id)
{
    const uint64_t n_blobs = ceil_div(s->header.documents, IDS_PER_BLOB);
    const struct span bytes =
        blobs_get(s->sections[SECTION_DIDS], n_blobs, document / IDS_PER_BLOB);
    if (bytes.data == NULL)
        return damaged_ids();
    struct cursor c = cursor_of(bytes.data, bytes.len);
    id->len = 0;
    for (uint32_t i = 0; i <= document % IDS_PER_BLOB; i++)
        front_coding_read(&c, id);
    return c.bad ? damaged_ids() : STATUS_OK;
}

enum status document_id(const struct segment *s, uint32_t document, struct buf *out)
{
    struct front_string id;
    TRY(read_id(s, document, &id));
    buf_append_span(out, front_string_span(&id));
    return buf_status(out);
}

/* The document that stands at `rank` when ids are sorted. */
static uint64_t document_at_rank(const struct segment *s, uint64_t rank)
{
    const struct span order = s->sections[SECTION_DORD];
    return order.len == 0 ? rank
                          : bitpack_get(order, (size_t)rank, bits_of(s->header.documents - 1));
}

enum status document_find(const struct segment *s, struct span id, uint32_t *document, bool *found)
{
    uint64_t low = 0;
    uint64_t high = s->header.documents;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        const uint64_t candidate = document_at_rank(s, middle);
        if (candidate >= s->header.documents)
            return fail(STATUS_CORRUPT, "damaged order of document ids");
        struct front_string there;
        TRY(read_id(s, (uint32_t)candidate, &there));
        const int order = span_compare(front_string_span(&there), id);
        if (order == 0) {
            *document = (uint32_t)candidate;
            *found = true;
            return STATUS_OK;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = false;
    return STATUS_OK;
}

enum status document_reader_init(struct document_reader *r, const struct segment *s)
{
    *r = (struct document_reader){.segment = s, .blob = BUF_INIT, .blob_number = UINT64_MAX};
    return text_codec_new(0, &r->codec);
}

void document_reader_release(struct document_reader *r)
{
    text_codec_free(r->codec);
    buf_release(&r->blob);
    r->codec = NULL;
}

static enum status damaged_record(void)
{
    return fail(STATUS_CORRUPT, "damaged document record");
}

/* Goes back to the first record of the blob. */
static void rewind_blob(struct document_reader *r)
{
    r->at = cursor_of(r->blob.data, r->blob.len);
    r->n_read = 0;
    r->last = (struct document_record){.text_start = cursor_varint(&r->at)};
    r->last.first_passage = (uint32_t)cursor_varint_max(&r->at, r->segment->header.passages);
}

static enum status unpack(struct document_reader *r, uint64_t number)
{
    const uint64_t n_blobs = ceil_div(r->segment->header.documents, DOCUMENTS_PER_BLOB);
    const struct span packed = blobs_get(r->segment->sections[SECTION_DOCS], n_blobs, number);
    if (packed.data == NULL)
        return damaged_record();
    struct cursor c = cursor_of(packed.data, packed.len);
    const uint64_t raw_len = cursor_varint_max(&c, BLOB_BYTES_MOST);
    if (c.bad)
        return damaged_record();
    r->blob_number = UINT64_MAX;
    buf_clear(&r->blob);
    uint8_t *const raw = buf_reserve(&r->blob, (size_t)raw_len + 1);
    if (raw == NULL)
        return fail_no_memory();
    TRY(text_block_read(r->codec, span_of(c.at, cursor_left(&c)), raw, (size_t)raw_len));
    r->blob.len = (size_t)raw_len;
    r->blob_number = number;
    rewind_blob(r);
    return STATUS_OK;
}

/* What a record says besides the bytes of its text. Most have none of this. */
enum record_flag {
    RECORD_PASSAGES = 1, /* not one of them */
    RECORD_DATE = 2,
    RECORD_TITLE = 4,
    RECORD_URL = 8,
    RECORD_SOURCE = 16, /* another than the record's before */
    RECORD_LINE = 32,   /* not the one behind the record's before */
};

static void put_string(struct buf *out, struct span string)
{
    buf_put_varint(out, string.len);
    buf_append_span(out, string);
}

void document_record_append(struct buf *out, const struct document_record *before,
                            const struct document_record *d)
{
    const struct document_record none = {.line = 0};
    const struct document_record *const b = before != NULL ? before : &none;
    const int64_t jump = (int64_t)(d->line - b->line - 1);
    const unsigned flags =
        (d->n_passages != 1 ? RECORD_PASSAGES : 0u) | (d->date != DATE_NONE ? RECORD_DATE : 0u) |
        (d->title.len > 0 ? RECORD_TITLE : 0u) | (d->url.len > 0 ? RECORD_URL : 0u) |
        (span_equal(d->source, b->source) ? 0u : RECORD_SOURCE) | (jump != 0 ? RECORD_LINE : 0u);
    buf_put_varint(out, 2 * (uint64_t)d->text_bytes + (flags != 0));
    if (flags != 0)
        buf_put_u8(out, (uint8_t)flags);
    if (flags & RECORD_PASSAGES)
        buf_put_varint(out, d->n_passages);
    if (flags & RECORD_DATE)
        buf_put_varint(out, (uint64_t)d->date);
    if (flags & RECORD_TITLE)
        put_string(out, d->title);
    if (flags & RECORD_URL)
        put_string(out, d->url);
    if (flags & RECORD_SOURCE)
        put_string(out, d->source);
    if (flags & RECORD_LINE)
        buf_put_varint(out, zigzag_encode(jump));
}

static struct span read_string(struct cursor *c, uint64_t most)
{
    return cursor_bytes(c, (size_t)cursor_varint_max(c, most));
}

/* The fields of a record, of which *d knows where text and passages begin. */
static void read_record(struct cursor *c, const struct document_record *before,
                        struct document_record *d)
{
    const uint64_t head = cursor_varint_max(c, 2 * (uint64_t)LIMIT_DOCUMENT_BYTES + 1);
    const unsigned flags = head % 2 != 0 ? cursor_u8(c) : 0;
    d->text_bytes = (uint32_t)(head / 2);
    d->n_passages = flags & RECORD_PASSAGES ? (uint32_t)cursor_varint_max(c, LIMIT_PASSAGES) : 1;
    d->date = flags & RECORD_DATE ? (int32_t)cursor_varint_max(c, 99991231) : DATE_NONE;
    d->title = flags & RECORD_TITLE ? read_string(c, LIMIT_TITLE_BYTES) : span_of(NULL, 0);
    d->url = flags & RECORD_URL ? read_string(c, LIMIT_URL_BYTES) : span_of(NULL, 0);
    d->source = flags & RECORD_SOURCE ? read_string(c, cursor_left(c)) : before->source;
    d->line = before->line + 1;
    if (flags & RECORD_LINE)
        d->line += (uint64_t)zigzag_decode(cursor_varint(c));
    if (flags >= 2 * RECORD_LINE)
        cursor_spoil(c);
}

/* Reads the record behind the last one. */
static enum status next_record(struct document_reader *r)
{
    struct cursor *const c = &r->at;
    const uint64_t passages = r->segment->header.passages;
    const uint64_t first = (uint64_t)r->last.first_passage + r->last.n_passages;
    struct document_record d = {.text_start = r->last.text_start + r->last.text_bytes};
    read_record(c, &r->last, &d);
    if (c->bad || first > passages || d.n_passages > passages - first) {
        r->blob_number = UINT64_MAX;
        return damaged_record();
    }
    d.first_passage = (uint32_t)first;
    r->last = d;
    r->n_read++;
    return STATUS_OK;
}

enum status document_reader_get(struct document_reader *r, uint32_t document,
                                struct document_record *out)
{
    const uint32_t index = document % DOCUMENTS_PER_BLOB;
    if (document >= r->segment->header.documents)
        return damaged_record();
    if (document / DOCUMENTS_PER_BLOB != r->blob_number)
        TRY(unpack(r, document / DOCUMENTS_PER_BLOB));
    if (index + 1 < r->n_read)
        rewind_blob(r);
    while (r->n_read <= index)
        TRY(next_record(r));
    *out = r->last;
    return STATUS_OK;
}
