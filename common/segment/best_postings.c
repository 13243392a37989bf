/* SPDX-License-Identifier: Apache-2.0 */
/* best_postings: a short sorted list that few postings enter, once there are some. */
#include "common/segment/best_postings.h"

static void insert(struct best_selection *s, uint32_t passage, uint32_t tf, float share)
{
    uint32_t at = s->n <= BEST_POSTINGS ? s->n++ : BEST_POSTINGS;
    for (; at > 0 && s->shares[at - 1] < share; at--) { /* equal ones come first: they are lower */
        s->passages[at] = s->passages[at - 1];
        s->tfs[at] = s->tfs[at - 1];
        s->shares[at] = s->shares[at - 1];
    }
    s->passages[at] = passage;
    s->tfs[at] = tf;
    s->shares[at] = share;
}

void best_selection_add(struct best_selection *s, const uint32_t *passages, const uint32_t *tfs,
                        const float *shares, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (best_selection_takes(s, shares[i]))
            insert(s, passages[i], tfs[i], shares[i]);
}

void best_postings_append(const struct best_selection *s, struct buf *out)
{
    uint32_t order[BEST_POSTINGS];
    for (uint32_t i = 0; i < BEST_POSTINGS; i++) {
        uint32_t at = i;
        for (; at > 0 && s->passages[order[at - 1]] > s->passages[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    const size_t start = out->len;
    uint32_t base = 0;
    for (uint32_t i = 0; i < BEST_POSTINGS; i++) {
        buf_put_varint(out, s->passages[order[i]] - base);
        buf_put_varint(out, s->tfs[order[i]] - 1);
        base = s->passages[order[i]] + 1;
    }
    uint32_t next;
    memcpy(&next, &s->shares[BEST_POSTINGS], sizeof next);
    buf_put_le32(out, next);
    buf_put_u8(out, (uint8_t)(out->len - start));
}

size_t best_postings_bytes(const struct term_entry *entry, struct span bounds)
{
    if (!best_postings_wanted(entry->df) || term_entry_is_inline(entry) || bounds.len == 0)
        return 0;
    return 1 + (size_t)bounds.data[bounds.len - 1];
}

static enum status damaged_best(void)
{
    return fail(STATUS_CORRUPT, "damaged best postings");
}

enum status best_postings_read(const struct segment *s, const struct term_entry *entry,
                               struct best_postings *out)
{
    const struct span section = s->sections[SECTION_BNDS];
    out->n = 0;
    if (!best_postings_wanted(entry->df) || entry->bounds_bytes == 0 || section.len == 0)
        return STATUS_OK;
    if (entry->bounds_offset > section.len ||
        entry->bounds_bytes > section.len - entry->bounds_offset)
        return damaged_best();
    const struct span bounds =
        span_of(section.data + entry->bounds_offset, (size_t)entry->bounds_bytes);
    const size_t bytes = best_postings_bytes(entry, bounds);
    if (bytes > bounds.len || bytes == 0)
        return damaged_best();
    struct cursor c = cursor_of(bounds.data + bounds.len - bytes, bytes - 1);
    uint64_t base = 0;
    for (uint32_t i = 0; i < BEST_POSTINGS; i++) {
        const uint64_t passage = base + cursor_varint_max(&c, UINT32_MAX);
        if (passage >= s->header.passages)
            return damaged_best();
        out->passages[i] = (uint32_t)passage;
        out->tfs[i] = 1 + (uint32_t)cursor_varint_max(&c, UINT32_MAX - 1);
        base = passage + 1;
    }
    const uint32_t next = cursor_u32(&c);
    memcpy(&out->next, &next, sizeof next);
    if (c.bad || cursor_left(&c) != 0)
        return damaged_best();
    out->n = BEST_POSTINGS;
    return STATUS_OK;
}
