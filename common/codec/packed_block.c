/* SPDX-License-Identifier: Apache-2.0 */
/* packed_block: header, low parts, exceptions; the loops over values are codec_kernels'. */
#include "common/codec/packed_block.h"

#include "common/codec/bitpack.h"

struct packed_layout packed_block_layout(const uint32_t *values, size_t n)
{
    return codec_kernels()->choose(values, n);
}

void packed_block_append_as(struct buf *out, const uint32_t *values, size_t n,
                            struct packed_layout l)
{
    const struct codec_kernels *const k = codec_kernels();
    uint8_t *const to = buf_reserve(out, packed_layout_bytes(l, n) + PACK_SLACK);
    if (to == NULL)
        return;
    to[0] = l.w;
    to[1] = l.e;
    to[2] = l.h;
    k->pack(values, n, l.w, to + 3);
    if (l.e > 0) {
        uint8_t *const indexes = to + 3 + bitpack_bytes(n, l.w);
        uint32_t high[BLOCK_VALUES + PACK_SLACK / sizeof(uint32_t)];
        (void)k->exceptions(values, n, l.w, indexes, high);
        k->pack(high, l.e, l.h, indexes + l.e);
    }
    out->len += packed_layout_bytes(l, n);
}

void packed_block_append(struct buf *out, const uint32_t *values, size_t n)
{
    packed_block_append_as(out, values, n, packed_block_layout(values, n));
}

/* Reads and checks the three header bytes. */
static struct packed_layout read_layout(struct cursor *c, size_t n)
{
    const struct span header = cursor_bytes(c, 3);
    if (header.len == 0)
        return (struct packed_layout){0, 0, 0};
    const struct packed_layout l = {header.data[0], header.data[1], header.data[2]};
    const bool plain = l.e == 0 && l.h == 0;
    const bool patched = l.e > 0 && l.e <= n && l.h >= 1 && l.w + l.h <= 32;
    if (l.w > 32 || !(plain || patched)) {
        cursor_spoil(c);
        return (struct packed_layout){0, 0, 0};
    }
    return l;
}

/* Adds the high parts. */
static void patch(const struct codec_kernels *k, struct cursor *c, struct packed_layout l, size_t n,
                  uint32_t *values)
{
    const struct span indexes = cursor_bytes(c, l.e);
    const uint8_t *const packed = c->at;
    const size_t left = cursor_left(c);
    (void)cursor_bytes(c, bitpack_bytes(l.e, l.h));
    if (c->bad)
        return;
    uint32_t high[BLOCK_VALUES];
    k->unpack(packed, left, l.e, l.h, 0, high);
    int before = -1;
    for (unsigned i = 0; i < l.e; i++) {
        const int index = indexes.data[i];
        if (index <= before || index >= (int)n || high[i] == 0) {
            cursor_spoil(c);
            return;
        }
        before = index;
        values[index] += high[i] << l.w;
    }
}

/* Reads values plus `add` (modulo 2^32) of a block whose header is read already. */
static void read_values(const struct codec_kernels *k, struct cursor *c, struct packed_layout l,
                        size_t n, uint32_t add, uint32_t *values)
{
    const size_t bytes = bitpack_bytes(n, l.w);
    if (c->bad || cursor_left(c) < bytes) {
        cursor_spoil(c);
        memset(values, 0, n * sizeof *values);
        return;
    }
    /* All that follows is lent to the kernel, which may then use wide loads; it reads no further.
     */
    k->unpack(c->at, cursor_left(c), n, l.w, add, values);
    c->at += bytes;
    if (l.e > 0)
        patch(k, c, l, n, values);
}

void packed_block_read(struct cursor *c, size_t n, uint32_t *values)
{
    const struct packed_layout l = read_layout(c, n);
    read_values(codec_kernels(), c, l, n, 0, values);
}

void packed_block_read_counts(struct cursor *c, size_t n, uint32_t *values)
{
    const struct packed_layout l = read_layout(c, n);
    read_values(codec_kernels(), c, l, n, 1, values);
    for (size_t i = 0; l.w + l.h == 32 && i < n; i++)
        if (values[i] == 0)
            cursor_spoil(c);
}

/* The sums of gaps that may be so large that 32 bits do not tell a wrap. */
static void wide_sums(struct cursor *c, size_t n, uint32_t base, uint32_t last_allowed,
                      uint32_t *values)
{
    uint64_t next = base; /* 64 bits: 256 gaps of 32 bits cannot wrap it */
    for (size_t i = 0; i < n; i++) {
        next += values[i];
        values[i] = (uint32_t)next;
        next++;
    }
    if (next - 1 > last_allowed)
        cursor_spoil(c);
}

/* 256 gaps of this many bits sum to less than 2^32, so that a sum below the base has wrapped. */
#define GAP_BITS_NO_DOUBT 23u

void packed_block_read_sums(struct cursor *c, size_t n, uint32_t base, uint32_t last_allowed,
                            uint32_t *values)
{
    const struct codec_kernels *const k = codec_kernels();
    const struct packed_layout l = read_layout(c, n);
    const size_t bytes = bitpack_bytes(n, l.w);
    if (l.e > 0 || l.w > GAP_BITS_NO_DOUBT || c->bad || cursor_left(c) < bytes) {
        read_values(k, c, l, n, 0, values);
        if (l.w + l.h > GAP_BITS_NO_DOUBT) {
            wide_sums(c, n, base, last_allowed, values);
            return;
        }
        k->sums(values, n, base);
    } else {
        k->unpack_sums(c->at, cursor_left(c), n, l.w, base, values);
        c->at += bytes;
    }
    if (values[n - 1] > last_allowed || values[n - 1] < base)
        cursor_spoil(c);
}

void packed_block_skip(struct cursor *c, size_t n)
{
    const struct packed_layout l = read_layout(c, n);
    (void)cursor_bytes(c, packed_layout_bytes(l, n) - 3);
}
