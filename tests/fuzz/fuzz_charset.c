/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_charset: bytes of another encoding become valid UTF-8, the same whether they come whole or
 * in pieces. The first byte chooses the encoding and the length of the pieces.
 */
#include "common/base/buf.h"
#include "indexer/corpus/charset.h"
#include "tests/fuzz/fuzz.h"

static void decode(enum charset_name name, struct span bytes, size_t piece, struct buf *out,
                   uint64_t *replaced)
{
    struct charset c;
    charset_init(&c, name);
    buf_clear(out);
    while (bytes.len > 0) {
        const size_t len = bytes.len < piece ? bytes.len : piece;
        uint8_t *const room = buf_reserve(out, CHARSET_ROOM(len));
        must(room != NULL);
        const size_t made = charset_decode(&c, span_of(bytes.data, len), room);
        must(made <= CHARSET_ROOM(len));
        out->len += made;
        bytes = span_of(bytes.data + len, bytes.len - len);
    }
    uint8_t *const room = buf_reserve(out, CHARSET_ROOM(0));
    must(room != NULL);
    out->len += charset_finish(&c, room);
    *replaced = c.replaced;
}

FUZZ_TARGET(charset)
{
    static struct buf whole;
    static struct buf pieced;
    struct span input = span_of(data, size);
    uint64_t replaced[2];
    const uint8_t choice = fuzz_take(&input);
    const enum charset_name name = choice % 2 == 0 ? CHARSET_UTF16_LE : CHARSET_UTF16_BE;
    decode(name, input, SIZE_MAX, &whole, &replaced[0]);
    decode(name, input, 1 + choice / 2 % 8, &pieced, &replaced[1]);
    must(utf8_valid(buf_span(&whole)) && replaced[0] == replaced[1]);
    must(span_equal(buf_span(&whole), buf_span(&pieced)));
    return 0;
}
