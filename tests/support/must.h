/* SPDX-License-Identifier: Apache-2.0 */
/*
 * must: an assertion for code that serves both Criterion's tests and the fuzz targets, which know
 * nothing of Criterion. It stays in every mode.
 *
 *     must(len <= room);
 *
 * What fails is printed, with the input at hand if somebody set one, and the process aborts.
 */
#ifndef QIAO_TESTS_SUPPORT_MUST_H
#define QIAO_TESTS_SUPPORT_MUST_H

#include <stdbool.h>

/* What must_fail names beside the condition: the file that is being replayed; NULL for none. */
extern const char *must_input;

_Noreturn void must_fail(const char *file, int line, const char *condition);

#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            must_fail(__FILE__, __LINE__, #condition);                                             \
    } while (0)

#endif
