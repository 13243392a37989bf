/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: the leaves are weighed first, each by itself; then one walk over the tree decides which
 * of them count. It repeats what the iterators mean on purpose: a person who doubts a score is
 * helped by a second computation, not by the first one's intermediate results.
 */
#include "searcher/rank/explain.h"

#include <assert.h>

#include "searcher/rank/filter.h"
#include "searcher/rank/iterator.h"
#include "searcher/rank/phrase_match.h"

struct explainer {
    const struct plan *plan;
    const struct tie_ranks *ties;
    struct arena *arena;
    size_t number; /* of the segment */
    const struct segment *segment;
    uint32_t base;    /* its first passage's number in the index */
    uint32_t passage; /* of the segment */
    struct explanation *out;
    size_t next_leaf; /* of the walk */
};

/* ---- one leaf ---- */

/* How often the word stands in the passage; *positions (NULL: not wanted) are those. */
static enum status read_word(struct explainer *e, const struct plan_word *word, uint32_t *tf,
                             uint32_t **positions)
{
    const struct term_entry *const entry = &word->entries[e->number];
    struct postings p;
    *tf = 0;
    if (entry->df == 0)
        return STATUS_OK;
    TRY(postings_open(e->segment, entry, &p));
    if (postings_seek(&p, e->passage) != e->passage)
        return p.status;
    const uint32_t there = postings_tf(&p);
    TRY(p.status);
    if (there > segment_length(e->segment, e->passage))
        return fail(STATUS_CORRUPT, "damaged posting list");
    if (positions != NULL) {
        *positions = arena_alloc(e->arena, (there + 1) * sizeof **positions);
        if (*positions == NULL)
            return fail_no_memory();
        TRY(postings_positions(&p, *positions));
    }
    *tf = there;
    return STATUS_OK;
}

static enum status read_phrase(struct explainer *e, struct explained_leaf *leaf)
{
    const struct plan_node *const node = leaf->node;
    struct phrase_word *const words = arena_alloc(e->arena, node->n_words * sizeof *words);
    bool all = true;
    if (words == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < node->n_words; i++) {
        uint32_t *positions = NULL;
        TRY(read_word(e, &node->words[i], &leaf->word_tfs[i], &positions));
        words[i] = (struct phrase_word){.positions = positions,
                                        .n = leaf->word_tfs[i],
                                        .offset = node->words[i].position,
                                        .operand = node->words[i].operand};
        all = all && leaf->word_tfs[i] > 0;
    }
    if (all)
        leaf->tf = node_tf(node, words, segment_title_positions(e->segment, e->passage));
    return STATUS_OK;
}

/* One word, or several as one; on the node's side. */
static enum status read_words(struct explainer *e, struct explained_leaf *leaf)
{
    const struct plan_node *const node = leaf->node;
    uint32_t sum = 0;
    for (size_t i = 0; i < node->n_words; i++) {
        uint32_t *const tf = &leaf->word_tfs[i];
        uint32_t *positions = NULL;
        TRY(read_word(e, &node->words[i], tf, node->side == SIDE_BOTH ? NULL : &positions));
        if (positions != NULL)
            *tf = side_tf(positions, *tf, segment_title_positions(e->segment, e->passage),
                          node->side);
        sum += *tf;
    }
    leaf->tf = (float)sum;
    return STATUS_OK;
}

static enum status read_filter(struct explainer *e, struct explained_leaf *leaf)
{
    struct filter f;
    bool any;
    TRY(filter_open(leaf->node, e->segment, e->number, &f, &any));
    leaf->tf = any && filter_next(&f, e->passage) == e->passage ? 1 : 0;
    return f.status;
}

static bool is_known(const struct plan_node *node)
{
    size_t n = 0;
    for (size_t i = 0; i < node->n_words; i++)
        n += node->words[i].df > 0;
    return node->kind == PLAN_ANY ? n > 0 : n == node->n_words;
}

static enum status read_leaf(struct explainer *e, const struct plan_node *node,
                             struct explained_leaf *leaf)
{
    *leaf = (struct explained_leaf){.node = node, .known = is_known(node)};
    leaf->word_tfs = arena_alloc(e->arena, (node->n_words + 1) * sizeof *leaf->word_tfs);
    if (leaf->word_tfs == NULL)
        return fail_no_memory();
    if (node->kind == PLAN_FILTER)
        return read_filter(e, leaf);
    TRY(node->kind == PLAN_PHRASE || node->kind == PLAN_NEAR ? read_phrase(e, leaf)
                                                             : read_words(e, leaf));
    if (leaf->tf > 0)
        leaf->alone =
            bm25_contribution(&e->plan->bm25, node->weight, leaf->tf, e->out->scored_length);
    leaf->contribution = leaf->alone;
    return STATUS_OK;
}

/* ---- the tree ---- */

static void give_reason(struct explainer *e, enum reason_kind kind, const struct plan_node *node)
{
    e->out->reasons[e->out->n_reasons++] = (struct explained_reason){kind, node};
}

static bool weigh_bag(struct explainer *e, const struct plan_node *bag, bool excluded,
                      uint64_t *score);

/* Whether the node matches, and what it then adds to its bag. */
static bool weigh(struct explainer *e, const struct plan_node *node, bool excluded, uint64_t *score)
{
    if (node->kind == PLAN_BAG)
        return weigh_bag(e, node, excluded, score); /* depth: that of the tree */
    struct explained_leaf *const leaf = &e->out->leaves[e->next_leaf++];
    assert(leaf->node == node); /* leaves stand in the order of the walk */
    leaf->excluded = excluded;
    e->out->held += excluded ? 0 : leaf->alone;
    *score = leaf->contribution;
    return leaf->tf > 0;
}

static bool weigh_bag(struct explainer *e, const struct plan_node *bag, bool excluded,
                      uint64_t *score)
{
    const bool is_root = bag == e->plan->root;
    const size_t first_leaf = e->next_leaf;
    bool any_must = false;
    bool any = false;
    bool fits = true;
    uint64_t sum = 0;
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next) {
        const bool unwanted = c->occur == OCCUR_MUST_NOT;
        uint64_t added = 0;
        const bool matches = weigh(e, c, excluded || unwanted, &added);
        const bool breaks = unwanted ? matches : c->occur == OCCUR_MUST && !matches;
        any_must = any_must || c->occur == OCCUR_MUST;
        any = any || (matches && !unwanted);
        fits = fits && !breaks;
        sum += unwanted ? 0 : added;
        if (is_root && breaks)
            give_reason(e, unwanted ? REASON_EXCLUDED : REASON_MISSING, c);
    }
    if (is_root && !any_must && !any)
        give_reason(e, REASON_NOTHING, NULL);
    const bool matches = fits && any;
    for (size_t i = first_leaf; i < e->next_leaf && !matches; i++)
        e->out->leaves[i].contribution = 0;
    *score = matches ? sum : 0;
    return matches;
}

/* ---- one passage ---- */

static size_t count_children(const struct plan_node *bag)
{
    size_t n = 0;
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next)
        n++;
    return n;
}

static enum status prepare(struct explainer *e)
{
    struct explanation *const out = e->out;
    out->n_leaves = e->plan->n_leaves;
    out->leaves = arena_alloc(e->arena, (out->n_leaves + 1) * sizeof *out->leaves);
    out->reasons =
        arena_alloc(e->arena, (count_children(e->plan->root) + 1) * sizeof *out->reasons);
    return out->leaves == NULL || out->reasons == NULL ? fail_no_memory() : STATUS_OK;
}

/* Fills in all but rank and total. */
static enum status explain_passage(struct explainer *e, uint32_t passage)
{
    struct explanation *const out = e->out;
    e->passage = passage;
    e->next_leaf = 0;
    out->held = 0;
    out->passage = e->base + passage;
    out->length = segment_length(e->segment, passage);
    out->scored_length = scored_length(e->plan, e->segment, passage);
    out->n_reasons = 0;
    for (size_t i = 0; i < out->n_leaves; i++)
        TRY(read_leaf(e, e->plan->leaves[i], &out->leaves[i]));
    out->matches = weigh_bag(e, e->plan->root, false, &out->score);
    return STATUS_OK;
}

/* ---- among all passages ---- */

/* The collector's tie. */
static uint32_t tie_of(const struct explainer *e, size_t segment, uint32_t passage)
{
    const struct index_base *const base = &e->plan->index->bases[segment];
    const bool by_id = e->ties->ranks != NULL && e->ties->whole;
    return by_id ? e->ties->ranks[base->document + passage] : base->passage + passage;
}

static enum status start_walk(struct explainer *e, size_t segment, struct iterator_context *context,
                              struct iterator **out)
{
    const struct plan *const plan = e->plan;
    *context = (struct iterator_context){.plan = plan,
                                         .segment = &plan->index->segments[segment],
                                         .segment_number = segment,
                                         .arena = e->arena};
    return iterator_make(context, plan->root, out);
}

/* The best-ranked match of passages [first, end) of e's segment; *found false if there is none. */
static enum status find_best(struct explainer *e, uint32_t first, uint32_t end, uint32_t *best,
                             bool *found)
{
    struct iterator_context context;
    struct iterator *it;
    uint64_t best_score = 0;
    TRY(start_walk(e, e->number, &context, &it));
    if (it == NULL)
        return STATUS_OK;
    /* Ties inside a document stand by number: where they stand by id it has one passage only. */
    for (uint32_t p = iterator_advance(it, first); p < end; p = iterator_advance(it, p + 1)) {
        const uint64_t score = iterator_score(it);
        if (!*found || score > best_score) {
            best_score = score;
            *best = p;
            *found = true;
        }
    }
    return context.status;
}

/* The passage of [first, end) whose words would weigh most. */
static enum status find_nearest(struct explainer *e, uint32_t first, uint32_t end,
                                uint32_t *nearest)
{
    uint64_t most = 0;
    *nearest = first;
    for (uint32_t p = first; p < end && end - first > 1; p++) {
        TRY(explain_passage(e, p));
        if (e->out->held > most) {
            most = e->out->held;
            *nearest = p;
        }
    }
    return STATUS_OK;
}

static enum status count_matches(struct explainer *e, size_t segment, uint32_t tie,
                                 struct topk *best)
{
    struct iterator_context context;
    struct iterator *it;
    struct explanation *const out = e->out;
    TRY(start_walk(e, segment, &context, &it));
    if (it == NULL)
        return STATUS_OK;
    for (uint32_t p = iterator_advance(it, 0); p != PASSAGE_END; p = iterator_advance(it, p + 1)) {
        TRY(stop_check(&e->plan->stop, out->total));
        const uint64_t score = iterator_score(it);
        const uint32_t own_tie = tie_of(e, segment, p);
        out->total++;
        out->rank += out->matches && (score > out->score || (score == out->score && own_tie < tie));
        if (topk_would_enter(best, score, own_tie))
            TRY(topk_push(best, (struct topk_entry){.score = score, .tie = own_tie}));
    }
    return context.status;
}

/* Rank, total and the least score of the best. */
static enum status stand_among_all(struct explainer *e, uint32_t tie)
{
    struct explanation *const out = e->out;
    struct topk best;
    enum status status = STATUS_OK;
    topk_init(&best, EXPLAIN_BEST);
    out->rank = out->matches ? 1 : 0;
    for (size_t i = 0; i < e->plan->index->n_segments && status == STATUS_OK; i++)
        status = count_matches(e, i, tie, &best);
    if (status == STATUS_OK)
        status = topk_sort(&best);
    out->n_best = (uint32_t)best.n;
    out->least_best = best.n == 0 ? 0 : best.entries[best.n - 1].score;
    topk_release(&best);
    return status;
}

enum status explain(const struct plan *plan, const struct tie_ranks *ties, uint32_t first,
                    uint32_t n, struct arena *arena, struct explanation *out)
{
    const struct index *const index = plan->index;
    struct explanation made = {0};
    struct explainer e = {.plan = plan,
                          .ties = ties,
                          .arena = arena,
                          .number = index_segment_of_passage(index, first),
                          .out = &made};
    e.segment = &index->segments[e.number];
    e.base = index->bases[e.number].passage;
    made.mean_length = (double)index->tokens / (double)index->passages;
    TRY(prepare(&e));
    const uint32_t start = first - e.base;
    uint32_t passage = start;
    bool found = false;
    TRY(find_best(&e, start, start + n, &passage, &found));
    if (!found)
        TRY(find_nearest(&e, start, start + n, &passage));
    TRY(explain_passage(&e, passage));
    TRY(stand_among_all(&e, tie_of(&e, e.number, passage)));
    *out = made;
    return STATUS_OK;
}
