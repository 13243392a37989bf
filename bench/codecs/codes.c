/* SPDX-License-Identifier: Apache-2.0 */
/* codes: most are made of the parts that Qiao's own is made of. */
#include "bench/codecs/codes.h"

#include "common/codec/bitpack.h"
#include "common/codec/positions_block.h"
#include "common/codec/postings_block.h"

#define BITSET 0x40

/* ---- FOR, PFOR ---- */

static struct packed_layout widest(const uint32_t *values, size_t n)
{
    uint32_t all = 0;
    for (size_t i = 0; i < n; i++)
        all |= values[i];
    return (struct packed_layout){(uint8_t)bits_of(all), 0, 0};
}

static void append_for(struct buf *out, const uint32_t *values, size_t n)
{
    packed_block_append_as(out, values, n, widest(values, n));
}

static void encode_for(struct buf *out, uint32_t base, const uint32_t *passages,
                       const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    uint32_t values[BLOCK_VALUES];
    (void)positions;
    codec_kernels()->gaps(passages, n, base, values);
    append_for(out, values, n);
    codec_kernels()->less_one(tfs, n, values);
    append_for(out, values, n);
}

static void encode_pfor(struct buf *out, uint32_t base, const uint32_t *passages,
                        const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    uint32_t values[BLOCK_VALUES];
    (void)positions;
    codec_kernels()->gaps(passages, n, base, values);
    packed_block_append(out, values, n);
    codec_kernels()->less_one(tfs, n, values);
    packed_block_append(out, values, n);
}

static void encode_ours(struct buf *out, uint32_t base, const uint32_t *passages,
                        const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    (void)positions;
    postings_block_append(out, base, passages, tfs, n);
}

/* The bitset of Qiao's own block where it has one, else FOR. */
static void encode_for_bitset(struct buf *out, uint32_t base, const uint32_t *passages,
                              const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    const size_t start = out->len;
    uint32_t values[BLOCK_VALUES];
    postings_block_append(out, base, passages, tfs, n);
    if (out->failed || out->data[start] != BITSET) {
        out->len = start;
        encode_for(out, base, passages, tfs, positions, n);
        return;
    }
    out->len = start + 3 + 8 * (size_t)load_le16(out->data + start + 1);
    codec_kernels()->less_one(tfs, n, values);
    append_for(out, values, n);
}

static size_t decode_blocks(struct cursor *c, uint32_t base, const uint32_t *tfs, size_t n,
                            uint32_t *to)
{
    (void)tfs;
    postings_block_read_passages(c, base, n, UINT32_MAX, to);
    postings_block_read_tfs(c, n, to + n);
    return 2 * n;
}

/* ---- vbyte ---- */

static void append_vbyte(struct buf *out, uint32_t value)
{
    for (; value >= 0x80; value >>= 7)
        buf_put_u8(out, (uint8_t)(value | 0x80));
    buf_put_u8(out, (uint8_t)value);
}

static void encode_vbyte(struct buf *out, uint32_t base, const uint32_t *passages,
                         const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    (void)positions;
    for (size_t i = 0; i < n; i++) {
        append_vbyte(out, passages[i] - (i == 0 ? base : passages[i - 1] + 1));
        append_vbyte(out, tfs[i] - 1);
    }
}

/* Unchecked: faster than what a reader of files may be. */
static inline uint32_t next_vbyte(const uint8_t **at)
{
    uint32_t value = *(*at)++;
    if (value < 0x80)
        return value;
    value &= 0x7f;
    for (unsigned shift = 7;; shift += 7) {
        const uint32_t byte = *(*at)++;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
}

static size_t decode_vbyte(struct cursor *c, uint32_t base, const uint32_t *tfs, size_t n,
                           uint32_t *to)
{
    (void)tfs;
    for (size_t i = 0; i < n; i++) {
        to[i] = base + next_vbyte(&c->at);
        base = to[i] + 1;
        to[n + i] = next_vbyte(&c->at) + 1;
    }
    return 2 * n;
}

/* ---- positions ---- */

static size_t sum_of(const uint32_t *tfs, size_t n)
{
    return (size_t)codec_kernels()->sum(tfs, n);
}

static void encode_positions(struct buf *out, uint32_t base, const uint32_t *passages,
                             const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    (void)base;
    (void)passages;
    positions_block_append(out, positions, tfs, n);
}

/* The blocks of positions of a block of postings say how long they are. */
static size_t decode_positions(struct cursor *c, uint32_t base, const uint32_t *tfs, size_t n,
                               uint32_t *to)
{
    const size_t total = sum_of(tfs, n);
    (void)base;
    if (positions_block_read_all(span_of(c->at, cursor_left(c)), tfs, n, to) != STATUS_OK)
        cursor_spoil(c);
    for (size_t i = 0; i < total; i += BLOCK_VALUES)
        packed_block_skip(c, total - i < BLOCK_VALUES ? total - i : BLOCK_VALUES);
    return total;
}

static void encode_positions_for(struct buf *out, uint32_t base, const uint32_t *passages,
                                 const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    uint32_t values[BLOCK_VALUES];
    size_t filled = 0;
    (void)base;
    (void)passages;
    for (size_t i = 0; i < n; i++)
        for (uint32_t j = 0, next = 0; j < tfs[i]; j++) {
            values[filled++] = *positions - next;
            next = *positions++ + 1;
            if (filled == BLOCK_VALUES) {
                append_for(out, values, filled);
                filled = 0;
            }
        }
    if (filled > 0)
        append_for(out, values, filled);
}

static void encode_positions_raw(struct buf *out, uint32_t base, const uint32_t *passages,
                                 const uint32_t *tfs, const uint32_t *positions, size_t n)
{
    const size_t total = sum_of(tfs, n);
    const unsigned bits = widest(positions, total).w;
    const uint8_t width = bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
    (void)base;
    (void)passages;
    buf_put_u8(out, width);
    uint8_t *const to = buf_reserve(out, total * width);
    if (to == NULL)
        return;
    for (size_t i = 0; i < total; i++)
        memcpy(to + i * width, &positions[i], width);
    out->len += total * width;
}

static size_t decode_positions_raw(struct cursor *c, uint32_t base, const uint32_t *tfs, size_t n,
                                   uint32_t *to)
{
    const size_t total = sum_of(tfs, n);
    const unsigned width = cursor_u8(c);
    const uint8_t *const from = cursor_bytes(c, total * width).data;
    (void)base;
    if (!c->bad)
        codec_kernels()->unpack(from, total * width, total, 8 * width, 0, to);
    return total;
}

const struct code codes[] = {
    {"FOR 256", 256, false, encode_for, decode_blocks},
    {"PFOR 256", 256, false, encode_pfor, decode_blocks},
    {"FOR + bitset 256", 256, false, encode_for_bitset, decode_blocks},
    {"PFOR + bitset 256 (Qiao)", 256, false, encode_ours, decode_blocks},
    {"FOR 128", 128, false, encode_for, decode_blocks},
    {"PFOR 128", 128, false, encode_pfor, decode_blocks},
    {"vbyte", 256, false, encode_vbyte, decode_vbyte},
    {"positions: PFOR (Qiao)", 256, true, encode_positions, decode_positions},
    {"positions: FOR", 256, true, encode_positions_for, decode_positions},
    {"positions: raw", 256, true, encode_positions_raw, decode_positions_raw},
};
const size_t n_codes = sizeof codes / sizeof *codes;
