/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blob_writer: pieces behind a table of their offsets (docs/FORMAT.md 5, "Blobs").
 *
 *     buf_append(&w->bytes, ...); blob_writer_cut(&w);      a piece is complete
 *     blob_writer_section(&w, segment, SECTION_DIDS, items);
 */
#ifndef QIAO_INDEXER_WRITE_BLOB_WRITER_H
#define QIAO_INDEXER_WRITE_BLOB_WRITER_H

#include "indexer/write/segment_writer.h"

struct blob_writer {
    struct buf bytes; /* all pieces; the caller appends the open one's */
    struct buf ends;  /* u64 end of each complete piece in `bytes` */
};

#define BLOB_WRITER_INIT                                                                           \
    {                                                                                              \
        BUF_INIT, BUF_INIT                                                                         \
    }

void blob_writer_release(struct blob_writer *w);

/* Ends the open piece, unless it is empty. */
void blob_writer_cut(struct blob_writer *w);

/* Cuts, and writes the section. */
enum status blob_writer_section(struct blob_writer *w, struct segment_writer *segment,
                                enum section section, uint64_t items);

#endif
