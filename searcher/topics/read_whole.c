/* SPDX-License-Identifier: Apache-2.0 */
/* read_whole: gzread hands on what is not gzip as it stands. */
#include "searcher/topics/read_whole.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE_BYTES (1u << 17)

static gzFile open_input(const char *path)
{
    if (strcmp(path, "-") != 0)
        return gzopen(path, "rb");
    const int fd = dup(STDIN_FILENO); /* gzclose closes what it was given */
    const gzFile file = fd < 0 ? NULL : gzdopen(fd, "rb");
    if (file == NULL && fd >= 0)
        close(fd);
    return file;
}

static enum status append_all(gzFile file, const char *path, struct buf *out)
{
    for (;;) {
        uint8_t *const to = buf_reserve(out, PIECE_BYTES);
        if (to == NULL)
            return fail_no_memory();
        errno = 0;
        const int got = gzread(file, to, PIECE_BYTES);
        int code;
        const char *const reason = gzerror(file, &code);
        /* A stream that was cut gives its bytes and, with the last of them, Z_BUF_ERROR. */
        if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
            return fail(STATUS_IO, "cannot read '%s': %s", path,
                        code == Z_ERRNO ? strerror(errno) : reason);
        if (got == 0)
            return STATUS_OK;
        out->len += (size_t)got;
    }
}

enum status read_whole(const char *path, struct buf *out)
{
    errno = 0;
    const gzFile file = open_input(path);
    if (file == NULL)
        return fail(STATUS_IO, "cannot open '%s': %s", path,
                    errno == 0 ? "out of memory" : strerror(errno));
    const enum status status = append_all(file, path, out);
    (void)gzclose(file); /* read only: nothing is lost */
    return status;
}
