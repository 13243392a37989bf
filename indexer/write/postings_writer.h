/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postings_writer: encoded parts (list_encoder.h), in the order of their terms, into the sections of
 * a segment (docs/FORMAT.md 6: POST POSI BNDS DICT, FORM).
 *
 *     TRY(postings_writer_init(&w, segment, folder, positions, forms));
 *     for each part, in order:  TRY(postings_writer_append(&w, &part));
 *     TRY(postings_writer_finish(&w, &header));
 *     postings_writer_release(&w);
 *
 * POSI, the largest, goes straight into the segment; the other sections wait for its end.
 */
#ifndef QIAO_INDEXER_WRITE_POSTINGS_WRITER_H
#define QIAO_INDEXER_WRITE_POSTINGS_WRITER_H

#include "indexer/write/dictionary_writer.h"
#include "indexer/write/list_encoder.h"
#include "indexer/write/string_sorter.h"

struct postings_writer {
    struct segment_writer *segment;
    bool with_positions;
    bool with_forms;   /* the parts hold forms */
    bool forms_differ; /* some term has a form other than itself */
    struct dictionary_writer dictionary;
    struct spool lists;
    uint64_t positions; /* bytes of POSI */
    struct spool bounds;
    struct string_sorter *forms; /* form -> (term number, count) */
    uint64_t n_lists;
    uint64_t n_bounds;
    uint64_t n_postings;
    uint64_t n_occurrences;
};

/* `segment` and, for temporary files, `folder` are borrowed; no other section may be open until
 * postings_writer_finish. */
enum status postings_writer_init(struct postings_writer *w, struct segment_writer *segment,
                                 const struct spool_folder *folder, bool with_positions,
                                 bool with_forms);
void postings_writer_release(struct postings_writer *w);

enum status postings_writer_append(struct postings_writer *w, const struct list_part *part);

/* Writes the sections, FORM and FTOP only if a form is not its term, and fills in terms, forms and
 * postings of *header and FEATURE_FORMS. */
enum status postings_writer_finish(struct postings_writer *w, struct segment_header *header);

#endif
