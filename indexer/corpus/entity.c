/* SPDX-License-Identifier: Apache-2.0 */
/* entity: numbers by hand, names by binary search. */
#include "indexer/corpus/entity.h"

#include "common/base/utf8.h"
#include "indexer/corpus/entity_table.h"

#define NAME_BYTES 32 /* longer than the longest name */
#define BARE_BYTES 6  /* the longest that needs no semicolon */

/* What the numbers 0x80 to 0x9f mean in pages: windows-1252, but for five that it leaves out. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

static bool is_alphanumeric(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

static uint32_t digit_of(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10u : 16;
}

static uint32_t character_of(uint32_t number)
{
    const bool surrogate = number >= 0xd800 && number <= 0xdfff;
    if (number == 0 || number > 0x10ffff || surrogate)
        return UTF8_REPLACEMENT;
    return number >= 0x80 && number < 0xa0 ? windows_1252[number - 0x80] : number;
}

/* The reference &#...; or &#x...;, with or without its semicolon. 0: it is none. */
static size_t take_number(struct span text, uint8_t *out, size_t *taken)
{
    const bool hex = text.len > 2 && (text.data[2] | 0x20) == 'x';
    const uint32_t base = hex ? 16 : 10;
    const size_t first = hex ? 3 : 2;
    size_t at = first;
    uint32_t value = 0;
    for (; at < text.len && digit_of(text.data[at]) < base; at++)
        value = value > 0x10ffff ? value : value * base + digit_of(text.data[at]);
    if (at == first)
        return 0;
    *taken = at + (at < text.len && text.data[at] == ';');
    return utf8_encode(character_of(value), out);
}

static const struct entity_name *find_name(struct span name)
{
    size_t from = 0;
    size_t to = ENTITY_NAMES;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const int order = span_compare(name, span_of_string(entity_names[middle].name));
        if (order == 0)
            return &entity_names[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* The longest bare name that the `len` letters behind the & begin with; NULL if none does. */
static const struct entity_name *find_bare(struct span text, size_t len, enum entity_place place)
{
    for (size_t n = len < BARE_BYTES ? len : BARE_BYTES; n > 1; n--) {
        const struct entity_name *const found = find_name(span_of(text.data + 1, n));
        const uint8_t behind = n + 1 < text.len ? text.data[n + 1] : 0;
        if (found == NULL || !found->bare)
            continue;
        return place == ENTITY_ATTRIBUTE && (behind == '=' || is_alphanumeric(behind)) ? NULL
                                                                                       : found;
    }
    return NULL;
}

/* The reference &name;, or a bare one. 0: it is none. */
static size_t take_name(struct span text, enum entity_place place, uint8_t *out, size_t *taken)
{
    size_t len = 0;
    while (len < NAME_BYTES && len + 1 < text.len && is_alphanumeric(text.data[len + 1]))
        len++;
    const bool ends = len + 1 < text.len && text.data[len + 1] == ';';
    const struct entity_name *found = ends ? find_name(span_of(text.data + 1, len)) : NULL;
    *taken = len + 2;
    if (found == NULL) {
        found = find_bare(text, len, place);
        *taken = found == NULL ? 0 : strlen(found->name) + 1;
    }
    if (found == NULL)
        return 0;
    const size_t n = strlen(found->text);
    memcpy(out, found->text, n);
    return n;
}

size_t entity_take(struct span text, enum entity_place place, uint8_t *out, size_t *taken)
{
    const bool number = text.len > 1 && text.data[1] == '#';
    const size_t n = number ? take_number(text, out, taken) : take_name(text, place, out, taken);
    if (n > 0)
        return n;
    *taken = 1;
    out[0] = '&';
    return 1;
}

void entity_decode(struct buf *out, struct span text, enum entity_place place)
{
    while (text.len > 0) {
        const uint8_t *const found = memchr(text.data, '&', text.len);
        const size_t plain = found != NULL ? (size_t)(found - text.data) : text.len;
        buf_append(out, text.data, plain);
        text = span_of(text.data + plain, text.len - plain);
        if (text.len == 0)
            return;
        uint8_t bytes[ENTITY_BYTES];
        size_t taken;
        buf_append(out, bytes, entity_take(text, place, bytes, &taken));
        text = span_of(text.data + taken, text.len - taken);
    }
}
