/* SPDX-License-Identifier: Apache-2.0 */
/*
 * complete: here is a line with a cursor in it; give me how the word before the cursor may go on.
 *
 *     struct completion c;
 *     TRY(completion_find(searcher, line, cursor, &arena, &c));
 *     ... bytes [c.start, cursor) of the line become c.insert; or show c.choices ...
 *
 * A word of a query goes on as the forms of the index do, the commonest first, or as a field
 * (`title:`); a line that begins with a colon as the commands do, and what stands behind :set and
 * :documents as they take it. Words are folded: `Caf` may become `cafe`.
 */
#ifndef QIAO_SEARCHER_PROMPT_COMPLETE_H
#define QIAO_SEARCHER_PROMPT_COMPLETE_H

#include "searcher/search.h"

/* Forms that are looked at: the commonest so many. */
#define COMPLETE_FORMS 20u

/* Choices: forms and fields, or commands. */
#define COMPLETE_MOST 32u

struct completion {
    size_t start;                       /* of what is completed, in the line */
    struct span insert;                 /* instead: what all choices begin with; the only choice
                                           ends with a space, if the line does not go on */
    struct span choices[COMPLETE_MOST]; /* as they would be typed, the likeliest first */
    size_t n;                           /* 0: there is nothing to complete */
    uint64_t n_fitting;                 /* choices there are; n, or more */
};

/* `cursor` is a place between characters of `line`. What is made lives in the arena. Fails on memory
 * and damage of the index. */
enum status completion_find(struct searcher *s, struct span line, size_t cursor,
                            struct arena *arena, struct completion *out /* OUT */);

#endif
