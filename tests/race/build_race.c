/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build_race: builds on four threads, spilling and not, for ThreadSanitizer, which does not get along
 * with Criterion's processes.
 *
 *     make tsan          build/tsan/build_race FOLDER
 *
 * FOLDER must not be there; it is left behind for the caller. Exits 0 if all indexes were the same;
 * races make ThreadSanitizer exit with 66.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/codec/text_block.h"
#include "common/segment/manifest.h"
#include "indexer/ingest.h"
#include "tests/support/made_corpus.h"

#define THREADS      4u
#define ROUNDS       2u
#define CORPUS_BYTES (3u << 20)

struct paths {
    char corpus[4096];
    char index[4096];
    char manifest[4096];
};

static int failed(const char *what)
{
    (void)fprintf(stderr, "build_race: %s: %s\n", what, status_message());
    return 1;
}

static void watch(void *context, const struct ingest_progress *progress)
{
    *(uint64_t *)context = progress->documents;
}

/* Builds, and appends the manifest, which holds the checksums of all, to `manifest`. */
static enum status build(const struct paths *p, const char *profile, uint64_t memory,
                         struct buf *manifest)
{
    struct report *report;
    struct ingest_summary summary;
    uint64_t seen = 0;
    const char *const sources[] = {p->corpus};
    const struct ingest_options options = {.corpus = CORPUS_OPTIONS_DEFAULT,
                                           .profile = profile_by_name(profile),
                                           .positions = true,
                                           .store_text = true,
                                           .text = {TEXT_BLOCK_BYTES, TEXT_BLOCK_LEVEL},
                                           .threads = THREADS,
                                           .memory = memory,
                                           .format_name = "auto",
                                           .ids_name = "path",
                                           .watch = watch,
                                           .watch_context = &seen};
    TRY(report_new(NULL, &report));
    const enum status status = ingest_build(&options, p->index, sources, 1, report, &summary);
    report_free(report);
    TRY(status);
    (void)printf("%s, %zu KB: %zu runs, %zu documents\n", profile, (size_t)(memory >> 10),
                 summary.runs, (size_t)seen);
    if (memory < 1 << 20 && summary.runs < 3)
        return fail(STATUS_LIMIT, "%zu runs only: nothing was tested", summary.runs);
    buf_clear(manifest);
    return file_read_all(p->manifest, manifest);
}

static int build_all(const struct paths *p, const char *profile)
{
    static const uint64_t memories[] = {UINT64_C(1) << 30, UINT64_C(2) << 20, UINT64_C(64) << 10};
    struct buf first = BUF_INIT;
    struct buf other = BUF_INIT;
    int result = 0;
    for (unsigned round = 0; round < ROUNDS && result == 0; round++) {
        for (size_t m = 0; m < sizeof memories / sizeof memories[0] && result == 0; m++) {
            if (build(p, profile, memories[m], first.len == 0 ? &first : &other) != STATUS_OK)
                result = failed(profile);
            else if (other.len > 0 && !span_equal(buf_span(&first), buf_span(&other)))
                result = failed("two builds gave different bytes");
        }
    }
    buf_release(&first);
    buf_release(&other);
    return result;
}

int main(int argc, char **argv)
{
    struct paths p;
    if (argc != 2 || mkdir(argv[1], 0777) != 0) {
        (void)fprintf(stderr, "usage: build_race NEW-FOLDER\n");
        return 2;
    }
    (void)snprintf(p.corpus, sizeof p.corpus, "%s/corpus", argv[1]);
    (void)snprintf(p.index, sizeof p.index, "%s/index", argv[1]);
    (void)snprintf(p.manifest, sizeof p.manifest, "%s/index/%s", argv[1], MANIFEST_NAME);
    if (!made_corpus_write(p.corpus, CORPUS_BYTES, 2))
        return failed("cannot write the corpus");
    const int english = build_all(&p, "english");
    return english != 0 ? english : build_all(&p, "anserini");
}
