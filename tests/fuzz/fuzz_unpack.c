/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_unpack: a file of any bytes, packed or not. Lines, taken one by one, are the lines of the
 * whole; what comes out stays below the ratio that is allowed; UTF-16 becomes valid UTF-8.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

/* Longer ones, which few bytes can unpack to, are not taken line by line. */
#define COMPARED_BYTES 65536

static struct unpack *start(struct unpack **u, struct span bytes)
{
    const bool in_pieces = bytes.len % 4 == 2 && bytes.len <= FUZZ_PIECED_BYTES;
    if (*u == NULL)
        must(unpack_new(u) == STATUS_OK);
    unpack_start(*u, fuzz_stream(bytes, in_pieces), in_pieces ? 0 : bytes.len);
    return *u;
}

/* Appends each line and its newline; at most `most` bytes of a line, longer ones as "?". */
static bool read_lines(struct unpack *u, size_t most, struct buf *out)
{
    struct span line;
    enum unpack_line got;
    enum report_kind kind;
    while ((got = unpack_line(u, most, &line)) != UNPACK_END) {
        must(got == UNPACK_LONG || line.len <= most);
        must(memchr(line.len == 0 ? (const uint8_t *)"" : line.data, '\n', line.len) == NULL);
        if (got == UNPACK_LONG)
            buf_put_u8(out, '?');
        else
            buf_append_span(out, line);
        buf_put_u8(out, '\n');
    }
    must(buf_status(out) == STATUS_OK && unpack_status(u) == STATUS_OK);
    return unpack_problem(u, &kind) == NULL;
}

/* The same, of all that the stream holds. */
static void split_lines(struct span all, size_t most, struct buf *out)
{
    while (all.len > 0) {
        const struct span line = fuzz_take_line(&all);
        if (line.len > most)
            buf_put_u8(out, '?');
        else
            buf_append_span(out, line);
        buf_put_u8(out, '\n');
    }
}

FUZZ_TARGET(unpack)
{
    static struct unpack *by_line;
    static struct unpack *whole;
    static struct buf lines;
    static struct buf expected;
    const struct span bytes = span_of(data, size);
    const size_t most = size % 3 == 0 ? 5 : LIMIT_DOCUMENT_BYTES;
    buf_clear(&lines);
    buf_clear(&expected);
    const size_t want =
        size % 16 == 0 ? SIZE_MAX : COMPARED_BYTES + 1; /* the end of a bomb is far */
    const struct span all = unpack_peek(start(&whole, bytes), want);
    /* What is made at once, a block or a mebibyte, is made before it is counted. */
    must(all.len <= METER_FREE_BYTES + (1u << 20) + ((size_t)METER_RATIO_MOST + 1) * (size + 1));
    if (all.len > COMPARED_BYTES)
        return 0;
    const bool good = read_lines(start(&by_line, bytes), most, &lines);
    if (fuzz_is_plain(bytes))
        must(good && span_equal(all, bytes));
    split_lines(all, most, &expected);
    must(!good || span_equal(buf_span(&lines), buf_span(&expected)));
    return 0;
}
