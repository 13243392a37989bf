/* SPDX-License-Identifier: Apache-2.0 */
/* cage: world, run, judgement. */
#include "tests/zoo/cage.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/utf8.h"
#include "common/segment/check.h"
#include "common/segment/index.h"
#include "tests/support/must.h"

#define NOBODY       65534
#define PIECE_BYTES  ((size_t)1 << 20)
#define ROOM_BYTES   ((uint64_t)2 << 30)
#define ARGUMENTS    24
#define ESCAPED_NAME "/qiao-zoo-escaped" /* what absolute names of archives would create */

struct outcome {
    int status;     /* as program.h has it */
    double seconds; /* of the processor */
    double clock;   /* of the clock */
    double memory;  /* MB */
    struct buf err;
};

/* ---- the world ---- */

const char *cage_path(const struct cage *c, const char *name)
{
    static char paths[4][512];
    static size_t next;
    char *const path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", c->toy.folder, name);
    return path;
}

void cage_repeat(struct buf *out, const char *unit, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_append_string(out, unit);
    must(buf_status(out) == STATUS_OK);
}

static int create(const struct cage *c, const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", c->yard, name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    must(fd >= 0);
    return fd;
}

static void write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.data, bytes.len);
        must(n > 0);
        bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
    }
}

void cage_put(const struct cage *c, const char *name, struct span bytes)
{
    const int fd = create(c, name);
    write_all(fd, bytes);
    (void)close(fd);
}

/* A piece of whole units, of about PIECE_BYTES. */
static void stream_piece(const struct stream *stream, struct buf *out)
{
    const size_t len = strlen(stream->unit);
    cage_repeat(out, stream->unit, PIECE_BYTES / len + 1);
}

void cage_put_stream(const struct cage *c, const char *name, const struct stream *stream)
{
    struct buf piece = BUF_INIT;
    const int fd = create(c, name);
    stream_piece(stream, &piece);
    if (stream->head != NULL)
        write_all(fd, span_of_string(stream->head));
    for (size_t left = stream->total; left > 0;) {
        const size_t n = left < piece.len ? left : piece.len;
        write_all(fd, span_of(piece.data, n));
        left -= n;
    }
    if (stream->tail != NULL)
        write_all(fd, span_of_string(stream->tail));
    (void)close(fd);
    buf_release(&piece);
}

static const char *escaped_path(void)
{
    return P_tmpdir ESCAPED_NAME;
}

static int give_away(const char *path, const struct stat *s, int flag, struct FTW *at)
{
    (void)s;
    (void)flag;
    (void)at;
    return lchown(path, NOBODY, NOBODY);
}

/* In memory if there is enough of it: hundreds of builds wait for a disk hundreds of times. */
static void choose_place(void)
{
    static const char memory[] = "/dev/shm";
    struct statvfs s;
    const bool roomy = statvfs(memory, &s) == 0 && s.f_bavail * s.f_frsize >= ROOM_BYTES &&
                       access(memory, W_OK) == 0;
    must(setenv("TMPDIR", roomy ? memory : P_tmpdir, 1) == 0);
}

static void open_cage(struct cage *c, const struct animal *a)
{
    static const struct toy_document old[] = {{.id = "old", .text = "the old index stands"}};
    choose_place();
    toy_index_build(&c->toy, old, 1, NULL);
    (void)snprintf(c->yard, sizeof c->yard, "%s/yard", c->toy.folder);
    (void)snprintf(c->errors, sizeof c->errors, "%s/errors", c->toy.folder);
    c->user = a->as == AS_NOBODY && geteuid() == 0 ? NOBODY : geteuid();
    must(mkdir(c->yard, 0755) == 0);
    must(mkdir(cage_path(c, "here"), 0755) == 0 && mkdir(cage_path(c, "tmp"), 0755) == 0);
    if (a->make != NULL)
        a->make(c);
    else if (a->file != NULL && a->stream.total > 0)
        cage_put_stream(c, a->file, &a->stream);
    else if (a->file != NULL)
        cage_put(c, a->file, a->bytes);
    if (c->user != geteuid())
        must(nftw(c->toy.folder, give_away, 16, FTW_PHYS) == 0);
    must(access(escaped_path(), F_OK) != 0);
}

/* Folders that were closed are opened again; the yard may be deeper than a path is long. */
static void close_cage(struct cage *c)
{
    char command[256];
    (void)snprintf(command, sizeof command, "chmod -R u+rwx '%s' 2>/dev/null; rm -rf '%s'",
                   c->toy.folder, c->toy.folder);
    must(system(command) == 0);
}

/* ---- what is in it ---- */

static struct buf *the_listing; /* nftw knows no context */
static const struct cage *the_cage;

static int list_entry(const char *path, const struct stat *s, int flag, struct FTW *at)
{
    (void)flag;
    (void)at;
    const size_t index_len = strlen(the_cage->toy.path);
    const bool in_index = strncmp(path, the_cage->toy.path, index_len) == 0 &&
                          (path[index_len] == '/' || path[index_len] == '\0');
    if (in_index || strcmp(path, the_cage->errors) == 0 || strcmp(path, the_cage->toy.folder) == 0)
        return 0;
    /* The yard is as the animal's `meanwhile` left it, so its sizes do not count. */
    const bool mine = strncmp(path, the_cage->yard, strlen(the_cage->yard)) == 0;
    buf_printf(the_listing, "%o %lld ", (unsigned)s->st_mode,
               mine || S_ISDIR(s->st_mode) ? 0LL : (long long)s->st_size);
    buf_append(the_listing, path, strlen(path) + 1);
    return 0;
}

/* A number that names all that is in the world but the index and the errors file, in any order. */
static uint64_t fingerprint(const struct cage *c, size_t *n)
{
    struct buf listing = BUF_INIT;
    struct buf hashes = BUF_INIT;
    the_listing = &listing;
    the_cage = c;
    must(nftw(c->toy.folder, list_entry, 64, FTW_PHYS) == 0);
    uint64_t sum = 0;
    *n = 0;
    for (size_t at = 0; at < listing.len; (*n)++) {
        uint64_t hash = 14695981039346656037u; /* FNV-1a */
        for (; listing.data[at] != 0; at++)
            hash = (hash ^ listing.data[at]) * 1099511628211u;
        at++;
        sum += hash;
    }
    buf_release(&listing);
    buf_release(&hashes);
    return sum;
}

/* ---- the run ---- */

static size_t arguments(const struct cage *c, const struct animal *a, const char **argv)
{
    size_t n = 0;
    argv[n++] = "indexer";
    argv[n++] = "build";
    argv[n++] = "--errors";
    argv[n++] = c->errors;
    argv[n++] = "--memory";
    argv[n++] = "128M";
    for (size_t i = 0; i < ANIMAL_OPTIONS && a->options[i] != NULL; i++)
        argv[n++] = a->options[i];
    argv[n++] = c->toy.path;
    if (a->source == NULL)
        argv[n++] = a->file == NULL && a->stream.total > 0 ? "-" : c->yard;
    else
        argv[n++] = a->source[0] == '/' ? a->source : cage_path(c, a->source);
    argv[n] = NULL;
    return n;
}

/* In the child. The program is opened before rights are given up: it may lie in a closed folder. */
_Noreturn static void become(const struct cage *c, int in, int err, const char **argv)
{
    char path[4096];
    const char *const folder = getenv("QIAO_BIN");
    const int nowhere = open("/dev/null", O_RDWR);
    (void)snprintf(path, sizeof path, "%s/indexer", folder == NULL ? "build" : folder);
    const int program = open(path, O_RDONLY | O_CLOEXEC);
    (void)signal(SIGPIPE, SIG_DFL);
    const bool ready = dup2(in >= 0 ? in : nowhere, 0) == 0 && dup2(nowhere, 1) == 1 &&
                       dup2(err, 2) == 2 && chdir(cage_path(c, "here")) == 0 &&
                       setenv("TMPDIR", cage_path(c, "tmp"), 1) == 0;
    if (!ready || (c->user != geteuid() && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)))
        _exit(126);
    (void)fexecve(program, (char *const *)(uintptr_t)argv, environ);
    _exit(127);
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

/* Writes to a pipe until all is written or nobody reads it. */
static void feed(int fd, const struct stream *stream)
{
    struct buf piece = BUF_INIT;
    struct span parts[2] = {span_of_string(stream->head == NULL ? "" : stream->head),
                            span_of_string(stream->tail == NULL ? "" : stream->tail)};
    bool reads = true;
    stream_piece(stream, &piece);
    for (size_t step = 0, left = stream->total; reads && step < 3;) {
        struct span now =
            step == 1 ? span_of(piece.data, left < piece.len ? left : piece.len) : parts[step / 2];
        if (step != 1 || now.len == left)
            step++;
        else
            left -= now.len;
        while (now.len > 0 && reads) {
            struct pollfd wait = {fd, POLLOUT, 0};
            reads = poll(&wait, 1, ZOO_HANG_SECONDS * 1000) == 1;
            const ssize_t n = reads ? write(fd, now.data, now.len) : -1;
            reads = n > 0;
            now = span_of(now.data + (reads ? n : 0), now.len - (size_t)(reads ? n : 0));
        }
    }
    buf_release(&piece);
}

static void wait_for(pid_t pid, const char *name, struct outcome *out)
{
    struct timespec start;
    struct rusage usage;
    int status;
    pid_t got;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    while ((got = wait4(pid, &status, WNOHANG, &usage)) == 0) {
        if (seconds_since(&start) > ZOO_HANG_SECONDS) {
            (void)kill(pid, SIGKILL);
            cr_assert_fail("%s: still running after %d s", name, ZOO_HANG_SECONDS);
        }
        (void)usleep(1000);
    }
    must(got == pid);
    out->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    out->clock = seconds_since(&start);
    out->memory = (double)usage.ru_maxrss / 1024;
    out->seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void run(struct cage *c, const struct animal *a, struct outcome *out)
{
    const char *argv[ARGUMENTS];
    int ends[2] = {-1, -1};
    const bool fed = a->file == NULL && a->stream.total > 0;
    const int err = memfd_create("stderr", MFD_CLOEXEC);
    must(err >= 0 && (!fed || pipe2(ends, O_CLOEXEC) == 0));
    (void)arguments(c, a, argv);
    (void)fflush(NULL);
    const pid_t pid = fork();
    must(pid >= 0);
    if (pid == 0)
        become(c, ends[0], err, argv);
    void (*const before)(int) = signal(SIGPIPE, SIG_IGN);
    if (fed) {
        (void)close(ends[0]);
        feed(ends[1], &a->stream);
        (void)close(ends[1]);
    }
    if (a->meanwhile != NULL)
        a->meanwhile(c, pid);
    wait_for(pid, a->name, out);
    (void)signal(SIGPIPE, before);
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", err);
    must(file_read_all(path, &out->err) == STATUS_OK);
    (void)close(err);
}

/* ---- the judgement ---- */

/* Whether the object has the four keys, and is of that kind with that reason. */
static bool judge_line(const struct animal *a, struct json_object *line)
{
    static const char *const keys[] = {"path", "line", "kind", "reason"};
    struct json_object *values[4] = {NULL};
    for (size_t i = 0; i < 4; i++)
        cr_expect(json_object_object_get_ex(line, keys[i], &values[i]), "%s: no %s", a->name,
                  keys[i]);
    if (a->kind == NULL || values[2] == NULL || values[3] == NULL)
        return false;
    return strcmp(json_object_get_string(values[2]), a->kind) == 0 &&
           strstr(json_object_get_string(values[3]), a->reason == NULL ? "" : a->reason) != NULL;
}

static void judge_errors(const struct cage *c, const struct animal *a)
{
    struct buf errors = BUF_INIT;
    const char *const path = c->errors;
    const bool there = access(path, F_OK) == 0 && file_read_all(path, &errors) == STATUS_OK;
    cr_expect(there || a->status == 2, "%s: no errors file", a->name);
    struct json_tokener *const parser = json_tokener_new();
    json_tokener_set_flags(parser, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    size_t found = 0;
    size_t lines = 0;
    const uint8_t *at = errors.data;
    for (const uint8_t *const end = at + errors.len; at != NULL && at < end; lines++) {
        const uint8_t *const newline = memchr(at, '\n', (size_t)(end - at));
        cr_assert_not_null(newline, "%s: a cut line", a->name);
        json_tokener_reset(parser);
        struct json_object *const line =
            json_tokener_parse_ex(parser, (const char *)at, (int)(newline - at));
        cr_assert_not_null(line, "%s: no JSON: %.*s", a->name, (int)(newline - at), at);
        found += judge_line(a, line);
        json_object_put(line);
        at = newline + 1;
    }
    json_tokener_free(parser);
    if (a->kind == NULL)
        cr_expect_eq(lines, 0, "%s: reported: %s", a->name, buf_string(&errors));
    else if (strcmp(a->kind, "?") != 0)
        cr_expect(found >= (a->lines == 0 ? 1 : a->lines), "%s: %zu '%s: %s' among %zu: %.1200s",
                  a->name, found, a->kind, a->reason == NULL ? "" : a->reason, lines,
                  buf_string(&errors));
    buf_release(&errors);
}

/* Whether the build found no document at all, and left the old index for that. */
static bool says_nothing(struct outcome *o)
{
    return o->status == 2 && strstr(buf_string(&o->err), "nothing to index") != NULL;
}

static void judge_stderr(const struct animal *a, struct outcome *o)
{
    const struct span err = buf_span(&o->err);
    cr_expect(utf8_valid(err), "%s: stderr is no UTF-8", a->name);
    for (size_t i = 0; i < err.len; i++)
        cr_assert((err.data[i] >= ' ' || err.data[i] == '\n') && err.data[i] != 0x7f,
                  "%s: byte %02x leaves on stderr", a->name, err.data[i]);
    if (a->status == 2)
        cr_expect(strncmp(buf_string(&o->err), "indexer: ", 9) == 0 &&
                      strstr(buf_string(&o->err), a->reason == NULL ? "" : a->reason) != NULL,
                  "%s: %s", a->name, buf_string(&o->err));
    long documents = says_nothing(o) ? 0 : -1;
    const char *const indexed = strstr(buf_string(&o->err), "indexed ");
    if (indexed != NULL)
        documents = strtol(indexed + 8, NULL, 10);
    if (a->status == 0 && a->documents != ANY_DOCUMENTS && o->status != 1)
        cr_expect_eq(documents, a->documents, "%s: %ld documents: %s", a->name, documents,
                     buf_string(&o->err));
}

static void judge_index(const struct cage *c, const struct animal *a, const struct outcome *o)
{
    struct index *index = NULL;
    cr_assert_eq(index_open(c->toy.path, &index), STATUS_OK, "%s: %s", a->name, status_message());
    cr_expect_eq(index_check_sums(index), STATUS_OK, "%s: %s", a->name, status_message());
    for (size_t i = 0; i < index->n_segments; i++)
        cr_expect_eq(segment_check(&index->segments[i]), STATUS_OK, "%s: %s", a->name,
                     status_message());
    if (o->status != 0 || a->looks)
        cr_expect(index->documents == 1 && index->tokens == 4, "%s: the old index is gone",
                  a->name);
    index_close(index);
}

static void judge_cost(const struct animal *a, const struct outcome *o)
{
    if (getenv("ZOO") != NULL)
        (void)fprintf(stderr, "zoo: %6.2f s (%6.2f s) %5.0f MB  %s\n", o->seconds, o->clock,
                      o->memory, a->name);
#ifndef QIAO_SLOW_BUILD
    const unsigned most = a->memory == 0 ? ZOO_MEMORY_MB : a->memory;
    cr_expect(o->seconds <= ZOO_SECONDS, "%s: %.1f s", a->name, o->seconds);
    cr_expect(o->memory <= most, "%s: %.0f MB", a->name, o->memory);
#endif
}

static void show(const struct animal *a)
{
    struct cage c;
    struct outcome o = {.err = BUF_INIT};
    size_t n_before;
    size_t n_after;
    open_cage(&c, a);
    const uint64_t before = fingerprint(&c, &n_before);
    run(&c, a, &o);
    const uint64_t after = fingerprint(&c, &n_after);
    const bool nothing = a->status == 0 && a->documents <= 0 && says_nothing(&o);
    cr_expect(o.status == a->status || nothing, "%s: status %d: %s", a->name, o.status,
              buf_string(&o.err));
    cr_expect(before == after || a->meanwhile != NULL, "%s: %zu files before, %zu after", a->name,
              n_before, n_after);
    cr_expect(access(escaped_path(), F_OK) != 0, "%s: a file outside", a->name);
    judge_stderr(a, &o);
    judge_errors(&c, a);
    judge_index(&c, a, &o);
    judge_cost(a, &o);
    buf_release(&o.err);
    close_cage(&c);
}

void cage_show(const struct animal *animals, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (animals[i].possible == NULL || animals[i].possible())
            show(&animals[i]);
}
