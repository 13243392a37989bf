/* SPDX-License-Identifier: Apache-2.0 */
/* commit: flock for one writer, rename for all or nothing, names of our own pattern for cleaning.
 */
#include "indexer/write/commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/write/spool.h"

static bool has_suffix(const char *name, const char *suffix)
{
    const size_t n = strlen(name);
    const size_t m = strlen(suffix);
    return n >= m && strcmp(name + n - m, suffix) == 0;
}

static bool is_segment_name(const char *name)
{
    return strlen(name) == SEGMENT_NAME_BYTES - 1 && strncmp(name, "segment-", 8) == 0 &&
           strspn(name + 8, "0123456789abcdef") == 2 * BUILD_ID_BYTES && has_suffix(name, ".qs");
}

static bool is_temporary_name(const char *name)
{
    return strcmp(name, SEGMENT_TEMPORARY) == 0 || strcmp(name, MANIFEST_TEMPORARY) == 0 ||
           strcmp(name, SPOOL_TEMPORARY) == 0 || strcmp(name, SEGMENT_UNORDERED) == 0;
}

static bool is_named(const struct manifest_row *rows, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++) {
        char segment[SEGMENT_NAME_BYTES];
        segment_name(rows[i].build_id, segment);
        if (strcmp(segment, name) == 0)
            return true;
    }
    return false;
}

typedef bool entry_test(const struct commit *c, const char *name);

static bool is_leftover(const struct commit *c, const char *name)
{
    return is_temporary_name(name) ||
           (is_segment_name(name) && !is_named(c->old.rows, c->old.n, name));
}

static bool is_foreign(const struct commit *c, const char *name)
{
    (void)c;
    return !(is_temporary_name(name) || is_segment_name(name) || strcmp(name, LOCK_NAME) == 0);
}

/* Calls `test` for each entry of the folder; removes those for which it holds, or, with `found`,
 * copies the first one's name there and stops. */
static enum status scan(const struct commit *c, entry_test *test, char found[256])
{
    const int fd = openat(c->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *const dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        const int reason = errno;
        if (fd >= 0)
            (void)close(fd);
        return fail(STATUS_IO, "cannot read the folder '%s': %s", c->path, strerror(reason));
    }
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || !test(c, e->d_name))
            continue;
        if (found == NULL) {
            (void)unlinkat(c->dir_fd, e->d_name, 0); /* what stays does no harm */
            continue;
        }
        memcpy(found, e->d_name, strlen(e->d_name) + 1);
        break;
    }
    (void)closedir(dir);
    return STATUS_OK;
}

static enum status open_folder(struct commit *c)
{
    c->made_folder = mkdir(c->path, 0777) == 0;
    if (!c->made_folder && errno != EEXIST)
        return fail(STATUS_IO, "cannot create the folder '%s': %s", c->path, strerror(errno));
    c->dir_fd = open(c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (c->dir_fd < 0)
        return fail(errno == ENOTDIR ? STATUS_USAGE : STATUS_IO, "cannot open '%s' as a folder: %s",
                    c->path, strerror(errno));
    return STATUS_OK;
}

static enum status lock_folder(struct commit *c)
{
    c->lock_fd = openat(c->dir_fd, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (c->lock_fd < 0)
        return fail(STATUS_IO, "cannot create '%s/%s': %s", c->path, LOCK_NAME, strerror(errno));
    if (flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return STATUS_OK;
    const int reason = errno;
    (void)close(c->lock_fd);
    c->lock_fd = -1; /* so that commit_close leaves the other writer's files alone */
    return reason == EWOULDBLOCK
               ? fail(STATUS_BUSY, "another indexer is writing to '%s'", c->path)
               : fail(STATUS_IO, "cannot lock '%s': %s", c->path, strerror(reason));
}

/* Reads the old manifest; where there is none, nothing but our own leftovers may lie there. */
static enum status look_around(struct commit *c)
{
    const enum status read = manifest_read(c->dir_fd, &c->old);
    c->damaged = read == STATUS_CORRUPT;
    if (read == STATUS_OK || read == STATUS_CORRUPT)
        return STATUS_OK;
    if (read != STATUS_MISSING)
        return fail_context(read, c->path);
    char foreign[256] = "";
    TRY(scan(c, is_foreign, foreign));
    if (foreign[0] != '\0')
        return fail(STATUS_USAGE,
                    "'%s' is no index and not empty (it holds '%s'); "
                    "name another folder",
                    c->path, foreign);
    return STATUS_OK;
}

enum status commit_open(const char *path, struct commit *c)
{
    *c = (struct commit){.path = path, .dir_fd = -1, .lock_fd = -1};
    enum status status = open_folder(c);
    if (status == STATUS_OK)
        status = look_around(c); /* before the lock file is made in a folder that is not ours */
    if (status == STATUS_OK)
        status = lock_folder(c);
    if (status == STATUS_OK) {
        manifest_release(&c->old); /* it may have changed until the lock was ours */
        status = look_around(c);
    }
    if (status == STATUS_OK && !c->damaged)
        status = scan(c, is_leftover, NULL);
    if (status != STATUS_OK)
        commit_close(c);
    return status;
}

static enum status sync_parent(const struct commit *c)
{
    const int fd = openat(c->dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(STATUS_IO, "cannot sync the folder above '%s': %s", c->path, strerror(errno));
    const enum status status = file_sync_folder(fd, c->path);
    (void)close(fd);
    return status;
}

static enum status publish_segments(struct commit *c, const struct manifest_row *rows, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char name[SEGMENT_NAME_BYTES];
        segment_name(rows[i].build_id, name);
        if (faccessat(c->dir_fd, SEGMENT_TEMPORARY, F_OK, 0) == 0)
            TRY(file_publish(c->dir_fd, SEGMENT_TEMPORARY, name));
        else if (faccessat(c->dir_fd, name, F_OK, 0) !=
                 0) /* never a manifest of what is not there */
            return fail(STATUS_IO, "'%s/%s' is gone: somebody removed it", c->path, name);
    }
    return file_sync_folder(c->dir_fd, c->path);
}

static enum status publish_manifest(struct commit *c, const struct manifest *m)
{
    struct buf bytes = BUF_INIT;
    struct out_file file;
    manifest_append(&bytes, m);
    enum status status = buf_status(&bytes);
    if (status == STATUS_OK)
        status = out_open(c->dir_fd, MANIFEST_TEMPORARY, &file);
    if (status == STATUS_OK) {
        out_write(&file, bytes.data, bytes.len);
        status = out_close(&file);
    }
    buf_release(&bytes);
    TRY(status);
    TRY(file_publish(c->dir_fd, MANIFEST_TEMPORARY, MANIFEST_NAME));
    return file_sync_folder(c->dir_fd, c->path);
}

enum status commit_publish(struct commit *c, const struct manifest_row *rows, uint32_t n)
{
    struct manifest_row *const copy = malloc((n + 1) * sizeof *copy);
    if (copy == NULL)
        return fail_no_memory();
    memcpy(copy, rows, n * sizeof *copy);
    const struct manifest m = {copy, n};
    enum status status = publish_segments(c, rows, n);
    if (status == STATUS_OK)
        status = publish_manifest(c, &m);
    if (status != STATUS_OK) {
        free(copy);
        return status;
    }
    manifest_release(&c->old);
    c->old = m;
    const bool made = c->made_folder;
    c->made_folder = false; /* it holds an index now, and stays */
    (void)scan(c, is_leftover, NULL);
    return made ? sync_parent(c) : STATUS_OK;
}

void commit_close(struct commit *c)
{
    if (c->lock_fd >= 0 && c->dir_fd >= 0) {
        (void)unlinkat(c->dir_fd, SEGMENT_TEMPORARY, 0);
        (void)unlinkat(c->dir_fd, SEGMENT_UNORDERED, 0);
        (void)unlinkat(c->dir_fd, MANIFEST_TEMPORARY, 0);
        if (c->made_folder)
            (void)unlinkat(c->dir_fd, LOCK_NAME, 0);
    }
    if (c->dir_fd >= 0)
        (void)close(c->dir_fd);
    if (c->made_folder)
        (void)rmdir(c->path);
    if (c->lock_fd >= 0)
        (void)close(c->lock_fd); /* last: it ends the lock */
    manifest_release(&c->old);
    c->dir_fd = c->lock_fd = -1;
    c->made_folder = false;
}
