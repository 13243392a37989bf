/* SPDX-License-Identifier: Apache-2.0 */
/* text_block: zlib streams that zlib itself reads and writes, and streams that are damaged. */
#include "common/codec/text_block.h"

#include <zlib.h>

#include "tests/codec/codec_support.h"

/* Text-like bytes: words of a small alphabet. */
static void draw(uint64_t *random, uint8_t *raw, size_t len)
{
    for (size_t i = 0; i < len; i++)
        raw[i] = (uint8_t)("etaoin shrdlu"[random_below(random, 13)]);
}

static struct text_codec *codec_of(int level)
{
    struct text_codec *codec = NULL;
    cr_assert_eq(text_codec_new(level, &codec), STATUS_OK);
    return codec;
}

Test(text_block, round_trip_and_zlib)
{
    uint64_t random = random_seed("text_block/round_trip");
    static const size_t lengths[] = {0, 1, 2, 100, 4096, TEXT_BLOCK_BYTES - 1, TEXT_BLOCK_BYTES};
    static uint8_t raw[TEXT_BLOCK_BYTES];
    struct text_codec *const writer = codec_of(TEXT_BLOCK_LEVEL);
    struct text_codec *const reader = codec_of(0);
    struct buf packed = BUF_INIT;
    struct guard in;
    struct guard out;
    guard_open(&in, 2 * TEXT_BLOCK_BYTES);
    guard_open(&out, TEXT_BLOCK_BYTES);
    for (size_t round = 0; round < 4 * ARRAY_LEN(lengths); round++) {
        const size_t len = lengths[round % ARRAY_LEN(lengths)];
        draw(&random, raw, len);
        buf_clear(&packed);
        buf_append_string(&packed, "kept");
        cr_assert_eq(text_block_append(writer, span_of(raw, len), &packed), STATUS_OK);
        cr_assert_arr_eq(packed.data, "kept", 4);
        const size_t size = packed.len - 4;
        const struct span stream = span_of(guard_fit(&in, packed.data + 4, size), size);
        cr_assert_eq(text_block_read(reader, stream, out.end - len, len), STATUS_OK);
        cr_assert(len == 0 || memcmp(out.end - len, raw, len) == 0);
        uLongf made = TEXT_BLOCK_BYTES;
        static uint8_t by_zlib[TEXT_BLOCK_BYTES];
        cr_assert_eq(uncompress(by_zlib, &made, stream.data, (uLong)size), Z_OK);
        cr_assert(made == len && memcmp(by_zlib, raw, len) == 0);
    }
    guard_close(&in);
    guard_close(&out);
    buf_release(&packed);
    text_codec_free(writer);
    text_codec_free(reader);
    text_codec_free(NULL);
}

Test(text_block, damage)
{
    uint64_t random = random_seed("text_block/damage");
    uint8_t raw[500];
    uint8_t read[501];
    uint8_t stream[2000];
    uLongf size = sizeof stream - 1;
    draw(&random, raw, sizeof raw);
    cr_assert_eq(compress2(stream, &size, raw, sizeof raw, 9), Z_OK);
    struct text_codec *const codec = codec_of(0);
    struct guard g;
    guard_open(&g, sizeof stream);
    cr_assert_eq(text_block_read(codec, span_of(stream, size), read, sizeof raw), STATUS_OK);
    cr_assert_arr_eq(read, raw, sizeof raw);
    for (size_t cut = 0; cut < size; cut++) {
        const struct span shorter = span_of(guard_fit(&g, stream, cut), cut);
        cr_assert_eq(text_block_read(codec, shorter, read, sizeof raw), STATUS_CORRUPT);
    }
    cr_assert_eq(text_block_read(codec, span_of(stream, size), read, 499), STATUS_CORRUPT);
    cr_assert_eq(text_block_read(codec, span_of(stream, size), read, 501), STATUS_CORRUPT);
    stream[size] = 0;
    cr_assert_eq(text_block_read(codec, span_of(stream, size + 1), read, 500), STATUS_CORRUPT);
    const uLong sum = adler32(1, raw, sizeof raw); /* a weak sum: other bytes may have the same */
    for (size_t bit = 0; bit < 8 * size; bit++) {
        stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const enum status status = text_block_read(codec, span_of(stream, size), read, 500);
        cr_assert(status == STATUS_CORRUPT || adler32(1, read, sizeof raw) == sum, "bit %zu", bit);
        stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    guard_close(&g);
    text_codec_free(codec);
}
