/* SPDX-License-Identifier: Apache-2.0 */
/* actions: each takes the session and what stands behind its name, and appends to session->out. */
#include "searcher/prompt/actions.h"

#include "common/base/escape.h"
#include "searcher/inspect.h"
#include "searcher/prompt/pager.h"

struct action {
    const char *name;
    const char *argument; /* as the help shows it */
    const char *help;
    enum status (*run)(struct session *s, struct span argument);
};

uint32_t action_number(struct span text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > UINT32_MAX)
            return 0;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* The passage of the listed hit that `argument` names; false, and a line of help, if there is none.
 */
static bool choose_hit(struct session *s, struct span argument, uint32_t *passage)
{
    const uint32_t number = action_number(argument);
    if (number >= 1 && number <= s->n_listed) {
        *passage = s->result.best.entries[number - 1].shown;
        return true;
    }
    if (s->n_listed == 0)
        buf_append_string(&s->out, "no hits are listed\n");
    else
        buf_printf(&s->out, "the hits are numbered 1 to %zu\n", s->n_listed);
    return false;
}

/* ---- reading an article ---- */

static size_t count_lines(struct span text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.data[i] == '\n';
    return n;
}

/* Appends the article, the passage marked; returns the line on which it begins, from 1. */
static size_t put_article(struct session *s, const struct article *a, struct article_mark mark)
{
    article_header(a, &s->out);
    size_t line = 1;
    if (a->has_text) {
        if (mark.start == a->start && mark.end == a->end)
            mark.end = mark.start; /* all of it: there is nothing to find */
        line += count_lines(buf_span(&s->out));
        line += count_lines(span_of(a->text.data, mark.start - a->start));
        article_text(a, &mark, &s->out);
    } else {
        buf_append_string(&s->out, "the index stores no text: it was built with --store none\n");
    }
    return line;
}

enum status action_open(struct session *s, struct span argument)
{
    uint32_t passage;
    struct passage_view view;
    struct article article;
    if (!choose_hit(s, argument, &passage))
        return STATUS_OK;
    arena_clear(&s->arena);
    TRY(search_view(s->searcher, passage, &view));
    const struct article_mark mark = {view.start, view.end, s->colour};
    TRY(inspect_article(s->searcher, passage, true, &s->arena, &s->text, &article));
    const size_t line = put_article(s, &article, mark);
    if (!s->terminal)
        return STATUS_OK;
    TRY(buf_status(&s->out));
    const enum status status = pager_show(buf_span(&s->out), line);
    buf_clear(&s->out);
    return status;
}

/* ---- about the last query ---- */

static enum status why(struct session *s, struct span argument)
{
    struct explanation_view view;
    uint32_t passage;
    if (!choose_hit(s, argument, &passage))
        return STATUS_OK;
    TRY(inspect_rank(s->searcher, &s->asked, &s->result, buf_span(&s->query), passage, 1, &view));
    explanation_text(&view, &s->out);
    return STATUS_OK;
}

static enum status more(struct session *s, struct span argument)
{
    (void)argument;
    return session_list_more(s);
}

static enum status reading(struct session *s, struct span argument)
{
    (void)argument;
    if (s->result.query.root == NULL || s->query.len == 0) {
        buf_append_string(&s->out, "nothing was asked yet\n");
        return STATUS_OK;
    }
    buf_clear(&s->text);
    query_print(&s->result.query, &s->text);
    TRY(buf_status(&s->text));
    buf_append_string(&s->out, "reading: ");
    escape_append(&s->out, buf_span(&s->text), ESCAPE_LINE);
    buf_put_u8(&s->out, '\n');
    return STATUS_OK;
}

/* ---- settings ---- */

static enum status set_k(struct session *s, struct span argument)
{
    const uint32_t k = action_number(argument);
    if (k > 0)
        s->options.k = k;
    buf_printf(&s->out, "an answer has %zu hit%s\n", s->options.k, s->options.k == 1 ? "" : "s");
    return STATUS_OK;
}

static enum status set_documents(struct session *s, struct span argument)
{
    static const struct {
        const char *name;
        enum rollup rollup;
        const char *meaning;
    } rows[] = {
        {"off", ROLLUP_NONE, "passages are ranked"},
        {"max", ROLLUP_MAX, "documents are ranked by their best passage"},
        {"sum", ROLLUP_SUM, "documents are ranked by the sum of their passages"},
        {"top3", ROLLUP_TOP3, "documents are ranked by the sum of their three best passages"}};
    const size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++)
        if (span_equal(argument, span_of_string(rows[i].name)))
            s->options.documents = rows[i].rollup;
    for (size_t i = 0; i < n; i++)
        if (rows[i].rollup == s->options.documents)
            buf_printf(&s->out, "%s (:documents off, max, sum or top3)\n", rows[i].meaning);
    return STATUS_OK;
}

/* ---- about the index ---- */

static bool all_have(const struct index *index, uint64_t feature)
{
    for (size_t i = 0; i < index->n_segments; i++)
        if (!segment_has(&index->segments[i], feature))
            return false;
    return true;
}

static enum status stats(struct session *s, struct span argument)
{
    const struct index *const index = s->searcher->index;
    (void)argument;
    buf_printf(&s->out, "%llu documents, %llu passages, %llu words\n",
               (unsigned long long)index->documents, (unsigned long long)index->passages,
               (unsigned long long)index->tokens);
    if (index->passages > 0)
        buf_printf(&s->out, "%.1f words a passage\n",
                   (double)index->tokens / (double)index->passages);
    buf_printf(&s->out, "%zu segment%s, profile %s, positions %s, text %s\n", index->n_segments,
               index->n_segments == 1 ? "" : "s", index->profile->name,
               all_have(index, FEATURE_POSITIONS) ? "stored" : "not stored",
               all_have(index, FEATURE_TEXT) ? "stored" : "not stored");
    return STATUS_OK;
}

/* ---- the table ---- */

static enum status help(struct session *s, struct span argument);

static enum status quit(struct session *s, struct span argument)
{
    (void)argument;
    s->over = true;
    return STATUS_OK;
}

static const struct action actions[] = {
    {"open", "N", "read the article of hit N; so does its number alone", action_open},
    {"why", "N", "why hit N has its rank", why},
    {"more", "", "the next hits", more},
    {"k", "N", "how many hits an answer has", set_k},
    {"documents", "max|off", "rank documents (also: sum, top3), or passages", set_documents},
    {"reading", "", "how the last query was read", reading},
    {"stats", "", "what the index holds", stats},
    {"help", "", "this list", help},
    {"quit", "", "leave; so does Ctrl-D", quit},
};
#define N_ACTIONS (sizeof actions / sizeof actions[0])

/* Columns of the longest ":name argument". */
static int head_width(void)
{
    size_t widest = 0;
    for (size_t i = 0; i < N_ACTIONS; i++) {
        const size_t width = 2 + strlen(actions[i].name) + strlen(actions[i].argument);
        widest = width > widest ? width : widest;
    }
    return (int)widest;
}

static enum status help(struct session *s, struct span argument)
{
    const int width = head_width();
    (void)argument;
    for (size_t i = 0; i < N_ACTIONS; i++) {
        const int used = (int)(2 + strlen(actions[i].name) + strlen(actions[i].argument));
        buf_printf(&s->out, "  :%s %s%*s  %s\n", actions[i].name, actions[i].argument, width - used,
                   "", actions[i].help);
    }
    buf_append_string(&s->out,
                      "All else is a query: words, \"a phrase\", \"a phrase\"~3, +must, "
                      "-must_not, (a group),\nAND, OR, NOT, near NEAR/5 words, prefix*, "
                      "wild?card*, fuzzy~1, title:word,\ndate:2022..2025, id:ID, boost^2.\n");
    return STATUS_OK;
}

enum status action_run(struct session *s, struct span line)
{
    size_t n = 0;
    while (n < line.len && line.data[n] != ' ' && line.data[n] != '\t')
        n++;
    struct span argument = span_of(line.data + n, line.len - n);
    while (argument.len > 0 && (argument.data[0] == ' ' || argument.data[0] == '\t'))
        argument = span_of(argument.data + 1, argument.len - 1);
    for (size_t i = 0; n > 0 && i < N_ACTIONS; i++) {
        const struct span name = span_of_string(actions[i].name);
        if (n <= name.len && memcmp(name.data, line.data, n) == 0)
            return actions[i].run(s, argument);
    }
    buf_append_string(&s->out, "unknown command ':");
    escape_append(&s->out, span_of(line.data, n), ESCAPE_LINE);
    buf_append_string(&s->out, "'; these are there:\n");
    return help(s, argument);
}
