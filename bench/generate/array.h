/* SPDX-License-Identifier: Apache-2.0 */
/*
 * array: room for one more member of an array that only grows.
 *
 *     TRY(ARRAY_ROOM(list->items, list->n, list->cap));
 *     list->items[list->n++] = item;
 */
#ifndef QIAO_BENCH_GENERATE_ARRAY_H
#define QIAO_BENCH_GENERATE_ARRAY_H

#include <stdlib.h>

#include "common/base/status.h"

/* Makes *array hold more than n members of `size` bytes; grows by half, so that little is held in
 * vain. *array moves. */
static inline enum status array_room(void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return STATUS_OK;
    const size_t more = *cap + *cap / 2 + 64;
    void *const moved = realloc(*array, more * size);
    if (moved == NULL)
        return fail_no_memory();
    *array = moved;
    *cap = more;
    return STATUS_OK;
}

#define ARRAY_ROOM(array, n, cap) array_room((void **)&(array), (n), &(cap), sizeof *(array))

#endif
