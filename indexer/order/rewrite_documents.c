/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite_documents: documents fetched by the workers, some at a time, from all over the segment. To
 * fetch one is to unpack the blob of its record and the blocks of its text, which is why it is worth
 * several threads. Long texts are left to the thread that puts them down, so that what waits for
 * it stays small.
 */
#include <stdlib.h>

#include "common/segment/documents.h"
#include "common/segment/stored_text.h"
#include "indexer/order/rewrite_internal.h"

#define JOB_DOCUMENTS  64u
#define JOB_TEXT_BYTES 16384u

/* A worker's readers. */
struct fetch_seat {
    struct document_reader documents;
    struct text_reader texts;
};

struct fetched {
    uint32_t number; /* in the segment */
    struct document_record record;
    size_t id_bytes;
    bool has_text;
};

struct fetch_job;

struct fetching {
    struct rewriting *w;
    struct fetch_seat *seats; /* one a worker; the thread that puts down is worker 0 */
    struct fetch_job *jobs;
    unsigned n_jobs;
    struct passage_reader places;
};

struct fetch_job {
    struct job job;
    struct fetching *fetching;
    uint32_t from; /* new number of the first document */
    uint32_t n;
    struct fetched fetched[JOB_DOCUMENTS];
    struct buf bytes; /* of each: id, title, url, source, text */
};

static enum status fetch(struct fetch_job *j, struct fetch_seat *seat, struct fetched *f)
{
    const struct segment *const s = j->fetching->w->r->segment;
    struct document_record *const record = &f->record;
    const size_t start = j->bytes.len;
    TRY(document_id(s, f->number, &j->bytes));
    f->id_bytes = j->bytes.len - start;
    TRY(document_reader_get(&seat->documents, f->number, record));
    buf_append_span(&j->bytes, record->title);
    buf_append_span(&j->bytes, record->url);
    buf_append_span(&j->bytes, record->source);
    f->has_text = segment_has(s, FEATURE_TEXT) && record->text_bytes <= JOB_TEXT_BYTES;
    if (f->has_text)
        TRY(text_reader_get(&seat->texts, record->text_start, record->text_bytes, &j->bytes));
    return buf_status(&j->bytes);
}

static enum status run_fetch(struct job *job, unsigned worker)
{
    struct fetch_job *const j = (struct fetch_job *)job;
    for (uint32_t i = 0; i < j->n; i++) {
        j->fetched[i].number = j->fetching->w->r->order[j->from + i];
        TRY(fetch(j, &j->fetching->seats[worker], &j->fetched[i]));
    }
    return STATUS_OK;
}

static enum status put_passages(struct rewriting *w, struct passage_reader *places,
                                const struct document_record *record)
{
    const struct segment *const s = w->r->segment;
    const uint64_t end = (uint64_t)record->first_passage + record->n_passages;
    if (end > s->header.passages)
        return fail(STATUS_CORRUPT, "a document of passages that are not there");
    for (uint32_t p = record->first_passage; p < end; p++) {
        struct passage_place place = {0, 0, record->text_bytes};
        if (w->numbers[p] != PASSAGE_UNKNOWN)
            return fail(STATUS_CORRUPT, "a passage of two documents");
        w->numbers[p] = w->passages.n;
        if (!segment_has(s, FEATURE_WHOLE))
            TRY(passage_reader_get(places, p, &place));
        TRY(passages_writer_add(&w->passages, (uint32_t)w->documents.n, place.start, place.end,
                                segment_length(s, p), segment_title_positions(s, p)));
    }
    return STATUS_OK;
}

static struct span take(const uint8_t **at, size_t len)
{
    const struct span taken = span_of(*at, len);
    *at += len;
    return taken;
}

/* Puts one document down; *at is where its bytes stand, and moves behind them. */
static enum status put_document(struct fetching *fetching, const struct fetched *f,
                                const uint8_t **at)
{
    struct rewriting *const w = fetching->w;
    const struct segment *const s = w->r->segment;
    const struct document_record *const record = &f->record;
    struct buf long_text = BUF_INIT;
    struct document_facts facts = {
        .date = record->date, .first_passage = w->passages.n, .n_passages = record->n_passages};
    struct document d = {.line = record->line};
    d.id = take(at, f->id_bytes);
    d.title = take(at, record->title.len);
    d.url = take(at, record->url.len);
    d.source = take(at, record->source.len);
    d.text = span_of(NULL, record->text_bytes); /* its size, if it is not stored */
    enum status status = STATUS_OK;
    if (f->has_text) {
        d.text = take(at, record->text_bytes);
    } else if (segment_has(s, FEATURE_TEXT)) {
        status = text_reader_get(&fetching->seats[0].texts, record->text_start, record->text_bytes,
                                 &long_text);
        d.text = buf_span(&long_text);
    }
    if (status == STATUS_OK && segment_has(s, FEATURE_TEXT))
        status = text_writer_add(&w->text, d.text, &facts.text_start);
    if (status == STATUS_OK)
        status = put_passages(w, &fetching->places, record);
    if (status == STATUS_OK)
        status = documents_writer_add(&w->documents, &d, &facts);
    /* Id, record, text and place each lie somewhere else. */
    for (int i = 0; i < 4; i++)
        page_budget_touch(&w->pages, i == 0 ? d.text.len : 0);
    buf_release(&long_text);
    return status;
}

static enum status finish_fetch(struct job *job)
{
    struct fetch_job *const j = (struct fetch_job *)job;
    const uint8_t *at = j->bytes.data;
    for (uint32_t i = 0; i < j->n; i++)
        TRY(put_document(j->fetching, &j->fetched[i], &at));
    buf_clear(&j->bytes);
    return STATUS_OK;
}

static enum status submit_all(struct fetching *f)
{
    struct workers *const workers = f->w->r->workers;
    const uint32_t n = (uint32_t)f->w->r->segment->header.documents;
    unsigned next = 0;
    for (uint32_t from = 0; from < n; from += JOB_DOCUMENTS) {
        struct fetch_job *const j = &f->jobs[next++ % f->n_jobs];
        j->job = (struct job){.run = run_fetch, .finish = finish_fetch};
        j->fetching = f;
        j->from = from;
        j->n = n - from < JOB_DOCUMENTS ? n - from : JOB_DOCUMENTS;
        workers_submit(workers, &j->job);
        TRY(workers_finish(workers, f->n_jobs - 1)); /* the next job's slot is free */
    }
    return workers_finish(workers, 0);
}

static enum status open_seat(struct fetch_seat *seat, const struct segment *s)
{
    TRY(document_reader_init(&seat->documents, s));
    return segment_has(s, FEATURE_TEXT) ? text_reader_init(&seat->texts, s) : STATUS_OK;
}

/* All passages have numbers. */
static enum status check_complete(const struct rewriting *w)
{
    return w->passages.n == w->r->segment->header.passages
               ? STATUS_OK
               : fail(STATUS_CORRUPT, "a passage of no document");
}

enum status rewrite_documents(struct rewriting *w)
{
    const struct segment *const s = w->r->segment;
    const unsigned n_seats = workers_count(w->r->workers);
    struct fetching f = {.w = w, .n_jobs = 4 * n_seats};
    f.seats = calloc(n_seats, sizeof *f.seats);
    f.jobs = calloc(f.n_jobs, sizeof *f.jobs);
    enum status status = f.seats == NULL || f.jobs == NULL ? fail_no_memory() : STATUS_OK;
    passage_reader_init(&f.places, s);
    for (unsigned i = 0; i < n_seats && status == STATUS_OK; i++)
        status = open_seat(&f.seats[i], s);
    if (status == STATUS_OK)
        status = submit_all(&f);
    if (status != STATUS_OK)
        (void)workers_finish(w->r->workers, 0); /* they use what is freed here */
    for (unsigned i = 0; i < n_seats && f.seats != NULL; i++) {
        document_reader_release(&f.seats[i].documents);
        text_reader_release(&f.seats[i].texts);
    }
    for (unsigned i = 0; i < f.n_jobs && f.jobs != NULL; i++)
        buf_release(&f.jobs[i].bytes);
    free(f.seats);
    free(f.jobs);
    return status == STATUS_OK ? check_complete(w) : status;
}
