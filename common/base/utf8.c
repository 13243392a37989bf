/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: decoding follows the well-formed byte ranges of Unicode 15, table 3-7: only the second byte
 * of a sequence has a range of its own, so the first byte tells the length and that range. */
#include "common/base/utf8.h"

/* The bytes that `first` announces (0: none begins with it) and the range of the second byte. */
static size_t sequence_length(uint8_t first, uint8_t *low, uint8_t *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (first < 0xc2)
        return 0;
    if (first < 0xe0)
        return 2;
    if (first < 0xf0) {
        if (first == 0xe0)
            *low = 0xa0; /* below: overlong */
        else if (first == 0xed)
            *high = 0x9f; /* above: surrogates */
        return 3;
    }
    if (first > 0xf4)
        return 0;
    if (first == 0xf0)
        *low = 0x90; /* below: overlong */
    else if (first == 0xf4)
        *high = 0x8f; /* above: beyond U+10FFFF */
    return 4;
}

/* Decodes a character whose first byte is 0x80 or above; true if it is well formed. */
static bool decode_long(const uint8_t *p, const uint8_t *end, uint32_t *code_point, size_t *taken)
{
    uint8_t low;
    uint8_t high;
    const size_t len = sequence_length(p[0], &low, &high);
    *code_point = UTF8_REPLACEMENT;
    *taken = 1;
    if (len == 0)
        return false;
    uint32_t c = p[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (p + i == end || p[i] < low || p[i] > high)
            return false;
        c = c << 6 | (p[i] & 0x3fu);
        *taken = i + 1;
        low = 0x80;
        high = 0xbf;
    }
    *code_point = c;
    return true;
}

size_t utf8_decode(const uint8_t *p, const uint8_t *end, uint32_t *code_point)
{
    if (p[0] < 0x80) {
        *code_point = p[0];
        return 1;
    }
    size_t taken;
    (void)decode_long(p, end, code_point, &taken);
    return taken;
}

size_t utf8_decode_before(const uint8_t *start, const uint8_t *p, uint32_t *code_point)
{
    /* A character, or the maximal subpart of one, is at most 4 bytes: the longest that begins at a
     * non-trailing byte and ends exactly at p is it. */
    for (size_t back = 1; back <= 4 && back <= (size_t)(p - start); back++) {
        const uint8_t *const first = p - back;
        if ((*first & 0xc0) == 0x80)
            continue;
        if (utf8_decode(first, p, code_point) == back)
            return back;
        break;
    }
    *code_point = UTF8_REPLACEMENT;
    return 1;
}

size_t utf8_encode(uint32_t code_point, uint8_t *out)
{
    if (code_point < 0x80) {
        out[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (uint8_t)(0xc0 | code_point >> 6);
        out[1] = (uint8_t)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (uint8_t)(0xe0 | code_point >> 12);
        out[1] = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | code_point >> 18);
    out[1] = (uint8_t)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (code_point & 0x3f));
    return 4;
}

/* The bytes at the start of [p, end) that are well formed, looking at eight at a time while they
 * are ASCII: most text mostly is. */
static size_t valid_prefix(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *at = p;
    while (at < end) {
        if (end - at >= 8 && (load_le64(at) & 0x8080808080808080u) == 0) {
            at += 8;
            continue;
        }
        if (*at < 0x80) {
            at++;
            continue;
        }
        uint32_t code_point;
        size_t taken;
        if (!decode_long(at, end, &code_point, &taken))
            break;
        at += taken;
    }
    return (size_t)(at - p);
}

bool utf8_valid(struct span text)
{
    return text.len == 0 || valid_prefix(text.data, text.data + text.len) == text.len;
}

size_t utf8_append_clean(struct buf *out, struct span text)
{
    static const uint8_t replacement[3] = {0xef, 0xbf, 0xbd};
    size_t replaced = 0;
    for (size_t at = 0; at < text.len;) {
        const uint8_t *const p = text.data + at;
        const uint8_t *const end = text.data + text.len;
        const size_t good = valid_prefix(p, end);
        buf_append(out, p, good);
        at += good;
        if (at == text.len)
            break;
        uint32_t code_point;
        at += utf8_decode(p + good, end, &code_point);
        buf_append(out, replacement, sizeof replacement);
        replaced++;
    }
    return replaced;
}

bool utf8_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x205f || c == 0x3000;
}

struct span utf8_prefix(struct span text, size_t most)
{
    if (text.len <= most)
        return text;
    size_t len = most;
    while (len > 0 && (text.data[len] & 0xc0) == 0x80)
        len--;
    return span_of(text.data, len);
}
