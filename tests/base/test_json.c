/* SPDX-License-Identifier: Apache-2.0 */
/* What json writes, json-c reads back as it was, and a terminal may show it. */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include "common/base/escape.h"
#include "common/base/json.h"
#include "common/base/utf8.h"

/* Writes `text`, looks at every character, reads it back, and compares with the cleaned text. */
static void check_round_trip(struct span text, const char *what)
{
    struct buf out = BUF_INIT;
    struct buf wanted = BUF_INIT;
    json_string(&out, text);
    utf8_append_clean(&wanted, text);
    cr_assert(utf8_valid(buf_span(&out)), "%s", what);
    for (const uint8_t *p = out.data, *end = p + out.len; p < end;) {
        uint32_t code_point;
        p += utf8_decode(p, end, &code_point);
        cr_assert(escape_is_safe(code_point), "%s: U+%04X came out", what, code_point);
    }
    json_object *const object = json_tokener_parse(buf_string(&out));
    cr_assert(json_object_is_type(object, json_type_string), "%s: %s", what, buf_string(&out));
    const struct span back =
        span_of(json_object_get_string(object), (size_t)json_object_get_string_len(object));
    cr_assert(span_equal(back, buf_span(&wanted)), "%s: %s", what, buf_string(&out));
    json_object_put(object);
    buf_release(&out);
    buf_release(&wanted);
}

static void check_string(const char *text, const char *wanted)
{
    struct buf out = BUF_INIT;
    json_string(&out, span_of_string(text));
    cr_assert_str_eq(buf_string(&out), wanted);
    buf_release(&out);
}

Test(json, strings)
{
    check_string("", "\"\"");
    check_string("say \"hi\" \\ 上海", "\"say \\\"hi\\\" \\\\ 上海\"");
    check_string("a\tb\nc\rd\x1b\x7f", "\"a\\tb\\nc\\rd\\u001b\\u007f\"");
    check_string("\xc2\x9b\u202e\U000e0041", "\"\\u009b\\u202e\\udb40\\udc41\"");
    check_string("\xff\ufffd", "\"\ufffd\ufffd\"");
}

Test(json, every_character_is_read_back)
{
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        if (code_point >= 0xd800 && code_point < 0xe000)
            continue;
        if (code_point > 0x3000 && code_point % 101 != 0 && code_point < 0xe0000)
            continue; /* the full round is slow */
        uint8_t text[6] = "<";
        const size_t len = utf8_encode(code_point, text + 1);
        text[1 + len] = '>';
        char what[16];
        snprintf(what, sizeof what, "U+%04X", code_point);
        check_round_trip(span_of(text, len + 2), what);
    }
}

Test(json, random_bytes_are_read_back)
{
    const unsigned seed = (unsigned)time(NULL);
    char what[32];
    snprintf(what, sizeof what, "seed %u", seed);
    srand(seed);
    for (int round = 0; round < 10000; round++) {
        uint8_t text[32];
        const size_t len = (size_t)rand() % sizeof text;
        for (size_t i = 0; i < len; i++)
            text[i] =
                rand() % 4 == 0 ? (uint8_t) "\"\\\n\0\xe2\x80\xae/"[rand() % 8] : (uint8_t)rand();
        check_round_trip(span_of(text, len), what);
    }
}

Test(json, keys_and_commas)
{
    struct buf out = BUF_INIT;
    buf_put_u8(&out, '{');
    json_key(&out, "rank");
    buf_put_u8(&out, '1');
    json_key(&out, "title");
    json_string(&out, span_of_string("a {"));
    json_key(&out, "hits");
    buf_put_u8(&out, '[');
    for (int i = 0; i < 3; i++) {
        json_comma(&out);
        buf_append_string(&out, "{}");
    }
    buf_append_string(&out, "]}");
    cr_assert_str_eq(buf_string(&out), "{\"rank\":1,\"title\":\"a {\",\"hits\":[{},{},{}]}");
    buf_release(&out);
}

Test(json, key_in_an_empty_buffer)
{
    struct buf out = BUF_INIT;
    json_key(&out, "a\"b");
    cr_assert_str_eq(buf_string(&out), "\"a\\\"b\":");
    buf_release(&out);
}
