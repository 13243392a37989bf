/* SPDX-License-Identifier: Apache-2.0 */
/* explanation_json: one function a level of the object. */
#include "common/base/json.h"
#include "searcher/show/explanation.h"
#include "searcher/show/hit.h"

static void put_string(struct buf *out, const char *key, struct span value)
{
    json_key(out, key);
    json_string(out, value);
}

static void put_number(struct buf *out, const char *key, uint64_t value)
{
    json_key(out, key);
    buf_printf(out, "%llu", (unsigned long long)value);
}

static void put_bool(struct buf *out, const char *key, bool value)
{
    json_key(out, key);
    buf_append_string(out, value ? "true" : "false");
}

static void put_score(struct buf *out, const char *key, uint64_t score)
{
    json_key(out, key);
    hit_put_score(out, score, 6);
}

static void put_node(struct buf *out, const struct plan_node *node)
{
    struct buf typed = BUF_INIT;
    explain_print_node(node, &typed);
    json_string(out, buf_span(&typed));
    buf_release(&typed);
}

static void open_array(struct buf *out, const char *key)
{
    json_key(out, key);
    buf_put_u8(out, '[');
}

static void put_words(struct buf *out, const struct explained_leaf *leaf)
{
    open_array(out, "words");
    for (size_t i = 0; i < leaf->node->n_words; i++) {
        const struct plan_word *const word = &leaf->node->words[i];
        json_comma(out);
        buf_put_u8(out, '{');
        put_string(out, "typed", word->typed);
        put_string(out, "term", word->term);
        put_number(out, "tf", leaf->word_tfs[i]);
        put_number(out, "df", word->df);
        buf_printf(out, ",\"idf\":%.6f}", word->idf);
    }
    buf_put_u8(out, ']');
}

static void put_leaf(struct buf *out, const struct explained_leaf *leaf)
{
    static const char *const occurrences[] = {"should", "must", "must_not"};
    static const char *const kinds[] = {
        [PLAN_TERM] = "term", [PLAN_PHRASE] = "phrase", [PLAN_NEAR] = "near",
        [PLAN_ANY] = "any",   [PLAN_FILTER] = "filter", [PLAN_BAG] = "bag"};
    const struct plan_node *const node = leaf->node;
    json_comma(out);
    buf_put_u8(out, '{');
    json_key(out, "typed");
    put_node(out, node);
    put_string(out, "occur", span_of_string(occurrences[node->occur]));
    put_bool(out, "excluded", leaf->excluded);
    put_number(out, "count", node->count);
    buf_printf(out, ",\"boost\":%g,\"tf\":%.6f,\"weight\":%.6f", node->boost, (double)leaf->tf,
               (double)node->weight / (double)SCORE_UNITS);
    put_score(out, "contribution", leaf->contribution);
    put_words(out, leaf);
    put_score(out, "alone", leaf->alone);
    put_string(out, "kind", span_of_string(kinds[node->kind]));
    buf_put_u8(out, '}');
}

static void put_reasons(struct buf *out, const char *key, const struct explanation *e,
                        enum reason_kind kind)
{
    open_array(out, key);
    for (size_t i = 0; i < e->n_reasons; i++) {
        if (e->reasons[i].kind != kind)
            continue;
        json_comma(out);
        put_node(out, e->reasons[i].node);
    }
    buf_put_u8(out, ']');
}

static void put_unknown(struct buf *out, const struct explanation *e)
{
    open_array(out, "unknown");
    for (size_t i = 0; i < e->n_leaves; i++)
        for (size_t j = 0; j < e->leaves[i].node->n_words; j++) {
            const struct plan_word *const word = &e->leaves[i].node->words[j];
            if (word->df > 0)
                continue;
            json_comma(out);
            json_string(out, word->typed);
        }
    buf_put_u8(out, ']');
}

static void put_stop_words(struct buf *out, const struct explanation_view *view)
{
    open_array(out, "stop_words");
    for (size_t i = 0; i < view->n_stop_words; i++) {
        json_comma(out);
        json_string(out, view->stop_words[i]);
    }
    buf_put_u8(out, ']');
}

void explanation_json(const struct explanation_view *view, struct buf *out)
{
    const struct explanation *const e = &view->explanation;
    buf_put_u8(out, '{');
    put_string(out, "id", view->id);
    put_string(out, "query", view->query);
    put_string(out, "reading", view->reading);
    put_bool(out, "matches", e->matches);
    json_key(out, "rank");
    if (e->matches)
        buf_printf(out, "%u", (unsigned)e->rank);
    else
        buf_append_string(out, "null");
    put_number(out, "total", e->total);
    put_score(out, "score", e->score);
    put_number(out, "length", e->length);
    put_number(out, "scored_length", e->scored_length);
    buf_printf(out, ",\"mean_length\":%.6f,\"k1\":%.9g,\"b\":%.9g", e->mean_length,
               (double)view->k1, (double)view->b);
    open_array(out, "leaves");
    for (size_t i = 0; i < e->n_leaves; i++)
        put_leaf(out, &e->leaves[i]);
    buf_put_u8(out, ']');
    put_reasons(out, "missing", e, REASON_MISSING);
    put_reasons(out, "excluded", e, REASON_EXCLUDED);
    put_unknown(out, e);
    put_stop_words(out, view);
    put_score(out, "held", e->held);
    put_number(out, "n_best", e->n_best);
    put_score(out, "least_best", e->least_best);
    buf_append_string(out, "}\n");
}
