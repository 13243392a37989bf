/* SPDX-License-Identifier: Apache-2.0 */
/* bitpack: every width and length against bits set one by one, up to the last byte of a page. */
#include "common/codec/bitpack.h"
#include "tests/codec/codec_support.h"

#define VALUES 256u

/* The definition in docs/FORMAT.md 5, a bit at a time. */
static void slow_encode(const uint64_t *values, size_t n, unsigned w, uint8_t *out)
{
    memset(out, 0, (n * w + 7) / 8);
    for (size_t i = 0; i < n; i++)
        for (unsigned j = 0; j < w; j++) {
            const size_t bit = i * w + j;
            out[bit / 8] = (uint8_t)(out[bit / 8] | (values[i] >> j & 1) << bit % 8);
        }
}

static void check_width(struct guard *g, uint64_t *random, unsigned w)
{
    uint32_t values[VALUES];
    uint64_t wide[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = (uint32_t)random_next(random); /* bits above w must be cut off */
        wide[i] = values[i];
    }
    for (size_t n = 1; n <= VALUES; n++) {
        uint8_t expected[4 * VALUES];
        slow_encode(wide, n, w, expected);
        const size_t bytes = bitpack_bytes(n, w);
        cr_assert_eq(bytes, (n * w + 7) / 8);
        uint8_t *const packed = g->end - bytes;
        memset(packed, 0xa5, bytes);
        bitpack_encode(values, n, w, packed);
        cr_assert_arr_eq(packed, expected, bytes, "w=%u n=%zu", w, n);
        uint32_t decoded[VALUES + 1] = {0};
        decoded[n] = 0xdeadbeef;
        bitpack_decode(span_of(packed, bytes), n, w, decoded);
        cr_assert_eq(decoded[n], 0xdeadbeef, "w=%u n=%zu: wrote one too many", w, n);
        for (size_t i = 0; i < n; i++) {
            const uint32_t low = (uint32_t)(wide[i] & ((UINT64_C(1) << w) - 1));
            cr_assert_eq(decoded[i], low, "w=%u n=%zu i=%zu", w, n, i);
            cr_assert_eq(bitpack_get(span_of(packed, bytes), i, w), low, "w=%u i=%zu", w, i);
        }
    }
}

Test(bitpack, every_width_and_length)
{
    uint64_t random = random_seed("bitpack/every_width_and_length");
    struct guard g;
    guard_open(&g, 4 * VALUES);
    for (unsigned w = 0; w <= 32; w++)
        check_width(&g, &random, w);
    guard_close(&g);
}

/* Arrays of more than a block, as the order of documents is one. */
Test(bitpack, long_arrays)
{
    uint64_t random = random_seed("bitpack/long_arrays");
    static uint32_t values[3000];
    static uint32_t decoded[3000];
    struct guard g;
    guard_open(&g, sizeof values);
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        values[i] = (uint32_t)random_next(&random);
    for (unsigned w = 0; w <= 32; w++) {
        const size_t n = 257 + random_below(&random, 2743);
        uint8_t *const packed = g.end - bitpack_bytes(n, w);
        bitpack_encode(values, n, w, packed);
        bitpack_decode(span_of(packed, bitpack_bytes(n, w)), n, w, decoded);
        for (size_t i = 0; i < n; i++) {
            const uint32_t low = (uint32_t)(values[i] & ((UINT64_C(1) << w) - 1));
            cr_assert_eq(decoded[i], low, "w=%u n=%zu i=%zu", w, n, i);
            cr_assert_eq(bitpack_get(span_of(packed, bitpack_bytes(n, w)), i, w), low);
        }
    }
    guard_close(&g);
}

/* With bytes behind the values the kernel may load more at once; the result is the same. */
Test(bitpack, bytes_behind_do_not_matter)
{
    uint64_t random = random_seed("bitpack/bytes_behind");
    uint8_t bytes[4 * VALUES + 16];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_next(&random);
    for (unsigned w = 1; w <= 32; w++)
        for (size_t n = 1; n <= VALUES; n += 5) {
            uint32_t tight[VALUES];
            uint32_t loose[VALUES];
            bitpack_decode(span_of(bytes, bitpack_bytes(n, w)), n, w, tight);
            bitpack_decode(span_of(bytes, sizeof bytes), n, w, loose);
            cr_assert_arr_eq(tight, loose, n * sizeof *tight, "w=%u n=%zu", w, n);
        }
}

Test(bitpack, columns_up_to_64_bits)
{
    uint64_t random = random_seed("bitpack/columns");
    struct guard g;
    guard_open(&g, 8 * VALUES);
    for (unsigned w = 1; w <= 64; w++)
        for (size_t n = 1; n <= VALUES; n += 17) {
            uint64_t values[VALUES];
            uint8_t expected[8 * VALUES];
            for (size_t i = 0; i < n; i++)
                values[i] = random_next(&random) >> (64 - w);
            slow_encode(values, n, w, expected);
            const size_t bytes = bitpack_bytes(n, w);
            uint8_t *const packed = g.end - bytes;
            memset(packed, 0, bytes);
            for (size_t i = 0; i < n; i++)
                bitpack_put64(packed, i, w, values[i]);
            cr_assert_arr_eq(packed, expected, bytes, "w=%u n=%zu", w, n);
            for (size_t i = 0; i < n; i++)
                cr_assert_eq(bitpack_get64(span_of(packed, bytes), i, w), values[i]);
        }
    cr_assert_eq(bitpack_get64(span_of(NULL, 0), 7, 0), 0);
    guard_close(&g);
}

Test(bitpack, bits_of)
{
    cr_assert_eq(bits_of(0), 0);
    for (unsigned bit = 0; bit < 64; bit++) {
        cr_assert_eq(bits_of(UINT64_C(1) << bit), bit + 1);
        cr_assert_eq(bits_of((UINT64_C(2) << bit) - 1), bit + 1);
    }
}
