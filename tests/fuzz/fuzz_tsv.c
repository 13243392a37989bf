/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tsv: every line that is not blank is a document or a refusal. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

FUZZ_TARGET(tsv)
{
    const struct fuzz_seen seen = fuzz_read(read_tsv, span_of(data, size));
    uint64_t lines = 0;
    for (struct span rest = span_of(data, size); rest.len > 0;) {
        struct span line = fuzz_take_line(&rest);
        if (line.len > 0 && line.data[line.len - 1] == '\r')
            line.len--;
        lines += line.len > 0;
    }
    must(!fuzz_is_plain(span_of(data, size)) || seen.documents + seen.refused == lines);
    return 0;
}
