/* SPDX-License-Identifier: Apache-2.0 */
/* query_set: words of a line between what the class puts around them. */
#include "bench/queries/query_set.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "searcher/topics/read_topics.h"

#define WORDS_MOST 64

struct words {
    struct span items[WORDS_MOST];
    size_t n;
};

const struct query_class query_classes[] = {
    {"term", 1, 1, "", "", "", "", false, false},
    {"or", 1, WORDS_MOST, "", "", "", "", false, false},
    {"or-2-3", 2, 3, "", "", "", "", false, false},
    {"or-4-6", 4, 6, "", "", "", "", false, false},
    {"or-7", 7, WORDS_MOST, "", "", "", "", false, false},
    {"and", 2, WORDS_MOST, "+", "+", "+", "", false, false},
    {"mixed", 2, WORDS_MOST, "+", "", "", "", false, false},
    {"not", 2, WORDS_MOST, "", "", "-", "", false, false},
    {"phrase", 2, WORDS_MOST, "\"", "", "", "\"", false, false},
    {"count", 1, WORDS_MOST, "", "", "", "", true, false},
    {"count-and", 2, WORDS_MOST, "+", "+", "+", "", true, false},
    {"count-phrase", 2, WORDS_MOST, "\"", "", "", "\"", true, false},
    {"line", 1, SIZE_MAX, "", "", "", "", false, true},
};
const size_t n_query_classes = sizeof query_classes / sizeof *query_classes;

const struct query_class *query_class_named(const char *name)
{
    for (size_t i = 0; i < n_query_classes; i++)
        if (strcmp(query_classes[i].name, name) == 0)
            return &query_classes[i];
    return NULL;
}

static _Noreturn void stop(const char *what)
{
    fprintf(stderr, "cannot make queries: %s\n", what);
    exit(2);
}

static struct words words_of(struct span text)
{
    struct words w = {.n = 0};
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && (isalnum(text.data[i]) || text.data[i] >= 0x80))
            continue;
        if (i > start && w.n < WORDS_MOST)
            w.items[w.n++] = span_of(text.data + start, i - start);
        start = i + 1;
    }
    return w;
}

static struct buf *add_one(struct query_set *q)
{
    q->texts = realloc(q->texts, (q->n + 1) * sizeof *q->texts);
    if (q->texts == NULL)
        stop("out of memory");
    q->texts[q->n] = (struct buf)BUF_INIT;
    return &q->texts[q->n++];
}

static void write_query(const struct query_class *c, const struct words *w, struct buf *out)
{
    for (size_t i = 0; i < w->n; i++) {
        const bool last = i + 1 == w->n && i > 0;
        buf_printf(out, "%s%s%.*s", i == 0 ? "" : " ",
                   i == 0 ? c->first
                   : last ? c->last
                          : c->others,
                   (int)w->items[i].len, (const char *)w->items[i].data);
    }
    buf_append_string(out, c->after);
}

static void add_line(struct query_set *q, const struct query_class *c, struct span text)
{
    const struct words w = words_of(text);
    if (c->line) {
        buf_append_span(add_one(q), text);
    } else if (c->most == 1) {
        for (size_t i = 0; i < w.n; i++)
            write_query(c, &(struct words){.items = {w.items[i]}, .n = 1}, add_one(q));
    } else if (w.n >= c->least && w.n <= c->most) {
        write_query(c, &w, add_one(q));
    }
}

void query_set_add(struct query_set *q, const struct query_class *c, const char *path)
{
    struct topics *t;
    if (topics_read(path, &t) != STATUS_OK)
        stop(status_message());
    for (size_t i = 0; i < t->count; i++)
        add_line(q, c, t->topics[i].text);
    topics_free(t);
}

void query_set_release(struct query_set *q)
{
    for (size_t i = 0; i < q->n; i++)
        buf_release(&q->texts[i]);
    free(q->texts);
    *q = (struct query_set){0};
}
