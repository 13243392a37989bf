/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wordbreak_internal: the pairwise rules of UAX #29, shared with the grammar of Lucene, which knows
 * the same rules over other tables.
 */
#ifndef QIAO_TEXT_WORDBREAK_INTERNAL_H
#define QIAO_TEXT_WORDBREAK_INTERNAL_H

#include <stdbool.h>

#include "common/text/unicode_tables.h"

/* WB4: Extend, Format and ZWJ belong to the character before them and are otherwise invisible. */
static inline bool wordbreak_is_attached(enum word_break c)
{
    return c == WORD_BREAK_EXTEND || c == WORD_BREAK_FORMAT || c == WORD_BREAK_ZWJ;
}

static inline bool wordbreak_is_letter(enum word_break c)
{
    return c == WORD_BREAK_ALETTER || c == WORD_BREAK_HEBREW_LETTER;
}

/* WB5, WB8 to WB10, WB13 to WB13b: whether visible neighbours join whatever is around them. */
bool wordbreak_joins(enum word_break before, enum word_break after);

/* Whether wordbreak_joins_around can be true for `mark`. */
bool wordbreak_may_be_within(enum word_break mark);

/* WB6, WB7b, WB12: whether `mark` joins when `after` stands behind it. */
bool wordbreak_joins_around(enum word_break before, enum word_break mark, enum word_break after);

#endif
