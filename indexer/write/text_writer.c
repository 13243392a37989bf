/* SPDX-License-Identifier: Apache-2.0 */
/* text_writer: raw blocks are all of one size, whatever the documents, so that readers divide. */
#include "indexer/write/text_writer.h"

enum status text_writer_init(struct text_writer *w, struct segment_writer *segment)
{
    *w = (struct text_writer){
        .segment = segment, .raw = BUF_INIT, .packed = BUF_INIT, .offsets = BUF_INIT};
    TRY(text_codec_new(TEXT_BLOCK_LEVEL, &w->codec));
    segment_writer_begin(segment, SECTION_TEXT);
    buf_put_le64(&w->offsets, 0);
    return STATUS_OK;
}

void text_writer_release(struct text_writer *w)
{
    text_codec_free(w->codec);
    buf_release(&w->raw);
    buf_release(&w->packed);
    buf_release(&w->offsets);
    w->codec = NULL;
}

static enum status write_block(struct text_writer *w)
{
    buf_clear(&w->packed);
    TRY(text_block_append(w->codec, buf_span(&w->raw), &w->packed));
    segment_writer_append(w->segment, w->packed.data, w->packed.len);
    w->packed_total += w->packed.len;
    buf_put_le64(&w->offsets, w->packed_total);
    buf_clear(&w->raw);
    return STATUS_OK;
}

enum status text_writer_add(struct text_writer *w, struct span text, uint64_t *start)
{
    *start = w->total;
    w->total += text.len;
    while (text.len > 0) {
        const size_t room = TEXT_BLOCK_BYTES - w->raw.len;
        const size_t part = text.len < room ? text.len : room;
        buf_append(&w->raw, text.data, part);
        TRY(buf_status(&w->raw));
        text = span_of(text.data + part, text.len - part);
        if (w->raw.len == TEXT_BLOCK_BYTES)
            TRY(write_block(w));
    }
    return STATUS_OK;
}

enum status text_writer_finish(struct text_writer *w)
{
    if (w->raw.len > 0)
        TRY(write_block(w));
    segment_writer_end(w->segment, w->total);
    TRY(buf_status(&w->offsets));
    uint8_t head[16] = {0};
    store_le32(head, TEXT_BLOCK_BYTES);
    store_le64(head + 8, w->total);
    segment_writer_begin(w->segment, SECTION_TXTI);
    segment_writer_append(w->segment, head, sizeof head);
    segment_writer_append(w->segment, w->offsets.data, w->offsets.len);
    segment_writer_end(w->segment, w->offsets.len / 8 - 1);
    return STATUS_OK;
}
