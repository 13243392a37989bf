/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: every sequence of one to three bytes, and random ones, against a slow oracle. */
#include <criterion/criterion.h>

#include "common/base/utf8.h"
#include "tests/text/text_support.h"

/* Table 3-7 of the Unicode standard, a line each. */
static const struct {
    size_t len;
    uint8_t low[4];
    uint8_t high[4];
} well_formed[] = {
    {1, {0x00}, {0x7f}},
    {2, {0xc2, 0x80}, {0xdf, 0xbf}},
    {3, {0xe0, 0xa0, 0x80}, {0xe0, 0xbf, 0xbf}},
    {3, {0xe1, 0x80, 0x80}, {0xec, 0xbf, 0xbf}},
    {3, {0xed, 0x80, 0x80}, {0xed, 0x9f, 0xbf}},
    {3, {0xee, 0x80, 0x80}, {0xef, 0xbf, 0xbf}},
    {4, {0xf0, 0x90, 0x80, 0x80}, {0xf0, 0xbf, 0xbf, 0xbf}},
    {4, {0xf1, 0x80, 0x80, 0x80}, {0xf3, 0xbf, 0xbf, 0xbf}},
    {4, {0xf4, 0x80, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}},
};

/* How many of the bytes at `p` agree with line `i` from its first byte on. */
static size_t oracle_agrees(size_t i, const uint8_t *p, size_t len)
{
    size_t n = 0;
    while (n < len && n < well_formed[i].len && p[n] >= well_formed[i].low[n] &&
           p[n] <= well_formed[i].high[n])
        n++;
    return n;
}

/* The bytes of the character, or of the maximal subpart, at `p`. */
static size_t oracle_decode(const uint8_t *p, size_t len, uint32_t *code_point)
{
    static const uint8_t masks[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t longest = 1;
    *code_point = UTF8_REPLACEMENT;
    for (size_t i = 0; i < ARRAY_LEN(well_formed); i++) {
        const size_t n = oracle_agrees(i, p, len);
        longest = n > longest ? n : longest;
        if (n != well_formed[i].len)
            continue;
        *code_point = p[0] & masks[n];
        for (size_t k = 1; k < n; k++)
            *code_point = *code_point * 64 + p[k] % 64;
        return n;
    }
    return longest;
}

/* Fails unless all calls agree with the oracle on these bytes. */
static void check(const uint8_t *bytes, size_t len, struct buf *scratch)
{
    size_t bad = 0;
    buf_clear(scratch);
    for (size_t at = 0; at < len;) {
        uint32_t expected;
        uint32_t got;
        const size_t taken = oracle_decode(bytes + at, len - at, &expected);
        cr_assert_eq(utf8_decode(bytes + at, bytes + len, &got), taken);
        cr_assert_eq(got, expected);
        uint8_t encoded[4];
        const size_t n = utf8_encode(got, encoded);
        const bool same = n == taken && memcmp(encoded, bytes + at, n) == 0;
        cr_assert(same || got == UTF8_REPLACEMENT);
        bad += !same;
        at += taken;
    }
    cr_assert_eq(utf8_append_clean(scratch, span_of(bytes, len)), bad);
    cr_assert_eq(utf8_valid(span_of(bytes, len)), bad == 0);
    cr_assert(utf8_valid(buf_span(scratch)));
    cr_assert(bad > 0 || span_equal(buf_span(scratch), span_of(bytes, len)));
}

Test(utf8, short_sequences_exhaustively)
{
    struct buf scratch = BUF_INIT;
    for (uint32_t n = 0; n < 0x1000000; n++) {
        const uint8_t bytes[3] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
        /* All of one and two bytes, and three bytes whose first two leave a choice. */
        const size_t len = n < 0x100 ? 1 : n < 0x10000 ? 2 : 3;
        if (len < 3 || bytes[0] >= 0xc0 || (n & 0xff) == 0x80)
            check(bytes + 3 - len, len, &scratch);
    }
    buf_release(&scratch);
}

Test(utf8, random_sequences)
{
    uint64_t state = random_seed("utf8/random_sequences");
    static const uint8_t likely[] = {0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2, 0xdf, 0xe0,
                                     0xe2, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xc0, 0xff, 0x00};
    struct buf scratch = BUF_INIT;
    for (int i = 0; i < 200000; i++) {
        uint8_t bytes[40];
        const size_t len = random_below(&state, sizeof bytes + 1);
        for (size_t k = 0; k < len; k++)
            bytes[k] = likely[random_below(&state, sizeof likely)];
        check(bytes, len, &scratch);
    }
    buf_release(&scratch);
}

Test(utf8, clean_replaces_each_bad_sequence_once)
{
    static const struct {
        const char *text;
        const char *clean;
        size_t replaced;
    } cases[] = {
        {"", "", 0},
        {"plain text that is longer than eight", "plain text that is longer than eight", 0},
        {"caf\xc3\xa9", "caf\xc3\xa9", 0},
        {"caf\xe9 au lait", "caf\xef\xbf\xbd au lait", 1},
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd", 2},
        {"\xf0\x9f\x98", "\xef\xbf\xbd", 1}, /* a cut sequence is one */
        {"\xf0\x9f\x98!", "\xef\xbf\xbd!", 1},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", 2},                 /* overlong */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3}, /* a surrogate */
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 4},
        {"\xef\xbf\xbd", "\xef\xbf\xbd", 0}, /* U+FFFD itself is fine */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = BUF_INIT;
        cr_expect_eq(utf8_append_clean(&out, span_of_string(cases[i].text)), cases[i].replaced,
                     "case %zu", i);
        cr_expect_str_eq(buf_string(&out), cases[i].clean);
        buf_release(&out);
    }
}

Test(utf8, decode_before_undoes_decode)
{
    uint64_t state = random_seed("utf8/decode_before_undoes_decode");
    for (uint32_t c = 0; c < 0x110000; c += 1 + (uint32_t)random_below(&state, 3)) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        uint8_t bytes[8] = {'a'};
        const size_t len = 1 + utf8_encode(c, bytes + 1);
        uint32_t got;
        cr_assert_eq(utf8_decode_before(bytes, bytes + len, &got), len - 1);
        cr_assert_eq(got, c);
        cr_assert_eq(utf8_decode_before(bytes + 1, bytes + len, &got), len - 1);
    }
}

Test(utf8, decode_before_moves_on_over_bad_bytes)
{
    static const uint8_t bytes[] = {0x80, 0x80, 0x80, 0x80, 0x80, 'a',
                                    0xc3, 0xe2, 0x82, 0xa9, 0xa9};
    size_t left = sizeof bytes;
    size_t steps = 0;
    while (left > 0) {
        uint32_t code_point;
        const size_t taken = utf8_decode_before(bytes, bytes + left, &code_point);
        cr_assert(taken >= 1 && taken <= left);
        cr_assert(code_point == UTF8_REPLACEMENT || code_point == 'a' || code_point == 0x20a9);
        left -= taken;
        steps++;
    }
    cr_assert_eq(steps, 9);
}

Test(utf8, prefix_ends_between_characters)
{
    const struct span text = span_of_string("a\u00e9\u20ac\U0001f600z");
    static const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t most = 0; most < ARRAY_LEN(ends); most++) {
        const struct span prefix = utf8_prefix(text, most);
        cr_expect_eq(prefix.len, ends[most], "most %zu", most);
        cr_expect_eq(prefix.data, text.data);
    }
}
