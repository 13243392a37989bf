/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explanation_text: the table is made of cells first, so that each column gets the width of its
 * widest cell; a word may take two columns a character.
 */
#include "common/base/escape.h"
#include "common/base/terminal.h"
#include "searcher/show/explanation.h"
#include "searcher/show/hit.h"
#include "searcher/show/wrap.h"

#define ARROW     " -> "
#define WORD_ROWS 20u /* words of a leaf that get a row */

enum { COLUMN_WORD, COLUMN_TF, COLUMN_DF, COLUMN_IDF, COLUMN_WEIGHT, COLUMN_CONTRIBUTION, COLUMNS };

static const char *const headings[COLUMNS] = {"word", "tf", "df", "idf", "weight", "contribution"};

/* ---- cells ---- */

/* Rows of COLUMNS cells; each ends with a NUL, which no escaped text holds. */
struct table {
    struct buf cells;
    size_t widths[COLUMNS];
    unsigned column;
    size_t start; /* of the cell at hand */
};

static void end_cell(struct table *t)
{
    const struct span cell = span_of(t->cells.data + t->start, t->cells.len - t->start);
    const size_t width = cell.len == 0 ? 0 : terminal_text_width(cell);
    if (width > t->widths[t->column])
        t->widths[t->column] = width;
    buf_put_u8(&t->cells, '\0');
    t->column = (t->column + 1) % COLUMNS;
    t->start = t->cells.len;
}

/* Rows may end with empty cells. */
static void end_row(struct buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
    buf_put_u8(out, '\n');
}

/* A row as lines: the word, and under it what the other columns say. */
static const uint8_t *put_narrow_row(const uint8_t *cell, uint32_t width, struct buf *out)
{
    struct wrap w;
    uint32_t indent = 4;
    for (const uint8_t *p = cell; *p == ' '; p++)
        indent++; /* words of a phrase stand further right, and so do their figures */
    buf_append_string(out, (const char *)cell);
    cell += strlen((const char *)cell) + 1;
    buf_printf(out, "\n%*s", (int)indent, "");
    wrap_begin(&w, out, &(struct wrap_style){width, indent, false});
    for (unsigned column = 1; column < COLUMNS; column++) {
        const struct span text = span_of_string((const char *)cell);
        const bool figure = text.len > 0 && text.data[0] >= '0' && text.data[0] <= '9';
        if (text.len > 0 && figure) {
            wrap_put(&w, span_of_string(" "), false);
            wrap_put(&w, span_of_string(headings[column]), false);
        }
        wrap_put(&w, span_of_string(text.len > 0 ? " " : ""), false);
        wrap_put(&w, text, false);
        cell += text.len + 1;
    }
    wrap_end(&w);
    return cell;
}

/* The same without columns; the first row, of headings, is left out. */
static void put_narrow(const struct table *t, uint32_t width, struct buf *out)
{
    const uint8_t *p = t->cells.data;
    const uint8_t *const end = p + t->cells.len;
    for (unsigned column = 0; column < COLUMNS; column++)
        p += strlen((const char *)p) + 1;
    while (p < end)
        p = put_narrow_row(p, width, out);
}

static void put_table(const struct table *t, struct buf *out)
{
    const uint8_t *p = t->cells.data;
    const uint8_t *const end = p + t->cells.len;
    for (unsigned column = 0; p < end; column = (column + 1) % COLUMNS) {
        const struct span cell = span_of_string((const char *)p);
        const size_t width = terminal_text_width(cell);
        const int pad = (int)(t->widths[column] - width);
        if (column == COLUMN_WORD) {
            buf_append_span(out, cell);
            buf_printf(out, "%*s", pad, "");
        } else {
            buf_printf(out, "  %*s", pad, "");
            buf_append_span(out, cell);
        }
        if (column == COLUMNS - 1)
            end_row(out);
        p += cell.len + 1;
    }
}

/* ---- rows ---- */

/* The word as typed and, where that differs, as the index has it. */
static void put_word(struct table *t, const struct plan_word *word)
{
    escape_append(&t->cells, word->typed, ESCAPE_LINE);
    if (!span_equal(word->typed, word->term)) {
        buf_append_string(&t->cells, ARROW);
        escape_append(&t->cells, word->term, ESCAPE_LINE);
    }
}

/* Whether the leaf is one word, which then needs no rows of its own. */
static bool is_one_word(const struct plan_node *node)
{
    return node->kind == PLAN_TERM || (node->kind == PLAN_ANY && node->query->kind == QUERY_TERM);
}

static void put_leaf_name(struct table *t, const struct plan_node *node)
{
    struct buf typed = BUF_INIT;
    if (node->occur != OCCUR_SHOULD)
        buf_put_u8(&t->cells, node->occur == OCCUR_MUST ? '+' : '-');
    explain_print_node(node, &typed);
    escape_append(&t->cells, buf_span(&typed), ESCAPE_LINE);
    if (is_one_word(node) && !span_equal(node->words[0].typed, node->words[0].term)) {
        buf_append_string(&t->cells, ARROW);
        escape_append(&t->cells, node->words[0].term, ESCAPE_LINE);
    }
    if (node->count > 1)
        buf_printf(&t->cells, " (%u times)", (unsigned)node->count);
    buf_release(&typed);
}

/* df and idf of a word; the idf of a word that is nowhere would say nothing. */
static void put_statistics(struct table *t, const struct plan_word *word)
{
    buf_printf(&t->cells, "%llu", (unsigned long long)word->df);
    end_cell(t);
    if (word->df > 0)
        buf_printf(&t->cells, "%.6f", word->idf);
    end_cell(t);
}

static void put_contribution(struct table *t, const struct explained_leaf *leaf)
{
    if (leaf->contribution > 0)
        hit_put_score(&t->cells, leaf->contribution, 6);
    else if (leaf->node->kind == PLAN_FILTER)
        buf_append_string(&t->cells, leaf->tf > 0 ? "it is" : "it is not");
    else if (!leaf->known)
        buf_append_string(&t->cells, "not in the index");
    else if (leaf->tf <= 0)
        buf_append_string(&t->cells, leaf->excluded ? "excluded" : "not in it");
    else
        buf_append_string(&t->cells, leaf->excluded ? "excluded" : "does not count");
}

/* The word whose df and idf are the leaf's; NULL if it has several, or none. */
static const struct plan_word *statistics_of(const struct plan_node *node)
{
    const struct plan_word *commonest = NULL;
    for (size_t i = 0; node->kind == PLAN_ANY && i < node->n_words; i++)
        if (commonest == NULL || node->words[i].df > commonest->df)
            commonest = &node->words[i];
    return node->kind == PLAN_TERM ? &node->words[0] : commonest;
}

static void put_leaf(struct table *t, const struct explained_leaf *leaf)
{
    const struct plan_node *const node = leaf->node;
    const struct plan_word *const word = statistics_of(node);
    put_leaf_name(t, node);
    end_cell(t);
    if (node->kind != PLAN_FILTER)
        buf_printf(&t->cells, "%.4g", (double)leaf->tf);
    end_cell(t);
    if (word != NULL) {
        put_statistics(t, word);
    } else {
        end_cell(t);
        end_cell(t);
    }
    if (leaf->known && node->kind != PLAN_FILTER)
        buf_printf(&t->cells, "%.6f", (double)node->weight / (double)SCORE_UNITS);
    end_cell(t);
    put_contribution(t, leaf);
    end_cell(t);
}

static void put_word_row(struct table *t, const struct plan_word *word, uint32_t tf)
{
    buf_append_string(&t->cells, "  ");
    put_word(t, word);
    end_cell(t);
    buf_printf(&t->cells, "%u", (unsigned)tf);
    end_cell(t);
    put_statistics(t, word);
    end_cell(t);
    end_cell(t);
}

/* The words of a phrase; of a pattern those that are in the passage. */
static void put_words(struct table *t, const struct explained_leaf *leaf)
{
    const bool all = leaf->node->kind != PLAN_ANY;
    size_t n = 0;
    for (size_t i = 0; i < leaf->node->n_words && n < WORD_ROWS; i++) {
        if (!all && leaf->word_tfs[i] == 0)
            continue;
        put_word_row(t, &leaf->node->words[i], leaf->word_tfs[i]);
        n++;
    }
}

static bool is_narrow(const struct table *t, uint32_t width)
{
    size_t columns = 2 * (COLUMNS - 1);
    for (unsigned i = 0; i < COLUMNS; i++)
        columns += t->widths[i];
    return width > 0 && columns > width;
}

static void put_leaves(const struct explanation *e, uint32_t width, struct buf *out)
{
    struct table t = {.cells = BUF_INIT};
    for (unsigned i = 0; i < COLUMNS; i++) {
        buf_append_string(&t.cells, headings[i]);
        end_cell(&t);
    }
    for (size_t i = 0; i < e->n_leaves; i++) {
        put_leaf(&t, &e->leaves[i]);
        if (!is_one_word(e->leaves[i].node))
            put_words(&t, &e->leaves[i]);
    }
    if (t.cells.failed)
        out->failed = true;
    else if (is_narrow(&t, width))
        put_narrow(&t, width, out);
    else
        put_table(&t, out);
    buf_release(&t.cells);
}

/* ---- lists ---- */

/* Begins the list, or goes on with it. */
static void put_separator(struct buf *out, const char *label, bool *any)
{
    buf_append_string(out, *any ? ", " : label);
    *any = true;
}

static void end_list(struct buf *out, bool any)
{
    if (any)
        buf_put_u8(out, '\n');
}

static void put_reasons(const struct explanation *e, enum reason_kind kind, const char *label,
                        struct buf *out)
{
    struct buf typed = BUF_INIT;
    bool any = false;
    for (size_t i = 0; i < e->n_reasons; i++) {
        if (e->reasons[i].kind != kind)
            continue;
        put_separator(out, label, &any);
        buf_clear(&typed);
        explain_print_node(e->reasons[i].node, &typed);
        escape_append(out, buf_span(&typed), ESCAPE_LINE);
    }
    end_list(out, any);
    buf_release(&typed);
}

/* A word that is nowhere in the index, or a pattern that no word of it fits. */
static void put_unknown_words(const struct explanation *e, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < e->n_leaves; i++) {
        const struct plan_node *const node = e->leaves[i].node;
        for (size_t j = 0; j < node->n_words; j++) {
            if (node->words[j].df > 0)
                continue;
            put_separator(out, "not in the index at all: ", &any);
            escape_append(out, node->words[j].typed, ESCAPE_LINE);
        }
        if (node->kind == PLAN_ANY && node->n_words == 0) {
            put_separator(out, "not in the index at all: ", &any);
            escape_append(out, node->query->words[0].typed, ESCAPE_LINE);
        }
    }
    end_list(out, any);
}

static void put_stop_words(const struct explanation_view *view, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < view->n_stop_words; i++) {
        put_separator(out, "left out as stop words: ", &any);
        escape_append(out, view->stop_words[i], ESCAPE_LINE);
    }
    end_list(out, any);
}

/* ---- the whole ---- */

static void put_length(const struct explanation_view *view, struct buf *out)
{
    const struct explanation *const e = &view->explanation;
    buf_printf(out, "%u words", (unsigned)e->length);
    if (e->scored_length != e->length)
        buf_printf(out, ", scored as %u", (unsigned)e->scored_length);
    buf_printf(out, "; the mean is %.1f; k1 %g, b %g\n\n", e->mean_length, (double)view->k1,
               (double)view->b);
}

/* What stands between the passage and the first hits. */
static void put_needed(const struct explanation *e, struct buf *out)
{
    const bool among_best = e->matches && e->rank <= e->n_best;
    if (among_best || e->n_best < EXPLAIN_BEST)
        return;
    buf_printf(out, "the first %u hits have ", EXPLAIN_BEST);
    hit_put_score(out, e->least_best, 6);
    buf_append_string(out, " or more");
    if (!e->matches) {
        buf_append_string(out, "; the words that are in it would give ");
        hit_put_score(out, e->held, 6);
    }
    buf_put_u8(out, '\n');
}

static void put_match(const struct explanation_view *view, uint32_t width, struct buf *out)
{
    const struct explanation *const e = &view->explanation;
    buf_printf(out, ": rank %u of %llu, score ", (unsigned)e->rank, (unsigned long long)e->total);
    hit_put_score(out, e->score, 6);
    buf_put_u8(out, '\n');
    put_length(view, out);
    put_leaves(e, width, out);
    buf_append_string(out,
                      "\ncontribution = weight * tf / (tf + k1 * (1 - b + b * words / mean))\n");
}

static void put_mismatch(const struct explanation_view *view, uint32_t width, struct buf *out)
{
    const struct explanation *const e = &view->explanation;
    buf_printf(out, " does not match; %llu passage%s\n", (unsigned long long)e->total,
               e->total == 1 ? " does" : "s do");
    put_reasons(e, REASON_MISSING, "  missing: ", out);
    put_reasons(e, REASON_EXCLUDED, "  excluded, and in it: ", out);
    for (size_t i = 0; i < e->n_reasons; i++)
        if (e->reasons[i].kind == REASON_NOTHING)
            buf_append_string(out, "  none of the words is in it\n");
    if (e->n_leaves == 0)
        return;
    put_length(view, out);
    put_leaves(e, width, out);
    buf_put_u8(out, '\n');
}

static void put_explanation(const struct explanation_view *view, uint32_t width, struct buf *out)
{
    escape_append(out, view->id, ESCAPE_LINE);
    if (view->explanation.matches)
        put_match(view, width, out);
    else
        put_mismatch(view, width, out);
    put_needed(&view->explanation, out);
    put_unknown_words(&view->explanation, out);
    put_stop_words(view, out);
}

/* Breaks the lines that are wider than `width`; what they go on with stands under their text. */
static void put_wrapped(struct span text, uint32_t width, struct buf *out)
{
    const uint8_t *p = text.data;
    const uint8_t *const end = p + text.len;
    while (p < end) {
        const uint8_t *const newline = memchr(p, '\n', (size_t)(end - p));
        const uint8_t *const stop = newline == NULL ? end : newline;
        const struct span line = span_of(p, (size_t)(stop - p));
        uint32_t indent = 0;
        struct wrap w;
        while (indent < line.len && p[indent] == ' ')
            indent++;
        if (terminal_text_width(line) <= width) {
            buf_append_span(out, line);
            buf_put_u8(out, '\n');
        } else {
            buf_append(out, p, indent);
            wrap_begin(&w, out, &(struct wrap_style){width, indent, false});
            wrap_put(&w, span_of(p + indent, line.len - indent), false);
            wrap_end(&w);
        }
        p = newline == NULL ? end : newline + 1;
    }
}

void explanation_text(const struct explanation_view *view, uint32_t width, struct buf *out)
{
    struct buf text = BUF_INIT;
    if (width == 0) {
        put_explanation(view, width, out);
        return;
    }
    put_explanation(view, width, &text);
    put_wrapped(buf_span(&text), width, out);
    out->failed = out->failed || text.failed;
    buf_release(&text);
}
