/* SPDX-License-Identifier: Apache-2.0 */
/* charset: UTF-16 and UTF-32 by hand, so that a lost byte or half of a pair costs one U+FFFD and no
 * more; all else is iconv, which is told where to go on when it stops. */
#include "indexer/corpus/charset.h"

#include <errno.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "indexer/corpus/charset_labels.h"

/* What glibc calls them; NULL: decoded here. */
static const char *const iconv_names[CHARSET_NAMES] = {
    NULL,          NULL,          NULL,          NULL,         NULL,          "CP1252",
    "CP874",       "CP1250",      "CP1251",      "CP1253",     "CP1254",      "CP1255",
    "CP1256",      "CP1257",      "CP1258",      "ISO-8859-2", "ISO-8859-3",  "ISO-8859-4",
    "ISO-8859-5",  "ISO-8859-6",  "ISO-8859-7",  "ISO-8859-8", "ISO-8859-10", "ISO-8859-13",
    "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "IBM866",     "KOI8-R",      "KOI8-U",
    "MACINTOSH",   "MAC-UK",      "GB18030",     "BIG5-HKSCS", "EUC-JP-MS",   "ISO-2022-JP",
    "CP932",       "CP949",
};

enum charset_name charset_of_mark(struct span head, size_t *mark_len)
{
    static const struct {
        const char *mark;
        size_t len;
        enum charset_name name;
    } marks[] = {
        {"\xef\xbb\xbf", 3, CHARSET_UTF8},     {"\xff\xfe\0\0", 4, CHARSET_UTF32_LE},
        {"\0\0\xfe\xff", 4, CHARSET_UTF32_BE}, {"\xff\xfe", 2, CHARSET_UTF16_LE},
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

static bool is_control(uint32_t unit)
{
    return unit < ' ' && unit != '\t' && unit != '\n' && unit != '\r' && unit != '\f';
}

enum charset_name charset_guess(struct span head)
{
    const size_t units = (head.len < CHARSET_GUESS_BYTES ? head.len : CHARSET_GUESS_BYTES) / 2;
    size_t ascii[2] = {0, 0}; /* little-endian, big-endian */
    bool possible[2] = {true, true};
    for (size_t i = 0; i < units; i++) {
        const uint8_t *const p = head.data + 2 * i;
        const uint32_t values[2] = {(uint32_t)p[0] | (uint32_t)p[1] << 8,
                                    (uint32_t)p[1] | (uint32_t)p[0] << 8};
        for (size_t k = 0; k < 2; k++) {
            possible[k] &= !is_control(values[k]);
            ascii[k] += values[k] < 0x7f;
        }
    }
    if (units >= 4 && possible[0] && ascii[0] * 3 >= units * 2)
        return CHARSET_UTF16_LE;
    if (units >= 4 && possible[1] && ascii[1] * 3 >= units * 2)
        return CHARSET_UTF16_BE;
    return CHARSET_UTF8;
}

bool charset_by_label(struct span label, enum charset_name *out)
{
    while (label.len > 0 && byte_is_space(label.data[0]))
        label = span_of(label.data + 1, label.len - 1);
    while (label.len > 0 && byte_is_space(label.data[label.len - 1]))
        label.len--;
    for (size_t i = 0; charset_labels[i].label != NULL; i++) {
        if (strlen(charset_labels[i].label) == label.len &&
            strncasecmp(charset_labels[i].label, (const char *)label.data, label.len) == 0) {
            *out = charset_labels[i].name;
            return true;
        }
    }
    return false;
}

bool charset_is_ascii(enum charset_name name)
{
    return name < CHARSET_UTF16_LE || name > CHARSET_UTF32_BE;
}

void charset_release(struct charset *c)
{
    if (c->converts)
        (void)iconv_close(c->converter);
    *c = (struct charset)CHARSET_INIT;
}

enum status charset_start(struct charset *c, enum charset_name name)
{
    charset_release(c);
    if (iconv_names[name] != NULL) {
        const iconv_t converter = iconv_open("UTF-8", iconv_names[name]);
        if (converter == (iconv_t)-1 && errno == ENOMEM)
            return fail_no_memory();
        if (converter == (iconv_t)-1)
            return fail(STATUS_USAGE, "this system cannot convert text from %s", iconv_names[name]);
        c->converter = converter;
        c->converts = true;
    }
    c->name = name;
    return STATUS_OK;
}

static size_t replace(struct charset *c, uint8_t *out)
{
    c->replaced++;
    return utf8_encode(UTF8_REPLACEMENT, out);
}

/* ---- UTF-16, UTF-32 ---- */

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

static size_t decode_units(struct charset *c, struct span piece, uint8_t *out)
{
    const bool wide = c->name == CHARSET_UTF32_LE || c->name == CHARSET_UTF32_BE;
    const bool little = c->name == CHARSET_UTF32_LE || c->name == CHARSET_UTF16_LE;
    const size_t size = wide ? 4 : 2;
    size_t n = 0;
    for (size_t i = 0; i < piece.len; i++) {
        c->held[c->n_held++] = piece.data[i];
        if (c->n_held < size)
            continue;
        uint32_t unit = 0;
        for (size_t k = 0; k < size; k++)
            unit = unit << 8 | c->held[little ? size - 1 - k : k];
        c->n_held = 0;
        if (!wide)
            n += decode_unit(c, unit, out + n);
        else if (unit > 0x10ffff || (unit >= 0xd800 && unit <= 0xdfff))
            n += replace(c, out + n);
        else
            n += utf8_encode(unit, out + n);
    }
    return n;
}

/* ---- iconv ---- */

/* Where converted bytes go. */
struct room {
    uint8_t *at;
    size_t left;
};

static void replace_in(struct charset *c, struct room *room)
{
    uint8_t bytes[4];
    const size_t n = replace(c, bytes);
    if (n > room->left)
        return;
    memcpy(room->at, bytes, n);
    room->at += n;
    room->left -= n;
}

/* Where a sequence begins that glibc's converter of Korean refuses: it may stand behind it already.
 * All it has made of `from` are characters, `made` of them, of one byte (ASCII) or two. */
static size_t refused_korean(struct span from, struct span made)
{
    size_t at = 0;
    for (size_t i = 0; i < made.len && at < from.len; i++) {
        if ((made.data[i] & 0xc0) != 0x80)
            at += from.data[at] < 0x80 ? 1 : 2;
    }
    return at;
}

/* Converts `bytes`, all of them but for the beginning of a sequence at the end; returns how many.
 * CHARSET_ROOM is enough for every encoding of the table; were it not, the rest would be lost, but
 * nothing overrun. */
static size_t convert(struct charset *c, struct span bytes, struct room *room)
{
    size_t at = 0;
    while (at < bytes.len) {
        const size_t from = at;
        char *in = (char *)(uintptr_t)(bytes.data + at); /* iconv does not write there */
        size_t in_left = bytes.len - at;
        char *to = (char *)room->at;
        const size_t result = iconv(c->converter, &in, &in_left, &to, &room->left);
        const struct span made = span_of(room->at, (size_t)(to - (char *)room->at));
        const bool cut = result == (size_t)-1 && errno == EINVAL && in_left < CHARSET_HELD_BYTES;
        room->at = (uint8_t *)to;
        at = bytes.len - in_left;
        if (result != (size_t)-1 || cut)
            break;
        if (c->name == CHARSET_EUC_KR)
            at = from + refused_korean(span_of(bytes.data + from, bytes.len - from), made);
        replace_in(c, room);
        at += at < bytes.len;
    }
    return at;
}

static void drop_held(struct charset *c, size_t n)
{
    memmove(c->held, c->held + n, c->n_held - n);
    c->n_held -= n;
}

static size_t decode_converted(struct charset *c, struct span piece, uint8_t *out)
{
    struct room room = {out, CHARSET_ROOM(piece.len)};
    size_t at = 0;
    while (c->n_held > 0 && at < piece.len) {
        c->held[c->n_held++] = piece.data[at++];
        drop_held(c, convert(c, span_of(c->held, c->n_held), &room));
    }
    if (at < piece.len) {
        at += convert(c, span_of(piece.data + at, piece.len - at), &room);
        c->n_held = piece.len - at;
        memcpy(c->held, piece.data + at, c->n_held);
    }
    return (size_t)(room.at - out);
}

/* ---- both ---- */

size_t charset_decode(struct charset *c, struct span piece, uint8_t *out)
{
    return c->converts ? decode_converted(c, piece, out) : decode_units(c, piece, out);
}

size_t charset_finish(struct charset *c, uint8_t *out)
{
    size_t n = 0;
    if (c->converts) { /* a letter may have waited for its accent */
        char *to = (char *)out;
        size_t room = CHARSET_ROOM(0);
        (void)iconv(c->converter, NULL, NULL, &to, &room);
        n = (size_t)(to - (char *)out);
    }
    if (c->high != 0 || c->n_held > 0)
        n += replace(c, out + n);
    c->high = 0;
    c->n_held = 0;
    return n;
}

enum status charset_append(struct buf *out, enum charset_name name, struct span bytes,
                           uint64_t *replaced)
{
    enum { PIECE = 64 << 10 };
    struct charset c = CHARSET_INIT;
    if (name == CHARSET_UTF8) {
        buf_append_span(out, bytes);
        return buf_status(out);
    }
    TRY(charset_start(&c, name));
    for (size_t at = 0; at <= bytes.len && !out->failed; at += PIECE) {
        const size_t left = bytes.len - at;
        const size_t len = left < PIECE ? left : PIECE;
        uint8_t *const room = buf_reserve(out, CHARSET_ROOM(len) + CHARSET_ROOM(0));
        if (room != NULL)
            out->len += charset_decode(&c, span_of(bytes.data + at, len), room);
    }
    uint8_t *const room = buf_reserve(out, CHARSET_ROOM(0));
    if (room != NULL)
        out->len += charset_finish(&c, room);
    *replaced += c.replaced;
    charset_release(&c);
    return buf_status(out);
}
