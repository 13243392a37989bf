/* SPDX-License-Identifier: Apache-2.0 */
/* documents_writer: four sections and a column that grow side by side, document by document. */
#include "indexer/write/documents_writer.h"

#include <stdlib.h>

#include "common/base/date.h"
#include "common/codec/bitpack.h"
#include "common/codec/front_coding.h"
#include "common/segment/columns.h"
#include "common/segment/documents.h"

enum status documents_writer_init(struct documents_writer *w)
{
    *w = (struct documents_writer){.ids = BLOB_WRITER_INIT, .records = BLOB_WRITER_INIT};
    return text_codec_new(TEXT_BLOCK_LEVEL, &w->codec);
}

void documents_writer_release(struct documents_writer *w)
{
    blob_writer_release(&w->ids);
    blob_writer_release(&w->records);
    buf_release(&w->record_blob);
    buf_release(&w->hashes);
    buf_release(&w->dates);
    buf_release(&w->all_ids);
    buf_release(&w->id_ends);
    text_codec_free(w->codec);
    w->codec = NULL;
}

static struct span id_at(const struct documents_writer *w, uint64_t i)
{
    const uint64_t start = i == 0 ? 0 : load_le64(w->id_ends.data + 8 * (i - 1));
    const uint64_t end = load_le64(w->id_ends.data + 8 * i);
    return span_of(w->all_ids.data + start, (size_t)(end - start));
}

static void add_id(struct documents_writer *w, struct span id)
{
    const bool first = w->n % IDS_PER_BLOB == 0;
    if (first)
        blob_writer_cut(&w->ids);
    front_coding_append(&w->ids.bytes, first ? span_of(NULL, 0) : id_at(w, w->n - 1), id);
    buf_append_span(&w->all_ids, id);
    buf_put_le64(&w->id_ends, w->all_ids.len);
}

static void put_string(struct buf *out, struct span string)
{
    buf_put_varint(out, string.len);
    buf_append_span(out, string);
}

static enum status flush_records(struct documents_writer *w)
{
    if (w->record_blob.len == 0)
        return STATUS_OK;
    TRY(buf_status(&w->record_blob));
    buf_put_varint(&w->records.bytes, w->record_blob.len);
    TRY(text_block_append(w->codec, buf_span(&w->record_blob), &w->records.bytes));
    blob_writer_cut(&w->records);
    buf_clear(&w->record_blob);
    return STATUS_OK;
}

enum status documents_writer_add(struct documents_writer *w, const struct document *document,
                                 int32_t date, uint32_t first_passage, uint32_t n_passages,
                                 uint64_t text_start)
{
    struct buf *const out = &w->record_blob;
    TRY(buf_status(&w->id_ends)); /* id_at reads them back */
    TRY(buf_status(&w->all_ids));
    add_id(w, document->id);
    if (w->n % DOCUMENTS_PER_BLOB == 0) {
        TRY(flush_records(w));
        buf_put_varint(out, text_start);
        buf_put_varint(out, first_passage);
    }
    buf_put_varint(out, n_passages);
    buf_put_varint(out, document->text.len);
    buf_put_varint(out, (uint64_t)date);
    put_string(out, document->title);
    put_string(out, document->url);
    put_string(out, document->source);
    buf_put_varint(out, document->line);
    buf_put_le64(&w->hashes, document_hash(document->title, date, document->url, document->text));
    buf_put_le32(&w->dates, (uint32_t)date);
    w->n++;
    return buf_status(out);
}

static int compare_ids(const void *a, const void *b, void *writer)
{
    return span_compare(id_at(writer, *(const uint32_t *)a), id_at(writer, *(const uint32_t *)b));
}

/* DORD: the permutation that sorts the ids; left out when they ascend as they are. */
static enum status write_order(struct documents_writer *w, struct segment_writer *segment)
{
    bool ascending = true;
    for (uint64_t i = 1; i < w->n && ascending; i++)
        ascending = span_compare(id_at(w, i - 1), id_at(w, i)) < 0;
    if (ascending)
        return STATUS_OK;
    uint32_t *const order = malloc((size_t)w->n * sizeof *order);
    struct buf packed = BUF_INIT;
    const unsigned width = bits_of(w->n - 1);
    const size_t bytes = bitpack_bytes((size_t)w->n, width);
    uint8_t *const to = buf_reserve(&packed, bytes);
    if (order == NULL || to == NULL) {
        free(order);
        buf_release(&packed);
        return fail_no_memory();
    }
    for (uint32_t i = 0; i < w->n; i++)
        order[i] = i;
    qsort_r(order, (size_t)w->n, sizeof *order, compare_ids, w);
    bitpack_encode(order, (size_t)w->n, width, to);
    packed.len = bytes;
    segment_writer_section(segment, SECTION_DORD, buf_span(&packed), w->n);
    free(order);
    buf_release(&packed);
    return STATUS_OK;
}

static enum status write_dates(const struct documents_writer *w, struct segment_writer *segment)
{
    int64_t *const values = calloc((size_t)w->n + 1, sizeof *values);
    bool *const present = calloc((size_t)w->n + 1, sizeof *present);
    struct buf column = BUF_INIT;
    bool any = false;
    for (uint64_t i = 0; i < w->n && values != NULL && present != NULL; i++) {
        values[i] = load_le32(w->dates.data + 4 * i);
        present[i] = values[i] != DATE_NONE;
        any |= present[i];
    }
    if (any) {
        column_append(&column, COLUMN_DATE, COLUMN_DOCUMENT, values, present, w->n);
        segment_writer_section(segment, SECTION_COLM, buf_span(&column), w->n);
    }
    const bool made = values != NULL && present != NULL && !column.failed;
    free(values);
    free(present);
    buf_release(&column);
    return made ? STATUS_OK : fail_no_memory();
}

enum status documents_writer_finish(struct documents_writer *w, struct segment_writer *segment)
{
    TRY(flush_records(w));
    TRY(buf_status(&w->hashes));
    TRY(buf_status(&w->dates));
    TRY(blob_writer_section(&w->ids, segment, SECTION_DIDS, w->n));
    TRY(write_order(w, segment));
    TRY(blob_writer_section(&w->records, segment, SECTION_DOCS, w->n));
    segment_writer_section(segment, SECTION_DHSH, buf_span(&w->hashes), w->n);
    return write_dates(w, segment);
}
