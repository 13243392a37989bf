/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_writer: sections in, one whole segment file out (docs/FORMAT.md 4 and 7).
 *
 *     struct segment_writer w;
 *     TRY(segment_writer_open(dir_fd, "segment.tmp", &w));
 *     segment_writer_begin(&w, SECTION_TEXT);
 *     segment_writer_append(&w, bytes, len);  ...            as often as wanted
 *     segment_writer_end(&w, items);
 *     segment_writer_section(&w, SECTION_LENS, span, items); the three in one
 *     TRY(segment_writer_finish(&w, &header, &row));         CSUM, header, trailer, fsync
 *     or, after a failure, segment_writer_abandon(&w);
 *
 * One section is open at a time. Errors are sticky; finish reports them. The file is written under
 * a temporary name; commit.h publishes it.
 */
#ifndef QIAO_INDEXER_WRITE_SEGMENT_WRITER_H
#define QIAO_INDEXER_WRITE_SEGMENT_WRITER_H

#include "common/base/file.h"
#include "common/codec/checksum.h"
#include "common/segment/format.h"
#include "common/segment/manifest.h"

struct segment_writer {
    struct out_file file;
    struct buf table; /* rows of the section table so far */
    struct buf sums;  /* CSUM */
    struct checksum_pager pager;
    enum section section;                  /* the open one */
    uint64_t start;                        /* where it began */
    uint64_t section_bytes[SECTION_KINDS]; /* of the complete ones */
};

enum status segment_writer_open(int dir_fd, const char *name, struct segment_writer *w /* OUT */);

void segment_writer_begin(struct segment_writer *w, enum section section);
void segment_writer_append(struct segment_writer *w, const void *bytes, size_t len);
void segment_writer_end(struct segment_writer *w, uint64_t items);

/* Writes a whole section; an empty one that is not required is left out. */
void segment_writer_section(struct segment_writer *w, enum section section, struct span bytes,
                            uint64_t items);

/* Completes the file: n_sections, build_id and file_size of *header are filled in here, all other
 * fields by the caller. *row is what a manifest says of the segment. */
enum status segment_writer_finish(struct segment_writer *w, struct segment_header *header,
                                  struct manifest_row *row /* OUT */);

void segment_writer_abandon(struct segment_writer *w);

#endif
