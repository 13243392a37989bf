/* SPDX-License-Identifier: Apache-2.0 */
/* check_documents: ids and their order, the chain of records, the column of dates. */
#include <stdlib.h>

#include "common/base/date.h"
#include "common/base/utf8.h"
#include "common/codec/bitpack.h"
#include "common/codec/front_coding.h"
#include "common/segment/blobs.h"
#include "common/segment/check_internal.h"
#include "common/segment/columns.h"

/* One blob of ids; *last is the id before it and becomes its last one. */
static enum status check_ids_blob(struct check *c, uint64_t blob, struct front_string *last,
                                  bool *ascending)
{
    const uint64_t n = c->s->header.documents;
    const struct span bytes =
        blobs_get(c->s->sections[SECTION_DIDS], ceil_div(n, IDS_PER_BLOB), blob);
    struct cursor cursor = cursor_of(bytes.data, bytes.len);
    struct front_string id;
    id.len = 0;
    for (uint64_t d = blob * IDS_PER_BLOB; d < n && d < (blob + 1) * IDS_PER_BLOB; d++) {
        front_coding_read(&cursor, &id);
        if (cursor.bad || id.len == 0 || !utf8_valid(front_string_span(&id)))
            return check_failed(SECTION_DIDS, "document", d, "id");
        const bool first = d % IDS_PER_BLOB == 0;
        front_coding_append(&c->scratch, first ? span_of(NULL, 0) : front_string_span(last),
                            front_string_span(&id));
        if (d > 0 && span_compare(front_string_span(last), front_string_span(&id)) >= 0)
            *ascending = false;
        *last = id;
    }
    return check_same(&c->scratch, bytes, SECTION_DIDS, "blob", blob);
}

/* DORD names every document, because the ids it leads through ascend strictly, so none is named
 * twice. */
static enum status check_order(struct check *c)
{
    const struct span order = c->s->sections[SECTION_DORD];
    const uint64_t n = c->s->header.documents;
    const unsigned width = bits_of(n - 1);
    const unsigned unused = (unsigned)(8 * order.len - n * width);
    if (unused > 0 && order.data[order.len - 1] >> (8 - unused) != 0)
        return check_failed(SECTION_DORD, "rank", n, "unused bits are not zero");
    struct buf *const before = &c->scratch;
    struct buf id = BUF_INIT;
    enum status status = STATUS_OK;
    for (uint64_t rank = 0; rank < n && status == STATUS_OK; rank++) {
        const uint32_t document = bitpack_get(order, (size_t)rank, width);
        buf_clear(&id);
        status = document < n ? document_id(c->s, document, &id)
                              : check_failed(SECTION_DORD, "rank", rank, "no such document");
        if (status == STATUS_OK && rank > 0 && span_compare(buf_span(before), buf_span(&id)) >= 0)
            status = check_failed(SECTION_DORD, "rank", rank, "ids do not ascend");
        buf_clear(before);
        buf_append_span(before, buf_span(&id));
    }
    buf_clear(before);
    buf_release(&id);
    return status;
}

static enum status check_ids(struct check *c)
{
    const uint64_t n_blobs = ceil_div(c->s->header.documents, IDS_PER_BLOB);
    const bool ordered = c->s->sections[SECTION_DORD].data != NULL;
    struct front_string last;
    bool ascending = true;
    last.len = 0;
    TRY(check_blobs(c, SECTION_DIDS, n_blobs));
    for (uint64_t blob = 0; blob < n_blobs; blob++)
        TRY(check_ids_blob(c, blob, &last, &ascending));
    if (ascending == ordered || (ordered && c->s->sections[SECTION_DORD].len == 0))
        return fail(STATUS_CORRUPT, "section DORD: it %s",
                    ordered ? "should not be there: ids ascend" : "is missing: ids do not ascend");
    return ordered ? check_order(c) : STATUS_OK;
}

/* What the records so far add up to. */
struct record_totals {
    uint64_t passages;
    uint64_t text_bytes;
    int64_t *dates;
    bool *dated;
    bool any_date;
    struct document_record before;
};

static bool is_date(int32_t date)
{
    char text[16];
    if (date == DATE_NONE)
        return true;
    date_format(date, text);
    return date_parse(span_of_string(text)) == date;
}

/* Makes the blob anew, record by record, and compares it when it is complete. */
static enum status remake_record(struct check *c, const struct document_reader *r, uint32_t d,
                                 const struct document_record *record, struct record_totals *t)
{
    const bool first = d % DOCUMENTS_PER_BLOB == 0;
    if (first) {
        buf_put_varint(&c->scratch, record->text_start);
        buf_put_varint(&c->scratch, record->first_passage);
    }
    document_record_append(&c->scratch, first ? NULL : &t->before, record);
    t->before = *record; /* its source stands in the blob, as those of the next records do */
    if ((d + 1) % DOCUMENTS_PER_BLOB != 0 && d + 1 != c->s->header.documents)
        return STATUS_OK;
    return check_same(&c->scratch, buf_span(&r->blob), SECTION_DOCS, "document", d);
}

static enum status check_record(struct check *c, const struct document_reader *r, uint32_t d,
                                const struct document_record *record, struct record_totals *t)
{
    const struct segment *const s = c->s;
    const bool starts_blob = d % DOCUMENTS_PER_BLOB == 0;
    const bool passages = record->first_passage == t->passages && record->n_passages > 0 &&
                          (!segment_has(s, FEATURE_WHOLE) || record->n_passages == 1);
    if (!passages)
        return check_failed(SECTION_DOCS, "document", d, "passages");
    if (segment_has(s, FEATURE_TEXT) ? record->text_start != t->text_bytes
                                     : starts_blob && record->text_start != 0)
        return check_failed(SECTION_DOCS, "document", d, "place of its text");
    if (!is_date(record->date))
        return check_failed(SECTION_DOCS, "document", d, "date");
    if (!utf8_valid(record->title) || !utf8_valid(record->url))
        return check_failed(SECTION_DOCS, "document", d, "title or url is not UTF-8");
    TRY(remake_record(c, r, d, record, t));
    t->passages += record->n_passages;
    t->text_bytes += record->text_bytes;
    t->dates[d] = record->date;
    t->dated[d] = record->date != DATE_NONE;
    t->any_date |= t->dated[d];
    return STATUS_OK;
}

static enum status check_records(struct check *c, struct record_totals *t)
{
    struct document_reader r;
    TRY(check_blobs(c, SECTION_DOCS, ceil_div(c->s->header.documents, DOCUMENTS_PER_BLOB)));
    TRY(document_reader_init(&r, c->s));
    enum status status = STATUS_OK;
    for (uint32_t d = 0; d < c->s->header.documents && status == STATUS_OK; d++) {
        struct document_record record;
        status = check_context(document_reader_get(&r, d, &record), SECTION_DOCS, "document", d);
        if (status == STATUS_OK)
            status = check_record(c, &r, d, &record, t);
    }
    document_reader_release(&r);
    TRY(status);
    return t->passages == c->s->header.passages
               ? STATUS_OK
               : check_failed(SECTION_DOCS, "document", c->s->header.documents,
                              "number of passages of all documents");
}

/* The column of dates is there once if a document has a date, and says what the records say.
 * Columns of other names are none of this version's. */
static enum status check_columns(struct check *c, const struct record_totals *t)
{
    const struct segment *const s = c->s;
    const uint64_t n = s->header.documents;
    size_t column = 0;
    size_t found = 0;
    for (uint32_t i = 0; i < s->header.n_sections && column < s->n_columns; i++) {
        struct segment_row row;
        segment_row(s, i, &row);
        if (section_by_letters((const uint8_t *)row.letters) != SECTION_COLM)
            continue;
        const size_t k = column++;
        if (!span_equal(column_name(s, k), span_of_string(COLUMN_DATE)))
            continue;
        column_append(&c->scratch, COLUMN_DATE, COLUMN_DOCUMENT, t->dates, t->dated, n);
        TRY(check_same(&c->scratch, s->columns[k], SECTION_COLM, "column", k));
        if (row.items != n)
            return check_failed(SECTION_COLM, "column", k, "number of rows");
        found++;
    }
    return found == (t->any_date ? 1 : 0)
               ? STATUS_OK
               : check_failed(SECTION_COLM, "column", found, "dates are missing or there twice");
}

enum status check_documents(struct check *c)
{
    const size_t n = (size_t)c->s->header.documents;
    struct record_totals t = {0};
    TRY(check_ids(c));
    t.dates = calloc(n + 1, sizeof *t.dates);
    t.dated = calloc(n + 1, sizeof *t.dated);
    enum status status = t.dates == NULL || t.dated == NULL ? fail_no_memory() : STATUS_OK;
    if (status == STATUS_OK)
        status = check_records(c, &t);
    if (status == STATUS_OK)
        status = check_columns(c, &t);
    free(t.dates);
    free(t.dated);
    return status;
}
