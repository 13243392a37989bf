/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: tokenise all, look all up, cut all.
 *
 * Titles stand in front of every passage of their document: their first LIMIT_TITLE_TOKENS tokens,
 * or all of them where the document is one passage (Anserini's flat set-up: title, then text).
 */
#include "indexer/batch.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/date.h"
#include "common/base/limits.h"
#include "common/text/ascii_words.h"

void batch_scratch_release(struct batch_scratch *s)
{
    free(s->tokens);
    free(s->words);
    free(s->ranges);
    free(s->texts);
    passage_ranges_release(&s->split);
    *s = (struct batch_scratch){.n = 0};
}

/* Appends a field and returns it as an offset, which becomes an address when `bytes` is complete. */
static struct span put(struct batch *b, struct span field)
{
    const struct span placed = {(const uint8_t *)(uintptr_t)b->bytes.len, field.len};
    buf_append_span(&b->bytes, field);
    return placed;
}

static enum status grow_documents(struct batch *b)
{
    if (b->n < b->cap)
        return STATUS_OK;
    const size_t cap = b->cap == 0 ? 64 : 2 * b->cap;
    struct document *const documents = realloc(b->documents, cap * sizeof *documents);
    if (documents != NULL)
        b->documents = documents;
    struct batch_result *const results = realloc(b->results, cap * sizeof *results);
    if (results != NULL)
        b->results = results;
    if (documents == NULL || results == NULL)
        return fail_no_memory();
    b->cap = cap;
    return STATUS_OK;
}

enum status batch_add(struct batch *b, const struct document *d)
{
    TRY(grow_documents(b));
    struct document *const copy = &b->documents[b->n];
    *copy = *d;
    copy->id = put(b, d->id);
    copy->title = put(b, d->title);
    copy->date = put(b, d->date);
    copy->url = put(b, d->url);
    copy->text = put(b, d->text);
    /* Most documents come from the file of the one before them. */
    const struct span before = b->n == 0 ? span_of(NULL, 0) : b->documents[b->n - 1].source;
    const struct span last = {b->bytes.data + (uintptr_t)before.data, before.len};
    copy->source =
        b->n > 0 && !b->bytes.failed && span_equal(last, d->source) ? before : put(b, d->source);
    b->n++;
    return buf_status(&b->bytes);
}

void batch_drop_last(struct batch *b)
{
    b->bytes.len = (size_t)(uintptr_t)b->documents[--b->n].id.data; /* its first field */
}

void batch_clear(struct batch *b)
{
    buf_clear(&b->bytes);
    b->n = 0;
    b->n_passages = 0;
    b->any_cut = b->any_whole = false;
}

void batch_release(struct batch *b)
{
    buf_release(&b->bytes);
    free(b->documents);
    free(b->results);
    free(b->passages);
    *b = (struct batch){.n = 0};
}

static void settle_fields(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct document *const d = &b->documents[i];
        struct span *const fields[] = {&d->id, &d->title, &d->date, &d->url, &d->text, &d->source};
        for (size_t f = 0; f < sizeof fields / sizeof fields[0]; f++)
            fields[f]->data = b->bytes.data + (uintptr_t)fields[f]->data;
    }
}

static bool is_whole(const struct batch_settings *s, const struct document *d)
{
    return s->split.kind == SPLIT_WHOLE || (s->split.kind == SPLIT_AUTO && d->precut);
}

static enum status grow_tokens(struct batch_scratch *s, size_t more)
{
    if (s->cap - s->n >= more)
        return STATUS_OK;
    const size_t cap = 2 * s->cap + more + 1024;
    struct token *const tokens = realloc(s->tokens, cap * sizeof *tokens);
    if (tokens != NULL)
        s->tokens = tokens;
    uint32_t *const words = realloc(s->words, cap * sizeof *words);
    if (words != NULL)
        s->words = words;
    if (tokens == NULL || words == NULL)
        return fail_no_memory();
    s->cap = cap;
    return STATUS_OK;
}

/* Text into tokens, at most `most`. */
static enum status tokenise(struct batch_scratch *s, enum tokenize_style style, struct span text,
                            size_t most)
{
    struct tokenizer t;
    tokenizer_init(&t, style, text);
    /* Half as many tokens as bytes at most, but for text in long scripts: ask again then. */
    size_t room = text.len / 4 + ASCII_WORDS_MOST;
    for (size_t done = 0; done < most;) {
        room = room < most - done ? room : most - done;
        TRY(grow_tokens(s, room));
        const size_t got = tokenizer_fill(&t, s->tokens + s->n, room);
        s->n += got;
        done += got;
        if (got < room)
            break;
    }
    return STATUS_OK;
}

static enum status tokenise_all(const struct batch *b, const struct batch_settings *settings,
                                struct batch_scratch *s)
{
    const enum tokenize_style style = settings->profile->tokenize;
    s->n = 0;
    if (b->n > s->ranges_cap) {
        struct token_range *const ranges = realloc(s->ranges, 2 * b->n * sizeof *ranges);
        if (ranges != NULL)
            s->ranges = ranges;
        struct word_text *const texts = realloc(s->texts, 4 * b->n * sizeof *texts);
        if (texts != NULL)
            s->texts = texts;
        if (ranges == NULL || texts == NULL)
            return fail_no_memory();
        s->ranges_cap = 2 * b->n;
    }
    for (size_t i = 0; i < b->n; i++) {
        const struct document *const d = &b->documents[i];
        struct token_range *const r = &s->ranges[i];
        r->title = s->n;
        TRY(tokenise(s, style, d->title, is_whole(settings, d) ? SIZE_MAX : LIMIT_TITLE_TOKENS));
        r->text = s->n;
        TRY(tokenise(s, style, d->text, SIZE_MAX));
        r->end = s->n;
    }
    return STATUS_OK;
}

/* All fields stand in `bytes`, one behind the other. */
static enum status look_all_up(const struct batch *b, const struct batch_settings *settings,
                               const struct batch_scratch *s, unsigned worker)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct document *const d = &b->documents[i];
        const struct token_range *const r = &s->ranges[i];
        s->texts[2 * i] = (struct word_text){d->title.data, r->text - r->title};
        s->texts[2 * i + 1] = (struct word_text){d->text.data, r->end - r->text};
    }
    return inverter_look_up(settings->inverter, worker, s->texts, 2 * b->n,
                            b->bytes.data + b->bytes.len, s->tokens, s->words);
}

static uint32_t count_kept(const uint32_t *words, size_t n)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < n; i++)
        kept += words[i] != WORD_DROPPED;
    return kept;
}

static enum status add_passage(struct batch *b, const struct batch_settings *settings,
                               const struct batch_scratch *s, unsigned worker,
                               const struct token_range *tokens, const struct passage_range *range)
{
    struct inverter *const v = settings->inverter;
    if (b->n_passages == b->passages_cap) {
        const size_t cap = b->passages_cap == 0 ? 64 : 2 * b->passages_cap;
        struct batch_passage *const passages = realloc(b->passages, cap * sizeof *passages);
        if (passages == NULL)
            return fail_no_memory();
        b->passages = passages;
        b->passages_cap = cap;
    }
    const uint32_t *const title = s->words + tokens->title;
    const size_t n_title = tokens->text - tokens->title;
    const uint32_t *const body = s->words + tokens->text + range->first_token;
    const size_t n_body = range->last_token - range->first_token;
    TRY(inverter_add(v, worker, &b->stream, title, n_title));
    TRY(inverter_add(v, worker, &b->stream, body, n_body));
    TRY(inverter_end_passage(v, worker, &b->stream));
    const uint32_t length = inverter_drops(v)
                                ? count_kept(title, n_title) + count_kept(body, n_body)
                                : (uint32_t)(n_title + n_body);
    b->passages[b->n_passages++] =
        (struct batch_passage){range->start, range->end, length, (uint32_t)n_title};
    return STATUS_OK;
}

/* Cuts document i and adds its passages. */
static enum status cut(struct batch *b, const struct batch_settings *settings,
                       struct batch_scratch *s, unsigned worker, size_t i)
{
    const struct document *const d = &b->documents[i];
    const struct token_range *const r = &s->ranges[i];
    if (is_whole(settings, d)) {
        b->any_whole = true;
        b->results[i].n_passages = 1;
        const struct passage_range all = {0, (uint32_t)d->text.len, 0,
                                          (uint32_t)(r->end - r->text)};
        return add_passage(b, settings, s, worker, r, &all);
    }
    struct split split = settings->split;
    if (split.kind == SPLIT_AUTO)
        split.kind = SPLIT_PARAGRAPHS;
    b->any_cut = true;
    TRY(split_passages(&split, d->text, s->tokens + r->text, r->end - r->text,
                       (uint32_t)(r->text - r->title), &s->split));
    for (size_t p = 0; p < s->split.count; p++)
        TRY(add_passage(b, settings, s, worker, r, &s->split.ranges[p]));
    b->results[i].n_passages = (uint32_t)s->split.count;
    return STATUS_OK;
}

enum status batch_process(struct batch *b, const struct batch_settings *settings,
                          struct batch_scratch *scratch, unsigned worker)
{
    const double start = clock_thread_seconds();
    settle_fields(b);
    TRY(tokenise_all(b, settings, scratch));
    const double tokenised = clock_thread_seconds();
    TRY(look_all_up(b, settings, scratch, worker));
    inverter_begin(settings->inverter, worker, &b->stream);
    for (size_t i = 0; i < b->n; i++) {
        const struct document *const d = &b->documents[i];
        b->results[i].date = date_parse(d->date);
        TRY(cut(b, settings, scratch, worker, i));
    }
    TRY(inverter_end(settings->inverter, worker, &b->stream));
    b->seconds = (struct batch_seconds){tokenised - start, clock_thread_seconds() - tokenised};
    return STATUS_OK;
}
