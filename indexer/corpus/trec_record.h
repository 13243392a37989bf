/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trec_record: the fields of one <DOC> of a TREC collection.
 *
 *     struct trec_record record = TREC_RECORD_INIT;
 *     TRY(trec_record_read(&record, doc));         // again and again
 *     ... record.id, record.title, ... ;  record.page if it holds a web page
 *     trec_record_release(&record);
 *
 * id     DOCNO, else DOCID, else an attribute id, docid or docno of <DOC>
 * title  the first that is not empty of HEADLINE TITLE HEAD HL H3 TI TTL DOCTITLE; further ones
 *        belong to the text
 * date   DATE DATE1 DATE_TIME DATETIME PUBDATE DD; six digits are a year of the twentieth century,
 *        a month and a day, as the disks of 1992 have it
 * text   LP LEADPARA SUMMARY ABSTRACT TEXT, one behind the other; without these what stands in BODY;
 *        without that, all that is in no other field
 * page   what follows DOCHDR (WT10g, GOV2, .GOV); the first word of DOCHDR is then the url
 *
 * This is SGML without its rules: a tag is a name, alone or with attributes that have an `=`, that
 * ends on its line; all else is text. Tags inside a field go; <P> and its like become a blank line. Lines stay as they are.
 * Character references become characters. Time is linear in the bytes.
 */
#ifndef QIAO_INDEXER_CORPUS_TREC_RECORD_H
#define QIAO_INDEXER_CORPUS_TREC_RECORD_H

#include "common/base/buf.h"

enum trec_field {
    TREC_TITLE,
    TREC_DATE,
    TREC_TEXT,
    TREC_BODY,
    TREC_REST,
    TREC_URL,
    TREC_ID,
    TREC_OTHER_ID,
    TREC_FIELDS
};

struct trec_record {
    /* Borrowed until the next record is read or this one released; `page` from the record. */
    struct span id; /* empty if there is none */
    struct span title;
    struct span date;
    struct span url;
    struct span text;
    struct span page;
    bool is_page;
    struct buf fields[TREC_FIELDS]; /* private */
};

#define TREC_RECORD_INIT                                                                           \
    {                                                                                              \
        .is_page = false                                                                           \
    }

void trec_record_release(struct trec_record *record);

/* Whether `text` begins with <DOC> or <DOC and attributes. */
bool trec_is_open(struct span text);

/* Whether it opens a record beyond doubt: <DOC> and <DOCNO> or <DOCID> behind it, or <DOC id=...> */
bool trec_opens_record(struct span text);

/* Reads `doc`, which begins with <DOC and ends behind </DOC>. STATUS_NO_MEMORY only. */
enum status trec_record_read(struct trec_record *record, struct span doc);

#endif
