/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partition: a bucket is a chain of blocks of 4 KB, for each range of streams one, so that workers
 * fill them without asking one another, and no pass is needed to count first.
 */
#include "indexer/invert/partition.h"

#include <stdlib.h>

#define BLOCK_BYTES 4096u
#define LINK_BYTES  8u /* at a block's start: the next block */
#define PREFETCH    24u

/* Records are written as 8 bytes, of which the next record overwrites those behind its start. */
#define STORE_BYTES 8u

/* Where the next record goes stands apart (struct partition): that is read and written for each
 * record, and these only for each block. */
struct bucket_chain {
    uint8_t *first; /* block; NULL: nothing in it */
    uint64_t blocks;
};

/* Records in a full block. */
static unsigned block_records(unsigned bytes)
{
    return (BLOCK_BYTES - LINK_BYTES - STORE_BYTES) / bytes + 1;
}

/* Whether no record can be stored there any more, since its block ends or there is none yet. */
static inline bool at_end(const uint8_t *at)
{
    return ((uintptr_t)at - 1) % BLOCK_BYTES >= BLOCK_BYTES - STORE_BYTES;
}

/* The block in which the last record before `at` ends. */
static inline uint8_t *block_of(uint8_t *at)
{
    return at - 1 - ((uintptr_t)at - 1) % BLOCK_BYTES;
}

struct range_job {
    struct job job;
    const struct partition *partition;
    const struct word_stream *streams;
    size_t n_streams;
    struct region *region;
    struct bucket_chain *chains; /* of this range, one a bucket */
    uint8_t **ends;              /* likewise */
    bool spend;
    uint8_t *spare; /* blocks in memory of streams, each with the address of the next */
};

static uint8_t *next_block(const uint8_t *block)
{
    uint8_t *next;
    memcpy(&next, block, sizeof next);
    return next;
}

static void set_next_block(uint8_t *block, uint8_t *next)
{
    memcpy(block, &next, sizeof next);
}

_Static_assert(sizeof(uint8_t *) <= LINK_BYTES, "a link holds an address");

/* A new block behind the last of the bucket's chain, or as its first. */
static bool extend(struct range_job *j, uint32_t bucket)
{
    struct bucket_chain *const c = &j->chains[bucket];
    uint8_t *const block = j->spare != NULL ? j->spare : region_take(j->region, BLOCK_BYTES);
    if (block == NULL)
        return false;
    if (block == j->spare)
        j->spare = next_block(block);
    if (c->first == NULL)
        c->first = block;
    else
        set_next_block(block_of(j->ends[bucket]), block);
    c->blocks++;
    j->ends[bucket] = block + LINK_BYTES;
    return true;
}

/* The stream's words were taken: what whole blocks their memory holds are spare. */
static void spend_stream(struct range_job *j, const struct word_stream *s)
{
    const uintptr_t end = (uintptr_t)(s->words + s->n);
    uintptr_t at = ((uintptr_t)s->words + BLOCK_BYTES - 1) & ~(uintptr_t)(BLOCK_BYTES - 1);
    for (; at < end && end - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
        uint8_t *const block = (uint8_t *)at;
        set_next_block(block, j->spare);
        j->spare = block;
    }
}

static enum status take_stream(struct range_job *j, const struct word_stream *s)
{
    const struct occurrence_shape shape = j->partition->shape;
    const uint32_t *const places = j->partition->order->places;
    const uint32_t local_mask = (uint32_t)((UINT64_C(1) << shape.local_bits) - 1);
    const unsigned shift = shape.passage_bits + shape.position_bits;
    uint8_t **const ends = j->ends;
    const uint8_t *const bytes = j->partition->bytes;
    uint64_t i = 0;
    for (uint32_t p = 0; p < s->n_passages; p++) {
        const uint64_t end = s->ends[p];
        uint64_t place_bits = (uint64_t)(s->first_passage + p) << shape.position_bits;
        for (; i < end; i++, place_bits++) {
            const uint32_t word = s->words[i];
            /* A dropped word's place is nowhere, but a prefetch may go anywhere. */
            __builtin_prefetch(&places[s->words[i + PREFETCH < s->n ? i + PREFETCH : i]]);
            if (word == WORD_DROPPED)
                continue;
            const uint32_t place = places[word];
            const uint32_t bucket = place >> shape.local_bits;
            if (at_end(ends[bucket]) && !extend(j, bucket))
                return fail(STATUS_NO_MEMORY, "out of memory: give more --memory");
            store_le64(ends[bucket], (uint64_t)(place & local_mask) << shift | place_bits);
            ends[bucket] += bytes[bucket];
        }
    }
    return STATUS_OK;
}

static enum status take_range(struct job *job, unsigned worker)
{
    struct range_job *const j = (struct range_job *)job;
    (void)worker;
    for (size_t i = 0; i < j->n_streams; i++) {
        TRY(take_stream(j, &j->streams[i]));
        if (j->spend)
            spend_stream(j, &j->streams[i]);
    }
    return STATUS_OK;
}

/* Cuts the streams into ranges of about equal numbers of words. */
static void share_out(const struct word_stream *streams, size_t n_streams, struct range_job *jobs,
                      unsigned n_jobs)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n_streams; i++)
        total += streams[i].n;
    size_t at = 0;
    uint64_t done = 0;
    for (unsigned j = 0; j < n_jobs; j++) {
        jobs[j].streams = streams + at;
        const size_t start = at;
        while (at < n_streams && (j + 1 == n_jobs || done < total / n_jobs * (j + 1)))
            done += streams[at++].n;
        jobs[j].n_streams = at - start;
    }
}

enum status partition_make(struct partition *p, const struct word_order *order,
                           const struct word_stream *streams, size_t n_streams,
                           struct occurrence_shape shape, bool spend, struct region *regions,
                           struct workers *workers)
{
    struct range_job jobs[WORKERS_MOST];
    const unsigned n = workers_count(workers);
    *p = (struct partition){.order = order, .shape = shape, .n_ranges = n};
    p->chains = calloc((size_t)n * order->n_buckets, sizeof *p->chains);
    p->ends = calloc((size_t)n * order->n_buckets, sizeof *p->ends);
    p->bytes = malloc(order->n_buckets);
    if (p->chains == NULL || p->ends == NULL || p->bytes == NULL)
        return fail_no_memory();
    const struct occurrence_shape single = {0, shape.passage_bits, shape.position_bits};
    for (uint32_t b = 0; b < order->n_buckets; b++)
        p->bytes[b] = (uint8_t)occurrence_bytes(order->single[b] ? single : shape);
    share_out(streams, n_streams, jobs, n);
    for (unsigned i = 0; i < n; i++) {
        region_clear(&regions[i]);
        jobs[i].job = (struct job){.run = take_range};
        jobs[i].partition = p;
        jobs[i].region = &regions[i];
        jobs[i].spend = spend;
        jobs[i].spare = NULL;
        jobs[i].chains = p->chains + (size_t)i * order->n_buckets;
        jobs[i].ends = p->ends + (size_t)i * order->n_buckets;
        workers_submit(workers, &jobs[i].job);
    }
    return workers_finish(workers, 0);
}

void partition_release(struct partition *p)
{
    free(p->chains);
    free(p->ends);
    free(p->bytes);
    p->bytes = NULL;
    p->chains = NULL;
    p->ends = NULL;
}

/* Blocks of a chain stand anywhere, so what comes next is asked for before this one is read. */
static void prefetch_block(const uint8_t *block)
{
    for (size_t line = 0; line < 4; line++)
        __builtin_prefetch(block + 64 * line);
}

static bool next_piece(struct chain_walk *w, const uint8_t **records, size_t *n)
{
    if (w->block == NULL)
        return false;
    const bool last = block_of(w->end) == w->block;
    *records = w->block + LINK_BYTES;
    *n = last ? (size_t)(w->end - *records) / w->bytes : block_records(w->bytes);
    w->block = last ? NULL : next_block(w->block);
    if (!last)
        prefetch_block(w->block);
    return true;
}

/* The chain of `bucket` in range r. */
static struct chain_walk chain_of(const struct partition *p, uint32_t bucket, unsigned r)
{
    const size_t chain = (size_t)r * p->order->n_buckets + bucket;
    return (struct chain_walk){p->chains[chain].first, p->ends[chain], p->bytes[bucket]};
}

uint64_t partition_count(const struct partition *p, uint32_t bucket)
{
    const unsigned bytes = p->bytes[bucket];
    uint64_t count = 0;
    for (unsigned r = 0; r < p->n_ranges; r++) {
        const size_t chain = (size_t)r * p->order->n_buckets + bucket;
        uint8_t *const end = p->ends[chain];
        if (p->chains[chain].first != NULL)
            count += (p->chains[chain].blocks - 1) * block_records(bytes) +
                     (size_t)(end - block_of(end) - LINK_BYTES) / bytes;
    }
    return count;
}

static enum status make_room(struct bucket_scratch *s, size_t records, size_t terms)
{
    if (records > s->records_cap) {
        free(s->records);
        s->records_cap = records + records / 4;
        s->records = malloc(s->records_cap * sizeof *s->records);
    }
    if (terms > s->starts_cap) {
        free(s->starts);
        s->starts_cap = 2 * terms;
        s->starts = malloc(s->starts_cap * sizeof *s->starts);
    }
    if (s->records != NULL && s->starts != NULL)
        return STATUS_OK;
    s->records_cap = s->records == NULL ? 0 : s->records_cap;
    s->starts_cap = s->starts == NULL ? 0 : s->starts_cap;
    return fail_no_memory();
}

void bucket_read_start(struct bucket_reader *r, const struct partition *p, uint32_t bucket)
{
    *r = (struct bucket_reader){.partition = p, .bucket = bucket, .walk = chain_of(p, bucket, 0)};
}

/* The next piece of the bucket, of whatever range. */
static bool next_of_bucket(struct bucket_reader *r)
{
    while (!next_piece(&r->walk, &r->records, &r->left)) {
        if (++r->range >= r->partition->n_ranges)
            return false;
        r->walk = chain_of(r->partition, r->bucket, r->range);
    }
    return true;
}

/* The bytes of an occurrence: none where a bucket has one term, one passage and one position. */
static uint64_t mask_of(unsigned bytes)
{
    return bytes == 0 ? 0 : UINT64_MAX >> (64 - 8 * bytes);
}

size_t bucket_read(struct bucket_reader *r, uint64_t *records, size_t most)
{
    const unsigned bytes = r->partition->bytes[r->bucket];
    const uint64_t mask = mask_of(bytes);
    size_t n = 0;
    while (n < most && (r->left > 0 || next_of_bucket(r))) {
        const size_t some = r->left < most - n ? r->left : most - n;
        const uint8_t *from = r->records;
        for (size_t i = 0; i < some; i++, from += bytes)
            records[n + i] = load_le64(from) & mask;
        r->records = from;
        r->left -= some;
        n += some;
    }
    return n;
}

/* A bucket of one term. */
static void join(const struct partition *p, uint32_t bucket, struct bucket_scratch *s, size_t terms)
{
    struct bucket_reader r;
    bucket_read_start(&r, p, bucket);
    const size_t n = bucket_read(&r, s->records, s->records_cap);
    s->starts[0] = 0;
    for (size_t t = 1; t <= terms; t++)
        s->starts[t] = n;
}

enum status partition_sort(const struct partition *p, uint32_t bucket, struct bucket_scratch *s)
{
    const size_t terms = (size_t)1 << p->shape.local_bits;
    const unsigned shift = p->shape.passage_bits + p->shape.position_bits;
    const uint64_t term_mask = terms - 1;
    const unsigned bytes = p->bytes[bucket];
    const uint64_t mask = mask_of(bytes);
    TRY(make_room(s, (size_t)partition_count(p, bucket) + 1, terms + 2));
    if (p->order->single[bucket]) {
        join(p, bucket, s, terms);
        return STATUS_OK;
    }
    uint64_t *const starts = s->starts;
    memset(starts, 0, (terms + 2) * sizeof *starts);
    const uint8_t *records;
    size_t n;
    for (unsigned r = 0; r < p->n_ranges; r++)
        for (struct chain_walk w = chain_of(p, bucket, r); next_piece(&w, &records, &n);)
            for (size_t i = 0; i < n; i++, records += bytes)
                starts[2 + (load_le64(records) >> shift & term_mask)]++;
    for (size_t t = 2; t < terms + 2; t++)
        starts[t] += starts[t - 1];
    for (unsigned r = 0; r < p->n_ranges; r++)
        for (struct chain_walk w = chain_of(p, bucket, r); next_piece(&w, &records, &n);)
            for (size_t i = 0; i < n; i++, records += bytes) {
                const uint64_t record = load_le64(records) & mask;
                s->records[starts[1 + (record >> shift & term_mask)]++] = record;
            }
    return STATUS_OK;
}
