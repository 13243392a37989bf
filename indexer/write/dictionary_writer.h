/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dictionary_writer: sorted strings with payloads into blocks of 32 under a tree (docs/FORMAT.md 5
 * and 6: DICT with DTOP, FORM with FTOP).
 *
 *     for each string in ascending byte order:
 *         if (dictionary_writer_starts_block(&w))
 *             buf_put_...(&w.prefix, ...);              what stands in front of the block's strings
 *         dictionary_writer_add(&w, string);
 *         buf_put_...(&w.payload, ...);                 its entry
 *     TRY(dictionary_writer_finish(&w, segment, SECTION_DICT, SECTION_DTOP));
 */
#ifndef QIAO_INDEXER_WRITE_DICTIONARY_WRITER_H
#define QIAO_INDEXER_WRITE_DICTIONARY_WRITER_H

#include "indexer/write/spool.h"

struct dictionary_writer {
    struct spool blocks; /* complete ones */
    struct buf offsets;  /* u64 each */
    struct buf keys;     /* u64 each, in the machine's order */
    struct buf prefix;   /* of the open block */
    struct buf strings;
    struct buf payload;
    struct buf previous; /* the string before */
    uint64_t n;
};

/* `folder` is borrowed, for temporary files. */
void dictionary_writer_init(struct dictionary_writer *w, const struct spool_folder *folder);
void dictionary_writer_release(struct dictionary_writer *w);

/* Whether the next string begins a block. */
bool dictionary_writer_starts_block(const struct dictionary_writer *w);

void dictionary_writer_add(struct dictionary_writer *w, struct span string);

/* The first failure of any call so far. */
enum status dictionary_writer_status(const struct dictionary_writer *w);

enum status dictionary_writer_finish(struct dictionary_writer *w, struct segment_writer *segment,
                                     enum section blocks, enum section tree);

#endif
