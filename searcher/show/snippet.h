/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snippet: the part of a passage that shows why it was found, and the bytes to highlight.
 *
 * The passage is analysed again with the index's own tokenizer and profile, so that matched words
 * are found in any inflected form. The window is the stretch of about `width` characters with the
 * best coverage of distinct things asked for (rarer ones weigh more), then the most matches, then
 * the earliest; it starts and ends at word boundaries, at sentence starts where that costs little.
 * Words of a phrase or NEAR count, and are highlighted, only where they stand as it asks for; all
 * words that a pattern stands for are one thing. Ellipses are not part of the snippet; `cut_before`
 * and `cut_after` tell.
 */
#ifndef QIAO_SEARCHER_SHOW_SNIPPET_H
#define QIAO_SEARCHER_SHOW_SNIPPET_H

#include "common/base/buf.h"
#include "common/text/profile.h"

struct snippet_term {
    struct span term; /* as the index holds it */
    float weight;     /* idf times boost */
    uint32_t group;   /* terms of one number are one thing; 0: it is one by itself */
};

/* A word of a phrase. */
struct snippet_word {
    struct span term;
    float weight;
    uint32_t offset;  /* in the phrase or operand */
    uint32_t operand; /* of NEAR */
};

struct snippet_phrase {
    const struct snippet_word *words;
    size_t n_words;
    uint32_t slop;
    bool near;
};

struct snippet_query {
    const struct snippet_term *terms;
    size_t n_terms;
    const struct snippet_phrase *phrases;
    size_t n_phrases;
};

struct snippet_range {
    uint32_t start; /* byte offsets */
    uint32_t end;
};

struct snippet {
    uint32_t start; /* the window, byte offsets into the passage */
    uint32_t end;
    bool cut_before;
    bool cut_after;
    struct snippet_range *highlights; /* offsets into the window, in order, disjoint */
    size_t n_highlights;
    size_t cap; /* private */
};

/* The width that people and programs are shown: about three lines of a terminal. */
#define SNIPPET_WIDTH 240u

#define SNIPPET_INIT                                                                               \
    {                                                                                              \
        0, 0, false, false, NULL, 0, 0                                                             \
    }

/* Chooses the window of `passage` (valid UTF-8) for the query into *out, whose memory is reused.
 * `width`: characters aimed at; a passage not longer than that is its own snippet. Overlapping
 * highlights (bigrams) are joined. */
enum status snippet_make(struct span passage, struct analyzer *analyzer,
                         const struct profile *profile, const struct snippet_query *query,
                         uint32_t width, struct snippet *out /* OUT */);

void snippet_release(struct snippet *s);

#endif
