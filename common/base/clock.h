/* SPDX-License-Identifier: Apache-2.0 */
/* clock: seconds that passed, and seconds that a processor worked. */
#ifndef QIAO_BASE_CLOCK_H
#define QIAO_BASE_CLOCK_H

#include <time.h>

static inline double clock_seconds_of(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Since some fixed moment. */
static inline double clock_seconds(void)
{
    return clock_seconds_of(CLOCK_MONOTONIC);
}

/* Of all threads' processor time. */
static inline double clock_process_seconds(void)
{
    return clock_seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

/* Of this thread's processor time. A call costs a few hundred nanoseconds. */
static inline double clock_thread_seconds(void)
{
    return clock_seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

#endif
