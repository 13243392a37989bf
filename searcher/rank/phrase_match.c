/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phrase_match: a k-way walk over the adjusted positions; each step moves the word that lags
 * behind. Linear in the occurrences for each word of the phrase.
 */
#include "searcher/rank/phrase_match.h"

#include <stdbool.h>

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
static float match_part(struct phrase_word *words, size_t n, uint32_t slop)
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
        if (most - least <= (int64_t)slop && narrowest && distinct(words, n))
            tf += 1.0f / (float)(1 + (most - least));
        w->at++;
    }
}

float phrase_tf(struct phrase_word *words, size_t n_words, uint32_t slop, uint32_t title_positions)
{
    float tf = 0;
    for (int body = 0; body <= 1; body++) {
        for (size_t i = 0; i < n_words; i++) {
            struct phrase_word *const w = &words[i];
            uint32_t split = 0;
            while (split < w->n && w->positions[split] < title_positions)
                split++;
            w->at = body ? split : 0;
            w->end = body ? w->n : split;
        }
        tf += match_part(words, n_words, slop);
    }
    return tf;
}
