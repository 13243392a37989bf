/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_markdown: a file is one document or one refusal, and never grows out of proportion. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

/* A byte of Markdown makes at most U+FFFD and the blank line around it. */
#define GROWTH_MOST 6

FUZZ_TARGET(markdown)
{
    const struct fuzz_seen seen = fuzz_read(read_markdown, span_of(data, size));
    must(seen.documents + seen.refused == 1);
    must(!fuzz_is_plain(span_of(data, size)) || seen.text_bytes <= GROWTH_MOST * size);
    return 0;
}
