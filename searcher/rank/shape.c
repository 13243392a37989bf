/* SPDX-License-Identifier: Apache-2.0 */
/* shape: one walk down required groups; whatever else is nested is of another form. */
#include "searcher/rank/shape.h"

/* What rounding, and codes of whole units, may add to a weight. */
#define ROUNDING 1.0001
#define UNITS    512

struct shaper {
    size_t segment;
    struct shape *shape;
    bool filtered;  /* a test requires something */
    size_t n_terms; /* that are required */
    bool any_of;    /* words are those of a required group */
    bool optional;  /* words stand beside others */
};

static bool has_all_words(const struct shaper *s, const struct plan_node *node)
{
    for (size_t i = 0; i < node->n_words; i++)
        if (node->words[i].entries[s->segment].df == 0)
            return false;
    return true;
}

static void add_most(struct shape *shape, const struct plan_node *node)
{
    shape->most += (double)node->weight * ROUNDING + UNITS;
}

static void add_word(struct shaper *s, const struct plan_node *node)
{
    if (!has_all_words(s, node))
        return;
    s->shape->words[s->shape->n_words++] = node;
    add_most(s->shape, node);
}

static void add_required(struct shaper *s, const struct plan_node *node)
{
    if (!has_all_words(s, node))
        s->shape->nothing = true;
    s->shape->required[s->shape->n_required++] = node;
    s->n_terms += node->n_words;
    add_most(s->shape, node);
}

static void add_test(struct shaper *s, const struct plan_node *node, bool excluded)
{
    s->shape->tests[s->shape->n_tests++] = (struct shape_test){node, excluded};
    s->filtered = s->filtered || !excluded;
}

static bool is_exact_phrase(const struct plan_node *node)
{
    return node->kind == PLAN_PHRASE && node->slop == 0 && node->side == SIDE_BOTH;
}

/* A group of words, each of which may match alone. */
static bool is_any_of(const struct plan_node *bag)
{
    bool any = false;
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next) {
        if (c->kind != PLAN_TERM || c->occur != OCCUR_SHOULD)
            return false;
        any = true;
    }
    return any;
}

static bool has_must(const struct plan_node *bag)
{
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next)
        if (c->occur == OCCUR_MUST)
            return true;
    return false;
}

static size_t count_positive(const struct plan_node *bag)
{
    size_t n = 0;
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next)
        n += c->occur != OCCUR_MUST_NOT;
    return n;
}

static void add_optional(struct shaper *s, const struct plan_node *node)
{
    s->optional = true;
    add_word(s, node);
}

static void add_bag(struct shaper *s, const struct plan_node *bag);

static void add_must(struct shaper *s, const struct plan_node *node)
{
    if (node->kind == PLAN_TERM || is_exact_phrase(node)) {
        add_required(s, node);
    } else if (node->kind == PLAN_FILTER) {
        add_test(s, node, false);
    } else if (node->kind == PLAN_BAG && is_any_of(node) && !s->any_of) {
        s->any_of = true;
        for (const struct plan_node *c = node->first_child; c != NULL; c = c->next)
            add_word(s, c);
    } else if (node->kind == PLAN_BAG && has_must(node)) {
        add_bag(s, node); /* depth: that of the tree */
    } else {
        s->shape->other = true;
    }
}

/* A bag all of which is required: the root, or what is required of one. */
static void add_bag(struct shaper *s, const struct plan_node *bag)
{
    const bool single = count_positive(bag) == 1; /* then it is required */
    for (const struct plan_node *c = bag->first_child; c != NULL; c = c->next) {
        if (c->occur == OCCUR_MUST_NOT)
            add_test(s, c, true);
        else if (c->occur == OCCUR_MUST || (single && c->kind != PLAN_TERM))
            add_must(s, c);
        else if (c->kind == PLAN_TERM)
            add_optional(s, c);
        else
            s->shape->other = true;
    }
}

static size_t count_nodes(const struct plan_node *node)
{
    size_t n = 1;
    for (const struct plan_node *c = node->first_child; c != NULL; c = c->next)
        n += count_nodes(c);
    return n;
}

/* Words of a required group cannot be told from others; so where there is one, there must be neither
 * other words nor anything that is required besides. Where only a test is required, words are
 * optional, and what scores 0 matches too. */
static bool is_mixed(const struct shaper *s)
{
    if (s->any_of)
        return s->optional || s->shape->n_required > 0;
    return s->filtered && s->shape->n_required == 0;
}

enum status shape_make(const struct plan *plan, size_t segment, struct arena *arena,
                       struct shape *out)
{
    const size_t n = count_nodes(plan->root);
    *out = (struct shape){.words = arena_alloc(arena, n * sizeof *out->words),
                          .required = arena_alloc(arena, n * sizeof *out->required),
                          .tests = arena_alloc(arena, n * sizeof *out->tests)};
    if (out->words == NULL || out->required == NULL || out->tests == NULL)
        return fail_no_memory();
    struct shaper s = {.segment = segment, .shape = out};
    add_bag(&s, plan->root);
    out->other = out->other || is_mixed(&s) || s.n_terms > SHAPE_REQUIRED_MOST;
    out->nothing = out->nothing || (out->n_words == 0 && out->n_required == 0);
    return STATUS_OK;
}
