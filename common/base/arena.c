/* SPDX-License-Identifier: Apache-2.0 */
/* arena: chunks double from 4 KiB to 1 MiB; a larger piece gets a chunk of its own. */
#include "common/base/arena.h"

#include <stdlib.h>

#define CHUNK_FIRST 4096u
#define CHUNK_MOST  (1u << 20)
#define ALIGNMENT   16u

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* bytes of `data` */
    size_t used;
    _Alignas(ALIGNMENT) uint8_t data[];
};

static struct arena_chunk *chunk_new(struct arena *a, size_t least)
{
    size_t size = a->chunks == NULL ? CHUNK_FIRST : a->chunks->size * 2;
    if (size > CHUNK_MOST)
        size = CHUNK_MOST;
    if (size < least)
        size = least;
    if (size > SIZE_MAX - sizeof(struct arena_chunk))
        return NULL;
    struct arena_chunk *const chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL)
        return NULL;
    chunk->next = a->chunks;
    chunk->size = size;
    chunk->used = 0;
    a->chunks = chunk;
    a->held += sizeof *chunk + size;
    return chunk;
}

void *arena_room(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    const size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct arena_chunk *chunk = a->chunks;
    if (chunk == NULL || chunk->size - chunk->used < rounded)
        chunk = chunk_new(a, rounded);
    if (chunk == NULL)
        return NULL;
    uint8_t *const piece = chunk->data + chunk->used;
    chunk->used += rounded;
    a->used += rounded;
    return piece;
}

void *arena_alloc(struct arena *a, size_t size)
{
    void *const piece = arena_room(a, size);
    return piece == NULL ? NULL : memset(piece, 0, size);
}

struct span arena_copy(struct arena *a, struct span bytes)
{
    uint8_t *const copy = bytes.len == SIZE_MAX ? NULL : arena_alloc(a, bytes.len + 1);
    if (copy != NULL && bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return span_of(copy, copy == NULL ? 0 : bytes.len);
}

static void free_chunks(struct arena *a, struct arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct arena_chunk *const next = chunk->next;
        a->held -= sizeof *chunk + chunk->size;
        free(chunk);
        chunk = next;
    }
}

void arena_clear(struct arena *a)
{
    if (a->chunks == NULL)
        return;
    free_chunks(a, a->chunks->next);
    a->chunks->next = NULL;
    a->chunks->used = 0;
    a->used = 0;
}

void arena_release(struct arena *a)
{
    free_chunks(a, a->chunks);
    *a = (struct arena)ARENA_INIT;
}
