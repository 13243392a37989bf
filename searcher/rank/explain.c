/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: the leaves are weighed first, each by itself; then one walk over the tree decides which
 * of them count. It repeats what the iterators mean on purpose: a person who doubts a score is
 * helped by a second computation, not by the first one's intermediate results.
 */
#include "searcher/rank/explain.h"

#include <assert.h>

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
    uint64_t near;    /* what all leaves that are not excluded would add, counted or not */
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
        words[i] = (struct phrase_word){
            .positions = positions, .n = leaf->word_tfs[i], .offset = node->words[i].position};
        all = all && leaf->word_tfs[i] > 0;
    }
    if (all)
        leaf->tf = phrase_tf(words, node->n_words, node->slop,
                             segment_title_positions(e->segment, e->passage));
    return STATUS_OK;
}

static enum status read_leaf(struct explainer *e, const struct plan_node *node,
                             struct explained_leaf *leaf)
{
    *leaf = (struct explained_leaf){.node = node, .known = true};
    leaf->word_tfs = arena_alloc(e->arena, node->n_words * sizeof *leaf->word_tfs);
    if (leaf->word_tfs == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < node->n_words; i++)
        leaf->known = leaf->known && node->words[i].df > 0;
    if (node->kind == PLAN_PHRASE) {
        TRY(read_phrase(e, leaf));
    } else {
        TRY(read_word(e, &node->words[0], &leaf->word_tfs[0], NULL));
        leaf->tf = (float)leaf->word_tfs[0];
    }
    if (leaf->tf > 0)
        leaf->contribution =
            bm25_contribution(&e->plan->bm25, node->weight, leaf->tf, e->out->scored_length);
    return STATUS_OK;
}

/* ---- the tree ---- */

static void give_reason(struct explainer *e, enum reason_kind kind, const struct plan_node *node)
{
    e->out->reasons[e->out->n_reasons++] = (struct explained_reason){kind, node};
}

static uint64_t weigh_bag(struct explainer *e, const struct plan_node *bag, bool excluded);

/* What the node adds to its bag, 0 if it does not match. */
static uint64_t weigh(struct explainer *e, const struct plan_node *node, bool excluded)
{
    if (node->kind == PLAN_BAG)
        return weigh_bag(e, node, excluded); /* depth: LIMIT_QUERY_NESTING */
    struct explained_leaf *const leaf = &e->out->leaves[e->next_leaf++];
    assert(leaf->node == node); /* leaves stand in the order of the walk */
    leaf->excluded = excluded;
    e->near += excluded ? 0 : leaf->contribution;
    return leaf->contribution;
}

static uint64_t weigh_bag(struct explainer *e, const struct plan_node *bag, bool excluded)
{
    const bool is_root = bag == e->plan->root;
    const size_t first_leaf = e->next_leaf;
    bool any_must = false;
    bool fits = true;
    uint64_t sum = 0;
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next) {
        const bool unwanted = c->occur == OCCUR_MUST_NOT;
        const uint64_t score = weigh(e, c, excluded || unwanted);
        const bool breaks = unwanted ? score > 0 : c->occur == OCCUR_MUST && score == 0;
        any_must = any_must || c->occur == OCCUR_MUST;
        fits = fits && !breaks;
        sum += unwanted ? 0 : score;
        if (is_root && breaks)
            give_reason(e, unwanted ? REASON_EXCLUDED : REASON_MISSING, c);
    }
    if (is_root && !any_must && sum == 0)
        give_reason(e, REASON_NOTHING, NULL);
    if (fits && sum > 0)
        return sum;
    for (size_t i = first_leaf; i < e->next_leaf; i++)
        e->out->leaves[i].contribution = 0;
    return 0;
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
    e->near = 0;
    out->passage = e->base + passage;
    out->length = segment_length(e->segment, passage);
    out->scored_length = scored_length(e->plan, e->segment, passage);
    out->n_reasons = 0;
    for (size_t i = 0; i < out->n_leaves; i++)
        TRY(read_leaf(e, e->plan->leaves[i], &out->leaves[i]));
    out->score = weigh_bag(e, e->plan->root, false);
    out->matches = out->score > 0;
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
        if (score > best_score) {
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
        if (e->near > most) {
            most = e->near;
            *nearest = p;
        }
    }
    return STATUS_OK;
}

static enum status count_matches(struct explainer *e, size_t segment, uint32_t tie)
{
    struct iterator_context context;
    struct iterator *it;
    struct explanation *const out = e->out;
    TRY(start_walk(e, segment, &context, &it));
    if (it == NULL)
        return STATUS_OK;
    for (uint32_t p = iterator_advance(it, 0); p != PASSAGE_END; p = iterator_advance(it, p + 1)) {
        const uint64_t score = iterator_score(it);
        out->total++;
        out->rank += out->matches &&
                     (score > out->score || (score == out->score && tie_of(e, segment, p) < tie));
    }
    return context.status;
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
    made.rank = made.matches ? 1 : 0;
    for (size_t i = 0; i < index->n_segments; i++)
        TRY(count_matches(&e, i, tie_of(&e, e.number, passage)));
    *out = made;
    return STATUS_OK;
}
