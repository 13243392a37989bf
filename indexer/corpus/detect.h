/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detect: what a file is, by its first bytes and its name.
 *
 *   binary    magic bytes; a NUL, unless the name says text and NULs are rare (a stray one in a
 *             note must not hide the note)
 *   JSON      a first record {"id": ... (_id, pid, docid, docno), also as the first of an array; by
 *             name: .jsonl .ndjson .json
 *   TREC      a first tag <DOC> with <DOCNO> or <DOCID> behind it, or <DOC id=...>; by name: .trec
 *             .trectext .trecweb
 *   HTML      <!DOCTYPE html, or a first tag <html>, <head>, <title> or <body>; by name: .html .htm
 *             .xhtml; for a stream, a file without an extension and what a filter wrote also a first
 *             tag of a block (<p>, <div>, <h1>), for pandoc writes pages without a head
 *   TSV       by name: .tsv; for a stream or a file without an extension also by content: each of
 *             the first lines has one or two tabs, and an id without spaces in front
 *   Markdown  by name: .md .markdown
 *   text      everything else
 *
 * The extension of a compression behind a name (.gz, .zst) is passed over. Case does not count.
 */
#ifndef QIAO_INDEXER_CORPUS_DETECT_H
#define QIAO_INDEXER_CORPUS_DETECT_H

#include "indexer/corpus/corpus.h"

/* How many of the first unpacked bytes detection wants to see. */
#define DETECT_BYTES (64u << 10)

#define DETECT_KIND_SIZE 16

/* The name of what a filter wrote: neither a stream, which may be records, nor text for sure. */
#define DETECT_FILTERED "output.filter"

struct detection {
    enum corpus_format format; /* meaningless for a binary file */
    bool binary;
    char kind[DETECT_KIND_SIZE]; /* of a binary file: "pdf", "no extension" */
};

/* Judges a file by the last part of its `name` ("-": a stream) and its `head`. A format that was
 * `asked` for (not CORPUS_AUTO) stands, as if the name said it; only binary files are still told.
 */
void detect(struct span name, struct span head, enum corpus_format asked,
            struct detection *out /* OUT */);

/* `name` without its known extensions (.txt .md .gz and the others; packing.h has the last kind); never
 * empty unless `name` is. */
struct span detect_stem(struct span name);

#endif
