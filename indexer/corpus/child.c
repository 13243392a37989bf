/* SPDX-License-Identifier: Apache-2.0 */
/* child: posix_spawn, three pipes, poll. */
#include "indexer/corpus/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "indexer/corpus/last_will.h"

#define SECOND_NS    INT64_C(1000000000)
#define EXIT_POLL_MS 5 /* how often a program that has closed its output is looked at */

extern char **environ;

static void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static bool fail_child(struct child *c, const char *what, int error)
{
    char text[64];
    (void)snprintf(c->problem, sizeof c->problem, "%s: %s", what,
                   strerror_r(error, text, sizeof text));
    return false;
}

/* A pipe whose ends are beyond 0, 1 and 2 (which may be closed here) and are not inherited. */
static bool make_pipe(int ends[2])
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
    const int error = errno;
    (void)close(low[0]);
    (void)close(low[1]);
    errno = error;
    return ends[0] >= 0 && ends[1] >= 0;
}

/* The pipes: [i][0] is the end to read from. */
static bool make_pipes(int pipes[3][2], bool fed)
{
    bool made = true;
    for (int i = 0; i < 3; i++) {
        pipes[i][0] = pipes[i][1] = -1;
        made = made && ((i == 0 && !fed) || make_pipe(pipes[i]));
    }
    return made;
}

/* Starts the program with its ends of the pipes; returns an errno, or 0. */
static int spawn(struct child *c, char *const *argv, int pipes[3][2])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t pipe;
    (void)sigemptyset(&none);
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &pipe);
    error = pipes[0][0] >= 0 ? posix_spawn_file_actions_adddup2(&actions, pipes[0][0], STDIN_FILENO)
                             : posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                                                O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, pipes[1][1], STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, pipes[2][1], STDERR_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    if (error == 0)
        error = posix_spawnp(&c->pid, argv[0], &actions, &attributes, argv, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

bool child_start(struct child *c, char *const *argv, bool fed, unsigned seconds)
{
    int pipes[3][2];
    *c = (struct child){.in = -1, .out = -1, .err = -1, .seconds = seconds};
    c->left_ns = (int64_t)seconds * SECOND_NS;
    int error = make_pipes(pipes, fed) ? 0 : errno;
    last_will_hold();
    if (error == 0)
        error = spawn(c, argv, pipes);
    if (error != 0)
        c->pid = 0;
    last_will_group(c->pid);
    c->in = pipes[0][1];
    c->out = pipes[1][0];
    c->err = pipes[2][0];
    close_end(&pipes[0][0]);
    close_end(&pipes[1][1]);
    close_end(&pipes[2][1]);
    for (int i = 0; i < 3 && error == 0; i++) {
        const int fd = i == 0 ? c->in : i == 1 ? c->out : c->err;
        if (fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
            error = errno;
    }
    if (error == 0)
        return true;
    child_end(c);
    return fail_child(c, "cannot be started", error);
}

/* Keeps the first line of standard error; the rest is read and forgotten. False at its end. */
static bool hear_error(struct child *c)
{
    char bytes[4096];
    const ssize_t n = read(c->err, bytes, sizeof bytes);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    for (ssize_t i = 0; i < n && !c->line_over; i++) {
        c->line_over = bytes[i] == '\n' && c->line_len > 0;
        if (bytes[i] != '\n' && bytes[i] != '\r' && c->line_len < sizeof c->line - 1)
            c->line[c->line_len++] = bytes[i];
    }
    return true;
}

/* Waits for one of the descriptors, on the program's time; false when that is over. */
static bool wait_for(struct child *c, struct pollfd *fds, nfds_t n, int most_ms)
{
    struct timespec before;
    struct timespec after;
    const int64_t left_ms = c->left_ns / (SECOND_NS / 1000) + 1;
    const int ms = most_ms >= 0 && most_ms < left_ms ? most_ms
                   : left_ms < INT32_MAX             ? (int)left_ms
                                                     : INT32_MAX;
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    if (poll(fds, n, ms) < 0) {
        for (nfds_t i = 0; i < n; i++)
            fds[i].revents = 0;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    c->left_ns -= (after.tv_sec - before.tv_sec) * SECOND_NS + (after.tv_nsec - before.tv_nsec);
    return c->left_ns > 0;
}

static void tell_exit(struct child *c, int status)
{
    const char *const colon = c->line_len > 0 ? ": " : "";
    if (WIFSIGNALED(status))
        (void)snprintf(c->problem, sizeof c->problem, "killed by signal %d%s%.*s", WTERMSIG(status),
                       colon, (int)c->line_len, c->line);
    else if (WEXITSTATUS(status) != 0)
        (void)snprintf(c->problem, sizeof c->problem, "exit status %d%s%.*s", WEXITSTATUS(status),
                       colon, (int)c->line_len, c->line);
}

/* Kills the group and reaps the program. The group goes first: while the program is not reaped, its
 * number can belong to nobody else. */
static void reap(struct child *c, bool tell)
{
    int status = 0;
    (void)kill(-c->pid, SIGKILL);
    last_will_group(0);
    pid_t got;
    while ((got = waitpid(c->pid, &status, 0)) < 0 && errno == EINTR)
        ;
    const int error = errno;
    c->pid = 0;
    for (int i = 0; i < 64 && c->err >= 0 && !c->line_over && hear_error(c); i++)
        ; /* what still lies in the pipe; it has an end, for the writers are gone */
    if (tell && got < 0)
        (void)fail_child(c, "its exit status is lost", error);
    else if (tell)
        tell_exit(c, status);
    child_end(c);
}

static bool has_exited(const struct child *c)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

static enum child_event over_time(struct child *c)
{
    (void)snprintf(c->problem, sizeof c->problem, "took longer than %u seconds", c->seconds);
    reap(c, false);
    return CHILD_ENDED;
}

/* Its output is closed: waits for its exit. */
static enum child_event wait_for_exit(struct child *c)
{
    close_end(&c->in);
    for (;;) {
        struct pollfd error = {c->err, POLLIN, 0}; /* poll passes over -1 */
        if (has_exited(c)) {
            reap(c, true);
            return CHILD_ENDED;
        }
        if (!wait_for(c, &error, 1, EXIT_POLL_MS))
            return over_time(c);
        if (error.revents != 0 && !hear_error(c))
            close_end(&c->err);
    }
}

enum child_event child_wait(struct child *c)
{
    while (c->pid != 0 && c->out >= 0) {
        struct pollfd fds[3] = {{c->in, POLLOUT, 0}, {c->out, POLLIN, 0}, {c->err, POLLIN, 0}};
        if (!wait_for(c, fds, 3, -1))
            return over_time(c);
        if (fds[2].revents != 0 && !hear_error(c))
            close_end(&c->err);
        if (fds[1].revents != 0)
            return CHILD_SAYS;
        if (fds[0].revents != 0)
            return CHILD_WANTS;
    }
    return c->pid == 0 ? CHILD_ENDED : wait_for_exit(c);
}

/* write(2) that raises no SIGPIPE: the signal is blocked meanwhile and taken off again. */
static ssize_t write_quietly(int fd, const void *bytes, size_t len)
{
    sigset_t pipe;
    sigset_t kept;
    sigset_t pending;
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)sigpending(&pending);
    const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &kept);
    const ssize_t n = write(fd, bytes, len);
    const int error = errno;
    if (n < 0 && error == EPIPE && !was_pending) {
        const struct timespec now = {0, 0};
        while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
            ;
    }
    (void)pthread_sigmask(SIG_SETMASK, &kept, NULL);
    errno = error;
    return n;
}

size_t child_feed(struct child *c, const void *bytes, size_t len)
{
    const ssize_t n = write_quietly(c->in, bytes, len);
    if (n >= 0)
        return (size_t)n;
    if (errno != EAGAIN && errno != EINTR)
        close_end(&c->in);
    return 0;
}

void child_feed_end(struct child *c)
{
    close_end(&c->in);
}

size_t child_hear(struct child *c, void *to, size_t room)
{
    const ssize_t n = read(c->out, to, room);
    if (n > 0)
        return (size_t)n;
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        close_end(&c->out);
    return 0;
}

void child_end(struct child *c)
{
    if (c->pid != 0) {
        reap(c, false);
        return;
    }
    close_end(&c->in);
    close_end(&c->out);
    close_end(&c->err);
}
