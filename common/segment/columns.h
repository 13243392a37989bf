/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns: typed values by row, with the least and the largest of every 256 (docs/FORMAT.md 6,
 * COLM).
 *
 *     struct column c;   bool found;
 *     TRY(column_find(segment, "date", &c, &found));
 *     if (found && column_get(&c, row, &value)) ...
 */
#ifndef QIAO_SEGMENT_COLUMNS_H
#define QIAO_SEGMENT_COLUMNS_H

#include "common/segment/segment.h"

#define COLUMN_DATE "date"

enum column_level { COLUMN_DOCUMENT = 0, COLUMN_PASSAGE = 1 };

struct column {
    enum column_level level;
    uint64_t rows;
    uint64_t n_ranges;
    const uint8_t *ranges; /* a directory row each */
    struct span values;
};

/* A range of ROWS_PER_RANGE rows; min > max never: a range without values has width 0. */
struct column_range {
    int64_t min;
    int64_t max;
    unsigned width;
    uint64_t offset;
};

/* Opens the column of that name; *found false if the segment has none. Checks all sizes. */
enum status column_find(const struct segment *s, const char *name, struct column *out /* OUT */,
                        bool *found /* OUT */);

/* The name of column i of the segment (i < n_columns), empty if it is damaged. */
struct span column_name(const struct segment *s, size_t i);

struct column_range column_range_get(const struct column *c, uint64_t range);

/* The value of `row` (below rows); false if it is missing. */
bool column_get(const struct column *c, uint64_t row, int64_t *value /* OUT */);

/* The writer's side, beside the reader. A section is the head, then a directory row for each 256
 * rows, then their values. */
void column_head_append(struct buf *out, const char *name, enum column_level level, uint64_t rows);

/* Encodes n rows (at most ROWS_PER_RANGE): `present` says which have a value. Appends the row of the
 * directory and the values, which will stand at `offset` behind the directory. */
void column_range_append(struct buf *directory, struct buf *values, uint64_t offset,
                         const int64_t *rows, const bool *present, size_t n);

/* All of a section at once, from arrays. */
void column_append(struct buf *out, const char *name, enum column_level level,
                   const int64_t *values, const bool *present, uint64_t rows);

#endif
