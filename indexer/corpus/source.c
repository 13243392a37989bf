/* SPDX-License-Identifier: Apache-2.0 */
/* source: what all sources have in common, and the one at the bottom of each stack: a file. */
#include "indexer/corpus/source.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

void source_init(struct source *s, const struct source_kind *kind, struct source *below)
{
    *s = (struct source){.kind = kind, .below = below};
    if (below == NULL)
        return;
    s->trouble = below->trouble;
    s->meter = below->meter;
    s->level = below->level + 1;
}

void source_free(struct source *s)
{
    while (s != NULL) {
        struct source *const below = s->below;
        s->kind->free(s);
        s = below;
    }
}

size_t source_read(struct source *s, uint8_t *to, size_t room)
{
    const size_t ahead = (size_t)(s->head_end - s->head_at);
    if (ahead == 0)
        return source_is_stopped(s) ? 0 : s->kind->read(s, to, room);
    const size_t n = ahead < room ? ahead : room;
    memcpy(to, s->head + s->head_at, n);
    s->head_at = (uint16_t)(s->head_at + n);
    return n;
}

struct span source_peek(struct source *s, size_t want)
{
    if (s->head_at > 0) {
        s->head_end = (uint16_t)(s->head_end - s->head_at);
        memmove(s->head, s->head + s->head_at, s->head_end);
        s->head_at = 0;
    }
    while (s->head_end < want && !source_is_stopped(s)) {
        const size_t n = s->kind->read(s, s->head + s->head_end, SOURCE_PEEK - s->head_end);
        if (n == 0)
            break;
        s->head_end = (uint16_t)(s->head_end + n);
    }
    return span_of(s->head, s->head_end);
}

bool source_can_seek(const struct source *s)
{
    return s->kind->seek != NULL;
}

bool source_seek(struct source *s, uint64_t offset)
{
    s->head_at = s->head_end = 0;
    return s->kind->seek(s, offset);
}

size_t source_stop(struct source *s, enum report_kind kind, const char *format, ...)
{
    if (source_is_stopped(s))
        return 0;
    va_list args;
    va_start(args, format);
    s->trouble->kind = kind;
    (void)vsnprintf(s->trouble->text, sizeof s->trouble->text, format, args);
    va_end(args);
    return 0;
}

size_t source_stop_without_memory(struct source *s)
{
    s->trouble->no_memory = true;
    return 0;
}

bool source_is_stopped(const struct source *s)
{
    return s->trouble->kind != REPORT_OK || s->trouble->no_memory;
}

bool source_count(struct source *s, size_t n)
{
    struct meter *const m = s->meter;
    const uint64_t made = m->made[s->level] += n;
    const uint64_t read = m->size > 0 && m->read > m->size ? m->size : m->read;
    if (made > METER_FREE_BYTES && made / METER_RATIO_MOST > read)
        source_stop(s, REPORT_BAD, "unpacks to over %d times its size", METER_RATIO_MOST);
    else if (made > METER_TOTAL_MOST)
        source_stop(s, REPORT_BAD, "unpacks to over 1 TiB");
    return !source_is_stopped(s);
}

/* ---- a file ---- */

struct file_source {
    struct source source;
    int fd;
    bool waits;
    uint64_t at; /* next byte to read */
};

static size_t read_file(struct source *s, uint8_t *to, size_t room)
{
    struct file_source *const f = (struct file_source *)s;
    const uint64_t size = s->meter->size;
    if (size > 0 && room > size - f->at)
        room = (size_t)(size - f->at);
    while (room > 0) {
        const ssize_t got = read(f->fd, to, room);
        if (got > 0) {
            f->at += (uint64_t)got;
            s->meter->read += (uint64_t)got;
            return (size_t)got;
        }
        if (got == 0)
            return size > 0 ? source_stop(s, REPORT_UNREADABLE, "shrank while it was read") : 0;
        if (errno == EAGAIN && f->waits) { /* somebody made standard input non-blocking */
            struct pollfd wait = {f->fd, POLLIN, 0};
            (void)poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            char text[64];
            return source_stop(s, REPORT_UNREADABLE, "read failed: %s",
                               strerror_r(errno, text, sizeof text));
        }
    }
    return 0;
}

static bool seek_file(struct source *s, uint64_t offset)
{
    struct file_source *const f = (struct file_source *)s;
    f->at = offset < s->meter->size ? offset : s->meter->size;
    if (lseek(f->fd, (off_t)f->at, SEEK_SET) >= 0)
        return true;
    char text[64];
    source_stop(s, REPORT_UNREADABLE, "seek failed: %s", strerror_r(errno, text, sizeof text));
    return false;
}

static void free_file(struct source *s)
{
    free(s);
}

struct source *source_of_file(int fd, uint64_t size, bool waits, struct meter *meter,
                              struct trouble *trouble)
{
    static const struct source_kind stream = {read_file, free_file, NULL};
    static const struct source_kind file = {read_file, free_file, seek_file};
    struct file_source *const f = malloc(sizeof *f);
    if (f == NULL) {
        trouble->no_memory = true;
        return NULL;
    }
    source_init(&f->source, size > 0 ? &file : &stream, NULL);
    f->source.meter = meter;
    f->source.trouble = trouble;
    f->fd = fd;
    f->waits = waits;
    f->at = 0;
    *meter = (struct meter){.size = size};
    return &f->source;
}
