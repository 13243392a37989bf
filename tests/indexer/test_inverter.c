/* SPDX-License-Identifier: Apache-2.0 */
/* test_inverter: random passages against a plain list of (word, passage, position). */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/segment/forms.h"
#include "indexer/invert/inverter.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define WORDS    400u
#define MOST     60000u
#define PASSAGES 700u

/* Words and what the profile english makes of them. */
struct word {
    char typed[16];
    char form[16];
    char term[16];
};

static const struct word known[] = {
    {"Bridge", "bridge", "bridg"},   {"bridges", "bridges", "bridg"}, {"bridge", "bridge", "bridg"},
    {"BRIDGED", "bridged", "bridg"}, {"river's", "river", "river"},   {"River", "river", "river"},
    {"rivers", "rivers", "river"},   {"the", "the", "the"},           {"apples", "apples", "appl"},
    {"Zebra", "zebra", "zebra"},
};

struct naive {
    struct word words[WORDS];
    uint32_t word[MOST]; /* by occurrence, in the order of the text */
    uint32_t passage[MOST];
    uint32_t position[MOST];
    uint32_t n;
    unsigned seed;
    char first[24]; /* seed, for messages */
};

static void make_words(struct naive *all)
{
    memcpy(all->words, known, sizeof known);
    for (unsigned i = sizeof known / sizeof known[0]; i < WORDS; i++) {
        struct word *const w = &all->words[i];
        (void)snprintf(w->typed, sizeof w->typed, "X%uY", i);
        (void)snprintf(w->form, sizeof w->form, "x%uy", i);
        (void)snprintf(w->term, sizeof w->term, "x%ui", i); /* y behind a consonant */
    }
}

static void add_word(struct naive *all, struct inverter *v, uint32_t passage, uint32_t position)
{
    /* The square makes some words frequent and many rare. */
    const uint32_t low = seed_below(&all->seed, 20);
    const uint32_t which = low * low < WORDS - 1 ? seed_below(&all->seed, low * low + 1) : 0;
    uint32_t word;
    bool kept;
    const struct span bytes = span_of_string(all->words[which].typed);
    cr_assert_eq(inverter_word(v, bytes, true, &word, &kept), STATUS_OK);
    cr_assert(kept);
    cr_assert_eq(inverter_add(v, word, position), STATUS_OK);
    all->word[all->n] = which;
    all->passage[all->n] = passage;
    all->position[all->n++] = position;
}

static void add_passages(struct naive *all, struct inverter *v)
{
    for (uint32_t p = 0; p < PASSAGES; p++) {
        const unsigned n = seed_below(&all->seed, 60);
        uint32_t position = 0;
        for (unsigned i = 0; i < n; i++) {
            position += seed_below(&all->seed, 4) == 0 ? 3 : 1;
            add_word(all, v, p, position);
        }
        cr_assert_eq(inverter_end_passage(v), STATUS_OK);
    }
}

static void check_term(const struct lists *lists, const struct naive *all, const char *term)
{
    struct term_entry entry;
    struct postings p;
    uint32_t positions[64] = {0};
    uint32_t here = 0; /* occurrences of the current posting seen */
    uint64_t cf = 0;
    uint32_t df = 0;
    uint32_t passage = PASSAGE_END;
    lists_find(lists, term, &entry);
    cr_assert_eq(postings_open(&lists->segment, &entry, &p), STATUS_OK);
    for (uint32_t i = 0; i < all->n; i++) {
        if (strcmp(all->words[all->word[i]].term, term) != 0)
            continue;
        if (all->passage[i] != passage) {
            passage = all->passage[i];
            cr_assert(df++ == 0 || here == postings_tf(&p), "%s, %s: tf", all->first, term);
            cr_assert_eq(postings_next(&p), passage, "%s, %s", all->first, term);
            cr_assert_leq(postings_tf(&p), 64);
            cr_assert_eq(postings_positions(&p, positions), STATUS_OK);
            here = 0;
        }
        cr_assert_lt(here, postings_tf(&p), "%s, %s: tf", all->first, term);
        cr_assert_eq(positions[here++], all->position[i], "%s, %s: position", all->first, term);
        cf++;
    }
    cr_assert_eq(here, postings_tf(&p), "%s, %s: tf", all->first, term);
    cr_assert_eq(postings_next(&p), PASSAGE_END, "%s, %s", all->first, term);
    cr_assert(entry.df == df && entry.cf == cf, "%s, %s: df %u, not %u", all->first, term, entry.df,
              df);
}

/* Occurrences of the words whose form, or term, is that string. */
static uint64_t count_of(const struct naive *all, const char *string, bool forms)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < all->n; i++) {
        const struct word *const w = &all->words[all->word[i]];
        n += strcmp(forms ? w->form : w->term, string) == 0;
    }
    return n;
}

/* How many different forms, or terms, occur. */
static uint64_t count_distinct(const struct naive *all, bool forms)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        const char *const here = forms ? all->words[i].form : all->words[i].term;
        bool first = true;
        for (uint32_t j = 0; j < i && first; j++)
            first = strcmp(forms ? all->words[j].form : all->words[j].term, here) != 0;
        n += first && count_of(all, here, forms) > 0;
    }
    return n;
}

static void check_forms(const struct lists *lists, const struct naive *all)
{
    struct forms_cursor *c;
    uint64_t n = 0;
    cr_assert_eq(forms_cursor_new(&lists->segment, span_of_string(""), &c), STATUS_OK);
    while (forms_cursor_next(c)) {
        char form[16] = "";
        struct buf term = BUF_INIT;
        const struct span found = forms_cursor_form(c);
        cr_assert_lt(found.len, sizeof form);
        memcpy(form, found.data, found.len);
        cr_assert_eq(forms_cursor_count(c), count_of(all, form, true), "%s, %s", all->first, form);
        cr_assert_eq(dictionary_at(&lists->segment, forms_cursor_term(c), &term, NULL), STATUS_OK);
        for (uint32_t i = 0; i < WORDS; i++)
            if (strcmp(all->words[i].form, form) == 0)
                cr_assert_str_eq(buf_string(&term), all->words[i].term);
        buf_release(&term);
        n++;
    }
    cr_assert_eq(forms_cursor_status(c), STATUS_OK);
    cr_assert_eq(n, count_distinct(all, true), "%s", all->first);
    forms_cursor_free(c);
}

static void write_all(struct inverter *v, struct lists *lists, const uint32_t *lengths)
{
    const struct postings_settings settings = {.bm25 = bm25_of(0.9f, 0.4f, 1, 1, false),
                                               .lengths = lengths,
                                               .passages = PASSAGES,
                                               .positions = true};
    struct postings_writer writer;
    bool same;
    lists_begin(lists);
    lists->header.passages = PASSAGES;
    lists->header.required_features = FEATURE_POSITIONS | FEATURE_FORMS;
    cr_assert_eq(postings_writer_init(&writer, &settings), STATUS_OK);
    cr_assert_eq(inverter_write(v, &writer), STATUS_OK);
    cr_assert_eq(postings_writer_finish(&writer, &lists->writer, &lists->header), STATUS_OK);
    cr_assert_eq(inverter_write_forms(v, &lists->writer, &same, &lists->header.forms), STATUS_OK);
    cr_assert_not(same);
    postings_writer_release(&writer);
    lists_open(lists);
}

Test(inverter, equals_a_plain_list)
{
    static struct naive all;
    static uint32_t lengths[PASSAGES];
    struct inverter v;
    struct lists lists;
    uint32_t word;
    bool kept;
    bool found;
    struct term_entry entry;
    all.seed = seed_first();
    (void)snprintf(all.first, sizeof all.first, "seed %u", all.seed);
    make_words(&all);
    cr_assert_eq(inverter_init(&v, profile_by_name("english")), STATUS_OK);
    /* Seen, but in no passage: such a word must leave no trace. */
    cr_assert_eq(inverter_word(&v, span_of_string("nowhere"), true, &word, &kept), STATUS_OK);
    add_passages(&all, &v);
    write_all(&v, &lists, lengths);
    cr_assert_eq(lists.header.terms, count_distinct(&all, false), "%s", all.first);
    for (uint32_t i = 0; i < WORDS; i++)
        if (count_of(&all, all.words[i].term, false) > 0)
            check_term(&lists, &all, all.words[i].term);
    cr_assert_eq(dictionary_find(&lists.segment, span_of_string("nowher"), &entry, &found),
                 STATUS_OK);
    cr_assert_not(found);
    check_forms(&lists, &all);
    inverter_release(&v);
    lists_end(&lists);
}

/* What a profile drops is said at once, and plain words are their own forms. */
Test(inverter, drops_stop_words_and_writes_no_forms_of_its_own)
{
    struct inverter v;
    struct lists lists;
    uint32_t word;
    bool kept;
    bool same;
    uint64_t n;
    cr_assert_eq(inverter_init(&v, profile_by_name("anserini")), STATUS_OK);
    cr_assert_eq(inverter_word(&v, span_of_string("The"), true, &word, &kept), STATUS_OK);
    cr_assert_not(kept);
    cr_assert_eq(inverter_word(&v, span_of_string("X1"), true, &word, &kept), STATUS_OK);
    cr_assert(kept);
    cr_assert_eq(inverter_add(&v, word, 0), STATUS_OK);
    cr_assert_eq(inverter_end_passage(&v), STATUS_OK);
    lists_begin(&lists);
    cr_assert_eq(inverter_write_forms(&v, &lists.writer, &same, &n), STATUS_OK);
    cr_assert(same);
    cr_assert_eq(n, 0);
    segment_writer_abandon(&lists.writer);
    lists_end(&lists);
    inverter_release(&v);
}
