/* SPDX-License-Identifier: Apache-2.0 */
/* inverter_internal: what inverter.c and encode_buckets.c share. */
#ifndef QIAO_INVERT_INVERTER_INTERNAL_H
#define QIAO_INVERT_INVERTER_INTERNAL_H

#include "indexer/invert/inverter.h"

/* What one thread has of its own. */
struct inverter_seat {
    struct analyzer *analyzer;
    struct region stream;
    struct region buckets; /* what its range of a partition fills */
    uint32_t *counts;      /* occurrences by word, where forms are kept */
    size_t counts_cap;
    struct buf ends; /* of the stream that is open, u32 each */
    uint32_t start;  /* of the open passage */
    /* For bucket jobs: */
    struct bucket_scratch scratch;
    struct list_encoder lists;
    struct run_encoder runs;
};

/* Sorts and encodes all buckets on all threads: into lists, which `writer` takes in order, or into the
 * open run if it is NULL. */
enum status encode_buckets(struct inverter *v, const struct partition *p,
                           struct postings_writer *writer);

#endif
