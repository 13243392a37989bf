/* SPDX-License-Identifier: Apache-2.0 */
/* article: header, text and JSON of one document. */
#include "searcher/show/article.h"

#include "common/base/date.h"
#include "common/base/escape.h"
#include "common/base/json.h"
#include "common/base/terminal.h"
#include "searcher/show/wrap.h"

#define BOLD  "\x1b[1m"
#define PLAIN "\x1b[0m"

#define MARK_START ">>> "
#define MARK_END   " <<<"

/* ---- text ---- */

/* Two spaces between the facts of a line that began at `start`. */
static void separate(struct buf *out, size_t start)
{
    if (out->len > start)
        buf_append_string(out, "  ");
}

static void put_facts(const struct article *a, struct buf *out)
{
    const size_t start = out->len;
    char date[16];
    date_format(a->date, date);
    buf_append_string(out, date);
    if (a->url.len > 0) {
        separate(out, start);
        escape_append(out, a->url, ESCAPE_LINE);
    }
    if (a->source.len > 0) {
        separate(out, start);
        escape_append(out, a->source, ESCAPE_LINE);
        if (a->line > 0)
            buf_printf(out, ":%llu", (unsigned long long)a->line);
    }
    if (out->len > start)
        buf_put_u8(out, '\n');
}

void article_header(const struct article *a, struct buf *out)
{
    escape_append(out, a->title.len > 0 ? a->title : a->id, ESCAPE_LINE);
    buf_put_u8(out, '\n');
    put_facts(a, out);
    buf_put_u8(out, '\n');
}

/* An article on its way into lines. */
struct article_lines {
    const struct article *article;
    const struct article_mark *mark;
    bool marked; /* there is a passage to mark */
    size_t word; /* the first of mark->words that may still come */
    struct buf *out;
    struct wrap *wrap; /* of the line at hand; NULL: it fits */
    size_t passage_at; /* where in `out` the passage begins */
};

static void put_piece(struct article_lines *l, struct span text, bool bold)
{
    if (l->wrap != NULL) {
        wrap_put(l->wrap, text, bold);
    } else {
        buf_append_string(l->out, bold && text.len > 0 ? BOLD : "");
        escape_append(l->out, text, ESCAPE_TEXT);
        buf_append_string(l->out, bold && text.len > 0 ? PLAIN : "");
    }
}

/* Bytes [from, to) of the text, offsets into the document's, the words among them bold. */
static void put_stretch(struct article_lines *l, uint32_t from, uint32_t to)
{
    const struct article_mark *const mark = l->mark;
    const uint8_t *const text = l->article->text.data;
    const uint32_t base = l->article->start;
    while (mark != NULL && l->word < mark->n_words && mark->words[l->word].end <= from)
        l->word++;
    for (size_t i = l->word; mark != NULL && i < mark->n_words; i++) {
        const uint32_t start = mark->words[i].start > from ? mark->words[i].start : from;
        const uint32_t end = mark->words[i].end < to ? mark->words[i].end : to;
        if (start >= end)
            break;
        put_piece(l, span_of(text + (from - base), start - from), false);
        put_piece(l, span_of(text + (start - base), end - start), true);
        from = end;
    }
    if (from < to)
        put_piece(l, span_of(text + (from - base), to - from), false);
}

static bool begins_in(const struct article_lines *l, uint32_t from, uint32_t to)
{
    return l->marked && from <= l->mark->start && l->mark->start < to;
}

static bool ends_in(const struct article_lines *l, uint32_t from, uint32_t to)
{
    return l->marked && from < l->mark->end && l->mark->end <= to;
}

/* The same with the marks of the passage, where it begins or ends there. */
static void put_marked(struct article_lines *l, uint32_t from, uint32_t to)
{
    if (begins_in(l, from, to)) {
        put_stretch(l, from, l->mark->start);
        l->passage_at = l->out->len;
        put_piece(l, span_of_string(MARK_START), false);
        from = l->mark->start;
    }
    if (ends_in(l, from, to)) {
        put_stretch(l, from, l->mark->end);
        put_piece(l, span_of_string(MARK_END), false);
        from = l->mark->end;
    }
    put_stretch(l, from, to);
}

/* Bytes [from, to), a line without its end. */
static void put_line(struct article_lines *l, uint32_t from, uint32_t to, uint32_t width)
{
    const struct span line = span_of(l->article->text.data + (from - l->article->start), to - from);
    const size_t columns = terminal_text_width(line) +
                           (begins_in(l, from, to) ? sizeof MARK_START - 1 : 0) +
                           (ends_in(l, from, to) ? sizeof MARK_END - 1 : 0);
    struct wrap w;
    if (width == 0 || columns <= width) {
        put_marked(l, from, to);
        buf_put_u8(l->out, '\n');
        return;
    }
    wrap_begin(&w, l->out, &(struct wrap_style){width, 0, true});
    l->wrap = &w;
    put_marked(l, from, to);
    wrap_end(&w);
    l->wrap = NULL;
}

size_t article_text(const struct article *a, const struct article_mark *mark, uint32_t width,
                    struct buf *out)
{
    const uint32_t end = a->start + (uint32_t)a->text.len;
    struct article_lines l = {.article = a,
                              .mark = mark,
                              .marked = mark != NULL && a->start <= mark->start &&
                                        mark->start < mark->end && mark->end <= a->end &&
                                        a->end == end,
                              .out = out,
                              .passage_at = out->len};
    uint32_t at = a->start;
    do {
        const uint8_t *const line = a->text.data + (at - a->start);
        const uint8_t *const newline = at < end ? memchr(line, '\n', end - at) : NULL;
        uint32_t stop = newline == NULL ? end : at + (uint32_t)(newline - line);
        const uint32_t next = newline == NULL ? end : stop + 1;
        if (newline != NULL && stop > at && newline[-1] == '\r')
            stop--;
        put_line(&l, at, stop, width);
        at = next;
    } while (at < end);
    return l.passage_at;
}

/* ---- JSON ---- */

static void put_string(struct buf *out, const char *key, struct span value, bool present)
{
    json_key(out, key);
    if (present)
        json_string(out, value);
    else
        buf_append_string(out, "null");
}

void article_json(const struct article *a, struct buf *out)
{
    char date[16];
    date_format(a->date, date);
    buf_put_u8(out, '{');
    put_string(out, "id", a->id, true);
    put_string(out, "document", a->document, true);
    put_string(out, "title", a->title, a->title.len > 0);
    put_string(out, "date", span_of_string(date), date[0] != '\0');
    put_string(out, "url", a->url, a->url.len > 0);
    put_string(out, "source", a->source, a->source.len > 0);
    json_key(out, "line");
    if (a->line > 0)
        buf_printf(out, "%llu", (unsigned long long)a->line);
    else
        buf_append_string(out, "null");
    buf_printf(out, ",\"start\":%u,\"end\":%u", (unsigned)a->start, (unsigned)a->end);
    put_string(out, "text", a->text, a->has_text);
    buf_append_string(out, "}\n");
}
