/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_conjunction: list by list, the rarest first. The passages of a block of the first list that
 * may win go down the others: at each, in pieces as far as its decoded block reaches, so that a match
 * is a place in the decoded block of every list. A block of a common list is decoded only if
 * something has come down to it.
 */
#include "searcher/rank/rank_conjunction.h"

#include "searcher/rank/conjunction_internal.h"
#include "searcher/rank/iterator.h"

#define FIRST_RANGES 32u /* about how many come before their turn */

/* ---- lists and their bounds ---- */

/* The list of a term; a term that is required twice has one. */
static enum status open_conjunct(struct conjunction *w, const struct plan_word *word, float weight,
                                 struct conjunct **out)
{
    const struct term_entry *const entry = &word->entries[w->r->segment];
    for (size_t i = 0; i < w->n_conjuncts; i++)
        if (span_equal(w->terms[i], word->term)) {
            *out = w->conjuncts[i];
            (*out)->uses++;
            return STATUS_OK;
        }
    struct conjunct *const c = arena_room(w->r->arena, sizeof *c);
    if (c == NULL)
        return fail_no_memory();
    if (w->bounded) {
        TRY(scored_list_open(w->context, entry, weight, &c->list));
    } else {
        TRY(postings_open(w->segment, entry, &c->list.postings));
        c->list.df = entry->df;
    }
    c->uses = 1;
    size_t at = w->n_conjuncts++;
    for (; at > 0 && w->conjuncts[at - 1]->list.df > c->list.df; at--) {
        w->conjuncts[at] = w->conjuncts[at - 1];
        w->terms[at] = w->terms[at - 1];
    }
    w->conjuncts[at] = c;
    w->terms[at] = word->term;
    *out = c;
    return STATUS_OK;
}

static enum status open_word(struct conjunction *w, const struct plan_node *node)
{
    struct word *const word = &w->words[w->n_words++];
    word->weight = node->weight;
    TRY(open_conjunct(w, &node->words[0], node->weight, &word->conjunct));
    struct conjunct *const c = word->conjunct;
    if (!w->bounded)
        return STATUS_OK;
    c->codes = c->list.codes;
    c->unit = scored_unit(node->weight);
    w->kernels->join_bounds(w->ranges.bounds, c->codes, w->ranges.n, c->unit);
    return STATUS_OK;
}

/* Puts a word of the phrase among its rarer ones. */
static void add_part(struct phrase *p, struct conjunct *c, uint32_t offset)
{
    size_t at = p->n++;
    for (; at > 0 && p->parts[at - 1].conjunct->list.df > c->list.df; at--)
        p->parts[at] = p->parts[at - 1];
    p->parts[at] = (struct phrase_part){c, offset};
    p->last = offset > p->last ? offset : p->last;
}

/* More than a share of binary32 can be above that of a higher frequency, as it may from some
 * thousands on. */
#define PHRASE_SLACK (1.0f / 1048576)

/* A phrase is in a passage at most as often as each of its words: its share is not above the
 * smallest of theirs. */
static enum status open_phrase(struct conjunction *w, const struct plan_node *node,
                               struct phrase *p)
{
    uint8_t *const least = arena_room(w->r->arena, w->ranges.n + 1);
    p->node = node;
    p->bound_weight = node->weight * (1 + PHRASE_SLACK);
    p->parts = arena_alloc(w->r->arena, node->n_words * sizeof *p->parts);
    p->readers = arena_room(w->r->arena, node->n_words * sizeof *p->readers);
    if (least == NULL || p->parts == NULL || p->readers == NULL)
        return fail_no_memory();
    memset(least, 255, w->ranges.n);
    uint32_t first = UINT32_MAX; /* holes may stand before the first word */
    for (size_t i = 0; i < node->n_words; i++)
        first = node->words[i].position < first ? node->words[i].position : first;
    for (size_t i = 0; i < node->n_words; i++) {
        struct conjunct *c;
        TRY(open_conjunct(w, &node->words[i], p->bound_weight, &c));
        c->codes = least;
        c->unit = scored_unit(p->bound_weight);
        if (w->bounded)
            w->kernels->least_codes(least, c->list.codes, w->ranges.n);
        position_reader_init(&p->readers[i], w->r->arena);
        add_part(p, c, node->words[i].position - first);
    }
    w->kernels->join_bounds(w->ranges.bounds, least, w->ranges.n, scored_unit(p->bound_weight));
    return STATUS_OK;
}

static enum status open_all(struct conjunction *w, const struct shape *shape)
{
    for (size_t i = 0; i < shape->n_required; i++)
        if (shape->required[i]->kind == PLAN_TERM)
            TRY(open_word(w, shape->required[i]));
        else
            TRY(open_phrase(w, shape->required[i], &w->phrases[w->n_phrases++]));
    for (size_t i = 0; i < shape->n_words; i++) {
        struct scored_list *const l = &w->optional[w->n_optional++];
        const struct plan_node *const node = shape->words[i];
        TRY(scored_list_open(w->context, &node->words[0].entries[w->r->segment], node->weight, l));
        w->kernels->lift_bounds(w->ranges.bounds, l->codes, w->ranges.n, l->unit);
        w->optional_most += l->most;
    }
    return STATUS_OK;
}

/* ---- one match ---- */

/* Adds what the phrases give to *sum; *matches false if one is not there, or the match cannot
 * win. */
static enum status add_phrases(struct conjunction *w, uint32_t match, uint32_t bar, uint64_t *sum,
                               bool *matches)
{
    uint64_t rest = w->optional_most;
    for (size_t i = 0; i < w->n_phrases; i++)
        rest += w->phrases[i].bounds[match];
    for (size_t i = 0; i < w->n_phrases; i++) {
        struct phrase *const p = &w->phrases[i];
        uint32_t tf = 0;
        *matches = *sum + rest >= bar;
        if (*matches)
            TRY(conjunction_count_phrase(w, p, p->n, match, &tf));
        *matches = *matches && tf > 0;
        if (!*matches)
            return STATUS_OK;
        rest -= p->bounds[match];
        *sum +=
            bm25_contribution(w->context->bm25, p->node->weight, (float)tf,
                              scored_length(w->r->plan, w->segment, w->matches->passages[match]));
    }
    *matches = *sum + rest >= bar;
    return STATUS_OK;
}

/* Adds the optional words that the passage holds, as long as it can win. */
static uint64_t add_optional(struct conjunction *w, uint32_t passage, uint32_t bar, uint64_t sum)
{
    const uint32_t range = passage / RANGE_PASSAGES;
    uint64_t rest = 0;
    for (size_t i = 0; i < w->n_optional; i++)
        rest += w->optional[i].codes[range] * w->optional[i].unit;
    for (size_t i = 0; i < w->n_optional && sum + rest >= bar; i++) {
        struct scored_list *const l = &w->optional[i];
        const uint32_t bound = l->codes[range] * l->unit;
        uint32_t units;
        rest -= bound;
        if (bound == 0 || postings_seek(&l->postings, passage) != passage)
            continue;
        const uint32_t tf = postings_tf(&l->postings);
        scored_list_units(l, &passage, &tf, 1, &units);
        sum += units;
    }
    return sum + rest >= bar ? sum : 0;
}

static enum status finish(struct conjunction *w, uint32_t match)
{
    const uint32_t passage = w->matches->passages[match];
    const uint32_t bar = conjunction_bar(w, passage);
    uint64_t sum = w->sums[match];
    bool matches = true;
    TRY(add_phrases(w, match, bar, &sum, &matches));
    if (matches && w->n_optional > 0)
        sum = add_optional(w, passage, bar, sum);
    if (!matches || sum < bar)
        return STATUS_OK;
    return ranking_offer(w->r, passage, sum);
}

/* ---- matches ---- */

/* How many of n ascending passages are below `end`. */
static size_t count_before(const uint32_t *passages, size_t n, uint32_t end)
{
    size_t i = 0;
    while (i < n && passages[i] < end)
        i++;
    return i;
}

/* Scores the n matches by the required words, and bounds the phrases. */
static void score_matches(struct conjunction *w, size_t n)
{
    const struct segment *const s = w->segment;
    const struct score_kernels *const k = score_kernels();
    lengths_gather(s->sections[SECTION_LENS].data, s->header.length_width, w->matches->passages, n,
                   w->lengths);
    memset(w->sums, 0, n * sizeof *w->sums);
    for (size_t i = 0; i < w->n_words; i++) {
        struct conjunct *const c = w->words[i].conjunct;
        const uint32_t *const tfs = postings_tfs(&c->list.postings);
        const uint16_t *const places = w->matches->places[c->number];
        for (size_t j = 0; j < n; j++)
            w->tfs[j] = tfs[places[j]];
        k->contributions(w->context->bm25, w->words[i].weight, w->tfs, w->lengths, n, w->units);
        for (size_t j = 0; j < n; j++)
            w->sums[j] += w->units[j];
    }
    for (size_t i = 0; i < w->n_phrases; i++)
        conjunction_bound_phrase(w, &w->phrases[i], w->phrases[i].n, n);
}

static enum status offer_matches(struct conjunction *w, size_t n)
{
    score_matches(w, n);
    w->r->cost.postings += n * w->n_conjuncts;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t most = (uint64_t)w->sums[i] + w->optional_most;
        for (size_t j = 0; j < w->n_phrases; j++)
            most += w->phrases[j].bounds[i];
        if (most >= conjunction_bar(w, w->matches->passages[i]))
            TRY(finish(w, i));
    }
    return STATUS_OK;
}

static enum status count_match(struct conjunction *w, uint32_t match)
{
    bool matches = true;
    for (size_t i = 0; i < w->n_phrases && matches; i++) {
        uint32_t tf;
        TRY(conjunction_count_phrase(w, &w->phrases[i], w->phrases[i].n, match, &tf));
        matches = tf > 0;
    }
    if (matches)
        TRY(ranking_passes(w->r, w->matches->passages[match], &matches));
    *w->count += matches;
    return STATUS_OK;
}

static enum status count_matches(struct conjunction *w, size_t n)
{
    if (w->n_phrases == 0 && ranking_tests(w->r) == 0) {
        *w->count += n;
        return STATUS_OK;
    }
    for (uint32_t i = 0; i < n; i++)
        TRY(count_match(w, i));
    return STATUS_OK;
}

static enum status take_matches(struct conjunction *w, size_t n)
{
    w->matches = &w->levels[w->n_conjuncts];
    return w->count != NULL ? count_matches(w, n) : offer_matches(w, n);
}

/* ---- down the lists ---- */

/* Of n passages of this level, from number `first` on, those that the list's block reaches: what it
 * holds goes to the next level. *n_next is how many that are. Returns how many were done. */
static size_t intersect(struct conjunction *w, size_t number, size_t first, size_t n,
                        size_t *n_next)
{
    const struct level *const here = &w->levels[number];
    struct level *const next = &w->levels[number + 1];
    const struct postings *const p = &w->conjuncts[number]->list.postings;
    const uint32_t *const passages = here->passages + first;
    const size_t reached = count_before(passages, n, p->last + 1);
    uint16_t kept[BLOCK_VALUES + RANK_SLACK];
    uint16_t *const places = next->places[number];
    *n_next =
        p->bits != NULL
            ? w->kernels->common_bits(passages, reached, p->bits, p->words, p->base, kept, places)
            : w->kernels->common(passages, reached, p->passages, p->n, kept, places);
    for (size_t i = 0; i < *n_next; i++) {
        next->passages[i] = passages[kept[i]];
        places[i] &= BLOCK_VALUES - 1; /* only in a damaged block are there more */
    }
    for (size_t j = 0; j < number; j++)
        for (size_t i = 0; i < *n_next; i++)
            next->places[j][i] = here->places[j][first + kept[i]];
    return reached;
}

/* Takes n passages of level `number` down list `number` and those below it. */
static enum status descend(struct conjunction *w, size_t number, size_t n)
{
    if (number == w->n_conjuncts)
        return take_matches(w, n);
    if (number == 2 && conjunction_pairs_pay(w))
        TRY(conjunction_keep_paired(w, &n));
    const struct level *const here = &w->levels[number];
    struct postings *const p = &w->conjuncts[number]->list.postings;
    for (size_t i = 0; i < n;) {
        size_t n_next;
        if (!postings_locate(p, here->passages[i])) {
            w->ended = true;
            return STATUS_OK;
        }
        i += intersect(w, number, i, n - i, &n_next);
        if (n_next > 0)
            TRY(descend(w, number + 1, n_next)); /* depth: the number of lists */
    }
    return STATUS_OK;
}

/* ---- all ranges ---- */

/* The first passage >= from of a live range, PASSAGE_END if there is none. */
static uint32_t next_live(struct conjunction *w, uint32_t from)
{
    if (!w->bounded)
        return from;
    const uint32_t bar = conjunction_bar(w, from);
    while (w->at < w->ranges.n_live && (w->ranges.live[w->at] < from / RANGE_PASSAGES ||
                                        w->ranges.bounds[w->ranges.live[w->at]] < bar))
        w->at++;
    if (w->at == w->ranges.n_live)
        return PASSAGE_END;
    const uint32_t start = w->ranges.live[w->at] * RANGE_PASSAGES;
    return start > from ? start : from;
}

/* Goes through the ranges whose bounds are at least `least`. */
static enum status go_through(struct conjunction *w, uint32_t least)
{
    struct postings *const p = &w->conjuncts[0]->list.postings;
    w->at = 0;
    w->ended = false;
    for (uint32_t from = next_live(w, 0); from != PASSAGE_END && !w->ended;) {
        const uint32_t first = postings_seek(p, from);
        if (first == PASSAGE_END)
            break;
        from = next_live(w, first);
        if (from != first)
            continue;
        TRY(ranking_step(w->r));
        if (w->r->late)
            break;
        const uint32_t bar = conjunction_bar(w, first);
        const size_t n = conjunction_take_first(w, least > bar ? least : bar, bar);
        w->r->cost.visited++;
        TRY(descend(w, 1, n));
        postings_skip(p, p->n - p->at);
        from = postings_passage(p) == PASSAGE_END ? PASSAGE_END : next_live(w, postings_passage(p));
    }
    return STATUS_OK;
}

static void rewind_all(struct conjunction *w)
{
    for (size_t i = 0; i < w->n_conjuncts; i++)
        postings_rewind(&w->conjuncts[i]->list.postings);
    for (size_t i = 0; i < w->n_optional; i++)
        postings_rewind(&w->optional[i].postings);
    for (size_t i = 0; i < w->n_phrases; i++)
        for (size_t j = 0; j < w->phrases[i].n; j++)
            position_reader_init(&w->phrases[i].readers[j], w->r->arena);
}

/* The ranges that promise most, so that the score to be reached is high when the others come. */
static enum status go_first(struct conjunction *w)
{
    if (w->ranges.n_live <= 4 * FIRST_RANGES)
        return STATUS_OK;
    struct live_ranges *const ranges = &w->ranges;
    const uint32_t cut = live_ranges_cut(ranges, FIRST_RANGES);
    live_ranges_find(ranges, cut);
    TRY(go_through(w, cut));
    for (size_t i = 0; i < ranges->n_live; i++)
        ranges->bounds[ranges->live[i]] = 0;
    rewind_all(w);
    TRY(ranking_restart(w->r));
    live_ranges_find(ranges, conjunction_bar(w, 0));
    return STATUS_OK;
}

static enum status close_lists(struct conjunction *w)
{
    for (size_t i = 0; i < w->n_conjuncts; i++)
        TRY(ranking_close(w->r, &w->conjuncts[i]->list.postings));
    for (size_t i = 0; i < w->n_optional; i++)
        TRY(ranking_close(w->r, &w->optional[i].postings));
    return STATUS_OK;
}

static enum status take_room(struct conjunction *w, const struct shape *shape)
{
    struct arena *const arena = w->r->arena;
    size_t n_conjuncts = 0;
    for (size_t i = 0; i < shape->n_required; i++)
        n_conjuncts += shape->required[i]->n_words;
    w->conjuncts = arena_alloc(arena, n_conjuncts * sizeof(struct conjunct *));
    w->phrases = arena_alloc(arena, shape->n_required * sizeof *w->phrases);
    w->terms = arena_alloc(arena, n_conjuncts * sizeof *w->terms);
    w->words = arena_alloc(arena, shape->n_required * sizeof *w->words);
    w->optional = arena_room(arena, (shape->n_words + 1) * sizeof *w->optional);
    w->levels = arena_room(arena, (n_conjuncts + 1) * sizeof *w->levels);
    if (w->conjuncts == NULL || w->phrases == NULL || w->terms == NULL || w->words == NULL ||
        w->optional == NULL || w->levels == NULL)
        return fail_no_memory();
    for (size_t i = 0; i <= n_conjuncts; i++) {
        w->levels[i].places = arena_room(arena, (i + 1) * sizeof *w->levels[i].places);
        if (w->levels[i].places == NULL)
            return fail_no_memory();
    }
    /* Not 0, which would mean that something required is missing. */
    const size_t n_ranges = !w->bounded ? 0 : (size_t)bounds_ranges(w->segment);
    return live_ranges_init(&w->ranges, n_ranges, 1, arena);
}

/* The df of the rarest list. */
static uint32_t least_df(const struct ranking *r, const struct shape *shape)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < shape->n_required; i++)
        for (size_t j = 0; j < shape->required[i]->n_words; j++) {
            const uint32_t df = shape->required[i]->words[j].entries[r->segment].df;
            least = df < least ? df : least;
        }
    return least;
}

/* Whether the bounds of all ranges cost less than they save. Where the rarest list is short, all its
 * passages are looked up; and until k passages are found, nothing is left out. Phrases leave out less,
 * as hardly any passage has one twice. */
static bool bounds_pay(const struct ranking *r, const struct list_context *context,
                       const struct shape *shape)
{
    const uint64_t ranges = bounds_ranges(context->segment);
    bool words = true;
    for (size_t i = 0; i < shape->n_required; i++)
        words = words && shape->required[i]->kind == PLAN_TERM;
    return least_df(r, shape) > (words ? ranges / 2 : ranges * 3 / 2) + 4 * r->collector->best.k;
}

static enum status prepare(struct ranking *r, const struct list_context *context,
                           const struct shape *shape, uint64_t *count, struct conjunction **out)
{
    struct conjunction *const w = arena_alloc(r->arena, sizeof *w);
    if (w == NULL)
        return fail_no_memory();
    w->r = r;
    w->count = count;
    w->bounded = count == NULL && bounds_pay(r, context, shape);
    w->context = context;
    w->segment = context->segment;
    w->kernels = rank_kernels();
    TRY(take_room(w, shape));
    TRY(open_all(w, shape));
    for (size_t i = 0; i < w->n_conjuncts; i++)
        w->conjuncts[i]->number = i;
    if (w->bounded)
        conjunction_tell_most(w, w->conjuncts[0]);
    *out = w;
    return STATUS_OK;
}

enum status rank_conjunction(struct ranking *r, const struct list_context *context,
                             const struct shape *shape)
{
    struct conjunction *w;
    TRY(prepare(r, context, shape, NULL, &w));
    r->cost.ranges += w->ranges.n;
    live_ranges_find(&w->ranges, conjunction_bar(w, 0));
    TRY(go_first(w));
    TRY(go_through(w, 1));
    return close_lists(w);
}

enum status rank_count_conjunction(struct ranking *r, const struct list_context *context,
                                   const struct shape *shape, uint64_t *count)
{
    struct shape required = *shape;
    struct conjunction *w;
    required.n_words = 0; /* what is optional does not count */
    TRY(prepare(r, context, &required, count, &w));
    TRY(go_through(w, 1));
    return close_lists(w);
}
