/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unicode_tables: the properties of a code point that tokenizing and folding ask for.
 *
 * Generated from Unicode 15.0.0 by unicode_tables.py, DO NOT EDIT. See there for what the views
 * of this Unicode version and of Lucene's are.
 */
#ifndef QIAO_TEXT_UNICODE_TABLES_H
#define QIAO_TEXT_UNICODE_TABLES_H

#include <stdint.h>

#define UNICODE_TABLES_VERSION "15.0.0"

/* Word_Break (UAX #29, table 3). */
enum word_break {
    WORD_BREAK_OTHER,
    WORD_BREAK_CR,
    WORD_BREAK_LF,
    WORD_BREAK_NEWLINE,
    WORD_BREAK_EXTEND,
    WORD_BREAK_ZWJ,
    WORD_BREAK_FORMAT,
    WORD_BREAK_REGIONAL_INDICATOR,
    WORD_BREAK_KATAKANA,
    WORD_BREAK_HEBREW_LETTER,
    WORD_BREAK_ALETTER,
    WORD_BREAK_SINGLE_QUOTE,
    WORD_BREAK_DOUBLE_QUOTE,
    WORD_BREAK_MIDNUMLET,
    WORD_BREAK_MIDLETTER,
    WORD_BREAK_MIDNUM,
    WORD_BREAK_NUMERIC,
    WORD_BREAK_EXTENDNUMLET,
    WORD_BREAK_WSEGSPACE,
};

/* Flags in what unicode_properties returns. */
#define UNICODE_PICTOGRAPHIC     (1u << 5) /* Extended_Pictographic */
#define UNICODE_WORD             (1u << 6) /* letter, number, kana, ideograph or emoji */
#define UNICODE_CJK              (1u << 7) /* Han, Hiragana, Katakana or Hangul */
#define UNICODE_SOUTH_EAST_ASIAN (1u << 8) /* Line_Break SA: Thai, Lao, Khmer, Myanmar */
#define UNICODE_MARKS_OFF        (1u << 9) /* Latin or Greek: folding strips its marks */
#define UNICODE_LUCENE_SINGLE    (1u << 10) /* Han or Hiragana: a token each */
#define UNICODE_LUCENE_COMPLEX   (1u << 11) /* Line_Break SA */
#define UNICODE_LUCENE_EMOJI     (1u << 12) /* Extended_Pictographic or emoji */

/* From these code points on all is as the first of them. */
#define UNICODE_TABLES_END 0xe0280u

extern const uint32_t unicode_classes[46];
extern const uint16_t unicode_block_numbers[7173];
extern const uint8_t unicode_blocks[254][128];

/* Word_Break in the low 5 bits, Lucene's view of it from bit 13 on, flags between. */
static inline uint32_t unicode_properties(uint32_t code_point)
{
    const uint32_t c = code_point < UNICODE_TABLES_END ? code_point : UNICODE_TABLES_END - 1;
    return unicode_classes[unicode_blocks[unicode_block_numbers[c / 128]][c % 128]];
}

static inline enum word_break unicode_word_break(uint32_t properties)
{
    return (enum word_break)(properties & 0x1fu);
}

static inline enum word_break unicode_lucene_break(uint32_t properties)
{
    return (enum word_break)(properties >> 13);
}

#endif
