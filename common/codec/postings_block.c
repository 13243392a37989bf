/* SPDX-License-Identifier: Apache-2.0 */
/* postings_block: passages as gaps or as a bitset, frequencies apart from them. */
#include "common/codec/postings_block.h"

#define BITSET 0x40

static void append_bitset(struct buf *out, uint32_t base, const uint32_t *passages, size_t n)
{
    const size_t words = (passages[n - 1] - base) / 64 + 1;
    buf_put_u8(out, BITSET);
    buf_put_le16(out, (uint16_t)words);
    uint8_t *const bits = buf_reserve(out, words * 8);
    if (bits == NULL)
        return;
    memset(bits, 0, words * 8);
    for (size_t i = 0; i < n; i++) {
        const uint32_t bit = passages[i] - base;
        bits[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
    out->len += words * 8;
}

void postings_block_append(struct buf *out, uint32_t base, const uint32_t *passages,
                           const uint32_t *tfs, size_t n)
{
    uint32_t values[BLOCK_VALUES] = {0};
    for (size_t i = 0; i < n; i++)
        values[i] = passages[i] - (i == 0 ? base : passages[i - 1] + 1);
    const size_t start = out->len;
    packed_block_append(out, values, n);
    const size_t bitset_bytes = 3 + ((passages[n - 1] - base) / 64 + 1) * (size_t)8;
    if (n == BLOCK_VALUES && !out->failed &&
        bitset_bytes <= out->len - start + BITSET_EXTRA_BYTES) {
        out->len = start;
        append_bitset(out, base, passages, n);
    }
    for (size_t i = 0; i < n; i++)
        values[i] = tfs[i] - 1;
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

static void read_gaps(struct cursor *c, uint32_t base, size_t n, uint32_t last_allowed,
                      uint32_t *passages)
{
    packed_block_read(c, n, passages);
    uint64_t next = base; /* 64 bits: 256 gaps of 32 bits cannot wrap it */
    for (size_t i = 0; i < n; i++) {
        next += passages[i];
        passages[i] = (uint32_t)next;
        next++;
    }
    if (next - 1 > last_allowed)
        cursor_spoil(c);
}

void postings_block_read_passages(struct cursor *c, uint32_t base, size_t n, uint32_t last_allowed,
                                  uint32_t *passages)
{
    const bool bitset = cursor_left(c) > 0 && *c->at == BITSET;
    if (!bitset) {
        read_gaps(c, base, n, last_allowed, passages);
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
    packed_block_read(c, n, tfs);
    for (size_t i = 0; i < n; i++) {
        if (tfs[i] == UINT32_MAX)
            cursor_spoil(c);
        tfs[i]++;
    }
}
