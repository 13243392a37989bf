/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_whole: a whole file of queries, judgements or results in memory, unpacked if it is gzip.
 */
#ifndef QIAO_SEARCHER_TOPICS_READ_WHOLE_H
#define QIAO_SEARCHER_TOPICS_READ_WHOLE_H

#include "common/base/buf.h"

/* Appends what `path` holds ("-": standard input) to `out`. */
enum status read_whole(const char *path, struct buf *out);

#endif
