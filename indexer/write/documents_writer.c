/* SPDX-License-Identifier: Apache-2.0 */
/* documents_writer: four sections and a column that grow side by side, document by document. */
#include "indexer/write/documents_writer.h"

#include "common/base/date.h"
#include "common/codec/bitpack.h"
#include "common/codec/front_coding.h"
#include "common/codec/text_block.h"
#include "common/segment/documents.h"

static enum status take_records(void *context, struct span raw, struct span packed)
{
    struct documents_writer *const w = context;
    struct buf *const out = blob_writer_bytes(&w->records);
    buf_put_varint(out, raw.len);
    buf_append_span(out, packed);
    blob_writer_cut(&w->records);
    return blob_writer_status(&w->records);
}

enum status documents_writer_init(struct documents_writer *w, const struct spool_folder *folder,
                                  struct workers *workers)
{
    *w = (struct documents_writer){.folder = folder, .ascending = true};
    blob_writer_init(&w->ids, folder);
    blob_writer_init(&w->records, folder);
    column_writer_init(&w->dates, folder);
    return packer_new(workers, TEXT_BLOCK_LEVEL, take_records, w, &w->packer);
}

void documents_writer_release(struct documents_writer *w)
{
    packer_free(w->packer);
    string_sorter_free(w->sorter);
    w->sorter = NULL;
    blob_writer_release(&w->ids);
    blob_writer_release(&w->records);
    buf_release(&w->record_blob);
    column_writer_release(&w->dates);
    buf_release(&w->last_id);
    buf_release(&w->last_source);
    w->packer = NULL;
}

static void add_id(struct documents_writer *w, struct span id)
{
    const bool first = w->n % IDS_PER_BLOB == 0;
    const struct span last = buf_span(&w->last_id);
    if (first)
        blob_writer_cut(&w->ids);
    front_coding_append(blob_writer_bytes(&w->ids), first ? span_of(NULL, 0) : last, id);
    w->ascending &= w->n == 0 || span_compare(last, id) < 0;
    buf_clear(&w->last_id);
    buf_append_span(&w->last_id, id);
}

static enum status flush_records(struct documents_writer *w)
{
    if (w->record_blob.len == 0)
        return STATUS_OK;
    TRY(buf_status(&w->record_blob));
    TRY(packer_add(w->packer, buf_span(&w->record_blob)));
    buf_clear(&w->record_blob);
    return STATUS_OK;
}

static void add_record(struct documents_writer *w, const struct document *document,
                       const struct document_facts *facts)
{
    const struct document_record record = {.n_passages = facts->n_passages,
                                           .text_bytes = (uint32_t)document->text.len,
                                           .date = facts->date,
                                           .title = document->title,
                                           .url = document->url,
                                           .source = document->source,
                                           .line = document->line};
    const bool first = w->n % DOCUMENTS_PER_BLOB == 0;
    const struct document_record before = {.source = buf_span(&w->last_source),
                                           .line = w->last_line};
    document_record_append(&w->record_blob, first ? NULL : &before, &record);
    w->last_line = document->line;
    if (span_equal(before.source, document->source))
        return;
    buf_clear(&w->last_source);
    buf_append_span(&w->last_source, document->source);
}

enum status documents_writer_add(struct documents_writer *w, const struct document *document,
                                 const struct document_facts *facts)
{
    struct buf *const out = &w->record_blob;
    add_id(w, document->id);
    if (w->n % DOCUMENTS_PER_BLOB == 0) {
        TRY(flush_records(w));
        buf_put_varint(out, facts->text_start);
        buf_put_varint(out, facts->first_passage);
    }
    add_record(w, document, facts);
    column_writer_add(&w->dates, facts->date != DATE_NONE, facts->date);
    w->n++;
    TRY(buf_status(&w->last_id)); /* the next id is coded against it */
    TRY(buf_status(&w->last_source));
    return buf_status(out);
}

enum status documents_writer_flush(struct documents_writer *w)
{
    TRY(flush_records(w));
    return packer_flush(w->packer);
}

/* Hands all ids to the sorter, from the blobs where they stand front-coded. */
static enum status sort_ids(struct documents_writer *w, struct string_sorter *sorter)
{
    struct front_string id = {.len = 0};
    struct buf piece = BUF_INIT;
    uint64_t at = 0; /* in the blobs: what comes behind `piece` */
    enum status status = spool_status(&w->ids.bytes);
    size_t taken = 0;
    for (uint64_t i = 0; i < w->n && status == STATUS_OK; i++) {
        const uint64_t left = w->ids.bytes.len - at;
        if (piece.len - taken < LIMIT_ID_BYTES + 2 * VARINT_MAX_BYTES && left > 0) {
            if (taken > 0) /* at first there is no data, and NULL + 0 is not C */
                memmove(piece.data, piece.data + taken, piece.len - taken);
            piece.len -= taken;
            taken = 0;
            const size_t more = left < 65536 ? (size_t)left : 65536;
            uint8_t *const to = buf_reserve(&piece, more);
            status = to == NULL ? fail_no_memory() : spool_read_at(&w->ids.bytes, at, to, more);
            piece.len += status == STATUS_OK ? more : 0;
            at += more;
        }
        struct cursor c = cursor_of(piece.data + taken, piece.len - taken);
        if (i % IDS_PER_BLOB == 0)
            id.len = 0;
        front_coding_read(&c, &id);
        taken = (size_t)(c.at - piece.data);
        if (status == STATUS_OK)
            status = string_sorter_add(sorter, front_string_span(&id), i, 0);
    }
    buf_release(&piece);
    return status == STATUS_OK ? string_sorter_sort(sorter) : status;
}

/* The document numbers as the sorter gives them, packed 256 at a time: whole bytes at any width. */
static enum status pack_order(struct documents_writer *w, struct string_sorter *sorter,
                              struct segment_writer *segment)
{
    const unsigned width = bits_of(w->n - 1);
    uint32_t numbers[256];
    uint8_t packed[256 * 4];
    for (uint64_t from = 0; from < w->n; from += 256) {
        const size_t n = w->n - from < 256 ? (size_t)(w->n - from) : 256;
        for (size_t i = 0; i < n; i++) {
            struct sorted_string s;
            bool there;
            TRY(string_sorter_next(sorter, &there, &s));
            if (!there)
                return fail(STATUS_IO, "the ids could not be sorted");
            numbers[i] = (uint32_t)s.values[0];
        }
        bitpack_encode(numbers, n, width, packed);
        segment_writer_append(segment, packed, bitpack_bytes(n, width));
    }
    return STATUS_OK;
}

enum status documents_writer_sort(struct documents_writer *w)
{
    if (w->ascending || w->sorter != NULL)
        return STATUS_OK;
    blob_writer_cut(&w->ids); /* the last ones too */
    TRY(string_sorter_new(w->folder, &w->sorter));
    return sort_ids(w, w->sorter);
}

/* DORD: the permutation that sorts the ids; left out when they ascend as they are. */
static enum status write_order(struct documents_writer *w, struct segment_writer *segment)
{
    if (w->ascending)
        return STATUS_OK;
    TRY(documents_writer_sort(w));
    segment_writer_begin(segment, SECTION_DORD);
    const enum status status = pack_order(w, w->sorter, segment);
    segment_writer_end(segment, w->n);
    string_sorter_free(w->sorter);
    w->sorter = NULL;
    return status;
}

enum status documents_writer_finish(struct documents_writer *w, struct segment_writer *segment)
{
    TRY(blob_writer_section(&w->ids, segment, SECTION_DIDS, w->n));
    TRY(write_order(w, segment));
    TRY(blob_writer_section(&w->records, segment, SECTION_DOCS, w->n));
    return column_writer_finish(&w->dates, segment, COLUMN_DATE, COLUMN_DOCUMENT);
}
