/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dry_run: a build up to the documents. It reads and parses, looks for what makes a build refuse a
 * document, and writes nothing: neither tokens nor postings are made, so it measures the readers.
 */
#ifndef QIAO_INDEXER_DRY_RUN_H
#define QIAO_INDEXER_DRY_RUN_H

#include "indexer/ingest.h"

/* As ingest_build, without an index: `path` is only passed over, if it lies in a source. Of the
 * summary, `documents`, `text_bytes` and `published` (whether a build would) are filled in. */
enum status dry_run(const struct ingest_options *options, const char *path,
                    const char *const *sources, size_t n_sources, struct report *report,
                    struct ingest_summary *summary /* OUT */);

#endif
