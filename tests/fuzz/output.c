/* SPDX-License-Identifier: Apache-2.0 */
/* output: the rules of escape.h, written a second time. */
#include "tests/fuzz/output.h"

#include "tests/fuzz/fuzz.h"

void fuzz_check_harmless(struct span text, const char *allowed)
{
    must(utf8_valid(text));
    for (size_t at = 0; at < text.len;) {
        uint32_t c;
        at += utf8_decode(text.data + at, text.data + text.len, &c);
        const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
        const bool direction = c == 0x61c || c == 0x200e || c == 0x200f ||
                               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
        must(!direction);
        must(!control || (c != 0 && c < 0x80 && strchr(allowed, (int)c) != NULL));
    }
}

struct json_object *fuzz_parse_json(struct span text)
{
    static struct json_tokener *parser;
    if (parser == NULL)
        must((parser = json_tokener_new()) != NULL);
    must(text.len > 0 && text.data[text.len - 1] == '\n');
    fuzz_check_harmless(span_of(text.data, text.len - 1), "");
    json_tokener_reset(parser);
    json_tokener_set_flags(parser, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *const object =
        json_tokener_parse_ex(parser, (const char *)text.data, (int)text.len);
    must(json_tokener_get_error(parser) == json_tokener_success);
    must(json_tokener_get_parse_end(parser) == text.len ||
         json_tokener_get_parse_end(parser) + 1 == text.len);
    return object;
}
