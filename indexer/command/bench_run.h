/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_run: one build in a process of its own, so that its memory and processor time are its own.
 *
 *     struct bench_place place;
 *     TRY(bench_place_make(&place, folder));      from here on SIGINT and the like wait
 *     TRY(bench_run(&place, arguments, n, first, &object)); ...
 *     bench_place_remove(&place);                 what waited is delivered: call it always
 */
#ifndef QIAO_INDEXER_COMMAND_BENCH_RUN_H
#define QIAO_INDEXER_COMMAND_BENCH_RUN_H

#include <json.h>
#include <signal.h>

#include "common/base/buf.h"

/* A folder for indexes, and the signals that must not leave it behind. */
struct bench_place {
    struct buf path; /* with its NUL behind; empty if there is none */
    sigset_t before; /* the mask to go back to */
    int signals;     /* a descriptor that can be read when one of them waits */
};

/* Makes a new folder below `folder` (NULL: TMPDIR, else /tmp) and blocks SIGINT, SIGTERM and
 * SIGHUP. On failure nothing is left. */
enum status bench_place_make(struct bench_place *p /* OUT */, const char *folder);

/* Removes the folder with all that is in it and lets the signals through: one that waited ends this
 * process. */
void bench_place_remove(struct bench_place *p);

/* Runs `indexer build --json --quiet ARGUMENTS`, in which the string BENCH_INDEX stands for a path in
 * the place, and removes that index. `arguments` are n strings. What the build writes to stderr is
 * shown if it fails, and of the first run in any case. STATUS_INPUT if it fails, or if one of the
 * signals came; then the build is no more, and *ended is its exit status if it has said itself why
 * (CLI_NEGATIVE, CLI_ERROR), else CLI_OK. *object is the caller's (json_object_put). */
enum status bench_run(const struct bench_place *p, const char *const *arguments, size_t n,
                      bool first, struct json_object **object /* OUT */, int *ended /* OUT */);

extern const char bench_index[];
#define BENCH_INDEX bench_index

#endif
