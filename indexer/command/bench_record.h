/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_record: the records of several builds as one, with medians, least and most.
 *
 *     {"machine":{...},"sources":[...],"options":[...],"runs":5,
 *      "median":{...},"least":{...},"most":{...},"against":{...}}
 *
 * median, least and most have the shape of a build's own record (docs/PERFORMANCE.md), whatever
 * numbers that holds; against, which is there if an earlier record was given, has it too: ours by
 * theirs, number for number.
 */
#ifndef QIAO_INDEXER_COMMAND_BENCH_RECORD_H
#define QIAO_INDEXER_COMMAND_BENCH_RECORD_H

#include <json.h>

#include "common/base/buf.h"

#define BENCH_RUNS_MOST 100

struct bench_record {
    struct json_object *run[BENCH_RUNS_MOST]; /* what each build said; owned */
    size_t n_runs;
    const char *const *sources; /* borrowed */
    size_t n_sources;
    const char *const *options; /* as given, borrowed */
    size_t n_options;
    struct json_object *against; /* an earlier record, or what a build said; NULL: none; owned */
    const char *against_path;
};

/* Reads an earlier record. STATUS_FORMAT if it is none. */
enum status bench_record_read(const char *path, struct json_object **out /* OUT */);

/* Appends the record as one line of JSON. */
void bench_record_json(struct buf *out, const struct bench_record *r);

/* Appends it as a table for people. */
void bench_record_text(struct buf *out, const struct bench_record *r);

void bench_record_release(struct bench_record *r);

#endif
