/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench: the option table is build's, and what it says is handed on to each build word for word, so
 * that every option of build works here without being known here.
 */
#include "indexer/command/bench.h"

#include <stdlib.h>

#include "indexer/command/bench_record.h"
#include "indexer/command/bench_run.h"
#include "indexer/command/build.h"

#define RUNS_DEFAULT  5
#define BUILD_OPTIONS 48 /* at most */
#define OWN_OPTIONS   5

struct settings {
    uint32_t runs;
    const char *tmp;
    const char *against;
    bool json;
    /* What was given for each row of build's table, by its type: */
    const char *value[BUILD_OPTIONS];
    bool flag[BUILD_OPTIONS];
    struct cli_list list[BUILD_OPTIONS];
};

static const struct cli_option own_options[] = {
    {"runs", 0, CLI_U32, offsetof(struct settings, runs), "N", "builds (5)"},
    {"tmp", 0, CLI_STRING, offsetof(struct settings, tmp), "DIR",
     "where to build, and leave nothing behind (TMPDIR)"},
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL,
     "print the record as a JSON object"},
    {"against", 0, CLI_STRING, offsetof(struct settings, against), "FILE",
     "print the ratios to an earlier record (JSON)"},
    {.type = CLI_END}};

/* Whether an option of build makes no sense here: bench sets it, or it leaves nothing to record. */
static bool is_ours(const char *name)
{
    return strcmp(name, "json") == 0 || strcmp(name, "quiet") == 0 || strcmp(name, "dry-run") == 0;
}

/* Build's table, its values as they are given, with our own rows in front. */
static enum status make_table(struct cli_option *table)
{
    size_t n = 0;
    for (const struct cli_option *o = own_options; o->type != CLI_END; o++)
        table[n++] = *o;
    for (size_t i = 0; build_command.options[i].type != CLI_END; i++) {
        struct cli_option row = build_command.options[i];
        if (i == BUILD_OPTIONS)
            return fail(STATUS_LIMIT, "more than %d options", BUILD_OPTIONS);
        if (is_ours(row.name))
            continue;
        if (row.type == CLI_FLAG) {
            row.offset = offsetof(struct settings, flag) + i * sizeof(bool);
        } else if (row.type == CLI_LIST) {
            row.offset = offsetof(struct settings, list) + i * sizeof(struct cli_list);
        } else {
            row.type = CLI_STRING;
            row.offset = offsetof(struct settings, value) + i * sizeof(const char *);
        }
        table[n++] = row;
    }
    table[n] = (struct cli_option){.type = CLI_END};
    return STATUS_OK;
}

/* ---- what each build is given ---- */

struct arguments {
    const char **items; /* options, "--", BENCH_INDEX, sources */
    size_t n;
    size_t n_options;
    struct buf strings; /* of "--name=value", NUL behind each */
};

static void put_option(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, value == NULL ? "--%s%s" : "--%s=%s", name, value == NULL ? "" : value);
    buf_put_u8(out, 0);
}

/* The options as strings in one buffer; returns their number. */
static size_t put_options(const struct settings *s, struct buf *out)
{
    size_t n = 0;
    for (size_t i = 0; build_command.options[i].type != CLI_END; i++) {
        const char *const name = build_command.options[i].name;
        if (s->flag[i])
            put_option(out, name, NULL);
        if (s->value[i] != NULL)
            put_option(out, name, s->value[i]);
        for (size_t j = 0; j < s->list[i].count; j++)
            put_option(out, name, s->list[i].items[j]);
        n += (size_t)s->flag[i] + (size_t)(s->value[i] != NULL) + s->list[i].count;
    }
    return n;
}

static enum status make_arguments(const struct settings *s, char **sources, size_t n_sources,
                                  struct arguments *a)
{
    *a = (struct arguments){.strings = BUF_INIT};
    a->n_options = put_options(s, &a->strings);
    a->items = calloc(a->n_options + 2 + n_sources, sizeof *a->items);
    if (a->items == NULL)
        return fail_no_memory();
    TRY(buf_status(&a->strings));
    const char *at = (const char *)a->strings.data;
    for (; a->n < a->n_options; at += strlen(at) + 1)
        a->items[a->n++] = at;
    a->items[a->n++] = "--";
    a->items[a->n++] = BENCH_INDEX;
    for (size_t i = 0; i < n_sources; i++)
        a->items[a->n++] = sources[i];
    return STATUS_OK;
}

static void release_arguments(struct arguments *a)
{
    free(a->items);
    buf_release(&a->strings);
}

/* ---- the runs ---- */

static enum status run_all(const struct settings *s, const struct arguments *a,
                           struct bench_record *r, int *ended)
{
    struct bench_place place;
    TRY(bench_place_make(&place, s->tmp));
    enum status status = STATUS_OK;
    while (status == STATUS_OK && r->n_runs < s->runs) {
        status = bench_run(&place, a->items, a->n, r->n_runs == 0, &r->run[r->n_runs], ended);
        r->n_runs += status == STATUS_OK;
    }
    bench_place_remove(&place);
    return status;
}

static enum status print(const struct settings *s, const struct bench_record *r)
{
    struct buf out = BUF_INIT;
    if (s->json)
        bench_record_json(&out, r);
    else
        bench_record_text(&out, r);
    const enum status status = buf_status(&out);
    if (status == STATUS_OK)
        cli_print(buf_span(&out));
    buf_release(&out);
    return status;
}

static enum status check(const struct settings *s, char **sources, size_t n)
{
    if (n == 0)
        return fail(STATUS_USAGE, "bench needs at least one source (try 'indexer bench --help')");
    if (s->runs < 1 || s->runs > BENCH_RUNS_MOST)
        return fail(STATUS_USAGE, "--runs: 1 to %d", BENCH_RUNS_MOST);
    for (size_t i = 0; i < n; i++)
        if (strcmp(sources[i], "-") == 0)
            return fail(STATUS_USAGE, "standard input cannot be read more than once");
    return STATUS_OK;
}

/* *ended: the exit status of a build that failed and said why, else CLI_OK. */
static enum status bench(const struct settings *s, char **sources, size_t n, int *ended)
{
    struct arguments a = {.strings = BUF_INIT};
    struct bench_record r = {.against_path = s->against};
    TRY(check(s, sources, n));
    if (s->against != NULL)
        TRY(bench_record_read(s->against, &r.against));
    enum status status = make_arguments(s, sources, n, &a);
    if (status == STATUS_OK) {
        r.options = a.items;
        r.n_options = a.n_options;
        r.sources = a.items + a.n_options + 2;
        r.n_sources = n;
        status = run_all(s, &a, &r, ended);
    }
    if (status == STATUS_OK)
        status = print(s, &r);
    release_arguments(&a);
    bench_record_release(&r);
    return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct cli_option table[OWN_OPTIONS + BUILD_OPTIONS];
    struct settings s = {.runs = RUNS_DEFAULT};
    struct cli_command own = *command;
    int first;
    int ended = CLI_OK;
    own.options = table;
    enum status status = make_table(table);
    if (status == STATUS_OK)
        status = cli_parse(&own, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK)
        status = bench(&s, argv + first, (size_t)(argc - first), &ended);
    if (ended != CLI_OK)
        return ended;
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command bench_command = {
    "bench",
    "[opts] SOURCE...",
    "build repeatedly in a temporary place, print what it took",
    "Takes the options of build. Each build is a process of its own; the figures are medians, "
    "least\n"
    "and most of all of them.",
    own_options,
    run};
