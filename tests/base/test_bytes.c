/* SPDX-License-Identifier: Apache-2.0 */
/* bytes: varints and their one spelling, zigzag, and the cursor at every cut. */
#include "common/base/bytes.h"
#include "tests/codec/codec_support.h"

/* 0, all powers of two and their neighbours, then random numbers of all sizes. */
static uint64_t draw(uint64_t *random, unsigned round)
{
    if (round < 192)
        return (UINT64_C(1) << round / 3) + round % 3 - 1;
    return round == 192 ? UINT64_MAX : random_next(random) >> random_below(random, 64);
}

Test(bytes, varints_at_every_cut)
{
    uint64_t random = random_seed("bytes/varints");
    struct guard g;
    guard_open(&g, VARINT_MAX_BYTES);
    for (unsigned round = 0; round < 20000; round++) {
        const uint64_t value = draw(&random, round);
        uint8_t bytes[VARINT_MAX_BYTES];
        const size_t len = varint_put(bytes, value);
        size_t expected = 1;
        for (uint64_t rest = value; rest >= 0x80; rest >>= 7)
            expected++;
        cr_assert_eq(len, expected);
        for (size_t cut = 0; cut <= len; cut++) {
            struct cursor c = cursor_of(guard_fit(&g, bytes, cut), cut);
            cr_assert_eq(cursor_varint(&c), cut == len ? value : 0);
            cr_assert(c.bad == (cut < len) && c.at == c.end);
        }
        struct cursor c = cursor_of(bytes, len);
        cr_assert(cursor_varint_max(&c, value) == value && !c.bad);
        c = cursor_of(bytes, len);
        cr_assert(value == 0 || (cursor_varint_max(&c, value - 1) == 0 && c.bad));
    }
    guard_close(&g);
}

/* Of all byte strings, just those that varint_put writes are read. */
Test(bytes, one_spelling_of_each_number)
{
    uint64_t random = random_seed("bytes/one_spelling");
    unsigned good = 0;
    for (unsigned round = 0; round < 300000; round++) {
        uint8_t bytes[12];
        const unsigned more = random_below(&random, 11);
        for (unsigned i = 0; i < sizeof bytes; i++) {
            bytes[i] = (uint8_t)(random_next(&random) | (i < more ? 0x80 : 0));
            if (i == more && random_below(&random, 2) == 0)
                bytes[i] %= 3;
        }
        struct cursor c = cursor_of(bytes, sizeof bytes);
        const uint64_t value = cursor_varint(&c);
        uint8_t again[VARINT_MAX_BYTES];
        if (c.bad) {
            cr_assert(value == 0 && c.at == c.end);
            continue;
        }
        good++;
        const size_t len = (size_t)(c.at - bytes);
        cr_assert(varint_put(again, value) == len && memcmp(again, bytes, len) == 0);
    }
    cr_assert_gt(good, 0);
    static const struct {
        size_t len;
        uint8_t bytes[11];
    } bad[] = {
        {2, {0x80, 0}},
        {3, {0xff, 0x80, 0}},
        {10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}},
        {10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0}},
        {11, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0}},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct cursor c = cursor_of(bad[i].bytes, bad[i].len);
        cr_assert(cursor_varint(&c) == 0 && c.bad, "case %zu", i);
    }
}

/* One read of each kind, from the first byte on; a cut before its end spoils it and what follows.
 */
static void read_all(struct cursor *c, uint64_t values[6])
{
    values[0] = cursor_u8(c);
    values[1] = cursor_u16(c);
    values[2] = cursor_u32(c);
    values[3] = cursor_u64(c);
    values[4] = cursor_varint(c);
    const struct span bytes = cursor_bytes(c, 3);
    values[5] = bytes.len == 3 ? bytes.data[2] : 0;
}

Test(bytes, cursor_at_every_cut)
{
    static const uint8_t bytes[] = {1,  2,  3,  4,  5,  6,    7, 8, 9, 10,
                                    11, 12, 13, 14, 15, 0xac, 2, 7, 8, 9};
    static const uint64_t expected[6] = {1, 0x0302, 0x07060504, 0x0f0e0d0c0b0a0908, 300, 9};
    static const size_t ends[6] = {1, 3, 7, 15, 17, 20};
    struct guard g;
    guard_open(&g, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        struct cursor c = cursor_of(guard_fit(&g, bytes, cut), cut);
        cr_assert_eq(cursor_left(&c), cut);
        uint64_t values[6];
        read_all(&c, values);
        for (size_t i = 0; i < 6; i++)
            cr_assert_eq(values[i], cut >= ends[i] ? expected[i] : 0, "cut %zu read %zu", cut, i);
        cr_assert(c.bad == (cut < sizeof bytes) && c.at == c.end && cursor_left(&c) == 0);
    }
    struct cursor c = cursor_of(bytes, sizeof bytes);
    cr_assert_eq(cursor_bytes(&c, SIZE_MAX).len, 0);
    cr_assert(c.bad);
    guard_close(&g);
}

Test(bytes, loads_and_stores)
{
    uint64_t random = random_seed("bytes/loads");
    for (unsigned round = 0; round < 10000; round++) {
        uint8_t bytes[9];
        const uint64_t value = draw(&random, round);
        store_le64(bytes + 1, value);
        for (size_t i = 0; i < 8; i++)
            cr_assert_eq(bytes[1 + i], value >> 8 * i & 0xff);
        cr_assert_eq(load_le64(bytes + 1), value);
        cr_assert_eq(load_le32(bytes + 1), (uint32_t)value);
        cr_assert_eq(load_le16(bytes + 1), (uint16_t)value);
    }
}

Test(bytes, zigzag)
{
    static const struct {
        int64_t value;
        uint64_t coded;
    } known[] = {{0, 0},
                 {-1, 1},
                 {1, 2},
                 {-2, 3},
                 {2, 4},
                 {-64, 127},
                 {INT64_MAX, UINT64_MAX - 1},
                 {INT64_MIN, UINT64_MAX}};
    uint64_t random = random_seed("bytes/zigzag");
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        cr_assert_eq(zigzag_encode(known[i].value), known[i].coded);
        cr_assert_eq(zigzag_decode(known[i].coded), known[i].value);
    }
    for (unsigned round = 0; round < 10000; round++) {
        const uint64_t coded = draw(&random, round);
        cr_assert_eq(zigzag_encode(zigzag_decode(coded)), coded);
    }
}

Test(bytes, spans)
{
    static const char *const ascending[] = {"", "a", "ab", "a\x80", "b", "\xc3\xa9", "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(ascending); i++)
        for (size_t j = 0; j < ARRAY_LEN(ascending); j++) {
            const struct span a = span_of_string(ascending[i]);
            const struct span b = span_of_string(ascending[j]);
            const int order = span_compare(a, b);
            cr_assert_eq((order > 0) - (order < 0), (i > j) - (i < j), "%zu %zu", i, j);
            cr_assert_eq(span_equal(a, b), i == j);
        }
    cr_assert(span_equal(span_of(NULL, 0), span_of("", 0)));
    cr_assert_eq(span_compare(span_of(NULL, 0), span_of("", 0)), 0);
}
