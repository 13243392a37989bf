/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool: bytes that are written once, front to back, and read once, when their turn in the segment
 * comes; in memory while they are few, in a file without a name when they are many.
 *
 *     struct spool s;
 *     spool_init(&s, folder);
 *     spool_append(&s, bytes, len); ...             sticky error
 *     TRY(spool_copy(&s, segment));                 into the open section; or
 *     TRY(spool_rewind(&s)); while (spool_read(&s, out, len) ...)
 *     spool_release(&s);
 *
 * The file is unlinked as soon as it is made, in the folder of the index: whatever ends the program,
 * nothing stays behind.
 */
#ifndef QIAO_INDEXER_WRITE_SPOOL_H
#define QIAO_INDEXER_WRITE_SPOOL_H

#include "indexer/write/segment_writer.h"

/* The name that a spool's file has for an instant. */
#define SPOOL_TEMPORARY "spool" TEMPORARY_SUFFIX

struct spool_folder {
    int dir_fd;
    size_t most; /* bytes that a spool keeps in memory */
};

struct spool {
    const struct spool_folder *folder; /* borrowed */
    struct buf tail;                   /* bytes not in the file: all of them if there is none */
    uint64_t len;                      /* all bytes */
    int fd;                            /* -1: no file yet */
    uint64_t in_file;
    uint64_t read_at;  /* spool_read's place */
    struct buf window; /* bytes around it */
    enum status status;
};

void spool_init(struct spool *s, const struct spool_folder *folder);
void spool_release(struct spool *s); /* fine on a zeroed one whose folder is NULL */

void spool_append(struct spool *s, const void *bytes, size_t len);

/* Room for a caller that encodes in place: append to spool_tail(s) as to any buf, then
 * spool_commit. */
struct buf *spool_tail(struct spool *s);
void spool_commit(struct spool *s);

/* The first failure of any call so far. */
enum status spool_status(const struct spool *s);

/* Appends all bytes to the section that is open. */
enum status spool_copy(struct spool *s, struct segment_writer *segment);

/* Reading from the start; nothing is appended any more. */
enum status spool_rewind(struct spool *s);

/* The next `len` bytes, few; STATUS_IO if there are fewer. */
enum status spool_read(struct spool *s, void *out, size_t len);

/* Bytes [offset, offset + len), which may be anywhere in it. */
enum status spool_read_at(struct spool *s, uint64_t offset, void *out, size_t len);

/* An unnamed file in the folder; -1 (and a message) on failure. */
enum status spool_open_file(const struct spool_folder *folder, int *fd /* OUT */);

#endif
