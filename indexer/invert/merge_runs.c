/* SPDX-License-Identifier: Apache-2.0 */
/* merge_runs: a heap of readers by term, then by run. */
#include "indexer/invert/merge_runs.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/key_sort.h"

#define RANGE_MARKS  8u /* of each run, in a range: it scans half of one more to find its start */
#define RANGE_BYTES  (8u << 20) /* of all runs in a range, at most; less where memory is short */
#define BUFFER_LEAST 4096u
#define BUFFER_MOST  (128u << 10)

struct merge {
    struct run_file *file;
    struct postings_settings settings;
    size_t buffer_bytes;
    size_t range_bytes;
    struct postings_writer *writer;
    double seconds;
};

struct merge_job {
    struct job job;
    struct merge *merge;
    struct span from; /* the range of terms: from (empty: the least) */
    struct span to;   /* up to, not with (NULL: all that follow) */
    struct list_part part;
    double seconds;
};

/* What a worker needs while it merges a range. */
struct merging {
    struct list_encoder encoder;
    struct run_reader *readers;
    size_t n_open;
    struct run_reader **heap;
    size_t n;
    struct buf body;
    struct buf *forms; /* of the term at hand, one a run */
    size_t n_forms;
    struct buf term;
};

static bool before(const struct run_reader *a, const struct run_reader *b)
{
    const int order = span_compare(a->term, b->term);
    return order != 0 ? order < 0 : a->run < b->run;
}

static void sift_down(struct merging *m, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < m->n; child++)
            if (before(m->heap[child], m->heap[least]))
                least = child;
        if (least == i)
            return;
        struct run_reader *const swap = m->heap[i];
        m->heap[i] = m->heap[least];
        m->heap[least] = swap;
        i = least;
    }
}

static bool in_range(const struct merge_job *j, const struct run_reader *r)
{
    return r->there && (j->to.data == NULL || span_compare(r->term, j->to) < 0);
}

static enum status open_readers(const struct merge_job *j, struct merging *m)
{
    const struct merge *const merge = j->merge;
    const size_t n = merge->file->n_runs;
    m->readers = calloc(n, sizeof *m->readers);
    m->heap = calloc(n, sizeof(struct run_reader *));
    m->forms = calloc(n, sizeof *m->forms);
    if (m->readers == NULL || m->heap == NULL || m->forms == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n; i++) {
        m->n_open = i + 1;
        TRY(run_reader_open(&m->readers[i], merge->file, i, j->from, merge->buffer_bytes,
                            merge->settings.forms));
        if (in_range(j, &m->readers[i]))
            m->heap[m->n++] = &m->readers[i];
    }
    for (size_t i = m->n; i-- > 0;)
        sift_down(m, i);
    return STATUS_OK;
}

/* The term's postings of the run on top of the heap, then that run's next term. */
static enum status take_top(const struct merge_job *j, struct merging *m)
{
    struct run_reader *const r = m->heap[0];
    const bool forms = j->merge->settings.forms;
    TRY(run_reader_take(r, forms, &m->body, &m->forms[m->n_forms]));
    m->n_forms++;
    TRY(run_body_decode(buf_span(&m->body), r->df, r->cf, r->run->first_passage, &m->encoder));
    TRY(run_reader_next(r));
    if (!in_range(j, r))
        m->heap[0] = m->heap[--m->n];
    sift_down(m, 0);
    return STATUS_OK;
}

/* The forms of the term from all its runs: each list ascends, equal ones are added up. */
static void merge_forms(struct merging *m)
{
    struct head {
        struct cursor c;
        struct span form;
        uint64_t count;
        bool there;
    };
    struct head *const heads = calloc(m->n_forms, sizeof *heads);
    if (heads == NULL) {
        m->encoder.status = fail_no_memory();
        return;
    }
    for (size_t i = 0; i < m->n_forms; i++) {
        heads[i].c = cursor_of(m->forms[i].data, m->forms[i].len);
        heads[i].there = cursor_left(&heads[i].c) > 0;
        if (heads[i].there) {
            heads[i].form = cursor_bytes(&heads[i].c, (size_t)cursor_varint(&heads[i].c));
            heads[i].count = cursor_varint(&heads[i].c);
        }
    }
    for (;;) {
        size_t least = m->n_forms;
        for (size_t i = 0; i < m->n_forms; i++)
            if (heads[i].there &&
                (least == m->n_forms || span_compare(heads[i].form, heads[least].form) < 0))
                least = i;
        if (least == m->n_forms)
            break;
        const struct span form = heads[least].form;
        uint64_t count = 0;
        for (size_t i = least; i < m->n_forms; i++) {
            struct head *const h = &heads[i];
            if (!h->there || !span_equal(h->form, form))
                continue;
            count += h->count;
            h->there = cursor_left(&h->c) > 0;
            if (h->there) {
                h->form = cursor_bytes(&h->c, (size_t)cursor_varint(&h->c));
                h->count = cursor_varint(&h->c);
            }
        }
        list_encoder_form(&m->encoder, form, count);
    }
    free(heads);
}

static enum status merge_terms(const struct merge_job *j, struct merging *m)
{
    while (m->n > 0) {
        buf_clear(&m->term);
        buf_append_span(&m->term, m->heap[0]->term);
        TRY(buf_status(&m->term));
        const struct span term = buf_span(&m->term);
        list_encoder_begin(&m->encoder, term, UINT64_MAX);
        m->n_forms = 0;
        while (m->n > 0 && span_equal(m->heap[0]->term, term))
            TRY(take_top(j, m));
        if (j->merge->settings.forms)
            merge_forms(m);
        TRY(list_encoder_end(&m->encoder));
    }
    return STATUS_OK;
}

static void merging_release(struct merging *m)
{
    for (size_t i = 0; i < m->n_open; i++) {
        run_reader_release(&m->readers[i]);
        buf_release(&m->forms[i]);
    }
    free(m->readers);
    free(m->heap);
    free(m->forms);
    buf_release(&m->body);
    buf_release(&m->term);
    list_encoder_release(&m->encoder);
}

static enum status merge_range(struct job *job, unsigned worker)
{
    struct merge_job *const j = (struct merge_job *)job;
    const double start = clock_thread_seconds();
    struct merging m = {.n = 0};
    (void)worker;
    enum status status = list_encoder_init(&m.encoder, &j->merge->settings);
    if (status == STATUS_OK)
        status = open_readers(j, &m);
    if (status == STATUS_OK)
        status = merge_terms(j, &m);
    j->part = m.encoder.part;
    m.encoder.part = (struct list_part){.n_terms = 0};
    merging_release(&m);
    j->seconds = clock_thread_seconds() - start;
    return status;
}

static enum status append_part(struct job *job)
{
    struct merge_job *const j = (struct merge_job *)job;
    j->merge->seconds += j->seconds;
    const enum status status = postings_writer_append(j->merge->writer, &j->part);
    list_part_release(&j->part);
    return status;
}

static int compare_marks(const void *a, const void *b, void *file)
{
    const struct run_file *const f = file;
    return span_compare(f->marks[((const struct keyed *)a)->value].term,
                        f->marks[((const struct keyed *)b)->value].term);
}

/* The marks of all runs in the order of their terms. */
static enum status sort_marks(struct run_file *f, struct keyed **out)
{
    struct keyed *const marks = malloc((f->n_marks + 1) * sizeof *marks);
    if (marks == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < f->n_marks; i++)
        marks[i] = (struct keyed){key_of_string(f->marks[i].term.data, f->marks[i].term.len), i};
    *out = marks;
    return key_sort(marks, f->n_marks, compare_marks, f);
}

/* The jobs, each a range of terms that begins at a mark. Every job has its own reader a run, which
 * scans from the mark in front of the range, so a range covers several marks of each run where
 * memory allows. */
static size_t cut_ranges(struct merge *m, const struct keyed *marks, struct merge_job *jobs)
{
    const struct run_file *const f = m->file;
    const size_t bytes_a_mark = (size_t)(f->bytes.len / (f->n_marks + 1)) + 1;
    const size_t by_bytes = m->range_bytes / bytes_a_mark + 1;
    const size_t wanted = RANGE_MARKS * f->n_runs;
    const size_t step = wanted < by_bytes ? wanted : by_bytes;
    size_t n = 0;
    jobs[n++] = (struct merge_job){.merge = m};
    for (size_t i = step; i < f->n_marks; i += step) {
        const struct span term = f->marks[marks[i].value].term;
        if (span_equal(term, jobs[n - 1].from))
            continue;
        jobs[n - 1].to = term;
        jobs[n++] = (struct merge_job){.merge = m, .from = term};
    }
    return n;
}

static enum status run_jobs(struct merge_job *jobs, size_t n, struct workers *workers)
{
    for (size_t i = 0; i < n; i++) {
        jobs[i].job = (struct job){.run = merge_range, .finish = append_part};
        workers_submit(workers, &jobs[i].job);
        TRY(workers_finish(workers, workers_count(workers) + 1));
    }
    return workers_finish(workers, 0);
}

enum status merge_runs(struct run_file *file, const struct postings_settings *settings,
                       size_t memory, struct workers *workers, struct postings_writer *writer,
                       double *seconds)
{
    struct merge m = {.file = file, .settings = *settings, .writer = writer};
    const unsigned n_workers = workers_count(workers);
    const size_t share = memory / (n_workers * (file->n_runs + 1));
    m.range_bytes = memory / (2 * n_workers) < RANGE_BYTES ? memory / (2 * n_workers) : RANGE_BYTES;
    m.buffer_bytes = share < BUFFER_LEAST  ? BUFFER_LEAST
                     : share > BUFFER_MOST ? BUFFER_MOST
                                           : share;
    struct keyed *marks = NULL;
    TRY(sort_marks(file, &marks));
    struct merge_job *const jobs = calloc(file->n_marks + 1, sizeof *jobs);
    enum status status = jobs == NULL ? fail_no_memory() : STATUS_OK;
    size_t n = 0;
    if (status == STATUS_OK) {
        n = cut_ranges(&m, marks, jobs);
        status = run_jobs(jobs, n, workers);
    }
    for (size_t i = 0; i < n; i++)
        list_part_release(&jobs[i].part); /* of jobs behind a failure */
    free(jobs);
    free(marks);
    *seconds += m.seconds;
    return status;
}
