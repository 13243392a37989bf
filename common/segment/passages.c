/* SPDX-License-Identifier: Apache-2.0 */
/* passages: a blob of 64 places is unpacked at once, since neighbours are asked for together. */
#include "common/segment/passages.h"

#include "common/segment/blobs.h"

void passage_reader_init(struct passage_reader *r, const struct segment *s)
{
    r->segment = s;
    r->blob = UINT64_MAX;
    r->n = 0;
}

static void read_place(struct cursor *c, const struct passage_place *before, bool first,
                       struct passage_place *out)
{
    const uint64_t document = before->document + cursor_varint_max(c, UINT32_MAX);
    const bool same = !first && document == before->document;
    const int64_t start = zigzag_decode(cursor_varint(c)) + (same ? (int64_t)before->end : 0);
    const uint64_t len = cursor_varint_max(c, LIMIT_DOCUMENT_BYTES);
    if (document > UINT32_MAX || start < 0 || start > LIMIT_DOCUMENT_BYTES ||
        (uint64_t)start + len > LIMIT_DOCUMENT_BYTES) {
        cursor_spoil(c);
        return;
    }
    *out = (struct passage_place){(uint32_t)document, (uint32_t)start,
                                  (uint32_t)((uint64_t)start + len)};
}

static enum status damaged_places(void)
{
    return fail(STATUS_CORRUPT, "damaged passage table");
}

static enum status unpack(struct passage_reader *r, uint64_t blob)
{
    const struct segment *const s = r->segment;
    const uint64_t n_blobs = ceil_div(s->header.passages, PASSAGES_PER_BLOB);
    const struct span bytes = blobs_get(s->sections[SECTION_PASG], n_blobs, blob);
    if (bytes.data == NULL)
        return damaged_places();
    struct cursor c = cursor_of(bytes.data, bytes.len);
    const uint64_t left = s->header.passages - blob * PASSAGES_PER_BLOB;
    r->n = left < PASSAGES_PER_BLOB ? (uint32_t)left : PASSAGES_PER_BLOB;
    r->blob = UINT64_MAX;
    struct passage_place before = {(uint32_t)cursor_varint_max(&c, UINT32_MAX), 0, 0};
    for (uint32_t i = 0; i < r->n && !c.bad; i++) {
        read_place(&c, &before, i == 0, &r->places[i]);
        before = r->places[i];
        if (before.document >= s->header.documents)
            cursor_spoil(&c);
    }
    if (c.bad)
        return damaged_places();
    r->blob = blob;
    return STATUS_OK;
}

enum status passage_reader_get(struct passage_reader *r, uint32_t passage,
                               struct passage_place *out)
{
    if (segment_has(r->segment, FEATURE_WHOLE)) {
        *out = (struct passage_place){passage, 0, 0};
        return STATUS_OK;
    }
    const uint64_t blob = passage / PASSAGES_PER_BLOB;
    if (blob != r->blob)
        TRY(unpack(r, blob));
    *out = r->places[passage % PASSAGES_PER_BLOB];
    return STATUS_OK;
}

void passage_place_append(struct buf *out, const struct passage_place *before,
                          const struct passage_place *place)
{
    if (before == NULL)
        buf_put_varint(out, place->document);
    const bool same = before != NULL && before->document == place->document;
    buf_put_varint(out, before == NULL ? 0 : place->document - before->document);
    buf_put_varint(out, zigzag_encode((int64_t)place->start - (same ? (int64_t)before->end : 0)));
    buf_put_varint(out, place->end - place->start);
}
