/* SPDX-License-Identifier: Apache-2.0 */
/* file: write(2) only, never a writable map, so that a full disk is an error and not a signal. */
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES (1u << 20)

static enum status io_failed(const char *verb, const char *name)
{
    const enum status status = errno == ENOENT ? STATUS_MISSING : STATUS_IO;
    return fail(status, "cannot %s '%s': %s", verb, name, strerror(errno));
}

static enum status map_open_file(int fd, const char *name, struct mapped_file *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return io_failed("read", name);
    if (!S_ISREG(st.st_mode))
        return fail(STATUS_IO, "cannot read '%s': not a regular file", name);
    const size_t size = (size_t)st.st_size;
    void *data = NULL;
    if (size > 0) {
        data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED)
            return io_failed("map", name);
    }
    out->bytes = span_of(data, size);
    return STATUS_OK;
}

enum status file_map(int dir_fd, const char *name, struct mapped_file *out)
{
    const int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return io_failed("open", name);
    const enum status status = map_open_file(fd, name, out);
    (void)close(fd);
    return status;
}

void file_unmap(struct mapped_file *m)
{
    if (m->bytes.data != NULL)
        (void)munmap((void *)(uintptr_t)m->bytes.data, m->bytes.len);
    m->bytes = span_of(NULL, 0);
}

void file_forget(const struct mapped_file *m)
{
    if (m->bytes.data != NULL)
        (void)madvise((void *)(uintptr_t)m->bytes.data, m->bytes.len, MADV_DONTNEED);
}

enum status out_open(int dir_fd, const char *name, struct out_file *out)
{
    if (unlinkat(dir_fd, name, 0) != 0 && errno != ENOENT)
        return io_failed("remove", name);
    const int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return io_failed("create", name);
    *out = (struct out_file){.fd = fd, .name = name, .buffer = BUF_INIT};
    return STATUS_OK;
}

enum status file_write(int fd, const char *name, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t written = write(fd, bytes, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return io_failed("write", name);
        bytes += written;
        len -= (size_t)written;
    }
    return STATUS_OK;
}

static void flush(struct out_file *out)
{
    if (out->status == STATUS_OK)
        out->status = buf_status(&out->buffer);
    if (out->status == STATUS_OK)
        out->status = file_write(out->fd, out->name, out->buffer.data, out->buffer.len);
    buf_clear(&out->buffer);
}

void out_write(struct out_file *out, const void *bytes, size_t len)
{
    if (out->status != STATUS_OK)
        return;
    out->size += len;
    if (out->buffer.len + len > BUFFER_BYTES)
        flush(out);
    if (len <= BUFFER_BYTES)
        buf_append(&out->buffer, bytes, len);
    else if (out->status == STATUS_OK)
        out->status = file_write(out->fd, out->name, bytes, len);
}

void out_write_at(struct out_file *out, uint64_t offset, const void *bytes, size_t len)
{
    flush(out);
    const uint8_t *at = bytes;
    while (out->status == STATUS_OK && len > 0) {
        const ssize_t written = pwrite(out->fd, at, len, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            out->status = io_failed("write", out->name);
            return;
        }
        at += written;
        offset += (uint64_t)written;
        len -= (size_t)written;
    }
}

enum status out_close(struct out_file *out)
{
    flush(out);
    if (out->status == STATUS_OK && fsync(out->fd) != 0)
        out->status = io_failed("sync", out->name);
    if (close(out->fd) != 0 && out->status == STATUS_OK)
        out->status = io_failed("close", out->name);
    out->fd = -1;
    buf_release(&out->buffer);
    return out->status;
}

void out_abandon(struct out_file *out)
{
    if (out->fd >= 0)
        (void)close(out->fd);
    out->fd = -1;
    buf_release(&out->buffer);
}

enum status file_publish(int dir_fd, const char *from, const char *to)
{
    return renameat(dir_fd, from, dir_fd, to) == 0 ? STATUS_OK : io_failed("rename to", to);
}

enum status file_sync_folder(int dir_fd, const char *path)
{
    return fsync(dir_fd) == 0 ? STATUS_OK : io_failed("sync the folder", path);
}

static enum status read_fully(int fd, const char *path, struct buf *out)
{
    for (;;) {
        uint8_t *const to = buf_reserve(out, 65536);
        if (to == NULL)
            return fail_no_memory();
        const ssize_t got = read(fd, to, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_failed("read", path);
        if (got == 0)
            return STATUS_OK;
        out->len += (size_t)got;
    }
}

enum status file_read_all(const char *path, struct buf *out)
{
    if (strcmp(path, "-") == 0)
        return read_fully(STDIN_FILENO, "standard input", out);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return io_failed("open", path);
    const enum status status = read_fully(fd, path, out);
    (void)close(fd);
    return status;
}
