/* SPDX-License-Identifier: Apache-2.0 */
/* wordlist: open addressing; a slot holds half of the hash, so that few probes touch a word. */
#include "bench/generate/wordlist.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bench/generate/array.h"

#define SLOTS_FIRST 4096u

struct wordlist_slot {
    uint32_t tag;    /* high half of the hash */
    uint32_t number; /* WORDLIST_NONE: free */
};

static struct wordlist_slot *new_slots(uint64_t n)
{
    struct wordlist_slot *const slots = malloc((size_t)n * sizeof *slots);
    if (slots != NULL)
        memset(slots, 0xff, (size_t)n * sizeof *slots);
    return slots;
}

enum status wordlist_init(struct wordlist *w)
{
    *w = (struct wordlist){.mask = SLOTS_FIRST - 1, .bytes = BUF_INIT};
    w->slots = new_slots(SLOTS_FIRST);
    if (w->slots == NULL || ARRAY_ROOM(w->starts, 0, w->starts_cap) != STATUS_OK)
        return fail_no_memory();
    w->starts[0] = 0;
    return STATUS_OK;
}

void wordlist_release(struct wordlist *w)
{
    free(w->slots);
    free(w->starts);
    buf_release(&w->bytes);
    *w = (struct wordlist){0};
}

/* The slot of `word`, or the free one where it belongs. */
static struct wordlist_slot *find_slot(const struct wordlist *w, struct span word, uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t i = hash & w->mask;; i = (i + 1) & w->mask) {
        struct wordlist_slot *const slot = &w->slots[i];
        if (slot->number == WORDLIST_NONE ||
            (slot->tag == tag && span_equal(wordlist_get(w, slot->number), word)))
            return slot;
    }
}

/* Doubles the slots when they are half full. */
static enum status grow_slots(struct wordlist *w)
{
    if (2 * (uint64_t)w->n < w->mask)
        return STATUS_OK;
    const uint64_t n = 2 * (w->mask + 1);
    struct wordlist_slot *const slots = new_slots(n);
    if (slots == NULL)
        return fail_no_memory();
    free(w->slots);
    w->slots = slots;
    w->mask = n - 1;
    for (uint32_t number = 0; number < w->n; number++) {
        const struct span word = wordlist_get(w, number);
        const uint64_t hash = XXH3_64bits(word.data, word.len);
        uint64_t i = hash & w->mask;
        while (slots[i].number != WORDLIST_NONE)
            i = (i + 1) & w->mask;
        slots[i] = (struct wordlist_slot){(uint32_t)(hash >> 32), number};
    }
    return STATUS_OK;
}

enum status wordlist_add(struct wordlist *w, struct span word, uint32_t *number)
{
    const uint64_t hash = XXH3_64bits(word.data, word.len);
    struct wordlist_slot *slot = find_slot(w, word, hash);
    if (slot->number != WORDLIST_NONE) {
        *number = slot->number;
        return STATUS_OK;
    }
    if (w->bytes.len + word.len > UINT32_MAX || w->n == WORDLIST_NONE - 1)
        return fail(STATUS_LIMIT, "more than 4 GB of distinct words");
    TRY(grow_slots(w));
    TRY(ARRAY_ROOM(w->starts, w->n + 1, w->starts_cap));
    buf_append_span(&w->bytes, word);
    TRY(buf_status(&w->bytes));
    slot = find_slot(w, word, hash);
    *slot = (struct wordlist_slot){(uint32_t)(hash >> 32), w->n};
    *number = w->n++;
    w->starts[w->n] = (uint32_t)w->bytes.len;
    return STATUS_OK;
}

uint32_t wordlist_find(const struct wordlist *w, struct span word)
{
    return find_slot(w, word, XXH3_64bits(word.data, word.len))->number;
}
