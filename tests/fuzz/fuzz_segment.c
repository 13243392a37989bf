/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_segment: any bytes are opened as a segment whose checksums are right, and everything is
 * read; what `check` finds sound reads without an error.
 */
#include <stdlib.h>

#include "common/segment/check.h"
#include "common/segment/documents.h"
#include "common/segment/passages.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/forge.h"
#include "tests/support/read_everything.h"

/* A sound segment's documents and places give no error. */
static void read_soundly(const struct segment *s)
{
    struct document_reader documents;
    struct passage_reader passages;
    struct buf id = BUF_INIT;
    must(document_reader_init(&documents, s) == STATUS_OK);
    for (uint32_t d = 0; d < s->header.documents; d++) {
        struct document_record record;
        uint32_t number;
        bool found;
        buf_clear(&id);
        must(document_id(s, d, &id) == STATUS_OK && id.len > 0);
        must(document_find(s, buf_span(&id), &number, &found) == STATUS_OK);
        must(found && number == d);
        must(document_reader_get(&documents, d, &record) == STATUS_OK);
    }
    passage_reader_init(&passages, s);
    for (uint32_t p = 0; p < s->header.passages; p++) {
        struct passage_place place;
        must(passage_reader_get(&passages, p, &place) == STATUS_OK);
        must(place.document < s->header.documents && place.start <= place.end);
    }
    document_reader_release(&documents);
    buf_release(&id);
}

FUZZ_TARGET(segment)
{
    struct segment s;
    if (size < HEADER_BYTES + TRAILER_BYTES)
        return 0;
    uint8_t *const copy = malloc(size);
    must(copy != NULL);
    memcpy(copy, data, size);
    const bool repaired = forge_repair(copy, size);
    if (segment_open_bytes(span_of(copy, size), &s) == STATUS_OK) {
        read_everything(&s, data[size / 2] * 16777619u);
        const bool sound = segment_check_sums(&s) == STATUS_OK && segment_check(&s) == STATUS_OK;
        must(!sound || repaired);
        if (sound)
            read_soundly(&s);
    }
    free(copy);
    return 0;
}
