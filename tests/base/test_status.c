/* SPDX-License-Identifier: Apache-2.0 */
/* status: messages, their limit, their context, and that each thread has its own. */
#include "common/base/status.h"

#include <pthread.h>

#include "tests/codec/codec_support.h"

Test(status, messages)
{
    cr_assert_str_eq(status_message(), "");
    cr_assert_eq(fail(STATUS_IO, "cannot open '%s': %d", "x", 7), STATUS_IO);
    cr_assert_str_eq(status_message(), "cannot open 'x': 7");
    cr_assert_eq(fail_context(STATUS_IO, "the index"), STATUS_IO);
    cr_assert_str_eq(status_message(), "the index: cannot open 'x': 7");
    cr_assert_eq(fail(STATUS_CORRUPT, "again: %s", status_message()), STATUS_CORRUPT);
    cr_assert_str_eq(status_message(), "again: the index: cannot open 'x': 7");
    cr_assert_eq(fail_no_memory(), STATUS_NO_MEMORY);
    cr_assert_str_eq(status_message(), "out of memory");
}

Test(status, long_messages_are_cut)
{
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)fail(STATUS_USAGE, "%s", text);
    cr_assert_eq(strlen(status_message()), 1023);
    (void)fail_context(STATUS_USAGE, "context");
    cr_assert_eq(strlen(status_message()), 1023);
    cr_assert_eq(strncmp(status_message(), "context: xxx", 12), 0);
}

static enum status third(unsigned n, unsigned *reached)
{
    *reached = n;
    return n == 3 ? fail(STATUS_LIMIT, "three") : STATUS_OK;
}

static enum status count(unsigned *reached)
{
    for (unsigned n = 0; n < 10; n++)
        TRY(third(n, reached));
    return STATUS_OK;
}

Test(status, try_hands_a_failure_on)
{
    unsigned reached = 0;
    cr_assert_eq(count(&reached), STATUS_LIMIT);
    cr_assert_eq(reached, 3);
}

static void *other_thread(void *same)
{
    *(bool *)same = strcmp(status_message(), "") != 0;
    (void)fail(STATUS_IO, "theirs");
    *(bool *)same |= strcmp(status_message(), "theirs") != 0;
    return NULL;
}

Test(status, one_message_a_thread)
{
    pthread_t thread;
    bool same = true;
    (void)fail(STATUS_IO, "ours");
    cr_assert_eq(pthread_create(&thread, NULL, other_thread, &same), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert(!same);
    cr_assert_str_eq(status_message(), "ours");
}
