/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite: a segment once more, with its documents in another order.
 *
 *     struct rewrite r = {segment, order, profile, ...};
 *     TRY(rewrite_segment(&r, &writer, &header, &row));
 *
 * Ids, texts, dates, places, words and scores stay what they are; numbers of documents and passages
 * change, and the passages of a document stay together, in order. Documents are fetched from where
 * they stand by the workers and put down in order; lists are read whole, their passages renumbered
 * and sorted, and encoded anew (rewrite_documents.c, rewrite_lists.c). The order that a segment has
 * already gives the same bytes again.
 *
 * Memory: 4 bytes a passage and its length, spools, and shares of `memory`; lists that are too long
 * for theirs are read several times, a range of passages each.
 */
#ifndef QIAO_INDEXER_ORDER_REWRITE_H
#define QIAO_INDEXER_ORDER_REWRITE_H

#include "common/base/workers.h"
#include "common/text/profile.h"
#include "indexer/write/segment_writer.h"
#include "indexer/write/spool.h"
#include "indexer/write/text_writer.h"

/* What is rewritten, and with what; all pointers are borrowed. */
struct rewrite {
    const struct segment *segment; /* of a file (its map is told to forget pages), and verified or
                                      just written: damage is refused, or copied, but how much memory
                                      a damaged one takes is not bounded */
    const uint32_t *order;         /* order[new number] = document: all documents, each once */
    const struct profile *profile; /* that of the segment */
    struct workers *workers;
    const struct spool_folder *folder;
    struct text_settings text; /* for the stored text, if there is any */
    uint64_t memory;
};

/* Writes all sections into `to`, and finishes it. STATUS_CORRUPT if the segment is damaged;
 * STATUS_FORMAT if it holds something that cannot be moved. */
enum status rewrite_segment(const struct rewrite *r, struct segment_writer *to,
                            struct segment_header *header /* OUT */,
                            struct manifest_row *row /* OUT */);

#endif
