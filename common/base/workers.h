/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers: jobs run on several threads, their results taken in the order of submission.
 *
 *     struct workers *w;
 *     TRY(workers_new(n_threads, &w));
 *     workers_submit(w, &job);                       as many as wanted; never blocks
 *     TRY(workers_finish(w, most));                  job->finish of those that are done, oldest first
 *     workers_free(w);
 *
 * The calling thread is one of the n: it works only inside workers_finish, when it has to wait. With
 * n 1 there is no other thread, and everything happens in order of submission. A job is run with
 * the number of its thread (0: the caller), so that it can use that thread's own state; jobs on
 * one thread are run one after the other, in order of submission. Only one thread submits and
 * takes.
 */
#ifndef QIAO_BASE_WORKERS_H
#define QIAO_BASE_WORKERS_H

#include "common/base/status.h"

#define WORKERS_MOST 256

struct workers;

/* The head of a job: put it first in a structure of your own, which you own until the job was
 * taken. */
struct job {
    enum status (*run)(struct job *job, unsigned worker);
    enum status (*finish)(struct job *job); /* on the caller's thread; NULL: nothing to do */
    enum status status;                     /* what run returned */
    char message[256];                      /* and its message, if it failed */
    struct job *next;                       /* the rest is the pool's */
    int state;
};

/* `n` threads (1 to WORKERS_MOST), the caller among them (heap; workers_free). */
enum status workers_new(unsigned n, struct workers **out /* OUT */);

/* Waits until no job runs, forgets those that have not begun, ends the threads. NULL is fine. */
void workers_free(struct workers *w);

unsigned workers_count(const struct workers *w);

void workers_submit(struct workers *w, struct job *job);

/* Takes jobs that are done, oldest first, and calls their `finish`; while more than `most` are not
 * taken, this thread runs jobs, or waits. 0: all jobs that were submitted are taken in the end. The
 * first failure, of a job or of its finish, is returned with its message; the jobs behind it are run
 * and forgotten then, so that nothing runs any more. */
enum status workers_finish(struct workers *w, unsigned most);

#endif
