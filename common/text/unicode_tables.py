#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes unicode_tables.h and unicode_tables.c beside itself from the Unicode character database.

    python3 common/text/unicode_tables.py [FOLDER]

FOLDER is /usr/share/unicode unless given (Debian: unicode-data).

Each code point gets one 32-bit word of properties; equal words are one class, and a two-stage
table (blocks of 128 code points, equal blocks shared) leads from code point to class.

Two views of a character are in the word: that of this database, and that of Unicode 12.1, which
Lucene's StandardTokenizer (9.0 and later) was compiled with. Letters and marks that DerivedAge.txt
dates after 12.1 do not exist in the second; LUCENE_CHANGES lists the older characters whose
properties have changed, found by asking Lucene 9.12 about every code point.
"""

import os
import sys

LAST = 0x110000
BLOCK = 128

WORD_BREAK = (
    "Other CR LF Newline Extend ZWJ Format Regional_Indicator Katakana Hebrew_Letter ALetter "
    "Single_Quote Double_Quote MidNumLet MidLetter MidNum Numeric ExtendNumLet WSegSpace").split()
CJK_SCRIPTS = ("Han", "Hiragana", "Katakana", "Hangul")

FLAGS = (
    ("PICTOGRAPHIC", "Extended_Pictographic"),
    ("WORD", "letter, number, kana, ideograph or emoji"),
    ("CJK", "Han, Hiragana, Katakana or Hangul"),
    ("SOUTH_EAST_ASIAN", "Line_Break SA: Thai, Lao, Khmer, Myanmar"),
    ("MARKS_OFF", "Latin or Greek: folding strips its marks"),
    ("LUCENE_SINGLE", "Han or Hiragana: a token each"),
    ("LUCENE_COMPLEX", "Line_Break SA"),
    ("LUCENE_EMOJI", "Extended_Pictographic or emoji"),
)
WORD_BREAK_BITS = 5
LUCENE_SHIFT = WORD_BREAK_BITS + len(FLAGS)

LUCENE_UNICODE = (12, 1)
LUCENE_CHANGES = {c: "Other" for c in (
    *range(0x2e5, 0x2ec), *range(0xa708, 0xa717),  # modifier tones: ALetter now
    0x55a, 0x58a,  # Armenian apostrophe and hyphen: ALetter now
    0x55f,  # Armenian abbreviation mark: MidLetter now
)}
LUCENE_NOT_HAN = {0x16fe2, 0x16fe3}  # OLD CHINESE marks: script Common then
LUCENE_PICTOGRAPHIC = set(range(0x1fb00, 0x1fc00))  # then reserved for emoji, now legacy computing

# Emoji that are everyday symbols, and the bases of keycaps: not words by themselves.
SYMBOLS = {ord(c) for c in "#*0123456789\u00a9\u00ae\u2122\u3030\u303d"}


def read_ranges(path, column=1):
    """Yields (first, last, value) of each line of a UCD file."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) > column:
                first, _, last = fields[0].partition("..")
                yield int(first, 16), int(last or first, 16), fields[column]


def read_values(path, default):
    values = [default] * LAST
    for first, last, value in read_ranges(path):
        values[first:last + 1] = [value] * (last - first + 1)
    return values


def read_sets(path):
    sets = {}
    for first, last, value in read_ranges(path):
        sets.setdefault(value, set()).update(range(first, last + 1))
    return sets


class Ucd:
    """What the generator needs of the database, by code point."""

    def __init__(self, folder):
        def path(name):
            return os.path.join(folder, name)

        with open(path("auxiliary/WordBreakProperty.txt"), encoding="utf-8") as file:
            self.version = file.readline().split("-")[1].split(".txt")[0]
        self.word_break = read_values(path("auxiliary/WordBreakProperty.txt"), "Other")
        self.script = read_values(path("Scripts.txt"), "Unknown")
        self.line_break = read_values(path("LineBreak.txt"), "XX")
        self.category = read_values(path("extracted/DerivedGeneralCategory.txt"), "Cn")
        self.age = read_values(path("DerivedAge.txt"), "99.0")  # never assigned
        self.emoji = read_sets(path("emoji/emoji-data.txt"))


def word_flags(ucd, c):
    """The flags of the Unicode 15 view."""
    flags = set()
    word_break, script, category = ucd.word_break[c], ucd.script[c], ucd.category[c]
    emoji = c in ucd.emoji["Emoji"] and c not in SYMBOLS
    attached = word_break in ("Extend", "Format", "ZWJ")
    if c in ucd.emoji["Extended_Pictographic"]:
        flags.add("PICTOGRAPHIC")
    if category[0] in "LN" and not attached or emoji or word_break in (
            "ALetter", "Hebrew_Letter", "Numeric", "Katakana", "Regional_Indicator"):
        flags.add("WORD")
    if not attached and (word_break == "Katakana" or
                         script in CJK_SCRIPTS and category[0] in "LNS"):
        flags |= {"CJK", "WORD"}
    if ucd.line_break[c] == "SA":
        flags.add("SOUTH_EAST_ASIAN")
    if script in ("Latin", "Greek"):
        flags.add("MARKS_OFF")
    return flags


def lucene_view(ucd, c):
    """The word-break property and the flags of Lucene's view."""
    flags = set()
    if c in LUCENE_PICTOGRAPHIC or c in ucd.emoji["Extended_Pictographic"] or (
            c in ucd.emoji["Emoji"] and c not in SYMBOLS
            and ucd.word_break[c] not in ("Extend", "Regional_Indicator")):
        flags.add("LUCENE_EMOJI")
    if tuple(int(part) for part in ucd.age[c].split(".")) > LUCENE_UNICODE:
        return "Other", flags
    if ucd.script[c] in ("Han", "Hiragana") and c not in LUCENE_NOT_HAN:
        flags.add("LUCENE_SINGLE")
    if ucd.line_break[c] == "SA":
        flags.add("LUCENE_COMPLEX")
    return LUCENE_CHANGES.get(c, ucd.word_break[c]), flags


def combine(ucd, c):
    """All the properties of a code point in one number."""
    lucene_break, lucene_flags = lucene_view(ucd, c)
    flags = word_flags(ucd, c) | lucene_flags
    word = WORD_BREAK.index(ucd.word_break[c]) | WORD_BREAK.index(lucene_break) << LUCENE_SHIFT
    for i, (name, _) in enumerate(FLAGS):
        if name in flags:
            word |= 1 << (WORD_BREAK_BITS + i)
    return word


def two_stages(words):
    """Returns (classes, block numbers, blocks); words[c] is
    classes[blocks[numbers[c // BLOCK]][c % BLOCK]]."""
    classes, numbers, blocks = {}, [], {}
    for start in range(0, LAST, BLOCK):
        block = tuple(classes.setdefault(word, len(classes)) for word in words[start:start + BLOCK])
        numbers.append(blocks.setdefault(block, len(blocks)))
    while len(numbers) > 1 and numbers[-1] == numbers[-2]:
        numbers.pop()
    if len(classes) > 256:
        sys.exit("more than 256 classes: a class no longer fits a byte")
    return list(classes), numbers, list(blocks)


HEADER = """\
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unicode_tables: the properties of a code point that tokenizing and folding ask for.
 *
 * Generated from Unicode {version} by unicode_tables.py, DO NOT EDIT. See there for what the views
 * of this Unicode version and of Lucene's are.
 */
#ifndef QIAO_TEXT_UNICODE_TABLES_H
#define QIAO_TEXT_UNICODE_TABLES_H

#include <stdint.h>

#define UNICODE_TABLES_VERSION "{version}"

/* Word_Break (UAX #29, table 3). */
enum word_break {{
{values}}};

/* Flags in what unicode_properties returns. */
{flags}
/* From these code points on all is as the first of them. */
#define UNICODE_TABLES_END {end:#x}u

extern const uint32_t unicode_classes[{classes}];
extern const uint16_t unicode_block_numbers[{numbers}];
extern const uint8_t unicode_blocks[{blocks}][{block}];

/* Word_Break in the low {bits} bits, Lucene's view of it from bit {shift} on, flags between. */
static inline uint32_t unicode_properties(uint32_t code_point)
{{
    const uint32_t c = code_point < UNICODE_TABLES_END ? code_point : UNICODE_TABLES_END - 1;
    return unicode_classes[unicode_blocks[unicode_block_numbers[c / {block}]][c % {block}]];
}}

static inline enum word_break unicode_word_break(uint32_t properties)
{{
    return (enum word_break)(properties & {mask:#x}u);
}}

static inline enum word_break unicode_lucene_break(uint32_t properties)
{{
    return (enum word_break)(properties >> {shift});
}}

#endif
"""


def rows(numbers):
    """C initialisers, as many to a line as fit 100 columns."""
    lines, line = [], "   "
    for number in numbers:
        if len(line) + len(f" {number},") > 100:
            lines.append(line)
            line = "   "
        line += f" {number},"
    return "\n".join(lines + [line])


def header(version, classes, numbers, blocks):
    names = [name.upper() for name in WORD_BREAK]
    width = max(len(name) for name, _ in FLAGS)
    return HEADER.format(
        version=version, values="".join(f"    WORD_BREAK_{name},\n" for name in names),
        flags="".join(f"#define UNICODE_{name:<{width}} (1u << {i}) /* {what} */\n"
                      for i, (name, what) in enumerate(FLAGS, WORD_BREAK_BITS)),
        end=len(numbers) * BLOCK, classes=len(classes), numbers=len(numbers), blocks=len(blocks),
        block=BLOCK, bits=WORD_BREAK_BITS, shift=LUCENE_SHIFT, mask=(1 << WORD_BREAK_BITS) - 1)


def source(version, classes, numbers, blocks):
    parts = [
        "/* SPDX-License-Identifier: Apache-2.0 */",
        f"/* Generated from Unicode {version} by unicode_tables.py, DO NOT EDIT. */",
        '#include "common/text/unicode_tables.h"\n',
        f"const uint32_t unicode_classes[{len(classes)}] = {{\n{rows(classes)}\n}};\n",
        f"const uint16_t unicode_block_numbers[{len(numbers)}] = {{\n{rows(numbers)}\n}};\n",
        f"const uint8_t unicode_blocks[{len(blocks)}][{BLOCK}] = {{",
        *(f"    {{{','.join(str(n) for n in block)}}}," for block in blocks),
        "};\n",
    ]
    return "\n".join(parts)


def main():
    ucd = Ucd(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
    tables = two_stages([combine(ucd, c) for c in range(LAST)])
    beside = os.path.splitext(os.path.abspath(__file__))[0]
    for suffix, text in ((".h", header), (".c", source)):
        with open(beside + suffix, "w", encoding="utf-8") as file:
            file.write(text(ucd.version, *tables))


if __name__ == "__main__":
    main()
