/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: one line that says how far a long task has come.
 *
 *     struct progress p;
 *     progress_start(&p, STDERR_FILENO, asked_for);       // asked_for: --progress
 *     while (...)
 *         progress_update(&p, &counters);                 // often; a few nanoseconds
 *     progress_end(&p);
 *
 * On a terminal the line is redrawn in place, at most PROGRESS_A_SECOND times a second, and wiped
 * at the end; nothing is drawn in the first half second. Elsewhere nothing is written, unless it was
 * asked for: then a plain line every PROGRESS_PLAIN_SECONDS. What does not fit the width of the
 * terminal is left out, the least important first. Whoever prints something else meanwhile calls
 * progress_wipe before. One thread at a time; there is no thread or signal behind it.
 */
#ifndef QIAO_BASE_PROGRESS_H
#define QIAO_BASE_PROGRESS_H

#include "common/base/buf.h"
#include "common/base/clock.h"

#define PROGRESS_A_SECOND      10
#define PROGRESS_PLAIN_SECONDS 5

struct progress_counters {
    uint64_t documents;
    uint64_t passages;
    uint64_t text_bytes; /* for MB/s */
    uint64_t done;       /* of `total`, in any unit */
    uint64_t total;      /* 0: unknown; then no share and no time left */
    const char *phase;   /* what is done now, in front of the line; NULL: nothing to say */
};

struct progress {
    double due;     /* seconds of the coarse clock; infinite if nothing is ever written */
    double started; /* likewise */
    int fd;
    bool terminal;
    bool ansi;    /* it knows the sequence that clears to the end of the line */
    size_t drawn; /* columns that stand there now */
};

/* `fd` is borrowed until progress_end. */
void progress_start(struct progress *p, int fd, bool asked_for);

/* Writes the line of `now` and says when the next is due: what progress_update does when it is due.
 */
void progress_draw(struct progress *p, const struct progress_counters *c, double now);

/* Removes the line from the terminal; the next update draws it again. */
void progress_wipe(struct progress *p);

/* Wipes for good. */
void progress_end(struct progress *p);

static inline void progress_update(struct progress *p, const struct progress_counters *c)
{
    const double now = clock_seconds_of(CLOCK_MONOTONIC_COARSE);
    if (now >= p->due)
        progress_draw(p, c, now);
}

/* Appends the line for `elapsed` seconds and `memory` bytes, at most `width` columns (ASCII), no
 * line end. */
void progress_line(struct buf *out, const struct progress_counters *c, double elapsed,
                   uint64_t memory, size_t width);

#endif
