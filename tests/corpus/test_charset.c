/* SPDX-License-Identifier: Apache-2.0 */
/* Encodings: names, marks, the guess at UTF-16, and every character against Python's codecs. */
#include "indexer/corpus/charset_labels.h"
#include "tests/corpus/fixture.h"
#include "tests/support/seed.h"

#define BAD "\xef\xbf\xbd"

Test(charset, labels)
{
    enum charset_name name = CHARSET_NAMES;
    cr_expect(charset_by_label(span_of_string("ISO-8859-1"), &name));
    cr_expect_eq(name, CHARSET_WINDOWS_1252);
    cr_expect(charset_by_label(span_of_string(" gb2312\n"), &name));
    cr_expect_eq(name, CHARSET_GB18030);
    cr_expect_not(charset_by_label(span_of_string("utf-7"), &name));
    cr_expect_not(charset_by_label(span_of_string(""), &name));
    cr_expect_eq(name, CHARSET_GB18030);
    for (size_t i = 0; charset_labels[i].label != NULL; i++) { /* each once, and convertible */
        struct charset c = CHARSET_INIT;
        cr_expect(charset_by_label(span_of_string(charset_labels[i].label), &name));
        cr_expect_eq(name, charset_labels[i].name, "%s twice", charset_labels[i].label);
        cr_expect_eq(charset_start(&c, name), STATUS_OK, "%s", charset_labels[i].label);
        charset_release(&c);
    }
}

Test(charset, marks)
{
    static const struct {
        struct span head;
        enum charset_name name;
        size_t len;
    } heads[] = {
        {{(const uint8_t *)"\xef\xbb\xbfx", 4}, CHARSET_UTF8, 3},
        {{(const uint8_t *)"\xff\xfex\0", 4}, CHARSET_UTF16_LE, 2},
        {{(const uint8_t *)"\xfe\xff\0x", 4}, CHARSET_UTF16_BE, 2},
        {{(const uint8_t *)"\xff\xfe\0\0x\0\0\0", 8}, CHARSET_UTF32_LE, 4},
        {{(const uint8_t *)"\0\0\xfe\xff\0\0\0x", 8}, CHARSET_UTF32_BE, 4},
        {{(const uint8_t *)"\xff\xfe\0", 3}, CHARSET_UTF16_LE, 2},
        {{(const uint8_t *)"\xef\xbb", 2}, CHARSET_UTF8, 0},
        {{(const uint8_t *)"", 0}, CHARSET_UTF8, 0},
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        size_t len = 99;
        cr_expect_eq(charset_of_mark(heads[i].head, &len), heads[i].name, "%zu", i);
        cr_expect_eq(len, heads[i].len, "%zu", i);
    }
}

Test(charset, guess)
{
    static const struct {
        struct span head;
        enum charset_name name;
    } heads[] = {
        {{(const uint8_t *)"h\0e\0l\0l\0", 8}, CHARSET_UTF16_LE},
        {{(const uint8_t *)"\0h\0e\0l\0l", 8}, CHARSET_UTF16_BE},
        {{(const uint8_t *)"h\0e\0l\0l\0o", 9}, CHARSET_UTF16_LE},
        {{(const uint8_t *)"h\0e\0\x65\x68\n\0", 8}, CHARSET_UTF16_LE}, /* a Han letter */
        {{(const uint8_t *)"h\0\x65\x68\x66\x68l\0", 8}, CHARSET_UTF8}, /* too many of them */
        {{(const uint8_t *)"h\0e\0l\0", 6}, CHARSET_UTF8},              /* too short to tell */
        {{(const uint8_t *)"h\0e\0\0\0l\0", 8}, CHARSET_UTF8},          /* a NUL */
        {{(const uint8_t *)"h\0e\0\1\0l\0", 8}, CHARSET_UTF8},          /* a control character */
        {{(const uint8_t *)"hello wo", 8}, CHARSET_UTF8},
        {{(const uint8_t *)"\0\0\0\0\0\0\0\0", 8}, CHARSET_UTF8},
        {{(const uint8_t *)"", 0}, CHARSET_UTF8},
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        cr_expect_eq(charset_guess(heads[i].head), heads[i].name, "%zu", i);
}

static void expect_decoded(const char *label, struct span raw, struct span text, uint64_t bad)
{
    struct buf out = BUF_INIT;
    enum charset_name name;
    uint64_t replaced = 0;
    cr_assert(charset_by_label(span_of_string(label), &name), "%s", label);
    cr_assert_eq(charset_append(&out, name, raw, &replaced), STATUS_OK);
    cr_expect(span_equal(buf_span(&out), text), "%s: '%.*s', not '%.*s'", label, (int)out.len,
              (const char *)out.data, (int)text.len, (const char *)text.data);
    cr_expect_eq(replaced, bad, "%s: %llu bad", label, (unsigned long long)replaced);
    buf_release(&out);
}

Test(charset, bad_sequences)
{
    static const struct {
        const char *label;
        const char *raw;
        size_t len;
        const char *text;
        uint64_t bad;
    } texts[] = {
        {"latin1", "a\x81z", 3, "a" BAD "z", 1},
        {"gb18030", "a\xb0", 2, "a" BAD, 1},
        {"gb18030", "\xff\x41", 2, BAD "A", 1},
        {"shift_jis", "\x82\x20x", 3, BAD " x", 1},
        {"euc-jp", "\xa4", 1, BAD, 1},
        {"iso-2022-jp", "\x1b$B$\"\x1b(Bx", 9, "\xe3\x81\x82x", 0},
        {"iso-2022-jp", "\x1b$", 2, BAD, 1},
        {"utf-16le", "\x00\xde", 2, BAD, 1},
        {"utf-16be", "\xd8\x3d\0h", 4, BAD "h", 1},
        {"utf-16le", "h\0i", 3, "h" BAD, 1},
        {"utf-32le", "\x00\xd8\0\0x\0\0\0", 8, BAD "x", 1},
        {"utf-32be", "\0\x11\0\0", 4, BAD, 1},
        {"utf-32be", "\0\0\0", 3, BAD, 1},
        {"utf-32be", "\0\x10\xff\xff", 4, "\xf4\x8f\xbf\xbf", 0},
        {"windows-1258", "a\xec", 2, "\xc3\xa1", 0}, /* the accent joins its letter */
        {"windows-1258", "a", 1, "a", 0},            /* which waited for one */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_decoded(texts[i].label, span_of(texts[i].raw, texts[i].len),
                       span_of_string(texts[i].text), texts[i].bad);
}

static void append_hex(struct buf *out, const char *hex)
{
    buf_clear(out);
    for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        buf_put_u8(out, (uint8_t)byte);
}

/* Where glibc and Python know different characters, both of them right by some standard. */
static bool may_differ(const char *label, struct span raw)
{
    if (strcmp(label, "big5") == 0) /* Hong Kong's, and Python's signs of 0xa1 to 0xa3 */
        return raw.data[0] <= 0xa3 || raw.data[0] >= 0xc6;
    if (strcmp(label, "euc-jp") == 0) /* Microsoft's wave dash and its like, and NEC's rows */
        return raw.data[0] == 0xa1 || raw.data[0] == 0xa2 || raw.data[0] == 0x8e;
    if (strcmp(label, "windows-1258") == 0) /* the accents, which iconv joins to their letter */
        return memchr("\xcc\xd2\xde\xec\xf2", raw.data[1], 5) != NULL;
    if (strcmp(label, "macintosh") == 0) /* the Delta and Apple's apple */
        return raw.data[1] == 0xc6 || raw.data[1] == 0xf0;
    return strcmp(label, "gb18030") == 0 &&
           (raw.data[0] == 0xa6 || raw.data[0] == 0xa8 || raw.data[0] == 0xfe);
}

Test(charset, equals_the_codecs_of_python)
{
    static char line[1 << 16];
    static char hex[2][1 << 15];
    char label[32];
    struct buf raw = BUF_INIT;
    struct buf text = BUF_INIT;
    size_t lines = 0;
    size_t checked = 0;
    FILE *const oracle = popen("python3 tests/oracle/charsets.py", "r");
    cr_assert_not_null(oracle);
    while (fgets(line, sizeof line, oracle) != NULL) {
        cr_assert_eq(sscanf(line, "%31s %32767s %32767s", label, hex[0], hex[1]), 3);
        append_hex(&raw, hex[0]);
        append_hex(&text, hex[1]);
        lines++;
        if (may_differ(label, buf_span(&raw)))
            continue;
        checked++;
        expect_decoded(label, buf_span(&raw), buf_span(&text), 0);
    }
    cr_assert_eq(pclose(oracle), 0);
    cr_expect_geq(checked, 6000, "%zu of %zu", checked, lines);
    buf_release(&raw);
    buf_release(&text);
}

/* glibc's converter passes over some of what it refuses, to the very end of the bytes. */
Test(charset, korean_that_is_refused)
{
    expect_decoded("euc-kr", span_of("\xa2\xe8", 2), span_of_string("\xef\xbf\xbd\xef\xbf\xbd"), 2);
    expect_decoded("euc-kr",
                   span_of("\xb0\xa1"
                           "b\xa2\xe8"
                           "A\xb0\xa1",
                           8),
                   span_of_string("\xea\xb0\x80"
                                  "b\xef\xbf\xbd\xef\xbf\xbd"
                                  "A\xea\xb0\x80"),
                   2);
}

/* Cut into pieces anywhere, a text decodes as it does whole: random bytes and every encoding. */
Test(charset, pieces_equal_the_whole)
{
    const unsigned first = seed_first();
    unsigned seed = first;
    for (unsigned name = CHARSET_UTF16_LE; name < CHARSET_NAMES; name++) {
        for (int round = 0; round < 200; round++) {
            uint8_t raw[200];
            uint8_t out[2 * CHARSET_ROOM(200)];
            struct buf whole = BUF_INIT;
            struct charset c = CHARSET_INIT;
            uint64_t replaced = 0;
            const size_t len = (size_t)rand_r(&seed) % sizeof raw;
            for (size_t i = 0; i < len; i++)
                raw[i] = (uint8_t)(rand_r(&seed) % (round % 2 == 0 ? 256 : 128));
            cr_assert_eq(charset_append(&whole, name, span_of(raw, len), &replaced), STATUS_OK);
            cr_assert_eq(charset_start(&c, name), STATUS_OK);
            size_t n = 0;
            for (size_t at = 0; at < len;) {
                const size_t left = len - at;
                const size_t piece = 1 + (size_t)rand_r(&seed) % (left < 9 ? left : 9);
                uint8_t *const room = malloc(CHARSET_ROOM(piece)); /* for the sanitizer */
                const size_t made = charset_decode(&c, span_of(raw + at, piece), room);
                memcpy(out + n, room, made);
                free(room);
                n += made;
                at += piece;
            }
            n += charset_finish(&c, out + n);
            cr_assert(span_equal(span_of(out, n), buf_span(&whole)), "encoding %u, QIAO_SEED=%u",
                      name, first);
            cr_assert_eq(c.replaced, replaced, "encoding %u, QIAO_SEED=%u", name, first);
            charset_release(&c);
            buf_release(&whole);
        }
    }
}

/* ---- streams ---- */

/* The stream of a file of these bytes, decoded as `label` says (NULL: as it shows by itself). */
static void expect_stream(const char *label, struct span raw, struct span text)
{
    struct unpack *u;
    const int fd = memfd_create("file", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, raw.data, raw.len), (ssize_t)raw.len);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    unpack_start(u, fd, raw.len);
    cr_expect_eq(unpack_is_decoded(u), label == NULL);
    if (label != NULL) {
        enum charset_name name;
        cr_assert(charset_by_label(span_of_string(label), &name));
        (void)unpack_peek(u, 64 << 10); /* as detection does */
        cr_assert_eq(unpack_decode(u, name), STATUS_OK);
        cr_expect(unpack_is_decoded(u));
    }
    const struct span all = unpack_peek(u, SIZE_MAX / 4);
    cr_expect(span_equal(all, text), "%s: %zu bytes, not %zu", label, all.len, text.len);
    cr_expect_eq(unpack_replaced(u), 0);
    unpack_free(u);
    (void)close(fd);
}

static void repeat(struct buf *out, const void *bytes, size_t len, size_t times)
{
    buf_clear(out);
    for (size_t i = 0; i < times; i++)
        buf_append(out, bytes, len);
}

Test(charset, streams)
{
    static const size_t times[] = {1, 10, 100000}; /* within every buffer, and beyond them */
    struct buf raw = BUF_INIT;
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < 3; i++) {
        repeat(&text, "word \xe6\xa9\x8b\n", 9, times[i]);
        repeat(&raw, "word \x8b\xb4\n", 8, times[i]);
        expect_stream("shift_jis", buf_span(&raw), buf_span(&text));
        repeat(&raw, "word \x68\x65\n", 8, times[i]); /* ASCII all the same */
        expect_stream("latin1", buf_span(&raw), buf_span(&raw));
        repeat(&raw, "w\0o\0r\0d\0 \0\x4b\x6a\n\0", 14, times[i]);
        expect_stream(NULL, buf_span(&raw), buf_span(&text));
        repeat(&raw, "\0w\0o\0r\0d\0 \x6a\x4b\0\n", 14, times[i]);
        expect_stream(NULL, buf_span(&raw), buf_span(&text));
    }
    expect_stream("gb18030", span_of("", 0), span_of("", 0));
    expect_stream(NULL, span_of("\xff\xfe\0\0x\0\0\0", 8), span_of("x", 1));
    expect_stream(NULL, span_of("\0\0\xfe\xff\0\0\0x", 8), span_of("x", 1));
    buf_release(&raw);
    buf_release(&text);
}
