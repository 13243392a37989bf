/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_trec: nothing vanishes: every <DOC> that stands in the file is a document or a refusal, or
 * lies inside another record; and what is in a file at all leaves a trace.
 */
#include <strings.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

/* How often a tag `<NAME` that ends or goes on with white space stands in the text. */
static uint64_t count_tags(struct span text, const char *tag)
{
    uint64_t n = 0;
    const size_t len = strlen(tag);
    for (size_t i = 0; i + len < text.len; i++) {
        const uint8_t behind = text.data[i + len];
        n += strncasecmp((const char *)text.data + i, tag, len) == 0 &&
             (behind == '>' || byte_is_space(behind));
    }
    return n;
}

FUZZ_TARGET(trec)
{
    const struct span file = span_of(data, size);
    const struct fuzz_seen seen = fuzz_read(read_trec, file);
    if (!fuzz_is_plain(file))
        return 0;
    const uint64_t opened = count_tags(file, "<doc");
    must(seen.documents <= opened);
    must(seen.documents + seen.refused >= (opened > 0));
    if (opened == 0)
        must(seen.refused > 0 || memchr(data, '<', size) != NULL || reader_trim(file).len == 0);
    must(seen.text_bytes <= 6 * size);
    return 0;
}
