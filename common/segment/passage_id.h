/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passage_id: how a passage is called outside of the index.
 *
 *     DOCUMENT#n   passage n, from 1, of the document with that id
 *     DOCUMENT     in a segment where every document is one passage (FEATURE_WHOLE)
 */
#ifndef QIAO_SEGMENT_PASSAGE_ID_H
#define QIAO_SEGMENT_PASSAGE_ID_H

#include "common/segment/documents.h"
#include "common/segment/passages.h"

/* Appends the id of `passage`, which belongs to `document` (both below their counts), to `out`.
 * Both readers read the same segment. STATUS_CORRUPT also if the document does not hold the
 * passage. */
enum status passage_id_append(struct passage_reader *places, struct document_reader *documents,
                              uint32_t passage, uint32_t document, struct buf *out);

/* The n of an id DOCUMENT#n, and *document; 0, and *document untouched, if the id is not one. */
uint32_t passage_id_number(struct span id, struct span *document /* OUT */);

#endif
