/* SPDX-License-Identifier: Apache-2.0 */
/* The queries of tests/query/ (its README has the format), each with both ways of ranking. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>

#include "searcher/search.h"
#include "searcher/show/trec_run.h"
#include "tests/support/toy_index.h"

#define FOLDER         "tests/query"
#define DOCUMENTS_MOST 64
#define LINES_MOST     64

static const char *const profiles[] = {"english", "anserini", "plain"};
#define N_PROFILES (sizeof profiles / sizeof profiles[0])

struct asked {
    struct toy_index toys[N_PROFILES];
    struct searcher *searchers[N_PROFILES];
    struct search_result result;
    struct buf ids;
    unsigned n; /* entries */
};

static void read_file(const char *path, struct buf *out)
{
    FILE *const file = fopen(path, "rb");
    char bytes[4096];
    size_t n;
    cr_assert_not_null(file, "%s", path);
    buf_clear(out);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        buf_append(out, bytes, n);
    (void)fclose(file);
    (void)buf_string(out);
}

/* ---- the corpus ---- */

static const char *string_of(struct json_object *object, const char *key)
{
    struct json_object *value;
    return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : NULL;
}

static void build(struct asked *a)
{
    struct buf text = BUF_INIT;
    struct json_object *objects[DOCUMENTS_MOST];
    struct toy_document documents[DOCUMENTS_MOST];
    size_t n = 0;
    char *rest = NULL;
    read_file(FOLDER "/corpus.jsonl", &text);
    for (char *line = strtok_r((char *)text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        struct json_object *const object = json_tokener_parse(line);
        cr_assert(object != NULL && n < DOCUMENTS_MOST);
        documents[n] = (struct toy_document){.id = string_of(object, "id"),
                                             .title = string_of(object, "title"),
                                             .text = string_of(object, "text"),
                                             .date = string_of(object, "date")};
        objects[n++] = object;
    }
    for (size_t i = 0; i < N_PROFILES; i++) {
        toy_index_build(&a->toys[i], documents, n, &(struct toy_options){.profile = profiles[i]});
        cr_assert_eq(searcher_open(a->toys[i].path, &a->searchers[i]), STATUS_OK);
    }
    for (size_t i = 0; i < n; i++)
        json_object_put(objects[i]);
    buf_release(&text);
}

/* ---- entries ---- */

struct entry {
    const char *file;
    char *lines[LINES_MOST]; /* the query, the options, what is expected */
    size_t n;
};

static void set_option(struct asked *a, const char *word, struct search_options *options,
                       struct searcher **searcher)
{
    static const char *const rollups[] = {"none", "max", "sum", "top3"};
    if (strncmp(word, "k=", 2) == 0)
        options->k = strtoul(word + 2, NULL, 10);
    else if (strcmp(word, "literal") == 0)
        options->syntax = QUERY_LITERAL;
    for (size_t i = 0; i < N_PROFILES && strncmp(word, "profile=", 8) == 0; i++)
        if (strcmp(word + 8, profiles[i]) == 0)
            *searcher = a->searchers[i];
    for (unsigned i = 0; i < 4 && strncmp(word, "documents=", 10) == 0; i++)
        if (strcmp(word + 10, rollups[i]) == 0)
            options->documents = (enum rollup)i;
}

static void check_id(const struct entry *e, const char *expected, struct span found, size_t rank)
{
    cr_expect(span_equal(found, span_of_string(expected)), "%s: '%s': rank %zu is %.*s, not %s",
              e->file, e->lines[0], rank, (int)found.len, (const char *)found.data, expected);
}

static void check_line(struct asked *a, const struct entry *e, const char *line, size_t *rank)
{
    const struct search_result *const r = &a->result;
    if (strncmp(line, "reading: ", 9) == 0) {
        struct buf reading = BUF_INIT;
        query_print(&r->query, &reading);
        cr_expect_str_eq(buf_string(&reading), line + 9, "%s: '%s' is read as '%s'", e->file,
                         e->lines[0], buf_string(&reading));
        buf_release(&reading);
    } else if (strncmp(line, "total: ", 7) == 0) {
        cr_expect_eq(r->total, strtoul(line + 7, NULL, 10), "%s: '%s'", e->file, e->lines[0]);
    } else if (strncmp(line, "note: ", 6) == 0) {
        const char *const note = r->query.note != NULL ? r->query.note : r->plan.note;
        cr_expect(note != NULL && strstr(note, line + 6) != NULL, "%s: '%s'", e->file, e->lines[0]);
    } else if (strcmp(line, "none") != 0) {
        ++*rank;
    }
}

static void check_ids(struct asked *a, struct searcher *s, const struct entry *e, size_t n)
{
    struct run_row *const rows = calloc(a->result.best.n + 1, sizeof *rows);
    size_t rank = 0;
    cr_assert_eq(a->result.best.n, n, "%s: '%s' finds %zu, not %zu", e->file, e->lines[0],
                 a->result.best.n, n);
    buf_clear(&a->ids);
    cr_assert_eq(search_ids(s, &a->result, &a->ids, rows), STATUS_OK);
    for (size_t i = e->n - n; i < e->n; i++, rank++)
        check_id(e, e->lines[i], rows[rank].id, rank + 1);
    free(rows);
}

static void check_entry(struct asked *a, const struct entry *e)
{
    struct searcher *searcher = a->searchers[0];
    char words[256];
    char *rest = NULL;
    cr_assert(e->n >= 3, "%s: '%s' has no expectation", e->file, e->lines[0]);
    struct search_options options = search_options_of(searcher);
    options.k = 20;
    (void)snprintf(words, sizeof words, "%s", e->lines[1]);
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        set_option(a, word, &options, &searcher);
    options.k1 = searcher->index->profile->k1;
    options.b = searcher->index->profile->b;
    for (int algorithm = ALGORITHM_AUTO; algorithm <= ALGORITHM_EXHAUSTIVE; algorithm++) {
        size_t n = 0;
        options.algorithm = (enum search_algorithm)algorithm;
        cr_assert_eq(search_run(searcher, span_of_string(e->lines[0]), &options, &a->result),
                     STATUS_OK);
        for (size_t i = 2; i < e->n; i++)
            check_line(a, e, e->lines[i], &n);
        check_ids(a, searcher, e, n);
    }
    a->n++;
}

static void check_file(struct asked *a, const char *name)
{
    char path[300];
    struct buf text = BUF_INIT;
    struct entry e = {.file = name};
    (void)snprintf(path, sizeof path, FOLDER "/%s", name);
    read_file(path, &text);
    for (char *line = (char *)text.data, *end; line != NULL && *line != '\0'; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        if (line[0] != '\0' && (line[0] != '#' || e.n > 0)) {
            cr_assert_lt(e.n, LINES_MOST);
            e.lines[e.n++] = line;
        }
        if (e.n > 0 && (line[0] == '\0' || end == NULL || *end == '\0')) {
            check_entry(a, &e);
            e.n = 0;
        }
    }
    buf_release(&text);
}

Test(golden_queries, all)
{
    struct asked a = {.result = SEARCH_RESULT_INIT, .ids = BUF_INIT};
    DIR *const folder = opendir(FOLDER);
    cr_assert_not_null(folder, "run the tests in the top folder");
    build(&a);
    for (const struct dirent *d = readdir(folder); d != NULL; d = readdir(folder)) {
        const size_t n = strlen(d->d_name);
        if (n > 7 && strcmp(d->d_name + n - 7, ".golden") == 0)
            check_file(&a, d->d_name);
    }
    (void)closedir(folder);
    cr_assert_gt(a.n, 120, "only %u queries were found", a.n);
    search_result_release(&a.result);
    buf_release(&a.ids);
    for (size_t i = 0; i < N_PROFILES; i++) {
        searcher_close(a.searchers[i]);
        toy_index_remove(&a.toys[i]);
    }
}
