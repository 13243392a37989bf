/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status: what a call that can fail returns, and the sentence that says why.
 *
 * A function that can fail returns enum status: STATUS_OK (0) or one of the negatives below. On
 * failure its out-parameters are untouched and the calling thread's message says what happened:
 *
 *     if (fd < 0)
 *         return fail(STATUS_IO, "cannot open '%s': %s", path, strerror(errno));
 *     ...
 *     TRY(segment_open(path, &segment));      // hands a failure on to the caller
 *     ...
 *     fprintf(stderr, "%s\n", status_message());
 *
 * Messages are lower case, without a full stop, and may hold bytes of file names: whoever prints
 * one passes it through escape (base/escape.h).
 */
#ifndef QIAO_BASE_STATUS_H
#define QIAO_BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_NO_MEMORY = -1, /* an allocation failed */
    STATUS_IO = -2,        /* the operating system refused a file operation */
    STATUS_CORRUPT = -3,   /* bytes of an index break a promise of docs/FORMAT.md */
    STATUS_FORMAT = -4,    /* not an index, or one of another format version */
    STATUS_USAGE = -5,     /* the caller, or the user, asked for something that makes no sense */
    STATUS_LIMIT = -6,     /* a stated limit (base/limits.h) was reached */
    STATUS_MISSING = -7,   /* what was looked for is not there */
    STATUS_BUSY = -8,      /* somebody else holds the lock */
    STATUS_INPUT = -9,     /* a record or file of the corpus cannot be read */
    STATUS_STOPPED = -10,  /* a person stopped it */
};

/* Records a message for this thread (printf style, cut at 1023 bytes) and returns `status`. */
enum status fail(enum status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* fail(STATUS_NO_MEMORY, "out of memory"). */
enum status fail_no_memory(void);

/* This thread's last message; "" if there was none. Valid until the next fail() of the thread. */
const char *status_message(void);

/* Puts `context: ` in front of this thread's message (a file name, mostly); returns `status`. */
enum status fail_context(enum status status, const char *context);

#define TRY(call)                                                                                  \
    do {                                                                                           \
        const enum status try_status_ = (call);                                                    \
        if (try_status_ != STATUS_OK)                                                              \
            return try_status_;                                                                    \
    } while (0)

#endif
