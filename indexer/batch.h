/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: some documents on their way through a worker: text in, passages and words out.
 *
 *     TRY(batch_add(b, &document));                 copies it
 *     TRY(batch_process(b, &scratch, worker));      on a worker: tokens -> words -> passages
 *     ... b->results[i], b->passages, b->stream ...
 *     batch_clear(b);                               keeps its memory for the next documents
 *
 * All stages run over the whole batch one after the other, so that each has its tables in the
 * caches, and so that the words of many short documents are looked up together.
 */
#ifndef QIAO_INDEXER_BATCH_H
#define QIAO_INDEXER_BATCH_H

#include "indexer/corpus/document.h"
#include "indexer/corpus/split_passages.h"
#include "indexer/invert/inverter.h"

/* About how many bytes of text make a batch: text and tokens of one stay in the second cache. */
#define BATCH_BYTES (128u << 10)

struct batch_passage {
    uint32_t start; /* bytes of the document's text */
    uint32_t end;
    uint32_t length; /* words that the index holds */
    uint32_t title_positions;
};

/* What became of a document. */
struct batch_result {
    int32_t date;
    uint32_t n_passages; /* 0: nothing but white space */
};

struct batch_seconds {
    double tokenise;
    double look_up; /* and passages */
};

struct batch {
    struct buf bytes;           /* of all fields */
    struct document *documents; /* spans by offset into `bytes` until batch_process */
    size_t n;
    size_t cap;
    struct batch_result *results;
    struct batch_passage *passages; /* of all documents, in order */
    size_t n_passages;
    size_t passages_cap;
    struct word_stream stream;
    bool any_cut; /* some document was split into passages, or could have been */
    bool any_whole;
    struct batch_seconds seconds;
};

/* How documents become passages. */
struct batch_settings {
    struct split split; /* SPLIT_AUTO: whole for pre-cut formats, else paragraphs */
    const struct profile *profile;
    struct inverter *inverter;
};

/* A worker's own. */
struct batch_scratch {
    struct token *tokens; /* of the whole batch: each title, then each text */
    uint32_t *words;
    size_t n;
    size_t cap;
    struct token_range {
        size_t title;
        size_t text;
        size_t end;
    } * ranges; /* a document each */
    size_t ranges_cap;
    struct word_text *texts; /* title and text of each document */
    struct passage_ranges split;
};

void batch_scratch_release(struct batch_scratch *s);

enum status batch_add(struct batch *b, const struct document *document);
void batch_drop_last(struct batch *b); /* takes the document back that was added last */
void batch_clear(struct batch *b);
void batch_release(struct batch *b);

enum status batch_process(struct batch *b, const struct batch_settings *settings,
                          struct batch_scratch *scratch, unsigned worker);

#endif
