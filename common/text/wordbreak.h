/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wordbreak: the default word boundaries of Unicode (UAX #29, revision 41, Unicode 15.0).
 *
 *     for (size_t at = 0; at < len; at = wordbreak_next(text, len, at))
 *         ... at is a boundary, and so is len ...
 *
 * No dictionary and no tailoring: the result is that of WordBreakTest.txt and of ICU's root locale
 * where ICU has no dictionary for the script.
 */
#ifndef QIAO_TEXT_WORDBREAK_H
#define QIAO_TEXT_WORDBREAK_H

#include "common/base/bytes.h"

/* The first word boundary after `at` in text[0 .. len); at < len must be a boundary itself. Text
 * behind `len` is not looked at: the boundary is that of a text that ends there. Any bytes are safe
 * (a malformed sequence counts as one U+FFFD). */
size_t wordbreak_next(const uint8_t *text, size_t len, size_t at);

/* The same for the text that ends before the first character behind `at` that has one of the flags
 * `stop` of unicode_properties. */
size_t wordbreak_next_before(const uint8_t *text, size_t len, size_t at, uint32_t stop);

#endif
