/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inverter: passages of words in, encoded postings of all terms out, within a cap of memory.
 *
 *     TRY(inverter_init(&v, &options, workers));
 *     on worker w:                                     each worker has its own stream
 *         TRY(inverter_look_up(&v, w, texts, n_texts, end, tokens, words));
 *         inverter_begin(&v, w, &stream);
 *         for each passage: inverter_add(&v, w, &stream, words, n); ... inverter_end_passage(...)
 *         TRY(inverter_end(&v, w, &stream));
 *     on the thread that submits, in order of the passages:
 *         TRY(inverter_take(&v, &stream));
 *         if (inverter_is_full(&v)) { finish all jobs; TRY(inverter_spill(&v)); }
 *     TRY(inverter_prepare(&v, NULL));                 may be left out
 *     TRY(inverter_write(&v, &settings, &postings_writer));
 *     inverter_forget(&v); ... inverter_release(&v);
 *
 * As long as all fits, words stay in memory and are inverted once, at the end. When the cap is
 * reached, what there is becomes a sorted run on disk and the tables are emptied; in the end the
 * runs are merged. The postings that come out do not depend on where runs end, nor on which worker
 * saw which passage.
 */
#ifndef QIAO_INDEXER_INVERT_INVERTER_H
#define QIAO_INDEXER_INVERT_INVERTER_H

#include "indexer/invert/merge_runs.h"
#include "indexer/invert/partition.h"

struct inverter_options {
    const struct profile *profile;
    size_t memory; /* bytes that tables, streams and buckets may take together */
    const struct spool_folder *folder;
};

/* Seconds of processor time of all workers. */
struct inverter_seconds {
    double invert; /* occurrences into buckets */
    double sort;   /* words, and the buckets */
    double encode; /* lists, or runs */
    double merge;  /* runs into lists */
    double write;  /* lists to the postings writer */
};

struct inverter_seat; /* of a worker */

struct inverter {
    struct inverter_options options;
    struct workers *workers;
    struct word_table table;     /* of all workers */
    struct inverter_seat *seats; /* one a worker */
    unsigned n_seats;
    bool forms; /* terms are not their own forms */
    struct word_stream *streams;
    size_t n_streams;
    size_t streams_cap;
    uint64_t n_words;           /* in the streams */
    uint32_t run_first_passage; /* of the run that fills */
    uint32_t n_passages;        /* in it */
    uint32_t longest;           /* words of its longest passage */
    struct run_file runs;
    bool prepared; /* order and partition are of all that was taken */
    struct word_order order;
    struct partition partition;
    struct inverter_seconds seconds;
};

enum status inverter_init(struct inverter *v /* OUT */, const struct inverter_options *options,
                          struct workers *workers);
void inverter_release(struct inverter *v); /* fine on a zeroed one */

/* The words of the tokens of some texts, as word_table_look_up_all gives them; WORD_DROPPED for what
 * the profile removes. */
enum status inverter_look_up(struct inverter *v, unsigned worker, const struct word_text *texts,
                             size_t n_texts, const uint8_t *end, const struct token *tokens,
                             uint32_t *words /* OUT */);

/* Whether a token was removed: else no word that look-ups gave so far is WORD_DROPPED. */
bool inverter_drops(const struct inverter *v);

void inverter_begin(struct inverter *v, unsigned worker, struct word_stream *stream /* OUT */);
enum status inverter_add(struct inverter *v, unsigned worker, struct word_stream *stream,
                         const uint32_t *words, size_t n);
enum status inverter_end_passage(struct inverter *v, unsigned worker, struct word_stream *stream);
enum status inverter_end(struct inverter *v, unsigned worker, struct word_stream *stream);

/* Takes the stream of the next passages. */
enum status inverter_take(struct inverter *v, const struct word_stream *stream);

/* Whether to spill before much more is added. */
bool inverter_is_full(const struct inverter *v);

/* Writes all that was taken as a run and forgets it. No worker may be at work. */
enum status inverter_spill(struct inverter *v);

/* All was taken: brings it into the order of terms, if it is in memory. `beside` (or NULL) is a job of
 * the caller's that is done meanwhile; it may make temporary files, since this makes none. */
enum status inverter_prepare(struct inverter *v, struct job *beside);

/* Hands all postings, encoded, to `writer`; `settings` of the whole index. */
enum status inverter_write(struct inverter *v, const struct postings_settings *settings,
                           struct postings_writer *writer);

/* Gives memory back after inverter_write, on any thread. */
void inverter_forget(struct inverter *v);

#endif
