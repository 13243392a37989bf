/* SPDX-License-Identifier: Apache-2.0 */
/* bitpack: arrays of any length through the kernels, single values by one load. */
#include "common/codec/bitpack.h"

#include "common/codec/codec_kernels.h"

void bitpack_encode(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    const struct codec_kernels *const k = codec_kernels();
    while (n > 0) {
        /* Through a buffer, because the kernel may write behind the bytes of its values. */
        uint8_t bytes[4 * BLOCK_VALUES + PACK_SLACK];
        const size_t here = n < BLOCK_VALUES ? n : BLOCK_VALUES; /* 256 values end with a byte */
        k->pack(values, here, w, bytes);
        memcpy(out, bytes, bitpack_bytes(here, w));
        out += bitpack_bytes(here, w);
        values += here;
        n -= here;
    }
}

void bitpack_decode(struct span in, size_t n, unsigned w, uint32_t *out)
{
    codec_kernels()->unpack(in.data, in.len, n, w, 0, out);
}

/* The 8 bytes from `offset` on, zeros beyond the end. */
static uint64_t load_at(struct span in, size_t offset)
{
    if (offset + 8 <= in.len)
        return load_le64(in.data + offset);
    uint64_t value = 0;
    for (size_t i = 0; offset + i < in.len; i++)
        value |= (uint64_t)in.data[offset + i] << (8 * i);
    return value;
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
