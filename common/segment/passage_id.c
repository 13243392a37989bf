/* SPDX-License-Identifier: Apache-2.0 */
/* passage_id: the document's id, then the passage's place among those of its document. */
#include "common/segment/passage_id.h"

enum status passage_id_append(const struct segment *s, struct document_reader *documents,
                              uint32_t passage, uint32_t document, struct buf *out)
{
    if (segment_has(s, FEATURE_WHOLE))
        return document_id(s, document, out);
    struct document_record record;
    TRY(document_reader_get(documents, document, &record));
    if (passage < record.first_passage || passage - record.first_passage >= record.n_passages)
        return fail(STATUS_CORRUPT, "passage %u is none of document %u", passage, document);
    TRY(document_id(s, document, out));
    buf_printf(out, "#%u", passage - record.first_passage + 1);
    return buf_status(out);
}
