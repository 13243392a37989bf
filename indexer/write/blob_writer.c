/* SPDX-License-Identifier: Apache-2.0 */
/* blob_writer: offsets are relative to the section, so they are shifted by the table's own size. */
#include "indexer/write/blob_writer.h"

void blob_writer_release(struct blob_writer *w)
{
    buf_release(&w->bytes);
    buf_release(&w->ends);
}

static uint64_t last_end(const struct blob_writer *w)
{
    return w->ends.len == 0 ? 0 : load_le64(w->ends.data + w->ends.len - 8);
}

void blob_writer_cut(struct blob_writer *w)
{
    if (w->bytes.len > last_end(w))
        buf_put_le64(&w->ends, w->bytes.len);
}

enum status blob_writer_section(struct blob_writer *w, struct segment_writer *segment,
                                enum section section, uint64_t items)
{
    blob_writer_cut(w);
    TRY(buf_status(&w->bytes));
    TRY(buf_status(&w->ends));
    const uint64_t shift = w->ends.len + 8;
    for (size_t i = 0; i < w->ends.len; i += 8)
        store_le64(w->ends.data + i, load_le64(w->ends.data + i) + shift);
    uint8_t first[8];
    store_le64(first, shift);
    segment_writer_begin(segment, section);
    segment_writer_append(segment, first, sizeof first);
    segment_writer_append(segment, w->ends.data, w->ends.len);
    segment_writer_append(segment, w->bytes.data, w->bytes.len);
    segment_writer_end(segment, items);
    return STATUS_OK;
}
