/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit: a folder that a writer may change, and the one step that makes its work visible.
 *
 *     struct commit c;
 *     TRY(commit_open(path, &c));                 lock; leftovers of a killed run are removed
 *     ... segment_writer_open(c.dir_fd, SEGMENT_TEMPORARY, ...) ... finish -> row ...
 *     TRY(commit_publish(&c, &row, 1));           rename, sync, MANIFEST, sync; then the old goes
 *     commit_close(&c);                           also after a failure: leaves the old index
 *
 * Order: the segment is written and synced under a temporary name, renamed to its final one, the
 * folder synced; then the manifest likewise. A crash at any instant leaves the old manifest with
 * its segments or the new one with its own. Only afterwards are files removed that the old manifest
 * named and the new one does not.
 */
#ifndef QIAO_INDEXER_WRITE_COMMIT_H
#define QIAO_INDEXER_WRITE_COMMIT_H

#include "common/segment/manifest.h"

#define SEGMENT_TEMPORARY  "segment" TEMPORARY_SUFFIX
#define SEGMENT_UNORDERED  "unordered" TEMPORARY_SUFFIX /* before its documents are reordered */
#define MANIFEST_TEMPORARY MANIFEST_NAME TEMPORARY_SUFFIX

struct commit {
    const char *path; /* borrowed */
    int dir_fd;
    int lock_fd;
    bool made_folder;    /* by commit_open: removed again if nothing is published */
    struct manifest old; /* of the index that stands there; n 0 if there is none */
    bool damaged; /* there is one that cannot be read: its segments may still be worth keeping
                            until another index stands in its place */
};

/* Creates the folder if it is not there, and locks it. STATUS_USAGE: it is no folder, or holds
 * something that is not ours; STATUS_BUSY: another writer is at work. An index that cannot be read
 * any more may be replaced, so a damaged MANIFEST is no failure. */
enum status commit_open(const char *path, struct commit *c /* OUT */);

/* Makes the segments of `rows`, of which those with a temporary file are renamed first, the index.
 */
enum status commit_publish(struct commit *c, const struct manifest_row *rows, uint32_t n);

/* Removes temporary files and unlocks. */
void commit_close(struct commit *c);

#endif
