/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite_lists: terms in groups, each group a job: a list is read, its passages renumbered and
 * sorted, its positions carried along, and encoded.
 */
#include <stdlib.h>

#include "common/codec/bitpack.h"
#include "common/segment/dictionary.h"
#include "common/segment/postings.h"
#include "indexer/order/rewrite_internal.h"

#define JOB_TERMS    1024u
#define JOB_POSTINGS (64u << 10)

/* Bytes of a posting and of a position while a list is sorted. */
#define BYTES_A_POSTING  (2 * sizeof(uint64_t) + 2 * sizeof(uint32_t))
#define BYTES_A_POSITION sizeof(uint32_t)

#define DIGIT_BITS 11
/* So few postings are sorted by insertion. */
#define FEW 48u

/* The postings of a list, or of a range of it, as they are read. */
struct gathered {
    uint64_t *keys; /* new passage << 32 | number of the posting here */
    uint64_t *spare;
    uint32_t *tfs;
    uint64_t *starts; /* of each posting's positions */
    uint32_t n;
    size_t cap;
    uint32_t *positions;
    size_t n_positions;
    size_t positions_cap;
};

struct list_seat {
    struct list_encoder encoder;
    struct postings postings;
    struct gathered gathered;
};

struct list_term {
    struct term_entry entry;
    size_t start; /* in job.strings */
    size_t len;
};

struct rewrite_job;

struct relisting {
    struct rewriting *w;
    const struct postings_settings *settings;
    struct list_seat *seats; /* one a worker */
    struct rewrite_job *jobs;
    unsigned n_jobs;
    uint64_t list_bytes; /* that a seat may gather at once */
};

struct rewrite_job {
    struct job job;
    struct relisting *relisting;
    struct list_term terms[JOB_TERMS];
    uint32_t n;
    uint64_t postings;
    struct buf strings;
    struct list_part part;
};

/* --- gathering --- */

static enum status grow(void **array, size_t n, size_t size)
{
    void *const grown = realloc(*array, n * size);
    if (grown == NULL)
        return fail_no_memory();
    *array = grown;
    return STATUS_OK;
}

static enum status reserve(struct gathered *g, size_t postings, uint64_t positions)
{
    if (g->n + postings > g->cap) {
        const size_t cap = g->n + postings + g->cap / 2;
        TRY(grow((void **)&g->keys, cap, sizeof *g->keys));
        TRY(grow((void **)&g->spare, cap, sizeof *g->spare));
        TRY(grow((void **)&g->tfs, cap, sizeof *g->tfs));
        TRY(grow((void **)&g->starts, cap, sizeof *g->starts));
        g->cap = cap;
    }
    if (g->n_positions + positions > g->positions_cap) {
        const size_t cap = g->n_positions + (size_t)positions + g->positions_cap / 2;
        TRY(grow((void **)&g->positions, cap, sizeof *g->positions));
        g->positions_cap = cap;
    }
    return STATUS_OK;
}

static void release(struct gathered *g)
{
    free(g->keys);
    free(g->spare);
    free(g->tfs);
    free(g->starts);
    free(g->positions);
}

/* The positions of the decoded block behind those that are there; where none are stored, numbers
 * that ascend, since only how many they are counts then. */
static enum status read_positions(struct gathered *g, struct postings *p)
{
    uint32_t *to = g->positions + g->n_positions;
    if (segment_has(p->segment, FEATURE_POSITIONS))
        return postings_block_positions(p, to);
    for (uint32_t i = 0; i < p->n; i++)
        for (uint32_t j = 0; j < p->tfs[i]; j++)
            *to++ = j;
    return STATUS_OK;
}

/* The postings of the decoded block whose new passages lie in [from, to). */
static enum status gather_block(struct gathered *g, struct postings *p, const uint32_t *numbers,
                                uint32_t from, uint64_t to)
{
    uint64_t total = 0;
    (void)postings_tf(p);
    for (uint32_t i = 0; i < p->n; i++)
        total += p->tfs[i];
    if (total > p->entry.cf)
        return fail(STATUS_CORRUPT, "damaged posting list");
    TRY(reserve(g, p->n, total));
    TRY(read_positions(g, p));
    size_t at = g->n_positions;
    for (uint32_t i = 0; i < p->n; at += p->tfs[i++]) {
        const uint32_t passage = numbers[p->passages[i]];
        if (passage < from || passage >= to)
            continue;
        g->keys[g->n] = (uint64_t)passage << 32 | g->n;
        g->tfs[g->n] = p->tfs[i];
        g->starts[g->n++] = g->n_positions;
        if (g->n_positions != at)
            memmove(g->positions + g->n_positions, g->positions + at,
                    p->tfs[i] * sizeof *g->positions);
        g->n_positions += p->tfs[i];
    }
    return STATUS_OK;
}

static enum status gather(struct list_seat *seat, const struct rewriting *w,
                          const struct term_entry *entry, uint32_t from, uint64_t to)
{
    struct postings *const p = &seat->postings;
    seat->gathered.n = 0;
    seat->gathered.n_positions = 0;
    TRY(postings_open(w->r->segment, entry, p));
    while (postings_next(p) != PASSAGE_END) {
        TRY(gather_block(&seat->gathered, p, w->numbers, from, to));
        p->at = p->n - 1; /* the block is done */
    }
    return p->status;
}

/* --- sorting --- */

static void sort_few(uint64_t *keys, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        const uint64_t key = keys[i];
        uint32_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

/* Sorts by passage, digit by digit; the result is in g->keys. */
static void sort_gathered(struct gathered *g, unsigned passage_bits)
{
    if (g->n < FEW) {
        sort_few(g->keys, g->n);
        return;
    }
    for (unsigned shift = 32; shift < 32 + passage_bits; shift += DIGIT_BITS) {
        uint32_t places[1u << DIGIT_BITS] = {0};
        uint32_t before = 0;
        for (uint32_t i = 0; i < g->n; i++)
            places[g->keys[i] >> shift & ((1u << DIGIT_BITS) - 1)]++;
        for (uint32_t digit = 0; digit < 1u << DIGIT_BITS; digit++) {
            const uint32_t count = places[digit];
            places[digit] = before;
            before += count;
        }
        for (uint32_t i = 0; i < g->n; i++)
            g->spare[places[g->keys[i] >> shift & ((1u << DIGIT_BITS) - 1)]++] = g->keys[i];
        uint64_t *const swap = g->keys;
        g->keys = g->spare;
        g->spare = swap;
    }
}

/* --- a job --- */

static enum status rewrite_list(struct relisting *l, struct list_seat *seat,
                                const struct term_entry *entry)
{
    const uint64_t n = l->settings->passages;
    const uint64_t bytes = entry->df * BYTES_A_POSTING + entry->cf * BYTES_A_POSITION;
    const uint64_t rounds = bytes / l->list_bytes + 1;
    const uint64_t step = ceil_div(n, rounds < n ? rounds : n);
    struct gathered *const g = &seat->gathered;
    for (uint64_t from = 0; from < n; from += step) {
        TRY(gather(seat, l->w, entry, (uint32_t)from, from + step));
        sort_gathered(g, bits_of(n - 1));
        for (uint32_t i = 0; i < g->n; i++) {
            const uint32_t posting = (uint32_t)g->keys[i];
            list_encoder_add(&seat->encoder, (uint32_t)(g->keys[i] >> 32),
                             g->positions + g->starts[posting], g->tfs[posting]);
        }
    }
    return STATUS_OK;
}

static enum status run_lists(struct job *job, unsigned worker)
{
    struct rewrite_job *const j = (struct rewrite_job *)job;
    struct list_seat *const seat = &j->relisting->seats[worker];
    for (uint32_t i = 0; i < j->n; i++) {
        const struct list_term *const t = &j->terms[i];
        list_encoder_begin(&seat->encoder, span_of(j->strings.data + t->start, t->len),
                           t->entry.df);
        TRY(rewrite_list(j->relisting, seat, &t->entry));
        TRY(list_encoder_end(&seat->encoder));
    }
    /* The part goes with the job, and an empty one comes back for the next. */
    const struct list_part swap = j->part;
    j->part = seat->encoder.part;
    seat->encoder.part = swap;
    return STATUS_OK;
}

static enum status finish_lists(struct job *job)
{
    struct rewrite_job *const j = (struct rewrite_job *)job;
    struct rewriting *const w = j->relisting->w;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < j->n; i++)
        if (!term_entry_is_inline(&j->terms[i].entry))
            bytes += j->terms[i].entry.postings_bytes + j->terms[i].entry.positions_bytes;
    page_budget_touch(&w->pages, bytes);
    TRY(postings_writer_append(&w->postings, &j->part));
    list_part_clear(&j->part);
    buf_clear(&j->strings);
    j->n = 0;
    j->postings = 0;
    return STATUS_OK;
}

static enum status submit(struct relisting *l, struct rewrite_job *j)
{
    if (j->n == 0)
        return STATUS_OK;
    TRY(buf_status(&j->strings));
    j->job = (struct job){.run = run_lists, .finish = finish_lists};
    j->relisting = l;
    workers_submit(l->w->r->workers, &j->job);
    return workers_finish(l->w->r->workers, l->n_jobs - 1); /* the next job's slot is free */
}

static enum status submit_all(struct relisting *l, struct dictionary_cursor *c)
{
    unsigned next = 0;
    while (dictionary_cursor_next(c)) {
        struct rewrite_job *const j = &l->jobs[next % l->n_jobs];
        const struct span term = dictionary_cursor_term(c);
        struct list_term *const t = &j->terms[j->n++];
        *t = (struct list_term){*dictionary_cursor_entry(c), j->strings.len, term.len};
        buf_append_span(&j->strings, term);
        j->postings += t->entry.df;
        if (j->n < JOB_TERMS && j->postings < JOB_POSTINGS)
            continue;
        TRY(submit(l, j));
        next++;
    }
    TRY(dictionary_cursor_status(c));
    TRY(submit(l, &l->jobs[next % l->n_jobs]));
    return workers_finish(l->w->r->workers, 0);
}

static enum status with_seats(struct relisting *l, unsigned n_seats)
{
    struct dictionary_cursor *c;
    for (unsigned i = 0; i < n_seats; i++)
        TRY(list_encoder_init(&l->seats[i].encoder, l->settings));
    TRY(dictionary_cursor_new(l->w->r->segment, &c));
    enum status status = submit_all(l, c);
    dictionary_cursor_free(c);
    return status;
}

enum status rewrite_lists(struct rewriting *w, const struct postings_settings *settings)
{
    const unsigned n_seats = workers_count(w->r->workers);
    struct relisting l = {.w = w, .settings = settings, .n_jobs = 2 * n_seats + 1};
    l.list_bytes = w->r->memory / 4 / n_seats + 1;
    l.seats = calloc(n_seats, sizeof *l.seats);
    l.jobs = calloc(l.n_jobs, sizeof *l.jobs);
    enum status status = l.seats == NULL || l.jobs == NULL ? fail_no_memory() : STATUS_OK;
    if (status == STATUS_OK)
        status = with_seats(&l, n_seats);
    if (status != STATUS_OK)
        (void)workers_finish(w->r->workers, 0); /* they use what is freed here */
    for (unsigned i = 0; i < n_seats && l.seats != NULL; i++) {
        list_encoder_release(&l.seats[i].encoder);
        release(&l.seats[i].gathered);
    }
    for (unsigned i = 0; i < l.n_jobs && l.jobs != NULL; i++) {
        list_part_release(&l.jobs[i].part);
        buf_release(&l.jobs[i].strings);
    }
    free(l.seats);
    free(l.jobs);
    return status;
}
