/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phrase_match: a k-way walk over the adjusted positions; each step moves the word that lags
 * behind. Linear in the occurrences for each word of the phrase.
 */
#include "searcher/rank/phrase_match.h"

/* Adjusted positions may be below zero. */
static int64_t adjusted(const struct phrase_word *w, uint32_t at)
{
    return (int64_t)w->positions[at] - (int64_t)w->offset;
}

/* Whether no two words stand on the same position (equal words in one phrase could). */
static bool distinct(const struct phrase_word *words, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (words[i].positions[words[i].at] == words[j].positions[words[j].at])
                return false;
    return true;
}

/* tf within the occurrences [at, end) of each word. Among equal adjusted positions the word that is
 * earlier in the phrase comes first, so that the order of `words` does not matter. */
static float match_part(struct phrase_word *words, size_t n, uint32_t slop,
                        const struct phrase_sink *sink)
{
    float tf = 0;
    for (;;) {
        size_t lagging = 0;
        int64_t least = INT64_MAX;
        int64_t most = INT64_MIN;
        for (size_t i = 0; i < n; i++) {
            if (words[i].at == words[i].end)
                return tf;
            const int64_t a = adjusted(&words[i], words[i].at);
            most = a > most ? a : most;
            if (a < least || (a == least && words[i].offset < words[lagging].offset)) {
                least = a;
                lagging = i;
            }
        }
        struct phrase_word *const w = &words[lagging];
        const bool narrowest = w->at + 1 == w->end || adjusted(w, w->at + 1) > most;
        if (most - least <= (int64_t)slop && narrowest && distinct(words, n)) {
            tf += 1.0f / (float)(1 + (most - least));
            for (size_t i = 0; sink != NULL && i < n; i++)
                sink->found(sink->context, words[i].positions[words[i].at]);
        }
        w->at++;
    }
}

/* How many of the positions, which are ascending, lie in the title part. */
static uint32_t count_in_title(const uint32_t *positions, uint32_t n, uint32_t title_positions)
{
    uint32_t split = 0;
    while (split < n && positions[split] < title_positions)
        split++;
    return split;
}

static void take_part(struct phrase_word *words, size_t n_words, bool body,
                      uint32_t title_positions)
{
    for (size_t i = 0; i < n_words; i++) {
        struct phrase_word *const w = &words[i];
        const uint32_t split = count_in_title(w->positions, w->n, title_positions);
        w->at = body ? split : 0;
        w->end = body ? w->n : split;
    }
}

float phrase_tf(struct phrase_word *words, size_t n_words, uint32_t slop, uint32_t title_positions,
                enum query_side side)
{
    float tf = 0;
    for (int body = side == SIDE_BODY; body <= (side != SIDE_TITLE); body++) {
        take_part(words, n_words, body, title_positions);
        tf += match_part(words, n_words, slop, NULL);
    }
    return tf;
}

float near_tf(struct phrase_word *words, size_t n_words, uint32_t slop, uint32_t title_positions,
              enum query_side side)
{
    float tf = 0;
    for (int body = side == SIDE_BODY; body <= (side != SIDE_TITLE); body++) {
        take_part(words, n_words, body, title_positions);
        tf += near_match_part(words, n_words, slop, NULL);
    }
    return tf;
}

void phrase_find(struct phrase_word *words, size_t n_words, uint32_t slop, bool near,
                 const struct phrase_sink *sink)
{
    take_part(words, n_words, true, 0);
    if (near)
        (void)near_match_part(words, n_words, slop, sink);
    else
        (void)match_part(words, n_words, slop, sink);
}

float node_tf(const struct plan_node *node, struct phrase_word *words, uint32_t title_positions)
{
    return node->kind == PLAN_NEAR
               ? near_tf(words, node->n_words, node->slop, title_positions, node->side)
               : phrase_tf(words, node->n_words, node->slop, title_positions, node->side);
}

uint32_t side_tf(const uint32_t *positions, uint32_t n, uint32_t title_positions,
                 enum query_side side)
{
    if (side == SIDE_BOTH)
        return n;
    const uint32_t in_title = count_in_title(positions, n, title_positions);
    return side == SIDE_TITLE ? in_title : n - in_title;
}
