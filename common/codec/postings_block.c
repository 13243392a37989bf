/* SPDX-License-Identifier: Apache-2.0 */
/* postings_block: passages as gaps or as a bitset, frequencies apart from them. */
#include "common/codec/postings_block.h"

#include "common/codec/bitpack.h"

#define BITSET 0x40

/* Bits of one word follow each other closely, and each waits for the store before it; so the
 * postings are gone through in eight places at once. n is BLOCK_VALUES. */
static void append_bitset(struct buf *out, uint32_t base, const uint32_t *passages)
{
    const size_t words = (passages[BLOCK_VALUES - 1] - base) / 64 + 1;
    uint8_t *const to = buf_reserve(out, 3 + words * 8);
    if (to == NULL)
        return;
    to[0] = BITSET;
    store_le16(to + 1, (uint16_t)words);
    uint8_t *const bits = to + 3;
    memset(bits, 0, words * 8);
    for (size_t i = 0; i < BLOCK_VALUES / 8; i++)
        for (size_t place = 0; place < BLOCK_VALUES; place += BLOCK_VALUES / 8) {
            const uint32_t bit = passages[place + i] - base;
            bits[bit / 8] |= (uint8_t)(1u << bit % 8);
        }
    out->len += 3 + words * 8;
}

void postings_block_append(struct buf *out, uint32_t base, const uint32_t *passages,
                           const uint32_t *tfs, size_t n)
{
    const struct codec_kernels *const k = codec_kernels();
    uint32_t values[BLOCK_VALUES];
    k->gaps(passages, n, base, values);
    const struct packed_layout l = packed_block_layout(values, n);
    const size_t bitset_bytes = 3 + ((passages[n - 1] - base) / 64 + 1) * (size_t)8;
    if (n == BLOCK_VALUES && bitset_bytes <= packed_layout_bytes(l, n) + BITSET_EXTRA_BYTES)
        append_bitset(out, base, passages);
    else
        packed_block_append_as(out, values, n, l);
    k->less_one(tfs, n, values);
    packed_block_append(out, values, n);
}

static void read_bitset(struct cursor *c, uint32_t base, uint32_t last_allowed, uint32_t *passages)
{
    const size_t words = cursor_u16(c);
    const struct span bits = cursor_bytes(c, words * 8);
    const uint64_t final = bits.len == 0 ? 0 : load_le64(bits.data + bits.len - 8);
    /* 64 bits: a set bit beyond 2^32 must not wrap to a small passage. */
    const uint64_t last = base + 64 * (uint64_t)words + bits_of(final) - 65;
    if (final == 0 || last > last_allowed ||
        !codec_kernels()->bits_to_numbers(bits.data, words, base, passages)) {
        memset(passages, 0, BLOCK_VALUES * sizeof *passages);
        cursor_spoil(c);
    }
}

void postings_block_read_passages(struct cursor *c, uint32_t base, size_t n, uint32_t last_allowed,
                                  uint32_t *passages)
{
    const bool bitset = cursor_left(c) > 0 && *c->at == BITSET;
    if (!bitset) {
        packed_block_read_sums(c, n, base, last_allowed, passages);
        return;
    }
    c->at++;
    if (n == BLOCK_VALUES) {
        read_bitset(c, base, last_allowed, passages);
    } else {
        memset(passages, 0, n * sizeof *passages);
        cursor_spoil(c);
    }
}

struct span postings_block_bits(struct cursor *c)
{
    if (cursor_left(c) == 0 || *c->at != BITSET)
        return span_of(NULL, 0);
    c->at++;
    const size_t words = cursor_u16(c);
    return cursor_bytes(c, words * 8);
}

void postings_block_read_tfs(struct cursor *c, size_t n, uint32_t *tfs)
{
    packed_block_read_counts(c, n, tfs);
}
