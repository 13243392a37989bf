/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_corpus: any bytes are a file, on the whole way that a file takes: unpacked, opened as an
 * archive, judged by content, decoded, read. By the length of the input it is a file that can be
 * searched, or standard input.
 */
#include <unistd.h>

#include "indexer/corpus/corpus.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

/* The stream instead of standard input. */
static const char *as_standard_input(struct span bytes)
{
    must(dup2(fuzz_stream(bytes, false), STDIN_FILENO) == STDIN_FILENO);
    return "-";
}

FUZZ_TARGET(corpus)
{
    char path[64];
    const struct span bytes = span_of(data, size);
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    const char *source = path;
    if (size % 2 == 0)
        source = as_standard_input(bytes);
    else
        fuzz_link(bytes, path);
    struct report *const report = fuzz_report();
    const uint64_t before = fuzz_traces(report);
    struct fuzz_seen seen = {0};
    must(corpus_read(&options, &source, 1, report, fuzz_check_document, &seen) == STATUS_OK);
    seen.refused = fuzz_traces(report) - before;
    if (fuzz_is_plain(bytes) && reader_trim(bytes).len > 0 && data[0] != '[')
        must(seen.documents + seen.refused > 0);
    return 0;
}
