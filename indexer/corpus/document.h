/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document: one article as it came in, on its way from a reader to the index.
 *
 * Readers produce documents one at a time and hand each to a sink; all spans are borrowed and good
 * only during that call. All strings are valid UTF-8 (readers clean them), except `source`, whose
 * bytes are those of the file system.
 */
#ifndef QIAO_INDEXER_CORPUS_DOCUMENT_H
#define QIAO_INDEXER_CORPUS_DOCUMENT_H

#include "common/base/bytes.h"
#include "common/base/status.h"

struct document {
    struct span id;     /* never empty */
    struct span title;  /* may be empty; no line breaks */
    struct span date;   /* as written; base/date.h reads it; may be empty */
    struct span url;    /* may be empty */
    struct span text;   /* may be empty: such a document is counted as empty and not indexed,
                           unless it has a title */
    struct span source; /* path of the file it came from; "-" for standard input */
    uint64_t line;      /* line of the record in the source, from 1; 0: the whole file */
    bool precut;        /* the format is a set of passages (TSV, BEIR): `whole` is its default */
};

/* Takes one document. A failure ends the reading of the corpus and is handed on. */
typedef enum status document_sink(void *context, const struct document *document);

#endif
