/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_lists: the postings of one term, from its entry to its last position.
 *
 * A list is read block by block through the cursor that the searcher uses; each block is coded anew
 * and compared, each field of the directory is compared with what the blocks say. Shares are
 * computed again: the code of a block, of a range and of the term must be that of its largest one,
 * and a k-th best share is right if k postings reach it and fewer than k pass it.
 */
#include "common/codec/postings_block.h"
#include "common/score/bound.h"
#include "common/score/length_byte.h"
#include "common/segment/best_postings.h"
#include "common/segment/bounds.h"
#include "common/segment/check_internal.h"

/* One list on its way through the check. */
struct list {
    struct check *c;
    uint64_t term;
    struct postings *p;
    const struct term_entry *entry;
    bool bounded;                /* it has codes by range */
    uint64_t body_at;            /* bytes of blocks so far */
    struct cursor positions;     /* at those of the next block */
    uint64_t occurrences;        /* sum of tf so far */
    float best;                  /* the largest share so far */
    uint32_t reach[BEST_SHARES]; /* postings whose share is the k-th best of the entry, or more */
    uint32_t pass[BEST_SHARES];  /* of these, those with more */
    struct best_selection selection;
};

static enum status bad_list(const struct list *l, enum section section, const char *what)
{
    return check_failed(section, "term", l->term, what);
}

/* Enters one posting; its frequency and those of the other terms must not exceed the length. */
static enum status count_posting(const struct list *l, uint32_t passage, uint32_t tf)
{
    struct passage_tally *const t = &l->c->tallies[passage];
    if (tf > segment_length(l->c->s, passage) - t->tokens)
        return bad_list(l, SECTION_POST, "frequencies exceed the length of a passage");
    t->tokens += tf;
    return STATUS_OK;
}

static void count_position(const struct list *l, uint32_t passage, uint32_t position)
{
    struct passage_tally *const t = &l->c->tallies[passage];
    t->position_sum += position;
    if (position > t->last_position)
        t->last_position = position;
}

/* A rare term: its postings stand in the dictionary. */
static enum status check_inline(const struct list *l)
{
    const struct term_entry *const e = l->entry;
    const bool positions = segment_has(l->c->s, FEATURE_POSITIONS);
    struct inline_postings all;
    struct cursor cursor = cursor_of(e->inlined.data, e->inlined.len);
    inline_postings_read(&cursor, e->df, e->cf, positions, l->c->s->header.passages, &all);
    if (cursor.bad)
        return bad_list(l, SECTION_DICT, "inline postings");
    const uint32_t *position = all.positions;
    for (uint32_t i = 0; i < all.n; i++) {
        TRY(count_posting(l, all.passages[i], all.tfs[i]));
        for (uint32_t j = 0; j < all.tfs[i]; j++)
            count_position(l, all.passages[i], *position++);
    }
    inline_postings_append(&l->c->scratch, &all, positions);
    return check_same(&l->c->scratch, e->inlined, SECTION_DICT, "term", l->term);
}

/* The shares of the decoded block; *most is the largest. */
static void take_shares(struct list *l, float *most)
{
    const struct check *const c = l->c;
    *most = 0;
    for (uint32_t i = 0; i < l->p->n; i++) {
        const uint32_t passage = l->p->passages[i];
        const uint32_t length = segment_length(c->s, passage);
        const float share = bm25_share(&c->bm25, (float)l->p->tfs[i],
                                       c->bm25.byte_lengths ? length_byte_round(length) : length);
        *most = share > *most ? share : *most;
        best_selection_add(&l->selection, &passage, &l->p->tfs[i], &share, 1);
        const uint16_t floor16 = bound_floor16(share);
        for (size_t k = 0; k < BEST_SHARES; k++) {
            l->reach[k] += floor16 >= l->entry->best[k];
            l->pass[k] += floor16 > l->entry->best[k];
        }
        if (!l->bounded)
            continue;
        uint8_t *const code = &c->range_codes[passage / RANGE_PASSAGES];
        const uint8_t here = bound_code(share);
        *code = here > *code ? here : *code;
    }
    l->best = *most > l->best ? *most : l->best;
}

static uint64_t directory_offset(const struct postings_directory *d, const uint8_t *offsets,
                                 uint32_t block)
{
    return d->wide ? load_le64(offsets + 8 * (size_t)block)
                   : load_le32(offsets + 4 * (size_t)block);
}

/* What the directory says of the decoded block, before its bytes are passed over. (That its last
 * passage is right the cursor has seen.) */
static enum status check_directory_row(const struct list *l, float most)
{
    const struct postings_directory *const d = &l->p->directory;
    const uint32_t block = l->p->block;
    if (d->last == NULL)
        return STATUS_OK;
    if (directory_offset(d, d->offsets, block) != l->body_at)
        return bad_list(l, SECTION_POST, "offset of a block");
    const uint64_t positions_at = (uint64_t)(l->positions.at - l->p->position_bytes.data);
    if (d->positions != NULL && directory_offset(d, d->positions, block) != positions_at)
        return bad_list(l, SECTION_POST, "offset of a block's positions");
    if (d->codes[block] != bound_code(most))
        return bad_list(l, SECTION_POST, "code of a block");
    return STATUS_OK;
}

/* A chunk of positions as it was read, to be coded anew. */
struct chunk {
    uint32_t values[BLOCK_VALUES];
    size_t n;
    size_t at;
};

/* Reads the next chunk, `left` values before the end of the block's, and compares its coding. */
static enum status next_chunk(struct list *l, struct chunk *chunk, uint64_t left)
{
    const uint8_t *const start = l->positions.at;
    chunk->n = left < BLOCK_VALUES ? (size_t)left : BLOCK_VALUES;
    chunk->at = 0;
    packed_block_read(&l->positions, chunk->n, chunk->values);
    if (l->positions.bad)
        return bad_list(l, SECTION_POSI, "positions");
    packed_block_append(&l->c->scratch, chunk->values, chunk->n);
    return check_same(&l->c->scratch, span_of(start, (size_t)(l->positions.at - start)),
                      SECTION_POSI, "term", l->term);
}

/* The positions of the decoded block, `total` of them. */
static enum status check_positions(struct list *l, uint64_t total)
{
    struct chunk chunk = {.n = 0, .at = 0};
    for (uint32_t i = 0; i < l->p->n; i++) {
        uint64_t position = 0;
        for (uint32_t j = 0; j < l->p->tfs[i]; j++) {
            if (chunk.at == chunk.n)
                TRY(next_chunk(l, &chunk, total));
            position += (uint64_t)chunk.values[chunk.at++] + (j > 0);
            total--;
            if (position > UINT32_MAX)
                return bad_list(l, SECTION_POSI, "a position is out of range");
            count_position(l, l->p->passages[i], (uint32_t)position);
        }
    }
    return STATUS_OK;
}

static enum status check_block(struct list *l, uint32_t base)
{
    struct postings *const p = l->p;
    float most;
    (void)postings_tf(p); /* decodes those of the whole block */
    TRY(check_context(p->status, SECTION_POST, "term", l->term));
    uint64_t total = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        TRY(count_posting(l, p->passages[i], p->tfs[i]));
        total += p->tfs[i];
    }
    take_shares(l, &most);
    TRY(check_directory_row(l, most));
    struct buf *const again = &l->c->scratch;
    postings_block_append(again, base, p->passages, p->tfs, p->n);
    const uint64_t left = p->directory.bodies.len - l->body_at;
    const size_t len = again->len < left ? again->len : (size_t)left;
    const struct span there = span_of(p->directory.bodies.data + l->body_at, len);
    l->body_at += len;
    TRY(check_same(again, there, SECTION_POST, "term", l->term));
    l->occurrences += total;
    return segment_has(l->c->s, FEATURE_POSITIONS) ? check_positions(l, total) : STATUS_OK;
}

/* The fields of the directory that are not a block's: flags and range table. */
static enum status check_directory(const struct list *l)
{
    const struct postings_directory *const d = &l->p->directory;
    const uint64_t n_windows = ceil_div(l->c->s->header.passages, WINDOW_PASSAGES);
    if (d->last == NULL)
        return STATUS_OK;
    const bool wide = d->bodies.len > UINT32_MAX || l->entry->positions_bytes > UINT32_MAX;
    const bool windows = d->n_blocks >= 16 && n_windows <= 4 * (uint64_t)d->n_blocks;
    if (d->wide != wide || (d->windows != NULL) != windows)
        return bad_list(l, SECTION_POST, "flags");
    uint32_t block = 0;
    for (uint64_t i = 0; windows && i < n_windows; i++) {
        while (block < d->n_blocks && load_le32(d->last + 4 * (size_t)block) < i * WINDOW_PASSAGES)
            block++;
        if (load_le32(d->windows + 4 * i) != block)
            return bad_list(l, SECTION_POST, "range table");
    }
    return STATUS_OK;
}

static enum status check_blocks(struct list *l)
{
    struct postings *const p = l->p;
    uint32_t base = 0;
    while (postings_next(p) != PASSAGE_END) {
        TRY(check_block(l, base));
        base = p->passages[p->n - 1] + 1;
        p->at = p->n - 1; /* the next move enters the next block */
    }
    TRY(check_context(p->status, SECTION_POST, "term", l->term));
    if (l->occurrences != l->entry->cf)
        return bad_list(l, SECTION_DICT, "cf");
    if (l->body_at != p->directory.bodies.len || cursor_left(&l->positions) != 0)
        return bad_list(l, SECTION_POST, "bytes behind the last block");
    return check_directory(l);
}

/* The entry's largest and k-th best shares, and the codes by range. */
static enum status check_shares(struct list *l)
{
    const struct check *const c = l->c;
    const struct term_entry *const e = l->entry;
    if (e->max_code != bound_code(l->best))
        return bad_list(l, SECTION_DICT, "code of the largest share");
    for (size_t k = 0; k < BEST_SHARES && e->df >= best_share_ranks[k]; k++)
        if (l->reach[k] < best_share_ranks[k] || l->pass[k] >= best_share_ranks[k])
            return bad_list(l, SECTION_DICT, "k-th best share");
    if (!l->bounded && !best_postings_wanted(e->df))
        return e->bounds_bytes == 0 ? STATUS_OK : bad_list(l, SECTION_BNDS, "bounds not wanted");
    const struct span section = c->s->sections[SECTION_BNDS];
    if (e->bounds_offset > section.len || e->bounds_bytes > section.len - e->bounds_offset)
        return bad_list(l, SECTION_BNDS, "place of its bounds");
    if (l->bounded)
        bounds_append(&l->c->scratch, c->range_codes, bounds_ranges(c->s));
    if (best_postings_wanted(e->df))
        best_postings_append(&l->selection, &l->c->scratch);
    return check_same(&l->c->scratch,
                      span_of(section.data + e->bounds_offset, (size_t)e->bounds_bytes),
                      SECTION_BNDS, "term", l->term);
}

enum status check_list(struct check *c, uint64_t term, const struct term_entry *entry)
{
    struct list l = {.c = c, .term = term, .p = &c->postings, .entry = entry};
    if (entry->postings_offset != c->ends[0] || entry->positions_offset != c->ends[1] ||
        entry->bounds_offset != c->ends[2])
        return bad_list(&l, SECTION_DICT, "offsets of its block");
    c->ends[0] += entry->postings_bytes;
    c->ends[1] += entry->positions_bytes;
    c->ends[2] += entry->bounds_bytes;
    if (term_entry_is_inline(entry))
        return check_inline(&l);
    l.bounded = bounds_wanted(entry->df, c->s->header.passages);
    if (l.bounded)
        memset(c->range_codes, 0, (size_t)bounds_ranges(c->s));
    TRY(check_context(postings_open(c->s, entry, l.p), SECTION_POST, "term", term));
    l.positions = cursor_of(l.p->position_bytes.data, l.p->position_bytes.len);
    TRY(check_blocks(&l));
    TRY(check_shares(&l));
    c->items[SECTION_POST]++;
    c->items[SECTION_POSI] += segment_has(c->s, FEATURE_POSITIONS) ? entry->cf : 0;
    c->items[SECTION_BNDS] += entry->bounds_bytes > 0;
    return STATUS_OK;
}
