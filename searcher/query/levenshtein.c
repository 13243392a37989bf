/* SPDX-License-Identifier: Apache-2.0 */
/*
 * levenshtein: cell k of the band of depth d stands for the first d characters of the text and the
 * first d - edits + k of the word. A step from one band to the next is the textbook's recurrence
 * (Wagner and Fischer 1974; the swap: Lowrance and Wagner 1975), cut to the band (Ukkonen 1985).
 */
#include "searcher/query/levenshtein.h"

#include "common/base/utf8.h"

#define BAND (2 * LEVENSHTEIN_MOST + 1)
#define FAR  100u /* more than any number of edits that is asked for */

struct state {
    uint32_t character; /* that led here */
    size_t end;         /* bytes of the text behind it */
    uint8_t band[BAND];
    bool live; /* something near enough may follow */
};

struct levenshtein {
    unsigned edits;
    uint32_t *word; /* code points */
    size_t n;
    struct state *states; /* by depth; [0] is the empty text's */
    size_t depth;         /* characters of the text before that have states */
};

static struct state first_state(const struct levenshtein *l)
{
    struct state s = {.live = true};
    for (unsigned k = 0; k < 2 * l->edits + 1; k++) {
        const unsigned inserted = k - l->edits;
        s.band[k] = k >= l->edits && inserted <= l->n ? (uint8_t)inserted : FAR;
    }
    return s;
}

enum status levenshtein_new(struct span word, unsigned edits, struct arena *arena,
                            struct levenshtein **out)
{
    struct levenshtein *const l = arena_alloc(arena, sizeof *l);
    uint32_t *const characters = arena_alloc(arena, (word.len + 1) * sizeof *characters);
    if (l == NULL || characters == NULL)
        return fail_no_memory();
    *l = (struct levenshtein){.edits = edits, .word = characters};
    for (const uint8_t *p = word.data, *const end = p + word.len; p < end;)
        p += utf8_decode(p, end, &characters[l->n++]);
    /* A text with `edits` more characters than the word is the longest that is near; the state
     * behind one more is dead. */
    l->states = arena_alloc(arena, (l->n + edits + 2) * sizeof *l->states);
    if (l->states == NULL)
        return fail_no_memory();
    l->states[0] = first_state(l);
    *out = l;
    return STATUS_OK;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Fills in the state at `depth` (>= 1), whose character is set, from those before it. */
static void step(const struct levenshtein *l, size_t depth)
{
    struct state *const now = &l->states[depth];
    const struct state *const before = now - 1;
    const unsigned width = 2 * l->edits + 1;
    unsigned nearest = FAR;
    for (unsigned k = 0; k < width; k++) {
        const size_t j = depth + k; /* edits more than the characters of the word */
        unsigned cost = FAR;
        if (j >= l->edits && j - l->edits <= l->n) {
            const size_t i = j - l->edits;
            if (i >= 1)
                cost = before->band[k] + (l->word[i - 1] != now->character ? 1u : 0u);
            if (k + 1 < width)
                cost = least(cost, before->band[k + 1] + 1u);
            if (k >= 1)
                cost = least(cost, now->band[k - 1] + 1u);
            if (depth >= 2 && i >= 2 && l->word[i - 1] == before->character &&
                l->word[i - 2] == now->character)
                cost = least(cost, now[-2].band[k] + 1u);
        }
        now->band[k] = (uint8_t)least(cost, FAR);
        nearest = least(nearest, cost);
    }
    now->live = nearest <= l->edits;
}

unsigned levenshtein_next(struct levenshtein *l, struct span text, size_t shared, size_t *dead)
{
    while (l->depth > 0 && l->states[l->depth].end > shared)
        l->depth--;
    struct state *now = &l->states[l->depth];
    while (now->live && now->end < text.len) {
        const size_t at = now->end;
        now = &l->states[++l->depth];
        now->end = at + utf8_decode(text.data + at, text.data + text.len, &now->character);
        step(l, l->depth);
    }
    *dead = now->live ? 0 : now->end;
    /* The word's end lies in the band if the lengths differ by no more than the edits. */
    const size_t k = l->n + l->edits - l->depth;
    if (!now->live || l->depth > l->n + l->edits || k > 2 * l->edits)
        return l->edits + 1;
    return least(now->band[k], l->edits + 1);
}
