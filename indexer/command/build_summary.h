/* SPDX-License-Identifier: Apache-2.0 */
/* build_summary: what a build says of itself at its end, as two lines or as one JSON object. */
#ifndef QIAO_INDEXER_COMMAND_BUILD_SUMMARY_H
#define QIAO_INDEXER_COMMAND_BUILD_SUMMARY_H

#include "indexer/ingest.h"

/* What the process used. */
struct build_usage {
    double wall; /* seconds */
    double cpu;  /* of all threads, user and system */
    uint64_t peak_rss;
};

/* `started`: clock_seconds() at the start of the build. */
struct build_usage build_usage_now(double started);

/* Prints counts, speed, sizes and the seconds of the phases to stderr. */
void build_summary_print(const struct ingest_summary *s, const struct build_usage *usage,
                         const char *path);

/* Appends the object (docs/PERFORMANCE.md explains its keys). */
void build_summary_json(struct buf *out, const struct ingest_summary *s,
                        const struct build_usage *usage, const struct ingest_options *options,
                        const struct report *report);

#endif
