/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_slots: the hash tables of word_table: tokens of at most 28 bytes to numbers.
 *
 *     TRY(short_slots_init(&s)); ... s.seeds: the caller's ...
 *     struct short_key key = short_key_of(bytes, len, ascii);      1 to 12 bytes; 16 may be read
 *     struct short_slot *slot = short_find(&s, key, short_hash(seeds, key));
 *     slot->first == 0: it is free, and where the key belongs
 *
 * and the same with long_ for 13 to 28 bytes. A key is the bytes themselves, ASCII letters in lower
 * case, zeros behind them (a token holds no NUL), so that equal keys are equal words; with the
 * number they fill 16 or 32 bytes, so that a hit touches one cache line. Open addressing with linear
 * probing; the hash is the folded 128-bit product of both halves of a key, each masked by a random
 * number of this process (as in wyhash), so that a crafted corpus cannot aim at it.
 */
#ifndef QIAO_INDEXER_INVERT_WORD_SLOTS_H
#define QIAO_INDEXER_INVERT_WORD_SLOTS_H

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
    uint64_t first; /* 0: free */
    uint32_t rest;
    uint32_t word;
};

struct long_key {
    uint64_t parts[4]; /* the last is below 2^32 */
};

struct long_slot {
    uint64_t parts[3]; /* parts[0] 0: free */
    uint32_t rest;
    uint32_t word;
};

_Static_assert(sizeof(struct short_slot) == 16 && sizeof(struct long_slot) == 32,
               "no slot straddles two cache lines");

/* Slots of one kind. */
struct word_slots {
    struct region memory; /* zero at first */
    uint64_t mask;        /* slots less one */
    uint64_t n;           /* taken */
};

static inline enum status word_slots_new(struct word_slots *s, uint64_t n, size_t slot_bytes)
{
    const size_t bytes = (size_t)n * slot_bytes;
    *s = (struct word_slots){.mask = n - 1};
    return region_reserve(&s->memory, bytes, region_huge(bytes));
}

static inline struct short_slot *short_slots(const struct word_slots *s)
{
    return (struct short_slot *)(void *)s->memory.base;
}

static inline struct long_slot *long_slots(const struct word_slots *s)
{
    return (struct long_slot *)(void *)s->memory.base;
}

/* Whether another word needs more slots: they are at most 5/8 full. */
static inline bool word_slots_crowded(const struct word_slots *s)
{
    return 8 * s->n > 5 * (s->mask + 1);
}

/* Whether that comes soon. */
static inline bool word_slots_nearly_crowded(const struct word_slots *s)
{
    return 16 * s->n > 9 * (s->mask + 1);
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

/* The slot of the key, or the free one where it belongs. */
static inline struct short_slot *short_find(const struct word_slots *s, struct short_key key,
                                            uint64_t hash)
{
    struct short_slot *const slots = short_slots(s);
    uint64_t at = hash & s->mask;
    while (slots[at].first != 0 && (slots[at].first != key.first || slots[at].rest != key.rest))
        at = (at + 1) & s->mask;
    return &slots[at];
}

static inline bool long_slot_holds(const struct long_slot *slot, const struct long_key *key)
{
    return slot->parts[0] == key->parts[0] && slot->parts[1] == key->parts[1] &&
           slot->parts[2] == key->parts[2] && slot->rest == key->parts[3];
}

static inline struct long_slot *long_find(const struct word_slots *s, const struct long_key *key,
                                          uint64_t hash)
{
    struct long_slot *const slots = long_slots(s);
    uint64_t at = hash & s->mask;
    while (slots[at].parts[0] != 0 && !long_slot_holds(&slots[at], key))
        at = (at + 1) & s->mask;
    return &slots[at];
}

#endif
