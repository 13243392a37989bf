/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_charset: bytes of another encoding become valid UTF-8, the same whether they come whole or
 * in pieces. The first byte chooses the encoding, the second the length of the pieces; the first
 * line is read as the name of an encoding, too.
 */
#include "common/base/buf.h"
#include "indexer/corpus/charset.h"
#include "tests/fuzz/fuzz.h"

/* One converter an encoding, opened once: iconv_open reads files. */
static struct charset converters[CHARSET_NAMES];

static void decode(enum charset_name name, struct span bytes, size_t piece, struct buf *out,
                   uint64_t *replaced)
{
    struct charset *const c = &converters[name];
    must(charset_start(c, name) == STATUS_OK);
    buf_clear(out);
    while (bytes.len > 0) {
        const size_t len = bytes.len < piece ? bytes.len : piece;
        uint8_t *const room = buf_reserve(out, CHARSET_ROOM(len));
        must(room != NULL);
        const size_t made = charset_decode(c, span_of(bytes.data, len), room);
        must(made <= CHARSET_ROOM(len));
        out->len += made;
        bytes = span_of(bytes.data + len, bytes.len - len);
    }
    uint8_t *const room = buf_reserve(out, CHARSET_ROOM(0));
    must(room != NULL);
    const size_t made = charset_finish(c, room);
    must(made <= CHARSET_ROOM(0));
    out->len += made;
    *replaced = c->replaced;
}

FUZZ_TARGET(charset)
{
    static struct buf whole;
    static struct buf pieced;
    struct span input = span_of(data, size);
    uint64_t replaced[2];
    enum charset_name named;
    size_t mark;
    const enum charset_name name = (enum charset_name)(fuzz_take(&input) % CHARSET_NAMES);
    const size_t piece = 1u + fuzz_take(&input) % 16u;
    (void)charset_by_label(input, &named);
    must(charset_of_mark(input, &mark) < CHARSET_NAMES && mark <= 4 && mark <= input.len);
    must(charset_guess(input) < CHARSET_NAMES);
    if (name == CHARSET_UTF8)
        return 0;
    decode(name, input, SIZE_MAX, &whole, &replaced[0]);
    decode(name, input, piece, &pieced, &replaced[1]);
    must(utf8_valid(buf_span(&whole)) && replaced[0] == replaced[1]);
    must(span_equal(buf_span(&whole), buf_span(&pieced)));
    return 0;
}
