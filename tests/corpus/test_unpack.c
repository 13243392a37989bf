/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: gzip in all its states, byte order marks, lines of all lengths, files that change. */
#include <zlib.h>

#include "indexer/corpus/unpack.h"
#include "tests/corpus/fixture.h"
#include "tests/support/seed.h"

/* Appends `bytes` as one gzip member. */
static void gzip(struct buf *out, const void *bytes, size_t len)
{
    z_stream z = {0};
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    uint8_t *const to = buf_reserve(out, len + len / 8 + 128);
    uint8_t *copy = malloc(len + 1);
    memcpy(copy, bytes, len);
    z.next_in = copy;
    z.avail_in = (uInt)len;
    z.next_out = to;
    z.avail_out = (uInt)(len + len / 8 + 128);
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    (void)deflateEnd(&z);
    free(copy);
}

static int memory_file(const void *bytes, size_t len)
{
    const int fd = memfd_create("file", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, bytes, len, 0), (ssize_t)len);
    return fd;
}

/* All of the stream in one window. */
static struct span whole(struct unpack *u)
{
    return unpack_peek(u, SIZE_MAX / 4);
}

static void expect_stream(const void *packed, size_t packed_len, const char *expected, size_t len,
                          const char *problem)
{
    struct unpack *u;
    enum report_kind kind = REPORT_OK;
    const int fd = memory_file(packed, packed_len);
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    unpack_start(u, fd, packed_len);
    const struct span all = whole(u);
    cr_expect(span_equal(all, span_of(expected, len)), "%zu bytes: %.*s", all.len, (int)all.len,
              (const char *)all.data);
    const char *const found = unpack_problem(u, &kind);
    cr_expect((found == NULL) == (problem == NULL), "%s", found == NULL ? "no problem" : found);
    if (found != NULL && problem != NULL)
        cr_expect_not_null(strstr(found, problem), "%s", found);
    cr_expect_eq(unpack_status(u), STATUS_OK);
    unpack_free(u);
    (void)close(fd);
}

Test(unpack, plain_and_gzip_members)
{
    struct buf b = BUF_INIT;
    expect_stream("", 0, TEXT(""), NULL);
    expect_stream(TEXT("a"), TEXT("a"), NULL);
    expect_stream(TEXT("a\0b\n"), TEXT("a\0b\n"), NULL);
    expect_stream(TEXT("\x1f\x8b"), TEXT("\x1f\x8b"), NULL);
    gzip(&b, TEXT("first\n"));
    const size_t one = b.len;
    expect_stream(b.data, b.len, TEXT("first\n"), NULL);
    gzip(&b, TEXT(""));
    gzip(&b, TEXT("second"));
    expect_stream(b.data, b.len, TEXT("first\nsecond"), NULL);
    buf_put_zeros(&b, 1000);
    expect_stream(b.data, b.len, TEXT("first\nsecond"), NULL);
    b.len = one;
    buf_append_string(&b, "garbage");
    expect_stream(b.data, b.len, TEXT("first\n"), "behind the gzip data");
    b.data[one - 8] ^= 1; /* the checksum of the first member */
    expect_stream(b.data, one, TEXT("first\n"), "damaged");
    buf_release(&b);
}

/* Cut anywhere, a gzip file gives a prefix and says so. */
Test(unpack, gzip_cut_at_every_byte)
{
    struct buf b = BUF_INIT;
    struct unpack *u;
    static const char text[] = "some text, some more text, and some text again: all of it text\n";
    gzip(&b, TEXT(text));
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    for (size_t len = 3; len < b.len; len++) {
        enum report_kind kind;
        const int fd = memory_file(b.data, len);
        unpack_start(u, fd, len);
        const struct span all = whole(u);
        cr_expect_leq(all.len, sizeof text - 1);
        cr_expect_eq(memcmp(all.data, text, all.len), 0);
        const char *const problem = unpack_problem(u, &kind);
        cr_assert_not_null(problem, "cut at %zu", len);
        cr_expect_str_eq(problem, "gzip data that ends early");
        cr_expect_eq(kind, REPORT_BAD);
        (void)close(fd);
    }
    unpack_free(u);
    buf_release(&b);
}

/* Flipped anywhere: no crash, no more text than there was, and (but for the header's fields that
 * carry no meaning) a problem. */
Test(unpack, gzip_flipped_at_every_byte)
{
    struct buf b = BUF_INIT;
    struct unpack *u;
    size_t problems = 0;
    gzip(&b, TEXT("some text, some more text, and some text again: all of it text\n"));
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    for (size_t i = 3; i < b.len; i++) {
        enum report_kind kind;
        b.data[i] ^= 0x40;
        const int fd = memory_file(b.data, b.len);
        unpack_start(u, fd, b.len);
        (void)whole(u);
        problems += unpack_problem(u, &kind) != NULL;
        (void)close(fd);
        b.data[i] ^= 0x40;
    }
    cr_expect_geq(problems, b.len - 10);
    unpack_free(u);
    buf_release(&b);
}

Test(unpack, bomb, .timeout = 10)
{
    struct buf zeros = BUF_INIT;
    struct buf bomb = BUF_INIT;
    struct unpack *u;
    enum report_kind kind;
    buf_put_zeros(&zeros, 64u << 20);
    gzip(&bomb, zeros.data, zeros.len);
    cr_assert_lt(bomb.len, 100000);
    const int fd = memory_file(bomb.data, bomb.len);
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    unpack_start(u, fd, bomb.len);
    uint64_t total = 0;
    for (struct span w; (w = unpack_peek(u, 1)).len > 0; unpack_take(u, w.len))
        total += w.len;
    cr_expect_leq(total, (uint64_t)METER_FREE_BYTES + METER_RATIO_MOST * bomb.len + (1 << 20));
    cr_expect_not_null(unpack_problem(u, &kind));
    (void)close(fd);
    unpack_free(u);
    buf_release(&zeros);
    buf_release(&bomb);
}

Test(unpack, byte_order_marks)
{
    expect_stream(TEXT("\xef\xbb\xbfx"), TEXT("x"), NULL);
    expect_stream(TEXT("\xef\xbb"), TEXT("\xef\xbb"), NULL);
    expect_stream(TEXT("\xff\xfeh\0i\0\xac\x20"), TEXT("hi\xe2\x82\xac"), NULL);
    expect_stream(TEXT("\xfe\xff\0h\0i\x20\xac"), TEXT("hi\xe2\x82\xac"), NULL);
    expect_stream(TEXT("\xff\xfe\x3d\xd8\x00\xde"), TEXT("\xf0\x9f\x98\x80"), NULL);
    /* A low surrogate alone, a high one alone, one before a letter, and half a unit. */
    expect_stream(TEXT("\xff\xfe\x00\xde"), TEXT("\xef\xbf\xbd"), NULL);
    expect_stream(TEXT("\xff\xfe\x3d\xd8"), TEXT("\xef\xbf\xbd"), NULL);
    expect_stream(TEXT("\xff\xfe\x3d\xd8h\0"), TEXT("\xef\xbf\xbdh"), NULL);
    expect_stream(TEXT("\xff\xfeh"), TEXT("\xef\xbf\xbd"), NULL);
    expect_stream(TEXT("\xff\xfe"), TEXT(""), NULL);
}

/* Longer than every buffer, packed and not, so that pieces meet inside characters. */
Test(unpack, long_utf16)
{
    enum { UNITS = 400000 };
    struct buf text = BUF_INIT;
    struct buf packed = BUF_INIT;
    buf_append(&text, "\xff\xfe", 2);
    for (int i = 0; i < UNITS; i++)
        buf_append(&text, i % 3 == 0 ? "\xac\x20" : "h", 2);
    gzip(&packed, text.data, text.len);
    const struct span files[] = {buf_span(&text), buf_span(&packed)};
    for (size_t i = 0; i < 2; i++) {
        struct unpack *u;
        const int fd = memory_file(files[i].data, files[i].len);
        cr_assert_eq(unpack_new(&u), STATUS_OK);
        unpack_start(u, fd, files[i].len);
        const struct span all = whole(u);
        cr_assert_eq(all.len, (UNITS + 2) / 3 * 3 + (UNITS - (UNITS + 2) / 3));
        cr_expect_eq(memcmp(all.data, "\xe2\x82\xachh\xe2\x82\xachh", 10), 0);
        cr_expect_eq(unpack_replaced(u), 0);
        unpack_free(u);
        (void)close(fd);
    }
    buf_release(&text);
    buf_release(&packed);
}

/* Lines of random lengths around the sizes of the buffers, against a plain split. */
Test(unpack, lines_equal_a_plain_split)
{
    struct buf text = BUF_INIT;
    struct unpack *u;
    unsigned seed = seed_first();
    cr_log_info("seed %u", seed);
    for (int i = 0; i < 300; i++) {
        const size_t len = (size_t)rand_r(&seed) % (i % 10 == 0 ? 400000 : 300);
        for (size_t k = 0; k < len; k++)
            buf_put_u8(&text, (uint8_t)('a' + k % 26));
        buf_put_u8(&text, '\n');
    }
    buf_append_string(&text, "no newline at the end");
    const int fd = memory_file(text.data, text.len);
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    unpack_start(u, fd, text.len);
    size_t at = 0;
    size_t skipped = 0;
    for (;;) {
        struct span line;
        const enum unpack_line got = unpack_line(u, 300000, &line);
        if (got == UNPACK_END)
            break;
        const uint8_t *const end = memchr(text.data + at, '\n', text.len - at);
        const size_t len = end == NULL ? text.len - at : (size_t)(end - text.data) - at;
        cr_assert_eq(got == UNPACK_LONG, len > 300000);
        skipped += got == UNPACK_LONG;
        cr_assert(got == UNPACK_LONG || span_equal(line, span_of(text.data + at, len)));
        at += len + 1;
    }
    cr_expect_eq(at, text.len + 1);
    cr_expect_geq(skipped, 1);
    unpack_free(u);
    (void)close(fd);
    buf_release(&text);
}

Test(unpack, line_limits)
{
    struct unpack *u;
    struct span line;
    const int fd = memory_file(TEXT("123\n1234\n12345\n\n1234"));
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    unpack_start(u, fd, 20);
    static const enum unpack_line expected[] = {UNPACK_LINE, UNPACK_LINE, UNPACK_LONG, UNPACK_LINE,
                                                UNPACK_LINE, UNPACK_END,  UNPACK_END};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        cr_expect_eq(unpack_line(u, 4, &line), expected[i], "line %zu", i);
    unpack_free(u);
    (void)close(fd);
}

/* A file that shrank gives what it has, without the line that may be cut; one that grew is read to
 * the size it had. */
Test(unpack, files_that_change)
{
    struct unpack *u;
    struct span line;
    enum report_kind kind;
    const int fd = memory_file(TEXT("one\ntwo\nthree\n"));
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    unpack_start(u, fd, 1000);
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_LINE);
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_LINE);
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_LINE);
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_END);
    cr_assert_not_null(unpack_problem(u, &kind));
    cr_expect_eq(kind, REPORT_UNREADABLE);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    unpack_start(u, fd, 5);
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_LINE);
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_LINE);
    cr_expect(span_equal(line, span_of_string("t")));
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_END);
    cr_expect_null(unpack_problem(u, &kind));
    (void)close(fd);
    unpack_start(u, fd, 5); /* closed: the read fails */
    cr_expect_eq(unpack_line(u, 100, &line), UNPACK_END);
    cr_assert_not_null(unpack_problem(u, &kind));
    cr_expect_eq(kind, REPORT_UNREADABLE);
    unpack_free(u);
    unpack_free(NULL);
}
