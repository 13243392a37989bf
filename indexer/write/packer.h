/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packer: pieces of bytes compressed by the workers, handed back in order.
 *
 *     TRY(packer_new(workers, level, sink, context, &p));
 *     packer_add(p, piece); ...                  copied; a job is submitted when enough are there
 *     TRY(packer_flush(p)); TRY(workers_finish(workers, 0));
 *     workers_free(workers); packer_free(p);
 *
 * sink(context, raw, packed) is called for each piece, in order, on the thread that takes the jobs.
 */
#ifndef QIAO_INDEXER_WRITE_PACKER_H
#define QIAO_INDEXER_WRITE_PACKER_H

#include "common/base/bytes.h"
#include "common/base/workers.h"

/* Takes a piece and its zlib stream, both good during the call only. */
typedef enum status packer_sink(void *context, struct span raw, struct span packed);

struct packer;

/* `level` 1 to 12 as text_codec_new has it; workers and context are borrowed (heap; packer_free). */
enum status packer_new(struct workers *workers, int level, packer_sink *sink, void *context,
                       struct packer **out /* OUT */);

/* When none of its jobs runs any more. NULL is fine. */
void packer_free(struct packer *p);

enum status packer_add(struct packer *p, struct span piece);

/* Submits what was added since the last job. */
enum status packer_flush(struct packer *p);

/* Seconds of processor time that its jobs took so far. */
double packer_seconds(const struct packer *p);

#endif
