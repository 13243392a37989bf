/* SPDX-License-Identifier: Apache-2.0 */
/* oracle_words: leaves by their definitions. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/oracle.h"

#define FITTING_MOST 1024

/* ---- phrases ---- */

struct place {
    int64_t at; /* the position less the word's offset */
    uint32_t position;
    uint32_t word;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *const x = a;
    const struct place *const y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->word > y->word) - (x->word < y->word);
}

/* The span of the match that begins with places[first]: each other word where it first stands
 * behind. Negative: there is none, or one that begins later is as close or closer. */
static int64_t span_from(const struct place *places, size_t n, size_t first, size_t n_words)
{
    uint32_t taken[ORACLE_WORDS_MOST] = {places[first].position};
    bool seen[ORACLE_WORDS_MOST] = {false};
    size_t n_seen = 1;
    seen[places[first].word] = true;
    int64_t most = places[first].at;
    bool distinct = true;
    for (size_t i = first + 1; i < n && n_seen < n_words; i++) {
        if (seen[places[i].word])
            continue;
        for (size_t j = 0; j < n_seen; j++)
            distinct = distinct && taken[j] != places[i].position;
        seen[places[i].word] = true;
        taken[n_seen++] = places[i].position;
        most = places[i].at;
    }
    if (n_seen < n_words || !distinct)
        return -1;
    for (size_t i = first + 1; i < n; i++)
        if (places[i].word == places[first].word && places[i].at <= most)
            return -1;
    return most - places[first].at;
}

float oracle_phrase_tf(const struct oracle_places *words, size_t n_words, uint32_t slop,
                       uint32_t from, uint32_t to)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        n += words[i].n;
    struct place *const places = calloc(n + 1, sizeof *places);
    cr_assert_not_null(places);
    n = 0;
    for (uint32_t i = 0; i < n_words; i++)
        for (uint32_t j = 0; j < words[i].n; j++)
            if (words[i].positions[j] >= from && words[i].positions[j] < to)
                places[n++] = (struct place){(int64_t)words[i].positions[j] - words[i].offset,
                                             words[i].positions[j], i};
    qsort(places, n, sizeof *places, compare_places);
    float tf = 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t span = span_from(places, n, i, n_words);
        if (span >= 0 && span <= (int64_t)slop)
            tf += 1.0f / (float)(1 + span);
    }
    free(places);
    return tf;
}

/* The positions of each word of the node; false if one has none. */
static bool find_places(const struct oracle_passage *p, const struct oracle_node *node,
                        struct oracle_places *places)
{
    for (uint32_t i = 0; i < node->n_words; i++) {
        places[i].n = 0;
        places[i].offset = i;
        for (uint32_t at = 0; at < p->n_words; at++)
            if (strcmp(p->words[at], node->words[i]) == 0)
                places[i].positions[places[i].n++] = at;
        if (places[i].n == 0)
            return false;
    }
    return true;
}

/* ---- NEAR ---- */

/* Whether the words [first, end) of the node stand one behind the other from `at` on, below `to`. */
static bool stands_at(const struct oracle_passage *p, const struct oracle_node *node, size_t first,
                      size_t end, uint32_t at, uint32_t to)
{
    for (size_t i = first; i < end; i++, at++)
        if (at >= to || strcmp(p->words[at], node->words[i]) != 0)
            return false;
    return true;
}

struct spot {
    uint32_t start;
    uint32_t operand;
    uint32_t length;
};

/* The spots of all operands among the positions [from, to), by start, then by operand. */
static size_t find_spots(const struct oracle_passage *p, const struct oracle_node *node,
                         uint32_t from, uint32_t to, struct spot *spots)
{
    size_t n = 0;
    for (uint32_t at = from; at < to; at++)
        for (size_t first = 0, end; first < node->n_words; first = end) {
            end = first + 1;
            while (end < node->n_words && node->operands[end] == node->operands[first])
                end++;
            if (stands_at(p, node, first, end, at, to))
                spots[n++] = (struct spot){at, node->operands[first], (uint32_t)(end - first)};
        }
    return n;
}

static bool overlap(const struct spot *a, const struct spot *b)
{
    return a->start < b->start + b->length && b->start < a->start + a->length;
}

/* Whether `next`, instead of the first of those chosen, makes a closer match: it does not begin
 * behind the last of the others and overlaps none of them. */
static bool is_closer(const struct spot *next, const struct spot **chosen, size_t n)
{
    if (next->start > chosen[n - 1]->start)
        return false;
    for (size_t i = 1; i < n; i++)
        if (overlap(next, chosen[i]))
            return false;
    return true;
}

/* The positions between the operands of the match that begins with spots[first]; negative if there
 * is none, or a closer one begins later. */
static int64_t between(const struct spot *spots, size_t n, size_t first, size_t n_operands)
{
    const struct spot *chosen[ORACLE_WORDS_MOST] = {&spots[first]};
    size_t n_chosen = 1;
    for (size_t i = first + 1; i < n && n_chosen < n_operands; i++) {
        bool seen = false;
        for (size_t j = 0; j < n_chosen; j++)
            seen = seen || chosen[j]->operand == spots[i].operand;
        if (!seen)
            chosen[n_chosen++] = &spots[i];
    }
    if (n_chosen < n_operands)
        return -1;
    int64_t end = 0;
    int64_t covered = 0;
    for (size_t i = 0; i < n_operands; i++) {
        for (size_t j = 0; j < i; j++)
            if (overlap(chosen[i], chosen[j]))
                return -1;
        const int64_t own_end = (int64_t)chosen[i]->start + chosen[i]->length;
        end = own_end > end ? own_end : end;
        covered += chosen[i]->length;
    }
    for (size_t i = first + 1; i < n; i++)
        if (spots[i].operand == spots[first].operand)
            return is_closer(&spots[i], chosen, n_operands)
                       ? -1
                       : end - (int64_t)spots[first].start - covered;
    return end - (int64_t)spots[first].start - covered;
}

static float near_tf_of(const struct oracle_passage *p, const struct oracle_node *node,
                        uint32_t from, uint32_t to)
{
    struct spot *const spots = calloc((size_t)(to - from) * node->n_words + 1, sizeof *spots);
    cr_assert_not_null(spots);
    const size_t n = find_spots(p, node, from, to, spots);
    const size_t n_operands = node->operands[node->n_words - 1] + 1;
    float tf = 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t words = between(spots, n, i, n_operands);
        if (words >= 0 && words <= (int64_t)node->slop)
            tf += 1.0f / (float)(1 + words);
    }
    free(spots);
    return tf;
}

static float positional_tf(const struct oracle_passage *p, const struct oracle_node *node)
{
    static struct oracle_places places[ORACLE_WORDS_MOST];
    const bool near = node->kind == ORACLE_NEAR;
    float tf = 0;
    if (!near && !find_places(p, node, places))
        return 0;
    if (node->side != ORACLE_BODY)
        tf += near ? near_tf_of(p, node, 0, p->n_title)
                   : oracle_phrase_tf(places, node->n_words, node->slop, 0, p->n_title);
    if (node->side != ORACLE_TITLE)
        tf += near ? near_tf_of(p, node, p->n_title, p->n_words)
                   : oracle_phrase_tf(places, node->n_words, node->slop, p->n_title, p->n_words);
    return tf;
}

/* ---- patterns ---- */

static size_t character_bytes(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

bool oracle_fits(const char *word, const char *pattern)
{
    if (*pattern == '\0')
        return *word == '\0';
    if (*pattern == '*')
        return oracle_fits(word, pattern + 1) ||
               (*word != '\0' && oracle_fits(word + character_bytes(word), pattern));
    if (*word == '\0')
        return false;
    if (*pattern == '?')
        return oracle_fits(word + character_bytes(word), pattern + 1);
    return *word == *pattern && oracle_fits(word + 1, pattern + 1);
}

static bool same_character(const char *a, const char *b)
{
    const size_t n = character_bytes(a);
    return n == character_bytes(b) && memcmp(a, b, n) == 0;
}

unsigned oracle_edits(const char *a, const char *b)
{
    const char *x[300];
    const char *y[300];
    static unsigned d[300][300];
    unsigned n = 0;
    unsigned m = 0;
    for (; *a != '\0'; a += character_bytes(a))
        x[n++] = a;
    for (; *b != '\0'; b += character_bytes(b))
        y[m++] = b;
    for (unsigned i = 0; i <= n; i++)
        for (unsigned j = 0; j <= m; j++) {
            unsigned best = i == 0 || j == 0 ? i + j : UINT32_MAX;
            if (i > 0 && j > 0) {
                best = d[i - 1][j - 1] + !same_character(x[i - 1], y[j - 1]);
                best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
                best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            }
            if (i > 1 && j > 1 && same_character(x[i - 1], y[j - 2]) &&
                same_character(x[i - 2], y[j - 1]) && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void oracle_find_fitting(const struct oracle_collection *c, struct oracle_node *node)
{
    node->fitting = calloc(c->n_entries + 1, sizeof *node->fitting);
    node->n_fitting = 0;
    cr_assert_not_null(node->fitting);
    for (size_t i = 0; i < c->n_entries && node->n_fitting < FITTING_MOST; i++) {
        const char *const word = c->entries[i].word;
        if (node->kind == ORACLE_WILD ? oracle_fits(word, node->words[0])
                                      : oracle_edits(word, node->words[0]) <= node->slop)
            node->fitting[node->n_fitting++] = word;
    }
    qsort(node->fitting, node->n_fitting, sizeof *node->fitting, compare_words);
}

static float words_tf(const struct oracle_passage *p, const struct oracle_node *node)
{
    const uint32_t from = node->side == ORACLE_BODY ? p->n_title : 0;
    const uint32_t to = node->side == ORACLE_TITLE ? p->n_title : p->n_words;
    uint32_t tf = 0;
    for (uint32_t i = from; i < to; i++)
        tf += node->kind == ORACLE_WORD ? strcmp(p->words[i], node->words[0]) == 0
                                        : bsearch(&p->words[i], node->fitting, node->n_fitting,
                                                  sizeof *node->fitting, compare_words) != NULL;
    return (float)tf;
}

/* ---- filters ---- */

static bool has_id(const struct oracle_collection *c, const struct oracle_node *node,
                   const struct oracle_passage *p)
{
    char passage[300];
    (void)snprintf(passage, sizeof passage, "%s#%u", c->names[p->document], (unsigned)p->number);
    return strcmp(node->words[0], c->names[p->document]) == 0 ||
           strcmp(node->words[0], passage) == 0;
}

/* Whether the day is one that the date may be. */
static bool may_be(int32_t date, int32_t day)
{
    return date / 10000 == day / 10000 &&
           (date / 100 % 100 == 0 || date / 100 % 100 == day / 100 % 100) &&
           (date % 100 == 0 || date % 100 == day % 100);
}

/* Whether each day that `date` may be lies in the range. Months have 31 days. In numbers a date of
 * which less is known comes before all days that it may be. */
static bool is_between(int32_t date, int32_t from, int32_t to)
{
    const int32_t year = date / 10000 * 10000;
    for (int32_t day = year + 101; day <= year + 1231; day++) {
        const bool exists = day % 100 >= 1 && day % 100 <= 31;
        if (!exists || !may_be(date, day))
            continue;
        if (day < from || (to != 0 && day > to && !may_be(to, day)))
            return false;
    }
    return date != 0;
}

float oracle_leaf_tf(const struct oracle_collection *c, const struct oracle_node *node,
                     const struct oracle_passage *p)
{
    switch (node->kind) {
    case ORACLE_PHRASE:
    case ORACLE_NEAR:
        return positional_tf(p, node);
    case ORACLE_ID:
        return has_id(c, node, p) ? 1 : 0;
    case ORACLE_DATE:
        return is_between(p->date, node->from, node->to) ? 1 : 0;
    default:
        return words_tf(p, node);
    }
}
