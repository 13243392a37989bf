/* SPDX-License-Identifier: Apache-2.0 */
/* inverter: streams into a partition, buckets into lists or into a run. */
#include "indexer/invert/inverter_internal.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/codec/bitpack.h"

/* Bytes that a word of the streams takes until it is in a list, besides its occurrence in a
 * partition, which takes its own place: what blocks waste, and its share of the largest bucket's
 * scratch and of the lists. */
#define BYTES_A_WORD 3u

/* Address space is cheap, and how much of it is touched is inverter_is_full's business: one batch
 * may be as large as one document. Where address space is limited, less must do. */
static enum status reserve(struct region *r, size_t wanted, size_t least)
{
    if (region_reserve(r, wanted, false) == STATUS_OK)
        return STATUS_OK;
    return region_reserve(r, least, false);
}

static enum status open_seat(struct inverter_seat *s, const struct inverter_options *o)
{
    const size_t slack = UINT64_C(4) << 30;
    TRY(analyzer_new(o->profile, &s->analyzer));
    TRY(reserve(&s->stream, o->memory / 2 + slack, o->memory / 2));
    return reserve(&s->buckets, o->memory + 2 * slack, o->memory);
}

enum status inverter_init(struct inverter *v, const struct inverter_options *options,
                          struct workers *workers)
{
    *v = (struct inverter){
        .options = *options, .workers = workers, .n_seats = workers_count(workers)};
    v->forms = options->profile->stem != STEM_NONE || options->profile->strip_possessive;
    v->seats = calloc(v->n_seats, sizeof *v->seats);
    if (v->seats == NULL)
        return fail_no_memory();
    run_file_init(&v->runs, options->folder);
    TRY(word_table_init(&v->table, options->memory * 3 / 8, v->n_seats > 1));
    for (unsigned i = 0; i < v->n_seats; i++)
        TRY(open_seat(&v->seats[i], options));
    return STATUS_OK;
}

static void close_seat(struct inverter_seat *s)
{
    analyzer_free(s->analyzer);
    region_release(&s->stream);
    region_release(&s->buckets);
    free(s->counts);
    buf_release(&s->ends);
    free(s->scratch.records);
    free(s->scratch.starts);
}

static void drop_partition(struct inverter *v)
{
    partition_release(&v->partition);
    word_order_release(&v->order);
    v->prepared = false;
}

void inverter_forget(struct inverter *v)
{
    drop_partition(v);
    for (unsigned i = 0; i < v->n_seats; i++) {
        close_seat(&v->seats[i]);
        v->seats[i] = (struct inverter_seat){.start = 0};
    }
    word_table_release(&v->table);
}

void inverter_release(struct inverter *v)
{
    if (v->seats == NULL)
        return;
    inverter_forget(v);
    run_file_release(&v->runs);
    free(v->seats);
    free(v->streams);
    v->seats = NULL;
}

/* Makes counts for n words, new ones 0. */
static enum status grow_counts(struct inverter_seat *s, uint32_t n)
{
    if (n <= s->counts_cap)
        return STATUS_OK;
    const size_t cap = 2 * (size_t)n + 1024;
    uint32_t *const counts = realloc(s->counts, cap * sizeof *counts);
    if (counts == NULL)
        return fail_no_memory();
    memset(counts + s->counts_cap, 0, (cap - s->counts_cap) * sizeof *counts);
    s->counts = counts;
    s->counts_cap = cap;
    return STATUS_OK;
}

enum status inverter_look_up(struct inverter *v, unsigned worker, const struct word_text *texts,
                             size_t n_texts, const uint8_t *end, const struct token *tokens,
                             uint32_t *words)
{
    struct inverter_seat *const s = &v->seats[worker];
    TRY(word_table_look_up_all(&v->table, s->analyzer, texts, n_texts, end, tokens, words));
    return v->forms ? grow_counts(s, v->table.n) : STATUS_OK;
}

bool inverter_drops(const struct inverter *v)
{
    return v->table.any_dropped;
}

void inverter_begin(struct inverter *v, unsigned worker, struct word_stream *stream)
{
    struct inverter_seat *const s = &v->seats[worker];
    const uint32_t *const words = region_take(&s->stream, 0);
    *stream = (struct word_stream){.words = words};
    buf_clear(&s->ends);
    s->start = 0;
}

static enum status no_room(void)
{
    return fail(STATUS_NO_MEMORY, "out of memory: a document is larger than --memory allows");
}

enum status inverter_add(struct inverter *v, unsigned worker, struct word_stream *stream,
                         const uint32_t *words, size_t n)
{
    struct inverter_seat *const s = &v->seats[worker];
    if (n * sizeof *words > region_left(&s->stream) || n > UINT32_MAX - stream->n)
        return no_room();
    memcpy(s->stream.base + s->stream.used, words, n * sizeof *words);
    s->stream.used += n * sizeof *words;
    stream->n += n;
    for (size_t i = 0; v->forms && i < n; i++)
        if (words[i] != WORD_DROPPED)
            s->counts[words[i]]++;
    return STATUS_OK;
}

enum status inverter_end_passage(struct inverter *v, unsigned worker, struct word_stream *stream)
{
    struct inverter_seat *const s = &v->seats[worker];
    const uint32_t end = (uint32_t)stream->n;
    buf_append(&s->ends, &end, sizeof end);
    stream->longest = end - s->start > stream->longest ? end - s->start : stream->longest;
    stream->n_passages++;
    s->start = end;
    return buf_status(&s->ends);
}

enum status inverter_end(struct inverter *v, unsigned worker, struct word_stream *stream)
{
    struct inverter_seat *const s = &v->seats[worker];
    s->stream.used = (s->stream.used + 63) & ~(size_t)63;
    uint32_t *const ends = region_take(&s->stream, s->ends.len);
    if (ends == NULL)
        return no_room();
    if (s->ends.len > 0)
        memcpy(ends, s->ends.data, s->ends.len);
    stream->ends = ends;
    return STATUS_OK;
}

enum status inverter_take(struct inverter *v, const struct word_stream *stream)
{
    if (v->n_streams == v->streams_cap) {
        const size_t cap = v->streams_cap == 0 ? 256 : 2 * v->streams_cap;
        struct word_stream *const streams = realloc(v->streams, cap * sizeof *streams);
        if (streams == NULL)
            return fail_no_memory();
        v->streams = streams;
        v->streams_cap = cap;
    }
    struct word_stream *const s = &v->streams[v->n_streams++];
    *s = *stream;
    s->first_passage = v->n_passages;
    v->n_passages += s->n_passages;
    v->n_words += s->n;
    v->longest = s->longest > v->longest ? s->longest : v->longest;
    return STATUS_OK;
}

static struct occurrence_shape shape_of(const struct inverter *v, unsigned local_bits)
{
    return (struct occurrence_shape){local_bits, bits_of(v->n_passages), bits_of(v->longest)};
}

bool inverter_is_full(const struct inverter *v)
{
    bool full = atomic_load_explicit(&v->table.full, memory_order_relaxed);
    /* Terms of a bucket take at most 16 bits or so. */
    const struct occurrence_shape shape = shape_of(v, 17);
    full |= shape.local_bits + shape.passage_bits + shape.position_bits > OCCURRENCE_BITS;
    const size_t bytes_a_word = BYTES_A_WORD + occurrence_bytes(shape);
    return full || word_table_bytes(&v->table) + bytes_a_word * v->n_words > v->options.memory;
}

/* Every how many streams are looked at for heavy words. */
#define GUESS_STREAMS 16u
/* A term of so many occurrences has a bucket of its own. */
#define HEAVY_OCCURRENCES 8192u

/* Which words are heavy, by a sample of the streams (heap). */
static enum status guess_heavy(const struct inverter *v, bool **out)
{
    const uint32_t n_words = v->table.n;
    uint32_t *const counts = calloc((size_t)n_words + 1, sizeof *counts);
    bool *const heavy = calloc((size_t)n_words + 1, sizeof *heavy);
    *out = heavy;
    if (counts == NULL || heavy == NULL) {
        free(counts);
        return fail_no_memory();
    }
    for (size_t i = 0; i < v->n_streams; i += GUESS_STREAMS) {
        const struct word_stream *const s = &v->streams[i];
        for (uint64_t k = 0; k < s->n; k++)
            if (s->words[k] != WORD_DROPPED)
                counts[s->words[k]]++;
    }
    for (uint32_t w = 0; w < n_words; w++)
        heavy[w] = counts[w] >= HEAVY_OCCURRENCES / GUESS_STREAMS;
    free(counts);
    return STATUS_OK;
}

static enum status make_order(struct inverter *v, struct job *beside)
{
    bool *heavy = NULL;
    const double start = clock_process_seconds();
    word_table_trim(&v->table);
    enum status status = guess_heavy(v, &heavy);
    if (status == STATUS_OK)
        status = word_order_make(&v->order, &v->table, heavy, v->workers, beside);
    free(heavy);
    v->seconds.sort += clock_process_seconds() - start;
    return status;
}

static enum status make_partition(struct inverter *v)
{
    struct region regions[WORKERS_MOST];
    const double start = clock_process_seconds();
    const struct occurrence_shape shape = shape_of(v, v->order.local_bits);
    if (shape.local_bits + shape.passage_bits + shape.position_bits > OCCURRENCE_BITS)
        return fail(STATUS_LIMIT, "a run of %u passages of up to %u words has too many words",
                    v->n_passages, v->longest);
    for (unsigned i = 0; i < v->n_seats; i++)
        regions[i] = v->seats[i].buckets;
    const enum status status = partition_make(&v->partition, &v->order, v->streams, v->n_streams,
                                              shape, true, regions, v->workers);
    v->seconds.invert += clock_process_seconds() - start;
    return status;
}

enum status inverter_prepare(struct inverter *v, struct job *beside)
{
    if (v->runs.n_runs > 0 || v->prepared) {
        if (beside != NULL)
            workers_submit(v->workers, beside);
        return workers_finish(v->workers, 0);
    }
    TRY(make_order(v, beside));
    TRY(make_partition(v));
    v->prepared = true;
    return STATUS_OK;
}

/* Sorts the words, then their occurrences, and encodes them. */
static enum status invert(struct inverter *v, struct postings_writer *writer)
{
    enum status status = STATUS_OK;
    if (!v->prepared)
        status = make_order(v, NULL);
    if (status == STATUS_OK && !v->prepared)
        status = make_partition(v);
    if (status == STATUS_OK)
        status = encode_buckets(v, &v->partition, writer);
    return status;
}

/* Forgets what the table and the streams hold. */
static enum status empty(struct inverter *v)
{
    for (unsigned i = 0; i < v->n_seats; i++) {
        struct inverter_seat *const s = &v->seats[i];
        if (s->counts != NULL)
            memset(s->counts, 0, s->counts_cap * sizeof *s->counts);
        region_clear(&s->stream);
    }
    TRY(word_table_clear(&v->table));
    v->run_first_passage += v->n_passages;
    v->n_passages = 0;
    v->n_streams = 0;
    v->n_words = 0;
    v->longest = 0;
    return STATUS_OK;
}

enum status inverter_spill(struct inverter *v)
{
    if (v->n_passages == 0)
        return STATUS_OK;
    for (unsigned i = 0; i < v->n_seats; i++)
        run_encoder_init(&v->seats[i].runs, v->forms);
    TRY(run_file_begin(&v->runs, v->run_first_passage));
    const enum status status = invert(v, NULL);
    drop_partition(v);
    for (unsigned i = 0; i < v->n_seats; i++)
        run_encoder_release(&v->seats[i].runs);
    TRY(status);
    run_file_end(&v->runs);
    return empty(v);
}

static enum status write_from_memory(struct inverter *v, const struct postings_settings *settings,
                                     struct postings_writer *writer)
{
    enum status status = STATUS_OK;
    const unsigned n = v->n_seats;
    for (unsigned i = 0; i < n && status == STATUS_OK; i++)
        status = list_encoder_init(&v->seats[i].lists, settings);
    if (status == STATUS_OK)
        status = invert(v, writer);
    for (unsigned i = 0; i < n; i++)
        list_encoder_release(&v->seats[i].lists);
    return status;
}

/* Before the merge, memory of the table and the streams goes back. */
static enum status write_from_runs(struct inverter *v, const struct postings_settings *settings,
                                   struct postings_writer *writer)
{
    TRY(inverter_spill(v));
    inverter_forget(v);
    return merge_runs(&v->runs, settings, v->options.memory / 4, v->workers, writer,
                      &v->seconds.merge);
}

enum status inverter_write(struct inverter *v, const struct postings_settings *settings,
                           struct postings_writer *writer)
{
    return v->runs.n_runs > 0 ? write_from_runs(v, settings, writer)
                              : write_from_memory(v, settings, writer);
}
