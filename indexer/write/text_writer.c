/* SPDX-License-Identifier: Apache-2.0 */
/* text_writer: raw blocks are all of one size, whatever the documents, so that readers divide. */
#include "indexer/write/text_writer.h"

#include "common/codec/text_block.h"

static enum status take_block(void *context, struct span raw, struct span packed)
{
    struct text_writer *const w = context;
    (void)raw;
    segment_writer_append(w->segment, packed.data, packed.len);
    w->packed_total += packed.len;
    buf_put_le64(spool_tail(&w->offsets), w->packed_total);
    spool_commit(&w->offsets);
    return spool_status(&w->offsets);
}

enum status text_writer_init(struct text_writer *w, struct segment_writer *segment,
                             const struct spool_folder *folder, struct workers *workers,
                             struct text_settings settings)
{
    *w = (struct text_writer){.segment = segment, .block_bytes = settings.block_bytes};
    spool_init(&w->offsets, folder);
    segment_writer_begin(segment, SECTION_TEXT);
    buf_put_le64(spool_tail(&w->offsets), 0);
    spool_commit(&w->offsets);
    return packer_new(workers, settings.level, take_block, w, &w->packer);
}

void text_writer_release(struct text_writer *w)
{
    packer_free(w->packer);
    buf_release(&w->raw);
    spool_release(&w->offsets);
    w->packer = NULL;
}

static enum status end_block(struct text_writer *w)
{
    TRY(buf_status(&w->raw));
    TRY(packer_add(w->packer, buf_span(&w->raw)));
    buf_clear(&w->raw);
    return STATUS_OK;
}

enum status text_writer_add(struct text_writer *w, struct span text, uint64_t *start)
{
    *start = w->total;
    w->total += text.len;
    while (text.len > 0) {
        const size_t room = w->block_bytes - w->raw.len;
        const size_t part = text.len < room ? text.len : room;
        buf_append(&w->raw, text.data, part);
        text = span_of(text.data + part, text.len - part);
        if (w->raw.len == w->block_bytes)
            TRY(end_block(w));
    }
    return STATUS_OK;
}

enum status text_writer_flush(struct text_writer *w)
{
    if (w->raw.len > 0)
        TRY(end_block(w));
    return packer_flush(w->packer);
}

enum status text_writer_finish(struct text_writer *w)
{
    uint8_t head[16] = {0};
    segment_writer_end(w->segment, w->total);
    store_le32(head, w->block_bytes);
    store_le64(head + 8, w->total);
    segment_writer_begin(w->segment, SECTION_TXTI);
    segment_writer_append(w->segment, head, sizeof head);
    TRY(spool_copy(&w->offsets, w->segment));
    segment_writer_end(w->segment, w->offsets.len / 8 - 1);
    return STATUS_OK;
}
