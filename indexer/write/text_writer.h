/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_writer: the texts of all documents into compressed blocks (docs/FORMAT.md 6, TXTI and TEXT).
 *
 * TEXT is the segment's first section and is written while the corpus is read; TXTI is kept and
 * written behind it.
 */
#ifndef QIAO_INDEXER_WRITE_TEXT_WRITER_H
#define QIAO_INDEXER_WRITE_TEXT_WRITER_H

#include "common/codec/text_block.h"
#include "indexer/write/segment_writer.h"

struct text_writer {
    struct segment_writer *segment; /* borrowed; its TEXT section is open */
    struct text_codec *codec;
    struct buf raw; /* of the block that fills */
    struct buf packed;
    struct buf offsets;
    uint64_t total; /* raw bytes so far */
    uint64_t packed_total;
};

/* Opens the TEXT section of `segment`. */
enum status text_writer_init(struct text_writer *w, struct segment_writer *segment);
void text_writer_release(struct text_writer *w);

/* Adds a document's text and returns in *start where it begins among all texts. */
enum status text_writer_add(struct text_writer *w, struct span text, uint64_t *start /* OUT */);

/* Writes the last block, closes TEXT and writes TXTI. */
enum status text_writer_finish(struct text_writer *w);

#endif
