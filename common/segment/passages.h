/* SPDX-License-Identifier: Apache-2.0 */
/* passages: here is a passage, give me its document and its place in the text (FORMAT 6, PASG). */
#ifndef QIAO_SEGMENT_PASSAGES_H
#define QIAO_SEGMENT_PASSAGES_H

#include "common/segment/segment.h"

struct passage_place {
    uint32_t document;
    uint32_t start; /* byte offsets into the document's text; both 0 in `whole` segments, */
    uint32_t end;   /* where the text's size stands in the document's record */
};

/* A reader keeps the last blob it unpacked: asking in ascending order costs one step each. */
struct passage_reader {
    const struct segment *segment;
    uint64_t blob; /* unpacked; UINT64_MAX: none */
    uint32_t n;
    struct passage_place places[PASSAGES_PER_BLOB];
};

/* Starts a reader on the caller's storage; it borrows the segment and needs no release. */
void passage_reader_init(struct passage_reader *r, const struct segment *s);

/* The place of `passage` (below N). */
enum status passage_reader_get(struct passage_reader *r, uint32_t passage,
                               struct passage_place *out /* OUT */);

/* Appends the place of a passage (the writer's side, beside the reader). `before` is the passage in
 * front of it, NULL for the first of a blob. */
void passage_place_append(struct buf *out, const struct passage_place *before,
                          const struct passage_place *place);

#endif
