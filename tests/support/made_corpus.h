/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_corpus: a corpus of any size out of nothing, always the same for the same seed.
 *
 *     if (!made_corpus_write("corpus", 4 << 20, 1))
 *         perror("corpus");
 *     indexer build INDEX corpus
 *
 * Words are drawn about as often as their rank says (Zipf), with endings, capitals and accents.
 * JSON lines hold titles, dates, paragraphs, empty documents, broken records and ids that were there
 * before, near and far; beside them lie TSV, Markdown and plain text files. No Criterion, so that any program can
 * use it.
 */
#ifndef QIAO_TESTS_SUPPORT_MADE_CORPUS_H
#define QIAO_TESTS_SUPPORT_MADE_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the folder, which must not be there yet, and fills it with about `bytes` bytes of files;
 * false, with errno, if that fails. */
bool made_corpus_write(const char *folder, uint64_t bytes, uint64_t seed);

#endif
