/* SPDX-License-Identifier: Apache-2.0 */
/* status: the message is thread-local, so that worker threads can fail without a lock. */
#include "common/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[1024];

enum status fail(enum status status, const char *format, ...)
{
    char text[sizeof message]; /* the arguments may point into `message` */
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(message, text, sizeof message);
    return status;
}

enum status fail_no_memory(void)
{
    return fail(STATUS_NO_MEMORY, "out of memory");
}

const char *status_message(void)
{
    return message;
}

enum status fail_context(enum status status, const char *context)
{
    return fail(status, "%s: %s", context, message);
}
