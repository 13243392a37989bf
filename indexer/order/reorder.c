/* SPDX-License-Identifier: Apache-2.0 */
/* reorder: the forward index is gone before the writing begins, so that each half has the memory. */
#include "indexer/order/reorder.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "indexer/order/forward.h"

static enum status find_order(const struct segment *segment, const struct reorder_options *o,
                              struct workers *workers, uint32_t *order)
{
    struct forward forward;
    TRY(forward_make(&forward, segment, o->memory, o->threads));
    file_forget(&segment->file);
    const enum status status = bisection_order(&forward.index, workers, order);
    forward_release(&forward);
    return status;
}

static enum status write_again(const struct rewrite *r, int dir_fd, const char *to,
                               struct manifest_row *row, struct reorder_summary *summary)
{
    struct segment_writer writer;
    struct segment_header header;
    TRY(segment_writer_open(dir_fd, to, &writer));
    const enum status status = rewrite_segment(r, &writer, &header, row);
    memcpy(summary->section_bytes, writer.section_bytes, sizeof summary->section_bytes);
    segment_writer_abandon(&writer);
    return status;
}

static enum status reorder(const struct segment *segment, const struct reorder_options *o,
                           struct workers *workers, int dir_fd, const char *to,
                           struct manifest_row *row, struct reorder_summary *summary)
{
    uint32_t *const order = malloc(segment->header.documents * sizeof *order + 1);
    if (order == NULL)
        return fail_no_memory();
    const double start = clock_process_seconds();
    enum status status = find_order(segment, o, workers, order);
    const double found = clock_process_seconds();
    if (status == STATUS_OK) {
        const struct spool_folder folder = {dir_fd, (size_t)(o->memory / 128)};
        const struct rewrite r = {segment, order, o->profile, workers, &folder, o->text, o->memory};
        status = write_again(&r, dir_fd, to, row, summary);
    }
    free(order);
    summary->order = found - start;
    summary->rewrite = clock_process_seconds() - found;
    return status;
}

enum status reorder_segment(const struct reorder_options *options, int dir_fd, const char *from,
                            const char *to, struct manifest_row *row,
                            struct reorder_summary *summary)
{
    struct segment segment;
    struct workers *workers = NULL;
    TRY(segment_open(dir_fd, from, &segment));
    (void)unlinkat(dir_fd, from, 0); /* it lives on until it is closed, whatever ends the program */
    enum status status = workers_new(options->threads, &workers);
    if (status == STATUS_OK)
        status = reorder(&segment, options, workers, dir_fd, to, row, summary);
    workers_free(workers);
    segment_close(&segment);
    return status;
}
