/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk: the files of one source, opened, in byte order of their paths.
 *
 *     struct walk *w;
 *     TRY(walk_open(source, &options, report, &w));
 *     struct walk_file file;
 *     for (;;) {
 *         status = walk_next(w, &file);            // break on failure
 *         if (file.fd < 0)
 *             break;                               // no more
 *         ... read file.fd ...
 *         close(file.fd);
 *     }
 *     walk_close(w);
 *
 * A file is opened first and looked at then (openat, O_NOFOLLOW, fstat), so that nobody can put
 * something else in its place between the two. Only regular files come out; symbolic links inside
 * folders, pipes, sockets, devices and what cannot be opened are reported. A source itself may be a
 * link. Depth is bounded by the file system only: few folders are open at a time.
 *
 * `follow` follows the links inside folders. A link to a folder that it lies in is a loop: reported,
 * not entered. A folder to which several links lead is entered through the first of them only, so
 * that a few links cannot make millions of paths; what is beyond WALK_LINKS_MOST links in one path
 * is left out. Both are reported.
 */
#ifndef QIAO_INDEXER_CORPUS_WALK_H
#define QIAO_INDEXER_CORPUS_WALK_H

#include "indexer/corpus/report.h"

#define WALK_LINKS_MOST 40

struct walk_options {
    bool hidden; /* take names that begin with a dot as well */
    bool follow; /* follow symbolic links inside folders */
    struct span
        index_folder; /* a folder that is passed over, whatever path leads there; or empty */
};

struct walk_file {
    int fd;           /* open for reading, the caller's to close; -1: there are no more files */
    struct span path; /* the source as given, and what is below it; a NUL stands behind it; good
                         until walk_next */
    size_t below;     /* path from here on is relative to the source; for a file its last name */
    uint64_t size;    /* when it was opened */
    bool named;       /* it is the source itself */
};

struct walk;

/* Starts on the file or folder `source` (heap; walk_close). STATUS_MISSING if there is none. */
enum status walk_open(const char *source, const struct walk_options *options, struct report *report,
                      struct walk **out /* OUT */);

/* The next regular file. Fails only when memory or file descriptors ran out. */
enum status walk_next(struct walk *w, struct walk_file *out /* OUT */);

/* NULL is fine. */
void walk_close(struct walk *w);

#endif
