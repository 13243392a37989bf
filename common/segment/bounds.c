/* SPDX-License-Identifier: Apache-2.0 */
/* bounds: both kinds, dense and by bitmap, unpack to one byte a range. */
#include "common/segment/bounds.h"

static enum status damaged_bounds(void)
{
    return fail(STATUS_CORRUPT, "damaged bounds");
}

static enum status read_sparse(struct cursor *c, uint64_t n, uint8_t *codes)
{
    const struct span live = cursor_bytes(c, (size_t)ceil_div(n, 8));
    if (c->bad)
        return damaged_bounds();
    for (uint64_t i = 0; i < n; i++)
        codes[i] = (live.data[i / 8] >> i % 8 & 1) != 0 ? cursor_u8(c) : 0;
    return STATUS_OK;
}

enum status bounds_read(const struct segment *s, const struct term_entry *entry, uint8_t *codes,
                        bool *present)
{
    const struct span section = s->sections[SECTION_BNDS];
    if (term_entry_is_inline(entry) || entry->bounds_bytes == 0 || section.len == 0) {
        *present = false;
        return STATUS_OK;
    }
    if (entry->bounds_offset > section.len ||
        entry->bounds_bytes > section.len - entry->bounds_offset)
        return damaged_bounds();
    const uint64_t n = bounds_ranges(s);
    struct cursor c = cursor_of(section.data + entry->bounds_offset, (size_t)entry->bounds_bytes);
    const uint8_t kind = cursor_u8(&c);
    if (kind == 0) {
        const struct span dense = cursor_bytes(&c, (size_t)n);
        if (!c.bad)
            memcpy(codes, dense.data, dense.len);
    } else if (kind == 1) {
        TRY(read_sparse(&c, n, codes));
    }
    if (kind > 1 || c.bad || cursor_left(&c) != 0)
        return damaged_bounds();
    *present = true;
    return STATUS_OK;
}

void bounds_append(struct buf *out, const uint8_t *codes, uint64_t n)
{
    uint64_t live = 0;
    for (uint64_t i = 0; i < n; i++)
        live += codes[i] != 0;
    const uint64_t bitmap_bytes = ceil_div(n, 8);
    const bool dense = n <= bitmap_bytes + live;
    buf_put_u8(out, dense ? 0 : 1);
    if (dense) {
        buf_append(out, codes, (size_t)n);
        return;
    }
    const size_t bitmap = out->len;
    buf_put_zeros(out, (size_t)bitmap_bytes);
    for (uint64_t i = 0; i < n && !out->failed; i++) {
        if (codes[i] == 0)
            continue;
        out->data[bitmap + i / 8] |= (uint8_t)(1u << i % 8);
        buf_put_u8(out, codes[i]);
    }
}
