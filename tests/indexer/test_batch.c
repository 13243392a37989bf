/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_batch: many documents at once equal one document, one token at a time. Words have numbers by
 * first sight, so a table of the test's own, asked token by token, must give the same ones
 * (test_word_table holds it to the analyzer).
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/base/date.h"
#include "common/base/limits.h"
#include "common/segment/documents.h"
#include "indexer/batch.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define TOKENS_MOST 40000u

/* Pieces of text: words, marks, ends of sentences and paragraphs, other scripts, stop words. */
static const char *const pieces[] = {"the",
                                     "Bridge",
                                     "bridges",
                                     "river's",
                                     "caf\u00e9",
                                     "\u4e2d\u6587\u5b57",
                                     "\u0e20\u0e32\u0e29",
                                     "Straße",
                                     "a",
                                     "of",
                                     ". ",
                                     "! ",
                                     "\n\n",
                                     "\n",
                                     ", ",
                                     " ",
                                     " ",
                                     " ",
                                     "# ",
                                     "3.14",
                                     "x_y",
                                     "\u0391\u03c3",
                                     "don't",
                                     "\u200d",
                                     "-",
                                     "\u00a0",
                                     "\u3000"};

static void append_text(struct buf *out, unsigned pieces_most, unsigned *seed)
{
    for (unsigned n = seed_below(seed, pieces_most + 1); n-- > 0;) {
        if (seed_below(seed, 3) == 0)
            buf_printf(out, " word%u ", seed_below(seed, 500));
        buf_append_string(out, pieces[seed_below(seed, sizeof pieces / sizeof pieces[0])]);
    }
}

/* Documents as they came in; their fields stay here while a batch keeps copies. */
struct input {
    struct buf bytes;
    struct document *documents;
    size_t n;
};

static struct span field(struct buf *b, size_t start)
{
    return span_of((const uint8_t *)(uintptr_t)start, b->len - start);
}

static void make_document(struct input *in, size_t i, unsigned *seed)
{
    static const char *const dates[] = {"2023-05-12", "", "no date", "1999", "2001-02-30"};
    struct document *const d = &in->documents[i];
    struct buf *const b = &in->bytes;
    size_t start = b->len;
    buf_printf(b, "id-%zu", i);
    d->id = field(b, start);
    start = b->len;
    append_text(b, seed_below(seed, 3) * 30, seed);
    d->title = field(b, start);
    start = b->len;
    buf_append_string(b, dates[seed_below(seed, 5)]);
    d->date = field(b, start);
    start = b->len;
    if (seed_below(seed, 2) == 0)
        buf_printf(b, "http://x.org/%zu", i);
    d->url = field(b, start);
    start = b->len;
    switch (seed_below(seed, 5)) {
    case 0:
        break; /* empty */
    case 1:
        buf_append_string(b, " \n\t ");
        break;
    case 2:
        append_text(b, 6000, seed);
        break;
    default:
        append_text(b, 300, seed);
    }
    d->text = field(b, start);
    start = b->len;
    buf_printf(b, "file%zu", i / 3);
    d->source = field(b, start);
    d->line = i;
    d->precut = seed_below(seed, 2) == 0;
}

static void make_input(struct input *in, size_t n, unsigned *seed)
{
    in->bytes = (struct buf)BUF_INIT;
    in->n = n;
    in->documents = calloc(n + 1, sizeof *in->documents);
    cr_assert_not_null(in->documents);
    for (size_t i = 0; i < n; i++)
        make_document(in, i, seed);
    for (size_t i = 0; i < n; i++) {
        struct document *const d = &in->documents[i];
        struct span *const fields[] = {&d->id, &d->title, &d->date, &d->url, &d->text, &d->source};
        for (size_t f = 0; f < 6; f++)
            fields[f]->data = in->bytes.data + (uintptr_t)fields[f]->data;
    }
}

/* ---- the plain path ---- */

struct plain {
    const struct batch_settings *settings;
    struct word_table table;
    struct analyzer *analyzer;
    const struct batch *batch;
    size_t passage; /* of the batch, checked so far */
    uint64_t word;  /* of the stream */
    char what[80];
};

static size_t tokenise(const struct plain *p, struct span text, size_t most, struct token *out)
{
    struct tokenizer t;
    size_t n = 0;
    tokenizer_init(&t, p->settings->profile->tokenize, text);
    while (n < most && tokenizer_next(&t, &out[n]))
        n++;
    cr_assert_lt(n, TOKENS_MOST);
    return n;
}

static uint32_t word_of(struct plain *p, struct span text, const struct token *token)
{
    uint32_t word;
    cr_assert_eq(word_table_look_up(&p->table, p->analyzer, text, token, 1, &word), STATUS_OK);
    return word;
}

/* The words of tokens [from, to) are the next ones of the stream; returns how many were kept. */
static uint32_t check_words(struct plain *p, struct span text, const struct token *tokens,
                            size_t from, size_t to)
{
    uint32_t kept = 0;
    for (size_t i = from; i < to; i++) {
        const uint32_t word = word_of(p, text, &tokens[i]);
        cr_assert_lt(p->word, p->batch->stream.n, "%s", p->what);
        cr_assert_eq(p->batch->stream.words[p->word++], word, "%s: word %zu", p->what, i);
        kept += word != WORD_DROPPED;
    }
    return kept;
}

static void check_document(struct plain *p, const struct document *d, size_t i)
{
    static struct token title[TOKENS_MOST];
    static struct token text[TOKENS_MOST];
    struct passage_ranges ranges = {NULL, 0, 0};
    const struct batch_result *const r = &p->batch->results[i];
    struct split split = p->settings->split;
    if (split.kind == SPLIT_AUTO)
        split.kind = d->precut ? SPLIT_WHOLE : SPLIT_PARAGRAPHS;
    const bool whole = split.kind == SPLIT_WHOLE;
    const size_t n_title = tokenise(p, d->title, whole ? SIZE_MAX : LIMIT_TITLE_TOKENS, title);
    const size_t n_text = tokenise(p, d->text, SIZE_MAX, text);
    /* First sight is by document, title before text. */
    for (size_t t = 0; t < n_title; t++)
        (void)word_of(p, d->title, &title[t]);
    for (size_t t = 0; t < n_text; t++)
        (void)word_of(p, d->text, &text[t]);
    struct passage_range all = {0, (uint32_t)d->text.len, 0, (uint32_t)n_text};
    if (!whole)
        cr_assert_eq(split_passages(&split, d->text, text, n_text, (uint32_t)n_title, &ranges),
                     STATUS_OK);
    const size_t n = whole ? 1 : ranges.count;
    cr_assert_eq(r->n_passages, n, "%s", p->what);
    cr_assert_eq(r->date, date_parse(d->date), "%s", p->what);
    for (size_t k = 0; k < n; k++) {
        const struct passage_range *const range = whole ? &all : &ranges.ranges[k];
        const struct batch_passage *const got = &p->batch->passages[p->passage];
        cr_assert_lt(p->passage, p->batch->n_passages, "%s", p->what);
        uint32_t length = check_words(p, d->title, title, 0, n_title);
        length += check_words(p, d->text, text, range->first_token, range->last_token);
        cr_assert(got->start == range->start && got->end == range->end, "%s", p->what);
        cr_assert_eq(got->length, length, "%s", p->what);
        cr_assert_eq(got->title_positions, n_title, "%s", p->what);
        cr_assert_eq(p->batch->stream.ends[p->passage++], p->word, "%s", p->what);
    }
    passage_ranges_release(&ranges);
}

static void check_batch(struct plain *p, struct batch *b, const struct input *in)
{
    bool cut = false;
    bool whole = false;
    p->batch = b;
    p->passage = 0;
    p->word = 0;
    cr_assert_eq(b->n, in->n, "%s", p->what);
    for (size_t i = 0; i < in->n; i++) {
        const struct document *const d = &in->documents[i];
        const struct document *const copy = &b->documents[i];
        cr_assert(span_equal(copy->id, d->id) && span_equal(copy->title, d->title) &&
                      span_equal(copy->text, d->text) && span_equal(copy->url, d->url) &&
                      span_equal(copy->source, d->source) && copy->line == d->line,
                  "%s: document %zu", p->what, i);
        const enum split_kind kind = p->settings->split.kind;
        const bool one = kind == SPLIT_WHOLE || (kind == SPLIT_AUTO && d->precut);
        cut |= !one;
        whole |= one;
        check_document(p, d, i);
    }
    cr_assert_eq(p->passage, b->n_passages, "%s: too many passages", p->what);
    cr_assert_eq(b->stream.n_passages, b->n_passages, "%s", p->what);
    cr_assert_eq(p->word, b->stream.n, "%s: too many words", p->what);
    cr_assert(b->any_cut == cut && b->any_whole == whole, "%s", p->what);
}

static void check_settings(const char *profile, const char *split, unsigned first)
{
    struct batch_settings settings = {.profile = profile_by_name(profile)};
    struct inverter inverter;
    struct workers *workers;
    struct lists lists;
    struct batch batch = {.bytes = BUF_INIT};
    struct batch_scratch scratch = {.n = 0};
    struct plain plain = {.settings = &settings};
    unsigned seed = first;
    if (split != NULL)
        cr_assert_eq(split_parse(split, &settings.split), STATUS_OK);
    lists_begin(&lists, SIZE_MAX);
    const struct inverter_options options = {settings.profile, 64u << 20, &lists.spools};
    cr_assert_eq(workers_new(1, &workers), STATUS_OK);
    cr_assert_eq(inverter_init(&inverter, &options, workers), STATUS_OK);
    settings.inverter = &inverter;
    cr_assert_eq(word_table_init(&plain.table, 64u << 20, false), STATUS_OK);
    cr_assert_eq(analyzer_new(settings.profile, &plain.analyzer), STATUS_OK);
    /* Batches of all sizes one after the other in one piece of memory. */
    for (unsigned round = 0; round < 8; round++) {
        struct input in;
        (void)snprintf(plain.what, sizeof plain.what, "seed %u, %s, %s, batch %u", first, profile,
                       split == NULL ? "auto" : split, round);
        make_input(&in, round == 2 ? 0 : round == 5 ? 150 : 1 + seed_below(&seed, 12), &seed);
        for (size_t i = 0; i < in.n; i++)
            cr_assert_eq(batch_add(&batch, &in.documents[i]), STATUS_OK);
        cr_assert_eq(batch_process(&batch, &settings, &scratch, 0), STATUS_OK);
        check_batch(&plain, &batch, &in);
        cr_assert_eq(inverter_take(&inverter, &batch.stream), STATUS_OK);
        batch_clear(&batch);
        free(in.documents);
        buf_release(&in.bytes);
    }
    word_table_release(&plain.table);
    analyzer_free(plain.analyzer);
    batch_release(&batch);
    batch_scratch_release(&scratch);
    workers_free(workers);
    inverter_release(&inverter);
    lists_open(&lists);
    lists_end(&lists);
}

Test(batch, equals_one_token_at_a_time)
{
    static const char *const profiles[] = {"english", "anserini", "plain"};
    static const char *const splits[] = {NULL, "paragraphs", "whole", "window:7:3"};
    const unsigned first = seed_first();
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 4; j++)
            check_settings(profiles[i], splits[j], first + (unsigned)(4 * i + j));
}
