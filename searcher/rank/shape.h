/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape: a plan as words of which any may match, words and phrases that must, and conditions.
 *
 *     struct shape shape;
 *     TRY(shape_make(plan, segment, arena, &shape));
 *     if (!shape.other && !shape.nothing) ... rank by shape.words, shape.required, shape.tests ...
 *
 * A passage matches if it holds all that is required, or, where nothing is required, any of the
 * words, and passes every test. Its score is the sum of what is required and of the words that it
 * holds. Groups inside groups are taken apart where that means the same.
 */
#ifndef QIAO_SEARCHER_RANK_SHAPE_H
#define QIAO_SEARCHER_RANK_SHAPE_H

#include "searcher/rank/plan.h"

struct shape_test {
    const struct plan_node *node;
    bool excluded; /* it must not match; else it must, and scores 0 */
};

struct shape {
    bool other;                     /* the plan has no such form */
    bool nothing;                   /* nothing of the segment matches */
    const struct plan_node **words; /* PLAN_TERM, each in the segment */
    size_t n_words;
    const struct plan_node **required; /* PLAN_TERM, or PLAN_PHRASE without slop, both sides */
    size_t n_required;
    struct shape_test *tests;
    size_t n_tests;
    double most; /* no score is above it, rounding and bounds included */
};

/* More words that are required, those of phrases among them, are of another form. */
#define SHAPE_REQUIRED_MOST 64u

/* The shape of the plan on segment number `segment`, in the arena. */
enum status shape_make(const struct plan *plan, size_t segment, struct arena *arena,
                       struct shape *out /* OUT */);

#endif
