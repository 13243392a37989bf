/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitpack: scalar kernels, the reference for every faster variant.
 *
 * A value of at most 32 bits that starts at bit s%8 of byte s/8 lies within the 8 bytes from there,
 * so one unaligned 64-bit load serves it. Only the last few values, whose 8 bytes would reach past
 * the input, are put together byte by byte.
 */
#include "common/codec/bitpack.h"

void bitpack_encode(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    if (w == 0)
        return;
    const uint64_t mask = (UINT64_C(1) << w) - 1;
    uint64_t pending = 0; /* bits not yet written, low first */
    unsigned filled = 0;
    for (size_t i = 0; i < n; i++) {
        pending |= (values[i] & mask) << filled;
        filled += w;
        while (filled >= 8) {
            *out++ = (uint8_t)pending;
            pending >>= 8;
            filled -= 8;
        }
    }
    if (filled > 0)
        *out = (uint8_t)pending;
}

/* Up to 8 bytes from `offset` on, zeros beyond the end. */
static uint64_t load_tail(struct span in, size_t offset)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8 && offset + i < in.len; i++)
        value |= (uint64_t)in.data[offset + i] << (8 * i);
    return value;
}

static inline uint64_t load_at(struct span in, size_t offset)
{
    return offset + 8 <= in.len ? load_le64(in.data + offset) : load_tail(in, offset);
}

void bitpack_decode(struct span in, size_t n, unsigned w, uint32_t *out)
{
    if (w == 0) {
        memset(out, 0, n * sizeof *out);
        return;
    }
    const uint64_t mask = (UINT64_C(1) << w) - 1;
    size_t bit = 0;
    size_t i = 0;
    for (; i < n && bit / 8 + 8 <= in.len; i++, bit += w)
        out[i] = (uint32_t)(load_le64(in.data + bit / 8) >> (bit % 8) & mask);
    for (; i < n; i++, bit += w)
        out[i] = (uint32_t)(load_tail(in, bit / 8) >> (bit % 8) & mask);
}

uint32_t bitpack_get(struct span in, size_t i, unsigned w)
{
    if (w == 0)
        return 0;
    const size_t bit = i * w;
    return (uint32_t)(load_at(in, bit / 8) >> (bit % 8) & ((UINT64_C(1) << w) - 1));
}

uint64_t bitpack_get64(struct span in, size_t i, unsigned w)
{
    uint64_t value = 0;
    for (unsigned done = 0; done < w; done += 32) {
        const unsigned part = w - done < 32 ? w - done : 32;
        const size_t bit = i * w + done;
        const uint64_t low = load_at(in, bit / 8) >> (bit % 8) & ((UINT64_C(1) << part) - 1);
        value |= low << done;
    }
    return value;
}

void bitpack_put64(uint8_t *out, size_t i, unsigned w, uint64_t value)
{
    for (unsigned j = 0; j < w; j++) {
        const size_t bit = i * w + j;
        out[bit / 8] |= (uint8_t)((value >> j & 1) << (bit % 8));
    }
}
