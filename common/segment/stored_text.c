/* SPDX-License-Identifier: Apache-2.0 */
/* stored_text: block numbers follow from raw offsets by division, since raw blocks are all alike.
 */
#include "common/segment/stored_text.h"

#define TABLE_START 16u /* of the offsets in TXTI */

static enum status damaged_text(void)
{
    return fail(STATUS_CORRUPT, "damaged stored text");
}

enum status text_reader_init(struct text_reader *r, const struct segment *s)
{
    const struct span table = s->sections[SECTION_TXTI];
    *r = (struct text_reader){.segment = s, .block = BUF_INIT, .block_number = UINT64_MAX};
    r->block_bytes = load_le32(table.data);
    r->total = load_le64(table.data + 8);
    if (r->block_bytes < TEXT_BLOCK_LEAST || r->block_bytes > TEXT_BLOCK_MOST)
        return damaged_text();
    r->n_blocks = ceil_div(r->total, r->block_bytes);
    if ((table.len - TABLE_START) / 8 != r->n_blocks + 1)
        return damaged_text();
    return text_codec_new(0, &r->codec);
}

void text_reader_release(struct text_reader *r)
{
    text_codec_free(r->codec);
    r->codec = NULL;
    buf_release(&r->block);
}

static enum status unpack(struct text_reader *r, uint64_t number)
{
    const uint8_t *const offsets = r->segment->sections[SECTION_TXTI].data + TABLE_START;
    const struct span packed = r->segment->sections[SECTION_TEXT];
    const uint64_t start = load_le64(offsets + 8 * number);
    const uint64_t end = load_le64(offsets + 8 * (number + 1));
    if (start > end || end > packed.len)
        return damaged_text();
    const uint64_t left = r->total - number * r->block_bytes;
    const size_t raw_len = left < r->block_bytes ? (size_t)left : r->block_bytes;
    r->block_number = UINT64_MAX;
    buf_clear(&r->block);
    uint8_t *const raw = buf_reserve(&r->block, raw_len);
    if (raw == NULL)
        return fail_no_memory();
    TRY(text_block_read(r->codec, span_of(packed.data + start, (size_t)(end - start)), raw,
                        raw_len));
    r->block.len = raw_len;
    r->block_number = number;
    return STATUS_OK;
}

enum status text_reader_get(struct text_reader *r, uint64_t start, uint64_t len, struct buf *out)
{
    if (start > r->total || len > r->total - start)
        return damaged_text();
    while (len > 0) {
        const uint64_t number = start / r->block_bytes;
        if (number != r->block_number)
            TRY(unpack(r, number));
        const size_t at = (size_t)(start % r->block_bytes);
        const size_t there = r->block.len - at;
        const size_t part = len < there ? (size_t)len : there;
        buf_append(out, r->block.data + at, part);
        start += part;
        len -= part;
    }
    return buf_status(out);
}
