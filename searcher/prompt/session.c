/* SPDX-License-Identifier: Apache-2.0 */
/* session: what each line is, and the answers to queries; commands are in actions.c. */
#include "searcher/prompt/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/cli.h"
#include "common/base/escape.h"
#include "common/base/terminal.h"
#include "searcher/prompt/actions.h"
#include "searcher/prompt/line_editor.h"
#include "searcher/relax.h"
#include "searcher/show/hits_text.h"
#include "searcher/show/wrap.h"

enum status session_flush(struct session *s)
{
    TRY(buf_status(&s->out));
    cli_print(buf_span(&s->out));
    (void)fflush(stdout);
    buf_clear(&s->out);
    return STATUS_OK;
}

uint32_t session_width(const struct session *s)
{
    return s->terminal || s->echo ? terminal_width() : 0;
}

/* A line of stderr; on a terminal it is shown at once like an answer, within the width. */
static void put_note(struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put_note(struct session *s, const char *format, ...)
{
    char *text = NULL;
    struct wrap w;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (text != NULL && s->terminal) {
        wrap_begin(&w, &s->out, &(struct wrap_style){.width = session_width(s)});
        wrap_put(&w, span_of_string("searcher: "), false);
        wrap_put(&w, span_of_string(text), false);
        wrap_end(&w);
        (void)session_flush(s); /* what is dropped when a search is stopped is not this */
    } else if (text != NULL) {
        cli_note("%s", text);
    }
    free(text);
}

static bool is_stopped(void *context)
{
    (void)context;
    return line_editor_interrupted();
}

/* ---- answers ---- */

/* Looks for other queries where this one found nothing or little. */
static enum status find_alternatives(struct session *s, struct hit_list *list)
{
    struct hit_alternative *found;
    if (!relax_is_due(&s->result))
        return STATUS_OK;
    const enum status status =
        relax(s->searcher, &s->asked, &s->result, &found, &list->n_alternatives);
    if (status == STATUS_STOPPED) { /* the answer stands */
        put_note(s, "stopped before other queries were tried");
        return STATUS_OK;
    }
    TRY(status);
    list->alternatives = found;
    s->alternatives = found;
    s->n_alternatives = list->n_alternatives;
    return STATUS_OK;
}

/* Lists hits [first, n) of the answer, as far as it has them. */
static enum status list_hits(struct session *s, size_t first, size_t n)
{
    struct hit_list list;
    TRY(search_hits(s->searcher, &s->result, first, n - first, SNIPPET_WIDTH, &list));
    const struct hits_text_style style = {.width = session_width(s),
                                          .colour = s->colour,
                                          .unit = s->result.documents ? "document" : "passage"};
    enum status status = STATUS_OK;
    if (first > 0) { /* the reading was shown, and the time is another */
        list.show_reading = false;
        list.microseconds = -1;
    } else {
        status = find_alternatives(s, &list);
    }
    hits_text(&list, &style, &s->out);
    s->n_listed = first + list.n_hits;
    hit_list_release(&list);
    return status;
}

/* Ranks the last query so that its answer holds the `n` best. */
static enum status rank(struct session *s, size_t n)
{
    s->asked.k = n;
    s->n_alternatives = 0; /* they go with the answer before */
    s->answered = false;
    TRY(search_run(s->searcher, buf_span(&s->query), &s->asked, &s->result));
    s->answered = true;
    return STATUS_OK;
}

enum status session_list_more(struct session *s)
{
    const size_t first = s->n_listed;
    if (first == 0 || first == s->result.total) {
        buf_append_string(&s->out, "no more hits\n");
        return STATUS_OK;
    }
    s->n_listed = 0; /* if it is stopped */
    TRY(rank(s, first + s->options.k));
    return list_hits(s, first, first + s->options.k);
}

static void put_notes(struct session *s)
{
    const struct search_result *const r = &s->result;
    if (r->query.note != NULL)
        put_note(s, "%s", r->query.note);
    if (r->plan.note != NULL)
        put_note(s, "%s", r->plan.note);
}

/* Takes the new index; what was listed of the old one can no longer be opened. */
static void take_index(struct session *s, struct searcher *fresh)
{
    const struct profile *const old = s->searcher->index->profile;
    const struct profile *const new = fresh->index->profile;
    if (s->options.k1 == old->k1 && s->options.b == old->b) { /* they were not chosen by hand */
        s->options.k1 = new->k1;
        s->options.b = new->b;
    }
    search_result_release(&s->result);
    s->answered = false;
    s->n_listed = 0;
    s->n_alternatives = 0;
    searcher_close(s->searcher);
    s->searcher = fresh;
    put_note(s, "index replaced: now %llu document%s", (unsigned long long)fresh->index->documents,
             fresh->index->documents == 1 ? "" : "s");
}

/* Looks whether the index at the path is still the one that answers. One that cannot be opened now
 * (it may be on its way) leaves the old one in place, which stays whole. */
static enum status renew_index(struct session *s)
{
    struct index *there;
    struct searcher *fresh;
    enum status status = index_open(s->path, &there);
    if (status == STATUS_OK) {
        const bool same = index_identity(there) == index_identity(s->searcher->index);
        index_close(there);
        s->unreadable = s->unreadable && !same;
        if (same)
            return STATUS_OK;
        status = searcher_open(s->path, &fresh);
    }
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status == STATUS_OK) {
        s->unreadable = false;
        take_index(s, fresh);
        return STATUS_OK;
    }
    if (!s->unreadable)
        put_note(s, "%s; answers come from the index as it was", status_message());
    s->unreadable = true;
    return STATUS_OK;
}

enum status session_answer(struct session *s, struct span query, enum query_syntax syntax)
{
    buf_clear(&s->query);
    buf_append_span(&s->query, query);
    TRY(buf_status(&s->query));
    TRY(renew_index(s)); /* which lets go of the answer before, and of its alternatives */
    s->n_listed = 0;
    s->asked = s->options;
    s->asked.syntax = syntax;
    TRY(rank(s, s->options.k));
    put_notes(s);
    return list_hits(s, 0, s->options.k);
}

/* What Tab makes of a line; a word that cannot be looked up is not completed. */
static bool complete_line(void *context, struct span line, size_t cursor, struct completion *out)
{
    struct session *const s = context;
    arena_clear(&s->arena);
    if (completion_find(s->searcher, line, cursor, &s->arena, out) == STATUS_OK)
        return true;
    (void)fputc('\n', stdout);
    (void)fflush(stdout);
    cli_note("%s", status_message());
    return false;
}

/* ---- lines ---- */

static bool is_listed_number(const struct session *s, struct span line)
{
    const uint32_t number = action_number(line);
    return number >= 1 && number <= s->n_listed;
}

/* The listed alternative that the line is the number of; NULL if there is none. */
static const struct hit_alternative *listed_alternative(const struct session *s, struct span line)
{
    const uint32_t number = action_number(line);
    const bool listed = number > s->n_listed && number - s->n_listed <= s->n_alternatives;
    return listed ? &s->alternatives[number - s->n_listed - 1] : NULL;
}

/* Asks it, and says so. */
static enum status ask_alternative(struct session *s, const struct hit_alternative *alternative)
{
    escape_append(&s->out, alternative->query, ESCAPE_LINE);
    buf_put_u8(&s->out, '\n');
    return session_answer(s, alternative->query, s->asked.syntax);
}

static struct span trim(struct span line)
{
    while (line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t'))
        line = span_of(line.data + 1, line.len - 1);
    while (line.len > 0 && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\t'))
        line.len--;
    return line;
}

static enum status take_line(struct session *s, struct span line)
{
    line = trim(line);
    if (line.len == 0)
        return STATUS_OK;
    if (line.data[0] == ':')
        return action_run(s, span_of(line.data + 1, line.len - 1));
    if (is_listed_number(s, line))
        return action_open(s, line);
    const struct hit_alternative *const alternative = listed_alternative(s, line);
    return alternative != NULL ? ask_alternative(s, alternative)
                               : session_answer(s, line, s->options.syntax);
}

/* The same; Ctrl-C is no failure. What was being printed is dropped. */
static enum status take_line_or_stop(struct session *s, struct span line)
{
    const enum status status = take_line(s, line);
    if (status != STATUS_STOPPED)
        return status;
    buf_clear(&s->out);
    buf_append_string(&s->out, "\nstopped\n"); /* ^C stands on the line */
    return STATUS_OK;
}

static enum status greet(struct session *s)
{
    const struct index *const index = s->searcher->index;
    char counts[96];
    struct wrap w;
    (void)snprintf(counts, sizeof counts, ": %llu document%s, %llu passage%s; type words, or :help",
                   (unsigned long long)index->documents, index->documents == 1 ? "" : "s",
                   (unsigned long long)index->passages, index->passages == 1 ? "" : "s");
    wrap_begin(&w, &s->out, &(struct wrap_style){.width = session_width(s)});
    wrap_put(&w, span_of_string(s->path), false);
    wrap_put(&w, span_of_string(counts), false);
    wrap_end(&w);
    return session_flush(s);
}

/* The line as it would stand on a terminal. */
static void put_echo(struct session *s, struct span line)
{
    buf_append_string(&s->out, LINE_EDITOR_PROMPT);
    escape_append(&s->out, line, ESCAPE_LINE);
    buf_put_u8(&s->out, '\n');
}

static enum status converse(struct session *s, struct line_editor *editor)
{
    struct span line;
    if (s->terminal)
        TRY(greet(s));
    while (!s->over && line_editor_next(editor, &line)) {
        if (s->echo)
            put_echo(s, line);
        TRY(take_line_or_stop(s, line));
        if ((s->terminal || s->echo) && s->out.len > 0)
            buf_put_u8(&s->out, '\n');
        TRY(session_flush(s));
    }
    if (s->terminal && !s->over)
        (void)fputc('\n', stdout); /* Ctrl-D leaves the cursor behind the prompt */
    return line_editor_status(editor);
}

enum status session_run(const struct session_start *start)
{
    struct session s = {.path = start->path,
                        .searcher = start->searcher,
                        .options = start->options,
                        .terminal = start->terminal,
                        .echo = start->echo,
                        .colour = terminal_wants_colour(STDOUT_FILENO),
                        .query = BUF_INIT,
                        .result = SEARCH_RESULT_INIT,
                        .arena = ARENA_INIT,
                        .text = BUF_INIT,
                        .out = BUF_INIT};
    struct line_editor *editor = NULL;
    enum status status = line_editor_new(s.terminal, &editor);
    if (s.terminal)
        s.options.stop = (struct stop){.asked = is_stopped};
    if (status == STATUS_OK) {
        line_editor_complete_with(editor, complete_line, &s);
        status = converse(&s, editor);
    }
    line_editor_free(editor);
    search_result_release(&s.result);
    arena_release(&s.arena);
    buf_release(&s.query);
    buf_release(&s.text);
    buf_release(&s.out);
    searcher_close(s.searcher);
    return status;
}
