/* SPDX-License-Identifier: Apache-2.0 */
/* string_table: slots of 8 bytes hold a tag, so that most probes never touch a string. */
#include "indexer/invert/string_table.h"

#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define SLOTS_FIRST 1024u

static struct string_slot *new_slots(uint64_t n)
{
    struct string_slot *const slots = malloc((size_t)n * sizeof *slots);
    for (uint64_t i = 0; slots != NULL && i < n; i++)
        slots[i].number = STRING_TABLE_NONE;
    return slots;
}

enum status string_table_init(struct string_table *t)
{
    *t = (struct string_table){.mask = SLOTS_FIRST - 1, .arena = ARENA_INIT};
    if (getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) != (ssize_t)sizeof t->seed)
        t->seed = (uint64_t)(uintptr_t)t; /* early boot: addresses are random too */
    t->slots = new_slots(SLOTS_FIRST);
    return t->slots == NULL ? fail_no_memory() : STATUS_OK;
}

void string_table_release(struct string_table *t)
{
    free(t->slots);
    free(t->strings);
    arena_release(&t->arena);
    t->slots = NULL;
    t->strings = NULL;
}

static uint64_t hash_of(const struct string_table *t, struct span string)
{
    return XXH3_64bits_withSeed(string.data, string.len, t->seed);
}

/* The slot of `string`, or the free one where it belongs. */
static struct string_slot *find_slot(const struct string_table *t, struct span string,
                                     uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t i = hash & t->mask;; i = (i + 1) & t->mask) {
        struct string_slot *const slot = &t->slots[i];
        if (slot->number == STRING_TABLE_NONE ||
            (slot->tag == tag && span_equal(t->strings[slot->number], string)))
            return slot;
    }
}

/* Doubles the slots when they are two thirds full. */
static enum status grow_slots(struct string_table *t)
{
    if (3 * ((uint64_t)t->n + 1) < 2 * (t->mask + 1))
        return STATUS_OK;
    const uint64_t n = 2 * (t->mask + 1);
    struct string_slot *const slots = new_slots(n);
    if (slots == NULL)
        return fail_no_memory();
    free(t->slots);
    t->slots = slots;
    t->mask = n - 1;
    for (uint32_t number = 0; number < t->n; number++) {
        const uint64_t hash = hash_of(t, t->strings[number]);
        uint64_t i = hash & t->mask;
        while (slots[i].number != STRING_TABLE_NONE)
            i = (i + 1) & t->mask;
        slots[i] = (struct string_slot){(uint32_t)(hash >> 32), number};
    }
    return STATUS_OK;
}

static enum status grow_strings(struct string_table *t)
{
    if (t->n < t->strings_cap)
        return STATUS_OK;
    if (t->n == STRING_TABLE_NONE - 1)
        return fail(STATUS_LIMIT, "more than %u distinct words or ids", t->n);
    const size_t cap = t->strings_cap == 0 ? 256 : 2 * t->strings_cap;
    struct span *const strings = realloc(t->strings, cap * sizeof *strings);
    if (strings == NULL)
        return fail_no_memory();
    t->strings = strings;
    t->strings_cap = cap;
    return STATUS_OK;
}

enum status string_table_add(struct string_table *t, struct span string, uint32_t *number,
                             bool *added)
{
    const uint64_t hash = hash_of(t, string);
    struct string_slot *slot = find_slot(t, string, hash);
    *added = slot->number == STRING_TABLE_NONE;
    if (!*added) {
        *number = slot->number;
        return STATUS_OK;
    }
    TRY(grow_slots(t));
    TRY(grow_strings(t));
    const struct span copy = arena_copy(&t->arena, string);
    if (copy.data == NULL)
        return fail_no_memory();
    slot = find_slot(t, string, hash);
    *slot = (struct string_slot){(uint32_t)(hash >> 32), t->n};
    t->strings[t->n] = copy;
    *number = t->n++;
    return STATUS_OK;
}
