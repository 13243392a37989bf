/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure: what the programs of this folder have in common: their end when something is wrong, memory
 * or that end, and the order of times, of which they take medians. Clocks are common/base/clock.h.
 */
#ifndef QIAO_BENCH_MEASURE_H
#define QIAO_BENCH_MEASURE_H

#include <errno.h> /* program_invocation_short_name */
#include <stdio.h>
#include <stdlib.h>

static inline _Noreturn void stop(const char *what)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(2);
}

/* n items, zero, and one more. */
static inline void *room(size_t n, size_t size)
{
    void *const p = calloc(n + 1, size);
    if (p == NULL)
        stop("out of memory");
    return p;
}

static inline int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Ascending: n / 2 is the median, 0 the least. */
static inline void sort_times(double *times, size_t n)
{
    qsort(times, n, sizeof *times, compare_doubles);
}

#endif
