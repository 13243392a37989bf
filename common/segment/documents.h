/* SPDX-License-Identifier: Apache-2.0 */
/*
 * documents: ids and records (docs/FORMAT.md 6, DIDS, DORD, DOCS).
 *
 *     TRY(document_id(segment, document, &buf));            its id, appended
 *     TRY(document_find(segment, id, &document, &found));   and back
 *     TRY(document_reader_get(&reader, document, &record)); title, date, url, passages, text place
 */
#ifndef QIAO_SEGMENT_DOCUMENTS_H
#define QIAO_SEGMENT_DOCUMENTS_H

#include "common/codec/text_block.h"
#include "common/segment/segment.h"

/* Appends the id of `document` (below D) to `out`. */
enum status document_id(const struct segment *s, uint32_t document, struct buf *out);

/* The document of that id; *found false if there is none. About log2(D) ids are read. */
enum status document_find(const struct segment *s, struct span id, uint32_t *document /* OUT */,
                          bool *found /* OUT */);

struct document_record {
    uint32_t first_passage;
    uint32_t n_passages;
    uint64_t text_start; /* in the stored text */
    uint32_t text_bytes;
    int32_t date;      /* base/date.h */
    struct span title; /* spans: good until the reader's next get */
    struct span url;
    struct span source;
    uint64_t line;
};

/* Appends a record (FORMAT 6, DOCS) that stands behind `before` in its blob (NULL: it is the first). Of
 * `before` only source and line are read; of the record all but where text and passages begin. */
void document_record_append(struct buf *out, const struct document_record *before,
                            const struct document_record *record);

/* A reader keeps the last blob it unpacked, and its place there: asking in ascending order costs
 * one step each. One a thread. */
struct document_reader {
    const struct segment *segment;
    struct text_codec *codec;
    struct buf blob;
    uint64_t blob_number;        /* UINT64_MAX: none */
    struct cursor at;            /* behind the records read so far */
    uint32_t n_read;             /* how many these are */
    struct document_record last; /* the last of them; before the first, where that begins */
};

enum status document_reader_init(struct document_reader *r, const struct segment *s);
void document_reader_release(struct document_reader *r);
enum status document_reader_get(struct document_reader *r, uint32_t document,
                                struct document_record *out /* OUT */);

#endif
