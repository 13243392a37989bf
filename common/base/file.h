/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: mapped input, and output that is whole or not there.
 *
 * Reading:  struct mapped_file m;  TRY(file_map(dir_fd, name, &m)); ... m.bytes ...;
 * file_unmap(&m);
 *
 * Writing:  struct out_file o;
 *           TRY(out_open(dir_fd, "x.tmp", &o));        creates it, refuses links
 *           out_write(&o, bytes, len); ...             sticky error
 *           TRY(out_close(&o));                        flush, fsync, close: all errors surface here
 *           TRY(file_publish(dir_fd, "x.tmp", "x"));   rename
 *           TRY(file_sync_folder(dir_fd, path));       fsync of the folder: now it is durable
 *
 * `dir_fd` is an open folder; names are relative to it, so that a renamed folder does not matter.
 */
#ifndef QIAO_BASE_FILE_H
#define QIAO_BASE_FILE_H

#include "common/base/buf.h"

struct mapped_file {
    struct span bytes; /* good until file_unmap; NULL and 0 for an empty file */
};

/* Maps a regular file read-only. STATUS_MISSING if it is not there, STATUS_IO otherwise; messages
 * name it. Its size is taken from the same descriptor that is mapped. */
enum status file_map(int dir_fd, const char *name, struct mapped_file *out /* OUT */);
void file_unmap(struct mapped_file *m);

/* Gives the pages of the map back to the system; who reads them again reads the same bytes. */
void file_forget(const struct mapped_file *m);

struct out_file {
    int fd;           /* -1 when closed */
    const char *name; /* borrowed from out_open's caller */
    uint64_t size;    /* bytes written so far, the buffered ones included */
    struct buf buffer;
    enum status status; /* sticky; its message was recorded when it happened */
};

/* Creates `name` (it must not be there; a leftover is removed first). */
enum status out_open(int dir_fd, const char *name, struct out_file *out /* OUT */);

/* Appends; after a failure does nothing. */
void out_write(struct out_file *out, const void *bytes, size_t len);

/* Overwrites bytes that were written before. */
void out_write_at(struct out_file *out, uint64_t offset, const void *bytes, size_t len);

/* Writes what is buffered, fsyncs and closes. One failed fsync is final: it is never tried again.
 */
enum status out_close(struct out_file *out);

/* Closes without a promise, after a failure; NULL-safe on a closed file. */
void out_abandon(struct out_file *out);

/* Writes all of the bytes at the descriptor's place; `name` is for the message. */
enum status file_write(int fd, const char *name, const uint8_t *bytes, size_t len);

/* Renames within the folder. */
enum status file_publish(int dir_fd, const char *from, const char *to);

/* fsyncs the folder; `path` is for the message. */
enum status file_sync_folder(int dir_fd, const char *path);

/* Reads all of `path` ("-": standard input) into `out`. */
enum status file_read_all(const char *path, struct buf *out);

#endif
