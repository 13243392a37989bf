/* SPDX-License-Identifier: Apache-2.0 */
/* splice: a window at a time; its runs are one stream that is cut where documents end. */
#include "bench/generate/splice.h"

#include "bench/generate/array.h"
#include "bench/generate/dice.h"

/* A run ends behind a piece with a chance of one in so many. */
#define RUN_PIECES 16

/* A document may be shorter or longer than planned by one part in so many, if a piece ends there. */
#define SLACK 12

struct splice_run {
    uint32_t document;
    uint32_t first; /* piece */
    uint32_t end;
};

/* Streams of dice. */
enum { DICE_ORDER = 1, DICE_WINDOW };

enum status splice_init(struct splice *s, const struct model *m, uint64_t seed)
{
    const uint32_t size = m->block_size;
    *s = (struct splice){
        .m = m, .seed = seed, .n_blocks = (uint32_t)((m->n_documents + size - 1) / size)};
    s->order = malloc(s->n_blocks * sizeof *s->order);
    if (s->order == NULL)
        return fail_no_memory();
    splice_order(s, 0, s->order);
    return STATUS_OK;
}

void splice_release(struct splice *s)
{
    free(s->order);
    free(s->runs);
    free(s->ranges);
    *s = (struct splice){0};
}

static void shuffle(uint32_t *numbers, uint32_t n, struct dice *dice)
{
    for (uint32_t i = n; i > 1; i--) {
        const uint32_t j = dice_below(dice, i);
        const uint32_t number = numbers[j];
        numbers[j] = numbers[i - 1];
        numbers[i - 1] = number;
    }
}

void splice_order(const struct splice *s, uint32_t pass, uint32_t *order)
{
    struct dice dice = dice_of(s->seed, DICE_ORDER, pass);
    for (uint32_t i = 0; i < s->n_blocks; i++)
        order[i] = i;
    shuffle(order, s->n_blocks, &dice);
}

/* ---- a window ---- */

static enum status cut_runs(struct splice *s, uint32_t document, struct dice *dice)
{
    const uint32_t end = s->m->documents[document + 1];
    uint32_t first = s->m->documents[document] + 1; /* behind the title */
    for (uint32_t piece = first; piece < end; piece++) {
        if (piece + 1 < end && dice_below(dice, RUN_PIECES) != 0)
            continue;
        TRY(ARRAY_ROOM(s->runs, s->n_runs, s->runs_cap));
        s->runs[s->n_runs++] = (struct splice_run){document, first, piece + 1};
        first = piece + 1;
    }
    return STATUS_OK;
}

static void shuffle_runs(struct splice *s, struct dice *dice)
{
    for (size_t i = s->n_runs; i > 1; i--) {
        const size_t j = dice_below(dice, (uint32_t)i);
        const struct splice_run run = s->runs[j];
        s->runs[j] = s->runs[i - 1];
        s->runs[i - 1] = run;
    }
}

static uint32_t text_tokens(const struct model *m, uint32_t document)
{
    return m->pieces[m->documents[document + 1]].token -
           m->pieces[m->documents[document] + 1].token;
}

/* Where the next document is cut from: the runs as one stream. */
struct stream {
    struct splice *s;
    size_t run;
    uint32_t piece;  /* that holds `at` */
    struct place at; /* what is taken next */
    uint64_t taken;  /* tokens */
};

static bool stream_ended(const struct stream *t)
{
    return t->run == t->s->n_runs;
}

static void stream_enter_run(struct stream *t)
{
    if (!stream_ended(t)) {
        t->piece = t->s->runs[t->run].first;
        t->at = t->s->m->pieces[t->piece];
    }
}

/* Takes up to `to`, which is not beyond the end of the piece; `grow` joins it to what was taken
 * last. */
static enum status stream_take(struct stream *t, struct place to, bool grow)
{
    struct splice *const s = t->s;
    if (grow) {
        s->ranges[s->n_ranges - 1].to = to;
    } else {
        TRY(ARRAY_ROOM(s->ranges, s->n_ranges, s->ranges_cap));
        s->ranges[s->n_ranges++] = (struct splice_range){t->at, to};
    }
    t->taken += to.token - t->at.token;
    t->at = to;
    if (to.text != s->m->pieces[t->piece + 1].text)
        return STATUS_OK;
    if (++t->piece == s->runs[t->run].end) {
        t->run++;
        stream_enter_run(t);
    }
    return STATUS_OK;
}

/* The place within the piece where `taken` reaches `target`, behind a stretch. */
static struct place place_within(const struct stream *t, uint64_t target)
{
    struct place to = t->at;
    do
        model_next_stretch(t->s->m, &to);
    while (t->taken + (to.token - t->at.token) < target);
    return to;
}

/* Takes a document that ends when `target` tokens have been taken from the stream, give or take
 * `slack`, at the end of a piece if one ends there. */
static enum status take_document(struct stream *t, uint64_t target, uint32_t slack)
{
    const struct model *const m = t->s->m;
    size_t run = SIZE_MAX; /* that the last range is of */
    const uint64_t before = t->taken;
    while (!stream_ended(t)) {
        const struct place end = m->pieces[t->piece + 1];
        const uint64_t then = t->taken + (end.token - t->at.token);
        const bool whole = then <= target + slack;
        if (t->taken > before && !whole && t->taken + slack >= target)
            return STATUS_OK;
        const size_t of = t->run;
        TRY(stream_take(t, whole ? end : place_within(t, target), of == run));
        run = of;
        if (t->taken + (whole ? slack : 0) >= target && t->taken > before)
            return STATUS_OK;
    }
    return STATUS_OK;
}

/* Makes the documents of the window [first, end) ready. */
static enum status make_window(struct splice *s, uint32_t first, uint32_t end)
{
    struct dice dice = dice_of(s->seed, DICE_WINDOW + ((uint64_t)s->pass << 8), first);
    uint32_t lengths[SPLICE_WINDOW];
    s->n_runs = s->n_ranges = 0;
    for (uint32_t d = first; d < end; d++) {
        lengths[d - first] = text_tokens(s->m, d);
        TRY(cut_runs(s, d, &dice));
    }
    shuffle_runs(s, &dice);
    shuffle(lengths, end - first, &dice);
    struct stream t = {.s = s};
    stream_enter_run(&t);
    uint64_t target = 0;
    s->n_ready = s->handed = 0;
    for (uint32_t i = 0; i < end - first && !stream_ended(&t); i++) {
        const bool last = i + 1 == end - first;
        target += lengths[i];
        s->first_range[s->n_ready] = s->n_ranges;
        s->ready[s->n_ready].title = s->runs[t.run].document;
        TRY(take_document(&t, last ? UINT32_MAX : target, last ? 0 : lengths[i] / SLACK));
        s->ready[s->n_ready].n_ranges = s->n_ranges - s->first_range[s->n_ready];
        s->n_ready++;
    }
    return STATUS_OK;
}

/* ---- blocks and passes ---- */

static void start_block(struct splice *s)
{
    if (s->block == s->n_blocks) {
        s->pass++;
        s->block = 0;
        splice_order(s, s->pass, s->order);
    }
    const uint32_t first = s->order[s->block++] * s->m->block_size;
    const size_t end = (size_t)first + s->m->block_size;
    s->window = first;
    s->block_end = (uint32_t)(end < s->m->n_documents ? end : s->m->n_documents);
}

enum status splice_next(struct splice *s, struct splice_recipe *out)
{
    while (s->handed == s->n_ready) {
        if (s->window == s->block_end)
            start_block(s);
        /* The first window of a block is shorter by chance, so that no two passes cut alike. */
        struct dice dice = dice_of(s->seed, s->pass, s->window);
        const bool opens = s->window % s->m->block_size == 0;
        const uint32_t size = opens ? 1 + dice_below(&dice, SPLICE_WINDOW) : SPLICE_WINDOW;
        const uint32_t left = s->block_end - s->window;
        const uint32_t end = s->window + (size < left ? size : left);
        TRY(make_window(s, s->window, end));
        s->window = end;
    }
    const uint32_t i = s->handed++;
    *out = s->ready[i];
    out->ranges = s->ranges + s->first_range[i];
    out->pass = s->pass;
    out->block = s->block - 1;
    out->model_block = s->order[s->block - 1];
    return STATUS_OK;
}
