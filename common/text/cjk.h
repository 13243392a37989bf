/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cjk: runs of the scripts that are written without spaces, and the characters they consist of.
 *
 *     const size_t run_end = cjk_run_end(text, len, at, UNICODE_CJK);
 *     while (at < run_end)
 *         at = cjk_character_end(text, run_end, at);
 *
 * Overlapping bigrams of these characters are what the tokenizer indexes: without a dictionary
 * they retrieve about as well as words do (Nie, Gao, Zhang and Zhou, "On the use of words and
 * n-grams for Chinese information retrieval", IRAL 2000), and a phrase of them is exact.
 */
#ifndef QIAO_TEXT_CJK_H
#define QIAO_TEXT_CJK_H

#include "common/base/bytes.h"

/* The end of the run at `at` in text[0 .. len): characters that have `flag`, UNICODE_CJK or
 * UNICODE_SOUTH_EAST_ASIAN, and the marks attached to them. */
size_t cjk_run_end(const uint8_t *text, size_t len, size_t at, uint32_t flag);

/* The end of the character at `at` < len: its extended grapheme cluster (UAX #29), so that a
 * consonant keeps its vowel signs and decomposed Hangul its syllables, and format characters. */
size_t cjk_character_end(const uint8_t *text, size_t len, size_t at);

#endif
