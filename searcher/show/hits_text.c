/* SPDX-License-Identifier: Apache-2.0 */
/* hits_text: one function a line of the layout that hits_text.h shows. */
#include "searcher/show/hits_text.h"

#include <stdio.h>

#include "common/base/date.h"
#include "common/base/escape.h"
#include "common/base/terminal.h"
#include "searcher/show/snippet_edges.h"
#include "searcher/show/wrap.h"

#define ELLIPSIS "\xe2\x80\xa6"

/* Milliseconds with one decimal; times beyond years are a broken clock. */
static void put_time(struct buf *out, double microseconds)
{
    if (!(microseconds >= 0 && microseconds < 1e15))
        return;
    const unsigned long long tenths = (unsigned long long)(microseconds / 100 + 0.5);
    buf_printf(out, ", %llu.%llu ms", tenths / 10, tenths % 10);
}

static void put_summary(struct buf *out, const struct hit_list *list, const char *unit)
{
    if (list->total == 0)
        buf_append_string(out, list->exact ? "nothing found" : "nothing found in time");
    else
        buf_printf(out, "%s%llu %s%s", list->exact ? "" : "at least ",
                   (unsigned long long)list->total, unit, list->total == 1 ? "" : "s");
    put_time(out, list->microseconds);
    buf_put_u8(out, '\n');
}

void hits_text_reading(struct span reading, uint32_t width, struct buf *out)
{
    static const char label[] = "reading: ";
    const struct wrap_style lines = {width, sizeof label - 1, false};
    buf_append_string(out, label);
    struct wrap w;
    wrap_begin(&w, out, &lines);
    wrap_put(&w, reading, false);
    wrap_end(&w);
}

static bool is_blank(struct span text)
{
    return snippet_trim(text).len == 0;
}

/* The title, or the id of a hit without one. */
static void put_heading(struct buf *out, const struct hit *hit, const struct wrap_style *lines)
{
    buf_printf(out, "%*u. ", (int)lines->indent - 2, (unsigned)hit->rank);
    if (is_blank(hit->title)) {
        escape_append(out, hit->id, ESCAPE_LINE);
        buf_put_u8(out, '\n');
        return;
    }
    struct wrap w;
    wrap_begin(&w, out, lines);
    wrap_put(&w, hit->title, false);
    wrap_end(&w);
}

/* Puts a fact behind those that reach to *column, or on a line of its own if it does not fit there. It
 * stays whole, so that it can be copied: what is wider than a line is left to the terminal. */
static void put_fact(struct buf *out, struct span fact, const struct wrap_style *lines,
                     size_t *column)
{
    struct buf escaped = BUF_INIT;
    escape_append(&escaped, fact, ESCAPE_LINE);
    const size_t columns = terminal_text_width(buf_span(&escaped));
    if (*column > lines->indent) {
        const bool fits = lines->width == 0 || *column + 2 + columns <= lines->width;
        if (fits)
            buf_append_string(out, "  ");
        else
            buf_printf(out, "\n%*s", (int)lines->indent, "");
        *column = fits ? *column + 2 : lines->indent;
    }
    buf_append_span(out, buf_span(&escaped));
    *column += columns;
    out->failed = out->failed || escaped.failed;
    buf_release(&escaped);
}

static void put_facts(struct buf *out, const struct hit *hit, const struct wrap_style *lines)
{
    char date[16];
    struct buf score = BUF_INIT;
    size_t column = lines->indent;
    date_format(hit->date, date);
    buf_printf(out, "%*s", (int)lines->indent, "");
    if (date[0] != '\0')
        put_fact(out, span_of_string(date), lines, &column);
    if (!is_blank(hit->title))
        put_fact(out, hit->id, lines, &column);
    hit_put_score(&score, hit->score, 3);
    put_fact(out, buf_span(&score), lines, &column);
    out->failed = out->failed || score.failed;
    buf_release(&score);
    buf_put_u8(out, '\n');
    if (is_blank(hit->url))
        return;
    buf_printf(out, "%*s", (int)lines->indent, "");
    escape_append(out, hit->url, ESCAPE_LINE);
    buf_put_u8(out, '\n');
}

static void put_snippet(struct buf *out, const struct hit *hit, const struct wrap_style *lines)
{
    const struct snippet *const snippet = &hit->snippet;
    const uint8_t *const window = hit->text.data + snippet->start;
    const uint32_t len = snippet->end - snippet->start;
    struct wrap w;
    buf_printf(out, "%*s", (int)lines->indent, "");
    wrap_begin(&w, out, lines);
    if (snippet->cut_before)
        wrap_put(&w, span_of_string(ELLIPSIS " "), false);
    uint32_t at = 0;
    for (size_t i = 0; i < snippet->n_highlights; i++) {
        const struct snippet_range range = snippet->highlights[i];
        wrap_put(&w, span_of(window + at, range.start - at), false);
        wrap_put(&w, span_of(window + range.start, range.end - range.start), true);
        at = range.end;
    }
    wrap_put(&w, span_of(window + at, len - at), false);
    if (snippet->cut_after)
        wrap_put(&w, span_of_string(" " ELLIPSIS), false);
    wrap_end(&w);
}

/* Digits of the largest rank, a full stop and a space. */
static uint32_t indent_of(const struct hit_list *list)
{
    uint32_t indent = 3;
    for (uint32_t rank = list->n_hits == 0 ? 0 : list->hits[list->n_hits - 1].rank; rank >= 10;
         rank /= 10)
        indent++;
    return indent;
}

/* What an alternative does, in words. A query of nothing but the words that are spelled otherwise
 * has just been shown. */
static void put_change(struct wrap *w, const struct hit_alternative *a)
{
    const bool spelling = strcmp(a->kind, "spelling") == 0;
    const bool without = strcmp(a->kind, "without") == 0;
    const bool names = without || (spelling && !span_equal(a->changed, a->query));
    wrap_put(w,
             span_of_string(spelling && names               ? "spelled otherwise: "
                            : spelling                      ? "spelled otherwise"
                            : without                       ? "without "
                            : strcmp(a->kind, "wider") == 0 ? "further apart"
                            : strcmp(a->kind, "apart") == 0 ? "anywhere in the passage"
                                                            : "any of the words"),
             false);
    if (names)
        wrap_put(w, a->changed, false);
}

static void put_alternative(struct buf *out, const struct hit_alternative *a, uint32_t number,
                            const struct hits_text_style *style)
{
    char count[64];
    struct wrap w;
    const struct wrap_style lines = {style->width, number < 1000 ? 5 : 12, false};
    buf_printf(out, "%*u. ", (int)lines.indent - 2, (unsigned)number);
    (void)snprintf(count, sizeof count, " (%llu %s%s, ", (unsigned long long)a->total, style->unit,
                   a->total == 1 ? "" : "s");
    wrap_begin(&w, out, &lines);
    wrap_put(&w, a->query, false);
    wrap_put(&w, span_of_string(count), false);
    put_change(&w, a);
    wrap_put(&w, span_of_string(")"), false);
    wrap_end(&w);
}

/* Numbered behind the hits: the prompt takes the numbers. */
static void put_alternatives(struct buf *out, const struct hit_list *list,
                             const struct hits_text_style *style)
{
    uint32_t number = list->n_hits == 0 ? 0 : list->hits[list->n_hits - 1].rank;
    if (list->n_alternatives > 0)
        buf_append_string(out, list->total == 0 ? "\ntry\n" : "\nor try\n");
    for (size_t i = 0; i < list->n_alternatives; i++)
        put_alternative(out, &list->alternatives[i], ++number, style);
}

void hits_text(const struct hit_list *list, const struct hits_text_style *style, struct buf *out)
{
    const struct wrap_style lines = {style->width, indent_of(list), style->colour};
    put_summary(out, list, style->unit);
    if (list->show_reading)
        hits_text_reading(list->reading, style->width, out);
    for (size_t i = 0; i < list->n_hits; i++) {
        const struct hit *const hit = &list->hits[i];
        buf_put_u8(out, '\n');
        put_heading(out, hit, &lines);
        put_facts(out, hit, &lines);
        if (hit->has_text && hit->snippet.end > hit->snippet.start)
            put_snippet(out, hit, &lines);
    }
    put_alternatives(out, list, style);
}
