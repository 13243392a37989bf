/* SPDX-License-Identifier: Apache-2.0 */
/*
 * string_sorter: records of varint length, bytes, two varints, in one buffer and sorted by an array
 * of keys and offsets; a full buffer becomes a run, one behind the other in a spool. The runs are
 * merged by looking for the least of their heads, a heap of few.
 */
#include "indexer/write/string_sorter.h"

#include <stdlib.h>

#include "common/base/key_sort.h"

#define RUN_BUFFER_BYTES (32u << 10)

/* A sorted run that is being read. */
struct run_reader {
    uint64_t at;  /* in the spool: what was not yet read into the buffer */
    uint64_t end; /* of the run */
    uint8_t *buffer;
    size_t cap;
    size_t from; /* of the buffer: the head's record */
    size_t to;
    size_t head_bytes;
    struct sorted_string head;
};

struct string_sorter {
    const struct spool_folder *folder;
    struct buf records;
    struct keyed *items;
    size_t n;
    size_t cap;
    size_t next; /* of `items`, when there are no runs */
    struct spool runs;
    uint64_t *run_ends;
    size_t n_runs;
    struct run_reader *readers; /* a heap by (string, run) */
    size_t n_heap;
    bool pop; /* the top of the heap was handed out */
};

enum status string_sorter_new(const struct spool_folder *folder, struct string_sorter **out)
{
    struct string_sorter *const s = calloc(1, sizeof *s);
    if (s == NULL)
        return fail_no_memory();
    s->folder = folder;
    spool_init(&s->runs, folder);
    *out = s;
    return STATUS_OK;
}

void string_sorter_free(struct string_sorter *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; s->readers != NULL && i < s->n_runs; i++)
        free(s->readers[i].buffer);
    buf_release(&s->records);
    spool_release(&s->runs);
    free(s->readers);
    free(s->items);
    free(s->run_ends);
    free(s);
}

/* Reads the record at `c`; spoilt if it is not all there. */
static struct sorted_string read_record(struct cursor *c)
{
    struct sorted_string r;
    r.string = cursor_bytes(c, (size_t)cursor_varint(c));
    r.values[0] = cursor_varint(c);
    r.values[1] = cursor_varint(c);
    return r;
}

static struct sorted_string record_at(const struct string_sorter *s, uint64_t offset)
{
    struct cursor c = cursor_of(s->records.data + offset, s->records.len - (size_t)offset);
    return read_record(&c);
}

static int compare_items(const void *a, const void *b, void *sorter)
{
    const struct keyed *const x = a;
    const struct keyed *const y = b;
    const int order =
        span_compare(record_at(sorter, x->value).string, record_at(sorter, y->value).string);
    return order != 0 ? order : (x->value > y->value) - (x->value < y->value);
}

/* Sorts what is in memory, appends it to the runs and forgets it. */
static enum status make_run(struct string_sorter *s)
{
    TRY(key_sort(s->items, s->n, compare_items, s));
    for (size_t i = 0; i < s->n; i++) {
        struct cursor c =
            cursor_of(s->records.data + s->items[i].value, s->records.len - s->items[i].value);
        const uint8_t *const start = c.at;
        (void)read_record(&c);
        spool_append(&s->runs, start, (size_t)(c.at - start));
    }
    uint64_t *const ends = realloc(s->run_ends, (s->n_runs + 1) * sizeof *ends);
    if (ends == NULL)
        return fail_no_memory();
    s->run_ends = ends;
    s->run_ends[s->n_runs++] = s->runs.len;
    buf_clear(&s->records);
    s->n = 0;
    return spool_status(&s->runs);
}

enum status string_sorter_add(struct string_sorter *s, struct span string, uint64_t a, uint64_t b)
{
    if (s->n == s->cap) {
        const size_t cap = s->cap == 0 ? 1024 : s->cap + s->cap / 2;
        struct keyed *const items = realloc(s->items, cap * sizeof *items);
        if (items == NULL)
            return fail_no_memory();
        s->items = items;
        s->cap = cap;
    }
    s->items[s->n++] = (struct keyed){key_of_string(string.data, string.len), s->records.len};
    buf_put_varint(&s->records, string.len);
    buf_append_span(&s->records, string);
    buf_put_varint(&s->records, a);
    buf_put_varint(&s->records, b);
    TRY(buf_status(&s->records));
    /* Twice the items: sorting takes as much again. */
    const size_t held = s->records.len + 2 * s->n * sizeof *s->items;
    return held > SORTER_SHARE * s->folder->most ? make_run(s) : STATUS_OK;
}

/* Reads the run's next record into its head; false at its end. */
static enum status advance(struct string_sorter *s, struct run_reader *r, bool *there)
{
    r->from += r->head_bytes;
    for (;;) {
        struct cursor c = cursor_of(r->buffer + r->from, r->to - r->from);
        r->head = read_record(&c);
        r->head_bytes = (size_t)(c.at - (r->buffer + r->from));
        *there = !c.bad;
        if (*there || r->at == r->end)
            return STATUS_OK;
        memmove(r->buffer, r->buffer + r->from, r->to - r->from);
        r->to -= r->from;
        r->from = 0;
        if (r->to == r->cap) { /* a record longer than the buffer */
            uint8_t *const larger = realloc(r->buffer, 2 * r->cap);
            if (larger == NULL)
                return fail_no_memory();
            r->buffer = larger;
            r->cap *= 2;
        }
        const uint64_t left = r->end - r->at;
        const size_t len = left < r->cap - r->to ? (size_t)left : r->cap - r->to;
        TRY(spool_read_at(&s->runs, r->at, r->buffer + r->to, len));
        r->at += len;
        r->to += len;
    }
}

static bool before(const struct run_reader *a, const struct run_reader *b)
{
    const int order = span_compare(a->head.string, b->head.string);
    return order != 0 ? order < 0 : a->end < b->end;
}

static void sift_down(struct string_sorter *s, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->n_heap; child++)
            if (before(&s->readers[child], &s->readers[least]))
                least = child;
        if (least == i)
            return;
        const struct run_reader swap = s->readers[i];
        s->readers[i] = s->readers[least];
        s->readers[least] = swap;
        i = least;
    }
}

/* Opens reader i of the runs; those that are empty leave the heap. */
static enum status open_readers(struct string_sorter *s)
{
    s->readers = calloc(s->n_runs, sizeof *s->readers);
    if (s->readers == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < s->n_runs; i++) {
        struct run_reader *const r = &s->readers[i];
        *r = (struct run_reader){.at = i == 0 ? 0 : s->run_ends[i - 1], .end = s->run_ends[i]};
        r->buffer = malloc(RUN_BUFFER_BYTES);
        if (r->buffer == NULL)
            return fail_no_memory();
        r->cap = RUN_BUFFER_BYTES;
        bool there;
        TRY(advance(s, r, &there)); /* no run is empty */
    }
    s->n_heap = s->n_runs;
    for (size_t i = s->n_heap; i-- > 0;)
        sift_down(s, i);
    return STATUS_OK;
}

enum status string_sorter_sort(struct string_sorter *s)
{
    if (s->n_runs == 0)
        return key_sort(s->items, s->n, compare_items, s);
    if (s->n > 0)
        TRY(make_run(s));
    return open_readers(s);
}

static enum status pop_head(struct string_sorter *s)
{
    bool there;
    s->pop = false;
    TRY(advance(s, &s->readers[0], &there));
    if (!there) {
        const struct run_reader ended = s->readers[0];
        s->readers[0] = s->readers[--s->n_heap];
        s->readers[s->n_heap] = ended;
    }
    sift_down(s, 0);
    return STATUS_OK;
}

enum status string_sorter_next(struct string_sorter *s, bool *there, struct sorted_string *out)
{
    if (s->n_runs == 0) {
        *there = s->next < s->n;
        if (*there)
            *out = record_at(s, s->items[s->next++].value);
        return STATUS_OK;
    }
    if (s->pop)
        TRY(pop_head(s));
    *there = s->n_heap > 0;
    if (*there)
        *out = s->readers[0].head;
    s->pop = *there;
    return STATUS_OK;
}
