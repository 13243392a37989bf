/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sentence: white space, paragraphs and sentence ends of running text, for split_passages.
 *
 * All functions look at valid UTF-8 and take time linear in what they pass over.
 */
#ifndef QIAO_INDEXER_CORPUS_SENTENCE_H
#define QIAO_INDEXER_CORPUS_SENTENCE_H

#include "common/base/bytes.h"

/* Past the white space (Unicode's, line ends too) from `at` on. */
uint32_t sentence_skip_space(struct span text, uint32_t at);

/* The end of text[start, end) without the white space behind it; never below `start`. */
uint32_t sentence_trim_end(struct span text, uint32_t start, uint32_t end);

/* The end of the paragraph that begins at `at`: the newline before a line of white space, or the
 * end of the text. */
uint32_t sentence_paragraph_end(struct span text, uint32_t at);

/* The end of the sentence that begins at `at`, white space behind it not included; at most `end`.
 *
 * A sentence ends behind . ! ? (and closing quotes or brackets) where white space or the end
 * follows, and behind the full-width marks whatever follows. A full stop behind one capital letter
 * or a common abbreviation ends none. */
uint32_t sentence_end(struct span text, uint32_t at, uint32_t end);

/* Whether text[start, end) ends in one of those marks. */
bool sentence_ends_in_mark(struct span text, uint32_t start, uint32_t end);

#endif
