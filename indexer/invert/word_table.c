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
};

static uint64_t draw(const void *fallback)
{
    uint64_t value;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) != (ssize_t)sizeof value)
        value = (uint64_t)(uintptr_t)fallback * UINT64_C(0x9e3779b97f4a7c15);
    return value;
}

enum status word_table_init(struct word_table *t, const struct profile *profile, size_t most)
{
    *t = (struct word_table){.most = most};
    for (size_t i = 0; i < sizeof t->seeds / sizeof t->seeds[0]; i++)
        t->seeds[i] = draw(&t->seeds[i]);
    TRY(analyzer_new(profile, &t->analyzer));
    TRY(string_table_init(&t->longer));
    const size_t room = 2 * most + SLACK_BYTES;
    TRY(region_reserve(&t->words, room, false));
    TRY(region_reserve(&t->strings, room < UINT32_MAX ? room : UINT32_MAX, false));
    TRY(word_slots_new(&t->shorts, WORD_SLOTS_FIRST, sizeof(struct short_slot)));
    return word_slots_new(&t->longs, WORD_SLOTS_FIRST, sizeof(struct long_slot));
}

void word_table_release(struct word_table *t)
{
    analyzer_free(t->analyzer);
    string_table_release(&t->longer);
    region_release(&t->shorts.memory);
    region_release(&t->longs.memory);
    region_release(&t->words);
    region_release(&t->strings);
    free(t->longer_words);
    *t = (struct word_table){0};
}

/* Empty slots, fewer than there were if these alone would fill half of the table: it grows as far as
 * a batch needs, however little it may hold. */
static enum status clear_slots(struct word_slots *s, size_t slot_bytes, size_t most)
{
    uint64_t n = s->mask + 1;
    while (n > WORD_SLOTS_FIRST && n * slot_bytes > most / 2)
        n /= 2;
    if (n == s->mask + 1) {
        memset(s->memory.base, 0, (size_t)n * slot_bytes);
        s->n = 0;
        return STATUS_OK;
    }
    struct word_slots fresh;
    TRY(word_slots_new(&fresh, n, slot_bytes));
    region_release(&s->memory);
    *s = fresh;
    return STATUS_OK;
}

enum status word_table_clear(struct word_table *t)
{
    TRY(clear_slots(&t->shorts, sizeof(struct short_slot), t->most));
    TRY(clear_slots(&t->longs, sizeof(struct long_slot), t->most / 2));
    region_clear(&t->words);
    region_clear(&t->strings);
    t->n = 0;
    t->any_dropped = false;
    t->full = false;
    string_table_release(&t->longer);
    return string_table_init(&t->longer);
}

static size_t short_bytes(const struct word_table *t)
{
    return (size_t)(t->shorts.mask + 1) * sizeof(struct short_slot);
}

static size_t long_bytes(const struct word_table *t)
{
    return (size_t)(t->longs.mask + 1) * sizeof(struct long_slot);
}

size_t word_table_bytes(const struct word_table *t)
{
    return short_bytes(t) + long_bytes(t) + t->words.used + t->strings.used +
           string_table_bytes(&t->longer) + t->longer_cap * sizeof *t->longer_words;
}

static enum status grow_shorts(struct word_table *t)
{
    const struct word_slots old = t->shorts;
    struct word_slots grown;
    TRY(word_slots_new(&grown, 2 * (old.mask + 1), sizeof(struct short_slot)));
    for (uint64_t i = 0; i <= old.mask; i++) {
        const struct short_slot *const slot = &short_slots(&old)[i];
        const struct short_key key = {slot->first, slot->rest};
        if (slot->first != 0)
            *short_find(&grown, key, short_hash(t->seeds, key)) = *slot;
    }
    grown.n = old.n;
    region_release(&t->shorts.memory);
    t->shorts = grown;
    return STATUS_OK;
}

static enum status grow_longs(struct word_table *t)
{
    const struct word_slots old = t->longs;
    struct word_slots grown;
    TRY(word_slots_new(&grown, 2 * (old.mask + 1), sizeof(struct long_slot)));
    for (uint64_t i = 0; i <= old.mask; i++) {
        const struct long_slot *const slot = &long_slots(&old)[i];
        const struct long_key key = {{slot->parts[0], slot->parts[1], slot->parts[2], slot->rest}};
        if (slot->parts[0] != 0)
            *long_find(&grown, &key, long_hash(t->seeds, &key)) = *slot;
    }
    grown.n = old.n;
    region_release(&t->longs.memory);
    t->longs = grown;
    return STATUS_OK;
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

static enum status look_up_longer(struct word_table *t, struct span bytes, bool ascii,
                                  uint32_t *word)
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

/* After a word was added. Full before the next doubling, during which old and new slots stand side by
 * side. */
static enum status make_room(struct word_table *t)
{
    if (word_slots_crowded(&t->shorts))
        TRY(grow_shorts(t));
    if (word_slots_crowded(&t->longs))
        TRY(grow_longs(t));
    const size_t growth = (word_slots_nearly_crowded(&t->shorts) ? 2 * short_bytes(t) : 0) +
                          (word_slots_nearly_crowded(&t->longs) ? 2 * long_bytes(t) : 0);
    t->full |= word_table_bytes(t) + growth > t->most;
    return STATUS_OK;
}

/* A short word that is in no slot, at the free slot where it belongs. */
static enum status add_short(struct word_table *t, struct short_key key, struct span bytes,
                             bool ascii, struct short_slot *slot, uint32_t *word)
{
    TRY(add_word(t, bytes, ascii, word));
    *slot = (struct short_slot){key.first, key.rest, *word};
    t->shorts.n++;
    return make_room(t);
}

/* A word of more than 12 bytes. */
static enum status look_up_long(struct word_table *t, struct span bytes, bool ascii, uint64_t hash,
                                uint32_t *word)
{
    if (bytes.len > LONG_WORD_BYTES)
        return look_up_longer(t, bytes, ascii, word);
    const struct long_key key = long_key_of(bytes.data, (uint32_t)bytes.len, ascii);
    struct long_slot *const slot = long_find(&t->longs, &key, hash);
    if (slot->parts[0] != 0) {
        *word = slot->word;
        return STATUS_OK;
    }
    TRY(add_word(t, bytes, ascii, word));
    *slot = (struct long_slot){
        {key.parts[0], key.parts[1], key.parts[2]}, (uint32_t)key.parts[3], *word};
    t->longs.n++;
    return make_room(t);
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
        __builtin_prefetch(&long_slots(&t->longs)[p->hash & t->longs.mask], 1);
    }
}

static void prepare(const struct word_table *t, struct span text, const struct token *tokens,
                    size_t n, struct probe *probes)
{
    const struct short_slot *const slots = short_slots(&t->shorts);
    const uint64_t mask = t->shorts.mask;
    for (size_t i = 0; i < n; i++) {
        const uint32_t len = tokens[i].end - tokens[i].start;
        const uint8_t *const bytes = text.data + tokens[i].start;
        if (len <= SHORT_WORD_BYTES && text.len - tokens[i].start >= 16) {
            probes[i].key = short_key_of(bytes, len, tokens[i].ascii);
            probes[i].hash = short_hash(t->seeds, probes[i].key);
            __builtin_prefetch(&slots[probes[i].hash & mask], 1);
        } else {
            prepare_other(t, bytes, len, tokens[i].ascii, &probes[i]);
        }
    }
}

static enum status look_up_batch(struct word_table *t, struct span text, const struct token *tokens,
                                 size_t n, uint32_t *words)
{
    struct probe probes[BATCH];
    prepare(t, text, tokens, n, probes);
    for (size_t i = 0; i < n; i++) {
        const struct token *const k = &tokens[i];
        const struct span bytes = span_of(text.data + k->start, k->end - k->start);
        if (bytes.len > SHORT_WORD_BYTES) {
            TRY(look_up_long(t, bytes, k->ascii, probes[i].hash, &words[i]));
            continue;
        }
        struct short_slot *const slot = short_find(&t->shorts, probes[i].key, probes[i].hash);
        if (slot->first != 0)
            words[i] = slot->word;
        else
            TRY(add_short(t, probes[i].key, bytes, k->ascii, slot, &words[i]));
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
