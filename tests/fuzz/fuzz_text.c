/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_text: a file of text is one document, whatever is in it. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

FUZZ_TARGET(text)
{
    const struct fuzz_seen seen = fuzz_read(read_text, span_of(data, size));
    must(seen.documents + seen.refused == 1);
    return 0;
}
