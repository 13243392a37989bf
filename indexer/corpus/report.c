/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: counters, a table of binary kinds, and one gate for messages.
 *
 * Messages are limited kind by kind, so that a thousand symbolic links do not hide the one record
 * that is bad. The errors file gets every one.
 */
#include "indexer/corpus/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "common/base/escape.h"
#include "common/base/json.h"

#define BINARY_KINDS     64 /* kinds told apart; a hostile folder may have any number */
#define BINARY_KIND_SIZE 16

struct binary_kind {
    char name[BINARY_KIND_SIZE];
    uint64_t count;
};

struct report {
    uint64_t counts[REPORT_KINDS];
    uint64_t messages[REPORT_KINDS]; /* given to report_bad, printed or not */
    struct binary_kind binary[BINARY_KINDS];
    size_t n_binary;
    uint64_t n_bytes;
    double read_seconds;
    FILE *errors; /* NULL without an errors file */
    char *errors_path;
    struct buf line; /* scratch */
};

/* Names in the errors file, and what the closing line says of one and of several. */
static const struct {
    const char *name;
    const char *one;
    const char *several;
} kinds[REPORT_KINDS] = {
    [REPORT_OK] = {"ok", "document", "documents"},
    [REPORT_EMPTY] = {"empty", "empty document", "empty documents"},
    [REPORT_DUPLICATE] = {"duplicate", "duplicate id", "duplicate ids"},
    [REPORT_BAD] = {"bad", "bad record", "bad records"},
    [REPORT_UNREADABLE] = {"unreadable", "unreadable file", "unreadable files"},
    [REPORT_SPECIAL] = {"special", "special file", "special files"},
    [REPORT_LINK] = {"link", "link not followed", "links not followed"},
    [REPORT_HIDDEN] = {"hidden", "hidden file or folder", "hidden files and folders"},
    [REPORT_BINARY] = {"binary", "binary file", "binary files"},
    [REPORT_BAD_BYTES] = {"bytes", "bad byte sequence replaced", "bad byte sequences replaced"},
    [REPORT_BAD_DATE] = {"date", "date not understood", "dates not understood"},
    [REPORT_CUT] = {"cut", "field cut", "fields cut"},
};

enum status report_new(const char *errors_path, struct report **out)
{
    struct report *const r = calloc(1, sizeof *r);
    if (r == NULL)
        return fail_no_memory();
    if (errors_path != NULL) {
        r->errors_path = strdup(errors_path);
        r->errors = fopen(errors_path, "we");
        if (r->errors_path == NULL || r->errors == NULL) {
            const int error = errno;
            report_free(r);
            return fail(STATUS_IO, "cannot create '%s': %s", errors_path, strerror(error));
        }
    }
    *out = r;
    return STATUS_OK;
}

void report_free(struct report *r)
{
    if (r == NULL)
        return;
    if (r->errors != NULL)
        (void)fclose(r->errors);
    free(r->errors_path);
    buf_release(&r->line);
    free(r);
}

void report_add(struct report *r, enum report_kind kind, uint64_t count)
{
    r->counts[kind] += count;
}

/* Writes one line of JSON; a failure is found by report_finish. */
static void record(struct report *r, struct span path, uint64_t line, enum report_kind kind,
                   struct span reason)
{
    if (r->errors == NULL)
        return;
    buf_clear(&r->line);
    buf_append_string(&r->line, "{");
    json_key(&r->line, "path");
    json_string(&r->line, path);
    json_key(&r->line, "line");
    buf_printf(&r->line, "%" PRIu64, line);
    json_key(&r->line, "kind");
    json_string(&r->line, span_of_string(kinds[kind].name));
    json_key(&r->line, "reason");
    json_string(&r->line, reason);
    buf_append_string(&r->line, "}\n");
    (void)fwrite(r->line.data, 1, r->line.len, r->errors);
}

static void print(struct report *r, struct span path, uint64_t line, struct span reason)
{
    buf_clear(&r->line);
    escape_append(&r->line, path, ESCAPE_LINE);
    if (line > 0)
        buf_printf(&r->line, ":%" PRIu64, line);
    buf_append_string(&r->line, ": ");
    escape_append(&r->line, reason, ESCAPE_LINE);
    buf_append_string(&r->line, "\n");
    (void)fwrite(r->line.data, 1, r->line.len, stderr);
}

void report_bad(struct report *r, struct span path, uint64_t line, enum report_kind kind,
                const char *format, ...)
{
    char reason[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    r->counts[kind]++;
    record(r, path, line, kind, span_of_string(reason));
    if (r->messages[kind]++ < REPORT_PRINTED)
        print(r, path, line, span_of_string(reason));
}

void report_skip(struct report *r, struct span path, enum report_kind kind, const char *reason)
{
    r->counts[kind]++;
    record(r, path, 0, kind, span_of_string(reason));
}

void report_sum(struct report *r, struct span path, enum report_kind kind, uint64_t count)
{
    char reason[96];
    if (count == 0)
        return;
    (void)snprintf(reason, sizeof reason, "%" PRIu64 " %s", count,
                   count == 1 ? kinds[kind].one : kinds[kind].several);
    record(r, path, 0, kind, span_of_string(reason));
}

void report_add_bytes(struct report *r, uint64_t count)
{
    r->n_bytes += count;
}

uint64_t report_bytes(const struct report *r)
{
    return r->n_bytes;
}

void report_add_read_seconds(struct report *r, double seconds)
{
    r->read_seconds += seconds;
}

double report_read_seconds(const struct report *r)
{
    return r->read_seconds;
}

/* The counter of `kind`; that of "other" once the table is full. */
static struct binary_kind *binary_kind(struct report *r, const char *kind)
{
    for (size_t i = 0; i < r->n_binary; i++) {
        if (strncmp(r->binary[i].name, kind, BINARY_KIND_SIZE - 1) == 0)
            return &r->binary[i];
    }
    if (r->n_binary == BINARY_KINDS)
        return &r->binary[BINARY_KINDS - 1];
    struct binary_kind *const added = &r->binary[r->n_binary++];
    const char *const name = r->n_binary == BINARY_KINDS ? "other" : kind;
    (void)snprintf(added->name, sizeof added->name, "%s", name);
    return added;
}

void report_binary(struct report *r, struct span path, const char *kind)
{
    r->counts[REPORT_BINARY]++;
    binary_kind(r, kind)->count++;
    record(r, path, 0, REPORT_BINARY, span_of_string(kind));
}

uint64_t report_count(const struct report *r, enum report_kind kind)
{
    return r->counts[kind];
}

uint64_t report_refused(const struct report *r)
{
    return r->counts[REPORT_EMPTY] + r->counts[REPORT_DUPLICATE] + r->counts[REPORT_BAD] +
           r->counts[REPORT_UNREADABLE];
}

static int compare_binary_kinds(const void *a, const void *b)
{
    const struct binary_kind *const x = a;
    const struct binary_kind *const y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* "skipped 12 pdf, 3 png", the commonest first. */
static void append_binary(const struct report *r, struct buf *line)
{
    struct binary_kind sorted[BINARY_KINDS];
    memcpy(sorted, r->binary, sizeof sorted);
    qsort(sorted, r->n_binary, sizeof sorted[0], compare_binary_kinds);
    for (size_t i = 0; i < r->n_binary; i++) {
        buf_printf(line, "%s%" PRIu64 " ", i == 0 ? "skipped " : ", ", sorted[i].count);
        escape_append(line, span_of_string(sorted[i].name), ESCAPE_LINE);
    }
}

void report_print(const struct report *r, FILE *out)
{
    struct buf line = BUF_INIT;
    uint64_t hidden = 0;
    append_binary(r, &line);
    for (size_t kind = REPORT_EMPTY; kind < REPORT_KINDS; kind++) {
        const uint64_t count = r->counts[kind];
        if (r->messages[kind] > REPORT_PRINTED)
            hidden += r->messages[kind] - REPORT_PRINTED;
        if (count == 0 || kind == REPORT_BINARY)
            continue;
        buf_printf(&line, "%s%" PRIu64 " %s", line.len > 0 ? "; " : "", count,
                   count == 1 ? kinds[kind].one : kinds[kind].several);
    }
    if (line.len > 0)
        buf_append_string(&line, "\n");
    if (hidden > 0 && r->errors == NULL)
        buf_printf(&line, "%" PRIu64 " messages not shown; --errors FILE keeps them all\n", hidden);
    if (line.len > 0)
        (void)fwrite(line.data, 1, line.len, out);
    buf_release(&line);
}

enum status report_finish(struct report *r)
{
    if (r->errors == NULL)
        return STATUS_OK;
    const bool written = fflush(r->errors) == 0 && ferror(r->errors) == 0;
    if (written)
        return buf_status(&r->line);
    return fail(STATUS_IO, "cannot write '%s'", r->errors_path);
}
