/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blob_writer: pieces behind a table of their offsets (docs/FORMAT.md 5, "Blobs").
 *
 *     blob_writer_init(&w, folder);
 *     buf_append(blob_writer_bytes(&w), ...); blob_writer_cut(&w);      a piece is complete
 *     blob_writer_section(&w, segment, SECTION_DIDS, items);
 */
#ifndef QIAO_INDEXER_WRITE_BLOB_WRITER_H
#define QIAO_INDEXER_WRITE_BLOB_WRITER_H

#include "indexer/write/spool.h"

struct blob_writer {
    struct spool bytes; /* all pieces; the caller appends the open one's */
    struct spool ends;  /* u64 end of each complete piece in `bytes` */
    uint64_t last_end;
};

/* `folder` is borrowed, for temporary files. */
void blob_writer_init(struct blob_writer *w, const struct spool_folder *folder);
void blob_writer_release(struct blob_writer *w);

/* Where the open piece is appended. */
static inline struct buf *blob_writer_bytes(struct blob_writer *w)
{
    return spool_tail(&w->bytes);
}

/* Ends the open piece, unless it is empty. */
void blob_writer_cut(struct blob_writer *w);

/* The first failure so far. */
enum status blob_writer_status(const struct blob_writer *w);

/* Cuts, and writes the section. */
enum status blob_writer_section(struct blob_writer *w, struct segment_writer *segment,
                                enum section section, uint64_t items);

#endif
