/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stored_text: a slice of the texts, unpacked (docs/FORMAT.md 6, TXTI and TEXT).
 *
 * A reader keeps the last block it unpacked, so that the passages of one document cost one block.
 * One reader a thread.
 */
#ifndef QIAO_SEGMENT_STORED_TEXT_H
#define QIAO_SEGMENT_STORED_TEXT_H

#include "common/codec/text_block.h"
#include "common/segment/segment.h"

struct text_reader {
    const struct segment *segment;
    struct text_codec *codec;
    uint32_t block_bytes; /* raw bytes of a full block */
    uint64_t total;       /* raw bytes of all */
    uint64_t n_blocks;
    struct buf block;
    uint64_t block_number; /* UINT64_MAX: none */
};

/* The segment must have FEATURE_TEXT. */
enum status text_reader_init(struct text_reader *r, const struct segment *s);
void text_reader_release(struct text_reader *r);

/* Appends the `len` raw bytes from `start` on. STATUS_CORRUPT if they do not lie in the text. */
enum status text_reader_get(struct text_reader *r, uint64_t start, uint64_t len, struct buf *out);

#endif
