/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_table: a batch of tokens is hashed, and the slots are on their way, before the first is
 * looked at. Nearly all tokens have at most 12 bytes, so that this is the path that is made short.
 */
#include "indexer/invert/word_table.h"

#include <stdlib.h>
#include <sys/random.h>

#define BATCH      256u
#define WORDS_MOST (UINT32_MAX - 1)

/* What one batch of documents may add to a table that is nearly full. */
#define SLACK_BYTES (UINT64_C(512) << 20)

/* A token on its way through the batch. */
struct probe {
    struct short_key key; /* of a short one */
    uint64_t hash;
    const uint8_t *bytes;
};

static uint64_t draw(const void *fallback)
{
    uint64_t value;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) != (ssize_t)sizeof value)
        value = (uint64_t)(uintptr_t)fallback * UINT64_C(0x9e3779b97f4a7c15);
    return value;
}

static enum status make_parts(struct word_table *t)
{
    const size_t room = 2 * t->most + SLACK_BYTES;
    TRY(string_table_init(&t->longer));
    TRY(region_reserve(&t->words, room, false));
    TRY(region_reserve(&t->strings, room < UINT32_MAX ? room : UINT32_MAX, false));
    TRY(word_slots_init(&t->shorts, sizeof(struct short_slot)));
    return word_slots_init(&t->longs, sizeof(struct long_slot));
}

static void note_bytes(struct word_table *t)
{
    const size_t bytes = t->shorts.bytes + t->longs.bytes + t->words.used + t->strings.used +
                         string_table_bytes(&t->longer) + t->longer_cap * sizeof *t->longer_words;
    atomic_store_explicit(&t->bytes, bytes, memory_order_relaxed);
}

enum status word_table_init(struct word_table *t, size_t most, bool shared)
{
    memset(t, 0, sizeof *t);
    t->most = most;
    t->shared = shared;
    for (size_t i = 0; i < sizeof t->seeds / sizeof t->seeds[0]; i++)
        t->seeds[i] = draw(&t->seeds[i]);
    pthread_mutexattr_t kind;
    (void)pthread_mutexattr_init(&kind);
    /* It is held for a moment: wait a moment before sleeping. */
    (void)pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ADAPTIVE_NP);
    (void)pthread_mutex_init(&t->lock, &kind);
    (void)pthread_mutexattr_destroy(&kind);
    TRY(make_parts(t));
    note_bytes(t);
    return STATUS_OK;
}

void word_table_release(struct word_table *t)
{
    string_table_release(&t->longer);
    word_slots_release(&t->shorts);
    word_slots_release(&t->longs);
    region_release(&t->words);
    region_release(&t->strings);
    free(t->longer_words);
    if (t->most > 0)
        (void)pthread_mutex_destroy(&t->lock);
    memset(t, 0, sizeof *t);
}

enum status word_table_clear(struct word_table *t)
{
    TRY(word_slots_clear(&t->shorts, t->most));
    TRY(word_slots_clear(&t->longs, t->most / 2));
    region_clear(&t->words);
    region_clear(&t->strings);
    t->n = 0;
    t->any_dropped = false;
    t->full = false;
    string_table_release(&t->longer);
    TRY(string_table_init(&t->longer));
    note_bytes(t);
    return STATUS_OK;
}

void word_table_trim(struct word_table *t)
{
    word_slots_trim(&t->shorts);
    word_slots_trim(&t->longs);
    note_bytes(t);
}

/* The next array, with all words of the newest; whoever comes later looks there. */
static enum status grow_shorts(struct word_table *t)
{
    struct word_slots *const s = &t->shorts;
    const struct slot_array *const old = word_slots_newest(s);
    const unsigned next = s->newest + 1;
    TRY(word_slots_make(s, next, 2 * (old->mask + 1)));
    for (uint64_t i = 0; i <= old->mask; i++) {
        const struct short_slot *const slot = &short_slots(old)[i];
        const struct short_key key = {slot->first, slot->rest};
        struct short_slot *to;
        if (key.first != 0 && !short_find(&s->arrays[next], key, short_hash(t->seeds, key), &to))
            short_fill(to, key, slot->word);
    }
    atomic_store_explicit(&s->newest, next, memory_order_release);
    if (!t->shared)
        word_slots_trim(s);
    return STATUS_OK;
}

static enum status grow_longs(struct word_table *t)
{
    struct word_slots *const s = &t->longs;
    const struct slot_array *const old = word_slots_newest(s);
    const unsigned next = s->newest + 1;
    TRY(word_slots_make(s, next, 2 * (old->mask + 1)));
    for (uint64_t i = 0; i <= old->mask; i++) {
        const struct long_slot *const slot = &long_slots(old)[i];
        const struct long_key key = {{slot->first, slot->parts[0], slot->parts[1], slot->rest}};
        struct long_slot *to;
        if (key.parts[0] != 0 && !long_find(&s->arrays[next], &key, long_hash(t->seeds, &key), &to))
            long_fill(to, &key, slot->word);
    }
    atomic_store_explicit(&s->newest, next, memory_order_release);
    if (!t->shared)
        word_slots_trim(s);
    return STATUS_OK;
}

static enum status too_many(const struct word_table *t)
{
    return fail(STATUS_LIMIT,
                "a document of more than %u distinct words does not fit; give more --memory",
                (unsigned)t->n);
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

/* Adds a word that was not seen before. Under the lock, as all up to look_up_longer. */
static enum status add_word(struct word_table *t, const struct analysis *a, uint32_t *number)
{
    if (!a->kept) {
        t->any_dropped = true;
        *number = WORD_DROPPED;
        return STATUS_OK;
    }
    if (t->n >= WORDS_MOST || region_left(&t->words) < sizeof(struct word))
        return too_many(t);
    struct word w = {.form_len = (uint16_t)a->form.len, .term_len = (uint16_t)a->term.len};
    TRY(append_string(t, a->form, &w.form));
    w.term = w.form;
    if (!span_equal(a->form, a->term))
        TRY(append_string(t, a->term, &w.term));
    const uint32_t n = t->n;
    ((struct word *)(void *)t->words.base)[n] = w;
    t->words.used = ((size_t)n + 1) * sizeof w;
    *number = n;
    atomic_store_explicit(&t->n, n + 1, memory_order_relaxed);
    return STATUS_OK;
}

/* After a word was added. Full before the next doubling, during which old and new slots stand side by
 * side. */
static enum status make_room(struct word_table *t)
{
    if (word_slots_crowded(&t->shorts))
        TRY(grow_shorts(t));
    if (word_slots_crowded(&t->longs))
        TRY(grow_longs(t));
    note_bytes(t);
    const size_t growth =
        (word_slots_nearly_crowded(&t->shorts) ? 2 * word_slots_newest_bytes(&t->shorts) : 0) +
        (word_slots_nearly_crowded(&t->longs) ? 2 * word_slots_newest_bytes(&t->longs) : 0);
    if (word_table_bytes(t) + growth > t->most || t->strings.used > t->strings.cap / 2)
        atomic_store_explicit(&t->full, true, memory_order_relaxed);
    return STATUS_OK;
}

/* A word that was in no slot when the thread looked; another may have entered it since. */
static enum status enter_short(struct word_table *t, struct short_key key, uint64_t hash,
                               const struct analysis *a, uint32_t *word)
{
    struct short_slot *slot;
    if (short_find(word_slots_newest(&t->shorts), key, hash, &slot)) {
        *word = slot->word;
        return STATUS_OK;
    }
    TRY(add_word(t, a, word));
    short_fill(slot, key, *word);
    t->shorts.n++;
    return make_room(t);
}

static enum status enter_long(struct word_table *t, const struct long_key *key, uint64_t hash,
                              const struct analysis *a, uint32_t *word)
{
    struct long_slot *slot;
    if (long_find(word_slots_newest(&t->longs), key, hash, &slot)) {
        *word = slot->word;
        return STATUS_OK;
    }
    TRY(add_word(t, a, word));
    long_fill(slot, key, *word);
    t->longs.n++;
    return make_room(t);
}

static enum status enter_longer(struct word_table *t, struct analyzer *analyzer, struct span bytes,
                                bool ascii, uint32_t *word)
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
    if (added) {
        struct analysis a;
        analyzer_apply(analyzer, bytes, ascii, &a);
        TRY(analyzer_status(analyzer));
        TRY(add_word(t, &a, &t->longer_words[number]));
        TRY(make_room(t));
    }
    *word = t->longer_words[number];
    return STATUS_OK;
}

static void lock(struct word_table *t)
{
    if (t->shared)
        (void)pthread_mutex_lock(&t->lock);
}

static void unlock(struct word_table *t)
{
    if (t->shared)
        (void)pthread_mutex_unlock(&t->lock);
}

/* A word of up to 12 bytes that is in no slot; it is folded and stemmed before others have to wait. */
static enum status add_short(struct word_table *t, struct analyzer *analyzer, struct short_key key,
                             uint64_t hash, struct span bytes, bool ascii, uint32_t *word)
{
    struct analysis a;
    analyzer_apply(analyzer, bytes, ascii, &a);
    TRY(analyzer_status(analyzer));
    lock(t);
    const enum status status = enter_short(t, key, hash, &a, word);
    unlock(t);
    return status;
}

static enum status look_up_longer(struct word_table *t, struct analyzer *analyzer,
                                  struct span bytes, bool ascii, uint32_t *word)
{
    lock(t);
    const enum status status = enter_longer(t, analyzer, bytes, ascii, word);
    unlock(t);
    return status;
}

/* A word of more than 12 bytes. */
static enum status look_up_long(struct word_table *t, struct analyzer *analyzer, struct span bytes,
                                bool ascii, uint64_t hash, uint32_t *word)
{
    if (bytes.len > LONG_WORD_BYTES)
        return look_up_longer(t, analyzer, bytes, ascii, word);
    const struct long_key key = long_key_of(bytes.data, (uint32_t)bytes.len, ascii);
    struct long_slot *slot;
    if (long_find(word_slots_newest(&t->longs), &key, hash, &slot)) {
        *word = slot->word;
        return STATUS_OK;
    }
    struct analysis a;
    analyzer_apply(analyzer, bytes, ascii, &a);
    TRY(analyzer_status(analyzer));
    lock(t);
    const enum status status = enter_long(t, &key, hash, &a, word);
    unlock(t);
    return status;
}

/* As `prepare`, for a token that is long, or at the end of the text. */
static void prepare_other(const struct word_table *t, const uint8_t *bytes, uint32_t len,
                          bool ascii, struct probe *p)
{
    if (len <= SHORT_WORD_BYTES) {
        p->key = short_key_at_end(bytes, len, ascii);
        p->hash = short_hash(t->seeds, p->key);
    } else if (len <= LONG_WORD_BYTES) {
        const struct long_key key = long_key_of(bytes, len, ascii);
        p->hash = long_hash(t->seeds, &key);
        const struct slot_array *const longs = word_slots_newest(&t->longs);
        __builtin_prefetch(&long_slots(longs)[p->hash & longs->mask]);
    }
}

/* n tokens of one text. */
static void prepare(const struct word_table *t, const uint8_t *text, const uint8_t *end,
                    const struct token *tokens, size_t n, struct probe *probes)
{
    const struct slot_array *const shorts = word_slots_newest(&t->shorts);
    const struct short_slot *const slots = short_slots(shorts);
    const uint64_t mask = shorts->mask;
    for (size_t i = 0; i < n; i++) {
        const uint32_t len = tokens[i].end - tokens[i].start;
        const uint8_t *const bytes = text + tokens[i].start;
        probes[i].bytes = bytes;
        if (len <= SHORT_WORD_BYTES && end - bytes >= 16) {
            probes[i].key = short_key_of(bytes, len, tokens[i].ascii);
            probes[i].hash = short_hash(t->seeds, probes[i].key);
            __builtin_prefetch(&slots[probes[i].hash & mask]);
        } else {
            prepare_other(t, bytes, len, tokens[i].ascii, &probes[i]);
        }
    }
}

static enum status look_up_batch(struct word_table *t, struct analyzer *analyzer,
                                 const struct token *tokens, const struct probe *probes, size_t n,
                                 uint32_t *words)
{
    const struct slot_array *shorts = word_slots_newest(&t->shorts);
    for (size_t i = 0; i < n; i++) {
        const struct token *const k = &tokens[i];
        const struct probe *const p = &probes[i];
        const struct span bytes = span_of(p->bytes, k->end - k->start);
        struct short_slot *slot;
        if (bytes.len > SHORT_WORD_BYTES) {
            TRY(look_up_long(t, analyzer, bytes, k->ascii, p->hash, &words[i]));
        } else if (short_find(shorts, p->key, p->hash, &slot)) {
            words[i] = slot->word;
            continue;
        } else {
            TRY(add_short(t, analyzer, p->key, p->hash, bytes, k->ascii, &words[i]));
        }
        shorts = word_slots_newest(&t->shorts); /* which may have grown */
    }
    return STATUS_OK;
}

enum status word_table_look_up_all(struct word_table *t, struct analyzer *analyzer,
                                   const struct word_text *texts, size_t n_texts,
                                   const uint8_t *end, const struct token *tokens, uint32_t *words)
{
    struct probe probes[BATCH];
    size_t done = 0; /* looked up */
    size_t n = 0;    /* probes behind those */
    for (size_t i = 0; i < n_texts; i++) {
        for (size_t from = 0; from < texts[i].n;) {
            const size_t left = texts[i].n - from;
            const size_t some = left < BATCH - n ? left : BATCH - n;
            prepare(t, texts[i].bytes, end, tokens + done + n, some, probes + n);
            from += some;
            n += some;
            if (n < BATCH)
                continue;
            TRY(look_up_batch(t, analyzer, tokens + done, probes, n, words + done));
            done += n;
            n = 0;
        }
    }
    return n == 0 ? STATUS_OK : look_up_batch(t, analyzer, tokens + done, probes, n, words + done);
}
