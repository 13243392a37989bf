/* SPDX-License-Identifier: Apache-2.0 */
/*
 * near_match: NEAR of phrase_match.h. Each operand gives its occurrences one by one (of a phrase:
 * where all its words have the same adjusted position); a walk over those of all operands moves
 * the one that lags behind, as the walk over the words of a phrase does.
 */
#include "common/base/limits.h"
#include "searcher/rank/phrase_match.h"

#define NOWHERE INT64_MAX

struct operand {
    struct phrase_word **words;
    size_t n_words;
    int64_t length; /* positions that an occurrence covers */
    int64_t start;  /* of the current occurrence */
    int64_t next;   /* of the one behind it, NOWHERE if there is none */
};

static int64_t adjusted(const struct phrase_word *w)
{
    return (int64_t)w->positions[w->at] - (int64_t)w->offset;
}

/* The next occurrence of the operand; its words move behind it. */
static int64_t next_occurrence(const struct operand *o)
{
    for (size_t agreed = 0;; agreed = 0) {
        int64_t most = INT64_MIN;
        for (size_t i = 0; i < o->n_words; i++) {
            if (o->words[i]->at == o->words[i]->end)
                return NOWHERE;
            most = adjusted(o->words[i]) > most ? adjusted(o->words[i]) : most;
        }
        for (size_t i = 0; i < o->n_words; i++) {
            struct phrase_word *const w = o->words[i];
            while (w->at < w->end && adjusted(w) < most)
                w->at++;
            agreed += w->at < w->end && adjusted(w) == most;
        }
        if (agreed < o->n_words)
            continue;
        o->words[0]->at++;
        return most;
    }
}

/* Whether no two current occurrences share a position. */
static bool disjoint(const struct operand *operands, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (operands[i].start < operands[j].start + operands[j].length &&
                operands[j].start < operands[i].start + operands[i].length)
                return false;
    return true;
}

/* Whether a closer match begins with the next occurrence of the lagging operand: it stands before the
 * start of the last one and overlaps none. */
static bool is_closer(struct operand *operands, size_t n, struct operand *lagging,
                      int64_t last_start)
{
    const int64_t start = lagging->start;
    if (lagging->next > last_start)
        return false;
    lagging->start = lagging->next;
    const bool closer = disjoint(operands, n);
    lagging->start = start;
    return closer;
}

/* Tells of the positions of all current occurrences. */
static void report(const struct operand *operands, size_t n, const struct phrase_sink *sink)
{
    for (size_t i = 0; sink != NULL && i < n; i++)
        for (size_t j = 0; j < operands[i].n_words; j++)
            sink->found(sink->context,
                        (uint32_t)(operands[i].start + operands[i].words[j]->offset));
}

/* tf within the part that the words are limited to. */
static float match_part(struct operand *operands, size_t n, uint32_t slop,
                        const struct phrase_sink *sink)
{
    float tf = 0;
    int64_t covered = 0;
    for (size_t i = 0; i < n; i++) {
        operands[i].start = next_occurrence(&operands[i]);
        if (operands[i].start == NOWHERE)
            return 0;
        operands[i].next = next_occurrence(&operands[i]);
        covered += operands[i].length;
    }
    for (;;) {
        struct operand *lagging = &operands[0];
        int64_t last_start = INT64_MIN;
        int64_t end = INT64_MIN;
        for (size_t i = 0; i < n; i++) {
            struct operand *const o = &operands[i];
            lagging = o->start < lagging->start ? o : lagging;
            last_start = o->start > last_start ? o->start : last_start;
            end = o->start + o->length > end ? o->start + o->length : end;
        }
        const int64_t between = end - lagging->start - covered;
        if (between <= (int64_t)slop && disjoint(operands, n) &&
            !is_closer(operands, n, lagging, last_start)) {
            tf += 1.0f / (float)(1 + between);
            report(operands, n, sink);
        }
        if (lagging->next == NOWHERE)
            return tf;
        lagging->start = lagging->next;
        lagging->next = next_occurrence(lagging);
    }
}

/* Sorts pointers to the words by operand into `sorted`; returns how many operands there are. */
static size_t find_operands(struct phrase_word *words, size_t n_words, struct phrase_word **sorted,
                            struct operand *operands)
{
    size_t n = 0;
    size_t taken = 0;
    for (uint32_t number = 0; number < LIMIT_QUERY_OPERANDS && taken < n_words; number++) {
        struct operand *const o = &operands[n];
        *o = (struct operand){.words = sorted + taken};
        for (size_t i = 0; i < n_words; i++) {
            if (words[i].operand != number)
                continue;
            sorted[taken++] = &words[i];
            o->n_words++;
            if (words[i].offset + 1 > o->length)
                o->length = words[i].offset + 1;
        }
        n += o->n_words > 0;
    }
    return n;
}

float near_match_part(struct phrase_word *words, size_t n_words, uint32_t slop,
                      const struct phrase_sink *sink)
{
    struct operand operands[LIMIT_QUERY_OPERANDS];
    struct phrase_word *sorted[LIMIT_NEAR_WORDS];
    if (n_words > LIMIT_NEAR_WORDS)
        return 0;
    return match_part(operands, find_operands(words, n_words, sorted, operands), slop, sink);
}
