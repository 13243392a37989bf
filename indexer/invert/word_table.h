/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_table: the bytes of tokens in, the numbers of their words out. One table for all threads.
 *
 *     TRY(word_table_init(&t, most_bytes, shared));
 *     TRY(word_table_look_up(&t, analyzer, text, tokens, n, words));   n tokens at once, on any thread;
 *     TRY(word_table_look_up_all(...));                               or those of many texts
 *     ... word_table_form(&t, words[i]), word_table_term(&t, words[i]) ...
 *     if (t.full) ...                                        empty it soon (word_table_clear)
 *
 * A word is a distinct token as written, ASCII letters in lower case; it is folded and stemmed once,
 * when it is first seen. Two words may share form and term (other marks, the same fold): whoever
 * sorts the words unites them. WORD_DROPPED is the number of all tokens that the profile removes.
 *
 * Looking up is what an inverter does most, and each look-up that misses the caches costs more than
 * all other work on a token. So the tokens of a batch are hashed and their slots prefetched before
 * the first is compared, and a slot (word_slots.h) holds the whole word, up to 12 or 28 bytes, so
 * that a hit touches one cache line (measured in docs/PERFORMANCE.md). Longer words go through a
 * string_table.
 *
 * Words that are there are found without a lock; new ones are entered under one. So what is known of
 * words (forms, terms) may be read by the thread that got a word's number, and by all when no look-up
 * is under way. Which number a word gets depends on who comes first.
 */
#ifndef QIAO_INDEXER_INVERT_WORD_TABLE_H
#define QIAO_INDEXER_INVERT_WORD_TABLE_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/base/region.h"
#include "common/text/profile.h"
#include "indexer/invert/string_table.h"
#include "indexer/invert/word_slots.h"

#define WORD_DROPPED UINT32_MAX

/* What is known of a word: where its form and term stand in `strings`. */
struct word {
    uint32_t form;
    uint32_t term; /* == form: the same bytes */
    uint16_t form_len;
    uint16_t term_len;
};

struct word_table {
    struct word_slots shorts; /* words of up to 12 bytes */
    struct word_slots longs;  /* of up to 28 */
    uint64_t seeds[4];
    struct string_table longer; /* of more */
    uint32_t *longer_words;     /* by number in `longer` */
    size_t longer_cap;
    struct region words;   /* struct word, n of them */
    struct region strings; /* forms and terms */
    atomic_uint n;
    atomic_size_t bytes;     /* taken by all of that */
    atomic_bool any_dropped; /* a token was removed since word_table_clear */
    atomic_bool full;        /* has taken about `most` bytes: look-ups still work */
    size_t most;
    bool shared; /* among threads */
    pthread_mutex_t lock;
};

/* `most`: about how many bytes it may take before it is full. `shared`: several threads look words up
 * at a time. The table stays where it is. */
enum status word_table_init(struct word_table *t /* OUT */, size_t most, bool shared);
void word_table_release(struct word_table *t); /* fine on a zeroed one */

/* Forgets all words and keeps the memory. No look-up is under way, here and below. */
enum status word_table_clear(struct word_table *t);

/* Gives memory back that look-ups needed while the table grew. */
void word_table_trim(struct word_table *t);

/* A text and how many tokens it has. */
struct word_text {
    const uint8_t *bytes;
    size_t n;
};

/* The words of all tokens of some texts, those of one text behind those of another, as tokenizer_fill
 * gave them. All texts lie in front of `end`, up to which may be read. `analyzer` is the thread's own,
 * all of one profile. STATUS_LIMIT when the tokens hold far more words than fit. */
enum status word_table_look_up_all(struct word_table *t, struct analyzer *analyzer,
                                   const struct word_text *texts, size_t n_texts,
                                   const uint8_t *end, const struct token *tokens,
                                   uint32_t *words /* OUT */);

/* The same of one text. */
static inline enum status word_table_look_up(struct word_table *t, struct analyzer *analyzer,
                                             struct span text, const struct token *tokens, size_t n,
                                             uint32_t *words /* OUT */)
{
    const struct word_text one = {text.data, n};
    return word_table_look_up_all(t, analyzer, &one, 1, text.data + text.len, tokens, words);
}

/* Bytes taken now, on any thread at any time. */
static inline size_t word_table_bytes(const struct word_table *t)
{
    return atomic_load_explicit(&t->bytes, memory_order_relaxed);
}

static inline const struct word *word_table_get(const struct word_table *t, uint32_t word)
{
    return (const struct word *)(const void *)t->words.base + word;
}

static inline struct span word_table_form(const struct word_table *t, uint32_t word)
{
    const struct word *const w = word_table_get(t, word);
    return span_of(t->strings.base + w->form, w->form_len);
}

static inline struct span word_table_term(const struct word_table *t, uint32_t word)
{
    const struct word *const w = word_table_get(t, word);
    return span_of(t->strings.base + w->term, w->term_len);
}

#endif
