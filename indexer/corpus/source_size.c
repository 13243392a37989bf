/* SPDX-License-Identifier: Apache-2.0 */
/* source_size: fts, which keeps no state of its own outside the handle. */
#include "indexer/corpus/source_size.h"

#include <fts.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t size_below(const char *source)
{
    char path[4096];
    uint64_t total = 0;
    if (strlen(source) >= sizeof path || strcmp(source, "-") == 0)
        return 0;
    memcpy(path, source, strlen(source) + 1);
    char *const paths[] = {path, NULL};
    FTS *const tree = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    if (tree == NULL)
        return 0;
    for (FTSENT *entry = fts_read(tree); entry != NULL; entry = fts_read(tree))
        if (entry->fts_info == FTS_F && S_ISREG(entry->fts_statp->st_mode))
            total += (uint64_t)entry->fts_statp->st_size;
    (void)fts_close(tree);
    return total;
}

uint64_t source_size(const char *const *sources, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += size_below(sources[i]);
    return total;
}
