/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gunzip: what is packed by gzip, as a source. zlib does it at twice the speed that the same stream
 * has through libarchive.
 *
 *     struct source *s = source_of_gzip(below);
 *     if (s == NULL) ...                          // memory ran out: below->trouble says so
 */
#ifndef QIAO_INDEXER_CORPUS_GUNZIP_H
#define QIAO_INDEXER_CORPUS_GUNZIP_H

#include "indexer/corpus/source.h"

/* What `below` holds, unpacked: one member or several, zeros behind the last. Owns `below`, also
 * when it fails (which frees it). */
struct source *source_of_gzip(struct source *below);

#endif
