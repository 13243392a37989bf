/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_word_table: what the table says of a token is what analyzer_apply says of its bytes; equal
 * tokens have equal numbers, others have not; numbers count up from 0.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/text/fold.h"
#include "indexer/invert/word_table.h"
#include "tests/support/seed.h"

#define TOKENS 30000u
#define TEXT   (TOKENS * 20u)

static const char *const profiles[] = {"english", "anserini", "plain"};

/* Words that fold, stem or fall away in some way of their own. */
static const char *const special[] = {"ZEBRA",
                                      "zebra",
                                      "Zebra",
                                      "aZ",
                                      "AZ",
                                      "A",
                                      "a",
                                      "Z",
                                      "z",
                                      "12345678Z",
                                      "12345678z",
                                      "zzzzzzzzzzzzzzzz",
                                      "ZZZZZZZZZZZZZZZZ",
                                      "the",
                                      "The",
                                      "THE",
                                      "and",
                                      "cafe",
                                      "Caf\u00e9",
                                      "CAFE\u0301",
                                      "STRASSE",
                                      "Straße",
                                      "ΣΊΣΥΦΟΣ",
                                      "river's",
                                      "River\u2019s",
                                      "bridges",
                                      "Bridge",
                                      "[\\]^_`{|}",
                                      "@AZ[",
                                      "az",
                                      "0123456789",
                                      "x",
                                      "\u4e2d\u56fd",
                                      "12345678",
                                      "123456789",
                                      "1234567",
                                      "abcdefghijklmnop",
                                      "ABCDEFGHIJKLMNOP",
                                      "abcdefghijklmno",
                                      "abcdefghijklmnopq",
                                      "ABCDEFGHIJKLMNOPQ",
                                      "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"};

/* A text of words, and where each stands: not what a tokenizer would find, but what it might. */
struct words {
    uint8_t *text;
    size_t len;
    struct token tokens[TOKENS];
    uint32_t numbers[TOKENS];
    uint32_t n;
};

/* Of 1 to 40 bytes, many around 8 and 16; few letters, so that many are equal or nearly so. */
static size_t random_word(unsigned *seed, unsigned distinct, char out[64])
{
    const unsigned kind = seed_below(seed, 8);
    if (kind == 0) {
        const char *const word = special[seed_below(seed, sizeof special / sizeof special[0])];
        (void)snprintf(out, 64, "%s", word);
        return strlen(out);
    }
    if (kind == 1)
        return (size_t)snprintf(out, 64, "%u", seed_below(seed, distinct));
    const size_t len = kind < 4    ? 1 + seed_below(seed, 40)
                       : kind < 6  ? 7 + seed_below(seed, 3)
                       : kind == 6 ? 11 + seed_below(seed, 4)
                                   : 26 + seed_below(seed, 5);
    for (size_t i = 0; i < len; i++) {
        const bool fixed = i > 1 && i + 2 < len;
        out[i] =
            fixed ? 'm' : (char)((seed_below(seed, 4) == 0 ? 'A' : 'a') + (int)seed_below(seed, 4));
    }
    return len;
}

static bool is_ascii(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((bytes[i] & 0x80) != 0)
            return false;
    return true;
}

/* The text ends where a page ends, behind which nothing may be read. */
static void map_text(struct words *w, const char *bytes, size_t len)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t size = (len + page - 1) / page * page;
    uint8_t *const base =
        mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(base != MAP_FAILED && mprotect(base + size, page, PROT_NONE) == 0);
    w->text = base + size - len;
    w->len = len;
    memcpy(w->text, bytes, len);
}

static void unmap_text(struct words *w)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t size = (w->len + page - 1) / page * page;
    (void)munmap(w->text + w->len - size, size + page);
}

static void make_words(struct words *w, uint32_t n, unsigned distinct, unsigned *seed)
{
    static char text[TEXT * 4];
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        char word[64];
        const size_t len = random_word(seed, distinct, word);
        memcpy(text + at, word, len);
        w->tokens[i] = (struct token){(uint32_t)at, (uint32_t)(at + len), i, is_ascii(word, len)};
        at += len;
        if (i + 1 < n && seed_below(seed, 3) > 0)
            text[at++] = ' ';
    }
    w->n = n;
    map_text(w, text, at);
}

static struct span bytes_of(const struct words *w, uint32_t i)
{
    return span_of(w->text + w->tokens[i].start, w->tokens[i].end - w->tokens[i].start);
}

/* As the header says: ASCII in lower case, but not where a word is longer than a slot. */
static struct span key_of(const struct words *w, uint32_t i, uint8_t room[64])
{
    const struct span bytes = bytes_of(w, i);
    cr_assert_leq(bytes.len, 64);
    for (size_t j = 0; j < bytes.len; j++) {
        const uint8_t c = bytes.data[j];
        const bool upper = w->tokens[i].ascii && bytes.len <= 28 && c >= 'A' && c <= 'Z';
        room[j] = upper ? c + 0x20 : c;
    }
    return span_of(room, bytes.len);
}

/* What the table has to know of every word. */
struct plain {
    struct arena arena;
    struct span keys[TOKENS]; /* by number */
    uint32_t n;
    bool dropped;
};

static uint32_t plain_number(const struct plain *p, struct span key)
{
    uint32_t i = 0;
    while (i < p->n && !span_equal(p->keys[i], key))
        i++;
    return i;
}

/* Token by token against the analyzer, and against a list of keys in the order of first sight. */
static void check(const struct word_table *t, const struct words *w, struct plain *p,
                  struct analyzer *a, const char *what)
{
    for (uint32_t i = 0; i < w->n; i++) {
        struct analysis wanted;
        uint8_t room[64];
        const struct span bytes = bytes_of(w, i);
        const uint32_t number = w->numbers[i];
        analyzer_apply(a, bytes, w->tokens[i].ascii, &wanted);
        cr_assert_eq(number != WORD_DROPPED, wanted.kept, "%s: token %u", what, i);
        p->dropped |= !wanted.kept;
        if (!wanted.kept)
            continue;
        cr_assert_lt(number, t->n);
        cr_assert(span_equal(word_table_form(t, number), wanted.form), "%s: form of %u", what, i);
        cr_assert(span_equal(word_table_term(t, number), wanted.term), "%s: term of %u", what, i);
        const struct span key = key_of(w, i, room);
        if (number == p->n)
            cr_assert_eq(plain_number(p, key), p->n, "%s: a second number for %u", what, i);
        if (number == p->n)
            p->keys[p->n++] = arena_copy(&p->arena, key);
        cr_assert_lt(number, p->n, "%s: a number is left out", what);
        cr_assert(span_equal(p->keys[number], key), "%s: the number of another word: %u", what, i);
    }
    cr_assert_eq(t->n, p->n, "%s", what);
    cr_assert_eq(t->any_dropped, p->dropped, "%s", what);
}

static void look_up(struct word_table *t, struct analyzer *a, struct words *w, unsigned *seed)
{
    for (uint32_t at = 0; at < w->n;) {
        const uint32_t want =
            seed_below(seed, 3) == 0 ? 1 + seed_below(seed, 1000) : 62 + seed_below(seed, 5);
        const uint32_t n = w->n - at < want ? w->n - at : want;
        /* As if they came from several texts, some without tokens. */
        struct word_text texts[6];
        size_t n_texts = 0;
        for (uint32_t left = n; left > 0;) {
            const uint32_t some = n_texts == 5 ? left : seed_below(seed, left + 1);
            texts[n_texts++] = (struct word_text){w->text, some};
            left -= some;
        }
        cr_assert_eq(word_table_look_up_all(t, a, texts, n_texts, w->text + w->len, w->tokens + at,
                                            w->numbers + at),
                     STATUS_OK, "%s", status_message());
        at += n;
    }
}

Test(word_table, equals_a_plain_map)
{
    static struct words w;
    static struct plain p;
    const unsigned first = seed_first();
    unsigned seed = first;
    for (size_t k = 0; k < sizeof profiles / sizeof profiles[0]; k++) {
        struct word_table t;
        struct analyzer *a;
        const struct profile *const profile = profile_by_name(profiles[k]);
        cr_assert_eq(word_table_init(&t, 64u << 20, k == 1), STATUS_OK);
        cr_assert_eq(analyzer_new(profile, &a), STATUS_OK);
        /* Small texts, so that all sorts of words end a page; then large ones; then again, emptied. */
        for (unsigned round = 0; round < 60; round++) {
            char what[64];
            (void)snprintf(what, sizeof what, "seed %u, %s, round %u", first, profiles[k], round);
            if (round % 20 == 0) {
                cr_assert_eq(word_table_clear(&t), STATUS_OK);
                arena_release(&p.arena);
                p = (struct plain){.arena = ARENA_INIT};
            }
            make_words(&w, round % 20 < 18 ? 1 + seed_below(&seed, 10) : 4000, 2000, &seed);
            look_up(&t, a, &w, &seed);
            check(&t, &w, &p, a, what);
            cr_assert_not(t.full, "%s", what);
            unmap_text(&w);
        }
        arena_release(&p.arena);
        p = (struct plain){.arena = ARENA_INIT};
        analyzer_free(a);
        word_table_release(&t);
    }
}

/* Growing: no word changes its number, whatever its length; `full` comes in time and stays. */
Test(word_table, grows_and_says_when_it_is_full)
{
    struct word_table t;
    const size_t most = 6u << 20;
    char text[64];
    uint32_t n = 0;
    uint32_t number;
    struct analyzer *a;
    cr_assert_eq(word_table_init(&t, most, false), STATUS_OK);
    cr_assert_eq(analyzer_new(profile_by_name("plain"), &a), STATUS_OK);
    for (unsigned round = 0; round < 2; round++) {
        for (n = 0; n < 200000 && !t.full; n++) {
            const int len =
                snprintf(text, sizeof text, n % 50 == 0 ? "averylongwordof%u" : "w%u", n);
            const struct token token = {0, (uint32_t)len, 0, true};
            cr_assert_eq(word_table_look_up(&t, a, span_of_string(text), &token, 1, &number),
                         STATUS_OK);
            cr_assert_eq(number, n);
            cr_assert(t.full || word_table_bytes(&t) <= most);
        }
        cr_assert(t.full && n > 30000, "%u words", n);
        cr_assert_leq(word_table_bytes(&t), 2 * most);
        for (uint32_t i = 0; i < n; i++) { /* look-ups still work */
            const int len =
                snprintf(text, sizeof text, i % 50 == 0 ? "averylongwordof%u" : "w%u", i);
            const struct token token = {0, (uint32_t)len, 0, true};
            cr_assert_eq(word_table_look_up(&t, a, span_of_string(text), &token, 1, &number),
                         STATUS_OK);
            cr_assert_eq(number, i);
            cr_assert(span_equal(word_table_term(&t, number), span_of_string(text)));
        }
        cr_assert_eq(t.n, n);
        cr_assert_eq(word_table_clear(&t), STATUS_OK);
        cr_assert(t.n == 0 && !t.full && !t.any_dropped);
    }
    analyzer_free(a);
    word_table_release(&t);
}

/* A batch of many words makes it far larger than it may be; emptied, it holds words again. */
Test(word_table, shrinks_when_it_is_emptied)
{
    struct word_table t;
    const size_t most = 2u << 20;
    struct analyzer *a;
    cr_assert_eq(word_table_init(&t, most, false), STATUS_OK);
    cr_assert_eq(analyzer_new(profile_by_name("plain"), &a), STATUS_OK);
    for (unsigned round = 0; round < 3; round++) {
        uint32_t at_full = 0;
        for (uint32_t n = 0; n < 150000; n++) {
            char text[64];
            uint32_t number;
            const int len = snprintf(text, sizeof text, "w%u", n);
            const struct token token = {0, (uint32_t)len, 0, true};
            cr_assert_eq(word_table_look_up(&t, a, span_of_string(text), &token, 1, &number),
                         STATUS_OK);
            cr_assert_eq(number, n);
            if (t.full && at_full == 0)
                at_full = n;
        }
        cr_assert_gt(word_table_bytes(&t), 2 * most);
        cr_assert_gt(at_full, 10000, "round %u: full at %u", round, at_full);
        cr_assert_eq(word_table_clear(&t), STATUS_OK);
        cr_assert_lt(word_table_bytes(&t), most);
    }
    analyzer_free(a);
    word_table_release(&t);
}

/* ---- several threads ---- */

#define THREADS    4u
#define PARALLEL   120000u /* distinct words, so that the table grows again and again */
#define NEIGHBOURS 300u

struct reader {
    pthread_t thread;
    struct word_table *table;
    uint32_t *numbers; /* by word of the list below */
    unsigned seed;
    const char *failure;
};

/* The k-th word: short, long, longer, in capitals, or one that falls away. */
static int parallel_word(uint32_t k, char text[64])
{
    static const char *const shapes[] = {"w", "W", "averylongword",
                                         "a-word-far-too-long-for-any-slot-", "caf\u00e9"};
    return k % 97 == 0 ? snprintf(text, 64, "the") : snprintf(text, 64, "%s%u", shapes[k % 5], k);
}

static struct span expected_term(uint32_t k, struct analyzer *a, bool *kept)
{
    char text[64];
    struct analysis wanted;
    const int len = parallel_word(k, text);
    analyzer_apply(a, span_of((const uint8_t *)text, (size_t)len), k % 5 != 4 || k % 97 == 0,
                   &wanted);
    *kept = wanted.kept;
    return wanted.term;
}

/* Looks runs of neighbouring words up, in an order of its own, until it has seen all. */
static void *read_words(void *context)
{
    struct reader *const r = context;
    struct analyzer *a;
    if (analyzer_new(profile_by_name("anserini"), &a) != STATUS_OK)
        return NULL;
    const uint32_t start = seed_below(&r->seed, PARALLEL);
    for (uint32_t done = 0; done < PARALLEL && r->failure == NULL;) {
        static const uint32_t step = NEIGHBOURS;
        struct token tokens[NEIGHBOURS];
        uint32_t words[NEIGHBOURS];
        char text[NEIGHBOURS * 64];
        uint32_t at = 0;
        const uint32_t first = (start + done) % PARALLEL;
        const uint32_t n = PARALLEL - first < step ? PARALLEL - first : step;
        for (uint32_t i = 0; i < n; i++) {
            const int len = parallel_word(first + i, text + at);
            const bool ascii = (first + i) % 5 != 4 || (first + i) % 97 == 0;
            tokens[i] = (struct token){at, at + (uint32_t)len, i, ascii};
            at += (uint32_t)len;
        }
        if (word_table_look_up(r->table, a, span_of((const uint8_t *)text, at), tokens, n, words) !=
            STATUS_OK)
            r->failure = "a look-up failed";
        for (uint32_t i = 0; i < n; i++) {
            bool kept;
            const struct span term = expected_term(first + i, a, &kept);
            if (kept != (words[i] != WORD_DROPPED))
                r->failure = "kept or not";
            else if (kept && !span_equal(word_table_term(r->table, words[i]), term))
                r->failure = "another word's number";
            r->numbers[first + i] = words[i];
        }
        done += n;
    }
    analyzer_free(a);
    return NULL;
}

/* Threads that look the same words up at the same time get the same numbers, each word one. */
Test(word_table, is_one_for_several_threads)
{
    static struct word_table t;
    struct reader readers[THREADS];
    bool *const seen = calloc(PARALLEL, sizeof *seen);
    unsigned seed = seed_first();
    for (unsigned round = 0; round < 2; round++) {
        cr_assert_eq(word_table_init(&t, 64u << 20, true), STATUS_OK);
        for (unsigned i = 0; i < THREADS; i++) {
            readers[i] = (struct reader){.table = &t, .seed = seed_below(&seed, 1000)};
            readers[i].numbers = calloc(PARALLEL, sizeof *readers[i].numbers);
            cr_assert_not_null(readers[i].numbers);
            cr_assert_eq(pthread_create(&readers[i].thread, NULL, read_words, &readers[i]), 0);
        }
        for (unsigned i = 0; i < THREADS; i++) {
            cr_assert_eq(pthread_join(readers[i].thread, NULL), 0);
            cr_assert_null(readers[i].failure, "thread %u: %s", i, readers[i].failure);
            cr_assert_eq(memcmp(readers[i].numbers, readers[0].numbers,
                                PARALLEL * sizeof *readers[i].numbers),
                         0);
        }
        memset(seen, 0, PARALLEL * sizeof *seen);
        uint32_t distinct = 0;
        for (uint32_t k = 0; k < PARALLEL; k++) {
            const uint32_t number = readers[0].numbers[k];
            if (number == WORD_DROPPED)
                continue;
            cr_assert_lt(number, PARALLEL);
            cr_assert(!seen[number], "two words have one number");
            seen[number] = true;
            distinct++;
        }
        cr_assert_eq(distinct, (unsigned)t.n);
        cr_assert(t.any_dropped);
        const size_t grown = word_table_bytes(&t);
        word_table_trim(&t);
        cr_assert_lt(word_table_bytes(&t), grown);
        for (unsigned i = 0; i < THREADS; i++)
            free(readers[i].numbers);
        word_table_release(&t);
    }
    free(seen);
}
