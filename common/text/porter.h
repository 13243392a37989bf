/* SPDX-License-Identifier: Apache-2.0 */
/* porter: the stemmer of Porter (1980) as Lucene's PorterStemFilter has it. */
#ifndef QIAO_TEXT_PORTER_H
#define QIAO_TEXT_PORTER_H

#include "common/base/bytes.h"
#include "common/base/limits.h"

/* Stems a lower-case word of at most LIMIT_TERM_BYTES bytes in place; returns its new length, which
 * is never more than the old. */
size_t porter_stem(uint8_t *word, size_t len);

#endif
