/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passages_writer: places, lengths and title lengths (docs/FORMAT.md 6: PASG LENS TITL).
 *
 * It also keeps the lengths, which the bounds of the postings need (postings_writer.h).
 */
#ifndef QIAO_INDEXER_WRITE_PASSAGES_WRITER_H
#define QIAO_INDEXER_WRITE_PASSAGES_WRITER_H

#include "common/segment/passages.h"
#include "indexer/write/blob_writer.h"
#include "indexer/write/lengths.h"

struct passages_writer {
    uint32_t n;
    struct blob_writer places;
    struct passage_place before; /* of the passage before */
    struct lengths lengths;
    struct spool titles; /* u32 each */
    uint32_t longest_title;
    uint64_t tokens; /* sum of lengths */
};

/* `folder` is borrowed, for temporary files. */
void passages_writer_init(struct passages_writer *w, const struct spool_folder *folder);
void passages_writer_release(struct passages_writer *w);

/* Adds the next passage: its document (never descending), place, tokens and title positions. */
enum status passages_writer_add(struct passages_writer *w, uint32_t document, uint32_t start,
                                uint32_t end, uint32_t length, uint32_t title_positions);

/* Writes the sections, PASG only unless `whole`, and fills in the counts and widths of *header. */
enum status passages_writer_finish(struct passages_writer *w, struct segment_writer *segment,
                                   bool whole, struct segment_header *header);

#endif
