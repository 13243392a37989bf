/* SPDX-License-Identifier: Apache-2.0 */
/* key_sort: eight passes of one byte each, less those in which all bytes are equal. */
#include "common/base/key_sort.h"

#include <stdlib.h>

/* Below this many a comparison sort is faster than counting. */
#define FEW 256u

struct tie_break {
    int (*compare)(const void *a, const void *b, void *context);
    void *context;
};

static int compare_keys(const void *a, const void *b, void *tie)
{
    const struct keyed *const x = a;
    const struct keyed *const y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    const struct tie_break *const t = tie;
    return t->compare == NULL ? 0 : t->compare(a, b, t->context);
}

static void count_bytes(const struct keyed *items, size_t n, size_t counts[8][256])
{
    memset(counts, 0, 8 * 256 * sizeof counts[0][0]);
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < 8; d++)
            counts[d][items[i].key >> 8 * d & 0xff]++;
}

static bool one_value(const size_t counts[256], size_t n)
{
    for (unsigned v = 0; v < 256; v++)
        if (counts[v] != 0)
            return counts[v] == n;
    return true;
}

static void move_by_byte(const struct keyed *from, struct keyed *to, size_t n, unsigned digit,
                         const size_t counts[256])
{
    size_t places[256];
    size_t start = 0;
    for (unsigned v = 0; v < 256; v++) {
        places[v] = start;
        start += counts[v];
    }
    for (size_t i = 0; i < n; i++)
        to[places[from[i].key >> 8 * digit & 0xff]++] = from[i];
}

static void break_ties(struct keyed *items, size_t n, struct tie_break *tie)
{
    for (size_t from = 0; from < n;) {
        size_t to = from + 1;
        while (to < n && items[to].key == items[from].key)
            to++;
        if (to - from > 1)
            qsort_r(items + from, to - from, sizeof *items, compare_keys, tie);
        from = to;
    }
}

enum status key_sort(struct keyed *items, size_t n,
                     int (*compare)(const void *a, const void *b, void *context), void *context)
{
    struct tie_break tie = {compare, context};
    if (n == 0) /* and `items` may be NULL */
        return STATUS_OK;
    if (n < FEW) {
        qsort_r(items, n, sizeof *items, compare_keys, &tie);
        return STATUS_OK;
    }
    struct keyed *const scratch = malloc(n * sizeof *scratch);
    if (scratch == NULL)
        return fail_no_memory();
    size_t counts[8][256];
    count_bytes(items, n, counts);
    struct keyed *from = items;
    struct keyed *to = scratch;
    for (unsigned d = 0; d < 8; d++) {
        if (one_value(counts[d], n))
            continue;
        move_by_byte(from, to, n, d, counts[d]);
        struct keyed *const swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
    free(scratch);
    if (compare != NULL)
        break_ties(items, n, &tie);
    return STATUS_OK;
}
