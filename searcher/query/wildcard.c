/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wildcard: bit i of a state says that the word so far fits the first i places of the pattern, a
 * place being a byte or a ?. One byte of the word moves all bits at once (Baeza-Yates and Gonnet
 * 1992):
 *
 *     move    bit i becomes bit i + 1 if place i is that byte, or a ? and the byte begins a
 *             character
 *     stay    bit i stays if a * stands before place i; behind a ? also at the bytes inside a
 *             character
 */
#include "searcher/query/wildcard.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"

#define PLACES_MOST 63u
#define STEPS       8u /* bytes that are taken at once */

struct wildcard {
    struct span pattern;
    bool too_long; /* for the automaton */
    unsigned n;    /* places */
    size_t depth;  /* bytes of the word before that have states */
    struct {
        uint64_t move;
        uint64_t stay;
    } at[256]; /* by byte */
    uint64_t states[LIMIT_TERM_BYTES + STEPS];
};

static bool is_inside(unsigned byte)
{
    return (byte & 0xc0) == 0x80;
}

static void add_any(struct wildcard *w)
{
    for (unsigned byte = 0; byte < 256; byte++)
        if (is_inside(byte))
            w->at[byte].stay |= 2ull << w->n;
        else
            w->at[byte].move |= 1ull << w->n;
    w->n++;
}

static void add_star(struct wildcard *w)
{
    for (unsigned byte = 0; byte < 256; byte++)
        w->at[byte].stay |= 1ull << w->n;
}

enum status wildcard_new(struct span pattern, struct arena *arena, struct wildcard **out)
{
    struct wildcard *const w = arena_alloc(arena, sizeof *w);
    if (w == NULL)
        return fail_no_memory();
    w->pattern = pattern;
    for (size_t i = 0; i < pattern.len && !w->too_long; i++) {
        const uint8_t byte = pattern.data[i];
        w->too_long = w->n == PLACES_MOST;
        if (byte == '*')
            add_star(w);
        else if (byte == '?')
            add_any(w);
        else
            w->at[byte].move |= 1ull << w->n++;
    }
    w->states[0] = 1;
    *out = w;
    return STATUS_OK;
}

bool wildcard_next(struct wildcard *w, struct span word, size_t shared, size_t *dead)
{
    *dead = 0;
    if (w->too_long || word.len > LIMIT_TERM_BYTES)
        return wildcard_fits(word, w->pattern);
    size_t at = w->depth < shared ? w->depth : shared;
    uint64_t state = w->states[at];
    /* A fixed number of steps, those behind the word's end for nothing: where the loop ends could
     * not be foreseen, and costs more. */
    for (; at < word.len; at += STEPS)
        for (size_t i = 0; i < STEPS; i++) {
            const uint8_t byte = word.data[at + i];
            state = (state & w->at[byte].move) << 1 | (state & w->at[byte].stay);
            w->states[at + i + 1] = state;
        }
    w->depth = word.len;
    state = w->states[word.len];
    for (size_t i = word.len; i > 0 && w->states[i] == 0; i--)
        *dead = i;
    return (state >> w->n & 1) != 0;
}

bool wildcard_fits(struct span word, struct span pattern)
{
    size_t f = 0;
    size_t p = 0;
    size_t star = SIZE_MAX; /* behind the last * in the pattern, */
    size_t resume = 0;      /* and up to where it reaches in the word */
    uint32_t unused;
    while (f < word.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = ++p;
            resume = f;
        } else if (p < pattern.len && pattern.data[p] == '?') {
            f += utf8_decode(word.data + f, word.data + word.len, &unused);
            p++;
        } else if (p < pattern.len && pattern.data[p] == word.data[f]) {
            f++;
            p++;
        } else if (star != SIZE_MAX) {
            resume += utf8_decode(word.data + resume, word.data + word.len, &unused);
            f = resume;
            p = star;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*')
        p++;
    return p == pattern.len;
}
