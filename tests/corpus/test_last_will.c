/* SPDX-License-Identifier: Apache-2.0 */
/* last_will: a signal that comes between making a thing and remembering it. What comes later is seen
 * in test_filter.c, from outside. */
#include "indexer/corpus/last_will.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Makes a file, or a program that sleeps and keeps the caller's pipe open, and remembers it behind a
 * signal. */
static void make_under_fire(const char *path, bool file)
{
    last_will_hold();
    (void)raise(SIGTERM);
    if (file) {
        (void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        last_will_file(path);
        _exit(1);
    }
    const pid_t program = fork();
    if (program == 0) {
        (void)setpgid(0, 0);
        (void)sleep(20);
        _exit(2);
    }
    (void)setpgid(program, program);
    last_will_group(program);
    _exit(1);
}

Test(last_will, signals_that_come_early, .timeout = 60)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/qiao-will-%d", P_tmpdir, (int)getpid());
    for (int file = 0; file <= 1; file++) {
        int status = 0;
        int told[2];
        char byte;
        cr_assert_eq(pipe(told), 0);
        const pid_t maker = fork();
        cr_assert(maker >= 0);
        if (maker == 0)
            make_under_fire(path, file == 1);
        (void)close(told[1]);
        cr_assert_eq(waitpid(maker, &status, 0), maker);
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "status %x",
                  (unsigned)status);
        while (read(told[0], &byte, 1) > 0)
            ; /* until the program is gone, and its end of the pipe with it */
        (void)close(told[0]);
        cr_expect_neq(access(path, F_OK), 0);
    }
}

Test(last_will, leaves_the_signals_as_they_were)
{
    struct sigaction now;
    cr_assert_neq(signal(SIGHUP, SIG_IGN), SIG_ERR);
    last_will_hold();
    cr_expect(sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
    cr_expect(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler != SIG_DFL);
    last_will_file("/nowhere/at/all");
    last_will_group(0);
    cr_expect(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler != SIG_DFL);
    last_will_file(NULL);
    cr_expect(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    cr_expect(sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
}
