/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_encoder: a block is encoded when the posting behind it comes; what is known of all blocks
 * (directory, bounds, k-th best shares) is put together when the term ends.
 */
#include "indexer/write/list_encoder.h"

#include <stdlib.h>

#include "common/codec/postings_block.h"
#include "common/score/bound.h"
#include "common/score/score_kernels.h"
#include "common/segment/bounds.h"

/* The shares of a list while they are few; then counts of them in 16 bits that never overstate. */
#define SHARES_LISTED 65536u

struct best_shares {
    uint32_t n; /* in the list; SHARES_LISTED + 1: they are counted */
    float list[SHARES_LISTED];
    uint32_t counts[65536];
};

void list_part_clear(struct list_part *p)
{
    buf_clear(&p->lists);
    buf_clear(&p->positions);
    buf_clear(&p->bounds);
    buf_clear(&p->terms);
    buf_clear(&p->forms);
    p->n_terms = p->n_lists = p->n_bounds = p->n_postings = p->n_occurrences = 0;
}

void list_part_release(struct list_part *p)
{
    buf_release(&p->lists);
    buf_release(&p->positions);
    buf_release(&p->bounds);
    buf_release(&p->terms);
    buf_release(&p->forms);
}

enum status list_encoder_init(struct list_encoder *e, const struct postings_settings *settings)
{
    *e = (struct list_encoder){.settings = *settings};
    e->range_codes = calloc(ceil_div(settings->passages, RANGE_PASSAGES) + 1, 1);
    e->best = calloc(1, sizeof *e->best);
    return e->range_codes == NULL || e->best == NULL ? fail_no_memory() : STATUS_OK;
}

void list_encoder_release(struct list_encoder *e)
{
    list_part_release(&e->part);
    buf_release(&e->bodies);
    buf_release(&e->directory);
    buf_release(&e->term_forms);
    posting_block_release(&e->block);
    free(e->range_codes);
    free(e->best);
    e->range_codes = NULL;
    e->best = NULL;
}

void list_encoder_begin(struct list_encoder *e, struct span term, uint64_t most)
{
    const uint32_t passages = e->settings.passages;
    e->ranged = bounds_wanted(most < passages ? (uint32_t)most : passages, passages);
    e->term = term;
    posting_block_clear(&e->block);
    e->df = 0;
    e->cf = 0;
    e->base = 0;
    e->max_share = 0;
    e->range = UINT32_MAX;
    e->best->n = 0;
    e->selection.n = 0;
    e->positions_start = e->part.positions.len;
    buf_clear(&e->bodies);
    buf_clear(&e->directory);
}

static void compute_shares(const struct list_encoder *e, float shares[BLOCK_VALUES])
{
    const struct lengths *const l = e->settings.lengths;
    uint32_t gathered[BLOCK_VALUES];
    lengths_gather(l->bytes, l->width, e->block.passages, e->block.n, gathered);
    score_kernels()->shares(&e->settings.bm25, e->block.tfs, gathered, e->block.n, shares);
}

static void count_shares(struct best_shares *b, const float *shares, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        b->counts[bound_floor16(shares[i])]++;
}

static void note_best(struct best_shares *b, const float *shares, uint32_t n)
{
    if (b->n + n <= SHARES_LISTED) {
        memcpy(b->list + b->n, shares, n * sizeof *shares);
        b->n += n;
        return;
    }
    if (b->n <= SHARES_LISTED)
        count_shares(b, b->list, b->n);
    b->n = SHARES_LISTED + 1;
    count_shares(b, shares, n);
}

static void close_range(struct list_encoder *e)
{
    if (e->range != UINT32_MAX)
        e->range_codes[e->range] = bound_code(e->range_share);
}

/* The largest share of each range: passages ascend, so that each range is complete when the next
 * begins. */
static void note_ranges(struct list_encoder *e, const float *shares)
{
    for (uint32_t i = 0; i < e->block.n; i++) {
        const uint32_t range = e->block.passages[i] / RANGE_PASSAGES;
        if (range != e->range) {
            close_range(e);
            e->range = range;
            e->range_share = 0;
        }
        e->range_share = shares[i] > e->range_share ? shares[i] : e->range_share;
    }
}

static void append_positions(struct list_encoder *e)
{
    for (size_t from = 0; from < e->block.n_values; from += BLOCK_VALUES) {
        const size_t left = e->block.n_values - from;
        packed_block_append(&e->part.positions, e->block.values + from,
                            left < BLOCK_VALUES ? left : BLOCK_VALUES);
    }
}

static void encode_block(struct list_encoder *e)
{
    float shares[BLOCK_VALUES];
    compute_shares(e, shares);
    const float most = score_kernels()->largest(shares, e->block.n);
    e->max_share = most > e->max_share ? most : e->max_share;
    note_best(e->best, shares, e->block.n);
    const bool full = e->block.n == BLOCK_VALUES; /* shorter lists want no selection */
    if ((full || e->df > 0) && best_selection_takes(&e->selection, most))
        best_selection_add(&e->selection, e->block.passages, e->block.tfs, shares, e->block.n);
    if (e->ranged)
        note_ranges(e, shares);
    buf_put_le32(&e->directory, e->block.passages[e->block.n - 1]);
    buf_put_u8(&e->directory, bound_code(most));
    buf_put_le64(&e->directory, e->bodies.len);
    buf_put_le64(&e->directory, e->part.positions.len - e->positions_start);
    postings_block_append(&e->bodies, e->base, e->block.passages, e->block.tfs, e->block.n);
    if (e->settings.positions)
        append_positions(e);
    e->base = e->block.passages[e->block.n - 1] + 1;
    e->df += e->block.n;
    e->cf += e->block.n_values;
    posting_block_clear(&e->block);
}

void list_encoder_flush(struct list_encoder *e)
{
    encode_block(e);
}

void list_encoder_add_coded(struct list_encoder *e, uint32_t first, const uint32_t *passages,
                            const uint32_t *tfs, uint32_t n, const uint32_t *values)
{
    struct posting_block *const b = &e->block;
    for (uint32_t i = 0; i < n && e->status == STATUS_OK;) {
        if (b->n == BLOCK_VALUES)
            encode_block(e);
        const uint32_t room = BLOCK_VALUES - b->n;
        const uint32_t some = n - i < room ? n - i : room;
        size_t n_values = 0;
        for (uint32_t k = 0; k < some; k++) {
            b->passages[b->n + k] = first + passages[i + k];
            b->tfs[b->n + k] = tfs[i + k];
            n_values += tfs[i + k];
        }
        e->status = posting_block_reserve(b, n_values);
        if (e->status != STATUS_OK)
            return;
        memcpy(b->values + b->n_values, values, n_values * sizeof *values);
        values += n_values;
        b->n_values += n_values;
        b->n += some;
        i += some;
    }
}

/* The most that append_term writes of numbers, the entry of a rare term included. */
#define TERM_ROW_BYTES (4 * VARINT_MAX_BYTES + 2)
#define DIRECTORY_ROW  21u

static const uint8_t *row(const struct list_encoder *e, uint32_t block)
{
    return e->directory.data + (size_t)block * DIRECTORY_ROW;
}

static void put_offsets(struct list_encoder *e, uint32_t n_blocks, size_t at, bool wide)
{
    for (uint32_t i = 0; i < n_blocks; i++) {
        const uint64_t offset = load_le64(row(e, i) + at);
        if (wide)
            buf_put_le64(&e->part.lists, offset);
        else
            buf_put_le32(&e->part.lists, (uint32_t)offset);
    }
}

/* The range table: for each 4096 passages the first block that ends at or behind their start. */
static void put_windows(struct list_encoder *e, uint32_t n_blocks, uint64_t n_windows)
{
    uint32_t block = 0;
    for (uint64_t i = 0; i < n_windows; i++) {
        while (block < n_blocks && load_le32(row(e, block)) < i * WINDOW_PASSAGES)
            block++;
        buf_put_le32(&e->part.lists, block);
    }
}

static void append_directory(struct list_encoder *e, uint64_t positions_bytes)
{
    struct buf *const out = &e->part.lists;
    const uint32_t n_blocks = (uint32_t)(e->directory.len / DIRECTORY_ROW);
    const uint64_t n_windows = ceil_div(e->settings.passages, WINDOW_PASSAGES);
    const bool windows = n_blocks >= 16 && n_windows <= 4 * (uint64_t)n_blocks;
    const bool wide = e->bodies.len > UINT32_MAX || positions_bytes > UINT32_MAX;
    buf_put_u8(out, (uint8_t)((wide ? 1u : 0u) | (windows ? 2u : 0u)));
    for (uint32_t i = 0; i < n_blocks; i++)
        buf_append(out, row(e, i), 4);
    for (uint32_t i = 0; i < n_blocks; i++)
        buf_put_u8(out, row(e, i)[4]);
    put_offsets(e, n_blocks, 5, wide);
    if (e->settings.positions)
        put_offsets(e, n_blocks, 13, wide);
    if (windows)
        put_windows(e, n_blocks, n_windows);
}

/* The value of rank k (1 is the largest), of at least k that are counted. */
static uint16_t rank_value(const uint32_t counts[65536], uint32_t k)
{
    uint32_t value = UINT16_MAX;
    for (; k > counts[value]; value--)
        k -= counts[value];
    return (uint16_t)value;
}

/* The best shares of a list of `df`, as its entry has them; the counts are empty afterwards. */
static void take_best(struct best_shares *b, uint32_t df, uint16_t best[BEST_SHARES])
{
    size_t n = 0;
    while (n < BEST_SHARES && df >= best_share_ranks[n])
        n++;
    if (n == 0)
        return; /* as in most lists */
    if (b->n <= SHARES_LISTED) {
        score_kernels()->best(b->list, b->n, best_share_ranks, n, best);
        return;
    }
    for (size_t i = 0; i < n; i++)
        best[i] = rank_value(b->counts, best_share_ranks[i]);
    memset(b->counts, 0, sizeof b->counts);
}

/* A rare term's postings, inside its entry. */
static void append_inline(struct list_encoder *e, struct term_entry *entry)
{
    struct inline_postings postings = {.n = e->block.n};
    memcpy(postings.passages, e->block.passages, e->block.n * sizeof(uint32_t));
    memcpy(postings.tfs, e->block.tfs, e->block.n * sizeof(uint32_t));
    size_t at = 0;
    for (uint32_t i = 0; i < e->block.n; i++)
        for (uint32_t j = 0; j < e->block.tfs[i]; j++, at++)
            postings.positions[at] =
                j == 0 ? e->block.values[at] : postings.positions[at - 1] + e->block.values[at] + 1;
    inline_postings_append(&e->bodies, &postings, e->settings.positions);
    entry->inlined = buf_span(&e->bodies);
}

static void append_list(struct list_encoder *e, struct term_entry *entry)
{
    struct list_part *const p = &e->part;
    const uint64_t lists_start = p->lists.len;
    const uint64_t bounds_start = p->bounds.len;
    const bool many = e->df > 0; /* a block was full */
    encode_block(e);
    entry->positions_bytes = p->positions.len - e->positions_start;
    if (many)
        append_directory(e, entry->positions_bytes);
    buf_append_span(&p->lists, buf_span(&e->bodies));
    entry->postings_bytes = p->lists.len - lists_start;
    close_range(e);
    const uint64_t n_ranges = ceil_div(e->settings.passages, RANGE_PASSAGES);
    if (bounds_wanted(e->df, e->settings.passages))
        bounds_append(&p->bounds, e->range_codes, n_ranges);
    if (best_postings_wanted(e->df))
        best_postings_append(&e->selection, &p->bounds);
    if (e->range != UINT32_MAX)
        memset(e->range_codes, 0, (size_t)n_ranges);
    entry->bounds_bytes = p->bounds.len - bounds_start;
    p->n_bounds += entry->bounds_bytes > 0;
    entry->max_code = bound_code(e->max_share);
    take_best(e->best, e->df, entry->best);
    p->n_lists++;
    p->n_occurrences += e->cf;
}

void list_encoder_form(struct list_encoder *e, struct span form, uint64_t count)
{
    buf_put_varint(&e->term_forms, form.len);
    buf_append_span(&e->term_forms, form);
    buf_put_varint(&e->term_forms, count);
    e->n_forms++;
}

/* What postings_writer_append reads: the term, its bytes in the sections, its entry. */
static void append_term(struct list_encoder *e, const struct term_entry *entry)
{
    struct list_part *const p = &e->part;
    uint8_t *const start = buf_reserve(&p->terms, TERM_ROW_BYTES + e->term.len);
    if (start == NULL)
        return;
    uint8_t *to = start + varint_put(start, e->term.len);
    memcpy(to, e->term.data, e->term.len);
    to += e->term.len;
    to += varint_put(to, entry->postings_bytes);
    to += varint_put(to, entry->positions_bytes);
    to += varint_put(to, entry->bounds_bytes);
    p->terms.len += (size_t)(to - start) + 2;
    const size_t entry_start = p->terms.len;
    term_entry_append(&p->terms, entry, e->settings.positions);
    if (!p->terms.failed)
        store_le16(p->terms.data + entry_start - 2, (uint16_t)(p->terms.len - entry_start));
}

/* The forms that were given, to those of all terms. */
static void append_forms(struct list_encoder *e)
{
    buf_put_varint(&e->part.forms, e->n_forms);
    buf_append_span(&e->part.forms, buf_span(&e->term_forms));
    buf_clear(&e->term_forms);
    e->n_forms = 0;
}

/* A term is complete. */
static enum status close_term(struct list_encoder *e, uint32_t df)
{
    struct list_part *const p = &e->part;
    if (e->settings.forms)
        append_forms(e);
    p->n_terms++;
    p->n_postings += df;
    const struct buf *const parts[] = {&p->lists, &p->positions, &p->bounds,    &p->terms,
                                       &p->forms, &e->bodies,    &e->directory, &e->term_forms};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && e->status == STATUS_OK; i++)
        if (parts[i]->failed)
            e->status = buf_status(parts[i]);
    return e->status;
}

enum status list_encoder_end(struct list_encoder *e)
{
    struct term_entry entry = {.df = e->df + e->block.n, .cf = e->cf + e->block.n_values};
    if (term_entry_is_inline(&entry))
        append_inline(e, &entry);
    else
        append_list(e, &entry);
    append_term(e, &entry);
    return close_term(e, entry.df);
}

/* The row that append_term makes, in one piece. */
enum status list_encoder_rare(struct list_encoder *e, struct span term,
                              const struct inline_postings *postings)
{
    struct buf *const terms = &e->part.terms;
    uint8_t *const start = buf_reserve(terms, TERM_ROW_BYTES + term.len + INLINE_BYTES);
    if (start == NULL)
        return fail_no_memory();
    uint8_t *to = start + varint_put(start, term.len);
    memcpy(to, term.data, term.len);
    to += term.len;
    memset(to, 0, 3); /* no bytes in POST, POSI, BNDS */
    uint8_t *const entry = to + 5;
    uint32_t cf = 0;
    for (uint32_t i = 0; i < postings->n; i++)
        cf += postings->tfs[i];
    entry[0] = (uint8_t)postings->n; /* varints of one byte */
    entry[1] = (uint8_t)(cf - postings->n);
    uint8_t *const end = inline_postings_put(entry + 2, postings, e->settings.positions);
    store_le16(to + 3, (uint16_t)(end - entry));
    terms->len += (size_t)(end - start);
    return close_term(e, postings->n);
}
