/* SPDX-License-Identifier: Apache-2.0 */
/* buf: appends against a plain array, numbers byte by byte, the sticky error. */
#include "common/base/buf.h"
#include "tests/codec/codec_support.h"

Test(buf, appends_of_every_kind)
{
    uint64_t random = random_seed("buf/appends");
    static uint8_t expected[400000];
    size_t len = 0;
    struct buf b = BUF_INIT;
    cr_assert(b.data == NULL && buf_span(&b).len == 0);
    while (len < sizeof expected - 1000) {
        uint8_t bytes[300];
        const size_t part = random_below(&random, sizeof bytes + 1);
        for (size_t i = 0; i < part; i++)
            bytes[i] = (uint8_t)random_next(&random);
        if (random_below(&random, 3) == 0) {
            buf_put_zeros(&b, part);
            memset(expected + len, 0, part);
        } else {
            buf_append_span(&b, span_of(bytes, part));
            memcpy(expected + len, bytes, part);
        }
        len += part;
        uint64_t value = random_next(&random) >> random_below(&random, 64);
        buf_put_varint(&b, value);
        for (; value >= 0x80; value /= 0x80)
            expected[len++] = (uint8_t)(value % 0x80 + 0x80);
        expected[len++] = (uint8_t)value;
    }
    cr_assert_eq(b.len, len);
    cr_assert_arr_eq(b.data, expected, len);
    cr_assert_eq(buf_status(&b), STATUS_OK);
    buf_release(&b);
    cr_assert(b.data == NULL && b.len == 0 && b.cap == 0 && !b.failed);
}

Test(buf, numbers_are_little_endian)
{
    static const uint8_t expected[] = {0xfe, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 8,   7,   6,  5, 4,
                                       3,    2,    1,    0xac, 0x02, 'a',  'b',  'c', 'd', 'e'};
    struct buf b = BUF_INIT;
    buf_put_u8(&b, 0xfe);
    buf_put_le16(&b, 0x1234);
    buf_put_le32(&b, 0x12345678);
    buf_put_le64(&b, 0x0102030405060708);
    buf_put_varint(&b, 300);
    buf_append(&b, "abc", 3);
    buf_append_string(&b, "de");
    buf_append(&b, NULL, 0);
    cr_assert(span_equal(buf_span(&b), span_of(expected, sizeof expected)));
    buf_release(&b);
}

Test(buf, printf_and_string)
{
    struct buf b = BUF_INIT;
    cr_assert_str_eq(buf_string(&b), "");
    for (int i = 0; i < 500; i++) { /* so that the NUL falls on every end of the memory */
        buf_printf(&b, "%d,%s;", i, "x");
        cr_assert_eq(strlen(buf_string(&b)), b.len);
    }
    cr_assert_str_eq(buf_string(&b) + b.len - 6, "499,x;");
    cr_assert_eq(b.len, 10 * 4 + 90 * 5 + 400 * 6);
    buf_release(&b);
    for (size_t len = 1; len <= 1024; len++) { /* and where the memory is full without it */
        buf_put_u8(&b, 'x');
        cr_assert_eq(strlen(buf_string(&b)), len);
        cr_assert_gt(b.cap, len);
    }
    buf_release(&b);
}

Test(buf, clear_keeps_the_memory)
{
    struct buf b = BUF_INIT;
    buf_put_zeros(&b, 1000);
    uint8_t *const data = b.data;
    const size_t cap = b.cap;
    buf_clear(&b);
    cr_assert_eq(b.len, 0);
    cr_assert_eq(buf_reserve(&b, 1000), data);
    cr_assert(b.cap == cap && b.len == 0);
    buf_release(&b);
}

Test(buf, an_error_sticks)
{
    struct buf b = BUF_INIT;
    buf_append_string(&b, "good");
    cr_assert_null(buf_reserve(&b, SIZE_MAX));
    buf_append_string(&b, "ignored");
    buf_put_varint(&b, 1);
    buf_put_zeros(&b, 1);
    buf_printf(&b, "%d", 1);
    cr_assert_str_eq(buf_string(&b), "");
    cr_assert_eq(b.len, 4);
    buf_clear(&b);
    cr_assert_eq(buf_status(&b), STATUS_NO_MEMORY);
    cr_assert_str_eq(status_message(), "out of memory");
    buf_release(&b);
    buf_append_string(&b, "again");
    cr_assert_eq(buf_status(&b), STATUS_OK);
    cr_assert_str_eq(buf_string(&b), "again");
    buf_release(&b);
}
