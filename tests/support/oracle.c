/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: every passage is looked at for every node of the query, word by word. */
#include "tests/support/oracle.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "common/score/bm25.h"
#include "common/score/length_byte.h"

struct ranking {
    const struct oracle_collection *collection;
    struct bm25 bm25;
};

/* ---- entries ---- */

struct occurrence {
    const char *word;
    size_t passage;
};

static int compare_occurrences(const void *a, const void *b)
{
    const struct occurrence *const x = a;
    const struct occurrence *const y = b;
    const int order = strcmp(x->word, y->word);
    return order != 0 ? order : (x->passage > y->passage) - (x->passage < y->passage);
}

static int compare_entries(const void *a, const void *b)
{
    const struct oracle_entry *const x = a;
    const struct oracle_entry *const y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->word, y->word);
}

struct oracle_entry *oracle_entries(const struct oracle_passage *passages, size_t n_passages,
                                    size_t *n)
{
    size_t total = 0;
    for (size_t i = 0; i < n_passages; i++)
        total += passages[i].n_words;
    struct occurrence *const all = calloc(total + 1, sizeof *all);
    struct oracle_entry *const entries = calloc(total + 1, sizeof *entries);
    cr_assert(all != NULL && entries != NULL);
    size_t at = 0;
    for (size_t i = 0; i < n_passages; i++)
        for (uint32_t j = 0; j < passages[i].n_words; j++)
            all[at++] = (struct occurrence){passages[i].words[j], i};
    qsort(all, total, sizeof *all, compare_occurrences);
    *n = 0;
    for (size_t i = 0; i < total; i++) {
        const bool same = i > 0 && strcmp(all[i].word, all[i - 1].word) == 0;
        if (!same)
            entries[(*n)++].word = all[i].word;
        entries[*n - 1].count++;
        entries[*n - 1].df += !same || all[i].passage != all[i - 1].passage;
    }
    free(all);
    qsort(entries, *n, sizeof *entries, compare_entries);
    return entries;
}

static uint64_t df_of(const struct oracle_collection *c, const char *word)
{
    for (size_t i = 0; i < c->n_entries; i++)
        if (strcmp(c->entries[i].word, word) == 0)
            return c->entries[i].df;
    return 0;
}

/* ---- weights ---- */

static bool is_mergeable(const struct oracle_node *node)
{
    return node->kind == ORACLE_WORD && node->sign == ORACLE_PLAIN && node->side == ORACLE_ANYWHERE;
}

static bool is_equal(const struct oracle_node *a, const struct oracle_node *b)
{
    return is_mergeable(a) && is_mergeable(b) && a->boost == b->boost &&
           strcmp(a->words[0], b->words[0]) == 0;
}

static double idf_of(const struct oracle_collection *c, const struct oracle_node *node)
{
    double sum = 0;
    uint64_t most = 0;
    if (node->kind == ORACLE_WILD || node->kind == ORACLE_FUZZY) {
        for (size_t i = 0; i < node->n_fitting; i++) {
            const uint64_t df = df_of(c, node->fitting[i]);
            most = df > most ? df : most;
        }
        return bm25_idf(c->n_passages, most);
    }
    for (size_t i = 0; i < node->n_words; i++)
        sum += bm25_idf(c->n_passages, df_of(c, node->words[i]));
    return sum;
}

static void prepare(const struct oracle_collection *c, struct oracle_node *node, double boost,
                    uint32_t count)
{
    if (node->boost != 0)
        boost *= (double)node->boost;
    if (node->kind == ORACLE_WILD || node->kind == ORACLE_FUZZY)
        oracle_find_fitting(c, node);
    node->weight = bm25_weight(boost * (double)count * idf_of(c, node));
    for (size_t i = 0; i < node->n_children; i++) {
        struct oracle_node *const child = &node->children[i];
        uint32_t equal = 0;
        child->merged = false;
        for (size_t j = 0; j < node->n_children; j++) {
            const bool same = is_equal(&node->children[j], child);
            equal += same;
            child->merged |= same && j < i;
        }
        prepare(c, child, boost, equal == 0 ? 1 : equal);
    }
}

static void release(struct oracle_node *node)
{
    free(node->fitting);
    node->fitting = NULL;
    for (size_t i = 0; i < node->n_children; i++)
        release(&node->children[i]);
}

/* ---- scores ---- */

bool oracle_is_exclusion(const struct oracle_node *node)
{
    if (node->kind != ORACLE_BAG)
        return false;
    for (size_t i = 0; i < node->n_children; i++)
        if (node->children[i].sign != ORACLE_MINUS &&
            (node->children[i].sign != ORACLE_PLUS || !oracle_is_exclusion(&node->children[i])))
            return false;
    return true;
}

/* Whether the clause can match: it is no exclusion. */
bool oracle_is_positive(const struct oracle_node *node)
{
    return node->sign != ORACLE_MINUS && (node->sign != ORACLE_PLUS || !oracle_is_exclusion(node));
}

/* The group of exclusions that is the one optional clause of a bag that requires ids and dates alone:
 * it excludes as well. NULL: there is no such. */
static const struct oracle_node *only_exclusion(const struct oracle_node *bag)
{
    const struct oracle_node *only = NULL;
    bool required = false;
    for (size_t i = 0; i < bag->n_children; i++) {
        const struct oracle_node *const child = &bag->children[i];
        if (child->sign == ORACLE_PLUS && !oracle_is_exclusion(child)) {
            if (!oracle_is_filter(child))
                return NULL;
            required = true;
        }
        if (child->sign != ORACLE_PLAIN)
            continue;
        if (only != NULL || !oracle_is_exclusion(child))
            return NULL;
        only = child;
    }
    return required ? only : NULL;
}

/* An id, a date, or a group of which these are all that can match. */
bool oracle_is_filter(const struct oracle_node *node)
{
    const struct oracle_node *const only = node->kind == ORACLE_BAG ? only_exclusion(node) : NULL;
    bool any = false;
    if (node->kind != ORACLE_BAG)
        return node->kind == ORACLE_ID || node->kind == ORACLE_DATE;
    for (size_t i = 0; i < node->n_children; i++) {
        if (&node->children[i] == only)
            continue;
        if (oracle_is_positive(&node->children[i]) && !oracle_is_filter(&node->children[i]))
            return false;
        any = any || oracle_is_positive(&node->children[i]);
    }
    return any;
}

static bool matches(const struct ranking *r, const struct oracle_node *node,
                    const struct oracle_passage *p, uint64_t *score);

/* Whether the passage has something that a group of exclusions excludes. */
static bool is_excluded(const struct ranking *r, const struct oracle_node *group,
                        const struct oracle_passage *p)
{
    uint64_t unused;
    for (size_t i = 0; i < group->n_children; i++) {
        const struct oracle_node *const child = &group->children[i];
        if (child->sign == ORACLE_PLUS ? is_excluded(r, child, p) : matches(r, child, p, &unused))
            return true;
    }
    return false;
}

static bool leaf_matches(const struct ranking *r, const struct oracle_node *node,
                         const struct oracle_passage *p, uint64_t *score)
{
    const float tf = oracle_leaf_tf(r->collection, node, p);
    const uint32_t length =
        r->collection->byte_lengths ? length_byte_round(p->n_words) : p->n_words;
    *score = 0;
    if (tf > 0 && node->kind != ORACLE_ID && node->kind != ORACLE_DATE)
        *score = bm25_contribution(&r->bm25, node->weight, tf, length);
    return tf > 0;
}

/* Whether the bag requires ids and dates alone, so that one of its other clauses has to match. */
static bool needs_choice(const struct oracle_node *bag)
{
    bool optional = false;
    bool required = false;
    if (only_exclusion(bag) != NULL)
        return false;
    for (size_t i = 0; i < bag->n_children; i++) {
        const struct oracle_node *const child = &bag->children[i];
        optional = optional || child->sign == ORACLE_PLAIN;
        if (child->sign != ORACLE_PLUS || oracle_is_exclusion(child))
            continue;
        if (!oracle_is_filter(child))
            return false;
        required = true;
    }
    return optional && required;
}

/* Whether the node matches the passage, and its score then. */
static bool matches(const struct ranking *r, const struct oracle_node *node,
                    const struct oracle_passage *p, uint64_t *score)
{
    if (node->kind != ORACLE_BAG)
        return leaf_matches(r, node, p, score);
    bool any = false;
    bool choice = !needs_choice(node);
    const struct oracle_node *const only = only_exclusion(node);
    *score = 0;
    for (size_t i = 0; i < node->n_children; i++) {
        const struct oracle_node *const child = &node->children[i];
        uint64_t added = 0;
        if (child == only || (child->sign == ORACLE_PLUS && oracle_is_exclusion(child))) {
            if (is_excluded(r, child, p))
                return false;
            continue;
        }
        const bool found = !child->merged && matches(r, child, p, &added);
        if (child->sign == ORACLE_MINUS ? found : child->sign == ORACLE_PLUS && !found)
            return false;
        any = any || (found && child->sign != ORACLE_MINUS);
        choice = choice || (found && child->sign == ORACLE_PLAIN);
        *score += found ? added : 0;
    }
    return any && choice;
}

/* ---- rolling up ---- */

static uint64_t roll_up(const uint64_t *scores, size_t n, enum oracle_rollup rollup)
{
    uint64_t sum = 0;
    uint64_t best[3] = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        sum += scores[i];
        for (size_t j = 0; j < 3; j++)
            if (scores[i] > best[j]) {
                memmove(&best[j + 1], &best[j], (2 - j) * sizeof *best);
                best[j] = scores[i];
                break;
            }
    }
    return rollup == ORACLE_SUM   ? sum
           : rollup == ORACLE_MAX ? best[0]
                                  : best[0] + best[1] + best[2];
}

/* Turns the scores of all passages into hits. */
static size_t make_hits(const struct oracle_collection *c, const uint64_t *scores,
                        const bool *found, enum oracle_rollup rollup, struct oracle_hit *hits)
{
    size_t n = 0;
    for (size_t start = 0, end; start < c->n_passages; start = end) {
        end = start + 1;
        while (rollup != ORACLE_PASSAGES && end < c->n_passages &&
               c->passages[end].document == c->passages[start].document)
            end++;
        const uint64_t score = rollup == ORACLE_PASSAGES
                                   ? scores[start]
                                   : roll_up(scores + start, end - start, rollup);
        size_t shown = end;
        for (size_t i = start; i < end; i++)
            if (found[i] && (shown == end || scores[i] > scores[shown]))
                shown = i;
        const size_t item = rollup == ORACLE_PASSAGES ? start : c->passages[start].document;
        if (shown < end)
            hits[n++] = (struct oracle_hit){score, (uint32_t)item, (uint32_t)shown};
    }
    return n;
}

static int compare_hits(const void *a, const void *b, void *ids)
{
    const struct oracle_hit *const x = a;
    const struct oracle_hit *const y = b;
    const char *const *const names = ids;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (names != NULL)
        return strcmp(names[x->item], names[y->item]);
    return (x->item > y->item) - (x->item < y->item);
}

size_t oracle_rank(const struct oracle_collection *c, struct oracle_node *root, float k1, float b,
                   enum oracle_rollup rollup, struct oracle_hit *hits)
{
    uint64_t tokens = 0;
    for (size_t i = 0; i < c->n_passages; i++)
        tokens += c->passages[i].n_words;
    const struct ranking r = {c, bm25_of(k1, b, tokens, c->n_passages, c->byte_lengths)};
    uint64_t *const scores = calloc(c->n_passages + 1, sizeof *scores);
    bool *const found = calloc(c->n_passages + 1, sizeof *found);
    cr_assert(scores != NULL && found != NULL);
    prepare(c, root, 1, 1);
    for (size_t i = 0; i < c->n_passages; i++) {
        found[i] = matches(&r, root, &c->passages[i], &scores[i]);
        scores[i] = found[i] ? scores[i] : 0;
    }
    release(root);
    const size_t n = make_hits(c, scores, found, rollup, hits);
    free(scores);
    free(found);
    const bool by_id = c->ids != NULL && (c->whole || rollup != ORACLE_PASSAGES);
    qsort_r(hits, n, sizeof *hits, compare_hits, by_id ? (void *)(uintptr_t)c->ids : NULL);
    return n;
}
