/* SPDX-License-Identifier: Apache-2.0 */
/* bounds: both kinds, dense and by bitmap, unpack to one byte a range. */
#include "common/segment/bounds.h"

#include "common/codec/codec_kernels.h"
#include "common/segment/best_postings.h"

static enum status damaged_bounds(void)
{
    return fail(STATUS_CORRUPT, "damaged bounds");
}

/* How many ranges have a posting; more than n if there are bits behind them. */
static size_t count_live(struct span live, uint64_t n)
{
    size_t count = 0;
    size_t i = 0;
    for (; i + 8 <= live.len; i += 8)
        count += (size_t)__builtin_popcountll(load_le64(live.data + i));
    for (; i < live.len; i++)
        count += (size_t)__builtin_popcount(live.data[i]);
    const bool behind = live.len > 0 && n % 8 != 0 && live.data[live.len - 1] >> n % 8 != 0;
    return behind ? SIZE_MAX : count;
}

enum status bounds_read(const struct segment *s, const struct term_entry *entry, uint8_t *room,
                        const uint8_t **codes)
{
    const struct span section = s->sections[SECTION_BNDS];
    *codes = NULL;
    if (term_entry_is_inline(entry) || entry->bounds_bytes == 0 || section.len == 0)
        return STATUS_OK;
    if (entry->bounds_offset > section.len ||
        entry->bounds_bytes > section.len - entry->bounds_offset)
        return damaged_bounds();
    const struct span all =
        span_of(section.data + entry->bounds_offset, (size_t)entry->bounds_bytes);
    const size_t best = best_postings_bytes(entry, all);
    if (best > all.len)
        return damaged_bounds();
    if (best == all.len)
        return STATUS_OK;
    const uint64_t n = bounds_ranges(s);
    struct cursor c = cursor_of(all.data, all.len - best);
    const uint8_t kind = cursor_u8(&c);
    const struct span live =
        kind == 1 ? cursor_bytes(&c, (size_t)ceil_div(n, 8)) : span_of(NULL, 0);
    const size_t n_codes = kind == 1 ? count_live(live, n) : (size_t)n;
    const struct span bytes = cursor_bytes(&c, n_codes);
    if (kind > 1 || c.bad || n_codes > n || cursor_left(&c) != 0)
        return damaged_bounds();
    if (kind == 1)
        codec_kernels()->expand(live.data, (size_t)n, bytes.data, room);
    *codes = kind == 1 ? room : bytes.data;
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
