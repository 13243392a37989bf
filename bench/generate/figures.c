/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures: one record a word says in which document it was last seen, so that a document's distinct
 * words are counted without a set. Comparing neighbours needs sets, and is done for some only.
 */
#include "bench/generate/figures.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bench/generate/array.h"
#include "bench/generate/dice.h"
#include "bench/generate/power.h"

#define CURVE_MOST   4096  /* points; then every other one goes */
#define LENGTHS_MOST 65536 /* documents of more words are counted together */
#define MID_LEAST    3     /* documents */

struct figures_word {
    uint32_t last; /* number from 1 of the document where it was last seen */
    uint32_t documents;
    uint64_t count;
};

/* A sorted set of words. */
struct set {
    uint32_t *words;
    size_t n;
    size_t cap;
};

#define FAR_SETS  64 /* kept to compare later ones with */
#define FAR_EVERY 16 /* of the places, one is kept */

struct figures_pairs {
    uint64_t stride; /* every so many documents two neighbours are compared */
    uint64_t places; /* where that was done */
    uint64_t n_far;
    double near;
    double far;
    struct set before; /* the first of two neighbours */
    struct set now;
    struct set far_sets[FAR_SETS];
    struct dice dice;
};

/* Twins are looked for among the texts whose hash ends in so many zeros: a fair sample. */
#define TWIN_BITS 4

struct figures_texts {
    uint64_t *slots; /* hashes; 0: free */
    uint64_t mask;
    uint64_t n;
    uint64_t sampled;
    uint64_t twins;
};

enum status figures_expect(struct figures *f, uint64_t n_documents)
{
    f->lengths = calloc(LENGTHS_MOST + 1, sizeof *f->lengths);
    f->pairs = calloc(1, sizeof *f->pairs);
    f->texts = calloc(1, sizeof *f->texts);
    if (f->lengths == NULL || f->pairs == NULL || f->texts == NULL)
        return fail_no_memory();
    f->texts->mask = 1023;
    f->texts->slots = calloc(f->texts->mask + 1, sizeof *f->texts->slots);
    f->pairs->stride = n_documents / FIGURES_PAIRS + 2;
    f->pairs->dice = dice_of(n_documents, 0, 0);
    return f->texts->slots == NULL ? fail_no_memory() : STATUS_OK;
}

void figures_release(struct figures *f)
{
    free(f->curve);
    free(f->word);
    free(f->lengths);
    if (f->pairs != NULL) {
        free(f->pairs->before.words);
        free(f->pairs->now.words);
        for (size_t i = 0; i < FAR_SETS; i++)
            free(f->pairs->far_sets[i].words);
    }
    free(f->pairs);
    if (f->texts != NULL)
        free(f->texts->slots);
    free(f->texts);
    *f = (struct figures)FIGURES_INIT;
}

/* ---- growth ---- */

static enum status put_curve(struct figures *f)
{
    if (f->n_curve == CURVE_MOST) {
        f->n_curve /= 2;
        for (size_t i = 0; i < f->n_curve; i++)
            f->curve[i] = f->curve[2 * i + 1];
        f->step *= 2;
        if (f->words % f->step != 0)
            return STATUS_OK;
    }
    TRY(ARRAY_ROOM(f->curve, f->n_curve, f->curve_cap));
    f->curve[f->n_curve++] = f->distinct;
    return STATUS_OK;
}

/* Distinct words after `n` occurrences, by the straight line between two points of the curve. */
static double distinct_at(const struct figures *f, double n)
{
    const size_t i = (size_t)(n / (double)f->step);
    const double x0 = (double)i * (double)f->step;
    const double y0 = i == 0 ? 0 : f->curve[i - 1];
    const double x1 = i < f->n_curve ? x0 + (double)f->step : (double)f->words;
    const double y1 = i < f->n_curve ? f->curve[i] : f->distinct;
    return x1 > x0 ? y0 + (y1 - y0) * (n - x0) / (x1 - x0) : y1;
}

static void finish_growth(const struct figures *f, struct figures_summary *s)
{
    double y[4];
    for (int i = 0; i < 4; i++) {
        const double at = (double)f->words / (double)(8 >> i);
        const double distinct = i == 3 ? f->distinct : distinct_at(f, at);
        s->distinct[i] = (uint32_t)(distinct + 0.5);
        y[i] = distinct >= 1 ? power_log2(distinct) : 0;
    }
    /* Least squares over x = 0, 1, 2, 3. */
    s->heaps_beta = (3 * (y[3] - y[0]) + y[2] - y[1]) / 10;
}

/* ---- neighbours ---- */

static int compare_words(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static enum status fill_set(struct set *s, const uint32_t *words, size_t n)
{
    s->n = 0;
    for (size_t i = 0; i < n; i++) {
        TRY(ARRAY_ROOM(s->words, s->n, s->cap));
        s->words[s->n++] = words[i];
    }
    qsort(s->words, s->n, sizeof *s->words, compare_words);
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (i == 0 || s->words[i] != s->words[i - 1])
            s->words[kept++] = s->words[i];
    s->n = kept;
    return STATUS_OK;
}

static double jaccard(const struct set *a, const struct set *b)
{
    size_t common = 0;
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        common += a->words[i] == b->words[j];
        const bool next_a = a->words[i] <= b->words[j];
        j += b->words[j] <= a->words[i];
        i += next_a;
    }
    const size_t all = a->n + b->n - common;
    return all == 0 ? 0 : (double)common / (double)all;
}

/* Every `stride` documents, one is compared with the one before it and with one from afar. */
static enum status compare(struct figures *f, const uint32_t *words, size_t n)
{
    struct figures_pairs *const p = f->pairs;
    const uint64_t phase = f->documents % p->stride;
    if (phase == 0)
        return fill_set(&p->before, words, n);
    if (phase != 1)
        return STATUS_OK;
    TRY(fill_set(&p->now, words, n));
    p->near += jaccard(&p->before, &p->now);
    const uint64_t kept = p->places / FAR_EVERY;
    if (kept > 0) {
        const uint32_t choice = dice_below(&p->dice, kept < FAR_SETS ? (uint32_t)kept : FAR_SETS);
        p->far += jaccard(&p->far_sets[choice], &p->now);
        p->n_far++;
    }
    if (p->places++ % FAR_EVERY == FAR_EVERY - 1)
        return fill_set(&p->far_sets[kept % FAR_SETS], words, n);
    return STATUS_OK;
}

/* ---- twins ---- */

static enum status grow_texts(struct figures_texts *t)
{
    if (2 * t->n < t->mask)
        return STATUS_OK;
    const uint64_t mask = 2 * t->mask + 1;
    uint64_t *const slots = calloc(mask + 1, sizeof *slots);
    if (slots == NULL)
        return fail_no_memory();
    for (uint64_t i = 0; i <= t->mask; i++) {
        uint64_t to = t->slots[i] >> TWIN_BITS & mask;
        while (t->slots[i] != 0 && slots[to] != 0)
            to = (to + 1) & mask;
        if (t->slots[i] != 0)
            slots[to] = t->slots[i];
    }
    free(t->slots);
    t->slots = slots;
    t->mask = mask;
    return STATUS_OK;
}

static enum status look_for_twin(struct figures_texts *t, struct span text)
{
    const uint64_t hash = XXH3_64bits(text.data, text.len);
    if ((hash & ((1u << TWIN_BITS) - 1)) != 0 || hash == 0)
        return STATUS_OK;
    t->sampled++;
    uint64_t i = hash >> TWIN_BITS & t->mask;
    while (t->slots[i] != 0 && t->slots[i] != hash)
        i = (i + 1) & t->mask;
    if (t->slots[i] == hash) {
        t->twins++;
        return STATUS_OK;
    }
    t->slots[i] = hash;
    t->n++;
    return grow_texts(t);
}

/* ---- all of it ---- */

static enum status room_for_word(struct figures *f, uint32_t word)
{
    while (f->n_word <= word) {
        TRY(ARRAY_ROOM(f->word, f->n_word, f->word_cap));
        f->word[f->n_word++] = (struct figures_word){0};
    }
    return STATUS_OK;
}

enum status figures_add(struct figures *f, const uint32_t *words, size_t n, struct span text)
{
    const uint32_t document = (uint32_t)f->documents + 1;
    for (size_t i = 0; i < n; i++) {
        TRY(room_for_word(f, words[i]));
        struct figures_word *const w = &f->word[words[i]];
        f->distinct += w->count++ == 0;
        w->documents += w->last != document;
        w->last = document;
        if (++f->words % f->step == 0)
            TRY(put_curve(f));
    }
    TRY(compare(f, words, n));
    TRY(look_for_twin(f->texts, text));
    f->lengths[n < LENGTHS_MOST ? n : LENGTHS_MOST]++;
    f->longest = n > f->longest ? (uint32_t)n : f->longest;
    f->documents++;
    f->text_bytes += text.len;
    return STATUS_OK;
}

/* The length that `share` of the documents do not exceed. */
static uint32_t length_at(const struct figures *f, double share)
{
    uint64_t below = 0;
    for (uint32_t n = 0; n < LENGTHS_MOST; n++) {
        below += f->lengths[n];
        if ((double)below >= share * (double)f->documents)
            return n;
    }
    return LENGTHS_MOST;
}

static void finish_words(const struct figures *f, struct figures_summary *s)
{
    double mid_count = 0, mid_documents = 0, documents = 0, hapaxes = 0;
    for (size_t i = 0; i < f->n_word; i++) {
        const struct figures_word *const w = &f->word[i];
        const double share = (double)w->documents / (double)f->documents;
        documents += w->documents;
        hapaxes += w->count == 1;
        if (w->documents >= MID_LEAST && share >= FIGURES_MID_LEAST && share <= FIGURES_MID_MOST) {
            mid_count += (double)w->count;
            mid_documents += w->documents;
        }
    }
    s->mid_tf = mid_documents > 0 ? mid_count / mid_documents : 0;
    s->repeats = f->words > 0 ? 1 - documents / (double)f->words : 0;
    s->hapax_share = f->distinct > 0 ? hapaxes / f->distinct : 0;
}

enum status figures_finish(const struct figures *f, struct figures_summary *s)
{
    if (f->documents == 0)
        return fail(STATUS_INPUT, "no documents to count");
    const struct figures_pairs *const p = f->pairs;
    *s = (struct figures_summary){.documents = f->documents,
                                  .text_bytes = f->text_bytes,
                                  .words = f->words,
                                  .mean_len = (double)f->words / (double)f->documents,
                                  .median_len = length_at(f, 0.5),
                                  .p95_len = length_at(f, 0.95),
                                  .longest = f->longest};
    finish_growth(f, s);
    finish_words(f, s);
    s->near_jaccard = p->places > 0 ? p->near / (double)p->places : 0;
    s->far_jaccard = p->n_far > 0 ? p->far / (double)p->n_far : 0;
    s->twins = f->texts->sampled > 0 ? (double)f->texts->twins / (double)f->texts->sampled : 0;
    return STATUS_OK;
}
