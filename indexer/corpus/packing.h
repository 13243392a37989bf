/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packing: what a stream is packed in, by its first bytes; and what unpacks it.
 *
 *     struct source *s = packing_unwrap(source_of_file(...));     // NULL: memory ran out
 *     if (packing_is_archive(packing_of(source_peek(s, SOURCE_PEEK))))
 *         ... archive.h ...
 *
 * Content decides, never a name. gzip goes through zlib, the others through libarchive with exactly
 * one filter: xz may take as much memory as its dictionary says (up to 4 GiB), lzip 512 MiB, zstd
 * 128 MiB; none of it is touched before as much was unpacked. Where there is not so much memory, the
 * stream is bad.
 */
#ifndef QIAO_INDEXER_CORPUS_PACKING_H
#define QIAO_INDEXER_CORPUS_PACKING_H

#include "indexer/corpus/source.h"

/* Compressions on top of each other that are undone; a stream that is still packed is refused. */
#define PACKING_DEPTH 3

enum packing {
    PACKING_NONE,
    PACKING_GZIP,
    PACKING_ZSTD,
    PACKING_XZ,
    PACKING_BZIP2,
    PACKING_LZMA,
    PACKING_LZIP,
    PACKING_COMPRESS, /* .Z, and .z on the disks of TREC */
    PACKING_TAR,
    PACKING_ZIP,
};

/* What `head`, the first bytes of a stream (SOURCE_PEEK of them if there are so many), begins. */
enum packing packing_of(struct span head);

bool packing_is_archive(enum packing packing);

/* A source of what `s` holds, freed from all compression around it: s itself if there is none. Owns
 * s. NULL if memory ran out (s->trouble says so; s is freed then). */
struct source *packing_unwrap(struct source *s);

/* `name` without the extensions of compressions (.gz .zst .xz .bz2 .lzma .lz .Z, any case) at its
 * end; never empty unless `name` is. */
struct span packing_strip(struct span name);

/* Whether a zip archive of that `name` is the file format of a program (docx, epub, jar) rather
 * than a folder of files. */
bool packing_is_package(struct span name);

#endif
