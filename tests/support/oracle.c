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

/* ---- words ---- */

static uint32_t count_word(const struct oracle_passage *p, const char *word)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_words; i++)
        n += strcmp(p->words[i], word) == 0;
    return n;
}

static double idf_of(const struct oracle_collection *c, const char *word)
{
    uint64_t df = 0;
    for (size_t i = 0; i < c->n_passages; i++)
        df += count_word(&c->passages[i], word) > 0;
    return bm25_idf(c->n_passages, df);
}

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

static float count_phrase(const struct oracle_passage *p, const struct oracle_node *node)
{
    static struct oracle_places places[ORACLE_WORDS_MOST];
    for (uint32_t i = 0; i < node->n_words; i++) {
        places[i].n = 0;
        places[i].offset = i;
        for (uint32_t at = 0; at < p->n_words; at++)
            if (strcmp(p->words[at], node->words[i]) == 0)
                places[i].positions[places[i].n++] = at;
        if (places[i].n == 0)
            return 0;
    }
    float tf = 0;
    tf += oracle_phrase_tf(places, node->n_words, node->slop, 0, p->n_title);
    tf += oracle_phrase_tf(places, node->n_words, node->slop, p->n_title, p->n_words);
    return tf;
}

/* ---- scores ---- */

static bool is_mergeable(const struct oracle_node *node)
{
    return node->kind == ORACLE_WORD && node->sign == ORACLE_PLAIN;
}

static void prepare(const struct oracle_collection *c, struct oracle_node *node, uint32_t count)
{
    double idf = 0;
    for (size_t i = 0; i < node->n_words; i++)
        idf += idf_of(c, node->words[i]);
    node->weight = bm25_weight((double)count * idf);
    for (size_t i = 0; i < node->n_children; i++) {
        struct oracle_node *const child = &node->children[i];
        uint32_t equal = 0;
        child->merged = false;
        for (size_t j = 0; j < node->n_children && is_mergeable(child); j++) {
            const bool same = is_mergeable(&node->children[j]) &&
                              strcmp(node->children[j].words[0], child->words[0]) == 0;
            equal += same;
            child->merged |= same && j < i;
        }
        prepare(c, child, equal == 0 ? 1 : equal);
    }
}

/* The score of a node in a passage, 0 if it does not match. */
static uint64_t score_of(const struct ranking *r, const struct oracle_node *node,
                         const struct oracle_passage *p)
{
    if (node->kind != ORACLE_BAG) {
        const float tf = node->kind == ORACLE_WORD ? (float)count_word(p, node->words[0])
                                                   : count_phrase(p, node);
        const uint32_t length =
            r->collection->byte_lengths ? length_byte_round(p->n_words) : p->n_words;
        return tf == 0 ? 0 : bm25_contribution(&r->bm25, node->weight, tf, length);
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < node->n_children; i++) {
        const struct oracle_node *const child = &node->children[i];
        const uint64_t score = child->merged ? 0 : score_of(r, child, p);
        if ((child->sign == ORACLE_MINUS && score > 0) ||
            (child->sign == ORACLE_PLUS && score == 0))
            return 0;
        sum += score;
    }
    return sum;
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
                        enum oracle_rollup rollup, struct oracle_hit *hits)
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
        size_t shown = start;
        for (size_t i = start; i < end; i++)
            shown = scores[i] > scores[shown] ? i : shown;
        const size_t item = rollup == ORACLE_PASSAGES ? start : c->passages[start].document;
        if (score > 0)
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
    cr_assert_not_null(scores);
    prepare(c, root, 1);
    for (size_t i = 0; i < c->n_passages; i++)
        scores[i] = score_of(&r, root, &c->passages[i]);
    const size_t n = make_hits(c, scores, rollup, hits);
    free(scores);
    const bool by_id = c->ids != NULL && (c->whole || rollup != ORACLE_PASSAGES);
    qsort_r(hits, n, sizeof *hits, compare_hits, by_id ? (void *)(uintptr_t)c->ids : NULL);
    return n;
}

/* ---- text ---- */

static void put_node(const struct oracle_node *node, struct buf *out)
{
    static const char *const signs[] = {"", "+", "-"};
    buf_append_string(out, signs[node->sign]);
    if (node->kind == ORACLE_BAG) {
        buf_put_u8(out, '(');
        oracle_query_text(node, out);
        buf_put_u8(out, ')');
        return;
    }
    const char *const quote = node->kind == ORACLE_PHRASE ? "\"" : "";
    for (size_t i = 0; i < node->n_words; i++)
        buf_printf(out, "%s%s", i == 0 ? quote : " ", node->words[i]);
    buf_append_string(out, quote);
    if (node->slop > 0)
        buf_printf(out, "~%u", (unsigned)node->slop);
}

void oracle_query_text(const struct oracle_node *root, struct buf *out)
{
    for (size_t i = 0; i < root->n_children; i++) {
        if (i > 0)
            buf_put_u8(out, ' ');
        put_node(&root->children[i], out);
    }
}
