/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_archive: any bytes as a tar or zip, in a file that can be searched or through a pipe. What
 * comes out stays below the bounds, and what went wrong is told once.
 */
#include <locale.h>
#include <unistd.h>

#include "indexer/corpus/archive.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

/* Reads up to about `most` bytes of each member; in the odd ones only the first, as of a binary
 * file. */
static uint64_t read_members(struct archive_reader *a, uint64_t most)
{
    struct archive_member member;
    uint64_t total = 0;

    for (unsigned i = 0; archive_reader_next(a, &member); i++) {
        uint8_t bytes[4096];
        const uint64_t before = total;
        size_t n;
        must(member.path.len > member.below && member.path.data[member.below] != '/');
        (void)source_peek(member.source, SOURCE_PEEK);
        while ((n = source_read(member.source, bytes, sizeof bytes)) > 0) {
            must(n <= sizeof bytes);
            total += n;
            if (i % 2 == 1 || total - before > most)
                break;
        }

        must(member.trouble->kind == REPORT_OK || member.trouble->text[0] != '\0');
        source_free(member.source);
    }
    return total;
}

FUZZ_TARGET(archive)
{
    static locale_t kept; /* loaded once: each archive opens it again */
    struct span bytes = span_of(data, size);
    const uint8_t how = fuzz_take(&bytes);
    const bool piped = (how & 2) != 0 && bytes.len <= FUZZ_PIECED_BYTES;
    const enum packing packing = (how & 1) != 0 ? PACKING_TAR : PACKING_ZIP;
    struct report *const report = fuzz_report();
    struct archive_reader *a;
    struct meter meter;
    struct trouble trouble = {0};
    const uint64_t before = report_count(report, REPORT_BAD);
    if (kept == (locale_t)0)
        kept = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    struct source *const source =
        source_of_file(fuzz_stream(bytes, piped), piped ? 0 : bytes.len, piped, &meter, &trouble);
    must(source != NULL);
    must(archive_reader_open(source, packing, span_of_string("a"), (how & 4) != 0, report, &a) ==
         STATUS_OK);
    const uint64_t total = read_members(a, size % 16 == 0 ? UINT64_MAX : 1u << 16);
    must(archive_reader_close(a) == STATUS_OK);
    must(total <= METER_FREE_BYTES + (1u << 20) + (METER_RATIO_MOST + 1) * (size + 1));
    must(report_count(report, REPORT_BAD) <= before + size + 1);
    return 0;
}
