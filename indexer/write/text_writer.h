/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_writer: the texts of all documents into compressed blocks (docs/FORMAT.md 6, TXTI and TEXT).
 *
 * TEXT is the segment's first section and is written while the corpus is read; TXTI is kept and
 * written behind it.
 */
#ifndef QIAO_INDEXER_WRITE_TEXT_WRITER_H
#define QIAO_INDEXER_WRITE_TEXT_WRITER_H

#include "indexer/write/packer.h"
#include "indexer/write/spool.h"

struct text_writer {
    struct segment_writer *segment; /* borrowed; its TEXT section is open */
    struct packer *packer;
    struct buf raw; /* of the block that fills */
    uint32_t block_bytes;
    struct spool offsets;
    uint64_t total; /* raw bytes so far */
    uint64_t packed_total;
};

/* How the text is compressed: blocks of this many raw bytes, libdeflate's level 1 to 12. */
struct text_settings {
    uint32_t block_bytes;
    int level;
};

/* Opens the TEXT section of `segment`. Blocks are compressed by the workers. */
enum status text_writer_init(struct text_writer *w, struct segment_writer *segment,
                             const struct spool_folder *folder, struct workers *workers,
                             struct text_settings settings);

/* After the workers have ended; fine on a zeroed one. */
void text_writer_release(struct text_writer *w);

/* Adds a document's text and returns in *start where it begins among all texts. */
enum status text_writer_add(struct text_writer *w, struct span text, uint64_t *start /* OUT */);

/* Hands the last block to the workers. */
enum status text_writer_flush(struct text_writer *w);

/* When the workers are done with all blocks: closes TEXT and writes TXTI. */
enum status text_writer_finish(struct text_writer *w);

#endif
