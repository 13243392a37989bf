/* SPDX-License-Identifier: Apache-2.0 */
/* postings_block: passages as gaps or as a bitset, frequencies apart from them. */
#include "common/codec/postings_block.h"

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

static void read_bitset(struct cursor *c, uint32_t base, size_t n, uint32_t last_allowed,
                        uint32_t *passages)
{
    const size_t words = cursor_u16(c);
    const struct span bits = cursor_bytes(c, words * 8);
    size_t found = 0;
    uint64_t last =
        UINT64_MAX; /* 64 bits: a set bit beyond 2^32 must not wrap to a small passage */
    for (size_t w = 0; w < words && !c->bad; w++) {
        uint64_t word = load_le64(bits.data + 8 * w);
        if ((w + 1 == words && word == 0) || found + (size_t)__builtin_popcountll(word) > n) {
            cursor_spoil(c);
            return;
        }
        for (; word != 0; word &= word - 1) {
            last = base + 64 * (uint64_t)w + (uint64_t)__builtin_ctzll(word);
            passages[found++] = (uint32_t)last;
        }
    }
    if (found != n || last > last_allowed)
        cursor_spoil(c);
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
    memset(passages, 0, n * sizeof *passages);
    if (n == BLOCK_VALUES)
        read_bitset(c, base, n, last_allowed, passages);
    else
        cursor_spoil(c);
}

void postings_block_read_tfs(struct cursor *c, size_t n, uint32_t *tfs)
{
    packed_block_read_counts(c, n, tfs);
}
