/* SPDX-License-Identifier: Apache-2.0 */
/* text_block: libdeflate writes the zlib format at two to three times zlib's speed. */
#include "common/codec/text_block.h"

#include <libdeflate.h>
#include <stdlib.h>

struct text_codec {
    struct libdeflate_compressor *compressor; /* NULL at level 0 */
    struct libdeflate_decompressor *decompressor;
};

enum status text_codec_new(int level, struct text_codec **out)
{
    struct text_codec *const codec = calloc(1, sizeof *codec);
    if (codec == NULL)
        return fail_no_memory();
    codec->decompressor = libdeflate_alloc_decompressor();
    if (level > 0)
        codec->compressor = libdeflate_alloc_compressor(level);
    if (codec->decompressor == NULL || (level > 0 && codec->compressor == NULL)) {
        text_codec_free(codec);
        return fail_no_memory();
    }
    *out = codec;
    return STATUS_OK;
}

void text_codec_free(struct text_codec *codec)
{
    if (codec == NULL)
        return;
    if (codec->compressor != NULL)
        libdeflate_free_compressor(codec->compressor);
    if (codec->decompressor != NULL)
        libdeflate_free_decompressor(codec->decompressor);
    free(codec);
}

/* The stream of RFC 1950 that stores `raw` in one block: compressing so little costs more than it
 * saves. */
static enum status append_stored(struct span raw, struct buf *out)
{
    static const uint8_t head[] = {0x78, 0x01, 0x01}; /* zlib, fastest; a last, stored block */
    const uint32_t sum = libdeflate_adler32(1, raw.data, raw.len);
    buf_append(out, head, sizeof head);
    buf_put_le16(out, (uint16_t)raw.len);
    buf_put_le16(out, (uint16_t)~raw.len);
    buf_append_span(out, raw);
    for (unsigned byte = 4; byte-- > 0;)
        buf_put_u8(out, (uint8_t)(sum >> 8 * byte));
    return buf_status(out);
}

enum status text_block_append(struct text_codec *codec, struct span raw, struct buf *out)
{
    if (raw.len < TEXT_BLOCK_STORED)
        return append_stored(raw, out);
    const size_t bound = libdeflate_zlib_compress_bound(codec->compressor, raw.len);
    uint8_t *const to = buf_reserve(out, bound);
    if (to == NULL)
        return fail_no_memory();
    const size_t written =
        libdeflate_zlib_compress(codec->compressor, raw.data, raw.len, to, bound);
    if (written == 0)
        return fail(STATUS_LIMIT, "cannot compress a block of %zu bytes", raw.len);
    out->len += written;
    return STATUS_OK;
}

enum status text_block_read(struct text_codec *codec, struct span packed, uint8_t *raw,
                            size_t raw_len)
{
    size_t used = 0;
    size_t made = 0;
    const enum libdeflate_result result = libdeflate_zlib_decompress_ex(
        codec->decompressor, packed.data, packed.len, raw, raw_len, &used, &made);
    if (result != LIBDEFLATE_SUCCESS || made != raw_len || used != packed.len)
        return fail(STATUS_CORRUPT, "damaged compressed block");
    return STATUS_OK;
}
