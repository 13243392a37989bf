/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_inverter: random passages against a plain list of (term, passage, position) and of forms;
 * and whatever the number of workers and the memory, so the number of runs, the bytes are the same.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/segment/forms.h"
#include "indexer/invert/inverter.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define WORDS    6000u
#define BATCHES  60u
#define PASSAGES 1500u
#define MOST     (PASSAGES * 60u)

/* Words and what the profile english makes of them. */
struct word_case {
    char typed[20];
    char form[20];
    char term[20];
};

static const struct word_case known[] = {
    {"Bridge", "bridge", "bridg"},   {"bridges", "bridges", "bridg"}, {"bridge", "bridge", "bridg"},
    {"BRIDGED", "bridged", "bridg"}, {"river's", "river", "river"},   {"River", "river", "river"},
    {"rivers", "rivers", "river"},   {"the", "the", "the"},           {"apples", "apples", "appl"},
    {"Zebra", "zebra", "zebra"},     {"caf\xc3\xa9", "cafe", "cafe"}, {"cafe", "cafe", "cafe"},
};

/* A word at its place; UINT32_MAX: a hole, which takes a position. */
struct occurrence {
    const struct word_case *word;
    uint32_t passage;
    uint32_t position;
};

/* Some passages as a worker gets them: their words as text. */
struct naive_batch {
    struct buf text;
    struct token tokens[MOST / BATCHES * 4];
    bool hole[MOST / BATCHES * 4]; /* the token is made a dropped word */
    uint32_t ends[PASSAGES];       /* of each passage, in tokens */
    uint32_t n;
    uint32_t n_passages;
};

struct naive {
    struct word_case words[WORDS];
    struct naive_batch batches[BATCHES];
    struct occurrence all[MOST]; /* by term, passage, position */
    uint32_t n;
    uint32_t n_passages;
    struct lengths lengths;
    unsigned first; /* the seed, for messages */
    unsigned seed;
};

static void make_words(struct naive *a)
{
    memcpy(a->words, known, sizeof known);
    for (unsigned i = sizeof known / sizeof known[0]; i < WORDS; i++) {
        struct word_case *const w = &a->words[i];
        /* Of 3 to 8, and of 17 and more bytes; y behind a consonant becomes i. */
        const char *const middle = i % 7 == 0 ? "bcdfghjklmnp" : "";
        (void)snprintf(w->typed, sizeof w->typed, "X%s%uY", middle, i);
        (void)snprintf(w->form, sizeof w->form, "x%s%uy", middle, i);
        (void)snprintf(w->term, sizeof w->term, "x%s%ui", middle, i);
    }
}

/* The square makes some words frequent and many rare. */
static const struct word_case *draw_word(struct naive *a)
{
    const uint32_t low = seed_below(&a->seed, 80);
    const uint32_t most = low * low < WORDS - 1 ? low * low : WORDS - 1;
    return &a->words[seed_below(&a->seed, most + 1)];
}

static void add_passage(struct naive *a, struct naive_batch *b)
{
    const uint32_t n = seed_below(&a->seed, 60);
    for (uint32_t i = 0; i < n; i++) {
        const struct word_case *const w = draw_word(a);
        struct token *const t = &b->tokens[b->n];
        t->start = (uint32_t)b->text.len;
        buf_append_string(&b->text, w->typed);
        t->end = (uint32_t)b->text.len;
        t->ascii = strcmp(w->typed, "caf\xc3\xa9") != 0;
        b->hole[b->n] = seed_below(&a->seed, 10) == 0;
        if (!b->hole[b->n++])
            a->all[a->n++] = (struct occurrence){w, a->n_passages, i};
        if (seed_below(&a->seed, 2) == 0)
            buf_put_u8(&b->text, ' ');
    }
    b->ends[b->n_passages++] = b->n;
    cr_assert_eq(lengths_add(&a->lengths, n), STATUS_OK);
    a->n_passages++;
}

static int compare_occurrences(const void *x, const void *y)
{
    const struct occurrence *const a = x;
    const struct occurrence *const b = y;
    const int terms = strcmp(a->word->term, b->word->term);
    if (terms != 0)
        return terms;
    if (a->passage != b->passage)
        return a->passage < b->passage ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

static int compare_forms(const void *x, const void *y)
{
    const struct occurrence *const a = x;
    const struct occurrence *const b = y;
    return strcmp(a->word->form, b->word->form);
}

static void make_naive(struct naive *a)
{
    a->first = a->seed = seed_first();
    a->lengths = (struct lengths)LENGTHS_INIT;
    make_words(a);
    for (uint32_t i = 0; i < BATCHES; i++) {
        struct naive_batch *const b = &a->batches[i];
        b->text = (struct buf)BUF_INIT;
        for (uint32_t p = seed_below(&a->seed, 2 * PASSAGES / BATCHES); p-- > 0;)
            if (a->n_passages < PASSAGES)
                add_passage(a, b);
    }
    qsort(a->all, a->n, sizeof *a->all, compare_occurrences);
}

static void release_naive(struct naive *a)
{
    for (uint32_t i = 0; i < BATCHES; i++)
        buf_release(&a->batches[i].text);
    lengths_release(&a->lengths);
}

/* ---- through the inverter ---- */

static enum status look_up(struct inverter *v, unsigned worker, struct span text,
                           const struct token *tokens, size_t n, uint32_t *words)
{
    const struct word_text one = {text.data, n};
    return inverter_look_up(v, worker, &one, 1, text.data + text.len, tokens, words);
}

struct batch_job {
    struct job job;
    struct inverter *inverter;
    const struct naive_batch *batch;
    struct word_stream stream;
};

static enum status run_batch(struct job *job, unsigned worker)
{
    struct batch_job *const j = (struct batch_job *)job;
    struct inverter *const v = j->inverter;
    const struct naive_batch *const b = j->batch;
    static const struct token nowhere = {0, 7, 0, true};
    uint32_t words[MOST / BATCHES * 4];
    uint32_t none;
    /* Seen, but in no passage: such a word must leave no trace. */
    TRY(look_up(v, worker, span_of_string("nowhere"), &nowhere, 1, &none));
    TRY(look_up(v, worker, buf_span(&b->text), b->tokens, b->n, words));
    inverter_begin(v, worker, &j->stream);
    uint32_t at = 0;
    for (uint32_t i = 0; i < b->n; i++)
        words[i] = b->hole[i] ? WORD_DROPPED : words[i];
    for (uint32_t p = 0; p < b->n_passages; p++) {
        const uint32_t title = (b->ends[p] - at) / 3; /* in two pieces, as titles and texts come */
        TRY(inverter_add(v, worker, &j->stream, words + at, title));
        TRY(inverter_add(v, worker, &j->stream, words + at + title, b->ends[p] - at - title));
        TRY(inverter_end_passage(v, worker, &j->stream));
        at = b->ends[p];
    }
    return inverter_end(v, worker, &j->stream);
}

static enum status finish_batch(struct job *job)
{
    struct batch_job *const j = (struct batch_job *)job;
    return inverter_take(j->inverter, &j->stream);
}

/* How a build goes about it; the index must not depend on that. */
struct means {
    unsigned threads;
    size_t memory;
    size_t spool;      /* bytes that a spool holds in memory */
    uint32_t every;    /* spill behind every so many batches; 0: when it is full */
    size_t least_runs; /* that this must take */
};

static void add_batches(const struct naive *a, struct inverter *v, struct workers *workers,
                        const struct means *m)
{
    static struct batch_job jobs[BATCHES];
    for (uint32_t i = 0; i < BATCHES; i++) {
        jobs[i] = (struct batch_job){.job = {.run = run_batch, .finish = finish_batch},
                                     .inverter = v,
                                     .batch = &a->batches[i]};
        workers_submit(workers, &jobs[i].job);
        cr_assert_eq(workers_finish(workers, m->threads == 1 ? 0 : 3 * m->threads), STATUS_OK);
        const bool due = m->every > 0 && (i + 1) % m->every == 0;
        if (!due && !inverter_is_full(v))
            continue;
        cr_assert_eq(workers_finish(workers, 0), STATUS_OK, "%s", status_message());
        cr_assert_eq(inverter_spill(v), STATUS_OK, "%s", status_message());
    }
    cr_assert_eq(workers_finish(workers, 0), STATUS_OK, "%s", status_message());
}

static void build(const struct naive *a, const struct means *m, struct lists *lists)
{
    const struct postings_settings settings = {.bm25 = bm25_of(0.9f, 0.4f, a->n, PASSAGES, false),
                                               .lengths = &a->lengths,
                                               .passages = a->n_passages,
                                               .positions = true,
                                               .forms = true};
    struct postings_writer writer;
    struct workers *workers;
    struct inverter v;
    lists_begin(lists, m->spool);
    const struct inverter_options options = {profile_by_name("english"), m->memory, &lists->spools};
    lists->header.passages = a->n_passages;
    lists->header.required_features = FEATURE_POSITIONS;
    cr_assert_eq(workers_new(m->threads, &workers), STATUS_OK);
    cr_assert_eq(inverter_init(&v, &options, workers), STATUS_OK);
    cr_assert(v.forms);
    add_batches(a, &v, workers, m);
    cr_assert_eq(postings_writer_init(&writer, &lists->writer, &lists->spools, true, true),
                 STATUS_OK);
    cr_assert_eq(inverter_write(&v, &settings, &writer), STATUS_OK, "%s", status_message());
    cr_assert_geq(v.runs.n_runs, m->least_runs, "%u threads, %zu bytes: %zu runs", m->threads,
                  m->memory, v.runs.n_runs);
    cr_assert(m->least_runs > 0 || v.runs.n_runs == 0);
    cr_assert_eq(postings_writer_finish(&writer, &lists->header), STATUS_OK);
    workers_free(workers);
    inverter_release(&v);
    postings_writer_release(&writer);
    lists_open(lists);
}

/* ---- what must have come out ---- */

/* The postings of a term: its occurrences all[0] to all[n - 1]. */
static void check_term(const struct lists *lists, const struct naive *a,
                       const struct occurrence *all, uint32_t n, const struct term_entry *entry)
{
    const char *const term = all->word->term;
    struct postings p;
    uint32_t positions[64] = {0};
    uint32_t df = 0;
    cr_assert_eq(postings_open(&lists->segment, entry, &p), STATUS_OK);
    for (uint32_t i = 0; i < n; df++) {
        uint32_t tf = 0;
        cr_assert_eq(postings_next(&p), all[i].passage, "seed %u, %s", a->first, term);
        cr_assert_leq(postings_tf(&p), 64);
        cr_assert_eq(postings_positions(&p, positions), STATUS_OK);
        for (const uint32_t passage = all[i].passage; i < n && all[i].passage == passage; i++)
            cr_assert_eq(positions[tf++], all[i].position, "seed %u, %s: position", a->first, term);
        cr_assert_eq(postings_tf(&p), tf, "seed %u, %s: tf", a->first, term);
    }
    cr_assert_eq(postings_next(&p), PASSAGE_END, "seed %u, %s", a->first, term);
    cr_assert(entry->df == df && entry->cf == n, "seed %u, %s: df %u, not %u", a->first, term,
              entry->df, df);
}

static void check_terms(const struct lists *lists, const struct naive *a)
{
    struct buf term = BUF_INIT;
    uint64_t number = 0;
    for (uint32_t i = 0; i < a->n; number++) {
        struct term_entry entry;
        uint32_t end = i;
        while (end < a->n && strcmp(a->all[end].word->term, a->all[i].word->term) == 0)
            end++;
        buf_clear(&term);
        cr_assert_lt(number, lists->header.terms, "seed %u", a->first);
        cr_assert_eq(dictionary_at(&lists->segment, number, &term, &entry), STATUS_OK);
        cr_assert_str_eq(buf_string(&term), a->all[i].word->term, "seed %u", a->first);
        check_term(lists, a, a->all + i, end - i, &entry);
        i = end;
    }
    cr_assert_eq(number, lists->header.terms, "seed %u", a->first);
    buf_release(&term);
}

static void check_forms(const struct lists *lists, const struct naive *a)
{
    struct forms_cursor *c;
    struct buf term = BUF_INIT;
    uint64_t n = 0;
    struct occurrence *const all = malloc(a->n * sizeof *all);
    cr_assert_not_null(all);
    memcpy(all, a->all, a->n * sizeof *all);
    qsort(all, a->n, sizeof *all, compare_forms);
    cr_assert(lists->header.required_features & FEATURE_FORMS);
    cr_assert_eq(forms_cursor_new(&lists->segment, span_of_string(""), &c), STATUS_OK);
    for (uint32_t i = 0; i < a->n; n++) {
        const struct word_case *const w = all[i].word;
        uint32_t end = i;
        while (end < a->n && strcmp(all[end].word->form, w->form) == 0)
            end++;
        cr_assert(forms_cursor_next(c), "seed %u: no form '%s'", a->first, w->form);
        cr_assert(span_equal(forms_cursor_form(c), span_of_string(w->form)), "seed %u, not '%s'",
                  a->first, w->form);
        cr_assert_eq(forms_cursor_count(c), end - i, "seed %u, '%s'", a->first, w->form);
        buf_clear(&term);
        cr_assert_eq(dictionary_at(&lists->segment, forms_cursor_term(c), &term, NULL), STATUS_OK);
        cr_assert_str_eq(buf_string(&term), w->term, "seed %u", a->first);
        i = end;
    }
    cr_assert_not(forms_cursor_next(c), "seed %u", a->first);
    cr_assert_eq(forms_cursor_status(c), STATUS_OK);
    cr_assert_eq(n, lists->header.forms);
    forms_cursor_free(c);
    buf_release(&term);
    free(all);
}

Test(inverter, equals_a_plain_list_by_any_means)
{
    /* The last three: all that a worker holds is a run; runs are cut inside a worker's share. */
    static const struct means means[] = {
        {1, 64u << 20, SIZE_MAX, 0, 0}, {2, 64u << 20, SIZE_MAX, 0, 0},
        {3, 64u << 20, 1000, 0, 0},     {1, 700u << 10, SIZE_MAX, 0, 2},
        {2, 700u << 10, 1000, 0, 2},    {1, 64u << 20, 1000, BATCHES, 1},
        {2, 64u << 20, SIZE_MAX, 7, 8}, {1, 1, 1000, 0, BATCHES / 2},
        {2, 1, SIZE_MAX, 0, 8},         {3, 1, 0, 0, 8}};
    static struct naive all;
    struct lists first;
    make_naive(&all);
    build(&all, &means[0], &first);
    check_terms(&first, &all);
    check_forms(&first, &all);
    for (size_t i = 1; i < sizeof means / sizeof means[0]; i++) {
        struct lists other;
        build(&all, &means[i], &other);
        cr_assert(span_equal(other.segment.file.bytes, first.segment.file.bytes),
                  "seed %u: %u threads, %zu bytes, means %zu: other bytes", all.first,
                  means[i].threads, means[i].memory, i);
        lists_end(&other);
    }
    lists_end(&first);
    release_naive(&all);
}

/* What a profile drops is said at once, and words that are their own forms have no FORM. */
Test(inverter, drops_stop_words_and_writes_no_forms_of_its_own)
{
    static const struct token tokens[] = {{0, 3, 0, true}, {4, 6, 1, true}};
    const struct span text = span_of_string("The X1");
    struct lengths lengths = LENGTHS_INIT;
    struct postings_settings settings = {.bm25 = bm25_of(0.9f, 0.4f, 1, 1, false),
                                         .lengths = &lengths,
                                         .passages = 1,
                                         .positions = true};
    struct inverter v;
    struct lists lists;
    struct workers *workers;
    struct postings_writer writer;
    struct word_stream stream;
    struct term_entry entry;
    uint32_t words[2];
    lists_begin(&lists, SIZE_MAX);
    const struct inverter_options options = {profile_by_name("anserini"), 1 << 20, &lists.spools};
    cr_assert_eq(lengths_add(&lengths, 1), STATUS_OK);
    cr_assert_eq(workers_new(1, &workers), STATUS_OK);
    cr_assert_eq(inverter_init(&v, &options, workers), STATUS_OK);
    settings.forms = v.forms;
    cr_assert_eq(look_up(&v, 0, text, tokens + 1, 1, words), STATUS_OK);
    cr_assert_not(inverter_drops(&v));
    cr_assert_eq(look_up(&v, 0, text, tokens, 2, words), STATUS_OK);
    cr_assert(inverter_drops(&v));
    cr_assert(words[0] == WORD_DROPPED && words[1] != WORD_DROPPED);
    inverter_begin(&v, 0, &stream);
    cr_assert_eq(inverter_add(&v, 0, &stream, words, 2), STATUS_OK);
    cr_assert_eq(inverter_end_passage(&v, 0, &stream), STATUS_OK);
    cr_assert_eq(inverter_end(&v, 0, &stream), STATUS_OK);
    cr_assert_eq(inverter_take(&v, &stream), STATUS_OK);
    cr_assert_eq(postings_writer_init(&writer, &lists.writer, &lists.spools, true, v.forms),
                 STATUS_OK);
    cr_assert_eq(inverter_write(&v, &settings, &writer), STATUS_OK);
    lists.header.passages = 1;
    lists.header.required_features = FEATURE_POSITIONS;
    cr_assert_eq(postings_writer_finish(&writer, &lists.header), STATUS_OK);
    cr_expect_eq(lists.header.required_features, FEATURE_POSITIONS);
    cr_expect(lists.header.terms == 1 && lists.header.forms == 1);
    lists_open(&lists);
    cr_expect_eq(lists.segment.sections[SECTION_FORM].len, 0);
    lists_find(&lists, "x1", &entry);
    cr_expect(entry.df == 1 && entry.cf == 1);
    postings_writer_release(&writer);
    workers_free(workers);
    inverter_release(&v);
    lengths_release(&lengths);
    lists_end(&lists);
}

/* ---- heavy terms ---- */

#define HEAVY_PASSAGES 900u
#define HEAVY_WORDS    400000u
#define ENDLESS        70000u /* occurrences in one passage: more than a window takes */

/* One word, now and then with a hole in front; its place in each passage. */
struct heavy {
    uint32_t tfs[HEAVY_PASSAGES];
    uint32_t positions[HEAVY_WORDS];
    uint32_t n;
};

/* The stream of passages [from, to). */
static void add_heavy(struct heavy *h, struct inverter *v, uint32_t word, uint32_t from,
                      uint32_t to, unsigned *seed)
{
    struct word_stream stream;
    inverter_begin(v, 0, &stream);
    for (uint32_t p = from; p < to; p++) {
        const uint32_t tf = p == HEAVY_PASSAGES / 2   ? ENDLESS
                            : seed_below(seed, 3) > 0 ? 1 + seed_below(seed, 3)
                                                      : seed_below(seed, 900);
        h->tfs[p] = tf;
        uint32_t position = 0;
        for (uint32_t i = 0; i < tf; i++, position++) {
            const uint32_t two[2] = {WORD_DROPPED, word};
            const uint32_t hole = seed_below(seed, 8) == 0;
            cr_assert_eq(inverter_add(v, 0, &stream, two + 1 - hole, 1 + hole), STATUS_OK);
            position += hole;
            cr_assert_lt(h->n, HEAVY_WORDS);
            h->positions[h->n++] = position;
        }
        cr_assert_eq(inverter_end_passage(v, 0, &stream), STATUS_OK);
    }
    cr_assert_eq(inverter_end(v, 0, &stream), STATUS_OK);
    cr_assert_eq(inverter_take(v, &stream), STATUS_OK);
}

static void check_heavy(const struct heavy *h, struct lists *lists, unsigned first)
{
    static uint32_t positions[ENDLESS];
    struct term_entry entry;
    struct postings p;
    uint32_t at = 0;
    lists_find(lists, "x", &entry);
    cr_assert_eq(entry.cf, h->n, "seed %u", first);
    cr_assert_eq(postings_open(&lists->segment, &entry, &p), STATUS_OK);
    for (uint32_t i = 0; i < HEAVY_PASSAGES; i++) {
        if (h->tfs[i] == 0)
            continue;
        cr_assert_eq(postings_next(&p), i, "seed %u", first);
        cr_assert_eq(postings_tf(&p), h->tfs[i], "seed %u, passage %u", first, i);
        cr_assert_eq(postings_positions(&p, positions), STATUS_OK);
        cr_assert_eq(memcmp(positions, h->positions + at, h->tfs[i] * sizeof *positions), 0,
                     "seed %u, passage %u", first, i);
        at += h->tfs[i];
    }
    cr_assert_eq(postings_next(&p), PASSAGE_END);
}

/* `every`: passages of a stream; `spill`: behind how many streams (0: never). */
static void build_heavy(struct heavy *h, uint32_t every, uint32_t spill, struct lists *lists,
                        unsigned seed)
{
    static const struct token x = {0, 1, 0, true};
    struct lengths lengths = LENGTHS_INIT;
    struct inverter v;
    struct workers *workers;
    struct postings_writer writer;
    uint32_t word;
    uint32_t streams = 0;
    lists_begin(lists, SIZE_MAX);
    const struct inverter_options options = {profile_by_name("plain"), 64 << 20, &lists->spools};
    cr_assert_eq(workers_new(1, &workers), STATUS_OK);
    cr_assert_eq(inverter_init(&v, &options, workers), STATUS_OK);
    h->n = 0;
    for (uint32_t p = 0; p < HEAVY_PASSAGES; p += every) {
        const uint32_t to = p + every < HEAVY_PASSAGES ? p + every : HEAVY_PASSAGES;
        cr_assert_eq(look_up(&v, 0, span_of_string("x"), &x, 1, &word), STATUS_OK);
        add_heavy(h, &v, word, p, to, &seed);
        if (spill > 0 && ++streams % spill == 0)
            cr_assert_eq(inverter_spill(&v), STATUS_OK, "%s", status_message());
    }
    for (uint32_t p = 0; p < HEAVY_PASSAGES; p++)
        cr_assert_eq(lengths_add(&lengths, h->tfs[p]), STATUS_OK);
    const struct postings_settings settings = {.bm25 =
                                                   bm25_of(0.9f, 0.4f, h->n, HEAVY_PASSAGES, false),
                                               .lengths = &lengths,
                                               .passages = HEAVY_PASSAGES,
                                               .positions = true};
    cr_assert_eq(postings_writer_init(&writer, &lists->writer, &lists->spools, true, false),
                 STATUS_OK);
    cr_assert_eq(inverter_write(&v, &settings, &writer), STATUS_OK, "%s", status_message());
    inverter_forget(&v);
    lists->header.passages = HEAVY_PASSAGES;
    lists->header.required_features = FEATURE_POSITIONS;
    cr_assert_eq(postings_writer_finish(&writer, &lists->header), STATUS_OK);
    lists_open(lists);
    postings_writer_release(&writer);
    workers_free(workers);
    inverter_release(&v);
    lengths_release(&lengths);
}

/* A term of more occurrences than are encoded at a time, of which one posting alone is more. */
Test(inverter, encodes_heavy_terms_window_by_window)
{
    static struct heavy h;
    const unsigned first = seed_first();
    struct lists lists;
    struct lists others;
    build_heavy(&h, 70, 0, &lists, first);
    check_heavy(&h, &lists, first);
    build_heavy(&h, 70, 4, &others, first);
    check_heavy(&h, &others, first);
    cr_assert(span_equal(lists.segment.file.bytes, others.segment.file.bytes), "seed %u", first);
    lists_end(&lists);
    lists_end(&others);
}
