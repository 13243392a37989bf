/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_table: open addressing with linear probing over slots of 32 bytes.
 *
 * The key of a word of at most 16 bytes is these bytes, zeros behind them (a token holds no NUL), as
 * two numbers; the hash is the folded 128-bit product of both, each masked by a random number of this
 * process (as in wyhash), so that a crafted corpus cannot aim at it.
 */
#include "indexer/invert/word_table.h"

#include <stdlib.h>
#include <sys/random.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define SLOTS_FIRST 4096u
#define BATCH       64u
#define SHORT_BYTES 16u
#define WORDS_MOST  (UINT32_MAX - 1)

/* What one batch of documents may add to a table that is nearly full. */
#define SLACK_BYTES (UINT64_C(512) << 20)

struct word_slot {
    uint64_t key[2]; /* key[0] 0: free */
    uint32_t word;
    uint32_t unused[3];
};

_Static_assert(sizeof(struct word_slot) == 32, "two slots a cache line");

/* A token on its way through the batch. */
struct probe {
    uint64_t key[2];
    uint64_t slot;
};

static uint64_t draw(const void *fallback)
{
    uint64_t value;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) != (ssize_t)sizeof value)
        value = (uint64_t)(uintptr_t)fallback * UINT64_C(0x9e3779b97f4a7c15);
    return value;
}

static enum status new_slots(struct word_table *t, uint64_t n)
{
    struct region fresh;
    const size_t bytes = (size_t)n * sizeof *t->slots;
    TRY(region_reserve(&fresh, bytes, region_huge(bytes)));
    t->slot_memory = fresh;
    t->slots = (struct word_slot *)(void *)fresh.base;
    t->mask = n - 1;
    return STATUS_OK;
}

enum status word_table_init(struct word_table *t, const struct profile *profile, size_t most)
{
    *t = (struct word_table){.most = most, .seeds = {draw(t), draw(&t->mask)}};
    TRY(analyzer_new(profile, &t->analyzer));
    TRY(string_table_init(&t->longer));
    const size_t room = 2 * most + SLACK_BYTES;
    TRY(region_reserve(&t->words, room, false));
    TRY(region_reserve(&t->strings, room < UINT32_MAX ? room : UINT32_MAX, false));
    return new_slots(t, SLOTS_FIRST);
}

void word_table_release(struct word_table *t)
{
    analyzer_free(t->analyzer);
    string_table_release(&t->longer);
    region_release(&t->slot_memory);
    region_release(&t->words);
    region_release(&t->strings);
    free(t->longer_words);
    *t = (struct word_table){0};
}

/* Empty slots, fewer than there were if these alone would fill the table: it grows as far as a batch
 * needs, however little it may hold. */
static enum status clear_slots(struct word_table *t)
{
    uint64_t n = t->mask + 1;
    while (n > SLOTS_FIRST && n * sizeof *t->slots > t->most / 3 * 2)
        n /= 2;
    if (n == t->mask + 1) {
        memset(t->slots, 0, (size_t)n * sizeof *t->slots);
        return STATUS_OK;
    }
    struct region old = t->slot_memory;
    TRY(new_slots(t, n));
    region_release(&old);
    return STATUS_OK;
}

enum status word_table_clear(struct word_table *t)
{
    TRY(clear_slots(t));
    region_clear(&t->words);
    region_clear(&t->strings);
    t->n = 0;
    t->n_slots = 0;
    t->any_dropped = false;
    t->full = false;
    string_table_release(&t->longer);
    return string_table_init(&t->longer);
}

size_t word_table_bytes(const struct word_table *t)
{
    return (size_t)(t->mask + 1) * sizeof *t->slots + t->words.used + t->strings.used +
           string_table_bytes(&t->longer) + t->longer_cap * sizeof *t->longer_words;
}

static inline uint64_t hash_of(const struct word_table *t, const uint64_t key[2])
{
    const unsigned __int128 product =
        (unsigned __int128)(key[0] ^ t->seeds[0]) * (key[1] ^ t->seeds[1]);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Doubles the slots when they are 5/8 full; the table is full when that would pass `most`. */
static enum status grow(struct word_table *t)
{
    struct region old = t->slot_memory;
    const struct word_slot *const slots = t->slots;
    const uint64_t n = t->mask + 1;
    TRY(new_slots(t, 2 * n));
    for (uint64_t i = 0; i < n; i++) {
        if (slots[i].key[0] == 0)
            continue;
        uint64_t at = hash_of(t, slots[i].key) & t->mask;
        while (t->slots[at].key[0] != 0)
            at = (at + 1) & t->mask;
        t->slots[at] = slots[i];
    }
    region_release(&old);
    return STATUS_OK;
}

#if !defined(__SSE2__)
/* Upper case ASCII letters of 8 bytes in lower case. */
static inline uint64_t lower(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t low = x & 0x7f * ones;
    const uint64_t from_a = low + (0x80 - 'A') * ones;
    const uint64_t above_z = low + (0x7f - 'Z') * ones;
    return x | ((from_a ^ above_z) & ~x & 0x80 * ones) >> 2;
}
#endif

/* What keeps the first n of 8 bytes. */
static const uint64_t first_bytes[SHORT_BYTES + 1][2] = {
#define FIRST(n) (UINT64_MAX >> (64 - 8 * (n)))
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
#undef FIRST
};

/* The key of a token of 1 to 16 bytes, of which 16 may be read. */
static inline void make_key(const uint8_t *bytes, uint32_t len, bool ascii, uint64_t key[2])
{
#if defined(__SSE2__)
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    if (ascii) {
        const __m128i from_a = _mm_sub_epi8(b, _mm_set1_epi8('A'));
        const __m128i upper = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
        b = _mm_or_si128(b, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
    }
    b = _mm_and_si128(b, _mm_loadu_si128((const __m128i *)(const void *)first_bytes[len]));
    _mm_storeu_si128((__m128i *)(void *)key, b);
#else
    key[0] = load_le64(bytes) & first_bytes[len][0];
    key[1] = load_le64(bytes + 8) & first_bytes[len][1];
    if (ascii) {
        key[0] = lower(key[0]);
        key[1] = lower(key[1]);
    }
#endif
}

/* Likewise at the end of the text, where fewer may be read. */
static void make_last_key(struct span text, const struct token *token, uint64_t key[2])
{
    uint8_t bytes[SHORT_BYTES] = {0};
    memcpy(bytes, text.data + token->start, token->end - token->start);
    make_key(bytes, token->end - token->start, token->ascii, key);
}

static enum status too_many(const struct word_table *t)
{
    return fail(STATUS_LIMIT,
                "a document of more than %u distinct words does not fit; give more --memory", t->n);
}

static enum status append_string(struct word_table *t, struct span string, uint32_t *at)
{
    if (string.len > region_left(&t->strings))
        return too_many(t);
    memcpy(t->strings.base + t->strings.used, string.data, string.len);
    *at = (uint32_t)t->strings.used;
    t->strings.used += string.len;
    return STATUS_OK;
}

/* Adds a word that was not seen before; `bytes` as in the text. */
static enum status add_word(struct word_table *t, struct span bytes, bool ascii, uint32_t *number)
{
    struct analysis a;
    analyzer_apply(t->analyzer, bytes, ascii, &a);
    TRY(analyzer_status(t->analyzer));
    if (!a.kept) {
        t->any_dropped = true;
        *number = WORD_DROPPED;
        return STATUS_OK;
    }
    if (t->n >= WORDS_MOST || region_left(&t->words) < sizeof(struct word))
        return too_many(t);
    struct word w = {.form_len = (uint16_t)a.form.len, .term_len = (uint16_t)a.term.len};
    TRY(append_string(t, a.form, &w.form));
    w.term = w.form;
    if (!span_equal(a.form, a.term))
        TRY(append_string(t, a.term, &w.term));
    ((struct word *)(void *)t->words.base)[t->n] = w;
    t->words.used = ((size_t)t->n + 1) * sizeof w;
    *number = t->n++;
    t->full |= t->strings.used > t->strings.cap / 2;
    return STATUS_OK;
}

static enum status look_up_long(struct word_table *t, struct span bytes, bool ascii, uint32_t *word)
{
    bool added;
    uint32_t number;
    TRY(string_table_add(&t->longer, bytes, &number, &added));
    if (added && number >= t->longer_cap) {
        const size_t cap = t->longer_cap == 0 ? 1024 : 2 * t->longer_cap;
        uint32_t *const words = realloc(t->longer_words, cap * sizeof *words);
        if (words == NULL)
            return fail_no_memory();
        t->longer_words = words;
        t->longer_cap = cap;
    }
    if (added)
        TRY(add_word(t, bytes, ascii, &t->longer_words[number]));
    *word = t->longer_words[number];
    t->any_dropped |= *word == WORD_DROPPED;
    return STATUS_OK;
}

/* A word that is in no slot: adds it at the free slot `at`. */
static enum status add_short(struct word_table *t, const struct probe *p, struct span bytes,
                             bool ascii, uint64_t at, uint32_t *word)
{
    TRY(add_word(t, bytes, ascii, word));
    t->slots[at] = (struct word_slot){.key = {p->key[0], p->key[1]}, .word = *word};
    t->n_slots++;
    if (8 * t->n_slots > 5 * (t->mask + 1))
        TRY(grow(t));
    /* Full before the next doubling, during which old and new slots stand side by side. */
    const size_t slots = (size_t)(t->mask + 1) * sizeof *t->slots;
    const bool nearly = 16 * t->n_slots > 9 * (t->mask + 1);
    t->full |= word_table_bytes(t) + (nearly ? 2 * slots : 0) > t->most;
    return STATUS_OK;
}

/* The slot of the key, or the free one where it belongs. */
static inline uint64_t find(const struct word_table *t, const struct probe *p)
{
    uint64_t at = p->slot & t->mask;
    while (t->slots[at].key[0] != 0 &&
           (t->slots[at].key[0] != p->key[0] || t->slots[at].key[1] != p->key[1]))
        at = (at + 1) & t->mask;
    return at;
}

static enum status look_up_batch(struct word_table *t, struct span text, const struct token *tokens,
                                 size_t n, uint32_t *words)
{
    struct probe probes[BATCH];
    for (size_t i = 0; i < n; i++) {
        const uint32_t len = tokens[i].end - tokens[i].start;
        if (len > SHORT_BYTES)
            continue;
        if (text.len - tokens[i].start >= SHORT_BYTES)
            make_key(text.data + tokens[i].start, len, tokens[i].ascii, probes[i].key);
        else
            make_last_key(text, &tokens[i], probes[i].key);
        probes[i].slot = hash_of(t, probes[i].key);
        __builtin_prefetch(&t->slots[probes[i].slot & t->mask], 1);
    }
    for (size_t i = 0; i < n; i++) {
        const struct token *const k = &tokens[i];
        const struct span bytes = span_of(text.data + k->start, k->end - k->start);
        if (bytes.len > SHORT_BYTES) {
            TRY(look_up_long(t, bytes, k->ascii, &words[i]));
            continue;
        }
        const uint64_t at = find(t, &probes[i]);
        if (t->slots[at].key[0] != 0)
            words[i] = t->slots[at].word;
        else
            TRY(add_short(t, &probes[i], bytes, k->ascii, at, &words[i]));
    }
    return STATUS_OK;
}

enum status word_table_look_up(struct word_table *t, struct span text, const struct token *tokens,
                               size_t n, uint32_t *words)
{
    for (size_t from = 0; from < n; from += BATCH)
        TRY(look_up_batch(t, text, tokens + from, n - from < BATCH ? n - from : BATCH,
                          words + from));
    return STATUS_OK;
}
