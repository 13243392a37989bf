/* SPDX-License-Identifier: Apache-2.0 */
/* article: header, text and JSON of one document. */
#include "searcher/show/article.h"

#include "common/base/date.h"
#include "common/base/escape.h"
#include "common/base/json.h"

#define BOLD  "\x1b[1m"
#define PLAIN "\x1b[0m"

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

/* Bold is begun anew on each line: a pager may draw any of them alone. */
static void put_bold(struct span text, struct buf *out)
{
    const uint8_t *p = text.data;
    const uint8_t *const end = p + text.len;
    while (p < end) {
        const uint8_t *const newline = memchr(p, '\n', (size_t)(end - p));
        const uint8_t *stop = newline == NULL ? end : newline;
        if (newline != NULL && stop > p && stop[-1] == '\r')
            stop--;
        if (stop > p) {
            buf_append_string(out, BOLD);
            escape_append(out, span_of(p, (size_t)(stop - p)), ESCAPE_TEXT);
            buf_append_string(out, PLAIN);
        }
        if (newline != NULL)
            buf_put_u8(out, '\n');
        p = newline == NULL ? end : newline + 1;
    }
}

static void put_marked(struct span text, bool colour, struct buf *out)
{
    if (colour) {
        put_bold(text, out);
        return;
    }
    buf_append_string(out, ">>> ");
    escape_append(out, text, ESCAPE_TEXT);
    buf_append_string(out, " <<<");
}

void article_text(const struct article *a, const struct article_mark *mark, struct buf *out)
{
    const size_t before = out->len;
    const uint8_t *const text = a->text.data;
    const bool marked = mark != NULL && a->start <= mark->start && mark->start < mark->end &&
                        mark->end <= a->end && a->end - a->start == a->text.len;
    const size_t start = marked ? mark->start - a->start : 0;
    const size_t end = marked ? mark->end - a->start : 0;
    if (start > 0)
        escape_append(out, span_of(text, start), ESCAPE_TEXT);
    if (marked)
        put_marked(span_of(text + start, end - start), mark->colour, out);
    if (a->text.len > end)
        escape_append(out, span_of(text + end, a->text.len - end), ESCAPE_TEXT);
    if (out->len == before || out->data[out->len - 1] != '\n')
        buf_put_u8(out, '\n');
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
