/* SPDX-License-Identifier: Apache-2.0 */
/* progress: a line is a list of parts, each with a rank; parts go until the rest fits. */
#include "common/base/progress.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/machine.h"
#include "common/base/terminal.h"

#define FIRST_SECONDS 0.5 /* a task that is over before needs no line */

#define PARTS      7
#define PART_BYTES 48
#define GAP        2 /* columns between parts */

void progress_start(struct progress *p, int fd, bool asked_for)
{
    const char *const term = getenv("TERM");
    const double now = clock_seconds_of(CLOCK_MONOTONIC_COARSE);
    *p = (struct progress){.started = now, .fd = fd, .terminal = terminal_is(fd)};
    p->ansi = term != NULL && strcmp(term, "dumb") != 0;
    p->due = p->terminal ? now + FIRST_SECONDS
             : asked_for ? now + PROGRESS_PLAIN_SECONDS
                         : (double)INFINITY;
}

/* ---- the line ---- */

/* "m:ss" or "h:mm:ss". */
static void put_time(char *out, size_t size, double seconds)
{
    const unsigned long s = seconds < 360000 ? (unsigned long)seconds : 359999;
    if (s < 3600)
        (void)snprintf(out, size, "%lu:%02lu left", s / 60, s % 60);
    else
        (void)snprintf(out, size, "%lu:%02lu:%02lu left", s / 3600, s / 60 % 60, s % 60);
}

static void fill_parts(char part[PARTS][PART_BYTES], const struct progress_counters *c,
                       double elapsed, uint64_t memory)
{
    const bool known = c->total > 0 && c->done > 0;
    const double share = known ? (double)c->done / (double)c->total : 0;
    memset(part, 0, PARTS * PART_BYTES);
    if (c->phase != NULL)
        (void)snprintf(part[0], PART_BYTES, "%s", c->phase);
    if (known)
        (void)snprintf(part[1], PART_BYTES, "%.0f %%", share < 1 ? 100 * share : 100.0);
    if (known && share < 1)
        put_time(part[2], PART_BYTES, elapsed * (1 - share) / share);
    (void)snprintf(part[3], PART_BYTES, "%llu documents", (unsigned long long)c->documents);
    (void)snprintf(part[4], PART_BYTES, "%llu passages", (unsigned long long)c->passages);
    if (elapsed > 0)
        (void)snprintf(part[5], PART_BYTES, "%.1f MB/s", (double)c->text_bytes / 1e6 / elapsed);
    if (memory > 0)
        (void)snprintf(part[6], PART_BYTES, "%.0f MB in memory", (double)memory / 1e6);
}

void progress_line(struct buf *out, const struct progress_counters *c, double elapsed,
                   uint64_t memory, size_t width)
{
    static const int goes[PARTS] = {4, 6, 5, 0, 3, 2, 1}; /* the first of them first */
    char part[PARTS][PART_BYTES];
    size_t columns = 0;
    fill_parts(part, c, elapsed, memory);
    for (int i = 0; i < PARTS; i++)
        columns += part[i][0] != '\0' ? strlen(part[i]) + GAP : 0;
    for (int i = 0; i < PARTS && columns > width + GAP; i++) {
        columns -= part[goes[i]][0] != '\0' ? strlen(part[goes[i]]) + GAP : 0;
        part[goes[i]][0] = '\0';
    }
    bool first = true;
    for (int i = 0; i < PARTS; i++) {
        if (part[i][0] == '\0')
            continue;
        buf_append_string(out, first ? "" : "  ");
        buf_append_string(out, part[i]);
        first = false;
    }
}

/* ---- writing it ---- */

/* A line that cannot be written is no reason to stop the task. */
static void write_out(const struct progress *p, struct buf *bytes)
{
    size_t at = 0;
    while (!bytes->failed && at < bytes->len) {
        const ssize_t n = write(p->fd, bytes->data + at, bytes->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    buf_release(bytes);
}

static void put_spaces(struct buf *out, size_t n)
{
    for (; n > 0; n--)
        buf_put_u8(out, ' ');
}

void progress_draw(struct progress *p, const struct progress_counters *c, double now)
{
    struct buf out = BUF_INIT;
    const uint64_t memory = machine_usage_now().rss;
    if (!p->terminal) {
        progress_line(&out, c, now - p->started, memory, SIZE_MAX - GAP);
        buf_put_u8(&out, '\n');
        write_out(p, &out);
        p->due = now + PROGRESS_PLAIN_SECONDS;
        return;
    }
    buf_put_u8(&out, '\r');
    /* The last column stays free: some terminals wrap when it is written. */
    progress_line(&out, c, now - p->started, memory, terminal_width() - 1);
    const size_t columns = out.len - 1;
    if (p->ansi)
        buf_append_string(&out, "\x1b[K");
    else if (columns < p->drawn)
        put_spaces(&out, p->drawn - columns);
    write_out(p, &out);
    p->drawn = columns;
    p->due = now + 1.0 / PROGRESS_A_SECOND;
}

void progress_wipe(struct progress *p)
{
    struct buf out = BUF_INIT;
    if (p->drawn == 0)
        return;
    buf_put_u8(&out, '\r');
    if (p->ansi) {
        buf_append_string(&out, "\x1b[K");
    } else {
        put_spaces(&out, p->drawn);
        buf_put_u8(&out, '\r');
    }
    write_out(p, &out);
    p->drawn = 0;
}

void progress_end(struct progress *p)
{
    progress_wipe(p);
    p->due = (double)INFINITY;
}
