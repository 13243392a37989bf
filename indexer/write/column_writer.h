/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column_writer: a typed column, row by row (docs/FORMAT.md 6, COLM).
 *
 *     column_writer_init(&w, folder);
 *     column_writer_add(&w, present, value); ...        in the order of the rows
 *     TRY(column_writer_finish(&w, segment, COLUMN_DATE, COLUMN_DOCUMENT));
 */
#ifndef QIAO_INDEXER_WRITE_COLUMN_WRITER_H
#define QIAO_INDEXER_WRITE_COLUMN_WRITER_H

#include "common/segment/columns.h"
#include "indexer/write/spool.h"

struct column_writer {
    struct spool directory;
    struct spool values;
    uint64_t rows;
    bool any; /* a row has a value */
    int64_t range[ROWS_PER_RANGE];
    bool present[ROWS_PER_RANGE];
};

void column_writer_init(struct column_writer *w, const struct spool_folder *folder);
void column_writer_release(struct column_writer *w);

void column_writer_add(struct column_writer *w, bool present, int64_t value);

/* Writes the section, unless no row has a value. */
enum status column_writer_finish(struct column_writer *w, struct segment_writer *segment,
                                 const char *name, enum column_level level);

#endif
