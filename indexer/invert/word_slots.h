/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_slots: the hash tables of word_table: tokens of at most 28 bytes to numbers.
 *
 *     TRY(word_slots_init(&s, sizeof(struct short_slot)));
 *     struct short_key key = short_key_of(bytes, len, ascii);      1 to 12 bytes; 16 may be read
 *     if (!short_find(word_slots_newest(&s), key, short_hash(seeds, key), &slot))
 *         short_fill(slot, key, word);
 *     word_slots_release(&s);
 *
 * and the same with long_ for 13 to 28 bytes. One thread at a time fills slots and adds arrays, while
 * others find: a slot that is not free holds its whole word and never changes, and an array that was
 * outgrown is kept, where those who still look into it miss only words that are new. A key is the bytes themselves, ASCII letters in lower
 * case, zeros behind them (a token holds no NUL), so that equal keys are equal words; with the
 * number they fill 16 or 32 bytes, so that a hit touches one cache line. Open addressing with linear
 * probing; the hash is the folded 128-bit product of both halves of a key, each masked by a random
 * number of this process (as in wyhash), so that a crafted corpus cannot aim at it.
 */
#ifndef QIAO_INDEXER_INVERT_WORD_SLOTS_H
#define QIAO_INDEXER_INVERT_WORD_SLOTS_H

#include <stdatomic.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "common/base/bytes.h"
#include "common/base/region.h"

#define SHORT_WORD_BYTES 12u
#define LONG_WORD_BYTES  28u
#define WORD_SLOTS_FIRST 4096u

struct short_key {
    uint64_t first;
    uint32_t rest;
};

struct short_slot {
    _Atomic uint64_t first; /* 0: free; written last */
    uint32_t rest;
    uint32_t word;
};

struct long_key {
    uint64_t parts[4]; /* the last is below 2^32 */
};

struct long_slot {
    _Atomic uint64_t first; /* 0: free; written last */
    uint64_t parts[2];
    uint32_t rest;
    uint32_t word;
};

_Static_assert(sizeof(struct short_slot) == 16 && sizeof(struct long_slot) == 32,
               "no slot straddles two cache lines");

/* Each array is twice as large as the one before it: address space ends first. */
#define SLOT_ARRAYS_MOST 40u

struct slot_array {
    struct region memory; /* zero at first */
    uint64_t mask;        /* slots less one */
};

/* Slots of one kind. */
struct word_slots {
    struct slot_array arrays[SLOT_ARRAYS_MOST];
    atomic_uint newest; /* of the arrays; it holds all words */
    size_t slot_bytes;
    uint64_t n;   /* words */
    size_t bytes; /* of all arrays that are kept */
};

static inline const struct slot_array *word_slots_newest(const struct word_slots *s)
{
    return &s->arrays[atomic_load_explicit(&s->newest, memory_order_acquire)];
}

static inline enum status word_slots_make(struct word_slots *s, unsigned array, uint64_t n)
{
    const size_t bytes = (size_t)n * s->slot_bytes;
    TRY(region_reserve(&s->arrays[array].memory, bytes, region_huge(bytes)));
    s->arrays[array].mask = n - 1;
    s->bytes += bytes;
    return STATUS_OK;
}

static inline enum status word_slots_init(struct word_slots *s /* OUT */, size_t slot_bytes)
{
    *s = (struct word_slots){.slot_bytes = slot_bytes};
    return word_slots_make(s, 0, WORD_SLOTS_FIRST);
}

static inline size_t word_slots_newest_bytes(const struct word_slots *s)
{
    return (size_t)(word_slots_newest(s)->mask + 1) * s->slot_bytes;
}

/* Drops the arrays that were outgrown: nobody is looking. */
static inline void word_slots_trim(struct word_slots *s)
{
    for (unsigned i = 0; i < s->newest; i++)
        region_release(&s->arrays[i].memory);
    s->bytes = word_slots_newest_bytes(s);
}

/* Fine on a zeroed one. */
static inline void word_slots_release(struct word_slots *s)
{
    for (unsigned i = 0; i < SLOT_ARRAYS_MOST; i++)
        region_release(&s->arrays[i].memory);
}

/* Empty slots, fewer than there were if these alone would fill half of `most` bytes: an array grows as
 * far as a batch needs, however little it may hold. Nobody is looking. */
static inline enum status word_slots_clear(struct word_slots *s, size_t most)
{
    word_slots_trim(s);
    struct slot_array *const newest = &s->arrays[s->newest];
    const uint64_t slots = newest->mask + 1;
    uint64_t n = slots;
    while (n > WORD_SLOTS_FIRST && n * s->slot_bytes > most / 2)
        n /= 2;
    if (n < slots) {
        word_slots_release(s);
        *s = (struct word_slots){.slot_bytes = s->slot_bytes};
        return word_slots_make(s, 0, n);
    }
    memset(newest->memory.base, 0, (size_t)n * s->slot_bytes);
    const struct slot_array kept = *newest;
    *newest = (struct slot_array){.mask = 0};
    s->arrays[0] = kept;
    s->newest = 0;
    s->n = 0;
    return STATUS_OK;
}

static inline struct short_slot *short_slots(const struct slot_array *a)
{
    return (struct short_slot *)(void *)a->memory.base;
}

static inline struct long_slot *long_slots(const struct slot_array *a)
{
    return (struct long_slot *)(void *)a->memory.base;
}

/* Whether another word needs more slots: they are at most 5/8 full. */
static inline bool word_slots_crowded(const struct word_slots *s)
{
    return 8 * s->n > 5 * (word_slots_newest(s)->mask + 1);
}

/* Whether that comes soon. */
static inline bool word_slots_nearly_crowded(const struct word_slots *s)
{
    return 16 * s->n > 9 * (word_slots_newest(s)->mask + 1);
}

/* ---- keys ---- */

#if !defined(__SSE2__)
/* Upper case ASCII letters of 8 bytes in lower case. */
static inline uint64_t word_lower(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t low = x & 0x7f * ones;
    const uint64_t from_a = low + (0x80 - 'A') * ones;
    const uint64_t above_z = low + (0x7f - 'Z') * ones;
    return x | ((from_a ^ above_z) & ~x & 0x80 * ones) >> 2;
}
#endif

/* The first `len` (at most 16) of 16 bytes, in lower case if they are ASCII, then zeros. */
static inline void word_half_key(const uint8_t *bytes, uint32_t len, bool ascii, uint64_t key[2])
{
#define FIRST(n) (UINT64_MAX >> (64 - 8 * (n)))
    static const uint64_t kept[17][2] = {
        {0, 0},
        {FIRST(1), 0},
        {FIRST(2), 0},
        {FIRST(3), 0},
        {FIRST(4), 0},
        {FIRST(5), 0},
        {FIRST(6), 0},
        {FIRST(7), 0},
        {FIRST(8), 0},
        {FIRST(8), FIRST(1)},
        {FIRST(8), FIRST(2)},
        {FIRST(8), FIRST(3)},
        {FIRST(8), FIRST(4)},
        {FIRST(8), FIRST(5)},
        {FIRST(8), FIRST(6)},
        {FIRST(8), FIRST(7)},
        {FIRST(8), FIRST(8)},
    };
#undef FIRST
#if defined(__SSE2__)
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    if (ascii) {
        const __m128i from_a = _mm_sub_epi8(b, _mm_set1_epi8('A'));
        const __m128i upper = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
        b = _mm_or_si128(b, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
    }
    b = _mm_and_si128(b, _mm_loadu_si128((const __m128i *)(const void *)kept[len]));
    _mm_storeu_si128((__m128i *)(void *)key, b);
#else
    key[0] = load_le64(bytes) & kept[len][0];
    key[1] = load_le64(bytes + 8) & kept[len][1];
    if (ascii) {
        key[0] = word_lower(key[0]);
        key[1] = word_lower(key[1]);
    }
#endif
}

/* The key of a token of 1 to 12 bytes, of which 16 may be read. */
static inline struct short_key short_key_of(const uint8_t *bytes, uint32_t len, bool ascii)
{
    uint64_t key[2];
    word_half_key(bytes, len, ascii, key);
    return (struct short_key){key[0], (uint32_t)key[1]};
}

/* The same where no more than the token may be read. */
static inline struct short_key short_key_at_end(const uint8_t *bytes, uint32_t len, bool ascii)
{
    uint8_t copy[16] = {0};
    memcpy(copy, bytes, len);
    return short_key_of(copy, len, ascii);
}

/* The key of a token of 13 to 28 bytes. */
static inline struct long_key long_key_of(const uint8_t *bytes, uint32_t len, bool ascii)
{
    uint8_t copy[32] = {0};
    struct long_key key;
    memcpy(copy, bytes, len);
    word_half_key(copy, 16, ascii, key.parts);
    word_half_key(copy + 16, 16, ascii, key.parts + 2);
    return key;
}

/* ---- hashes ---- */

static inline uint64_t word_fold(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t short_hash(const uint64_t seeds[4], struct short_key key)
{
    return word_fold(key.first ^ seeds[0], key.rest ^ seeds[1]);
}

static inline uint64_t long_hash(const uint64_t seeds[4], const struct long_key *key)
{
    return word_fold(key->parts[0] ^ seeds[0], key->parts[1] ^ seeds[1]) ^
           word_fold(key->parts[2] ^ seeds[2], key->parts[3] ^ seeds[3]);
}

/* ---- slots ---- */

/* Whether the key is there: in *slot, or else *slot was free, and is where it belongs. */
static inline bool short_find(const struct slot_array *a, struct short_key key, uint64_t hash,
                              struct short_slot **slot /* OUT */)
{
    struct short_slot *const slots = short_slots(a);
    const uint64_t mask = a->mask;
    for (uint64_t at = hash & mask;; at = (at + 1) & mask) {
        const uint64_t first = atomic_load_explicit(&slots[at].first, memory_order_acquire);
        *slot = &slots[at];
        if (first == 0)
            return false;
        if (first == key.first && slots[at].rest == key.rest)
            return true;
    }
}

static inline void short_fill(struct short_slot *slot, struct short_key key, uint32_t word)
{
    slot->rest = key.rest;
    slot->word = word;
    atomic_store_explicit(&slot->first, key.first, memory_order_release);
}

static inline bool long_find(const struct slot_array *a, const struct long_key *key, uint64_t hash,
                             struct long_slot **slot /* OUT */)
{
    struct long_slot *const slots = long_slots(a);
    const uint64_t mask = a->mask;
    for (uint64_t at = hash & mask;; at = (at + 1) & mask) {
        const struct long_slot *const s = &slots[at];
        const uint64_t first = atomic_load_explicit(&s->first, memory_order_acquire);
        *slot = &slots[at];
        if (first == 0)
            return false;
        if (first == key->parts[0] && s->parts[0] == key->parts[1] &&
            s->parts[1] == key->parts[2] && s->rest == key->parts[3])
            return true;
    }
}

static inline void long_fill(struct long_slot *slot, const struct long_key *key, uint32_t word)
{
    slot->parts[0] = key->parts[1];
    slot->parts[1] = key->parts[2];
    slot->rest = (uint32_t)key->parts[3];
    slot->word = word;
    atomic_store_explicit(&slot->first, key->parts[0], memory_order_release);
}

#endif
