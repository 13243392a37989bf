/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory that is handed out piece by piece and freed as a whole.
 *
 *     struct arena a = ARENA_INIT;
 *     struct node *n = arena_alloc(&a, sizeof *n);     // zeroed, aligned for any type
 *     ...
 *     arena_release(&a);                               // n is gone
 *
 * Pieces never move. One thread at a time.
 */
#ifndef QIAO_BASE_ARENA_H
#define QIAO_BASE_ARENA_H

#include "common/base/bytes.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* newest first */
    size_t used;                /* bytes handed out, alignment included */
    size_t held;                /* bytes taken from malloc */
};

#define ARENA_INIT                                                                                 \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

/* `size` zeroed bytes, aligned to 16; NULL if memory ran out. Good until clear or release. */
void *arena_alloc(struct arena *a, size_t size);

/* The same, but the bytes are whatever they were: for room that is written before it is read. */
void *arena_room(struct arena *a, size_t size);

/* A copy of `bytes` with a NUL behind it; data is NULL if memory ran out. */
struct span arena_copy(struct arena *a, struct span bytes);

/* Forgets all pieces, keeps one chunk for reuse. */
void arena_clear(struct arena *a);

/* Frees everything and leaves an empty, usable arena. */
void arena_release(struct arena *a);

#endif
