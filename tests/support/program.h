/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program: runs `indexer` or `searcher` and keeps what they said.
 *
 *     struct program p = PROGRAM_INIT;
 *     program_run(&p, "searcher", "query", path, "bridge", NULL);
 *     cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
 *     ... p.out ...
 *     program_release(&p);
 *
 * The programs lie in the folder QIAO_BIN ("build" without it). A program that takes longer than
 * PROGRAM_SECONDS is killed and fails the test. What is set before a run (input and so on) stays
 * set; out, err and status are those of the last run.
 */
#ifndef QIAO_TESTS_SUPPORT_PROGRAM_H
#define QIAO_TESTS_SUPPORT_PROGRAM_H

#include <sys/types.h>

#include "common/base/buf.h"

#define PROGRAM_SECONDS 120

struct program {
    struct span input;       /* its standard input; empty: /dev/null */
    const char *output_path; /* where its standard output goes; NULL: into `out` */
    size_t output_most;      /* closes the pipe after that many bytes; 0: never */
    struct buf out;
    struct buf err;
    int status; /* exit status, or 128 and the number of the signal that ended it */
};

#define PROGRAM_INIT                                                                               \
    {                                                                                              \
        .out = BUF_INIT, .err = BUF_INIT                                                           \
    }

/* Runs the program with the arguments, which end with NULL. */
void program_run(struct program *p, const char *name, ...) __attribute__((sentinel));

/* The same with the arguments in an array, which ends with NULL and begins with a free place. */
void program_run_array(struct program *p, const char *name, const char **argv);

/* Starts the program with both outputs closed and returns at once: the caller waits for it. */
pid_t program_start(const char *name, const char **argv);

void program_release(struct program *p);

/* The lines of `out` that hold `text`. */
size_t program_count_lines(const struct buf *out, const char *text);

#endif
