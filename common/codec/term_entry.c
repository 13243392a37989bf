/* SPDX-License-Identifier: Apache-2.0 */
/* term_entry: encode and decode side by side. */
#include "common/codec/term_entry.h"

const uint32_t best_share_ranks[BEST_SHARES] = {10, 100, 1000};

void term_entry_append(struct buf *out, const struct term_entry *entry, bool has_positions)
{
    buf_put_varint(out, entry->df);
    buf_put_varint(out, entry->cf - entry->df);
    if (term_entry_is_inline(entry)) {
        buf_append_span(out, entry->inlined);
        return;
    }
    buf_put_varint(out, entry->postings_bytes);
    if (has_positions)
        buf_put_varint(out, entry->positions_bytes);
    buf_put_varint(out, entry->bounds_bytes);
    buf_put_u8(out, entry->max_code);
    for (size_t i = 0; i < BEST_SHARES; i++)
        if (entry->df >= best_share_ranks[i])
            buf_put_le16(out, entry->best[i]);
}

static void read_lists(struct cursor *c, bool has_positions, struct term_entry *e)
{
    e->postings_bytes = cursor_varint(c);
    e->positions_bytes = has_positions ? cursor_varint(c) : 0;
    e->bounds_bytes = cursor_varint(c);
    e->max_code = cursor_u8(c);
    for (size_t i = 0; i < BEST_SHARES; i++)
        e->best[i] = e->df >= best_share_ranks[i] ? cursor_u16(c) : 0;
}

static void read_inline(struct cursor *c, bool has_positions, uint64_t passages,
                        struct term_entry *e)
{
    struct inline_postings postings;
    const uint8_t *const start = c->at;
    inline_postings_read(c, e->df, e->cf, has_positions, passages, &postings);
    e->inlined = c->bad ? span_of(start, 0) : span_of(start, (size_t)(c->at - start));
    e->postings_bytes = e->positions_bytes = e->bounds_bytes = 0;
    e->max_code = 255;
    memset(e->best, 0, sizeof e->best);
}

void term_entry_read(struct cursor *c, bool has_positions, uint64_t passages,
                     struct term_entry *entry, uint64_t next_offsets[3])
{
    entry->df = (uint32_t)cursor_varint_max(c, passages);
    entry->cf = entry->df + cursor_varint_max(c, UINT64_MAX - UINT32_MAX);
    entry->inlined = span_of(NULL, 0);
    if (entry->df == 0)
        cursor_spoil(c);
    if (term_entry_is_inline(entry))
        read_inline(c, has_positions, passages, entry);
    else
        read_lists(c, has_positions, entry);
    /* A sum that wraps is caught where the list is opened: it must lie within its section. */
    next_offsets[0] = entry->postings_offset + entry->postings_bytes;
    next_offsets[1] = entry->positions_offset + entry->positions_bytes;
    next_offsets[2] = entry->bounds_offset + entry->bounds_bytes;
}

static void skip_varints(struct cursor *c, uint64_t n)
{
    for (; n > 0 && !c->bad; n--)
        while ((cursor_u8(c) & 0x80) != 0 && !c->bad)
            ;
}

static void skip_inline(struct cursor *c, uint64_t df, bool has_positions)
{
    for (; df > 0 && !c->bad; df--) {
        const bool several = (cursor_varint(c) & 1) != 0;
        const uint64_t tf = several ? 2 + cursor_varint_max(c, INLINE_OCCURRENCES) : 1;
        skip_varints(c, has_positions ? tf : 0);
    }
}

uint64_t term_entry_skip(struct cursor *c, bool has_positions, uint64_t offsets[3])
{
    const uint64_t df = cursor_varint_max(c, UINT32_MAX);
    const uint64_t cf = df + cursor_varint_max(c, UINT64_MAX - UINT32_MAX);
    if (df == 0)
        cursor_spoil(c);
    if (cf <= INLINE_OCCURRENCES) {
        skip_inline(c, df, has_positions);
        return cf;
    }
    offsets[0] += cursor_varint(c);
    offsets[1] += has_positions ? cursor_varint(c) : 0;
    offsets[2] += cursor_varint(c);
    size_t fixed = 1;
    for (size_t i = 0; i < BEST_SHARES; i++)
        fixed += df >= best_share_ranks[i] ? 2 : 0;
    (void)cursor_bytes(c, fixed);
    return cf;
}

uint8_t *inline_postings_put(uint8_t *to, const struct inline_postings *postings,
                             bool has_positions)
{
    const uint32_t *positions = postings->positions;
    uint32_t base = 0;
    for (uint32_t i = 0; i < postings->n; i++) {
        const uint32_t tf = postings->tfs[i];
        to += varint_put(to, 2 * (uint64_t)(postings->passages[i] - base) + (tf > 1));
        if (tf > 1)
            to += varint_put(to, tf - 2);
        for (uint32_t j = 0; has_positions && j < tf; j++)
            to += varint_put(to, j == 0 ? positions[0] : positions[j] - positions[j - 1] - 1);
        base = postings->passages[i] + 1;
        positions += tf;
    }
    return to;
}

void inline_postings_append(struct buf *out, const struct inline_postings *postings,
                            bool has_positions)
{
    uint8_t *const to = buf_reserve(out, INLINE_BYTES);
    if (to != NULL)
        out->len += (size_t)(inline_postings_put(to, postings, has_positions) - to);
}

static void read_positions(struct cursor *c, uint32_t tf, uint32_t *positions)
{
    uint64_t position = 0;
    for (uint32_t j = 0; j < tf; j++) {
        position += cursor_varint_max(c, UINT32_MAX) + (j > 0);
        if (position > UINT32_MAX)
            cursor_spoil(c);
        positions[j] = (uint32_t)position;
    }
}

void inline_postings_read(struct cursor *c, uint32_t df, uint64_t cf, bool has_positions,
                          uint64_t passages, struct inline_postings *out)
{
    memset(out, 0, sizeof *out);
    uint64_t base = 0;
    uint32_t occurrences = 0;
    for (uint32_t i = 0; i < df && !c->bad; i++) {
        const uint64_t coded = cursor_varint(c);
        const uint64_t passage = base + (coded >> 1);
        const uint64_t tf = (coded & 1) != 0 ? 2 + cursor_varint_max(c, cf) : 1;
        if (passage >= passages || tf > cf - occurrences || df > INLINE_OCCURRENCES) {
            cursor_spoil(c);
            break;
        }
        out->passages[i] = (uint32_t)passage;
        out->tfs[i] = (uint32_t)tf;
        if (has_positions)
            read_positions(c, (uint32_t)tf, out->positions + occurrences);
        occurrences += (uint32_t)tf;
        base = passage + 1;
    }
    if (occurrences != cf)
        cursor_spoil(c);
    out->n = c->bad ? 0 : df;
}
