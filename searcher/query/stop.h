/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop: how a person ends a search that takes too long.
 *
 *     static bool pressed(void *context) { return *(volatile sig_atomic_t *)context; }
 *     options.stop = (struct stop){.asked = pressed, .context = &flag};
 *
 * Whoever walks through passages or forms asks every few of them, and fails with STATUS_STOPPED.
 * When the time is over instead, he ends with what he has, and says so. All zero: neither.
 */
#ifndef QIAO_SEARCHER_QUERY_STOP_H
#define QIAO_SEARCHER_QUERY_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/status.h"

struct stop {
    bool (*asked)(void *context); /* whether to stop; cheap; NULL: never */
    void *context;
    double until; /* of CLOCK_MONOTONIC, in seconds, when the time is over; 0: never */
};

/* Passages between two looks: the dearest of them take milliseconds. A power of two. */
#define STOP_EVERY 32u

/* STATUS_STOPPED if it is to stop; asked of every STOP_EVERY-th `n`, 0 among them. */
static inline enum status stop_check(const struct stop *stop, uint64_t n)
{
    if (n % STOP_EVERY != 0 || stop->asked == NULL || !stop->asked(stop->context))
        return STATUS_OK;
    return fail(STATUS_STOPPED, "stopped");
}

/* Whether the time is over. */
static inline bool stop_is_late(const struct stop *stop)
{
    return stop->until > 0 && clock_seconds() > stop->until;
}

#endif
