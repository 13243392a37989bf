/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns, fuzzy words, completion and spelling against their definitions, on all forms of indexes
 * made of random words, whose letters are few so that they are alike. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/limits.h"
#include "common/segment/form_block.h"
#include "common/segment/forms.h"
#include "common/segment/manifest.h"
#include "searcher/query/expand.h"
#include "searcher/query/levenshtein.h"
#include "searcher/query/suggest.h"
#include "searcher/query/wildcard.h"
#include "tests/support/oracle.h"
#include "tests/support/seed.h"
#include "tests/support/toy_index.h"

#define WORDS_MOST 6000

/* ---- words and patterns ---- */

/* One to `most` characters, some of more than one byte. */
static void put_word(struct buf *out, unsigned most, unsigned *seed)
{
    static const char *const letters[] = {
        "x", "y", "x", "z", "y", "x", "\xd0\xb0", "\xd0\xb1", "\xe0\xa4\x95", "q"};
    for (unsigned n = 1 + seed_below(seed, most); n > 0; n--)
        buf_append_string(out, letters[seed_below(seed, 10)]);
}

/* A word with wildcards put in and letters taken out. */
static void put_pattern(struct buf *out, unsigned *seed)
{
    for (unsigned n = 1 + seed_below(seed, 4); n > 0; n--) {
        if (seed_below(seed, 2) == 0)
            put_word(out, 3, seed);
        if (seed_below(seed, 3) > 0)
            buf_append_string(out, seed_below(seed, 3) == 0 ? "?" : "*");
    }
    if (out->len == 0)
        buf_put_u8(out, '*');
}

/* Sorted, distinct words, each a string of its own with room behind it. */
static size_t make_words(char **words, size_t n, unsigned most, unsigned *seed)
{
    struct buf word = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&word);
        put_word(&word, most, seed);
        words[i] = calloc(word.len + 1 + WILDCARD_READS, 1);
        cr_assert_not_null(words[i]);
        memcpy(words[i], word.data, word.len);
    }
    buf_release(&word);
    return n;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t shared_bytes(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

/* ---- the two automata on sorted words ---- */

/* Goes through the words as a walk over forms does: those that begin with dead bytes are passed by,
 * and none of them may fit. */
static void check_automaton(char *const *words, size_t n, const char *pattern, int edits,
                            unsigned seed)
{
    struct arena arena = ARENA_INIT;
    struct wildcard *wildcard = NULL;
    struct levenshtein *near = NULL;
    const char *before = "";
    size_t dead = 0;
    if (edits < 0)
        cr_assert_eq(wildcard_new(span_of_string(pattern), &arena, &wildcard), STATUS_OK);
    else
        cr_assert_eq(levenshtein_new(span_of_string(pattern), (unsigned)edits, &arena, &near),
                     STATUS_OK);
    for (size_t i = 0; i < n; i++) {
        const size_t shared = shared_bytes(before, words[i]);
        const unsigned away = edits < 0 ? 0 : oracle_edits(words[i], pattern);
        const bool expected = edits < 0 ? oracle_fits(words[i], pattern) : away <= (unsigned)edits;
        if (dead > 0 && shared >= dead) {
            cr_assert(!expected, "'%s' was passed by for '%s', seed %u", words[i], pattern, seed);
            continue;
        }
        const struct span word = span_of_string(words[i]);
        const unsigned found = edits < 0 ? wildcard_next(wildcard, word, shared, &dead)
                                         : levenshtein_next(near, word, shared, &dead);
        const unsigned right = edits < 0 ? expected : expected ? away : (unsigned)edits + 1;
        cr_assert_eq(found, right, "'%s' and '%s': %u, not %u, seed %u", words[i], pattern, found,
                     right, seed);
        cr_assert(edits >= 0 || wildcard_fits(word, span_of_string(pattern)) == expected);
        before = words[i];
    }
    arena_release(&arena);
}

Test(forms_search, automata_on_sorted_words)
{
    static char *words[2000];
    unsigned seed = seed_first();
    const unsigned first = seed;
    struct buf pattern = BUF_INIT;
    const size_t n = make_words(words, 2000, 12, &seed);
    qsort(words, n, sizeof *words, compare_words);
    for (int i = 0; i < 150; i++) {
        buf_clear(&pattern);
        put_pattern(&pattern, &seed);
        check_automaton(words, n, buf_string(&pattern), -1, first);
        buf_clear(&pattern);
        put_word(&pattern, i % 3 == 0 ? 3 : 12, &seed);
        check_automaton(words, n, buf_string(&pattern), i % 3, first);
    }
    /* More places than the automaton has bits. */
    buf_clear(&pattern);
    for (int i = 0; i < 40; i++)
        buf_append_string(&pattern, "*x");
    check_automaton(words, n, buf_string(&pattern), -1, first);
    for (size_t i = 0; i < n; i++)
        free(words[i]);
    buf_release(&pattern);
}

/* ---- whole indexes ---- */

struct world {
    struct toy_index toys[3];
    size_t n_segments;
    struct index *index;
    char *words[WORDS_MOST]; /* all occurrences */
    size_t n_words;
    struct oracle_passage passage; /* all of them, as the oracle has it */
    struct oracle_collection collection;
    struct oracle_entry *entries;
    struct arena arena;
};

static void read_row(const struct toy_index *toy, struct manifest_row *row)
{
    struct buf bytes = BUF_INIT;
    struct manifest m;
    toy_index_read(toy, MANIFEST_NAME, &bytes);
    cr_assert_eq(manifest_decode(buf_span(&bytes), &m), STATUS_OK);
    *row = m.rows[0];
    manifest_release(&m);
    buf_release(&bytes);
}

/* Makes the first index one of all segments. */
static void join(struct world *w)
{
    struct manifest_row rows[3];
    const struct manifest m = {rows, (uint32_t)w->n_segments};
    struct buf bytes = BUF_INIT;
    for (size_t i = 0; i < w->n_segments; i++) {
        char name[64];
        read_row(&w->toys[i], &rows[i]);
        toy_index_segment(&w->toys[i], name);
        buf_clear(&bytes);
        toy_index_read(&w->toys[i], name, &bytes);
        toy_index_write(&w->toys[0], name, buf_span(&bytes));
    }
    buf_clear(&bytes);
    manifest_append(&bytes, &m);
    toy_index_write(&w->toys[0], MANIFEST_NAME, buf_span(&bytes));
    buf_release(&bytes);
}

/* Words of up to `most` characters. */
static void build(struct world *w, size_t n_words, unsigned most, size_t n_segments,
                  const char *profile, unsigned *seed)
{
    *w = (struct world){.n_segments = n_segments, .arena = ARENA_INIT};
    w->n_words = make_words(w->words, n_words, most, seed);
    for (size_t i = 0; i < n_segments; i++) {
        struct buf text = BUF_INIT;
        char id[32];
        (void)snprintf(id, sizeof id, "d%zu", i);
        for (size_t j = i * n_words / n_segments; j < (i + 1) * n_words / n_segments; j++) {
            buf_append_string(&text, w->words[j]);
            buf_put_u8(&text, ' ');
        }
        const struct toy_document document = {.id = id, .text = buf_string(&text)};
        toy_index_build(&w->toys[i], &document, 1, &(struct toy_options){.profile = profile});
        buf_release(&text);
    }
    join(w);
    cr_assert_eq(index_open(w->toys[0].path, &w->index), STATUS_OK, "%s", status_message());
    w->passage = (struct oracle_passage){.words = (const char *const *)w->words,
                                         .n_words = (uint32_t)n_words};
    w->entries = oracle_entries(&w->passage, 1, &w->collection.n_entries);
    w->collection.entries = w->entries;
}

static void demolish(struct world *w)
{
    index_close(w->index);
    for (size_t i = 0; i < w->n_segments; i++)
        toy_index_remove(&w->toys[i]);
    for (size_t i = 0; i < w->n_words; i++)
        free(w->words[i]);
    free(w->entries);
    arena_release(&w->arena);
}

/* The expansion against a scan of all forms, in the order of frequency. */
static void check_expansion(struct world *w, const struct form_pattern *pattern, const char *text,
                            size_t most, unsigned seed)
{
    struct expansion e;
    size_t n = 0;
    arena_clear(&w->arena);
    cr_assert_eq(expand(w->index, pattern, most, &w->arena, &e), STATUS_OK, "%s", status_message());
    for (size_t i = 0; i < w->collection.n_entries; i++) {
        const struct oracle_entry *const entry = &w->entries[i];
        const unsigned away = pattern->fuzzy ? oracle_edits(entry->word, text) : 0;
        if (pattern->fuzzy ? away > pattern->edits : !oracle_fits(entry->word, text))
            continue;
        if (n < most) {
            cr_assert_lt(n, e.n, "'%s', seed %u", text, seed);
            cr_assert(span_equal(e.forms[n].form, span_of_string(entry->word)),
                      "'%s': %.*s, not %s, seed %u", text, (int)e.forms[n].form.len,
                      (const char *)e.forms[n].form.data, entry->word, seed);
            cr_assert_eq(e.forms[n].count, entry->count, "'%s', '%s', seed %u", text, entry->word,
                         seed);
            cr_assert_eq(e.forms[n].edits, away);
        }
        n++;
    }
    cr_assert_eq(e.n, n < most ? n : most, "'%s': %zu, not %zu, seed %u", text, e.n, n, seed);
    cr_assert_eq(e.n_fitting, n, "'%s', seed %u", text, seed);
}

/* Each of the terms belongs to a form, none stands twice, and all forms have theirs. */
static void check_terms(struct world *w, const struct form_pattern *pattern)
{
    struct expansion e;
    struct expanded_term *terms;
    size_t n;
    cr_assert_eq(expand(w->index, pattern, 50, &w->arena, &e), STATUS_OK);
    cr_assert_eq(expand_terms(w->index, &e, &w->arena, &terms, &n), STATUS_OK);
    cr_assert_leq(n, e.n);
    cr_assert_eq(n == 0, e.n == 0);
    for (size_t i = 0; i < n; i++) {
        struct term_entry entries[3];
        uint64_t df;
        uint64_t cf;
        cr_assert_eq(index_find_term(w->index, terms[i].term, entries, &df, &cf), STATUS_OK);
        cr_assert_gt(df, 0);
        for (size_t j = 0; j < i; j++)
            cr_assert(!span_equal(terms[i].term, terms[j].term));
    }
}

/* The score of the first suggestion is the best, none is the word itself, all are near. */
static void check_suggestions(struct world *w, const char *word)
{
    struct suggestion *list;
    size_t n;
    arena_clear(&w->arena);
    cr_assert_eq(suggest_spellings(w->index, span_of_string(word), 5, NULL, &w->arena, &list, &n),
                 STATUS_OK);
    for (size_t i = 0; i < n; i++) {
        cr_assert(i == 0 || list[i].score <= list[i - 1].score);
        const struct span copy = arena_copy(&w->arena, list[i].form);
        cr_assert_eq(oracle_edits((const char *)copy.data, word), list[i].edits);
        cr_assert(list[i].edits >= 1 && list[i].edits <= 2);
    }
}

static void check_world(struct world *w, unsigned rounds, unsigned *seed, unsigned first)
{
    struct buf text = BUF_INIT;
    for (unsigned i = 0; i < rounds; i++) {
        static const size_t mosts[] = {1, 10, LIMIT_QUERY_EXPANSIONS};
        struct form_pattern pattern = {.fuzzy = i % 2 == 1, .edits = i / 2 % 3};
        buf_clear(&text);
        if (pattern.fuzzy)
            put_word(&text, 8, seed);
        else
            put_pattern(&text, seed);
        const char *const string = buf_string(&text);
        pattern.text = buf_span(&text);
        check_expansion(w, &pattern, string, mosts[i % 3], first);
        check_terms(w, &pattern);
        if (pattern.fuzzy)
            check_suggestions(w, string);
    }
    buf_release(&text);
}

Test(forms_search, expansions_against_a_scan)
{
    static struct world w;
    unsigned seed = seed_first();
    const unsigned first = seed;
    static const struct {
        size_t words;
        unsigned most;
        size_t segments;
        const char
            *profile; /* anserini has forms of their own, plain has those of the dictionary */
    } worlds[] = {{1, 7, 1, "plain"},        {40, 7, 1, "anserini"},   {5000, 7, 1, "plain"},
                  {5000, 7, 1, "anserini"},  {6000, 7, 3, "anserini"}, {3000, 7, 2, "plain"},
                  {3000, 40, 1, "anserini"}, {3000, 120, 1, "plain"}};
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        build(&w, worlds[i].words, worlds[i].most, worlds[i].segments, worlds[i].profile, &seed);
        check_world(&w, 60, &seed, first);
        demolish(&w);
    }
}

/* ---- the walk over forms itself ---- */

Test(forms_search, steps_pass_by_what_is_dead)
{
    static struct world w;
    unsigned seed = seed_first();
    const unsigned first = seed;
    build(&w, 4000, 7, 1, "anserini", &seed);
    qsort(w.entries, w.collection.n_entries, sizeof *w.entries, compare_words);
    for (int round = 0; round < 40; round++) {
        struct forms_cursor *c;
        size_t at = 0;
        size_t dead = 0;
        cr_assert_eq(forms_cursor_new(&w.index->segments[0], span_of(NULL, 0), &c), STATUS_OK);
        while (forms_cursor_step(c, dead)) {
            const struct span form = forms_cursor_form(c);
            while (at < w.collection.n_entries && dead > 0 && at > 0 &&
                   strncmp(w.entries[at].word, w.entries[at - 1].word, dead) == 0)
                at++;
            cr_assert(at < w.collection.n_entries &&
                          span_equal(form, span_of_string(w.entries[at].word)),
                      "seed %u: %.*s", first, (int)form.len, (const char *)form.data);
            if (seed_below(&seed, 3) == 0) {
                cr_assert(forms_cursor_load(c));
                cr_assert_eq(forms_cursor_count(c), w.entries[at].count);
            }
            dead = seed_below(&seed, 4) == 0 ? 1 + seed_below(&seed, (unsigned)form.len) : 0;
            at++;
        }
        cr_assert_eq(forms_cursor_status(c), STATUS_OK);
        forms_cursor_free(c);
    }
    demolish(&w);
}

/* Every block against the cursor: strings, what they share, counts and terms. */
static void check_blocks(const struct segment *segment, unsigned seed)
{
    struct forms_cursor *c;
    struct form_block *b;
    struct span first;
    uint64_t term;
    uint64_t counts[STRINGS_PER_BLOCK];
    cr_assert_eq(forms_cursor_new(segment, span_of(NULL, 0), &c), STATUS_OK);
    cr_assert_eq(form_block_new(segment, &b), STATUS_OK);
    for (uint64_t i = 0; i < form_block_count(b); i++) {
        cr_assert(form_block_pass(b, i) && form_block_load(b), "block %lu, seed %u", i, seed);
        memcpy(counts, b->counts, sizeof counts);
        cr_assert(form_block_first(b, i, &first));
        cr_assert(form_block_read(b, i) && form_block_load(b), "block %lu, seed %u", i, seed);
        cr_assert(span_equal(first, form_block_string(b, 0)));
        for (size_t j = 0; j < b->n; j++) {
            const struct span form = form_block_string(b, j);
            cr_assert(forms_cursor_next(c));
            cr_assert(span_equal(form, forms_cursor_form(c)), "block %lu, %zu: %.*s, seed %u", i, j,
                      (int)form.len, (const char *)form.data, seed);
            cr_assert_eq(form.data[form.len], FORM_END);
            cr_assert_eq(b->shared[j], j == 0 ? 0 : forms_cursor_shared(c));
            cr_assert_eq(b->counts[j], forms_cursor_count(c), "seed %u", seed);
            cr_assert_eq(counts[j], forms_cursor_count(c), "seed %u", seed);
            cr_assert(form_block_term(b, j, &term));
            cr_assert_eq(term, forms_cursor_term(c), "seed %u", seed);
        }
    }
    cr_assert_not(forms_cursor_next(c));
    cr_assert_eq(form_block_status(b), STATUS_OK);
    form_block_free(b);
    forms_cursor_free(c);
}

Test(forms_search, blocks_hold_what_the_cursor_finds)
{
    static struct world w;
    unsigned seed = seed_first();
    const unsigned first = seed;
    static const unsigned most[] = {1, 7, 16, 40, 250};
    for (size_t i = 0; i < 2 * sizeof most / sizeof most[0]; i++) {
        build(&w, 3000, most[i / 2], 1, i % 2 == 0 ? "anserini" : "plain", &seed);
        check_blocks(&w.index->segments[0], first);
        demolish(&w);
    }
}

/* ---- stop ---- */

struct looks {
    unsigned left; /* until it says stop; 0: never */
    unsigned n;
};

static bool look(void *context)
{
    struct looks *const l = context;
    l->n++;
    return l->left > 0 && --l->left == 0;
}

/* Whatever look it is stopped at, the search for forms ends there; and where the time is over, with
 * what it has. */
Test(forms_search, stops)
{
    static struct world w;
    unsigned seed = seed_first();
    static const struct form_pattern patterns[] = {
        {.text = {(const uint8_t *)"*x*", 3}},
        {.text = {(const uint8_t *)"*", 1}},
        {.text = {(const uint8_t *)"?x*y", 4}},
        {.text = {(const uint8_t *)"xyzxy", 5}, .fuzzy = true, .edits = 2}};
    build(&w, 6000, 9, 1, "anserini", &seed);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct form_pattern pattern = patterns[i];
        struct looks looks = {0, 0};
        struct stop stop = {look, &looks, 0};
        struct expansion whole;
        struct expansion e;
        pattern.stop = &stop;
        cr_assert_eq(expand(w.index, &pattern, 50, &w.arena, &whole), STATUS_OK);
        cr_assert_not(whole.late);
        const unsigned n = looks.n;
        cr_assert(n >= 1 && n <= 3, "pattern %zu: %u looks at 6000 forms", i, n);
        for (unsigned at = 1; at <= n;
             at++) { /* there may be fewer, once the index has its filter */
            looks = (struct looks){at, 0};
            const enum status status = expand(w.index, &pattern, 50, &w.arena, &e);
            cr_assert_eq(status, looks.n == at ? STATUS_STOPPED : STATUS_OK);
            cr_assert(looks.n == at || (at > 1 && looks.n < at));
        }
        stop = (struct stop){NULL, NULL, 1e-9};
        cr_assert_eq(expand(w.index, &pattern, 50, &w.arena, &e), STATUS_OK);
        cr_assert(e.late && e.n == 0, "pattern %zu", i);
        stop.until = 1e18;
        cr_assert_eq(expand(w.index, &pattern, 50, &w.arena, &e), STATUS_OK);
        cr_assert(!e.late && e.n_fitting == whole.n_fitting, "pattern %zu", i);
    }
    demolish(&w);
}

/* ---- spelling ---- */

/* Of 100 common misspellings (tests/data/misspellings.tsv: every 39th of those of Wikipedia's list
 * "Lists of common misspellings/For machines" that have one correction, both of a to z) the meant
 * word comes first, in an index of the meant words among others that are like them. On a large
 * index bench/forms_speed measures the same. */
Test(forms_search, misspellings)
{
    struct toy_index toy;
    struct index *index;
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT;
    char wrong[64];
    char right[64];
    unsigned n = 0;
    unsigned found = 0;
    FILE *const file = fopen("tests/data/misspellings.tsv", "r");
    cr_assert_not_null(file);
    while (fscanf(file, "%63s %63s", wrong, right) == 2) {
        const size_t len = strlen(right);
        buf_printf(&text, "%s %s %s ", right, right, right); /* more common than what is like it */
        buf_printf(&text, "%.*s %s%c %s%c ", (int)len - 1, right, right, 'x', right,
                   right[len - 1]);
        right[0] = right[0] == 'b' ? 'c' : 'b';
        buf_printf(&text, "%s ", right);
    }
    const struct toy_document document = {.id = "d", .text = buf_string(&text)};
    toy_index_build(&toy, &document, 1, NULL);
    cr_assert_eq(index_open(toy.path, &index), STATUS_OK);
    rewind(file);
    while (fscanf(file, "%63s %63s", wrong, right) == 2) {
        struct suggestion *list;
        size_t n_listed;
        arena_clear(&arena);
        cr_assert_eq(
            suggest_spellings(index, span_of_string(wrong), 1, NULL, &arena, &list, &n_listed),
            STATUS_OK);
        found += n_listed > 0 && span_equal(list[0].form, span_of_string(right));
        n++;
    }
    cr_assert_eq(n, 100);
    cr_expect_geq(found, 90, "%u of 100", found);
    (void)fclose(file);
    index_close(index);
    toy_index_remove(&toy);
    arena_release(&arena);
    buf_release(&text);
}
