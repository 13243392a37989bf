/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qrels: both kinds of file are tables of (qid, docid, number). One reader takes them in, sorts the
 * rows by qid and docid, which shows duplicates, and leaves the grouping to its two callers.
 *
 * Strings are not copied: the bytes of the file are kept and cut up in place. As in trec_eval,
 * lines that are blank or begin with # are skipped, and what follows the tag of a run is ignored.
 * Scores are rounded to single precision, which trec_eval up to 9.0 compares them in: otherwise its
 * order of nearly equal scores, and with it published figures, could not be reproduced.
 */
#include "searcher/eval/qrels.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "common/base/arena.h"
#include "searcher/topics/read_whole.h"

#define FIELDS_MOST 6

#define WHITE_SPACE " \t\v\f\r"

struct row {
    const char *qid;
    const char *docid;
    double value;
    size_t line; /* from 1 */
};

/* Which fields of a line hold what; counted from 0, the qid being 0. */
struct layout {
    size_t n_fields; /* required */
    bool more;       /* may follow */
    size_t docid;
    size_t value;
    bool (*parse)(const char *text, double *value /* OUT */);
    const char *form; /* for the message */
};

struct table {
    struct buf text; /* the file, cut into strings */
    struct buf rows; /* of struct row */
    const char *tag; /* the last field of a layout with six, of the last line */
};

static bool parse_grade(const char *text, double *value)
{
    char *end;
    const long grade = strtol(text, &end, 10);
    *value = (double)grade;
    return end != text && *end == '\0' && grade > INT_MIN && grade <= INT_MAX;
}

static bool parse_score(const char *text, double *value)
{
    char *end;
    const double score = strtod(text, &end);
    *value = (double)(float)score;
    return end != text && *end == '\0' && !isnan(score);
}

static const struct layout layout_qrels = {4, false, 2, 3, parse_grade, "qid iter docid grade"};
static const struct layout layout_beir = {3, false, 1, 2, parse_grade, "qid docid grade"};
static const struct layout layout_run = {6, true, 2, 4, parse_score, "qid Q0 docid rank score tag"};

/* Cuts `line` at white space into at most FIELDS_MOST fields; returns how many it has, at most
 * FIELDS_MOST + 1. */
static size_t split_fields(char *line, char **fields)
{
    size_t n = 0;
    for (char *p = line + strspn(line, WHITE_SPACE); *p != '\0'; p += strspn(p, WHITE_SPACE)) {
        if (n == FIELDS_MOST)
            return n + 1;
        fields[n++] = p;
        p += strcspn(p, WHITE_SPACE);
        if (*p != '\0')
            *p++ = '\0';
    }
    return n;
}

static enum status add_row(struct table *table, const struct layout *layout, char *line,
                           size_t number)
{
    char *fields[FIELDS_MOST];
    const size_t n = split_fields(line, fields);
    if (n == 0 || fields[0][0] == '#')
        return STATUS_OK;
    struct row row = {.line = number};
    if (n < layout->n_fields || (n > layout->n_fields && !layout->more))
        return fail(STATUS_INPUT, "line %zu is not '%s'", number, layout->form);
    if (!layout->parse(fields[layout->value], &row.value))
        return fail(STATUS_INPUT, "line %zu: '%s' is no %s", number, fields[layout->value],
                    layout->parse == parse_grade ? "grade" : "score");
    row.qid = fields[0];
    row.docid = fields[layout->docid];
    table->tag = fields[layout->n_fields - 1];
    buf_append(&table->rows, &row, sizeof row);
    return STATUS_OK;
}

static enum status add_rows(struct table *table, const struct layout *layout)
{
    char *p = (char *)table->text.data;
    char *const end = p + table->text.len;
    for (size_t number = 1; p < end; number++) {
        char *const newline = memchr(p, '\n', (size_t)(end - p));
        char *const line_end = newline == NULL ? end : newline;
        *line_end = '\0';
        if (strlen(p) != (size_t)(line_end - p))
            return fail(STATUS_INPUT, "line %zu holds a zero byte", number);
        if (number == 1 && layout == &layout_qrels && strncmp(p, "query-id\t", 9) == 0)
            layout = &layout_beir;
        else
            TRY(add_row(table, layout, p, number));
        p = line_end + 1;
    }
    return buf_status(&table->rows);
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *const a = left;
    const struct row *const b = right;
    const int order = strcmp(a->qid, b->qid);
    return order != 0 ? order : strcmp(a->docid, b->docid);
}

static enum status refuse_duplicates(const struct row *rows, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare_rows(&rows[i - 1], &rows[i]) == 0)
            return fail(STATUS_INPUT, "lines %zu and %zu: document '%s' twice for query '%s'",
                        rows[i - 1].line < rows[i].line ? rows[i - 1].line : rows[i].line,
                        rows[i - 1].line < rows[i].line ? rows[i].line : rows[i - 1].line,
                        rows[i].docid, rows[i].qid);
    return STATUS_OK;
}

static void table_release(struct table *table)
{
    buf_release(&table->text);
    buf_release(&table->rows);
}

/* Fills an empty table; on failure it is to be released all the same. */
static enum status table_read(struct table *table, const char *path, const struct layout *layout)
{
    TRY(read_whole(path, &table->text));
    (void)buf_string(&table->text); /* room for the end of the last string */
    TRY(buf_status(&table->text));
    enum status status = add_rows(table, layout);
    const size_t count = table->rows.len / sizeof(struct row);
    if (status == STATUS_OK && count > 0) {
        qsort(table->rows.data, count, sizeof(struct row), compare_rows);
        status = refuse_duplicates((const struct row *)table->rows.data, count);
    }
    return status == STATUS_OK ? status : fail_context(status, path);
}

/* One past the last row that has the qid of rows[first]. */
static size_t query_end(const struct row *rows, size_t first, size_t count)
{
    size_t end = first + 1;
    while (end < count && strcmp(rows[end].qid, rows[first].qid) == 0)
        end++;
    return end;
}

static size_t count_queries(const struct row *rows, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i = query_end(rows, i, count))
        n++;
    return n;
}

/* ---- judgements ---- */

struct qrels_file {
    struct qrels qrels; /* first: what the caller holds */
    struct table table;
    struct arena arena;
};

static enum status fill_qrels(struct qrels_file *file)
{
    const struct row *const rows = (const struct row *)file->table.rows.data;
    const size_t count = file->table.rows.len / sizeof *rows;
    struct qrels_query *query =
        arena_alloc(&file->arena, count_queries(rows, count) * sizeof *query);
    struct judgement *const judgements = arena_alloc(&file->arena, count * sizeof *judgements);
    if (query == NULL || judgements == NULL)
        return fail_no_memory();
    file->qrels.queries = query;
    for (size_t i = 0, end; i < count; i = end, query++) {
        end = query_end(rows, i, count);
        *query = (struct qrels_query){rows[i].qid, judgements + i, end - i};
        for (size_t j = i; j < end; j++)
            judgements[j] = (struct judgement){rows[j].docid, (int)rows[j].value};
    }
    file->qrels.count = (size_t)(query - file->qrels.queries);
    buf_release(&file->table.rows);
    return STATUS_OK;
}

enum status qrels_read(const char *path, struct qrels **out)
{
    struct qrels_file *const file = calloc(1, sizeof *file);
    if (file == NULL)
        return fail_no_memory();
    enum status status = table_read(&file->table, path, &layout_qrels);
    if (status == STATUS_OK)
        status = fill_qrels(file);
    if (status == STATUS_OK)
        *out = &file->qrels;
    else
        qrels_free(&file->qrels);
    return status;
}

void qrels_free(struct qrels *q)
{
    struct qrels_file *const file = (struct qrels_file *)q;
    if (file == NULL)
        return;
    table_release(&file->table);
    arena_release(&file->arena);
    free(file);
}

int qrels_grade(const struct qrels_query *query, const char *docid)
{
    size_t low = 0;
    size_t high = query->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(query->judgements[middle].docid, docid);
        if (order == 0)
            return query->judgements[middle].grade;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return INT_MIN;
}

/* ---- runs ---- */

struct run_file {
    struct run run; /* first: what the caller holds */
    struct table table;
    struct arena arena;
};

static int compare_entries(const void *left, const void *right)
{
    const struct run_entry *const a = left;
    const struct run_entry *const b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return strcmp(b->docid, a->docid);
}

static enum status fill_run(struct run_file *file)
{
    const struct row *const rows = (const struct row *)file->table.rows.data;
    const size_t count = file->table.rows.len / sizeof *rows;
    struct run_query *query = arena_alloc(&file->arena, count_queries(rows, count) * sizeof *query);
    struct run_entry *const entries = arena_alloc(&file->arena, count * sizeof *entries);
    if (query == NULL || entries == NULL)
        return fail_no_memory();
    file->run.queries = query;
    for (size_t i = 0, end; i < count; i = end, query++) {
        end = query_end(rows, i, count);
        *query = (struct run_query){rows[i].qid, entries + i, end - i};
        for (size_t j = i; j < end; j++)
            entries[j] = (struct run_entry){rows[j].docid, rows[j].value};
        qsort(entries + i, end - i, sizeof *entries, compare_entries);
    }
    file->run.count = (size_t)(query - file->run.queries);
    file->run.tag = file->table.tag == NULL ? "" : file->table.tag;
    buf_release(&file->table.rows);
    return STATUS_OK;
}

enum status run_read(const char *path, struct run **out)
{
    struct run_file *const file = calloc(1, sizeof *file);
    if (file == NULL)
        return fail_no_memory();
    enum status status = table_read(&file->table, path, &layout_run);
    if (status == STATUS_OK)
        status = fill_run(file);
    if (status == STATUS_OK)
        *out = &file->run;
    else
        run_free(&file->run);
    return status;
}

void run_free(struct run *r)
{
    struct run_file *const file = (struct run_file *)r;
    if (file == NULL)
        return;
    table_release(&file->table);
    arena_release(&file->arena);
    free(file);
}
