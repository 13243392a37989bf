/* SPDX-License-Identifier: Apache-2.0 */
/* program: fork, exec, and one poll loop over the three pipes. */
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGUMENTS_MOST 64

struct pipes {
    int input[2];
    int out[2];
    int err[2];
};

static int open_for(const char *path, int flags)
{
    const int fd = open(path, flags | O_CLOEXEC, 0666);
    cr_assert(fd >= 0, "cannot open %s", path);
    return fd;
}

static void open_pipes(const struct program *p, struct pipes *pipes)
{
    cr_assert_eq(pipe2(pipes->input, O_CLOEXEC), 0);
    cr_assert_eq(pipe2(pipes->out, O_CLOEXEC), 0);
    cr_assert_eq(pipe2(pipes->err, O_CLOEXEC), 0);
    if (p->output_path != NULL) {
        (void)close(pipes->out[1]);
        pipes->out[1] = open_for(p->output_path, O_WRONLY | O_CREAT | O_TRUNC);
    }
}

/* In the child: never returns. */
static void become(const char *name, const char **argv)
{
    char path[4096];
    const char *const folder = getenv("QIAO_BIN");
    (void)snprintf(path, sizeof path, "%s/%s", folder == NULL ? "build" : folder, name);
    (void)signal(SIGPIPE, SIG_DFL);
    argv[0] = path;
    (void)execv(path, (char *const *)(uintptr_t)argv);
    _exit(127);
}

static void feed(struct pipes *pipes, struct span *left)
{
    const ssize_t n = left->len == 0 ? 0 : write(pipes->input[1], left->data, left->len);
    if (n > 0) {
        left->data += n;
        left->len -= (size_t)n;
    }
    if (left->len == 0 || (n < 0 && errno != EAGAIN)) {
        (void)close(pipes->input[1]);
        pipes->input[1] = -1;
    }
}

/* Reads what there is; closes *fd at its end, or when `most` bytes are there. */
static void drain(int *fd, struct buf *to, size_t most)
{
    uint8_t *const room = buf_reserve(to, 65536);
    cr_assert_not_null(room);
    const ssize_t n = read(*fd, room, 65536);
    if (n > 0)
        to->len += (size_t)n;
    if (n == 0 || (n < 0 && errno != EAGAIN) || (most > 0 && to->len >= most)) {
        (void)close(*fd);
        *fd = -1;
    }
}

static void talk(struct program *p, struct pipes *pipes, pid_t pid)
{
    struct span left = p->input;
    const time_t start = time(NULL);
    cr_assert_eq(fcntl(pipes->input[1], F_SETFL, O_NONBLOCK), 0);
    while (pipes->input[1] >= 0 || pipes->out[0] >= 0 || pipes->err[0] >= 0) {
        struct pollfd fds[] = {{.fd = pipes->input[1], .events = POLLOUT},
                               {.fd = pipes->out[0], .events = POLLIN},
                               {.fd = pipes->err[0], .events = POLLIN}};
        (void)poll(fds, 3, 1000);
        if (fds[0].revents != 0)
            feed(pipes, &left);
        if (fds[1].revents != 0)
            drain(&pipes->out[0], &p->out, p->output_most);
        if (fds[2].revents != 0)
            drain(&pipes->err[0], &p->err, 0);
        if (time(NULL) - start > PROGRAM_SECONDS) {
            (void)kill(pid, SIGKILL);
            cr_assert_fail("a program took more than %d s", PROGRAM_SECONDS);
        }
    }
}

void program_run_array(struct program *p, const char *name, const char **argv)
{
    struct pipes pipes;
    buf_clear(&p->out);
    buf_clear(&p->err);
    open_pipes(p, &pipes);
    (void)fflush(NULL);
    const pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        if (dup2(pipes.input[0], 0) == 0 && dup2(pipes.out[1], 1) == 1 &&
            dup2(pipes.err[1], 2) == 2)
            become(name, argv);
        _exit(126);
    }
    (void)close(pipes.input[0]);
    (void)close(pipes.out[1]);
    (void)close(pipes.err[1]);
    void (*const before)(int) = signal(SIGPIPE, SIG_IGN);
    talk(p, &pipes, pid);
    (void)signal(SIGPIPE, before);
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    p->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    cr_assert(p->status != 126 && p->status != 127, "cannot start '%s' (QIAO_BIN?)", name);
}

void program_run(struct program *p, const char *name, ...)
{
    const char *argv[ARGUMENTS_MOST] = {name};
    size_t n = 1;
    va_list args;
    va_start(args, name);
    while ((argv[n] = va_arg(args, const char *)) != NULL) {
        n++;
        cr_assert_lt(n, ARGUMENTS_MOST);
    }
    va_end(args);
    program_run_array(p, name, argv);
}

pid_t program_start(const char *name, const char **argv)
{
    (void)fflush(NULL);
    const pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        const int nowhere = open("/dev/null", O_RDWR);
        if (dup2(nowhere, 0) == 0 && dup2(nowhere, 1) == 1 && dup2(nowhere, 2) == 2)
            become(name, argv);
        _exit(126);
    }
    return pid;
}

void program_release(struct program *p)
{
    buf_release(&p->out);
    buf_release(&p->err);
}

size_t program_count_lines(const struct buf *out, const char *text)
{
    size_t n = 0;
    const uint8_t *const end = out->data + out->len;
    for (const uint8_t *line = out->data; line != NULL && line < end;) {
        const uint8_t *const newline = memchr(line, '\n', (size_t)(end - line));
        const uint8_t *const stop = newline == NULL ? end : newline;
        n += *text == '\0' || memmem(line, (size_t)(stop - line), text, strlen(text)) != NULL;
        line = stop + 1;
    }
    return n;
}
