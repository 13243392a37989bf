/* SPDX-License-Identifier: Apache-2.0 */
/*
 * documents_writer: ids, records and dates (docs/FORMAT.md 6: DIDS DORD DOCS, COLM "date").
 *
 *     TRY(documents_writer_init(&w, folder, workers));
 *     documents_writer_add(&w, &document, &facts);                     in order
 *     TRY(documents_writer_flush(&w));  workers_finish(workers, 0);    all records are compressed
 *     TRY(documents_writer_sort(&w));                                  may be left out
 *     TRY(documents_writer_finish(&w, segment));
 */
#ifndef QIAO_INDEXER_WRITE_DOCUMENTS_WRITER_H
#define QIAO_INDEXER_WRITE_DOCUMENTS_WRITER_H

#include "indexer/corpus/document.h"
#include "indexer/write/blob_writer.h"
#include "indexer/write/column_writer.h"
#include "indexer/write/packer.h"
#include "indexer/write/string_sorter.h"

struct documents_writer {
    uint64_t n;
    const struct spool_folder *folder;
    struct blob_writer ids;
    struct blob_writer records;
    struct buf record_blob; /* the open one, not yet compressed */
    struct packer *packer;
    struct column_writer dates;
    struct buf last_id;
    struct buf last_source;
    uint64_t last_line;
    bool ascending;               /* so far ids ascend */
    struct string_sorter *sorter; /* of ids, sorted */
    enum status status;
};

/* What the index knows of a document besides its fields. */
struct document_facts {
    int32_t date; /* as base/date.h has it */
    uint32_t first_passage;
    uint32_t n_passages;
    uint64_t text_start;
};

/* `folder` and `workers` are borrowed. Records are compressed by the workers. */
enum status documents_writer_init(struct documents_writer *w, const struct spool_folder *folder,
                                  struct workers *workers);

/* After the workers have ended. */
void documents_writer_release(struct documents_writer *w);

enum status documents_writer_add(struct documents_writer *w, const struct document *document,
                                 const struct document_facts *facts);

/* Hands the last records to the workers. */
enum status documents_writer_flush(struct documents_writer *w);

/* Sorts the ids; on any thread, as long as no other makes temporary files. */
enum status documents_writer_sort(struct documents_writer *w);

enum status documents_writer_finish(struct documents_writer *w, struct segment_writer *segment);

#endif
