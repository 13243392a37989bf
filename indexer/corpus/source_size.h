/* SPDX-License-Identifier: Apache-2.0 */
/* source_size: how many bytes lie in the sources, before any of them is read. */
#ifndef QIAO_INDEXER_CORPUS_SOURCE_SIZE_H
#define QIAO_INDEXER_CORPUS_SOURCE_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* The sizes of all regular files among and below the sources, added up: an estimate, since hidden
 * and packed files count as they lie there. Standard input and what cannot be read count 0. */
uint64_t source_size(const char *const *sources, size_t n);

#endif
