/* SPDX-License-Identifier: Apache-2.0 */
/* toy_world: documents of words like w17, cut into passages as the indexer would. */
#include "tests/support/toy_world.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "common/base/date.h"
#include "common/segment/manifest.h"
#include "tests/support/seed.h"

/* ---- collections ---- */

void *toy_world_take(struct toy_world *w, size_t n, size_t size)
{
    void *const memory = arena_alloc(&w->arena, n * size + 1);
    cr_assert_not_null(memory);
    return memory;
}

const char *toy_world_string(struct toy_world *w, struct buf *bytes)
{
    const struct span copy = arena_copy(&w->arena, buf_span(bytes));
    cr_assert_not_null(copy.data);
    buf_clear(bytes);
    return (const char *)copy.data;
}

/* Words with digits in them: no profile changes one, and none is a stop word. */
const char *toy_world_word(struct toy_world *w)
{
    const unsigned n = w->shape->vocabulary;
    unsigned i = seed_below(&w->seed, n);
    if (w->shape->zipf) {
        const double share = (double)seed_below(&w->seed, 1u << 20) / (double)(1u << 20);
        i = (unsigned)(pow((double)n + 1, share)) - 1;
    }
    char name[16];
    (void)snprintf(name, sizeof name, "w%u", i < n ? i : n - 1);
    const struct span copy = arena_copy(&w->arena, span_of_string(name));
    return (const char *)copy.data;
}

static const char **random_words(struct toy_world *w, unsigned n)
{
    const char **const words = toy_world_take(w, n, sizeof *words);
    for (unsigned i = 0; i < n; i++)
        words[i] = toy_world_word(w);
    return words;
}

static const char *join(struct toy_world *w, const char *const *words, unsigned n)
{
    struct buf text = BUF_INIT;
    for (unsigned i = 0; i < n; i++)
        buf_printf(&text, "%s%s", i == 0 ? "" : " ", words[i]);
    const char *const joined = toy_world_string(w, &text);
    buf_release(&text);
    return joined;
}

static void add_passage(struct toy_world *w, uint32_t document, const char *const *title,
                        unsigned n_title, const char *const *body, unsigned n_body)
{
    const struct oracle_passage *const before =
        w->collection.n_passages == 0 ? NULL : &w->passages[w->collection.n_passages - 1];
    const bool first = before == NULL || before->document != document;
    const char **const words = toy_world_take(w, n_title + n_body, sizeof *words);
    for (unsigned i = 0; i < n_title; i++)
        words[i] = title[i];
    for (unsigned i = 0; i < n_body; i++)
        words[n_title + i] = body[i];
    w->passages[w->collection.n_passages++] =
        (struct oracle_passage){.words = words,
                                .n_words = n_title + n_body,
                                .n_title = n_title,
                                .document = document,
                                .number = first ? 1 : before->number + 1,
                                .date = date_parse(span_of_string(w->documents[document].date))};
}

/* No date, a year, a month or a day; few of them, so that ranges have something to choose. */
const char *toy_world_date(struct toy_world *w)
{
    char date[16];
    date_format((int32_t)(20000000 + 10000 * seed_below(&w->seed, 6) +
                          (seed_below(&w->seed, 3) > 0 ? 100 * (1 + seed_below(&w->seed, 12)) : 0)),
                date);
    if (strlen(date) == 7 && seed_below(&w->seed, 2) == 0)
        (void)snprintf(date + 7, sizeof date - 7, "-%02u", 1 + seed_below(&w->seed, 28));
    if (seed_below(&w->seed, 4) == 0)
        date[0] = '\0';
    const struct span copy = arena_copy(&w->arena, span_of_string(date));
    return (const char *)copy.data;
}

/* One document, and the passages that it must give. */
static void add_document(struct toy_world *w, uint32_t number)
{
    const struct toy_shape *const s = w->shape;
    const unsigned n_title = seed_below(&w->seed, 8) < s->titles ? 1 + seed_below(&w->seed, 5) : 0;
    const unsigned least = n_title > 0 ? 0 : 1;
    const unsigned n = least + seed_below(&w->seed, s->words_most);
    const char **const title = random_words(w, n_title);
    const char **const body = random_words(w, n);
    struct buf id = BUF_INIT;
    buf_printf(&id, "d%u", (number * 7919u) % 1000003u); /* ids out of order */
    w->ids[number] = toy_world_string(w, &id);
    buf_release(&id);
    w->documents[number] =
        (struct toy_document){.id = w->ids[number],
                              .title = n_title > 0 ? join(w, title, n_title) : NULL,
                              .text = join(w, body, n),
                              .date = toy_world_date(w)};
    if (s->window == 0 || n <= s->window) {
        add_passage(w, number, title, n_title, body, n);
        return;
    }
    for (unsigned start = 0;; start += s->stride) {
        const unsigned left = n - start;
        add_passage(w, number, title, n_title, body + start, left < s->window ? left : s->window);
        if (left <= s->window)
            break;
    }
}

/* ---- indexes ---- */

static void read_row(const struct toy_index *toy, struct manifest_row *row)
{
    struct buf bytes = BUF_INIT;
    struct manifest m;
    toy_index_read(toy, MANIFEST_NAME, &bytes);
    cr_assert_eq(manifest_decode(buf_span(&bytes), &m), STATUS_OK, "%s", status_message());
    cr_assert_eq(m.n, 1);
    *row = m.rows[0];
    manifest_release(&m);
    buf_release(&bytes);
}

/* Makes the first of n indexes one of n segments, the others' behind its own. */
static void join_indexes(const struct toy_index *toys, uint32_t n)
{
    struct manifest_row rows[3];
    const struct manifest m = {rows, n};
    struct buf bytes = BUF_INIT;
    for (uint32_t i = 0; i < n; i++) {
        char name[64];
        read_row(&toys[i], &rows[i]);
        toy_index_segment(&toys[i], name);
        buf_clear(&bytes);
        toy_index_read(&toys[i], name, &bytes);
        toy_index_write(&toys[0], name, buf_span(&bytes));
    }
    buf_clear(&bytes);
    manifest_append(&bytes, &m);
    toy_index_write(&toys[0], MANIFEST_NAME, buf_span(&bytes));
    buf_release(&bytes);
}

static void build(struct toy_world *w)
{
    const struct toy_shape *const s = w->shape;
    char passages[40];
    (void)snprintf(passages, sizeof passages, "window:%u:%u", s->window, s->stride);
    const struct toy_options options = {.profile = s->profile,
                                        .passages = s->window == 0 ? "whole" : passages};
    for (unsigned i = 0; i < s->segments; i++) {
        const unsigned from = s->documents * i / s->segments;
        const unsigned to = s->documents * (i + 1) / s->segments;
        toy_index_build(&w->toys[i], w->documents + from, to - from, &options);
    }
    if (s->segments > 1)
        join_indexes(w->toys, s->segments);
    cr_assert_eq(searcher_open(w->toys[0].path, &w->searcher), STATUS_OK, "%s", status_message());
    cr_assert_eq(w->searcher->index->n_segments, s->segments);
    cr_assert_eq(w->searcher->index->passages, w->collection.n_passages, "%s", s->name);
}

void toy_world_init(struct toy_world *w, const struct toy_shape *shape, unsigned seed)
{
    const bool anserini = strcmp(shape->profile, "anserini") == 0;
    const size_t passages_most =
        (size_t)shape->documents * (shape->window == 0 ? 1 : shape->words_most / shape->stride + 2);
    *w = (struct toy_world){.shape = shape,
                            .arena = ARENA_INIT,
                            .automatic = SEARCH_RESULT_INIT,
                            .exhaustive = SEARCH_RESULT_INIT,
                            .seed = seed};
    w->documents = toy_world_take(w, shape->documents, sizeof *w->documents);
    w->ids = toy_world_take(w, shape->documents, sizeof *w->ids);
    w->passages = toy_world_take(w, passages_most, sizeof *w->passages);
    w->hits = toy_world_take(w, passages_most, sizeof *w->hits);
    for (uint32_t i = 0; i < shape->documents; i++)
        add_document(w, i);
    w->collection.passages = w->passages;
    w->collection.ids = anserini ? w->ids : NULL;
    w->collection.names = w->ids;
    w->entries = oracle_entries(w->passages, w->collection.n_passages, &w->collection.n_entries);
    w->collection.entries = w->entries;
    w->collection.whole = shape->window == 0;
    w->collection.byte_lengths = anserini;
    build(w);
}

void toy_world_release(struct toy_world *w)
{
    search_result_release(&w->automatic);
    search_result_release(&w->exhaustive);
    searcher_close(w->searcher);
    for (unsigned i = 0; i < w->shape->segments; i++)
        toy_index_remove(&w->toys[i]);
    arena_release(&w->arena);
    free(w->entries);
}
