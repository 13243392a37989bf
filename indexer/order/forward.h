/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward: the terms of each document of a segment, for bisection.h.
 *
 *     struct forward f;
 *     TRY(forward_make(&f, segment, memory, threads));
 *     TRY(bisection_order(&f.index, workers, order));
 *     forward_release(&f);
 *
 * Rare terms say little and there are many of them, so those in fewer than FORWARD_DF_LEAST passages
 * are left out; where more than FORWARD_TERMS_MOST are left, the least df rises until they are not.
 */
#ifndef QIAO_INDEXER_ORDER_FORWARD_H
#define QIAO_INDEXER_ORDER_FORWARD_H

#include "common/segment/dictionary.h"
#include "indexer/order/bisection.h"

/* Measured: docs/PERFORMANCE.md, "Order". */
#define FORWARD_DF_LEAST 64u

struct forward {
    struct forward_index index;
    uint64_t *starts; /* the memory behind it */
    uint16_t *terms;
    uint32_t df_least; /* of the terms that were taken */
    uint64_t needed;   /* bytes that the ordering takes in all */
};

/* Reads the lists of the segment, which is borrowed during the call. STATUS_LIMIT, before anything
 * large is taken: ordering would hold more than `memory` bytes, and the message says how many. */
enum status forward_make(struct forward *f /* OUT */, const struct segment *segment,
                         uint64_t memory, unsigned threads);
void forward_release(struct forward *f); /* fine on a zeroed one */

/* The document of each passage into documents[0 .. N). */
enum status forward_documents(const struct segment *segment, uint32_t *documents /* OUT */);

#endif
