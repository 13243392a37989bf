/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: what a format is: one function, in one file, that makes documents of a stream.
 *
 *     enum status read_FORMAT(struct reading *r)
 *     {
 *         while (unpack_line(r->in, r->record_most, &line) != UNPACK_END) {
 *             struct document d = {.id = ..., .line = ...};
 *             TRY(reader_hand_on(r, &d, READER_RAW));
 *         }
 *         return STATUS_OK;
 *     }
 *
 * A reader reports what it cannot read (reader_refuse) and goes on with the next record. It does
 * not report that the stream ended early or that memory ran out in it: the caller asks the stream
 * (unpack.h). A format of one document a file hands nothing on then, since half an article is none.
 * To add a format: a file read_FORMAT.c, its prototype below, its row in corpus.c, its extensions
 * and first record in detect.c.
 */
#ifndef QIAO_INDEXER_CORPUS_READER_H
#define QIAO_INDEXER_CORPUS_READER_H

#include "common/base/buf.h"
#include "common/base/limits.h"
#include "indexer/corpus/document.h"
#include "indexer/corpus/report.h"
#include "indexer/corpus/unpack.h"

/* The most bytes of a record (a line, an object, a file that is one document). */
#define READER_RECORD_BYTES LIMIT_RECORD_BYTES

enum reader_field { READER_ID, READER_TITLE, READER_DATE, READER_URL, READER_TEXT, READER_FIELDS };

/* What a reader borrows while it reads one file. */
struct reading {
    struct unpack *in;
    struct span path;          /* for messages and document.source */
    struct span file_id;       /* the document's id where the format gives none */
    enum charset_name charset; /* of pages that do not say; CHARSET_UTF8: see html_charset.h */
    struct report *report;
    document_sink *sink;
    void *sink_context;
    size_t record_most;              /* READER_RECORD_BYTES; tests make it small */
    struct buf scratch;              /* the reader's own, from one record to the next */
    struct buf clean[READER_FIELDS]; /* reader_hand_on's: cleaned copies */
};

void reading_release(struct reading *r);

/* One reader a format. */
typedef enum status reader(struct reading *r);
reader read_text;
reader read_markdown;
reader read_html;
reader read_json;
reader read_tsv;
reader read_trec;

/* Whether a document's fields are known to be valid UTF-8. */
enum reader_trust { READER_RAW, READER_VALID };

/* Brings the fields of `d` into the form that document.h promises and hands it to the sink: bad
 * bytes, and NUL in any field, become U+FFFD; in ids all control characters do, in titles line
 * breaks and tabs become spaces; titles and urls are cut at their limits. A document without an id,
 * or beyond a limit of id or text, is refused. `d->source` is set here. */
enum status reader_hand_on(struct reading *r, const struct document *d, enum reader_trust trust);

/* Reports the record at `line` (0: the whole file) as bad. */
#define reader_refuse(r, line, ...)                                                                \
    report_bad((r)->report, (r)->path, (line), REPORT_BAD, __VA_ARGS__)

/* The whole stream, borrowed until the next call on r->in. False, and nothing to hand on, when it
 * ended early or is longer than record_most (which is reported). */
bool reader_whole(struct reading *r, struct span *out /* OUT */);

/* `text` without a first line that is `title`, and the blank lines behind it. */
struct span reader_without_title(struct span text, struct span title);

/* `text` without the ASCII white space around it. */
struct span reader_trim(struct span text);

#endif
