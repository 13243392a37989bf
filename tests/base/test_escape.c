/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing that a terminal obeys gets through escape, whatever goes in; all else is left alone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>
#include <utf8proc.h>

#include "common/base/escape.h"
#include "common/base/utf8.h"

/* Said a second time, by Unicode's properties where escape.c has a list. */
static bool obeyed_by_terminals(uint32_t code_point)
{
    const utf8proc_property_t *const property = utf8proc_get_property((utf8proc_int32_t)code_point);
    switch (property->bidi_class) {
    case UTF8PROC_BIDI_CLASS_LRE:
    case UTF8PROC_BIDI_CLASS_LRO:
    case UTF8PROC_BIDI_CLASS_RLE:
    case UTF8PROC_BIDI_CLASS_RLO:
    case UTF8PROC_BIDI_CLASS_PDF:
    case UTF8PROC_BIDI_CLASS_LRI:
    case UTF8PROC_BIDI_CLASS_RLI:
    case UTF8PROC_BIDI_CLASS_FSI:
    case UTF8PROC_BIDI_CLASS_PDI:
        return true;
    default:
        break;
    }
    if (code_point == 0x200e || code_point == 0x200f || code_point == 0x61c || code_point == 0xfeff)
        return true;
    return property->category == UTF8PROC_CATEGORY_CC ||
           property->category == UTF8PROC_CATEGORY_ZL ||
           property->category == UTF8PROC_CATEGORY_ZP ||
           property->category == UTF8PROC_CATEGORY_CS || code_point - 0xfff9 < 3 ||
           code_point - 0xe0000 < 0x80;
}

static void check_alphabet(struct span out, enum escape_mode mode, const char *what)
{
    cr_assert(utf8_valid(out), "%s: bad UTF-8 came out", what);
    for (const uint8_t *p = out.data, *end = p + out.len; p < end;) {
        uint32_t code_point;
        p += utf8_decode(p, end, &code_point);
        if (mode == ESCAPE_TEXT && code_point == '\n')
            continue;
        cr_assert_not(obeyed_by_terminals(code_point), "%s: U+%04X came out", what, code_point);
    }
}

static void check_both_modes(struct span text, const char *what)
{
    struct buf out = BUF_INIT;
    escape_append(&out, text, ESCAPE_LINE);
    check_alphabet(buf_span(&out), ESCAPE_LINE, what);
    buf_clear(&out);
    escape_append(&out, text, ESCAPE_TEXT);
    check_alphabet(buf_span(&out), ESCAPE_TEXT, what);
    buf_release(&out);
}

static void check(const char *text, enum escape_mode mode, const char *wanted)
{
    struct buf out = BUF_INIT;
    escape_append(&out, span_of_string(text), mode);
    cr_assert_str_eq(buf_string(&out), wanted);
    buf_release(&out);
}

Test(escape, substitutes)
{
    check("plain, grün, 上海, مرحبا, 👩‍💻", ESCAPE_LINE,
          "plain, grün, 上海, مرحبا, 👩‍💻");
    check("a\tb\nc\r\nd\re", ESCAPE_LINE, "a b c  d e");
    check("a\tb\nc\r\nd\re\r", ESCAPE_TEXT, "a b\nc\nd\ufffde\ufffd");
    check("\x1b[31mred\x07\x7f", ESCAPE_TEXT, "\ufffd[31mred\ufffd\ufffd");
    check("\xc2\x9b"
          "31m",
          ESCAPE_LINE, "\ufffd31m");
    check("evil\u202etxt.exe\u2066\u2069\u200f", ESCAPE_LINE,
          "evil\ufffdtxt.exe\ufffd\ufffd\ufffd");
    check("a\xff\xfe"
          "b\xc3",
          ESCAPE_LINE, "a\ufffd\ufffdb\ufffd");
    check("\ufeffx\U000e0041\u2028y\ufffd", ESCAPE_TEXT, "\ufffdx\ufffd\ufffdy\ufffd");
    check("", ESCAPE_LINE, "");
}

Test(escape, every_character)
{
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        cr_assert_eq(escape_is_safe(code_point), !obeyed_by_terminals(code_point), "U+%04X",
                     code_point);
        if (code_point >= 0xd800 && code_point < 0xe000)
            continue;
        if (code_point > 0x3000 && code_point % 101 != 0 && code_point < 0xe0000)
            continue; /* the full round is slow */
        uint8_t text[6] = "<";
        const size_t len = utf8_encode(code_point, text + 1);
        text[1 + len] = '>';
        char what[16];
        snprintf(what, sizeof what, "U+%04X", code_point);
        check_both_modes(span_of(text, len + 2), what);
    }
    cr_assert_not(escape_is_safe(0x110000));
}

Test(escape, every_byte_and_pair_of_bytes)
{
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            const uint8_t text[] = {(uint8_t)a, (uint8_t)b};
            char what[16];
            snprintf(what, sizeof what, "bytes %02x %02x", a, b);
            check_both_modes(span_of(text, 1), what);
            check_both_modes(span_of(text, 2), what);
        }
    }
}

Test(escape, random_bytes)
{
    const unsigned seed = (unsigned)time(NULL);
    char what[32];
    snprintf(what, sizeof what, "seed %u", seed);
    srand(seed);
    for (int round = 0; round < 20000; round++) {
        /* Mostly lead and continuation bytes, so that whole sequences come about. */
        static const uint8_t favourites[] = {0xc2, 0xe2, 0x80, 0x81, 0xa8, 0xef, 0xbb,
                                             0xbf, 0xf3, 0xa0, '\r', '\n', 0x1b, 'a'};
        uint8_t text[24];
        const size_t len = (size_t)rand() % sizeof text;
        for (size_t i = 0; i < len; i++)
            text[i] =
                rand() % 3 == 0 ? (uint8_t)rand() : favourites[(size_t)rand() % sizeof favourites];
        check_both_modes(span_of(text, len), what);
    }
}
