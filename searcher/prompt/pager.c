/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pager: a child of its own behind a pipe.
 *
 * Leaving a pager early breaks the pipe, which is no failure: SIGPIPE is ignored while one runs. So
 * is SIGINT, which the terminal sends to the pager and to us alike and is meant for the pager.
 */
#include "searcher/prompt/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cli.h"

#define SHELL_CANNOT_RUN 126 /* this, or one more where there is no such program (POSIX) */

/* The row of the screen on which less shows the line that is looked for. */
#define JUMP_ROW 5

extern char **environ;

/* ---- the child ---- */

/* posix_spawn with the pipe as stdin; the signals that we ignore are the child's again. */
static int spawn_shell(const char *command, int input, pid_t *pid)
{
    char shell[] = "sh";
    char option[] = "-c";
    char *const argv[] = {shell, option, (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE);
    (void)sigaddset(&defaults, SIGINT);
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed == 0) {
        failed = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        if (failed == 0)
            failed = posix_spawnattr_setsigdefault(&attributes, &defaults);
        if (failed == 0)
            failed = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        if (failed == 0)
            failed = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Whatever stops the writing, the pager says itself what it makes of it. */
static void feed(int fd, struct span text)
{
    size_t done = 0;
    while (done < text.len) {
        const ssize_t n = write(fd, text.data + done, text.len - done);
        if (n < 0 && errno != EINTR)
            return;
        done += n < 0 ? 0 : (size_t)n;
    }
}

/* Runs the command on `text`; *ran false if the shell could not start it. */
static enum status run(const char *command, struct span text, bool *ran)
{
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(STATUS_IO, "cannot run a pager: %s", strerror(errno));
    const int failed = spawn_shell(command, ends[0], &pid);
    (void)close(ends[0]);
    if (failed != 0) {
        (void)close(ends[1]);
        return fail(STATUS_IO, "cannot run a pager: %s", strerror(failed));
    }
    feed(ends[1], text);
    (void)close(ends[1]);
    int state = 0;
    while (waitpid(pid, &state, 0) < 0 && errno == EINTR)
        continue;
    const int code = WIFEXITED(state) ? WEXITSTATUS(state) : 0;
    *ran = code != SHELL_CANNOT_RUN && code != SHELL_CANNOT_RUN + 1;
    return STATUS_OK;
}

/* ---- the interface ---- */

/* Whether the command is less, perhaps by its path and with options: letters and what paths are made
 * of, nothing that the shell would read otherwise. */
static bool is_less(const char *command)
{
    const size_t name = strcspn(command, " ");
    const bool plain = strspn(command, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789/._-+ ") == strlen(command);
    return plain && name >= 4 && memcmp(command + name - 4, "less", 4) == 0 &&
           (name == 4 || command[name - 5] == '/');
}

/* The command into `out`; false: none is wanted. */
static bool choose(size_t line, struct buf *out)
{
    const char *const wanted = getenv("PAGER");
    buf_append_string(out, wanted != NULL ? wanted : "less");
    if (wanted == NULL || is_less(wanted)) {
        buf_append_string(out, " -R");
        if (line > JUMP_ROW) /* earlier lines are on the first screen */
            buf_printf(out, " -j%d +%zu", JUMP_ROW, line);
    }
    if (wanted == NULL)
        buf_append_string(out, " 2>/dev/null"); /* no less is no news: the text is printed then */
    return wanted == NULL || wanted[0] != '\0';
}

static void ignore(int signal_number, struct sigaction *before)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, before);
}

enum status pager_show(struct span text, size_t line)
{
    struct buf command = BUF_INIT;
    struct sigaction pipe_before;
    struct sigaction interrupt_before;
    bool ran = false;
    ignore(SIGPIPE, &pipe_before);
    ignore(SIGINT, &interrupt_before);
    enum status status = STATUS_OK;
    if (choose(line, &command)) {
        const char *const string = buf_string(&command);
        status = command.failed ? fail_no_memory() : run(string, text, &ran);
    }
    (void)sigaction(SIGPIPE, &pipe_before, NULL);
    (void)sigaction(SIGINT, &interrupt_before, NULL);
    buf_release(&command);
    if (status == STATUS_OK && !ran)
        cli_print(text);
    return status;
}
