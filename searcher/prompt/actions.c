/* SPDX-License-Identifier: Apache-2.0 */
/* actions: each takes the session and what stands behind its name, and appends to session->out. */
#include "searcher/prompt/actions.h"

#include "common/base/escape.h"
#include "searcher/inspect.h"
#include "searcher/prompt/open_article.h"
#include "searcher/prompt/save.h"
#include "searcher/prompt/settings.h"
#include "searcher/show/hits_text.h"
#include "searcher/show/wrap.h"
#include "searcher/similar.h"

/* Columns that the help of a command needs beside its name. */
#define NARROW 30u

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

/* The passage of the listed hit that `argument` names; false, and a line of help, if it names none.
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
    else if (s->n_listed == 1)
        buf_append_string(&s->out, "the only hit is 1\n");
    else
        buf_printf(&s->out, "the hits are numbered 1 to %zu\n", s->n_listed);
    return false;
}

enum status action_open(struct session *s, struct span argument)
{
    uint32_t passage;
    return choose_hit(s, argument, &passage) ? open_article(s, passage) : STATUS_OK;
}

/* ---- about the last query ---- */

static enum status why(struct session *s, struct span argument)
{
    struct explanation_view view;
    uint32_t passage;
    if (!choose_hit(s, argument, &passage))
        return STATUS_OK;
    TRY(inspect_rank(s->searcher, &s->asked, &s->result, buf_span(&s->query), passage, 1, &view));
    explanation_text(&view, session_width(s), &s->out);
    return STATUS_OK;
}

/* Asks for passages like the hit; when documents are ranked, for other documents. */
static enum status similar(struct session *s, struct span argument)
{
    struct buf query = BUF_INIT;
    uint32_t passage;
    if (!choose_hit(s, argument, &passage))
        return STATUS_OK;
    enum status status = similar_query(s->searcher, passage, s->result.documents, &query);
    if (status == STATUS_MISSING) {
        buf_printf(&s->out, "%s\n", status_message());
        status = STATUS_OK;
    } else if (status == STATUS_OK && query.len == 0) {
        buf_append_string(&s->out, "no other document has a word of it\n");
    } else if (status == STATUS_OK) {
        status = session_answer(s, buf_span(&query), QUERY_SYNTAX);
    }
    buf_release(&query);
    return status;
}

static enum status more(struct session *s, struct span argument)
{
    (void)argument;
    return session_list_more(s);
}

static enum status reading(struct session *s, struct span argument)
{
    (void)argument;
    if (!s->answered) {
        buf_append_string(&s->out, "nothing was asked yet\n");
        return STATUS_OK;
    }
    buf_clear(&s->text);
    query_print(&s->result.query, &s->text);
    TRY(buf_status(&s->text));
    hits_text_reading(buf_span(&s->text), session_width(s), &s->out);
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
    {"similar", "N", "passages like hit N, by its best words", similar},
    {"more", "", "the next hits", more},
    {"k", "N", "how many hits an answer has", settings_k},
    {"documents", "on|off", "rank documents (also: max, sum, top3), or passages",
     settings_documents},
    {"set", "NAME VALUE", "k, k1, b or documents, from the next query on", settings_change},
    {"save", "FILE", "the last answer as text, or as JSON (FILE.json)", save_answer},
    {"reading", "", "how the last query was read", reading},
    {"stats", "", "what the index holds", stats},
    {"help", "", "this list", help},
    {"quit", "", "leave; so does Ctrl-D", quit},
};
#define N_ACTIONS (sizeof actions / sizeof actions[0])

const char *action_name(size_t i)
{
    return i < N_ACTIONS ? actions[i].name : NULL;
}

/* Columns of the longest ":name argument". */
static uint32_t head_width(void)
{
    size_t widest = 0;
    for (size_t i = 0; i < N_ACTIONS; i++) {
        const size_t width = 2 + strlen(actions[i].name) + strlen(actions[i].argument);
        widest = width > widest ? width : widest;
    }
    return (uint32_t)widest;
}

/* What stands behind `indent` columns of a line, which are written, and of those that follow. */
static void put_wrapped(struct session *s, const char *text, uint32_t indent)
{
    struct wrap w;
    const struct wrap_style style = {session_width(s), indent, false};
    wrap_begin(&w, &s->out, &style);
    wrap_put(&w, span_of_string(text), false);
    wrap_end(&w);
}

static enum status help(struct session *s, struct span argument)
{
    const uint32_t head = head_width() + 4;
    const uint32_t width = session_width(s);
    const bool narrow = width > 0 && width < head + NARROW;
    (void)argument;
    for (size_t i = 0; i < N_ACTIONS; i++) {
        const size_t used = 4 + strlen(actions[i].name) + strlen(actions[i].argument);
        buf_printf(&s->out, "  :%s %s", actions[i].name, actions[i].argument);
        buf_printf(&s->out, narrow ? "\n%*s" : "%*s", narrow ? 6 : (int)(head - (uint32_t)used),
                   "");
        put_wrapped(s, actions[i].help, narrow ? 6 : head);
    }
    put_wrapped(s,
                "All else is a query: words, \"a phrase\", \"a phrase\"~3, +must, -must_not, "
                "(a group), AND, OR, NOT, near NEAR/5 words, prefix*, wild?card*, fuzzy~1, "
                "title:word, date:2022..2025, id:ID, boost^2. Tab completes words, fields and "
                "commands; Ctrl-R searches what was typed before; Ctrl-C stops a query.",
                0);
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
