/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_detect: the first line is a file's name, the rest its first bytes. */
#include "indexer/corpus/detect.h"
#include "tests/fuzz/fuzz.h"

static void check_kind(const struct detection *found)
{
    must(memchr(found->kind, '\0', sizeof found->kind) != NULL);
    const struct span kind = span_of_string(found->kind);
    must(kind.len > 0 && utf8_valid(kind) && !fuzz_has_control(kind, ""));
}

FUZZ_TARGET(detect)
{
    struct span input = span_of(data, size);
    struct detection found;
    struct detection asked;
    const struct span name = fuzz_take_line(&input);
    detect(name, input, CORPUS_AUTO, &found);
    if (found.binary)
        check_kind(&found);
    else
        must(found.format != CORPUS_AUTO);
    detect(name, input, CORPUS_TSV, &asked);
    must(asked.binary || asked.format == CORPUS_TSV);
    if (asked.binary)
        check_kind(&asked);
    const struct span stem = detect_stem(name);
    must(stem.data == name.data && stem.len <= name.len && (stem.len > 0) == (name.len > 0));
    return 0;
}
