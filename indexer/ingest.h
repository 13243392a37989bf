/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest: the whole build, from sources to a published index. It reads like the pipeline:
 *
 *     corpus -> document -> tokens -> passages -> inverter -> writers -> commit
 *
 *     struct ingest_options options = ...;
 *     struct ingest_summary summary;
 *     TRY(ingest_build(&options, index_path, sources, n, report, &summary));
 */
#ifndef QIAO_INDEXER_INGEST_H
#define QIAO_INDEXER_INGEST_H

#include "common/text/profile.h"
#include "indexer/corpus/corpus.h"
#include "indexer/corpus/split_passages.h"

struct ingest_options {
    struct corpus_options corpus;
    struct split split; /* SPLIT_AUTO: whole for pre-cut formats, else paragraphs */
    const struct profile *profile;
    bool positions;
    bool store_text;
    bool strict;             /* publish nothing if any record was refused */
    const char *format_name; /* as given, for the META section */
    const char *ids_name;
};

struct ingest_summary {
    uint64_t documents;
    uint64_t passages;
    uint64_t tokens;
    uint64_t terms;
    uint64_t text_bytes;  /* of all texts and titles */
    uint64_t index_bytes; /* of the segment */
    bool published;       /* false: --strict, and records were refused */
};

/* Builds the index at `path` from the sources, replacing the one that stands there. */
enum status ingest_build(const struct ingest_options *options, const char *path,
                         const char *const *sources, size_t n_sources, struct report *report,
                         struct ingest_summary *summary /* OUT */);

#endif
