/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_run: the child is this program again (/proc/self/exe), and writes its record into a pipe.
 * Signals are blocked and waited for through a descriptor, so no handler and no global state is
 * needed, and none comes between making a folder and knowing its name.
 */
#include "indexer/command/bench_run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cli.h"
#include "common/base/file.h"

const char bench_index[] = "INDEX";

#define RECORD_MOST (1u << 20) /* bytes: far more than a record has */

/* ---- the place ---- */

static enum status make_folder(struct buf *path, const char *folder)
{
    const char *const set = getenv("TMPDIR");
    if (folder == NULL)
        folder = set != NULL && *set != '\0' ? set : "/tmp";
    buf_printf(path, "%s/qiao-bench-XXXXXX", folder);
    (void)buf_string(path);
    TRY(buf_status(path));
    if (mkdtemp((char *)path->data) == NULL)
        return fail(STATUS_IO, "cannot make a folder in '%s': %s", folder, strerror(errno));
    return STATUS_OK;
}

/* The signals that end the bench, but for those that who started it wants ignored (nohup). */
static void take_signals(sigset_t *set)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    (void)sigemptyset(set);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction now;
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            (void)sigaddset(set, signals[i]);
    }
}

enum status bench_place_make(struct bench_place *out, const char *folder)
{
    struct bench_place p = {.path = BUF_INIT};
    sigset_t set;
    take_signals(&set);
    (void)sigprocmask(SIG_BLOCK, &set, &p.before);
    p.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    enum status status = p.signals >= 0
                             ? make_folder(&p.path, folder)
                             : fail(STATUS_IO, "cannot wait for signals: %s", strerror(errno));
    if (status == STATUS_OK) {
        *out = p;
        return STATUS_OK;
    }
    buf_release(&p.path);
    if (p.signals >= 0)
        (void)close(p.signals);
    (void)sigprocmask(SIG_SETMASK, &p.before, NULL);
    return status;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    (void)remove(path); /* what stays is told by the folder, which stays then too */
    return 0;
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (access(path, F_OK) == 0)
        cli_note("cannot remove '%s'", path);
}

void bench_place_remove(struct bench_place *p)
{
    remove_tree(buf_string(&p->path));
    buf_release(&p->path);
    (void)close(p->signals);
    (void)sigprocmask(SIG_SETMASK, &p->before, NULL);
}

/* ---- a build ---- */

struct child {
    pid_t pid;
    int out; /* its standard output */
};

/* In the child: never returns. */
static void become_build(const struct bench_place *p, int out, int err, char **argv)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it must not outlive the bench, however that ends */
    (void)sigprocmask(SIG_SETMASK, &p->before, NULL);
    if (dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0)
        (void)execv("/proc/self/exe", argv);
    _exit(CLI_ERROR);
}

static enum status start(const struct bench_place *p, char **argv, int err, struct child *out)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(STATUS_IO, "cannot make a pipe: %s", strerror(errno));
    (void)fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        become_build(p, ends[1], err, argv);
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return fail(STATUS_IO, "cannot start a build: %s", strerror(errno));
    }
    *out = (struct child){pid, ends[0]};
    return STATUS_OK;
}

/* Reads what the child writes until it ends; false if a signal came first. */
static bool read_record(const struct bench_place *p, const struct child *c, struct buf *record)
{
    struct pollfd waits[2] = {{.fd = c->out, .events = POLLIN},
                              {.fd = p->signals, .events = POLLIN}};
    while (!record->failed && record->len < RECORD_MOST) {
        if (poll(waits, 2, -1) < 0 && errno != EINTR)
            return true;
        if (waits[1].revents != 0)
            return false;
        if (waits[0].revents == 0)
            continue;
        uint8_t *const to = buf_reserve(record, 4096);
        const ssize_t n = to == NULL ? 0 : read(c->out, to, 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        record->len += (size_t)n;
    }
    return true;
}

/* Waits for the child; its wait status. */
static int wait_for(pid_t pid)
{
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static enum status parse_record(struct buf *record, struct json_object **object)
{
    struct json_object *const parsed = json_tokener_parse(buf_string(record));
    if (!json_object_is_type(parsed, json_type_object)) {
        json_object_put(parsed);
        return fail(STATUS_INPUT, "the build gave no record");
    }
    *object = parsed;
    return STATUS_OK;
}

/* `wait` is how the build ended. */
static enum status judge(int wait, bool signalled, struct buf *record, struct json_object **object,
                         int *ended)
{
    *ended = CLI_OK;
    if (signalled)
        return fail(STATUS_INPUT, "stopped by a signal");
    if (wait == -1 || WIFSIGNALED(wait))
        return fail(STATUS_INPUT, "the build was killed (signal %d)",
                    wait == -1 ? 0 : WTERMSIG(wait));
    *ended = WEXITSTATUS(wait);
    if (*ended != CLI_OK)
        return fail(STATUS_INPUT, "the build failed");
    return parse_record(record, object);
}

/* Shows what the build said. */
static void show(const char *path)
{
    struct buf said = BUF_INIT;
    if (file_read_all(path, &said) == STATUS_OK && said.len > 0)
        (void)fwrite(said.data, 1, said.len, stderr);
    buf_release(&said);
}

static enum status run_child(const struct bench_place *p, char **argv, bool first,
                             const char *errors, struct json_object **object, int *ended)
{
    struct child c = {-1, -1};
    struct buf record = BUF_INIT;
    const int err =
        first ? dup(STDERR_FILENO) : open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (err < 0)
        return fail(STATUS_IO, "cannot create '%s': %s", errors, strerror(errno));
    enum status status = start(p, argv, err, &c);
    (void)close(err);
    if (status != STATUS_OK)
        return status;
    const bool signalled = !read_record(p, &c, &record);
    if (signalled || record.failed || record.len >= RECORD_MOST)
        (void)kill(c.pid, SIGKILL);
    status = judge(wait_for(c.pid), signalled, &record, object, ended);
    (void)close(c.out);
    buf_release(&record);
    if (status != STATUS_OK && !signalled && !first)
        show(errors);
    return status;
}

enum status bench_run(const struct bench_place *p, const char *const *arguments, size_t n,
                      bool first, struct json_object **object, int *ended)
{
    *ended = CLI_OK;
    struct buf index = BUF_INIT;
    struct buf errors = BUF_INIT;
    buf_printf(&index, "%s/index", (const char *)p->path.data);
    buf_printf(&errors, "%s/errors", (const char *)p->path.data);
    const char *const index_path = buf_string(&index);
    const char *const errors_path = buf_string(&errors);
    char **const argv = calloc(n + 5, sizeof *argv);
    enum status status = argv == NULL ? fail_no_memory() : buf_status(&index);
    if (status == STATUS_OK)
        status = buf_status(&errors);
    if (status == STATUS_OK) {
        static const char *const head[] = {"indexer", "build", "--json", "--quiet"};
        for (size_t i = 0; i < 4; i++)
            argv[i] = (char *)(uintptr_t)head[i];
        for (size_t i = 0; i < n; i++)
            argv[4 + i] =
                (char *)(uintptr_t)(arguments[i] == BENCH_INDEX ? index_path : arguments[i]);
        status = run_child(p, argv, first, errors_path, object, ended);
        if (access(index_path, F_OK) == 0)
            remove_tree(index_path);
    }
    free(argv);
    buf_release(&index);
    buf_release(&errors);
    return status;
}
