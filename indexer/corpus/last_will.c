/* SPDX-License-Identifier: Apache-2.0 */
/* last_will: a handler can reach nothing but what is static, so this is. */
#include "indexer/corpus/last_will.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
#define SIGNALS (sizeof signals / sizeof signals[0])

static volatile sig_atomic_t the_group;     /* 0: none */
static volatile sig_atomic_t has_file;      /* the_file stands whole */
static char the_file[LAST_WILL_PATH_BYTES]; /* never freed: the handler may be at it */
static bool caught[SIGNALS];                /* the handler stands for that signal */

/* Only calls that are safe in a handler. */
static void execute(int number)
{
    if (the_group != 0)
        (void)kill(-(pid_t)the_group, SIGKILL);
    if (has_file)
        (void)unlink(the_file);
    (void)raise(number); /* by default now: SA_RESETHAND */
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = execute, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction before;
        if (caught[i] || sigaction(signals[i], NULL, &before) != 0 || before.sa_handler != SIG_DFL)
            continue;
        caught[i] = sigaction(signals[i], &action, NULL) == 0;
    }
}

static void release_signals(void)
{
    for (size_t i = 0; i < SIGNALS; i++) {
        if (caught[i])
            (void)signal(signals[i], SIG_DFL);
        caught[i] = false;
    }
}

static void follow(void)
{
    if (has_file || the_group != 0)
        catch_signals();
    else
        release_signals();
}

void last_will_file(const char *path)
{
    has_file = 0;
    if (path != NULL && strlen(path) < sizeof the_file) {
        (void)strcpy(the_file, path);
        has_file = 1;
    }
    follow();
}

void last_will_group(pid_t group)
{
    the_group = group;
    follow();
}
