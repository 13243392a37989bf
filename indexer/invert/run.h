/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the postings of some consecutive passages on disk, terms in byte order, when they do not fit
 * into memory. Temporary and private to one build: no version, no checksum.
 *
 *     run_encoder: one term after the other into bytes (as list_encoder.h, for workers)
 *     run_file:    all runs of a build behind one another, and where their buckets begin
 *     run_reader:  a run from some term on
 *
 * A term is varint length, bytes, varint df, varint cf, varint bytes of its body, body, and where
 * forms are kept varint bytes of them, forms. A body holds blocks as POST and POSI do
 * (docs/FORMAT.md 6), or varints where there are few.
 */
#ifndef QIAO_INDEXER_INVERT_RUN_H
#define QIAO_INDEXER_INVERT_RUN_H

#include "common/base/arena.h"
#include "indexer/write/list_encoder.h"
#include "indexer/write/spool.h"

/* --- writing --- */

struct run_encoder {
    bool forms;
    struct buf bytes; /* complete terms */
    struct span term;
    struct buf body;
    struct buf term_forms;
    struct posting_block block; /* that fills */
    uint32_t base;
    uint32_t df;
    uint64_t cf;
    enum status status;
};

void run_encoder_init(struct run_encoder *e, bool forms);
void run_encoder_release(struct run_encoder *e);
void run_encoder_begin(struct run_encoder *e, struct span term);

/* Ends a full block. */
void run_encoder_flush(struct run_encoder *e);

/* Postings are put into e->block, which is flushed when it is full. */
void run_encoder_form(struct run_encoder *e, struct span form, uint64_t count);
enum status run_encoder_end(struct run_encoder *e);

/* A place in a run: the first term of a bucket, and where it begins. */
struct run_mark {
    struct span term; /* in run_file.mark_terms */
    uint64_t offset;  /* in run_file.bytes */
};

struct run {
    uint32_t first_passage;
    uint64_t start; /* in run_file.bytes */
    uint64_t end;
    size_t first_mark; /* in run_file.marks */
    size_t n_marks;
};

struct run_file {
    struct spool bytes;
    struct run *runs;
    size_t n_runs;
    struct run_mark *marks;
    size_t n_marks;
    size_t marks_cap;
    struct arena mark_terms;
};

void run_file_init(struct run_file *f, const struct spool_folder *folder);
void run_file_release(struct run_file *f);

/* Begins a run of passages from `first_passage` on. */
enum status run_file_begin(struct run_file *f, uint32_t first_passage);

/* Appends the terms of a bucket, of which `first` is the first. */
enum status run_file_append(struct run_file *f, struct span first, struct span bytes);

void run_file_end(struct run_file *f);

/* --- reading --- */

struct run_reader {
    struct run_file *file;
    const struct run *run;
    uint64_t at; /* in the file: what was not read into the buffer */
    uint8_t *buffer;
    size_t cap;
    size_t from;
    size_t to;
    bool there; /* the rest is the term at hand */
    struct span term;
    uint32_t df;
    uint64_t cf;
    uint64_t body_bytes;
    struct buf term_copy;
};

/* Opens run i at its first term that is not below `from` (empty: at its start); `buffer_bytes` is
 * how much it reads at a time. Many readers may read one file at once. */
enum status run_reader_open(struct run_reader *r /* OUT */, struct run_file *f, size_t i,
                            struct span from, size_t buffer_bytes, bool forms);
void run_reader_release(struct run_reader *r);

/* Body and forms of the term at hand into `body` and `forms` (cleared first). */
enum status run_reader_take(struct run_reader *r, bool forms, struct buf *body,
                            struct buf *form_bytes);

/* The next term; r->there false behind the last. After run_reader_take. */
enum status run_reader_next(struct run_reader *r);

/* Hands the postings of a body to `e`, passages shifted by the run's first. */
enum status run_body_decode(struct span body, uint32_t df, uint64_t cf, uint32_t first_passage,
                            struct list_encoder *e);

#endif
