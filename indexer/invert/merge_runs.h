/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_runs: all runs of a build into one segment, term by term.
 *
 *     TRY(merge_runs(&file, &settings, buffer_bytes, workers, writer));
 *
 * The terms are cut into ranges at the marks of the runs; each range is merged by one worker, and
 * the parts are appended in order. The runs' passages follow one another, so that a term's postings
 * are those of the first run, then of the second, and so on.
 */
#ifndef QIAO_INDEXER_INVERT_MERGE_RUNS_H
#define QIAO_INDEXER_INVERT_MERGE_RUNS_H

#include "common/base/workers.h"
#include "indexer/invert/run.h"
#include "indexer/write/postings_writer.h"

/* `memory`: bytes that the readers' buffers may take, all workers together. `seconds` grows by the
 * processor time of the merging. */
enum status merge_runs(struct run_file *file, const struct postings_settings *settings,
                       size_t memory, struct workers *workers, struct postings_writer *writer,
                       double *seconds);

#endif
