/* SPDX-License-Identifier: Apache-2.0 */
/* last_will: a handler can reach nothing but what is static, so this is. */
#include "indexer/corpus/last_will.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
#define SIGNALS (sizeof signals / sizeof signals[0])

static volatile sig_atomic_t the_group;     /* 0: none */
static volatile sig_atomic_t has_file;      /* the_file stands whole */
static char the_file[LAST_WILL_PATH_BYTES]; /* never freed: the handler may be at it */
static bool caught[SIGNALS];                /* the handler stands for that signal */

/* Signals wait: 0 no, HELD yes, more: that much more than the number of one that waits. Any thread
 * may run the handler, so this is the one step where both sides meet. */
static atomic_int hold;
#define HELD 1

/* Only calls that are safe in a handler. */
static void execute(int number)
{
    if (the_group != 0)
        (void)kill(-(pid_t)the_group, SIGKILL);
    if (has_file)
        (void)unlink(the_file);
    (void)raise(number); /* by default now: SA_RESETHAND */
}

static void on_signal(int number)
{
    int held = HELD;
    if (!atomic_compare_exchange_strong(&hold, &held, HELD + number))
        execute(number);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
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

/* What is remembered has changed: the signals are caught or not, and one that waited comes. */
static void settle(void)
{
    const int held = atomic_exchange(&hold, 0);
    if (held > HELD)
        execute(held - HELD);
    if (!has_file && the_group == 0)
        release_signals();
}

void last_will_hold(void)
{
    atomic_store(&hold, HELD);
    catch_signals();
}

void last_will_file(const char *path)
{
    has_file = 0;
    if (path != NULL && strlen(path) < sizeof the_file) {
        (void)strcpy(the_file, path);
        has_file = 1;
    }
    settle();
}

void last_will_group(pid_t group)
{
    the_group = group;
    settle();
}
