/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_record: nothing here knows what a build measures. The first run's object gives the shape,
 * and each of its numbers is looked up in the others under the same keys.
 */
#include "indexer/command/bench_record.h"

#include <stdlib.h>

#include "common/base/escape.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/machine.h"
#include "common/base/version.h"

#define DEPTH_MOST 4 /* objects within objects; a build's record has two levels */

/* The same place in several objects. */
struct level {
    struct json_object *in[BENCH_RUNS_MOST];
    struct json_object *against; /* in the earlier record; NULL: it lacks the place */
    size_t n;
};

struct spread {
    double median;
    double least;
    double most;
    double against; /* 0: not known */
    bool whole;     /* all are whole numbers */
};

static bool is_number(struct json_object *o)
{
    return json_object_is_type(o, json_type_int) || json_object_is_type(o, json_type_double);
}

static struct level level_at(const struct level *above, const char *key)
{
    struct level below = {.n = above->n};
    for (size_t i = 0; i < above->n; i++)
        (void)json_object_object_get_ex(above->in[i], key, &below.in[i]);
    (void)json_object_object_get_ex(above->against, key, &below.against);
    return below;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct spread spread_of(const struct level *l)
{
    double values[BENCH_RUNS_MOST];
    struct spread s = {.whole = true};
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (!is_number(l->in[i]))
            continue;
        s.whole = s.whole && json_object_is_type(l->in[i], json_type_int);
        values[n++] = json_object_get_double(l->in[i]);
    }
    qsort(values, n, sizeof *values, compare_doubles);
    s.median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    s.least = values[0];
    s.most = values[n - 1];
    s.against = is_number(l->against) ? json_object_get_double(l->against) : 0;
    return s;
}

static struct level top_of(const struct bench_record *r)
{
    struct level l = {.n = r->n_runs, .against = r->against};
    struct json_object *median;
    memcpy(l.in, r->run, r->n_runs * sizeof *r->run);
    if (json_object_object_get_ex(r->against, "median", &median))
        l.against = median;
    return l;
}

/* ---- reading ---- */

enum status bench_record_read(const char *path, struct json_object **out)
{
    struct buf bytes = BUF_INIT;
    enum status status = file_read_all(path, &bytes);
    struct json_object *object = NULL;
    if (status == STATUS_OK) {
        object = json_tokener_parse(buf_string(&bytes));
        if (!json_object_is_type(object, json_type_object))
            status = fail(STATUS_FORMAT, "'%s' is no record of a bench", path);
    }
    buf_release(&bytes);
    if (status == STATUS_OK)
        *out = object;
    else
        json_object_put(object);
    return status;
}

void bench_record_release(struct bench_record *r)
{
    for (size_t i = 0; i < r->n_runs; i++)
        json_object_put(r->run[i]);
    json_object_put(r->against);
    r->n_runs = 0;
    r->against = NULL;
}

/* ---- JSON ---- */

enum pick { PICK_MEDIAN, PICK_LEAST, PICK_MOST, PICK_AGAINST };

static void put_number(struct buf *out, double value, bool whole)
{
    if (whole && value == (double)(int64_t)value)
        buf_printf(out, "%lld", (long long)value);
    else
        buf_printf(out, "%.6g", value);
}

static void put_picked(struct buf *out, const struct spread *s, enum pick pick)
{
    if (pick == PICK_AGAINST)
        put_number(out, s->median / s->against, false);
    else
        put_number(out,
                   pick == PICK_MEDIAN  ? s->median
                   : pick == PICK_LEAST ? s->least
                                        : s->most,
                   s->whole);
}

static void put_shape(struct buf *out, const struct level *l, enum pick pick, int depth)
{
    buf_append_string(out, "{");
    json_object_object_foreach(l->in[0], key, value)
    {
        const struct level below = level_at(l, key);
        if (json_object_is_type(value, json_type_object) && depth < DEPTH_MOST) {
            json_key(out, key);
            put_shape(out, &below, pick, depth + 1);
        } else if (is_number(value)) {
            const struct spread s = spread_of(&below);
            if (pick == PICK_AGAINST && s.against == 0)
                continue;
            json_key(out, key);
            put_picked(out, &s, pick);
        }
    }
    buf_append_string(out, "}");
}

static void put_strings(struct buf *out, const char *key, const char *const *strings, size_t n)
{
    json_key(out, key);
    buf_append_string(out, "[");
    for (size_t i = 0; i < n; i++) {
        json_comma(out);
        json_string(out, span_of_string(strings[i]));
    }
    buf_append_string(out, "]");
}

void bench_record_json(struct buf *out, const struct bench_record *r)
{
    static const char *const picks[] = {"median", "least", "most", "against"};
    const struct level top = top_of(r);
    struct machine machine;
    machine_describe(&machine);
    buf_append_string(out, "{");
    json_key(out, "machine");
    machine_json(out, &machine);
    put_strings(out, "sources", r->sources, r->n_sources);
    put_strings(out, "options", r->options, r->n_options);
    json_key(out, "runs");
    buf_printf(out, "%zu", r->n_runs);
    for (int i = 0; i < (r->against == NULL ? 3 : 4); i++) {
        json_key(out, picks[i]);
        put_shape(out, &top, (enum pick)i, 0);
    }
    buf_append_string(out, "}\n");
}

/* ---- text ---- */

static void put_cell(struct buf *out, double value, bool whole)
{
    if (whole && value == (double)(int64_t)value)
        buf_printf(out, " %14lld", (long long)value);
    else
        buf_printf(out, " %14.4f", value);
}

static void put_row(struct buf *out, const char *name, const struct spread *s, bool against)
{
    const size_t first = out->len;
    escape_append(out, span_of_string(name), ESCAPE_LINE);
    const size_t columns = out->len - first;
    buf_printf(out, "%*s", columns < 28 ? (int)(28 - columns) : 1, "");
    put_cell(out, s->median, s->whole);
    if (s->least < s->most) {
        put_cell(out, s->least, s->whole);
        put_cell(out, s->most, s->whole);
    } else if (against) {
        buf_printf(out, " %14s %14s", "", "");
    }
    if (against && s->against != 0)
        put_cell(out, s->median / s->against, false);
    else if (against)
        buf_printf(out, " %14s", "-");
    buf_append_string(out, "\n");
}

/* What is not 0 throughout. `path`: the keys on the way here, with a space behind each. */
static void put_rows(struct buf *out, const struct level *l, const char *path, bool against,
                     int depth)
{
    json_object_object_foreach(l->in[0], key, value)
    {
        const struct level below = level_at(l, key);
        struct buf name = BUF_INIT;
        buf_printf(&name, "%s%s", path, key);
        if (json_object_is_type(value, json_type_object) && depth < DEPTH_MOST) {
            buf_append_string(&name, " ");
            put_rows(out, &below, buf_string(&name), against, depth + 1);
        } else if (is_number(value)) {
            const struct spread s = spread_of(&below);
            if (s.most != 0 || s.against != 0)
                put_row(out, buf_string(&name), &s, against);
        }
        buf_release(&name);
    }
}

static void put_list(struct buf *out, const char *name, const char *const *strings, size_t n)
{
    buf_append_string(out, name);
    for (size_t i = 0; i < n; i++) {
        buf_append_string(out, " ");
        escape_append(out, span_of_string(strings[i]), ESCAPE_LINE);
    }
    buf_append_string(out, "\n");
}

void bench_record_text(struct buf *out, const struct bench_record *r)
{
    const struct level top = top_of(r);
    struct machine m;
    machine_describe(&m);
    buf_append_string(out, "machine: ");
    escape_append(out, span_of_string(m.cpu), ESCAPE_LINE);
    buf_printf(out, ", %u cores, %s, %.1f GB of memory, ", m.cores, m.simd, (double)m.memory / 1e9);
    escape_append(out, span_of_string(m.kernel), ESCAPE_LINE);
    buf_printf(out, ", %s\nqiao %s", m.compiler, QIAO_VERSION);
    for (size_t i = 0; i < MACHINE_LIBRARIES; i++)
        buf_printf(out, ", %s %s", m.libraries[i].name, m.libraries[i].version);
    buf_append_string(out, "\n");
    put_list(out, "sources:", r->sources, r->n_sources);
    if (r->n_options > 0)
        put_list(out, "options:", r->options, r->n_options);
    if (r->against != NULL)
        put_list(out, "against:", &r->against_path, 1);
    buf_printf(out, "%-28s %14s %14s %14s", r->n_runs == 1 ? "1 run" : "runs:", "median", "least",
               "most");
    buf_printf(out, r->against != NULL ? " %14s\n" : "\n%s",
               r->against != NULL ? "ours/theirs" : "");
    put_rows(out, &top, "", r->against != NULL, 0);
}
