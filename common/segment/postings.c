/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postings: three kinds of list behind one cursor: inline in the dictionary, one block, many
 * blocks.
 *
 * An inline list is unpacked at open as if it were a decoded block, so that the rest of the code
 * knows blocks only. A seek looks for its block first in the range table, if there is one, and then
 * by doubling steps from there over the last passages of the blocks.
 */
#include "common/segment/postings.h"

#include "common/codec/positions_block.h"
#include "common/codec/postings_block.h"

#define FLAG_WIDE    1u
#define FLAG_WINDOWS 2u

static enum status damaged_list(void)
{
    return fail(STATUS_CORRUPT, "damaged posting list");
}

static void spoil(struct postings *p)
{
    p->status = damaged_list();
    p->n = p->at = 0;
    p->block = p->directory.n_blocks;
}

static enum status open_inline(struct postings *p)
{
    const struct term_entry *const e = &p->entry;
    struct inline_postings list;
    struct cursor c = cursor_of(e->inlined.data, e->inlined.len);
    inline_postings_read(&c, e->df, e->cf, segment_has(p->segment, FEATURE_POSITIONS),
                         p->segment->header.passages, &list);
    if (c.bad)
        return damaged_list();
    memcpy(p->passages, list.passages, sizeof list.passages);
    memcpy(p->tfs, list.tfs, sizeof list.tfs);
    memcpy(p->inline_positions, list.positions, sizeof list.positions);
    p->directory.n_blocks = 1;
    return STATUS_OK;
}

/* Takes `count` fixed-width items off the cursor. */
static const uint8_t *take_array(struct cursor *c, uint64_t count, size_t width)
{
    if (count > cursor_left(c) / width) {
        cursor_spoil(c);
        return NULL;
    }
    return cursor_bytes(c, (size_t)count * width).data;
}

static enum status open_directory(struct postings *p, struct span list)
{
    struct postings_directory *const d = &p->directory;
    struct cursor c = cursor_of(list.data, list.len);
    const uint8_t flags = cursor_u8(&c);
    d->wide = (flags & FLAG_WIDE) != 0;
    const size_t width = d->wide ? 8 : 4;
    d->last = take_array(&c, d->n_blocks, 4);
    d->codes = take_array(&c, d->n_blocks, 1);
    d->offsets = take_array(&c, d->n_blocks, width);
    if (segment_has(p->segment, FEATURE_POSITIONS))
        d->positions = take_array(&c, d->n_blocks, width);
    if ((flags & FLAG_WINDOWS) != 0)
        d->windows = take_array(&c, ceil_div(p->segment->header.passages, WINDOW_PASSAGES), 4);
    d->bodies = span_of(c.at, cursor_left(&c));
    return c.bad || (flags & ~(FLAG_WIDE | FLAG_WINDOWS)) != 0 ? damaged_list() : STATUS_OK;
}

/* The part [offset, offset + len) of a section; never NULL, so that it can be reckoned with. */
static bool slice(struct span section, uint64_t offset, uint64_t len, struct span *out)
{
    if (offset > section.len || len > section.len - offset)
        return false;
    static const uint8_t nothing = 0;
    *out = span_of(section.data == NULL ? &nothing : section.data + offset, (size_t)len);
    return true;
}

enum status postings_open(const struct segment *s, const struct term_entry *entry,
                          struct postings *out)
{
    struct postings *const p = out;
    p->segment = s;
    p->entry = *entry;
    p->directory = (struct postings_directory){0};
    p->position_bytes = span_of(NULL, 0);
    p->status = STATUS_OK;
    p->n = p->at = 0;
    p->has_tfs = false;
    p->bits = NULL;
    p->decoded = 0;
    p->decoded_bytes = 0;
    if (term_entry_is_inline(entry)) {
        TRY(open_inline(p));
        p->block = UINT32_MAX;
        return STATUS_OK;
    }
    struct span list;
    if (!slice(s->sections[SECTION_POST], entry->postings_offset, entry->postings_bytes, &list) ||
        !slice(s->sections[SECTION_POSI], entry->positions_offset, entry->positions_bytes,
               &p->position_bytes))
        return damaged_list();
    p->directory.n_blocks = (uint32_t)ceil_div(entry->df, BLOCK_VALUES);
    p->directory.bodies = list;
    if (p->directory.n_blocks > 1)
        TRY(open_directory(p, list));
    p->block = UINT32_MAX; /* the next block is number 0 */
    return STATUS_OK;
}

static uint64_t offset_at(const struct postings_directory *d, const uint8_t *array, uint32_t i)
{
    return d->wide ? load_le64(array + 8 * (size_t)i) : load_le32(array + 4 * (size_t)i);
}

static uint32_t block_last(const struct postings *p, uint32_t block)
{
    return p->directory.last == NULL ? (uint32_t)(p->segment->header.passages - 1)
                                     : load_le32(p->directory.last + 4 * (size_t)block);
}

static uint32_t block_postings(const struct postings *p, uint32_t block)
{
    return block + 1 < p->directory.n_blocks ? BLOCK_VALUES : p->entry.df - block * BLOCK_VALUES;
}

/* Decodes the passages of a block, but for those of a bitset if `as_bits`; the cursor is left at its
 * tf part. */
static void decode_block(struct postings *p, uint32_t block, bool as_bits)
{
    const struct postings_directory *const d = &p->directory;
    const uint64_t offset = d->last == NULL ? 0 : offset_at(d, d->offsets, block);
    const uint32_t base = block == 0 ? 0 : block_last(p, block - 1) + 1;
    const uint32_t last = block_last(p, block);
    const uint32_t n = block_postings(p, block);
    if (offset > d->bodies.len || last >= p->segment->header.passages) {
        spoil(p);
        return;
    }
    struct cursor c = cursor_of(d->bodies.data + offset, (size_t)(d->bodies.len - offset));
    const struct span bits =
        as_bits && n == BLOCK_VALUES ? postings_block_bits(&c) : span_of(NULL, 0);
    p->base = base;
    p->last = last;
    p->bits = bits.data;
    p->words = (uint32_t)(bits.len / 8);
    if (bits.data == NULL)
        postings_block_read_passages(&c, base, n, last, p->passages);
    if (c.bad || (bits.data == NULL && d->last != NULL && p->passages[n - 1] != last)) {
        spoil(p);
        return;
    }
    p->decoded += bits.data == NULL;
    p->decoded_bytes += (uint64_t)(c.at - (d->bodies.data + offset));
    p->block = block;
    p->n = n;
    p->at = 0;
    p->has_tfs = false;
    p->tf_part = c;
}

/* Makes `block` the decoded one; past the last, the list is at its end. */
static void go_to(struct postings *p, uint32_t block, bool as_bits)
{
    if (block >= p->directory.n_blocks || p->status != STATUS_OK) {
        p->block = p->directory.n_blocks;
        p->n = p->at = 0;
        return;
    }
    if (term_entry_is_inline(&p->entry)) {
        p->block = 0;
        p->n = p->entry.df;
        p->at = 0;
        p->has_tfs = true;
        p->bits = NULL;
        p->last = p->passages[p->n - 1];
        return;
    }
    decode_block(p, block, as_bits);
}

static void go_to_block(struct postings *p, uint32_t block)
{
    go_to(p, block, false);
}

uint32_t postings_next(struct postings *p)
{
    if (p->at + 1 < p->n) {
        p->at++;
    } else if (p->block != p->directory.n_blocks || p->n > 0) {
        go_to_block(p, p->block == UINT32_MAX ? 0 : p->block + 1);
    }
    return postings_passage(p);
}

/* The first block from `from` on whose last passage is >= target, n_blocks if there is none. */
static uint32_t find_block(const struct postings *p, uint32_t from, uint32_t target)
{
    const struct postings_directory *const d = &p->directory;
    if (d->last == NULL)
        return from;
    if (d->windows != NULL && target < p->segment->header.passages) {
        const uint32_t hint = load_le32(d->windows + 4 * (size_t)(target / WINDOW_PASSAGES));
        if (hint > from)
            from = hint < d->n_blocks ? hint : d->n_blocks;
    }
    uint32_t step = 1;
    uint32_t low = from; /* all blocks before `low` end before the target */
    while (low < d->n_blocks && block_last(p, low) < target) {
        from = low + 1;
        low = d->n_blocks - low > step ? low + step : d->n_blocks;
        step *= 2;
    }
    uint32_t high = low; /* this block, if there is one, reaches the target */
    while (from < high) {
        const uint32_t middle = from + (high - from) / 2;
        if (block_last(p, middle) < target)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

/* The first posting of the decoded block that is >= target, n if there is none. */
static uint32_t find_in_block(const struct postings *p, uint32_t target)
{
    return p->at +
           (uint32_t)codec_kernels()->count_below(p->passages + p->at, p->n - p->at, target);
}

uint32_t postings_seek(struct postings *p, uint32_t target)
{
    if (p->n == 0 && p->block == p->directory.n_blocks)
        return PASSAGE_END;
    if (p->n == 0 || p->passages[p->n - 1] < target) {
        const uint32_t from = p->n == 0 ? 0 : p->block + 1;
        go_to_block(p, from < p->directory.n_blocks ? find_block(p, from, target) : from);
    }
    if (p->n > 0)
        p->at = find_in_block(p, target);
    if (p->n > 0 && p->at == p->n) /* a single block, or an inline list, that ends before it */
        go_to_block(p, p->block + 1);
    if (p->at < p->n && p->passages[p->at] < target)
        spoil(p); /* a directory out of order; callers rely on the promise */
    return postings_passage(p);
}

bool postings_locate(struct postings *p, uint32_t target)
{
    if (p->n > 0 && p->last >= target)
        return true;
    if (p->n == 0 && p->block == p->directory.n_blocks)
        return false;
    const uint32_t from = p->block == UINT32_MAX ? 0 : p->block + 1;
    go_to(p, from < p->directory.n_blocks ? find_block(p, from, target) : from, true);
    if (p->n > 0 && p->last < target) /* a single block, or an inline list */
        go_to(p, p->block + 1, true);
    if (p->n > 0 && p->last < target)
        spoil(p); /* a directory out of order */
    return p->n > 0;
}

/* The bits of the block's bitset below `end`; no more than there are postings, if it is damaged. */
static uint32_t bits_before(const struct postings *p, uint32_t end)
{
    const uint32_t bits = end <= p->base ? 0 : end - p->base;
    const uint32_t whole = bits / 64 < p->words ? bits / 64 : p->words;
    uint32_t n = (uint32_t)codec_kernels()->count_bits(p->bits, whole);
    if (whole < p->words && bits % 64 > 0)
        n += (uint32_t)__builtin_popcountll(load_le64(p->bits + 8 * (size_t)whole) &
                                            ((1ull << bits % 64) - 1));
    return n < p->n ? n : p->n;
}

uint32_t postings_before(const struct postings *p, uint32_t end)
{
    if (p->last < end)
        return p->n;
    return p->bits != NULL ? bits_before(p, end)
                           : (uint32_t)codec_kernels()->count_below(p->passages, p->n, end);
}

bool postings_holds(struct postings *p, uint32_t passage, uint32_t *place)
{
    if (!postings_locate(p, passage))
        return false;
    if (p->bits == NULL) {
        *place = (uint32_t)codec_kernels()->count_below(p->passages, p->n, passage);
        return *place < p->n && p->passages[*place] == passage;
    }
    const uint32_t bit = passage - p->base;
    if (passage < p->base || bit / 64 >= p->words ||
        (load_le64(p->bits + bit / 64 * 8) >> bit % 64 & 1) == 0)
        return false;
    *place = bits_before(p, passage);
    return *place < p->n;
}

static void need_tfs(struct postings *p)
{
    if (p->has_tfs)
        return;
    struct cursor c = p->tf_part;
    postings_block_read_tfs(&c, p->n, p->tfs);
    p->decoded_bytes += (uint64_t)(c.at - p->tf_part.at);
    p->has_tfs = true;
    if (c.bad) {
        p->status = damaged_list();
        for (uint32_t i = 0; i < p->n; i++)
            p->tfs[i] = 1;
    }
}

uint32_t postings_tf(struct postings *p)
{
    need_tfs(p);
    return p->tfs[p->at];
}

uint32_t postings_below(const struct postings *p, uint32_t end)
{
    if (p->n == 0 || p->passages[p->n - 1] < end)
        return p->n - p->at;
    return find_in_block(p, end) - p->at;
}

const uint32_t *postings_tfs(struct postings *p)
{
    need_tfs(p);
    return p->tfs;
}

void postings_skip(struct postings *p, uint32_t n)
{
    p->at += n;
    if (p->at >= p->n && p->n > 0)
        go_to_block(p, p->block + 1);
}

void postings_rewind(struct postings *p)
{
    p->block = UINT32_MAX;
    p->n = p->at = 0;
}

enum status postings_position_bytes(struct postings *p, struct span *out)
{
    const struct postings_directory *const d = &p->directory;
    const uint64_t offset = d->positions == NULL ? 0 : offset_at(d, d->positions, p->block);
    if (offset > p->position_bytes.len)
        p->status = damaged_list();
    else if (p->position_bytes.data != NULL)
        *out = span_of(p->position_bytes.data + offset, (size_t)(p->position_bytes.len - offset));
    return p->status;
}

enum status postings_positions(struct postings *p, uint32_t *positions)
{
    need_tfs(p);
    TRY(p->status);
    uint64_t skip = 0;
    uint64_t total = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        if (i == p->at)
            skip = total;
        total += p->tfs[i];
    }
    if (term_entry_is_inline(&p->entry)) {
        memcpy(positions, p->inline_positions + skip, p->tfs[p->at] * sizeof *positions);
        return STATUS_OK;
    }
    struct span bytes;
    TRY(postings_position_bytes(p, &bytes));
    p->status = positions_block_read(bytes, total, skip, p->tfs[p->at], positions);
    return p->status;
}

enum status postings_block_positions(struct postings *p, uint32_t *positions)
{
    struct span bytes;
    need_tfs(p);
    TRY(p->status);
    if (term_entry_is_inline(&p->entry)) {
        memcpy(positions, p->inline_positions, (size_t)p->entry.cf * sizeof *positions);
        return STATUS_OK;
    }
    TRY(postings_position_bytes(p, &bytes));
    p->status = positions_block_read_all(bytes, p->tfs, p->n, positions);
    return p->status;
}
