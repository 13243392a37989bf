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

enum status text_block_append(struct text_codec *codec, struct span raw, struct buf *out)
{
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
