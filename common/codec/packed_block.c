/* SPDX-License-Identifier: Apache-2.0 */
/* packed_block: choose widths from a histogram of bit lengths, encode, decode, skip. */
#include "common/codec/packed_block.h"

#include "common/codec/bitpack.h"

struct layout {
    unsigned w; /* bits of a low part */
    unsigned e; /* exceptions */
    unsigned h; /* bits of a high part */
};

static size_t layout_bytes(struct layout l, size_t n)
{
    return 3 + bitpack_bytes(n, l.w) + l.e + bitpack_bytes(l.e, l.h);
}

/* The cheapest layout: every width from the widest value down, with as many exceptions as have more
 * bits than that. Fewer than 256 exceptions, since their number is a byte. */
static struct layout choose(const uint32_t *values, size_t n)
{
    unsigned with_bits[33] = {0};
    for (size_t i = 0; i < n; i++)
        with_bits[bits_of(values[i])]++;
    unsigned widest = 32;
    while (widest > 0 && with_bits[widest] == 0)
        widest--;
    struct layout best = {widest, 0, 0};
    size_t best_bytes = layout_bytes(best, n);
    unsigned above = 0;
    for (unsigned w = widest; w-- > 0;) {
        above += with_bits[w + 1];
        if (above > 255)
            break;
        const struct layout l = {w, above, widest - w};
        const size_t bytes = layout_bytes(l, n);
        if (bytes < best_bytes) {
            best = l;
            best_bytes = bytes;
        }
    }
    return best;
}

void packed_block_append(struct buf *out, const uint32_t *values, size_t n)
{
    const struct layout l = choose(values, n);
    uint8_t *const to = buf_reserve(out, layout_bytes(l, n));
    if (to == NULL)
        return;
    to[0] = (uint8_t)l.w;
    to[1] = (uint8_t)l.e;
    to[2] = (uint8_t)l.h;
    bitpack_encode(values, n, l.w, to + 3);
    uint8_t *const indexes = to + 3 + bitpack_bytes(n, l.w);
    uint32_t high[BLOCK_VALUES];
    unsigned e = 0;
    for (size_t i = 0; i < n && e < l.e; i++) {
        if (bits_of(values[i]) <= l.w)
            continue;
        indexes[e] = (uint8_t)i;
        high[e++] = values[i] >> l.w;
    }
    bitpack_encode(high, l.e, l.h, indexes + l.e);
    out->len += layout_bytes(l, n);
}

/* Reads and checks the three header bytes. */
static struct layout read_layout(struct cursor *c, size_t n)
{
    struct layout l;
    l.w = cursor_u8(c);
    l.e = cursor_u8(c);
    l.h = cursor_u8(c);
    const bool plain = l.e == 0 && l.h == 0;
    const bool patched = l.e > 0 && l.e <= n && l.h >= 1 && l.w + l.h <= 32;
    if (l.w > 32 || !(plain || patched)) {
        cursor_spoil(c);
        return (struct layout){0, 0, 0};
    }
    return l;
}

static void patch(struct cursor *c, struct layout l, size_t n, uint32_t *values)
{
    const struct span indexes = cursor_bytes(c, l.e);
    const struct span packed = cursor_bytes(c, bitpack_bytes(l.e, l.h));
    if (c->bad)
        return;
    uint32_t high[BLOCK_VALUES];
    bitpack_decode(packed, l.e, l.h, high);
    for (unsigned i = 0; i < l.e; i++) {
        const bool ascending = i == 0 || indexes.data[i] > indexes.data[i - 1];
        if (!ascending || indexes.data[i] >= n || high[i] == 0) {
            cursor_spoil(c);
            return;
        }
        values[indexes.data[i]] |= high[i] << l.w;
    }
}

void packed_block_read(struct cursor *c, size_t n, uint32_t *values)
{
    const struct layout l = read_layout(c, n);
    const size_t bytes = bitpack_bytes(n, l.w);
    if (c->bad || cursor_left(c) < bytes) {
        cursor_spoil(c);
        memset(values, 0, n * sizeof *values);
        return;
    }
    /* All that follows is lent to the kernel, which may then use wide loads; it reads no further.
     */
    bitpack_decode(span_of(c->at, cursor_left(c)), n, l.w, values);
    c->at += bytes;
    if (l.e > 0)
        patch(c, l, n, values);
}

void packed_block_skip(struct cursor *c, size_t n)
{
    const struct layout l = read_layout(c, n);
    (void)cursor_bytes(c, bitpack_bytes(n, l.w) + l.e + bitpack_bytes(l.e, l.h));
}
