/* SPDX-License-Identifier: Apache-2.0 */
/* json: as escape.c, but what is unsafe is kept, as an escape sequence. */
#include "common/base/json.h"

#include "common/base/escape.h"
#include "common/base/utf8.h"

/* Appends \uXXXX, two of them for a character above U+FFFF. */
static void put_u_escape(struct buf *out, uint32_t code_point)
{
    if (code_point < 0x10000) {
        buf_printf(out, "\\u%04x", (unsigned)code_point);
        return;
    }
    const unsigned above = (unsigned)code_point - 0x10000;
    buf_printf(out, "\\u%04x\\u%04x", 0xd800 + (above >> 10), 0xdc00 + (above & 0x3ff));
}

/* Appends a character that cannot stand in a JSON string as it is. */
static void put_escaped(struct buf *out, uint32_t code_point)
{
    switch (code_point) {
    case '"':
        buf_append_string(out, "\\\"");
        break;
    case '\\':
        buf_append_string(out, "\\\\");
        break;
    case '\n':
        buf_append_string(out, "\\n");
        break;
    case '\r':
        buf_append_string(out, "\\r");
        break;
    case '\t':
        buf_append_string(out, "\\t");
        break;
    case UTF8_REPLACEMENT:
        buf_append_string(out, "\xef\xbf\xbd");
        break;
    default:
        put_u_escape(out, code_point);
    }
}

void json_string(struct buf *out, struct span text)
{
    const uint8_t *p = text.len == 0 ? (const uint8_t *)"" : text.data; /* NULL + 0 is not C */
    const uint8_t *const end = p + text.len;
    const uint8_t *clean = p; /* what lies between here and p is safe and not yet appended */
    buf_put_u8(out, '"');
    while (p < end) {
        uint32_t code_point = *p;
        const size_t len = code_point < 0x80 ? 1 : utf8_decode(p, end, &code_point);
        if (code_point != '"' && code_point != '\\' && code_point != UTF8_REPLACEMENT &&
            escape_is_safe(code_point)) {
            p += len;
            continue;
        }
        buf_append(out, clean, (size_t)(p - clean));
        put_escaped(out, code_point);
        p += len;
        clean = p;
    }
    buf_append(out, clean, (size_t)(p - clean));
    buf_put_u8(out, '"');
}

void json_comma(struct buf *out)
{
    const uint8_t last = out->len == 0 ? '[' : out->data[out->len - 1];
    if (last != '{' && last != '[')
        buf_put_u8(out, ',');
}

void json_key(struct buf *out, const char *key)
{
    json_comma(out);
    json_string(out, span_of_string(key));
    buf_put_u8(out, ':');
}
