/* SPDX-License-Identifier: Apache-2.0 */
/* hits_json: one function a level of the object; strings leave through json.h alone. */
#include "searcher/show/hits_json.h"

#include "common/base/date.h"
#include "common/base/json.h"

static void put_string(struct buf *out, const char *key, struct span value)
{
    json_key(out, key);
    json_string(out, value);
}

static void put_string_or_null(struct buf *out, const char *key, struct span value)
{
    json_key(out, key);
    if (value.len == 0)
        buf_append_string(out, "null");
    else
        json_string(out, value);
}

static void put_number(struct buf *out, const char *key, uint64_t value)
{
    json_key(out, key);
    buf_printf(out, "%llu", (unsigned long long)value);
}

static void put_text(struct buf *out, const struct hit *hit)
{
    if (!hit->has_text) {
        buf_append_string(out, ",\"text\":null,\"snippet\":null,\"highlights\":null");
        return;
    }
    const struct snippet *const snippet = &hit->snippet;
    put_string(out, "text", hit->text);
    put_string(out, "snippet",
               span_of(hit->text.data + snippet->start, snippet->end - snippet->start));
    json_key(out, "highlights");
    buf_put_u8(out, '[');
    for (size_t i = 0; i < snippet->n_highlights; i++) {
        json_comma(out);
        buf_printf(out, "[%u,%u]", (unsigned)snippet->highlights[i].start,
                   (unsigned)snippet->highlights[i].end);
    }
    buf_put_u8(out, ']');
}

static void put_hit(struct buf *out, const struct hit *hit)
{
    char date[16];
    date_format(hit->date, date);
    buf_put_u8(out, '{');
    put_number(out, "rank", hit->rank);
    json_key(out, "score");
    hit_put_score(out, hit->score, 6);
    put_string(out, "id", hit->id);
    put_string(out, "document", hit->document);
    put_string_or_null(out, "title", hit->title);
    put_string_or_null(out, "date", span_of_string(date));
    put_string_or_null(out, "url", hit->url);
    put_number(out, "start", hit->start);
    put_number(out, "end", hit->end);
    put_text(out, hit);
    buf_put_u8(out, '}');
}

static void put_alternatives(struct buf *out, const struct hit_list *list)
{
    json_key(out, "alternatives");
    buf_put_u8(out, '[');
    for (size_t i = 0; i < list->n_alternatives; i++) {
        const struct hit_alternative *const a = &list->alternatives[i];
        json_comma(out);
        buf_put_u8(out, '{');
        put_string(out, "kind", span_of_string(a->kind));
        put_string(out, "query", a->query);
        put_string(out, "changed", a->changed);
        put_number(out, "total", a->total);
        buf_put_u8(out, '}');
    }
    buf_put_u8(out, ']');
}

void hits_json(const struct hit_list *list, struct buf *out)
{
    buf_put_u8(out, '{');
    put_string_or_null(out, "qid", list->qid);
    put_string(out, "query", list->query);
    put_string(out, "reading", list->reading);
    put_number(out, "total", list->total);
    json_key(out, "exact");
    buf_append_string(out, list->exact ? "true" : "false");
    json_key(out, "hits");
    buf_put_u8(out, '[');
    for (size_t i = 0; i < list->n_hits; i++) {
        json_comma(out);
        put_hit(out, &list->hits[i]);
    }
    buf_put_u8(out, ']');
    put_alternatives(out, list);
    buf_append_string(out, "}\n");
}
