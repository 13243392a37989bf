/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build_progress: the progress line of a build.
 *
 *     struct build_progress progress;
 *     build_progress_start(&progress, &options, sources, n, asked_for);     sets options.watch
 *     ... ingest_build(&options, ...) ...
 *     build_progress_end(&progress);
 *
 * The share done, and so the time left, is of the bytes of all files as they lie on the disk; with
 * standard input among them counts and speed are shown.
 */
#ifndef QIAO_INDEXER_COMMAND_BUILD_PROGRESS_H
#define QIAO_INDEXER_COMMAND_BUILD_PROGRESS_H

#include "common/base/progress.h"
#include "indexer/ingest.h"

struct build_progress {
    struct progress line;
    uint64_t total; /* bytes of the sources; 0: unknown */
};

/* On stderr. `b` stays where it is until build_progress_end. `asked_for`: --progress. */
void build_progress_start(struct build_progress *b, struct ingest_options *options,
                          const char *const *sources, size_t n, bool asked_for);

void build_progress_end(struct build_progress *b);

#endif
