/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passage_id: the document's id, then the passage's place among those of its document.
 *
 * A run of a thousand hits asks for a thousand such places all over the index. Most documents have
 * a few passages, so the place is found by looking back over their neighbours; only where that
 * leads too far is the document's record unpacked, which costs much more.
 */
#include "common/segment/passage_id.h"

#define LOOK_BACK 64u /* passages; about one blob of them */

/* *place: from 1; 0 if the document begins too far back. */
static enum status look_back(struct passage_reader *places, uint32_t passage, uint32_t document,
                             uint32_t *place)
{
    for (uint32_t n = 1; n <= LOOK_BACK; n++) {
        struct passage_place before = {.document = UINT32_MAX};
        if (passage >= n)
            TRY(passage_reader_get(places, passage - n, &before));
        if (before.document != document) {
            *place = n;
            return STATUS_OK;
        }
    }
    *place = 0;
    return STATUS_OK;
}

static enum status place_of(struct passage_reader *places, struct document_reader *documents,
                            uint32_t passage, uint32_t document, uint32_t *place)
{
    TRY(look_back(places, passage, document, place));
    if (*place > 0)
        return STATUS_OK;
    struct document_record record;
    TRY(document_reader_get(documents, document, &record));
    if (passage < record.first_passage || passage - record.first_passage >= record.n_passages)
        return fail(STATUS_CORRUPT, "passage %u is none of document %u", passage, document);
    *place = passage - record.first_passage + 1;
    return STATUS_OK;
}

enum status passage_id_append(struct passage_reader *places, struct document_reader *documents,
                              uint32_t passage, uint32_t document, struct buf *out)
{
    struct passage_place own;
    uint32_t place = 0;
    TRY(passage_reader_get(places, passage, &own));
    if (own.document != document)
        return fail(STATUS_CORRUPT, "passage %u is none of document %u", passage, document);
    TRY(document_id(places->segment, document, out));
    if (segment_has(places->segment, FEATURE_WHOLE))
        return STATUS_OK;
    TRY(place_of(places, documents, passage, document, &place));
    buf_printf(out, "#%u", place);
    return buf_status(out);
}

uint32_t passage_id_number(struct span id, struct span *document)
{
    size_t at = id.len;
    uint64_t number = 0;
    uint64_t scale = 1;
    while (at > 0 && id.data[at - 1] >= '0' && id.data[at - 1] <= '9' && id.len - at < 10) {
        at--;
        number += (uint64_t)(id.data[at] - '0') * scale;
        scale *= 10;
    }
    if (at == 0 || at == id.len || id.data[at - 1] != '#' || id.data[at] == '0' ||
        number > UINT32_MAX)
        return 0;
    *document = span_of(id.data, at - 1);
    return (uint32_t)number;
}
