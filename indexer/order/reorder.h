/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reorder: a finished segment into one whose documents stand beside those that are like them.
 *
 *     struct reorder_summary summary;
 *     TRY(reorder_segment(&options, dir_fd, SEGMENT_UNORDERED, SEGMENT_TEMPORARY, &row, &summary));
 *
 * Its lists become an index of terms by document (forward.h), that becomes an order (bisection.h),
 * and with that the segment is written once more (rewrite.h). Which bytes come out depends neither on
 * the threads nor on the memory.
 */
#ifndef QIAO_INDEXER_ORDER_REORDER_H
#define QIAO_INDEXER_ORDER_REORDER_H

#include "indexer/order/rewrite.h"

struct reorder_options {
    const struct profile *profile; /* of the segment */
    struct text_settings text;
    unsigned threads;
    uint64_t memory; /* bytes that it may hold */
};

struct reorder_summary {
    uint64_t section_bytes[SECTION_KINDS];
    double order;   /* seconds of processor time, of all threads: to find the order */
    double rewrite; /* and to write the segment again */
};

/* Reads the segment `from`, which is removed from the folder at once, and writes `to`, as
 * segment_writer_finish does. STATUS_LIMIT, with the size that is needed: it does not fit. */
enum status reorder_segment(const struct reorder_options *options, int dir_fd, const char *from,
                            const char *to, struct manifest_row *row /* OUT */,
                            struct reorder_summary *summary /* OUT */);

#endif
