/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_block: bytes into a zlib stream and back, whole blocks at a time (RFC 1950, by libdeflate).
 *
 * One text_codec a thread; it holds the library's state.
 */
#ifndef QIAO_CODEC_TEXT_BLOCK_H
#define QIAO_CODEC_TEXT_BLOCK_H

#include "common/base/buf.h"

/* Raw bytes of a block of stored text. A hit costs one block or two, so a small one opens faster
 * and a large one compresses better. */
#define TEXT_BLOCK_BYTES 16384u
#define TEXT_BLOCK_LEVEL 1

/* What a block may hold; a reader refuses others. */
#define TEXT_BLOCK_LEAST 1024u
#define TEXT_BLOCK_MOST  (1u << 20)

/* Less than so many bytes are not compressed. */
#define TEXT_BLOCK_STORED 256u

struct text_codec;

/* A new codec (heap; text_codec_free). `level` 1 to 12; 0: it only decompresses. */
enum status text_codec_new(int level, struct text_codec **out /* OUT */);
void text_codec_free(struct text_codec *codec);

/* Appends the zlib stream of `raw`. */
enum status text_block_append(struct text_codec *codec, struct span raw, struct buf *out);

/* Unpacks `packed` into exactly `raw_len` bytes at `raw`; STATUS_CORRUPT if it holds anything else.
 */
enum status text_block_read(struct text_codec *codec, struct span packed, uint8_t *raw /* OUT */,
                            size_t raw_len);

#endif
