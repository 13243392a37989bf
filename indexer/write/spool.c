/* SPDX-License-Identifier: Apache-2.0 */
/* spool: a buffer that empties itself into its file. */
#include "indexer/write/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/base/file.h"

#define COPY_BYTES   (256u << 10)
#define WINDOW_BYTES (32u << 10)
#define LARGE_BYTES  (256u << 10) /* a tail of so many will have many more */

void spool_init(struct spool *s, const struct spool_folder *folder)
{
    *s = (struct spool){.folder = folder, .tail = BUF_INIT, .fd = -1};
}

void spool_release(struct spool *s)
{
    buf_release(&s->tail);
    buf_release(&s->window);
    if (s->folder != NULL && s->fd >= 0)
        (void)close(s->fd);
    s->fd = -1;
}

static enum status io_failed(const char *what)
{
    return fail(STATUS_IO, "cannot %s a temporary file of the index: %s", what, strerror(errno));
}

enum status spool_open_file(const struct spool_folder *folder, int *fd)
{
    *fd = openat(folder->dir_fd, SPOOL_TEMPORARY,
                 O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        return io_failed("create");
    if (unlinkat(folder->dir_fd, SPOOL_TEMPORARY, 0) != 0) {
        (void)close(*fd);
        *fd = -1;
        return io_failed("unlink");
    }
    return STATUS_OK;
}

static enum status write_tail(struct spool *s)
{
    if (s->fd < 0)
        TRY(spool_open_file(s->folder, &s->fd));
    TRY(file_write(s->fd, "a temporary file of the index", s->tail.data, s->tail.len));
    s->in_file += s->tail.len;
    buf_clear(&s->tail);
    return STATUS_OK;
}

struct buf *spool_tail(struct spool *s)
{
    return &s->tail;
}

void spool_commit(struct spool *s)
{
    if (s->status == STATUS_OK)
        s->status = buf_status(&s->tail);
    s->len = s->in_file + s->tail.len;
    if (s->tail.len > LARGE_BYTES)
        buf_expect(&s->tail, s->folder->most + LARGE_BYTES);
    if (s->status == STATUS_OK && s->tail.len > s->folder->most)
        s->status = write_tail(s);
}

void spool_append(struct spool *s, const void *bytes, size_t len)
{
    buf_append(&s->tail, bytes, len);
    spool_commit(s);
}

enum status spool_status(const struct spool *s)
{
    return s->status;
}

enum status spool_read_at(struct spool *s, uint64_t offset, void *out, size_t len)
{
    uint8_t *to = out;
    while (len > 0 && offset < s->in_file) {
        const uint64_t left = s->in_file - offset;
        const ssize_t got = pread(s->fd, to, left < len ? (size_t)left : len, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return io_failed("read");
        to += got;
        offset += (uint64_t)got;
        len -= (size_t)got;
    }
    if (offset > s->len || len > s->len - offset)
        return fail(STATUS_IO, "a temporary file of the index ended early");
    if (len > 0)
        memcpy(to, s->tail.data + (offset - s->in_file), len);
    return STATUS_OK;
}

enum status spool_rewind(struct spool *s)
{
    s->read_at = 0;
    buf_clear(&s->window);
    return s->status;
}

/* Through a window of WINDOW_BYTES, since callers read a number at a time. */
enum status spool_read(struct spool *s, void *out, size_t len)
{
    const uint64_t in_window = s->read_at % WINDOW_BYTES;
    if (s->window.len == 0 || in_window + len > s->window.len) {
        const uint64_t start = s->read_at - in_window;
        const uint64_t left = s->len - start;
        const size_t wanted = left < 2 * WINDOW_BYTES ? (size_t)left : 2 * WINDOW_BYTES;
        if (in_window + len > wanted)
            return fail(STATUS_IO, "a temporary file of the index ended early");
        buf_clear(&s->window);
        uint8_t *const to = buf_reserve(&s->window, wanted);
        if (to == NULL)
            return fail_no_memory();
        TRY(spool_read_at(s, start, to, wanted));
        s->window.len = wanted;
    }
    memcpy(out, s->window.data + in_window, len);
    s->read_at += len;
    if (in_window + len >= WINDOW_BYTES)
        buf_clear(&s->window);
    return STATUS_OK;
}

enum status spool_copy(struct spool *s, struct segment_writer *segment)
{
    TRY(s->status);
    if (s->in_file > 0) {
        struct buf piece = BUF_INIT;
        uint8_t *const bytes = buf_reserve(&piece, COPY_BYTES);
        enum status status = buf_status(&piece);
        for (uint64_t at = 0; at < s->in_file && status == STATUS_OK; at += COPY_BYTES) {
            const uint64_t left = s->in_file - at;
            const size_t len = left < COPY_BYTES ? (size_t)left : COPY_BYTES;
            status = spool_read_at(s, at, bytes, len);
            if (status == STATUS_OK)
                segment_writer_append(segment, bytes, len);
        }
        buf_release(&piece);
        TRY(status);
    }
    segment_writer_append(segment, s->tail.data, s->tail.len);
    return STATUS_OK;
}
