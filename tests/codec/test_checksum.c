/* SPDX-License-Identifier: Apache-2.0 */
/* checksum: CRC-32 against a table of its polynomial and known values; pages cut anyhow. */
#include "common/codec/checksum.h"
#include "tests/codec/codec_support.h"

static uint32_t slow_crc32(uint32_t crc, const uint8_t *bytes, size_t len)
{
    static uint32_t table[256];
    for (uint32_t i = 0; i < 256 && table[255] == 0; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = (v & 1) != 0 ? v >> 1 ^ 0xedb88320 : v >> 1;
        table[i] = v;
    }
    crc = ~crc;
    for (size_t i = 0; i < len; i++)
        crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
    return ~crc;
}

Test(checksum, known_values)
{
    static const struct {
        const char *text;
        uint32_t crc;
    } known[] = {
        {"", 0},
        {"a", 0xe8b7be43},
        {"abc", 0x352441c2},
        {"123456789", 0xcbf43926},
        {"The quick brown fox jumps over the lazy dog", 0x414fa339},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        cr_assert_eq(checksum_crc32(0, known[i].text, strlen(known[i].text)), known[i].crc);
    const uint8_t zeros[32] = {0};
    cr_assert_eq(checksum_crc32(0, zeros, sizeof zeros), 0x190a55ad);
    cr_assert_eq(checksum_crc32(0, NULL, 0), 0);
    cr_assert_eq(checksum_crc32(0xcbf43926, NULL, 0), 0xcbf43926);
}

Test(checksum, against_a_table_whole_and_in_two)
{
    uint64_t random = random_seed("checksum/against_a_table");
    uint8_t bytes[600];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_next(&random);
    struct guard g;
    guard_open(&g, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        const uint8_t *const at = guard_fit(&g, bytes, len);
        const uint32_t expected = slow_crc32(0, bytes, len);
        cr_assert_eq(checksum_crc32(0, at, len), expected, "%zu bytes", len);
        const size_t half = random_below(&random, (uint32_t)len + 1);
        const uint32_t first = checksum_crc32(0, at, half);
        cr_assert_eq(checksum_crc32(first, at + half, len - half), expected);
    }
    guard_close(&g);
}

/* However the bytes come in, each page of 64 KiB has its sum, the rest too, and an empty rest none.
 */
Test(checksum, pages)
{
    uint64_t random = random_seed("checksum/pages");
    static const size_t lengths[] = {0, 1, 65535, 65536, 65537, 131072, 300000};
    uint8_t *const bytes = malloc(300000);
    cr_assert_not_null(bytes);
    for (size_t i = 0; i < 300000; i++)
        bytes[i] = (uint8_t)random_next(&random);
    struct buf sums = BUF_INIT;
    struct buf expected = BUF_INIT;
    for (size_t round = 0; round < 20 * ARRAY_LEN(lengths); round++) {
        const size_t len = lengths[round % ARRAY_LEN(lengths)];
        struct checksum_pager pager = {0};
        for (size_t at = 0, part; at < len; at += part) {
            part = 1 + random_below(&random, round < 70 ? 100000 : 5000);
            part = part < len - at ? part : len - at;
            checksum_add(&pager, bytes + at, part, &sums);
            checksum_add(&pager, bytes, 0, &sums);
        }
        checksum_finish(&pager, &sums);
        checksum_finish(&pager, &sums);
        for (size_t at = 0; at < len; at += CHECKSUM_PAGE_BYTES)
            buf_put_le32(&expected, slow_crc32(0, bytes + at, len - at < 65536 ? len - at : 65536));
        cr_assert(span_equal(buf_span(&sums), buf_span(&expected)), "%zu bytes", len);
        cr_assert_eq(sums.len, 4 * checksum_pages(len));
        buf_clear(&sums);
        buf_clear(&expected);
    }
    buf_release(&sums);
    buf_release(&expected);
    free(bytes);
}
