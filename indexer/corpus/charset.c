/* SPDX-License-Identifier: Apache-2.0 */
/* charset: UTF-16 by hand (thirty lines; iconv would want the mark's bytes and its own state). */
#include "indexer/corpus/charset.h"

#include "common/base/utf8.h"

enum charset_name charset_of_mark(struct span head, size_t *mark_len)
{
    static const struct {
        const char *mark;
        size_t len;
        enum charset_name name;
    } marks[] = {
        {"\xef\xbb\xbf", 3, CHARSET_UTF8},
        {"\xff\xfe", 2, CHARSET_UTF16_LE},
        {"\xfe\xff", 2, CHARSET_UTF16_BE},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (head.len >= marks[i].len && memcmp(head.data, marks[i].mark, marks[i].len) == 0) {
            *mark_len = marks[i].len;
            return marks[i].name;
        }
    }
    *mark_len = 0;
    return CHARSET_UTF8;
}

void charset_init(struct charset *c, enum charset_name name)
{
    *c = (struct charset){.name = name};
}

static size_t replace(struct charset *c, uint8_t *out)
{
    c->replaced++;
    return utf8_encode(UTF8_REPLACEMENT, out);
}

static size_t decode_unit(struct charset *c, uint32_t unit, uint8_t *out)
{
    size_t n = 0;
    const bool low = unit >= 0xdc00 && unit <= 0xdfff;
    const uint32_t high = c->high;
    c->high = 0;
    if (high != 0 && low)
        return utf8_encode(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00), out);
    if (high != 0)
        n = replace(c, out);
    if (unit >= 0xd800 && unit <= 0xdbff)
        c->high = unit;
    else if (low)
        n += replace(c, out + n);
    else
        n += utf8_encode(unit, out + n);
    return n;
}

size_t charset_decode(struct charset *c, struct span piece, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < piece.len; i++) {
        if (!c->has_odd_byte) {
            c->odd_byte = piece.data[i];
            c->has_odd_byte = true;
            continue;
        }
        c->has_odd_byte = false;
        const uint32_t first = c->odd_byte;
        const uint32_t second = piece.data[i];
        const bool little = c->name == CHARSET_UTF16_LE;
        n += decode_unit(c, little ? first | second << 8 : first << 8 | second, out + n);
    }
    return n;
}

size_t charset_finish(struct charset *c, uint8_t *out)
{
    const bool broken = c->high != 0 || c->has_odd_byte;
    c->high = 0;
    c->has_odd_byte = false;
    return broken ? replace(c, out) : 0;
}
