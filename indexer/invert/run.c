/* SPDX-License-Identifier: Apache-2.0 */
/* run: encode beside decode; the reader keeps a window of the file. */
#include "indexer/invert/run.h"

#include <stdlib.h>

#include "common/codec/postings_block.h"

/* Terms with at most this many occurrences are varints. */
#define FEW_OCCURRENCES 24u
/* The most bytes of the numbers in front of a body. */
#define HEAD_BYTES (LIMIT_TERM_BYTES + 5 * VARINT_MAX_BYTES)

void run_encoder_init(struct run_encoder *e, bool forms)
{
    *e = (struct run_encoder){.forms = forms};
}

void run_encoder_release(struct run_encoder *e)
{
    buf_release(&e->bytes);
    buf_release(&e->body);
    buf_release(&e->term_forms);
    posting_block_release(&e->block);
}

void run_encoder_begin(struct run_encoder *e, struct span term)
{
    e->term = term;
    posting_block_clear(&e->block);
    e->base = 0;
    e->df = 0;
    e->cf = 0;
    buf_clear(&e->body);
    buf_clear(&e->term_forms);
}

static void append_values(struct run_encoder *e)
{
    const size_t n = e->block.n_values;
    for (size_t from = 0; from < n; from += BLOCK_VALUES)
        packed_block_append(&e->body, e->block.values + from,
                            n - from < BLOCK_VALUES ? n - from : BLOCK_VALUES);
}

static void encode_block(struct run_encoder *e)
{
    postings_block_append(&e->body, e->base, e->block.passages, e->block.tfs, e->block.n);
    append_values(e);
    e->base = e->block.passages[e->block.n - 1] + 1;
    e->df += e->block.n;
    e->cf += e->block.n_values;
    posting_block_clear(&e->block);
}

static void encode_few(struct run_encoder *e)
{
    const uint32_t *values = e->block.values;
    for (uint32_t i = 0; i < e->block.n; i++) {
        buf_put_varint(&e->body, e->block.passages[i] - (i == 0 ? 0 : e->block.passages[i - 1]));
        buf_put_varint(&e->body, e->block.tfs[i]);
        for (uint32_t j = 0; j < e->block.tfs[i]; j++)
            buf_put_varint(&e->body, *values++);
    }
    e->df += e->block.n;
    e->cf += e->block.n_values;
}

void run_encoder_flush(struct run_encoder *e)
{
    encode_block(e);
}

void run_encoder_form(struct run_encoder *e, struct span form, uint64_t count)
{
    buf_put_varint(&e->term_forms, form.len);
    buf_append_span(&e->term_forms, form);
    buf_put_varint(&e->term_forms, count);
}

enum status run_encoder_end(struct run_encoder *e)
{
    const bool few = e->df == 0 && e->block.n_values <= FEW_OCCURRENCES;
    if (few)
        encode_few(e);
    else
        encode_block(e);
    struct buf *const out = &e->bytes;
    buf_put_varint(out, e->term.len);
    buf_append_span(out, e->term);
    buf_put_varint(out, e->df);
    buf_put_varint(out, e->cf);
    buf_put_varint(out, e->body.len);
    buf_append_span(out, buf_span(&e->body));
    if (e->forms) {
        buf_put_varint(out, e->term_forms.len);
        buf_append_span(out, buf_span(&e->term_forms));
    }
    TRY(e->status);
    TRY(buf_status(&e->body));
    TRY(buf_status(&e->term_forms));
    return buf_status(out);
}

void run_file_init(struct run_file *f, const struct spool_folder *folder)
{
    *f = (struct run_file){.mark_terms = ARENA_INIT};
    spool_init(&f->bytes, folder);
}

void run_file_release(struct run_file *f)
{
    spool_release(&f->bytes);
    arena_release(&f->mark_terms);
    free(f->runs);
    free(f->marks);
    f->runs = NULL;
    f->marks = NULL;
}

enum status run_file_begin(struct run_file *f, uint32_t first_passage)
{
    struct run *const runs = realloc(f->runs, (f->n_runs + 1) * sizeof *runs);
    if (runs == NULL)
        return fail_no_memory();
    f->runs = runs;
    runs[f->n_runs++] = (struct run){first_passage, f->bytes.len, f->bytes.len, f->n_marks, 0};
    return STATUS_OK;
}

enum status run_file_append(struct run_file *f, struct span first, struct span bytes)
{
    if (f->n_marks == f->marks_cap) {
        const size_t cap = f->marks_cap == 0 ? 256 : f->marks_cap + f->marks_cap / 2;
        struct run_mark *const marks = realloc(f->marks, cap * sizeof *marks);
        if (marks == NULL)
            return fail_no_memory();
        f->marks = marks;
        f->marks_cap = cap;
    }
    const struct span term = arena_copy(&f->mark_terms, first);
    if (term.data == NULL)
        return fail_no_memory();
    f->marks[f->n_marks++] = (struct run_mark){term, f->bytes.len};
    f->runs[f->n_runs - 1].n_marks++;
    spool_append(&f->bytes, bytes.data, bytes.len);
    return spool_status(&f->bytes);
}

void run_file_end(struct run_file *f)
{
    f->runs[f->n_runs - 1].end = f->bytes.len;
}

/* At least `want` bytes in the buffer, or all there are; what is in it may move. */
static enum status fill(struct run_reader *r, size_t want)
{
    if (r->to - r->from >= want || r->at == r->run->end)
        return STATUS_OK;
    memmove(r->buffer, r->buffer + r->from, r->to - r->from);
    r->to -= r->from;
    r->from = 0;
    const uint64_t left = r->run->end - r->at;
    const size_t len = left < r->cap - r->to ? (size_t)left : r->cap - r->to;
    TRY(spool_read_at(&r->file->bytes, r->at, r->buffer + r->to, len));
    r->at += len;
    r->to += len;
    return STATUS_OK;
}

/* The next `len` bytes into `out`, or nowhere if it is NULL. */
static enum status take_bytes(struct run_reader *r, uint64_t len, struct buf *out)
{
    const size_t buffered = r->to - r->from < len ? r->to - r->from : (size_t)len;
    const uint64_t rest = len - buffered;
    if (rest > r->run->end - r->at)
        return fail(STATUS_IO, "a run of the build ended early");
    if (out != NULL) {
        buf_clear(out);
        uint8_t *const to = buf_reserve(out, (size_t)len + 8);
        if (to == NULL)
            return fail_no_memory();
        memcpy(to, r->buffer + r->from, buffered);
        if (rest > 0)
            TRY(spool_read_at(&r->file->bytes, r->at, to + buffered, (size_t)rest));
        out->len = (size_t)len;
    }
    r->from += buffered;
    r->at += rest;
    return STATUS_OK;
}

enum status run_reader_next(struct run_reader *r)
{
    TRY(fill(r, HEAD_BYTES));
    struct cursor c = cursor_of(r->buffer + r->from, r->to - r->from);
    r->there = cursor_left(&c) > 0;
    if (!r->there)
        return STATUS_OK;
    const struct span term = cursor_bytes(&c, (size_t)cursor_varint(&c));
    r->df = (uint32_t)cursor_varint(&c);
    r->cf = cursor_varint(&c);
    r->body_bytes = cursor_varint(&c);
    if (c.bad)
        return fail(STATUS_IO, "a run of the build is damaged");
    buf_clear(&r->term_copy);
    buf_append_span(&r->term_copy, term);
    r->term = buf_span(&r->term_copy);
    r->from = (size_t)(c.at - r->buffer);
    return buf_status(&r->term_copy);
}

enum status run_reader_take(struct run_reader *r, bool forms, struct buf *body,
                            struct buf *form_bytes)
{
    TRY(take_bytes(r, r->body_bytes, body));
    if (!forms)
        return STATUS_OK;
    TRY(fill(r, VARINT_MAX_BYTES));
    struct cursor c = cursor_of(r->buffer + r->from, r->to - r->from);
    const uint64_t len = cursor_varint(&c);
    r->from = (size_t)(c.at - r->buffer);
    return take_bytes(r, len, form_bytes);
}

/* The last mark whose term is not above `from`: where reading begins. */
static uint64_t start_of(const struct run_file *f, const struct run *run, struct span from)
{
    size_t low = 0;
    size_t high = run->n_marks;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (span_compare(f->marks[run->first_mark + middle].term, from) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? run->start : f->marks[run->first_mark + low - 1].offset;
}

enum status run_reader_open(struct run_reader *r, struct run_file *f, size_t i, struct span from,
                            size_t buffer_bytes, bool forms)
{
    *r = (struct run_reader){.file = f, .run = &f->runs[i]};
    r->at = start_of(f, r->run, from);
    r->cap = buffer_bytes < 2 * HEAD_BYTES ? 2 * HEAD_BYTES : buffer_bytes;
    r->buffer = malloc(r->cap);
    if (r->buffer == NULL)
        return fail_no_memory();
    TRY(run_reader_next(r));
    while (r->there && span_compare(r->term, from) < 0) {
        TRY(run_reader_take(r, forms, NULL, NULL));
        TRY(run_reader_next(r));
    }
    return STATUS_OK;
}

void run_reader_release(struct run_reader *r)
{
    free(r->buffer);
    buf_release(&r->term_copy);
    r->buffer = NULL;
}

static enum status damaged(void)
{
    return fail(STATUS_IO, "a run of the build is damaged");
}

static enum status decode_few(struct cursor *c, uint32_t df, uint64_t cf, uint32_t first,
                              struct list_encoder *e)
{
    uint32_t passages[FEW_OCCURRENCES];
    uint32_t tfs[FEW_OCCURRENCES];
    uint32_t values[FEW_OCCURRENCES];
    uint32_t passage = 0;
    uint64_t n_values = 0;
    if (df > cf)
        return damaged();
    for (uint32_t i = 0; i < df; i++) {
        passage += (uint32_t)cursor_varint(c);
        const uint64_t tf = cursor_varint(c);
        if (tf < 1 || tf > cf - n_values)
            return damaged();
        passages[i] = passage;
        tfs[i] = (uint32_t)tf;
        for (uint64_t j = 0; j < tf; j++)
            values[n_values++] = (uint32_t)cursor_varint(c);
    }
    if (c->bad)
        return damaged();
    list_encoder_add_coded(e, first, passages, tfs, df, values);
    return STATUS_OK;
}

/* One block: passages, tfs, values; `values` grows as needed. */
static enum status decode_block(struct cursor *c, uint32_t *base, uint32_t n, uint32_t first,
                                struct buf *values, struct list_encoder *e)
{
    uint32_t passages[BLOCK_VALUES];
    uint32_t tfs[BLOCK_VALUES];
    uint64_t total = 0;
    postings_block_read_passages(c, *base, n, UINT32_MAX - 1, passages);
    postings_block_read_tfs(c, n, tfs);
    for (uint32_t i = 0; i < n; i++)
        total += tfs[i];
    if (c->bad)
        return damaged();
    buf_clear(values);
    uint32_t *const all = (uint32_t *)(void *)buf_reserve(values, (size_t)total * sizeof *all);
    if (all == NULL)
        return fail_no_memory();
    for (uint64_t from = 0; from < total; from += BLOCK_VALUES)
        packed_block_read(c, total - from < BLOCK_VALUES ? (size_t)(total - from) : BLOCK_VALUES,
                          all + from);
    if (c->bad)
        return damaged();
    list_encoder_add_coded(e, first, passages, tfs, n, all);
    *base = passages[n - 1] + 1;
    return STATUS_OK;
}

enum status run_body_decode(struct span body, uint32_t df, uint64_t cf, uint32_t first_passage,
                            struct list_encoder *e)
{
    struct cursor c = cursor_of(body.data, body.len);
    if (df <= BLOCK_VALUES && cf <= FEW_OCCURRENCES)
        return decode_few(&c, df, cf, first_passage, e);
    struct buf values = BUF_INIT;
    uint32_t base = 0;
    enum status status = STATUS_OK;
    for (uint32_t done = 0; done < df && status == STATUS_OK; done += BLOCK_VALUES)
        status = decode_block(&c, &base, df - done < BLOCK_VALUES ? df - done : BLOCK_VALUES,
                              first_passage, &values, e);
    buf_release(&values);
    return status;
}
