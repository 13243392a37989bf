/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_internal: what the parts of the check hand on to each other. Order of the parts:
 *
 *     check_documents   ids, records, columns
 *     check_texts       passages and stored text, against the records
 *     check_words       dictionary and lists, which fill the tallies; forms, against the dictionary
 *     check_tallies     what the lists said of each passage, against LENS and its place
 */
#ifndef QIAO_SEGMENT_CHECK_INTERNAL_H
#define QIAO_SEGMENT_CHECK_INTERNAL_H

#include "common/codec/term_entry.h"
#include "common/score/bm25.h"
#include "common/segment/check.h"
#include "common/segment/documents.h"
#include "common/segment/postings.h"

/* What the posting lists say of one passage. */
struct passage_tally {
    uint32_t tokens;        /* sum of tf */
    uint32_t last_position; /* the largest, if positions are stored */
    uint64_t position_sum;
};

struct check {
    const struct segment *s;
    struct bm25 bm25;              /* of the header: the one that bounds are made with */
    struct passage_tally *tallies; /* one a passage */
    uint64_t *occurrences;         /* by term: cf, less what its forms account for */
    uint8_t *range_codes;          /* one a range: scratch of a list */
    struct postings postings;      /* scratch of a list: too large for the stack */
    struct buf scratch;            /* what a part of the file should look like */
    uint64_t ends[3];              /* of the lists so far, in POST, POSI and BNDS */
    uint64_t items[SECTION_KINDS]; /* as counted, for the section table */
};

/* STATUS_CORRUPT with "section DICT, term 17: what". */
enum status check_failed(enum section section, const char *item, uint64_t number, const char *what);

/* Puts "section DICT, term 17: " in front of the message of a reader that failed. */
enum status check_context(enum status status, enum section section, const char *item,
                          uint64_t number);

/* Whether `made`, which is emptied, is what stands there. Else STATUS_CORRUPT as above. */
enum status check_same(struct buf *made, struct span there, enum section section, const char *item,
                       uint64_t number);

/* The table of offsets of a section of n blobs: ascending, and covering the section. */
enum status check_blobs(const struct check *c, enum section section, uint64_t n);

enum status check_documents(struct check *c);
enum status check_texts(struct check *c);
enum status check_words(struct check *c);

/* The lists of term number `term`: postings, positions, bounds, and what its entry says of them. */
enum status check_list(struct check *c, uint64_t term, const struct term_entry *entry);
enum status check_tallies(struct check *c);

#endif
