/* SPDX-License-Identifier: Apache-2.0 */
/*
 * documents_writer: ids, records, hashes and dates (docs/FORMAT.md 6: DIDS DORD DOCS DHSH, COLM
 * "date").
 *
 *     documents_writer_init(&w);
 *     documents_writer_add(&w, &document, date, first_passage, n_passages, text_start);  in order
 *     TRY(documents_writer_finish(&w, segment));
 */
#ifndef QIAO_INDEXER_WRITE_DOCUMENTS_WRITER_H
#define QIAO_INDEXER_WRITE_DOCUMENTS_WRITER_H

#include "common/codec/text_block.h"
#include "indexer/corpus/document.h"
#include "indexer/write/blob_writer.h"

struct documents_writer {
    uint64_t n;
    struct blob_writer ids;
    struct blob_writer records;
    struct buf record_blob; /* the open one, not yet compressed */
    struct buf hashes;
    struct buf dates;   /* i32 each, as base/date.h has them */
    struct buf all_ids; /* the bytes of all ids, for the order */
    struct buf id_ends; /* u64 each */
    struct text_codec *codec;
};

enum status documents_writer_init(struct documents_writer *w);
void documents_writer_release(struct documents_writer *w);

enum status documents_writer_add(struct documents_writer *w, const struct document *document,
                                 int32_t date, uint32_t first_passage, uint32_t n_passages,
                                 uint64_t text_start);

enum status documents_writer_finish(struct documents_writer *w, struct segment_writer *segment);

#endif
