/* SPDX-License-Identifier: Apache-2.0 */
/* build_progress: ingest's counters into those of progress. */
#include "indexer/command/build_progress.h"

#include <sys/stat.h>
#include <unistd.h>

static bool ends_with(const char *name, const char *end)
{
    const size_t len = strlen(name);
    return len >= strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

/* The bytes of a file that holds little but its text; 0 for anything else. */
static uint64_t text_of(const char *path)
{
    static const char *const ends[] = {".jsonl", ".tsv", ".txt", ".md"};
    struct stat s;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(path, ends[i]) && stat(path, &s) == 0 && S_ISREG(s.st_mode))
            return (uint64_t)s.st_size;
    return 0;
}

static void watch(void *context, const struct ingest_progress *p)
{
    struct build_progress *const b = context;
    const struct progress_counters counters = {
        .documents = p->documents,
        .passages = p->passages,
        .text_bytes = p->text_bytes,
        .done = p->text_bytes,
        .total = p->writing ? 0 : b->total,
        .phase = p->writing ? "writing" : "reading",
    };
    progress_update(&b->line, &counters);
}

void build_progress_start(struct build_progress *b, struct ingest_options *options,
                          const char *const *sources, size_t n, bool asked_for)
{
    b->total = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t bytes = text_of(sources[i]);
        b->total += bytes;
        if (bytes == 0) {
            b->total = 0;
            break;
        }
    }
    progress_start(&b->line, STDERR_FILENO, asked_for);
    options->watch = watch;
    options->watch_context = b;
}

void build_progress_end(struct build_progress *b)
{
    progress_end(&b->line);
}
