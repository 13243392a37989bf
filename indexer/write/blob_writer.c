/* SPDX-License-Identifier: Apache-2.0 */
/* blob_writer: offsets are relative to the section, so they are shifted by the table's own size. */
#include "indexer/write/blob_writer.h"

void blob_writer_init(struct blob_writer *w, const struct spool_folder *folder)
{
    *w = (struct blob_writer){.last_end = 0};
    spool_init(&w->bytes, folder);
    spool_init(&w->ends, folder);
}

void blob_writer_release(struct blob_writer *w)
{
    spool_release(&w->bytes);
    spool_release(&w->ends);
}

void blob_writer_cut(struct blob_writer *w)
{
    spool_commit(&w->bytes);
    if (w->bytes.len == w->last_end)
        return;
    w->last_end = w->bytes.len;
    buf_put_le64(spool_tail(&w->ends), w->last_end);
    spool_commit(&w->ends);
}

enum status blob_writer_status(const struct blob_writer *w)
{
    TRY(spool_status(&w->bytes));
    return spool_status(&w->ends);
}

static enum status write_offsets(struct blob_writer *w, struct segment_writer *segment)
{
    const uint64_t shift = w->ends.len + 8;
    uint8_t offset[8];
    store_le64(offset, shift);
    segment_writer_append(segment, offset, sizeof offset);
    TRY(spool_rewind(&w->ends));
    for (uint64_t i = 0; i < w->ends.len / 8; i++) {
        TRY(spool_read(&w->ends, offset, sizeof offset));
        store_le64(offset, load_le64(offset) + shift);
        segment_writer_append(segment, offset, sizeof offset);
    }
    return STATUS_OK;
}

enum status blob_writer_section(struct blob_writer *w, struct segment_writer *segment,
                                enum section section, uint64_t items)
{
    blob_writer_cut(w);
    TRY(blob_writer_status(w));
    segment_writer_begin(segment, section);
    TRY(write_offsets(w, segment));
    TRY(spool_copy(&w->bytes, segment));
    segment_writer_end(segment, items);
    return STATUS_OK;
}
