/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_order: every table is sorted by a worker of its own; then terms are sampled from all tables,
 * and the samples are where buckets begin. A heavy term is a sample, and so is the one behind it.
 */
#include "indexer/invert/word_order.h"

#include <stdlib.h>

#include "common/codec/bitpack.h"

/* Words of one table in a bucket. */
#define BUCKET_WORDS 512u
/* Buckets whose places are assigned by one job. */
#define PLACE_BUCKETS 128u

struct order_job {
    struct job job;
    struct word_order *order;
    unsigned table; /* of a sorting job */
    uint32_t from;  /* buckets of a placing job */
    uint32_t to;
    uint32_t largest; /* terms of a bucket */
};

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

static enum status sort_table(struct job *job, unsigned worker)
{
    const struct order_job *const j = (const struct order_job *)(const void *)job;
    struct word_order *const o = j->order;
    const struct word_table *const t = o->tables[j->table];
    (void)worker;
    struct keyed *const words = malloc(((size_t)t->n + 1) * sizeof *words);
    o->words[j->table] = words;
    o->places[j->table] = malloc(((size_t)t->n + 1) * sizeof *o->places[0]);
    if (words == NULL || o->places[j->table] == NULL)
        return fail_no_memory();
    for (uint32_t i = 0; i < t->n; i++) {
        const struct span term = word_table_term(t, i);
        words[i] = (struct keyed){key_of_string(term.data, term.len), i};
    }
    return key_sort(words, t->n, compare_words, (void *)(uintptr_t)t);
}

static struct span term_of(const struct word_order *o, unsigned table, const struct keyed *item)
{
    return word_table_term(o->tables[table], (uint32_t)item->value);
}

/* A sample: value is table << 32 | place in the table's order. */
static int compare_samples(const void *a, const void *b, void *order)
{
    const struct word_order *const o = order;
    const uint64_t x = ((const struct keyed *)a)->value;
    const uint64_t y = ((const struct keyed *)b)->value;
    return span_compare(term_of(o, (unsigned)(x >> 32), &o->words[x >> 32][(uint32_t)x]),
                        term_of(o, (unsigned)(y >> 32), &o->words[y >> 32][(uint32_t)y]));
}

/* Whether a bucket should begin at item i of the table, of which the last one began at `last`. */
static bool is_sample(const struct word_order *o, unsigned t, const bool *heavy, uint32_t i,
                      uint32_t last)
{
    if (i - last >= BUCKET_WORDS)
        return true;
    return heavy != NULL && (heavy[o->words[t][i].value] || heavy[o->words[t][i - 1].value]);
}

/* Where buckets should begin, of all tables, in order. */
static enum status sample(const struct word_order *o, const bool *const *heavy, struct keyed **out,
                          size_t *n)
{
    size_t most = 0;
    for (unsigned t = 0; t < o->n_tables; t++)
        most += o->tables[t]->n;
    struct keyed *samples = malloc((most + 1) * sizeof *samples);
    if (samples == NULL)
        return fail_no_memory();
    *n = 0;
    for (unsigned t = 0; t < o->n_tables; t++)
        for (uint32_t i = 1, last = 0; i < o->tables[t]->n; i++)
            if (is_sample(o, t, heavy == NULL ? NULL : heavy[t], i, last)) {
                samples[(*n)++] = (struct keyed){o->words[t][i].key, (uint64_t)t << 32 | i};
                last = i;
            }
    *out = samples;
    return key_sort(samples, *n, compare_samples, (void *)(uintptr_t)o);
}

/* The first word of `table` from `from` on whose term is not below that of the sample. */
static uint32_t lower_bound(const struct word_order *o, unsigned table, uint32_t from,
                            const struct keyed *sample)
{
    const struct span term = term_of(o, (unsigned)(sample->value >> 32),
                                     &o->words[sample->value >> 32][(uint32_t)sample->value]);
    uint32_t low = from;
    uint32_t high = o->tables[table]->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct keyed *const item = &o->words[table][middle];
        const bool below = item->key != sample->key
                               ? item->key < sample->key
                               : span_compare(term_of(o, table, item), term) < 0;
        if (below)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Bucket b of each table begins at the first word not below sample b - 1. Equal samples give empty
 * buckets, which do no harm. */
static enum status cut(struct word_order *o, const struct keyed *samples, size_t n)
{
    o->n_buckets = (uint32_t)n + 1;
    o->single = calloc(n + 1, sizeof *o->single);
    if (o->single == NULL)
        return fail_no_memory();
    for (unsigned t = 0; t < o->n_tables; t++) {
        uint32_t *const starts = malloc((n + 2) * sizeof *starts);
        o->starts[t] = starts;
        if (starts == NULL)
            return fail_no_memory();
        starts[0] = 0;
        for (size_t i = 0; i < n; i++)
            starts[i + 1] = lower_bound(o, t, starts[i], &samples[i]);
        starts[n + 1] = o->tables[t]->n;
    }
    return STATUS_OK;
}

void bucket_walk_start(struct bucket_walk *w, const struct word_order *o, uint32_t bucket)
{
    w->order = o;
    w->started = false;
    for (unsigned t = 0; t < o->n_tables; t++) {
        w->at[t] = o->starts[t][bucket];
        w->end[t] = o->starts[t][bucket + 1];
    }
}

/* Whether item a of table s comes before item b of table t (s < t). */
static bool comes_first(const struct word_order *o, unsigned s, const struct keyed *a, unsigned t,
                        const struct keyed *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    const int terms = span_compare(term_of(o, s, a), term_of(o, t, b));
    if (terms != 0)
        return terms < 0;
    return span_compare(word_table_form(o->tables[s], (uint32_t)a->value),
                        word_table_form(o->tables[t], (uint32_t)b->value)) <= 0;
}

#define PREFETCH_WORDS   24u
#define PREFETCH_STRINGS 12u

/* Words stand in memory in the order of first sight, which is no order here. */
static inline void prefetch(const struct word_order *o, unsigned table, uint32_t at)
{
    const struct word_table *const t = o->tables[table];
    const struct keyed *const items = o->words[table];
    if (at + PREFETCH_WORDS < t->n) {
        const struct word *const word =
            word_table_get(t, (uint32_t)items[at + PREFETCH_WORDS].value);
        __builtin_prefetch(word);
        __builtin_prefetch(&word->term_len); /* which may stand in the next line */
    }
    if (at + PREFETCH_STRINGS < t->n)
        __builtin_prefetch(word_table_term(t, (uint32_t)items[at + PREFETCH_STRINGS].value).data);
}

bool bucket_walk_next(struct bucket_walk *w, struct bucket_entry *out)
{
    const struct word_order *const o = w->order;
    unsigned first = o->n_tables;
    for (unsigned t = 0; t < o->n_tables; t++) {
        if (w->at[t] == w->end[t])
            continue;
        if (first == o->n_tables ||
            !comes_first(o, first, &o->words[first][w->at[first]], t, &o->words[t][w->at[t]]))
            first = t;
    }
    if (first == o->n_tables)
        return false;
    prefetch(o, first, w->at[first]);
    const struct keyed *const item = &o->words[first][w->at[first]++];
    const uint32_t word = (uint32_t)item->value;
    struct bucket_entry e = {first, word, 0, word_table_term(o->tables[first], word),
                             word_table_form(o->tables[first], word)};
    if (w->started) {
        const bool same = item->key == w->last_key && span_equal(e.term, w->last.term);
        e.local = w->last.local + !same;
    }
    w->started = true;
    w->last = e;
    w->last_key = item->key;
    *out = e;
    return true;
}

/* The term of each word within its bucket; the bucket's number comes in when all are known. */
static enum status place_words(struct job *job, unsigned worker)
{
    struct order_job *const j = (struct order_job *)job;
    (void)worker;
    j->largest = 0;
    for (uint32_t bucket = j->from; bucket < j->to; bucket++) {
        struct bucket_walk w;
        struct bucket_entry e;
        bucket_walk_start(&w, j->order, bucket);
        e.local = 0;
        while (bucket_walk_next(&w, &e)) {
            j->order->places[e.table][e.word] = e.local;
            j->largest = e.local > j->largest ? e.local : j->largest;
        }
        j->order->single[bucket] = e.local == 0;
    }
    return STATUS_OK;
}

static enum status add_buckets(struct job *job, unsigned worker)
{
    struct order_job *const j = (struct order_job *)job;
    const struct word_order *const o = j->order;
    (void)worker;
    for (unsigned t = 0; t < o->n_tables; t++)
        for (uint32_t bucket = j->from; bucket < j->to; bucket++)
            for (uint32_t i = o->starts[t][bucket]; i < o->starts[t][bucket + 1]; i++)
                o->places[t][o->words[t][i].value] |= bucket << o->local_bits;
    return STATUS_OK;
}

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

static enum status place_all(struct word_order *o, struct workers *workers)
{
    const size_t n = (o->n_buckets + PLACE_BUCKETS - 1) / PLACE_BUCKETS;
    struct order_job *const jobs = calloc(n, sizeof *jobs);
    if (jobs == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n; i++) {
        const uint32_t from = (uint32_t)i * PLACE_BUCKETS;
        const uint32_t to = from + PLACE_BUCKETS;
        jobs[i] = (struct order_job){
            .order = o, .from = from, .to = to < o->n_buckets ? to : o->n_buckets};
    }
    enum status status = run_all(workers, jobs, n, place_words);
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = jobs[i].largest > largest ? jobs[i].largest : largest;
    o->local_bits = bits_of(largest);
    if (status == STATUS_OK && o->local_bits + bits_of(o->n_buckets) > 32)
        status = fail(STATUS_LIMIT, "too many distinct words in one run");
    if (status == STATUS_OK)
        status = run_all(workers, jobs, n, add_buckets);
    free(jobs);
    return status;
}

enum status word_order_make(struct word_order *o, const struct word_table *const *tables,
                            unsigned n_tables, const bool *const *heavy, struct workers *workers)
{
    *o = (struct word_order){.tables = tables, .n_tables = n_tables};
    struct order_job jobs[WORKERS_MOST];
    for (unsigned t = 0; t < n_tables; t++)
        jobs[t] = (struct order_job){.order = o, .table = t};
    TRY(run_all(workers, jobs, n_tables, sort_table));
    struct keyed *samples = NULL;
    size_t n = 0;
    enum status status = sample(o, heavy, &samples, &n);
    if (status == STATUS_OK)
        status = cut(o, samples, n);
    free(samples);
    return status == STATUS_OK ? place_all(o, workers) : status;
}

void word_order_release(struct word_order *o)
{
    for (unsigned t = 0; t < o->n_tables; t++) {
        free(o->words[t]);
        free(o->starts[t]);
        free(o->places[t]);
    }
    free(o->single);
    *o = (struct word_order){0};
}
