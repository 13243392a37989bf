/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_phrase_match: phrase_tf against the definition in its header, tried on every choice of one
 * occurrence a word.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "searcher/rank/phrase_match.h"
#include "tests/support/oracle.h"
#include "tests/support/seed.h"

struct example {
    struct oracle_places words[ORACLE_WORDS_MOST];
    size_t n;
    uint32_t slop;
    uint32_t title_positions;
};

/* ---- the definition ---- */

static int64_t adjusted(const struct oracle_places *w, uint32_t i)
{
    return (int64_t)w->positions[i] - (int64_t)w->offset;
}

static bool in_title(const struct example *e, size_t word, uint32_t i)
{
    return e->words[word].positions[i] < e->title_positions;
}

/* Whether occurrence i of word a stands before occurrence j of word b. */
static bool comes_before(const struct example *e, size_t a, uint32_t i, size_t b, uint32_t j)
{
    const int64_t x = adjusted(&e->words[a], i);
    const int64_t y = adjusted(&e->words[b], j);
    return x < y || (x == y && e->words[a].offset < e->words[b].offset);
}

/* Whether another occurrence of word w stands between the first of the choice and the one chosen.
 */
static bool could_be_nearer(const struct example *e, const uint32_t *choice, size_t least, size_t w)
{
    for (uint32_t i = 0; i < choice[w]; i++)
        if (in_title(e, w, i) == in_title(e, w, choice[w]) &&
            comes_before(e, least, choice[least], w, i))
            return true;
    return false;
}

/* 1 / (1 + span) if the choice is a match, else 0. */
static double value_of(const struct example *e, const uint32_t *choice)
{
    size_t least = 0;
    int64_t most = INT64_MIN;
    for (size_t w = 0; w < e->n; w++) {
        const int64_t at = adjusted(&e->words[w], choice[w]);
        most = at > most ? at : most;
        if (comes_before(e, w, choice[w], least, choice[least]))
            least = w;
        if (in_title(e, w, choice[w]) != in_title(e, 0, choice[0]))
            return 0;
        for (size_t v = 0; v < w; v++)
            if (e->words[v].positions[choice[v]] == e->words[w].positions[choice[w]])
                return 0;
    }
    for (size_t w = 0; w < e->n; w++)
        if (w != least && could_be_nearer(e, choice, least, w))
            return 0;
    const uint32_t next = choice[least] + 1;
    const struct oracle_places *const lagging = &e->words[least];
    if (next < lagging->n && in_title(e, least, next) == in_title(e, least, next - 1) &&
        adjusted(lagging, next) <= most)
        return 0;
    const int64_t span = most - adjusted(lagging, choice[least]);
    return span > (int64_t)e->slop ? 0 : 1.0 / (double)(1 + span);
}

static double defined_tf(const struct example *e)
{
    uint32_t choice[ORACLE_WORDS_MOST] = {0};
    double tf = 0;
    for (size_t w = 0; w < e->n; w++)
        if (e->words[w].n == 0)
            return 0;
    for (size_t w = 0; w < e->n;) {
        tf += value_of(e, choice);
        for (w = 0; w < e->n && ++choice[w] == e->words[w].n; w++)
            choice[w] = 0;
    }
    return tf;
}

/* ---- examples ---- */

static void make_positions(struct oracle_places *w, unsigned width, unsigned density,
                           unsigned *seed)
{
    w->n = 0;
    for (uint32_t p = 0; p < width; p++)
        if (seed_below(seed, 8) < density)
            w->positions[w->n++] = p;
}

static void make_example(struct example *e, unsigned *seed)
{
    const unsigned width = 1 + seed_below(seed, 16);
    uint32_t offset = 0;
    e->n = 1 + seed_below(seed, ORACLE_WORDS_MOST);
    e->slop = seed_below(seed, 3) == 0 ? 0 : seed_below(seed, 8);
    e->title_positions = seed_below(seed, 2) == 0 ? 0 : seed_below(seed, width + 1);
    for (size_t i = 0; i < e->n; i++) {
        make_positions(&e->words[i], width, 1 + seed_below(seed, 5), seed);
        if (i > 0 && seed_below(seed, 3) == 0) /* the same word again */
            e->words[i] = e->words[seed_below(seed, (unsigned)i)];
        e->words[i].offset = offset;
        offset += seed_below(seed, 5) == 0 ? 2 : 1; /* a hole now and then */
    }
}

/* phrase_tf of the words in an order of its own. */
static float tf_in_order(const struct example *e, const size_t *order)
{
    struct phrase_word words[ORACLE_WORDS_MOST];
    for (size_t i = 0; i < e->n; i++) {
        const struct oracle_places *const w = &e->words[order[i]];
        words[i] = (struct phrase_word){.positions = w->positions, .n = w->n, .offset = w->offset};
    }
    return phrase_tf(words, e->n, e->slop, e->title_positions, SIDE_BOTH);
}

static void shuffle(size_t *order, size_t n, unsigned *seed)
{
    for (size_t i = n; i > 1; i--) {
        const size_t j = seed_below(seed, (unsigned)i);
        const size_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

Test(phrase_match, equals_its_definition)
{
    const unsigned first = seed_first();
    static struct example e;
    unsigned n_matching = 0;
    for (unsigned round = 0; round < 20000; round++) {
        unsigned seed = first + round;
        size_t order[] = {0, 1, 2, 3};
        make_example(&e, &seed);
        const float tf = tf_in_order(&e, order);
        const double defined = defined_tf(&e);
        cr_assert(fabs((double)tf - defined) < 1e-4, "seed %u: %g, by definition %g", first + round,
                  (double)tf, defined);
        shuffle(order, e.n, &seed);
        const float shuffled = tf_in_order(&e, order);
        cr_assert(tf == shuffled, "seed %u: %g, words in another order %g", first + round,
                  (double)tf, (double)shuffled);
        n_matching += tf > 0;
    }
    cr_assert_gt(n_matching, 5000); /* else the examples say little */
}

/* Without slop: the places at which every word stands where it was typed. */
Test(phrase_match, counts_exact_phrases)
{
    const unsigned first = seed_first();
    static struct example e;
    for (unsigned round = 0; round < 5000; round++) {
        unsigned seed = first + round;
        const size_t order[] = {0, 1, 2, 3};
        make_example(&e, &seed);
        e.slop = 0;
        unsigned n = 0;
        for (uint32_t start = 0; start < 20; start++) {
            size_t here = 0;
            size_t in_titles = 0;
            for (size_t w = 0; w < e.n; w++)
                for (uint32_t i = 0; i < e.words[w].n; i++)
                    if (e.words[w].positions[i] == start + e.words[w].offset) {
                        here++;
                        in_titles += in_title(&e, w, i);
                    }
            n += here == e.n && (in_titles == 0 || in_titles == e.n);
        }
        cr_assert_eq(tf_in_order(&e, order), (float)n, "seed %u", first + round);
    }
}

/* The walk in the oracle of rankings says the same. */
Test(phrase_match, equals_the_oracle)
{
    const unsigned first = seed_first();
    static struct example e;
    for (unsigned round = 0; round < 20000; round++) {
        unsigned seed = first + round;
        const size_t order[] = {0, 1, 2, 3};
        make_example(&e, &seed);
        float tf = 0;
        tf += oracle_phrase_tf(e.words, e.n, e.slop, 0, e.title_positions);
        tf += oracle_phrase_tf(e.words, e.n, e.slop, e.title_positions, UINT32_MAX);
        cr_assert_eq(tf_in_order(&e, order), tf, "seed %u", first + round);
    }
}
