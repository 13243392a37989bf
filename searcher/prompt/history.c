/* SPDX-License-Identifier: Apache-2.0 */
/* history: a file of lines that is appended to, and rewritten only when it has grown too long. */
#include "searcher/prompt/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "history"

/* A file beyond this is none of ours; it is not read. */
#define FILE_BYTES_MOST (64u << 20)

/* ---- the folder ---- */

/* The folder's path with a slash behind it; false if the environment names none. */
static bool folder_path(struct buf *out)
{
    const char *const state = getenv("XDG_STATE_HOME");
    const char *const home = getenv("HOME");
    if (state != NULL && state[0] == '/') { /* the XDG specification ignores relative paths */
        buf_append_string(out, state);
    } else if (home != NULL && home[0] == '/') {
        buf_append_string(out, home);
        buf_append_string(out, "/.local/state");
    } else {
        return false;
    }
    buf_append_string(out, "/qiao/");
    return true;
}

/* Creates each folder of `path` that is not there, which ends with a slash. */
static enum status make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool failed = mkdir(path, 0700) != 0 && errno != EEXIST;
        const int reason = errno;
        *slash = '/';
        if (failed)
            return fail(STATUS_IO, "cannot create the folder '%s': %s", path, strerror(reason));
    }
    return STATUS_OK;
}

/* ---- reading ---- */

static enum status read_all(int fd, struct buf *out)
{
    for (;;) {
        uint8_t *const room = buf_reserve(out, 65536);
        if (room == NULL)
            return fail_no_memory();
        const ssize_t n = read(fd, room, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(STATUS_IO, "cannot read the history: %s", strerror(errno));
        if (n == 0)
            return STATUS_OK;
        out->len += (size_t)n;
        if (out->len > FILE_BYTES_MOST)
            return fail(STATUS_IO, "the history is not read: it is far too long");
    }
}

/* Where the last HISTORY_LINES begin. */
static size_t start_of_last_lines(const struct buf *lines)
{
    size_t n = 0;
    size_t at = lines->len;
    while (at > 0 && n <= HISTORY_LINES) {
        n += lines->data[at - 1] == '\n' ? 1 : 0;
        if (n <= HISTORY_LINES)
            at--;
    }
    return at;
}

static void hand_out(struct span lines, history_take *take, void *context)
{
    struct buf line = BUF_INIT;
    const uint8_t *p = lines.data;
    const uint8_t *const end = p + lines.len;
    while (p < end) {
        const uint8_t *const newline = memchr(p, '\n', (size_t)(end - p));
        const uint8_t *const stop = newline == NULL ? end : newline;
        buf_clear(&line);
        buf_append(&line, p, (size_t)(stop - p));
        if (line.len > 0)
            take(context, buf_string(&line));
        p = newline == NULL ? end : newline + 1;
    }
    buf_release(&line);
}

/* ---- writing ---- */

static enum status write_all(int fd, struct span bytes)
{
    size_t done = 0;
    while (done < bytes.len) {
        const ssize_t n = write(fd, bytes.data + done, bytes.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(STATUS_IO, "cannot write the history: %s", strerror(errno));
        done += (size_t)n;
    }
    return STATUS_OK;
}

/* Opens for appending; what is there must be the owner's alone from now on. */
static enum status open_file(int folder, int *fd)
{
    *fd = openat(folder, FILE_NAME,
                 O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat info;
    if (*fd < 0)
        return fail(STATUS_IO, "cannot open the history: %s", strerror(errno));
    if (fstat(*fd, &info) == 0 && !S_ISREG(info.st_mode))
        return fail(STATUS_IO, "the history is no regular file");
    if (fchmod(*fd, 0600) != 0)
        return fail(STATUS_IO, "cannot protect the history: %s", strerror(errno));
    return STATUS_OK;
}

/* Replaces the file by `lines`; *fd is then the new one. */
static enum status rewrite(int folder, struct span lines, int *fd)
{
    static const char temporary[] = FILE_NAME ".tmp";
    (void)unlinkat(folder, temporary, 0);
    const int fresh = openat(folder, temporary,
                             O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fresh < 0)
        return fail(STATUS_IO, "cannot write the history: %s", strerror(errno));
    enum status status = write_all(fresh, lines);
    if (status == STATUS_OK && renameat(folder, temporary, folder, FILE_NAME) != 0)
        status = fail(STATUS_IO, "cannot write the history: %s", strerror(errno));
    if (status != STATUS_OK) {
        (void)close(fresh);
        return status;
    }
    (void)close(*fd);
    *fd = fresh;
    return STATUS_OK;
}

static enum status load(struct history_file *h, int folder, history_take *take, void *context)
{
    struct buf lines = BUF_INIT;
    enum status status = open_file(folder, &h->fd);
    if (status == STATUS_OK)
        status = read_all(h->fd, &lines);
    if (status == STATUS_OK) {
        const size_t start = start_of_last_lines(&lines);
        const struct span kept = span_of(lines.data + start, lines.len - start);
        hand_out(kept, take, context);
        if (start > 0)
            status = rewrite(folder, kept, &h->fd);
    }
    buf_release(&lines);
    return status;
}

/* ---- the interface ---- */

static enum status open_history(struct history_file *h, struct buf *path, history_take *take,
                                void *context)
{
    if (!folder_path(path))
        return fail(STATUS_MISSING, "neither XDG_STATE_HOME nor HOME names a folder");
    buf_put_u8(path, '\0');
    TRY(buf_status(path));
    TRY(make_folders((char *)path->data));
    const int folder = open((const char *)path->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fail(STATUS_IO, "cannot open the folder '%s': %s", (const char *)path->data,
                    strerror(errno));
    const enum status status = load(h, folder, take, context);
    (void)close(folder);
    return status;
}

enum status history_file_open(struct history_file *h, history_take *take, void *context)
{
    struct buf path = BUF_INIT;
    *h = (struct history_file){.fd = -1, .last = BUF_INIT};
    const enum status status = open_history(h, &path, take, context);
    buf_release(&path);
    if (status != STATUS_OK)
        history_file_close(h);
    return status;
}

enum status history_file_add(struct history_file *h, struct span line)
{
    if (h->fd < 0 || line.len == 0 || span_equal(line, buf_span(&h->last)))
        return STATUS_OK;
    buf_clear(&h->last);
    buf_append_span(&h->last, line);
    buf_put_u8(&h->last, '\n');
    enum status status = buf_status(&h->last);
    if (status == STATUS_OK)
        status =
            write_all(h->fd, buf_span(&h->last)); /* one write: lines of two prompts do not mix */
    if (status != STATUS_OK) {
        history_file_close(h);
        return status;
    }
    h->last.len--;
    return STATUS_OK;
}

void history_file_close(struct history_file *h)
{
    if (h->fd >= 0)
        (void)close(h->fd);
    h->fd = -1;
    buf_release(&h->last);
}
