/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk: a stack of sorted folder listings instead of recursion.
 *
 * Order. `a/b` comes behind `a-b` and `a.b` ('-' and '.' are below '/'), so a folder sorts as if
 * its name ended in a slash; then a depth-first walk meets all paths in byte order. The kind that
 * readdir gives decides that, and spares us opening pipes and devices at all; what is opened is
 * judged again by fstat, since it may have been exchanged.
 *
 * Depth. Only the WALK_OPEN innermost folders stay open. Coming back to one further out, it is
 * opened again as `..` and must be the folder it was (device and inode). From a folder that was
 * entered through a link `..` leads elsewhere, so the folder that holds the link stays open; there
 * are at most WALK_LINKS_MOST of those.
 */
#include "indexer/corpus/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"

#define WALK_OPEN 32

#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)

struct level {
    int fd;       /* -1 while it is closed for want of descriptors */
    dev_t device; /* with inode: what the folder is, to know it again */
    ino_t inode;
    struct buf names; /* each entry: its kind (DT_...), its name, a NUL */
    size_t *order;    /* offsets into names, sorted */
    size_t count;
    size_t next;     /* the next of `order` to visit */
    size_t links;    /* links that were followed to come here */
    bool pinned;     /* stays open: the next level was entered through a link */
    size_t path_len; /* bytes of walk.path that lead here, with the slash */
};

/* A folder that was entered below a link. */
struct place {
    dev_t device;
    ino_t inode;
};

struct walk {
    struct report *report;
    bool hidden;
    bool follow;
    bool through_link; /* what is being visited is a link */
    void *linked;      /* tree of struct place (search.h) */
    bool has_index;    /* the folder to pass over exists; its device and inode: */
    dev_t index_device;
    ino_t index_inode;
    struct buf path;
    size_t below;
    struct level *levels;
    size_t depth;
    size_t cap;
    struct walk_file first; /* a source that is a file; fd -1 once it was handed out */
};

/* Whether a system call failed because this process is short of something, not the file. */
static bool is_shortage(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE;
}

static struct span path_of(const struct walk *w)
{
    return buf_span(&w->path);
}

/* Reports what could not be opened or listed; fails if that is a shortage. */
static enum status refuse(struct walk *w, int error)
{
    if (is_shortage(error))
        return fail(STATUS_IO, "cannot read '%s': %s", buf_string(&w->path), strerror(error));
    if (w->through_link && error == ENOENT)
        report_bad(w->report, path_of(w), 0, REPORT_LINK, "a symbolic link to nothing");
    else if (error == ELOOP)
        report_bad(w->report, path_of(w), 0, REPORT_LINK, "%s",
                   w->follow ? "a loop of symbolic links" : "a symbolic link, not followed");
    else if (error == ENXIO)
        report_bad(w->report, path_of(w), 0, REPORT_SPECIAL, "a pipe, socket or device, not read");
    else
        report_bad(w->report, path_of(w), 0, REPORT_UNREADABLE, "%s", strerror(error));
    return STATUS_OK;
}

static bool is_index(const struct walk *w, const struct stat *s)
{
    return w->has_index && s->st_dev == w->index_device && s->st_ino == w->index_inode;
}

static void level_release(struct level *l)
{
    if (l->fd >= 0)
        (void)close(l->fd);
    buf_release(&l->names);
    free(l->order);
}

/* The name without its kind, and how it sorts: a folder's with a slash behind it. */
static int compare_names(const void *a, const void *b, void *names)
{
    const uint8_t *const x = (const uint8_t *)names + *(const size_t *)a;
    const uint8_t *const y = (const uint8_t *)names + *(const size_t *)b;
    size_t i = 1;
    while (x[i] != 0 && x[i] == y[i])
        i++;
    const int left = x[i] == 0 && x[0] == DT_DIR ? '/' : x[i];
    const int right = y[i] == 0 && y[0] == DT_DIR ? '/' : y[i];
    return left - right;
}

/* DT_UNKNOWN resolved, for file systems whose listings do not tell kinds. */
static uint8_t kind_of(int folder, const struct dirent *entry)
{
    struct stat s;
    if (entry->d_type != DT_UNKNOWN || fstatat(folder, entry->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return entry->d_type;
    return (uint8_t)IFTODT(s.st_mode);
}

/* Reads the names of `l->fd` into l->names; returns an errno, or 0. */
static int list_names(struct level *l)
{
    const int again = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
    DIR *const listing = again < 0 ? NULL : fdopendir(again);
    if (listing == NULL) {
        const int error = errno;
        if (again >= 0)
            (void)close(again);
        return error;
    }
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(listing)) != NULL) {
        const char *const name = entry->d_name;
        const bool itself = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        if (itself)
            continue;
        buf_put_u8(&l->names, kind_of(l->fd, entry));
        buf_append(&l->names, name, strlen(name) + 1);
        l->count++;
    }
    const int error = errno;
    (void)closedir(listing);
    return l->names.failed ? ENOMEM : error;
}

/* Lists and sorts; a listing that broke off is reported and stands as far as it goes. */
static enum status list(struct walk *w, struct level *l)
{
    const int error = list_names(l);
    if (error != 0)
        TRY(refuse(w, error));
    l->order = calloc(l->count + 1, sizeof *l->order);
    if (l->order == NULL)
        return fail_no_memory();
    size_t at = 0;
    for (size_t i = 0; i < l->count; i++) {
        l->order[i] = at;
        at += strlen((const char *)l->names.data + at + 1) + 2;
    }
    qsort_r(l->order, l->count, sizeof *l->order, compare_names, l->names.data);
    return STATUS_OK;
}

static enum status grow_levels(struct walk *w)
{
    if (w->depth < w->cap)
        return STATUS_OK;
    const size_t cap = w->cap * 2 + 16;
    struct level *const grown = realloc(w->levels, cap * sizeof *grown);
    if (grown == NULL)
        return fail_no_memory();
    w->levels = grown;
    w->cap = cap;
    return STATUS_OK;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *const x = a;
    const struct place *const y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return (x->inode > y->inode) - (x->inode < y->inode);
}

/* Whether the folder was entered below a link before; notes it if not. */
static enum status note_linked(struct walk *w, const struct stat *s, bool *before)
{
    struct place *const place = malloc(sizeof *place);
    if (place == NULL)
        return fail_no_memory();
    *place = (struct place){s->st_dev, s->st_ino};
    struct place **const found = tsearch(place, &w->linked, compare_places);
    *before = found != NULL && *found != place;
    if (found == NULL || *before)
        free(place);
    return found == NULL ? fail_no_memory() : STATUS_OK;
}

/* Why the folder at the end of `links` links is not to be entered; NULL if it is. */
static enum status judge_linked(struct walk *w, const struct stat *s, size_t links,
                                const char **refusal)
{
    bool before = false;
    *refusal = NULL;
    for (size_t i = 0; i < w->depth && *refusal == NULL; i++) {
        if (w->levels[i].device == s->st_dev && w->levels[i].inode == s->st_ino)
            *refusal = "a loop: it leads to a folder that it lies in";
    }
    if (*refusal == NULL && links > WALK_LINKS_MOST)
        *refusal = "too many links on the way";
    if (*refusal == NULL)
        TRY(note_linked(w, s, &before));
    if (before)
        *refusal = "a folder that was read through another link";
    return STATUS_OK;
}

/* Goes into the open folder `fd`, whose path stands in w->path; owns fd from here on. */
static enum status enter(struct walk *w, int fd, const struct stat *s)
{
    const char *refusal = NULL;
    const size_t links =
        (w->depth > 0 ? w->levels[w->depth - 1].links : 0) + (w->through_link ? 1 : 0);
    enum status status = grow_levels(w);
    if (status == STATUS_OK && links > 0)
        status = judge_linked(w, s, links, &refusal);
    if (refusal != NULL)
        report_bad(w->report, path_of(w), 0, REPORT_LINK, "%s", refusal);
    if (status != STATUS_OK || refusal != NULL) {
        (void)close(fd);
        return status;
    }
    if (w->through_link)
        w->levels[w->depth - 1].pinned = true;
    w->through_link = false;
    if (w->path.len > 0 && w->path.data[w->path.len - 1] != '/')
        buf_put_u8(&w->path, '/');
    struct level *const l = &w->levels[w->depth++];
    *l = (struct level){.fd = fd, .device = s->st_dev, .inode = s->st_ino, .names = BUF_INIT};
    l->path_len = w->path.len;
    l->links = links;
    TRY(buf_status(&w->path));
    if (w->depth > WALK_OPEN && !w->levels[w->depth - 1 - WALK_OPEN].pinned) {
        struct level *const outer = &w->levels[w->depth - 1 - WALK_OPEN];
        (void)close(outer->fd);
        outer->fd = -1;
    }
    return list(w, l);
}

/* Opens the level outside of `inner` again; its entries are left out if it is another folder. */
static enum status reopen(struct walk *w, struct level *outer, const struct level *inner)
{
    struct stat s;
    w->path.len = outer->path_len;
    outer->fd = openat(inner->fd, "..", OPEN_FLAGS | O_DIRECTORY);
    if (outer->fd >= 0 && fstat(outer->fd, &s) == 0 && s.st_dev == outer->device &&
        s.st_ino == outer->inode)
        return STATUS_OK;
    if (outer->fd < 0 && is_shortage(errno))
        return refuse(w, errno);
    outer->next = outer->count;
    report_bad(w->report, path_of(w), 0, REPORT_UNREADABLE, "moved while it was read");
    return STATUS_OK;
}

static enum status leave(struct walk *w)
{
    enum status status = STATUS_OK;
    struct level *const inner = &w->levels[w->depth - 1];
    if (w->depth > 1 && inner[-1].fd < 0)
        status = reopen(w, inner - 1, inner);
    if (w->depth > 1)
        inner[-1].pinned = false;
    level_release(inner);
    w->depth--;
    return status;
}

/* Sorts out what `fd` is: a file goes to *out, a folder onto the stack, the rest is reported. */
static enum status take(struct walk *w, int fd, struct walk_file *out)
{
    struct stat s;
    if (fstat(fd, &s) != 0) {
        const int error = errno;
        (void)close(fd);
        return refuse(w, error);
    }
    if (S_ISREG(s.st_mode)) {
        (void)buf_string(&w->path);
        *out = (struct walk_file){fd, path_of(w), w->below, (uint64_t)s.st_size, w->depth == 0};
        return STATUS_OK;
    }
    if (S_ISDIR(s.st_mode) && !is_index(w, &s))
        return enter(w, fd, &s);
    (void)close(fd);
    return S_ISDIR(s.st_mode) ? STATUS_OK : refuse(w, ENXIO);
}

static bool is_special(unsigned type)
{
    return type == DT_FIFO || type == DT_SOCK || type == DT_CHR || type == DT_BLK;
}

/* Visits the next entry of the innermost folder. */
static enum status visit(struct walk *w, struct level *l, struct walk_file *out)
{
    const uint8_t *const entry = l->names.data + l->order[l->next++];
    const char *const name = (const char *)entry + 1;
    struct stat s; /* a hint, so that a pipe behind a link is not even opened; take() decides */
    w->path.len = l->path_len;
    buf_append_string(&w->path, name);
    TRY(buf_status(&w->path));
    if (*name == '.' && !w->hidden) {
        report_skip(w->report, path_of(w), REPORT_HIDDEN,
                    entry[0] == DT_DIR ? "a hidden folder" : "a hidden file");
        return STATUS_OK;
    }
    w->through_link = entry[0] == DT_LNK && w->follow;
    if (entry[0] == DT_LNK && !w->follow)
        return refuse(w, ELOOP);
    if (is_special(entry[0]) ||
        (w->through_link && fstatat(l->fd, name, &s, 0) == 0 && is_special(IFTODT(s.st_mode))))
        return refuse(w, ENXIO);
    const int fd = openat(l->fd, name, OPEN_FLAGS | (w->through_link ? 0 : O_NOFOLLOW));
    return fd < 0 ? refuse(w, errno) : take(w, fd, out);
}

enum status walk_next(struct walk *w, struct walk_file *out)
{
    struct walk_file found = w->first;
    w->first.fd = -1;
    while (found.fd < 0 && w->depth > 0) {
        struct level *const l = &w->levels[w->depth - 1];
        if (l->next == l->count)
            TRY(leave(w));
        else
            TRY(visit(w, l, &found));
    }
    *out = found;
    return STATUS_OK;
}

/* Where the part of the path begins that is relative to the source. */
static size_t below_source(const struct walk *w)
{
    if (w->depth > 0)
        return w->path.len;
    const uint8_t *const slash = memrchr(w->path.data, '/', w->path.len);
    return slash == NULL ? 0 : (size_t)(slash - w->path.data) + 1;
}

static enum status open_source(struct walk *w, const char *source)
{
    buf_append_string(&w->path, source);
    TRY(buf_status(&w->path));
    struct stat s; /* a hint, so that a pipe is not even opened; take() decides */
    if (stat(source, &s) == 0 && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode))
        return refuse(w, ENXIO);
    const int fd = open(source, OPEN_FLAGS);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fail(STATUS_MISSING, "cannot open '%s': %s", source, strerror(errno));
    TRY(fd < 0 ? refuse(w, errno) : take(w, fd, &w->first));
    w->below = below_source(w);
    w->first.below = w->below;
    return STATUS_OK;
}

enum status walk_open(const char *source, const struct walk_options *options, struct report *report,
                      struct walk **out)
{
    struct walk *const w = calloc(1, sizeof *w);
    if (w == NULL)
        return fail_no_memory();
    w->report = report;
    w->hidden = options->hidden;
    w->follow = options->follow;
    w->first.fd = -1;
    struct stat s;
    struct buf folder = BUF_INIT;
    buf_append_span(&folder, options->index_folder);
    w->has_index = options->index_folder.len > 0 && stat(buf_string(&folder), &s) == 0;
    w->index_device = w->has_index ? s.st_dev : 0;
    w->index_inode = w->has_index ? s.st_ino : 0;
    buf_release(&folder);
    const enum status status = open_source(w, source);
    if (status != STATUS_OK) {
        walk_close(w);
        return status;
    }
    *out = w;
    return STATUS_OK;
}

void walk_close(struct walk *w)
{
    if (w == NULL)
        return;
    while (w->depth > 0)
        level_release(&w->levels[--w->depth]);
    if (w->first.fd >= 0)
        (void)close(w->first.fd);
    tdestroy(w->linked, free);
    free(w->levels);
    buf_release(&w->path);
    free(w);
}
