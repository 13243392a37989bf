/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explanation: why a passage has its rank, or none, for a person or a program.
 *
 *     port.txt#3: rank 2 of 17, score 9.418331
 *     98 words, scored as 96; the mean is 104.2; k1 0.9, b 0.4
 *
 *     word                tf    df       idf    weight  contribution
 *     bridges -> bridg     2     9  2.484907  2.484907      1.742313
 *     "sea level"          1                  8.113726      4.056863
 *       sea                3    14  2.060514
 *       level              1     2  3.806662
 *     xyzzy                0     0                           not in the index
 *
 *     contribution = weight * tf / (tf + k1 * (1 - b + b * words / mean))
 *     left out as stop words: the, of
 *
 * A pattern has a row for each word of it that is in the passage. Or, where the passage does not
 * match:
 *
 *     port.txt#3 does not match; 17 passages do
 *       missing: "sea level"
 *       excluded, and in it: airport
 *     98 words, ...
 *     (the same table)
 *
 *     the first 10 hits have 7.204431 or more; the words that are in it would give 1.742313
 *
 * The contributions are whole units (score/bm25.h) whose sum is the score.
 */
#ifndef QIAO_SEARCHER_SHOW_EXPLANATION_H
#define QIAO_SEARCHER_SHOW_EXPLANATION_H

#include "searcher/rank/explain.h"

struct explanation_view {
    struct span id;      /* of the passage */
    struct span query;   /* as typed */
    struct span reading; /* as query_print shows it */
    float k1;            /* as the plan was made with */
    float b;
    struct explanation explanation;
    struct span *stop_words; /* left out, as typed */
    size_t n_stop_words;
};

/* Appends the text, which ends with a newline. Where the table is wider than `width` columns (0: it
 * never is), each row becomes a few lines. */
void explanation_text(const struct explanation_view *view, uint32_t width, struct buf *out);

/* Appends one object and a newline. */
void explanation_json(const struct explanation_view *view, struct buf *out);

#endif
