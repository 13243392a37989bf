/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_order: words are dealt into ranges by the first two bytes of their terms, about as many into
 * each, and the ranges are sorted side by side, each in the caches: by 8 bytes of the terms at a
 * time, of which the first are read from memory in the order in which they stand there, and later
 * ones only of terms that share all before. Then buckets are cut in one pass.
 */
#include "indexer/invert/word_order.h"

#include <stdlib.h>

#include "common/base/buf.h"
#include "common/codec/bitpack.h"

/* Terms in a bucket. */
#define BUCKET_TERMS 512u
/* Buckets whose places are assigned by one job. */
#define PLACE_BUCKETS 128u
/* Words of a range, and how many ranges there are at most. */
#define RANGE_WORDS 16384u
#define RANGES_MOST 64u
/* Pieces of the table whose words are dealt by one job each, at most. */
#define PIECES_MOST 16u
#define HEADS       65536u /* the first two bytes of a term */

struct order_job {
    struct job job;
    struct word_order *order;
    struct dealing *dealing;
    uint32_t from; /* words of a piece or a range, buckets of a placing job */
    uint32_t to;
    uint32_t piece;
};

/* Words on their way into ranges. */
struct dealing {
    struct keyed *words;                       /* by number */
    uint32_t (*counts)[HEADS];                 /* by piece: words of each head */
    uint8_t range_of[HEADS];                   /* by head */
    uint32_t starts[RANGES_MOST + 1];          /* of ranges */
    uint32_t places[PIECES_MOST][RANGES_MOST]; /* where the next word of each goes */
    unsigned n_pieces;
    unsigned n_ranges;
};

/* Submits n jobs and waits for all of them. */
static enum status run_all(struct workers *workers, struct order_job *jobs, size_t n,
                           enum status (*run)(struct job *, unsigned))
{
    for (size_t i = 0; i < n; i++) {
        jobs[i].job = (struct job){.run = run};
        workers_submit(workers, &jobs[i].job);
    }
    return workers_finish(workers, 0);
}

static size_t head_of(const struct keyed *item)
{
    return (size_t)(item->key >> 48);
}

/* ---- into ranges ---- */

static enum status count_piece(struct job *job, unsigned worker)
{
    const struct order_job *const j = (const struct order_job *)(const void *)job;
    struct dealing *const d = j->dealing;
    (void)worker;
    for (uint32_t i = j->from; i < j->to; i++) {
        const struct span term = word_table_term(j->order->table, i);
        d->words[i] = (struct keyed){key_of_string(term.data, term.len), i};
        d->counts[j->piece][head_of(&d->words[i])]++;
    }
    return STATUS_OK;
}

/* Where ranges begin, and where in them the words of each piece. */
static void lay_out(struct dealing *d, uint32_t n)
{
    const uint32_t wanted = n / RANGES_MOST > RANGE_WORDS ? n / RANGES_MOST : RANGE_WORDS;
    uint32_t done = 0;
    d->n_ranges = 0;
    d->starts[0] = 0;
    for (size_t head = 0; head < HEADS; head++) {
        if (done - d->starts[d->n_ranges] >= wanted && d->n_ranges + 1 < RANGES_MOST)
            d->starts[++d->n_ranges] = done;
        d->range_of[head] = (uint8_t)d->n_ranges;
        for (unsigned p = 0; p < d->n_pieces; p++)
            done += d->counts[p][head];
    }
    d->starts[++d->n_ranges] = n;
    for (unsigned p = 0; p < d->n_pieces; p++)
        memset(d->places[p], 0, sizeof d->places[p]);
    for (size_t head = 0; head < HEADS; head++)
        for (unsigned p = 0; p < d->n_pieces; p++)
            d->places[p][d->range_of[head]] += d->counts[p][head];
    for (unsigned r = 0; r < d->n_ranges; r++) {
        uint32_t at = d->starts[r];
        for (unsigned p = 0; p < d->n_pieces; p++) {
            const uint32_t count = d->places[p][r];
            d->places[p][r] = at;
            at += count;
        }
    }
}

static enum status deal_piece(struct job *job, unsigned worker)
{
    const struct order_job *const j = (const struct order_job *)(const void *)job;
    struct dealing *const d = j->dealing;
    uint32_t *const places = d->places[j->piece];
    (void)worker;
    for (uint32_t i = j->from; i < j->to; i++)
        j->order->words[places[d->range_of[head_of(&d->words[i])]]++] = d->words[i];
    return STATUS_OK;
}

/* ---- ranges in order ---- */

static int compare_words(const void *a, const void *b, void *table)
{
    const uint32_t x = (uint32_t)((const struct keyed *)a)->value;
    const uint32_t y = (uint32_t)((const struct keyed *)b)->value;
    const int terms = span_compare(word_table_term(table, x), word_table_term(table, y));
    if (terms != 0)
        return terms;
    const int forms = span_compare(word_table_form(table, x), word_table_form(table, y));
    return forms != 0 ? forms : (x > y) - (x < y);
}

/* Words of equal keys that hold the end of their terms: most terms are equal. */
static void sort_ended(const struct word_table *t, struct keyed *items, size_t n)
{
    qsort_r(items, n, sizeof *items, compare_words, (void *)(uintptr_t)t);
    items[0].key = false;
    for (size_t i = 1; i < n; i++)
        items[i].key = span_equal(word_table_term(t, (uint32_t)items[i - 1].value),
                                  word_table_term(t, (uint32_t)items[i].value));
}

/* A few items by their keys. */
static void sort_few(struct keyed *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct keyed item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

#define FEW 24u

/* Sorts words whose terms share `depth` bytes, their keys being the 8 behind; in the end the keys say
 * whether a term is that of the word before. */
static enum status sort_words(const struct word_table *t, struct keyed *items, size_t n,
                              size_t depth)
{
    if (n <= FEW)
        sort_few(items, n);
    else
        TRY(key_sort(items, n, NULL, NULL));
    for (size_t from = 0; from < n;) {
        const uint64_t key = items[from].key;
        size_t to = from + 1;
        while (to < n && items[to].key == key)
            to++;
        if (to - from == 1) {
            items[from].key = false;
        } else if ((key & 0xff) == 0) {
            sort_ended(t, items + from, to - from);
        } else {
            for (size_t i = from; i < to; i++) {
                const struct span term = word_table_term(t, (uint32_t)items[i].value);
                items[i].key = key_of_string(term.data + depth + 8, term.len - depth - 8);
            }
            TRY(sort_words(t, items + from, to - from, depth + 8));
        }
        from = to;
    }
    return STATUS_OK;
}

static enum status sort_range(struct job *job, unsigned worker)
{
    const struct order_job *const j = (const struct order_job *)(const void *)job;
    (void)worker;
    return sort_words(j->order->table, j->order->words + j->from, j->to - j->from, 0);
}

static enum status deal_and_sort(struct word_order *o, struct dealing *d, struct workers *workers,
                                 struct job *beside)
{
    const uint32_t n = o->table->n;
    struct order_job jobs[RANGES_MOST];
    for (unsigned p = 0; p < d->n_pieces; p++)
        jobs[p] = (struct order_job){.order = o,
                                     .dealing = d,
                                     .from = (uint32_t)((uint64_t)n * p / d->n_pieces),
                                     .to = (uint32_t)((uint64_t)n * (p + 1) / d->n_pieces),
                                     .piece = p};
    TRY(run_all(workers, jobs, d->n_pieces, count_piece));
    lay_out(d, n);
    TRY(run_all(workers, jobs, d->n_pieces, deal_piece));
    free(d->words);
    d->words = NULL;
    for (unsigned r = 0; r < d->n_ranges; r++)
        jobs[r] = (struct order_job){.order = o, .from = d->starts[r], .to = d->starts[r + 1]};
    if (beside != NULL)
        workers_submit(workers, beside);
    return run_all(workers, jobs, d->n_ranges, sort_range);
}

static enum status sort_all(struct word_order *o, struct workers *workers, struct job *beside)
{
    const size_t n = o->table->n;
    struct dealing *const d = calloc(1, sizeof *d);
    if (d == NULL)
        return fail_no_memory();
    d->n_pieces = workers_count(workers) < PIECES_MOST ? workers_count(workers) : PIECES_MOST;
    d->words = malloc((n + 1) * sizeof *d->words);
    d->counts = calloc(d->n_pieces, sizeof *d->counts);
    o->words = malloc((n + 1) * sizeof *o->words);
    enum status status = d->words == NULL || d->counts == NULL || o->words == NULL
                             ? fail_no_memory()
                             : deal_and_sort(o, d, workers, beside);
    free(d->words);
    free(d->counts);
    free(d);
    return status;
}

/* ---- into buckets ---- */

/* One past the last word of the term that begins at item i; whether one of them is heavy. */
static uint32_t term_end(const struct word_order *o, const bool *heavy, uint32_t i, bool *is_heavy)
{
    *is_heavy = false;
    do
        *is_heavy |= heavy != NULL && heavy[o->words[i].value];
    while (++i < o->table->n && o->words[i].key);
    return i;
}

/* Where buckets begin: behind enough terms, and in front of and behind heavy ones. */
static enum status cut(struct word_order *o, const bool *heavy, struct buf *starts)
{
    uint32_t terms = 0; /* of the bucket that fills */
    uint32_t largest = 1;
    bool alone = false; /* its term is heavy */
    bool is_heavy;
    buf_append(starts, &terms, sizeof terms);
    for (uint32_t i = 0, next; i < o->table->n; i = next) {
        next = term_end(o, heavy, i, &is_heavy);
        if (terms == BUCKET_TERMS || (terms > 0 && (alone || is_heavy))) {
            buf_append(starts, &i, sizeof i);
            terms = 0;
        }
        alone = is_heavy;
        terms++;
        largest = terms > largest ? terms : largest;
    }
    o->n_buckets = (uint32_t)(starts->len / sizeof(uint32_t));
    const uint32_t end = o->table->n;
    buf_append(starts, &end, sizeof end);
    TRY(buf_status(starts));
    o->starts = (uint32_t *)(void *)starts->data;
    *starts = (struct buf)BUF_INIT;
    o->local_bits = bits_of(largest - 1);
    if (o->local_bits + bits_of(o->n_buckets) > 32)
        return fail(STATUS_LIMIT, "too many distinct words in one run");
    return STATUS_OK;
}

static enum status place_words(struct job *job, unsigned worker)
{
    const struct order_job *const j = (const struct order_job *)(const void *)job;
    const struct word_order *const o = j->order;
    (void)worker;
    for (uint32_t bucket = j->from; bucket < j->to; bucket++) {
        uint32_t place = bucket << o->local_bits;
        for (uint32_t i = o->starts[bucket]; i < o->starts[bucket + 1]; i++) {
            place += i > o->starts[bucket] && !o->words[i].key;
            o->places[o->words[i].value] = place;
        }
        o->single[bucket] = place == bucket << o->local_bits;
    }
    return STATUS_OK;
}

static enum status place_all(struct word_order *o, struct workers *workers)
{
    const size_t n = (o->n_buckets + PLACE_BUCKETS - 1) / PLACE_BUCKETS;
    struct order_job *const jobs = calloc(n, sizeof *jobs);
    o->places = malloc(((size_t)o->table->n + 1) * sizeof *o->places);
    o->single = calloc(o->n_buckets, sizeof *o->single);
    if (jobs == NULL || o->places == NULL || o->single == NULL) {
        free(jobs);
        return fail_no_memory();
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t from = (uint32_t)i * PLACE_BUCKETS;
        const uint32_t to = from + PLACE_BUCKETS;
        jobs[i] = (struct order_job){
            .order = o, .from = from, .to = to < o->n_buckets ? to : o->n_buckets};
    }
    const enum status status = run_all(workers, jobs, n, place_words);
    free(jobs);
    return status;
}

enum status word_order_make(struct word_order *o, const struct word_table *table, const bool *heavy,
                            struct workers *workers, struct job *beside)
{
    struct buf starts = BUF_INIT;
    *o = (struct word_order){.table = table};
    TRY(sort_all(o, workers, beside));
    const enum status status = cut(o, heavy, &starts);
    buf_release(&starts);
    return status == STATUS_OK ? place_all(o, workers) : status;
}

void word_order_release(struct word_order *o)
{
    free(o->words);
    free(o->starts);
    free(o->places);
    free(o->single);
    *o = (struct word_order){0};
}

/* ---- walking ---- */

void bucket_walk_start(struct bucket_walk *w, const struct word_order *o, uint32_t bucket)
{
    *w = (struct bucket_walk){.order = o, .at = o->starts[bucket], .end = o->starts[bucket + 1]};
}

#define PREFETCH_WORDS   24u
#define PREFETCH_STRINGS 12u

/* Words stand in memory in the order of first sight, which is no order here. */
static inline void prefetch(const struct word_order *o, uint32_t at)
{
    const struct word_table *const t = o->table;
    if (at + PREFETCH_WORDS < t->n) {
        const struct word *const word =
            word_table_get(t, (uint32_t)o->words[at + PREFETCH_WORDS].value);
        __builtin_prefetch(word);
        __builtin_prefetch(&word->term_len); /* which may stand in the next line */
    }
    if (at + PREFETCH_STRINGS < t->n)
        __builtin_prefetch(
            word_table_term(t, (uint32_t)o->words[at + PREFETCH_STRINGS].value).data);
}

bool bucket_walk_next(struct bucket_walk *w, struct bucket_entry *out)
{
    const struct word_order *const o = w->order;
    if (w->at == w->end)
        return false;
    prefetch(o, w->at);
    const struct keyed *const item = &o->words[w->at++];
    const uint32_t word = (uint32_t)item->value;
    w->local += w->started && !item->key;
    w->started = true;
    *out = (struct bucket_entry){word, w->local, word_table_term(o->table, word),
                                 word_table_form(o->table, word)};
    return true;
}
