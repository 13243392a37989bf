/* SPDX-License-Identifier: Apache-2.0 */
/* column_writer: a range is encoded when it is full. */
#include "indexer/write/column_writer.h"

void column_writer_init(struct column_writer *w, const struct spool_folder *folder)
{
    *w = (struct column_writer){.rows = 0};
    spool_init(&w->directory, folder);
    spool_init(&w->values, folder);
}

void column_writer_release(struct column_writer *w)
{
    spool_release(&w->directory);
    spool_release(&w->values);
}

static void encode(struct column_writer *w, size_t n)
{
    column_range_append(spool_tail(&w->directory), spool_tail(&w->values), w->values.len, w->range,
                        w->present, n);
    spool_commit(&w->directory);
    spool_commit(&w->values);
}

void column_writer_add(struct column_writer *w, bool present, int64_t value)
{
    const size_t i = (size_t)(w->rows % ROWS_PER_RANGE);
    w->range[i] = value;
    w->present[i] = present;
    w->any |= present;
    w->rows++;
    if (i + 1 == ROWS_PER_RANGE)
        encode(w, ROWS_PER_RANGE);
}

enum status column_writer_finish(struct column_writer *w, struct segment_writer *segment,
                                 const char *name, enum column_level level)
{
    struct buf head = BUF_INIT;
    if (!w->any)
        return STATUS_OK;
    if (w->rows % ROWS_PER_RANGE != 0)
        encode(w, (size_t)(w->rows % ROWS_PER_RANGE));
    column_head_append(&head, name, level, w->rows);
    enum status status = buf_status(&head);
    segment_writer_begin(segment, SECTION_COLM);
    segment_writer_append(segment, head.data, head.len);
    if (status == STATUS_OK)
        status = spool_copy(&w->directory, segment);
    if (status == STATUS_OK)
        status = spool_copy(&w->values, segment);
    segment_writer_end(segment, w->rows);
    buf_release(&head);
    return status;
}
