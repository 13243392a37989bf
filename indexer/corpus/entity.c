/* SPDX-License-Identifier: Apache-2.0 */
/* entity: two tables, searched from the front; references are rare in text. */
#include "indexer/corpus/entity.h"

#include "common/base/utf8.h"

/* Names are case-sensitive; Latin 1 stands in order of its code points, from U+00A0. */
static const char *const latin1[96] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml",
};

static const struct {
    const char *name;
    uint32_t code_point;
} others[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},     {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},
    {"rsquo", 0x2019},  {"sbquo", 0x201a},  {"ldquo", 0x201c},  {"rdquo", 0x201d},
    {"bdquo", 0x201e},  {"dagger", 0x2020}, {"Dagger", 0x2021}, {"bull", 0x2022},
    {"hellip", 0x2026}, {"permil", 0x2030}, {"prime", 0x2032},  {"Prime", 0x2033},
    {"lsaquo", 0x2039}, {"rsaquo", 0x203a}, {"euro", 0x20ac},   {"trade", 0x2122},
    {"larr", 0x2190},   {"uarr", 0x2191},   {"rarr", 0x2192},   {"darr", 0x2193},
    {"harr", 0x2194},   {"rArr", 0x21d2},   {"minus", 0x2212},  {"infin", 0x221e},
    {"asymp", 0x2248},  {"ne", 0x2260},     {"le", 0x2264},     {"ge", 0x2265},
    {"OElig", 0x152},   {"oelig", 0x153},   {"Scaron", 0x160},  {"scaron", 0x161},
    {"Yuml", 0x178},    {"fnof", 0x192},    {"alpha", 0x3b1},   {"beta", 0x3b2},
    {"gamma", 0x3b3},   {"delta", 0x3b4},   {"lambda", 0x3bb},  {"mu", 0x3bc},
    {"pi", 0x3c0},      {"sigma", 0x3c3},   {"omega", 0x3c9},   {"Omega", 0x3a9},
    {"ensp", 0x2002},   {"emsp", 0x2003},   {"thinsp", 0x2009}, {"check", 0x2713},
};

static bool is_name(struct span name, const char *known)
{
    return span_equal(name, span_of_string(known));
}

/* 0 if the name is not known. */
static uint32_t code_point_of_name(struct span name)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (is_name(name, others[i].name))
            return others[i].code_point;
    }
    for (uint32_t i = 0; i < 96; i++) {
        if (is_name(name, latin1[i]))
            return 0xa0 + i;
    }
    return 0;
}

static uint32_t digit_of(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10u : 16;
}

/* The number behind `&#`; 0 if it is none, U+FFFD if it is no character. */
static uint32_t code_point_of_number(struct span number)
{
    const bool hex = number.len > 0 && (number.data[0] | 0x20) == 'x';
    const uint32_t base = hex ? 16 : 10;
    uint32_t value = 0;
    if (number.len == hex)
        return 0;
    for (size_t i = hex; i < number.len; i++) {
        const uint32_t digit = digit_of(number.data[i]);
        if (digit >= base)
            return 0;
        value = value > 0x10ffff ? value : value * base + digit;
    }
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    return value == 0 || value > 0x10ffff || surrogate ? UTF8_REPLACEMENT : value;
}

void entity_append(struct buf *out, struct span entity)
{
    uint32_t code_point = 0;
    if (entity.len > 2 && entity.data[0] == '&' && entity.data[entity.len - 1] == ';') {
        const struct span name = span_of(entity.data + 1, entity.len - 2);
        code_point = name.data[0] == '#'
                         ? code_point_of_number(span_of(name.data + 1, name.len - 1))
                         : code_point_of_name(name);
    }
    uint8_t bytes[4];
    if (code_point == 0)
        buf_append_span(out, entity);
    else
        buf_append(out, bytes, utf8_encode(code_point, bytes));
}
