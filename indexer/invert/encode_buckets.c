/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode_buckets: buckets in groups, one a job. A heavy term is encoded window by window as its bucket
 * is read; the others are sorted first.
 */
#include <stdlib.h>

#include "common/base/clock.h"
#include "indexer/invert/inverter_internal.h"

/* Occurrences of the buckets that one job sorts and encodes. */
#define JOB_OCCURRENCES (96u << 10)
#define JOB_BUCKETS     64u
/* Occurrences of a heavy term that are encoded at a time: they stay in the second cache. */
#define WINDOW_OCCURRENCES (24u << 10)

struct bucket_job {
    struct job job;
    struct inverter *inverter;
    const struct partition *partition;
    struct postings_writer *writer; /* NULL: into a run */
    uint32_t from;                  /* buckets */
    uint32_t to;
    struct list_part part;
    struct buf run_bytes;
    struct buf bucket_ends; /* of a run: u64 each, in run_bytes */
    double sort_seconds;
    double encode_seconds;
};

/* Counts of the words of one form of the open term. */
struct open_form {
    struct span form;
    uint64_t count;
};

static void end_form(struct inverter_seat *s, bool to_run, struct open_form *f)
{
    if (f->count > 0 && to_run)
        run_encoder_form(&s->runs, f->form, f->count);
    else if (f->count > 0)
        list_encoder_form(&s->lists, f->form, f->count);
    f->count = 0;
}

/* Fills the empty block with occurrences from record i on, whole postings as far as it has room for
 * them and `n` allows; returns the first record that was not taken. Room for n values is there. */
static inline size_t fill_block(struct posting_block *b, struct occurrence_shape shape,
                                const uint64_t *records, size_t i, size_t n, uint32_t first_passage)
{
    uint32_t ends[BLOCK_VALUES + 1]; /* of each posting, in values, behind a 0 */
    uint32_t n_postings = 0;
    uint32_t n_values = 0;
    uint32_t last = UINT32_MAX; /* no passage: there are fewer */
    uint32_t next = 0;          /* the least position that may follow in it */
    ends[0] = 0;
    /* Choices instead of branches: whether a word repeats in a passage is as good as random. */
    for (; i < n; i++) {
        const uint32_t passage = occurrence_passage(shape, records[i]);
        const uint32_t position = occurrence_position(shape, records[i]);
        const bool fresh = passage != last;
        if (n_postings + fresh > BLOCK_VALUES)
            break;
        n_postings += fresh;
        b->passages[n_postings - 1] = first_passage + passage;
        b->values[n_values++] = position - (fresh ? 0 : next);
        ends[n_postings] = n_values;
        last = passage;
        next = position + 1;
    }
    for (uint32_t p = 0; p < n_postings; p++)
        b->tfs[p] = ends[p + 1] - ends[p];
    b->n = n_postings;
    b->n_values = n_values;
    return i;
}

/* Empties the block if there is something in it. */
static void flush(struct inverter_seat *s, bool to_run)
{
    if (to_run && s->runs.block.n > 0)
        run_encoder_flush(&s->runs);
    else if (!to_run && s->lists.block.n > 0)
        list_encoder_flush(&s->lists);
}

/* Hands a term's occurrences on, block by block; the last block stays. */
static enum status add_occurrences(struct inverter_seat *s, struct occurrence_shape shape,
                                   const uint64_t *records, size_t n, uint32_t first_passage,
                                   bool to_run)
{
    struct posting_block *const b = to_run ? &s->runs.block : &s->lists.block;
    TRY(posting_block_reserve(b, n));
    for (size_t i = 0; i < n;) {
        flush(s, to_run);
        i = fill_block(b, shape, records, i, n, first_passage);
    }
    return STATUS_OK;
}

/* Makes room for n records. */
static enum status grow_records(struct bucket_scratch *s, size_t n)
{
    if (n <= s->records_cap)
        return STATUS_OK;
    uint64_t *const records = realloc(s->records, n * sizeof *records);
    if (records == NULL)
        return fail_no_memory();
    s->records = records;
    s->records_cap = n;
    return STATUS_OK;
}

/* Hands the occurrences of a bucket of one term on, a window at a time. Where the window ends within
 * a block, that block is filled again from the next one. */
static enum status add_bucket(const struct bucket_job *j, struct inverter_seat *s, uint32_t bucket,
                              bool to_run)
{
    const struct occurrence_shape shape = j->partition->shape;
    const uint32_t first_passage = to_run ? 0 : j->inverter->run_first_passage;
    struct posting_block *const b = to_run ? &s->runs.block : &s->lists.block;
    struct bucket_reader reader;
    size_t room = WINDOW_OCCURRENCES;
    size_t n = 0;
    bucket_read_start(&reader, j->partition, bucket);
    for (bool more = true; more;) {
        TRY(grow_records(&s->scratch, room));
        TRY(posting_block_reserve(b, room));
        uint64_t *const records = s->scratch.records;
        const size_t got = bucket_read(&reader, records + n, room - n);
        n += got;
        more = got > 0;
        size_t start = 0; /* of the block that is filled */
        for (size_t i = 0; i < n; start = i < n ? i : start) {
            flush(s, to_run);
            i = fill_block(b, shape, records, i, n, first_passage);
        }
        if (!more)
            break;
        posting_block_clear(b);
        n -= start;
        memmove(records, records + start, n * sizeof *records);
        room = n > room / 2 ? 2 * room : room;
    }
    return STATUS_OK;
}

/* At most INLINE_OCCURRENCES occurrences as postings. */
static void rare_postings(struct occurrence_shape shape, const uint64_t *records, size_t n,
                          uint32_t first_passage, struct inline_postings *out)
{
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t passage = first_passage + occurrence_passage(shape, records[i]);
        out->positions[i] = occurrence_position(shape, records[i]);
        if (out->n > 0 && out->passages[out->n - 1] == passage) {
            out->tfs[out->n - 1]++;
        } else {
            out->passages[out->n] = passage;
            out->tfs[out->n++] = 1;
        }
    }
}

/* The words of the walk's next term, their forms to the encoder; false behind the last of the
 * bucket. *entry is a word of the term, then the first behind it. */
static bool take_forms(const struct inverter *v, struct inverter_seat *s, bool to_run,
                       struct bucket_walk *walk, struct bucket_entry *entry)
{
    const uint32_t local = entry->local;
    struct open_form form = {entry->form, 0};
    bool more = true;
    for (; more && entry->local == local; more = bucket_walk_next(walk, entry)) {
        if (!v->forms)
            continue;
        if (!span_equal(form.form, entry->form))
            end_form(s, to_run, &form);
        form.form = entry->form;
        for (unsigned i = 0; i < v->n_seats; i++)
            if (entry->word < v->seats[i].counts_cap)
                form.count += v->seats[i].counts[entry->word];
    }
    end_form(s, to_run, &form);
    return more;
}

static enum status encode_term(const struct bucket_job *j, struct inverter_seat *s,
                               struct span term, const uint64_t *records, size_t n)
{
    const struct occurrence_shape shape = j->partition->shape;
    const uint32_t first_passage = j->inverter->run_first_passage;
    struct inline_postings rare;
    if (j->writer == NULL) {
        TRY(add_occurrences(s, shape, records, n, 0, true));
        return run_encoder_end(&s->runs);
    }
    if (n <= INLINE_OCCURRENCES) {
        rare_postings(shape, records, n, first_passage, &rare);
        return list_encoder_rare(&s->lists, term, &rare);
    }
    list_encoder_begin(&s->lists, term, n);
    TRY(add_occurrences(s, shape, records, n, first_passage, false));
    return list_encoder_end(&s->lists);
}

/* The one term of a bucket of many occurrences. */
static enum status encode_heavy(const struct bucket_job *j, struct inverter_seat *s,
                                uint32_t bucket)
{
    const bool to_run = j->writer == NULL;
    struct bucket_walk walk;
    struct bucket_entry entry;
    bucket_walk_start(&walk, j->partition->order, bucket);
    (void)bucket_walk_next(&walk, &entry);
    if (to_run)
        run_encoder_begin(&s->runs, entry.term);
    else
        list_encoder_begin(&s->lists, entry.term, partition_count(j->partition, bucket));
    (void)take_forms(j->inverter, s, to_run, &walk, &entry);
    TRY(add_bucket(j, s, bucket, to_run));
    return to_run ? run_encoder_end(&s->runs) : list_encoder_end(&s->lists);
}

static bool is_heavy(const struct partition *p, uint32_t bucket)
{
    return p->order->single[bucket] && partition_count(p, bucket) > WINDOW_OCCURRENCES;
}

/* The terms of a sorted bucket, each with its occurrences and forms. Words that were looked up but
 * are in no passage have neither. */
static enum status encode_bucket(const struct bucket_job *j, struct inverter_seat *s,
                                 uint32_t bucket)
{
    const bool to_run = j->writer == NULL;
    struct bucket_walk walk;
    struct bucket_entry entry;
    bucket_walk_start(&walk, j->partition->order, bucket);
    bool more = bucket_walk_next(&walk, &entry);
    while (more) {
        const struct span term = entry.term;
        const uint64_t from = s->scratch.starts[entry.local];
        const size_t n = (size_t)(s->scratch.starts[entry.local + 1] - from);
        if (to_run)
            run_encoder_begin(&s->runs, term);
        more = take_forms(j->inverter, s, to_run, &walk, &entry);
        if (n > 0)
            TRY(encode_term(j, s, term, s->scratch.records + from, n));
    }
    return STATUS_OK;
}

static enum status run_buckets(struct job *job, unsigned worker)
{
    struct bucket_job *const j = (struct bucket_job *)job;
    struct inverter_seat *const s = &j->inverter->seats[worker];
    const bool to_run = j->writer == NULL;
    const double start = clock_thread_seconds();
    j->sort_seconds = 0;
    for (uint32_t bucket = j->from; bucket < j->to; bucket++) {
        if (is_heavy(j->partition, bucket)) {
            TRY(encode_heavy(j, s, bucket));
        } else {
            const double before = clock_thread_seconds();
            TRY(partition_sort(j->partition, bucket, &s->scratch));
            j->sort_seconds += clock_thread_seconds() - before;
            TRY(encode_bucket(j, s, bucket));
        }
        if (to_run)
            buf_put_le64(&j->bucket_ends, s->runs.bytes.len);
    }
    /* The part goes with the job, and an empty one comes back for the next. */
    if (to_run) {
        const struct buf swap = j->run_bytes;
        j->run_bytes = s->runs.bytes;
        s->runs.bytes = swap;
        TRY(buf_status(&j->bucket_ends));
    } else {
        const struct list_part swap = j->part;
        j->part = s->lists.part;
        s->lists.part = swap;
    }
    j->encode_seconds = clock_thread_seconds() - start - j->sort_seconds;
    return STATUS_OK;
}

/* The first term of a piece of a run. */
static struct span first_term(struct span bytes)
{
    struct cursor c = cursor_of(bytes.data, bytes.len);
    return cursor_bytes(&c, (size_t)cursor_varint(&c));
}

static enum status append_to_run(struct bucket_job *j)
{
    uint64_t from = 0;
    for (size_t i = 0; i < j->bucket_ends.len / 8; i++) {
        const uint64_t to = load_le64(j->bucket_ends.data + 8 * i);
        const struct span piece = span_of(j->run_bytes.data + from, (size_t)(to - from));
        if (piece.len > 0)
            TRY(run_file_append(&j->inverter->runs, first_term(piece), piece));
        from = to;
    }
    return STATUS_OK;
}

static enum status finish_buckets(struct job *job)
{
    struct bucket_job *const j = (struct bucket_job *)job;
    j->inverter->seconds.sort += j->sort_seconds;
    j->inverter->seconds.encode += j->encode_seconds;
    const double start = clock_thread_seconds();
    TRY(j->writer == NULL ? append_to_run(j) : postings_writer_append(j->writer, &j->part));
    j->inverter->seconds.write += clock_thread_seconds() - start;
    list_part_clear(&j->part);
    buf_clear(&j->run_bytes);
    buf_clear(&j->bucket_ends);
    return STATUS_OK;
}

/* Submits all buckets in groups, as many jobs at a time as keep the workers busy. */
static enum status submit_buckets(struct inverter *v, const struct partition *p,
                                  struct postings_writer *writer, struct bucket_job *jobs,
                                  unsigned n_jobs)
{
    const uint32_t n_buckets = p->order->n_buckets;
    unsigned next = 0;
    for (uint32_t from = 0; from < n_buckets;) {
        uint64_t occurrences = 0;
        uint32_t to = from;
        while (to < n_buckets && to - from < JOB_BUCKETS && occurrences < JOB_OCCURRENCES)
            occurrences += partition_count(p, to++);
        struct bucket_job *const j = &jobs[next++ % n_jobs];
        j->job = (struct job){.run = run_buckets, .finish = finish_buckets};
        j->inverter = v;
        j->partition = p;
        j->writer = writer;
        j->from = from;
        j->to = to;
        workers_submit(v->workers, &j->job);
        TRY(workers_finish(v->workers, n_jobs - 1)); /* the next job's slot is free */
        from = to;
    }
    return workers_finish(v->workers, 0);
}

enum status encode_buckets(struct inverter *v, const struct partition *p,
                           struct postings_writer *writer)
{
    const unsigned n_jobs = 2 * v->n_seats + 1;
    struct bucket_job *const jobs = calloc(n_jobs, sizeof *jobs);
    if (jobs == NULL)
        return fail_no_memory();
    const enum status status = submit_buckets(v, p, writer, jobs, n_jobs);
    for (unsigned i = 0; i < n_jobs; i++) {
        list_part_release(&jobs[i].part);
        buf_release(&jobs[i].run_bytes);
        buf_release(&jobs[i].bucket_ends);
    }
    free(jobs);
    return status;
}
