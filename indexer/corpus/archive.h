/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive: the members of a tar or zip archive, one after the other, in the archive's own order.
 *
 *     struct archive_reader *a;
 *     TRY(archive_reader_open(source, packing, path, hidden, report, &a));  // owns source
 *     struct archive_member member;
 *     while (archive_reader_next(a, &member))
 *         ... source_read(member.source, ...) ... source_free(member.source)
 *     TRY(archive_reader_close(a));
 *
 * Only regular members come out. Links, devices and pipes are reported, folders passed over, hidden
 * members counted as hidden files of a folder are. A name is a name and nothing else: nothing is
 * opened or created by it, whether it is absolute, climbs with `..` or not.
 *
 * The archive is streamed and never held as a whole. A zip in a file that can be searched is read by
 * its directory, which tells links from files; one that comes through a pipe or out of another
 * compression is read from front to back, where a link looks like a file that holds its target.
 * What comes before damage stands; the rest is one bad record.
 */
#ifndef QIAO_INDEXER_CORPUS_ARCHIVE_H
#define QIAO_INDEXER_CORPUS_ARCHIVE_H

#include "indexer/corpus/packing.h"

/* No archive is read beyond that many members. */
#define ARCHIVE_MEMBERS_MOST 10000000u

/* A zip whose directory is larger is read from front to back, so that the memory for it is bounded
 * (to some five times this). */
#define ARCHIVE_DIRECTORY_MOST (32u << 20)

struct archive_member {
    struct span path;      /* the archive's path, a slash, the member's name; good until the next */
    size_t below;          /* path from here on is the member's name */
    struct source *source; /* its bytes; the caller's to free, before the next call */
    struct trouble *trouble; /* of source: where it says that it ended early */
};

struct archive_reader;

/* Starts on the archive that `source` holds, PACKING_TAR or PACKING_ZIP. `path` is borrowed until
 * the end. Owns `source`, also when it fails (for want of memory). */
enum status archive_reader_open(struct source *source, enum packing packing, struct span path,
                                bool hidden, struct report *report,
                                struct archive_reader **out /* OUT */);

/* The next regular member; false at the end of the archive, a bad one included, which is reported
 * here unless the last member's trouble told it. */
bool archive_reader_next(struct archive_reader *a, struct archive_member *out /* OUT */);

/* Frees all. STATUS_NO_MEMORY if memory ran out on the way. NULL is fine. */
enum status archive_reader_close(struct archive_reader *a);

#endif
