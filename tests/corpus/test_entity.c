/* SPDX-License-Identifier: Apache-2.0 */
/* Character references: by hand, and against Python's html.unescape. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "indexer/corpus/entity.h"
#include "tests/support/seed.h"

static void expect(const char *text, enum entity_place place, const char *expected)
{
    struct buf out = BUF_INIT;
    entity_decode(&out, span_of_string(text), place);
    cr_expect_str_eq(buf_string(&out), expected, "%s: %s", text, buf_string(&out));
    buf_release(&out);
}

Test(entity, by_hand)
{
    static const char *const texts[][2] = {
        {"", ""},
        {"&", "&"},
        {"AT&T", "AT&T"},
        {"a & b &", "a & b &"},
        {"&lt;p&gt;", "<p>"},
        {"&amp;lt;", "&lt;"},
        {"&copy 2023 &copy2023", "\xc2\xa9 2023 \xc2\xa9"
                                 "2023"},
        {"&notit; &notin;", "\xc2\xacit; \xe2\x88\x89"},
        {"&hellip; &hellip", "\xe2\x80\xa6 &hellip"},
        {"&#8212;&#x2014;&#X2014", "\xe2\x80\x94\xe2\x80\x94\xe2\x80\x94"},
        {"&#150;&#x99;", "\xe2\x80\x93\xe2\x84\xa2"},
        {"&#0;&#xD800;&#x110000;&#4294967337;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"&#;&#x;&#a", "&#;&#x;&#a"},
        {"&NotEqualTilde;", "\xe2\x89\x82\xcc\xb8"},
        {"&CounterClockwiseContourIntegral;", "\xe2\x88\xb3"},
        {"&CounterClockwiseContourIntegralx;", "&CounterClockwiseContourIntegralx;"},
        {"&unknown;", "&unknown;"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect(texts[i][0], ENTITY_TEXT, texts[i][1]);
    /* Addresses must survive: ?a=1&copy=2 */
    expect("?a=1&copy=2&lt&copyx", ENTITY_ATTRIBUTE, "?a=1&copy=2<&copyx");
    expect("&copy; &copy", ENTITY_ATTRIBUTE, "\xc2\xa9 \xc2\xa9");
}

static void append_hex(struct buf *out, const char *hex)
{
    buf_clear(out);
    for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        buf_put_u8(out, (uint8_t)byte);
}

/* Python leaves out the few control characters that the standard keeps; the oracle writes none. */
Test(entity, equals_python)
{
    static char hex[2][4096];
    char command[64];
    const unsigned seed = seed_first();
    struct buf text = BUF_INIT;
    struct buf meaning = BUF_INIT;
    struct buf out = BUF_INIT;
    size_t lines = 0;
    (void)snprintf(command, sizeof command, "python3 tests/oracle/entities.py %u", seed);
    FILE *const oracle = popen(command, "r");
    cr_assert_not_null(oracle);
    while (fscanf(oracle, "%4095s %4095s", hex[0], hex[1]) == 2) {
        append_hex(&text, hex[0]);
        append_hex(&meaning, hex[1]);
        lines++;
        buf_clear(&out);
        entity_decode(&out, buf_span(&text), ENTITY_TEXT);
        cr_assert(span_equal(buf_span(&out), buf_span(&meaning)), "'%s': '%s', QIAO_SEED=%u",
                  buf_string(&text), buf_string(&out), seed);
    }
    cr_assert_eq(pclose(oracle), 0);
    cr_expect_geq(lines, 24000);
    buf_release(&text);
    buf_release(&meaning);
    buf_release(&out);
}
