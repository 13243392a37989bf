/* SPDX-License-Identifier: Apache-2.0 */
/* build_progress: ingest's counters into those of progress. */
#include "indexer/command/build_progress.h"

#include <string.h>
#include <unistd.h>

#include "indexer/corpus/source_size.h"

static void watch(void *context, const struct ingest_progress *p)
{
    struct build_progress *const b = context;
    const struct progress_counters counters = {
        .documents = p->documents,
        .passages = p->passages,
        .text_bytes = p->text_bytes,
        .done = p->source_bytes,
        .total = p->writing ? 0 : b->total,
        .phase = p->writing ? "writing" : "reading",
    };
    progress_update(&b->line, &counters);
}

void build_progress_start(struct build_progress *b, struct ingest_options *options,
                          const char *const *sources, size_t n, bool asked_for)
{
    b->total = source_size(sources, n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(sources[i], "-") == 0)
            b->total = 0;
    progress_start(&b->line, STDERR_FILENO, asked_for);
    options->watch = watch;
    options->watch_context = b;
}

void build_progress_end(struct build_progress *b)
{
    progress_end(&b->line);
}
