/* SPDX-License-Identifier: Apache-2.0 */
/* open_article: header, text with its marks, and the line on which the passage begins. */
#include "searcher/prompt/open_article.h"

#include "searcher/inspect.h"
#include "searcher/prompt/pager.h"

static size_t count_lines(struct span text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.data[i] == '\n';
    return n;
}

/* Finds the words of the query in the article; mark->words then live in *found. */
static enum status find_words(struct session *s, const struct article *a, struct snippet *found,
                              struct article_mark *mark)
{
    TRY(search_highlight(s->searcher, &s->result, a->text, found));
    for (size_t i = 0; i < found->n_highlights; i++) {
        found->highlights[i].start += found->start;
        found->highlights[i].end += found->start;
    }
    mark->words = found->highlights;
    mark->n_words = found->n_highlights;
    return STATUS_OK;
}

/* Appends the article; *passage_at is where in s->out the passage begins. */
static enum status put_article(struct session *s, const struct article *a,
                               struct article_mark *mark, size_t *passage_at)
{
    struct snippet found = SNIPPET_INIT;
    enum status status = STATUS_OK;
    article_header(a, &s->out);
    if (!a->has_text) {
        buf_append_string(&s->out, "the index stores no text: it was built with --store none\n");
        return STATUS_OK;
    }
    if (mark->start == a->start && mark->end == a->end)
        mark->end = mark->start; /* all of it: there is nothing to find */
    if (s->colour)
        status = find_words(s, a, &found, mark);
    if (status == STATUS_OK)
        *passage_at = article_text(a, mark, session_width(s), &s->out);
    snippet_release(&found);
    return status;
}

enum status open_article(struct session *s, uint32_t passage)
{
    struct passage_view view;
    struct article article;
    size_t passage_at = 0;
    arena_clear(&s->arena);
    TRY(search_view(s->searcher, passage, &view));
    struct article_mark mark = {.start = view.start, .end = view.end};
    TRY(inspect_article(s->searcher, passage, true, &s->arena, &s->text, &article));
    TRY(put_article(s, &article, &mark, &passage_at));
    if (!s->terminal)
        return STATUS_OK;
    TRY(buf_status(&s->out));
    const size_t line = 1 + count_lines(span_of(s->out.data, passage_at));
    const enum status status = pager_show(buf_span(&s->out), line);
    buf_clear(&s->out);
    return status;
}
