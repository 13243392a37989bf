/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocks: the data of libarchive's current entry, handed out as it comes.
 *
 *     struct blocks b = {0};
 *     while ((n = blocks_read(&b, archive, to, room)) > 0)
 *         ...                                     // 0: the end; negative: libarchive's status
 *
 * archive_read_data fills all of `room` first, and forgets what it has when an error follows; here
 * everything that comes before damage is handed out. Holes of sparse files are zeros.
 */
#ifndef QIAO_INDEXER_CORPUS_BLOCKS_H
#define QIAO_INDEXER_CORPUS_BLOCKS_H

#include <archive.h>
#include <errno.h>
#include <string.h>

#include "common/base/bytes.h"

struct blocks {
    const uint8_t *data; /* what is left of the current block */
    size_t left;
    int64_t hole; /* zeros in front of it */
    int64_t at;   /* end of the current block in the entry */
    int status;   /* of the last block: once it is not ARCHIVE_OK, it stays */
};

static inline void blocks_next(struct blocks *b, struct archive *archive)
{
    const void *data = NULL;
    size_t size = 0;
    int64_t offset = b->at;
    b->status = archive_read_data_block(archive, &data, &size, &offset);
    if (b->status != ARCHIVE_OK)
        return;
    if (offset < b->at) {
        archive_set_error(archive, EILSEQ, "blocks that overlap");
        b->status = ARCHIVE_FAILED;
        return;
    }
    b->hole = offset - b->at;
    b->data = data;
    b->left = size;
    b->at = offset + (int64_t)size;
}

/* Up to `room` (not 0) bytes; 0 at the end of the entry, a negative status of libarchive (its
 * archive_error_string says why) where it cannot be read on. */
static inline la_ssize_t blocks_read(struct blocks *b, struct archive *archive, uint8_t *to,
                                     size_t room)
{
    while (b->hole == 0 && b->left == 0 && b->status == ARCHIVE_OK)
        blocks_next(b, archive);
    if (b->hole > 0) {
        const size_t n = (uint64_t)b->hole < room ? (size_t)b->hole : room;
        memset(to, 0, n);
        b->hole -= (int64_t)n;
        return (la_ssize_t)n;
    }
    if (b->left == 0)
        return b->status == ARCHIVE_EOF ? 0 : b->status;
    const size_t n = b->left < room ? b->left : room;
    memcpy(to, b->data, n);
    b->data += n;
    b->left -= n;
    return (la_ssize_t)n;
}

#endif
