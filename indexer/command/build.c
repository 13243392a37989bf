/* SPDX-License-Identifier: Apache-2.0 */
/* build: options into ingest_options, the summary out. */
#include "indexer/command/build.h"

#include <malloc.h>

#include "common/base/clock.h"
#include "common/base/resources.h"
#include "common/base/workers.h"
#include "common/codec/text_block.h"
#include "indexer/command/build_progress.h"
#include "indexer/command/build_summary.h"
#include "indexer/dry_run.h"

/* Below this much memory, speed is given up for it. */
#define ECONOMY_BYTES (UINT64_C(256) << 20)

struct settings {
    const char *format;
    const char *charset;
    const char *passages;
    const char *profile;
    const char *positions;
    const char *store;
    const char *ids;
    const char *order;
    const char *errors;
    const char *memory;
    const char *text_block;
    uint32_t text_level;
    uint32_t threads;
    struct cli_list filters;
    uint32_t filter_seconds;
    bool hidden;
    bool follow;
    bool json;
    bool progress;
    bool strict;
    bool dry_run;
    bool quiet;
};

static const struct cli_option options[] = {
    {"format", 0, CLI_STRING, offsetof(struct settings, format), "NAME",
     "auto, text, markdown, html, jsonl, json, tsv or trec (auto)"},
    {"charset", 0, CLI_STRING, offsetof(struct settings, charset), "NAME",
     "encoding of files that do not say theirs: latin1, gb18030, shift_jis, ... (utf-8)"},
    {"passages", 0, CLI_STRING, offsetof(struct settings, passages), "MODE",
     "paragraphs, whole or window:WORDS:STRIDE (whole for TSV and BEIR files, else paragraphs)"},
    {"profile", 0, CLI_STRING, offsetof(struct settings, profile), "NAME",
     "english, anserini or plain (english)"},
    {"positions", 0, CLI_STRING, offsetof(struct settings, positions), "YES|NO",
     "store positions, for phrases (yes)"},
    {"store", 0, CLI_STRING, offsetof(struct settings, store), "TEXT|NONE",
     "store the text, for snippets (text)"},
    {"id", 0, CLI_STRING, offsetof(struct settings, ids), "KIND",
     "a file's id: path, relative or stem (path)"},
    {"order", 0, CLI_STRING, offsetof(struct settings, order), "INPUT|SIMILAR",
     "number documents as they come, or similar ones together: shorter lists for a longer build "
     "(input)"},
    {"hidden", 0, CLI_FLAG, offsetof(struct settings, hidden), NULL,
     "read hidden files and .git as well"},
    {"follow", 0, CLI_FLAG, offsetof(struct settings, follow), NULL,
     "follow symbolic links inside folders"},
    {"filter", 0, CLI_LIST, offsetof(struct settings, filters), "EXT=COMMAND",
     "let COMMAND turn files of that extension into text (pdf='pdftotext - -')"},
    {"filter-timeout", 0, CLI_U32, offsetof(struct settings, filter_seconds), "SECONDS",
     "the time that a filter has for a file (60)"},
    {"strict", 0, CLI_FLAG, offsetof(struct settings, strict), NULL,
     "commit nothing if any record is bad, empty, a duplicate or unreadable (exit 1)"},
    {"errors", 0, CLI_STRING, offsetof(struct settings, errors), "FILE",
     "write every bad record to FILE, a JSON object a line"},
    {"dry-run", 0, CLI_FLAG, offsetof(struct settings, dry_run), NULL,
     "read everything, report, and write no index"},
    {"threads", 0, CLI_U32, offsetof(struct settings, threads), "N",
     "threads at work (all cores); the index is the same for any number"},
    {"memory", 0, CLI_STRING, offsetof(struct settings, memory), "SIZE",
     "what the build may hold, as 512M or 8G, at least 64M (a quarter of the RAM); one large "
     "document may take more, eight times its length"},
    {"text-level", 0, CLI_U32, offsetof(struct settings, text_level), "N",
     "how hard the text is compressed, 1 to 12 (1)"},
    {"text-block", 0, CLI_STRING, offsetof(struct settings, text_block), "SIZE",
     "bytes of text compressed together, 1K to 1M (16K)"},
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL,
     "print counts, sizes and seconds as a JSON object at the end"},
    {"progress", 0, CLI_FLAG, offsetof(struct settings, progress), NULL,
     "say how far the build is, also where stderr is no terminal"},
    {"quiet", 'q', CLI_FLAG, offsetof(struct settings, quiet), NULL, "no progress, no summary"},
    {.type = CLI_END}};

static enum status unknown(const char *option, const char *value, const char *choices)
{
    return fail(STATUS_USAGE, "--%s: '%s' is none of %s", option, value, choices);
}

static enum status choose(const char *option, const char *value, const char *const choices[2],
                          bool *first)
{
    *first = strcmp(value, choices[0]) == 0;
    return *first || strcmp(value, choices[1]) == 0
               ? STATUS_OK
               : fail(STATUS_USAGE, "--%s: '%s' is neither %s nor %s", option, value, choices[0],
                      choices[1]);
}

static enum status choose_ids(const char *name, enum corpus_ids *out)
{
    static const char *const names[] = {"path", "relative", "stem"};
    static const enum corpus_ids ids[] = {IDS_PATH, IDS_RELATIVE, IDS_STEM};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = ids[i];
            return STATUS_OK;
        }
    }
    return unknown("id", name, "path, relative, stem");
}

/* The options that say how, not what. */
static enum status interpret_means(const struct settings *s, struct ingest_options *o)
{
    uint64_t block = TEXT_BLOCK_BYTES;
    o->threads = s->threads == 0 ? resources_threads() : s->threads;
    o->memory = resources_memory() / 4;
    if (o->memory < INGEST_MEMORY_LEAST)
        o->memory = INGEST_MEMORY_LEAST;
    if (o->threads > WORKERS_MOST)
        return fail(STATUS_USAGE, "--threads: at most %u", WORKERS_MOST);
    if (s->memory != NULL)
        TRY(cli_size("memory", s->memory, INGEST_MEMORY_LEAST, UINT64_C(1) << 50, &o->memory));
    if (s->text_block != NULL)
        TRY(cli_size("text-block", s->text_block, TEXT_BLOCK_LEAST, TEXT_BLOCK_MOST, &block));
    if (s->text_level < 1 || s->text_level > 12)
        return fail(STATUS_USAGE, "--text-level: 1 to 12");
    o->text = (struct text_settings){(uint32_t)block, (int)s->text_level};
    return STATUS_OK;
}

/* `filters` is to be released whatever the result. */
static enum status choose_filters(const struct settings *s, struct filter_set *filters,
                                  struct corpus_options *corpus)
{
    if (s->filter_seconds == 0)
        return fail(STATUS_USAGE, "--filter-timeout: at least one second");
    for (size_t i = 0; i < s->filters.count; i++)
        TRY(filter_add(filters, s->filters.items[i]));
    corpus->filters = filters;
    corpus->filter_seconds = s->filter_seconds;
    return STATUS_OK;
}

static enum status interpret(const struct settings *s, struct filter_set *filters,
                             struct ingest_options *o)
{
    static const char *const yes_no[2] = {"yes", "no"};
    static const char *const text_none[2] = {"text", "none"};
    static const char *const orders[2] = {"input", "similar"};
    bool input = true;
    *o = (struct ingest_options){.corpus = CORPUS_OPTIONS_DEFAULT,
                                 .strict = s->strict,
                                 .format_name = s->format,
                                 .ids_name = s->ids};
    o->corpus.hidden = s->hidden;
    o->corpus.follow = s->follow;
    TRY(choose_filters(s, filters, &o->corpus));
    if (!corpus_format_by_name(s->format, &o->corpus.format))
        return unknown("format", s->format, "auto, text, markdown, html, jsonl, json, tsv, trec");
    if (!charset_by_label(span_of_string(s->charset), &o->corpus.charset))
        return fail(STATUS_USAGE, "--charset: '%s' is no encoding that is known (docs/CORPUS.md)",
                    s->charset);
    o->profile = profile_by_name(s->profile);
    if (o->profile == NULL)
        return unknown("profile", s->profile, "english, anserini, plain");
    if (s->passages != NULL)
        TRY(split_parse(s->passages, &o->split));
    TRY(choose_ids(s->ids, &o->corpus.ids));
    TRY(choose("positions", s->positions, yes_no, &o->positions));
    TRY(choose("order", s->order, orders, &input));
    o->order = input ? ORDER_INPUT : ORDER_SIMILAR;
    TRY(interpret_means(s, o));
    return choose("store", s->store, text_none, &o->store_text);
}

static enum status print_json(const struct ingest_summary *summary, const struct build_usage *usage,
                              const struct ingest_options *o, const struct report *report)
{
    struct buf out = BUF_INIT;
    build_summary_json(&out, summary, usage, o, report);
    const enum status status = buf_status(&out);
    if (status == STATUS_OK)
        cli_print(buf_span(&out));
    buf_release(&out);
    return status;
}

/* Where little memory is allowed, what is freed goes back to the system at once. */
static void economise(const struct ingest_options *o)
{
    if (o->memory >= ECONOMY_BYTES)
        return;
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, 128 << 10);
    (void)mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

static void hint_at_charset(const struct ingest_options *o, const struct report *report)
{
    if (report_count(report, REPORT_BAD_BYTES) > 0 && o->corpus.charset == CHARSET_UTF8)
        cli_note(
            "bytes that are no UTF-8 became U+FFFD; if files are in another encoding, say which "
            "with --charset");
}

static void print_dry_run(const struct ingest_summary *s, const struct build_usage *usage,
                          const struct report *report)
{
    const double megabytes = (double)report_bytes(report) / 1e6;
    cli_note("read %llu documents, %.1f MB of text; nothing was written",
             (unsigned long long)s->documents, (double)s->text_bytes / 1e6);
    cli_note("%.1f MB in %.2f s (%.1f MB/s), %.1f MB/s of processor time", megabytes, usage->wall,
             usage->wall > 0 ? megabytes / usage->wall : 0,
             usage->cpu > 0 ? megabytes / usage->cpu : 0);
}

/* Prints what the build, or dry run, that ended well has to say. */
static enum status tell(const struct ingest_options *o, const struct settings *s, const char *path,
                        double started, const struct ingest_summary *summary,
                        const struct report *report)
{
    const struct build_usage usage = build_usage_now(started);
    if (!s->quiet) {
        if (s->dry_run)
            print_dry_run(summary, &usage, report);
        else if (summary->published)
            build_summary_print(summary, &usage, path);
        report_print(report, stderr);
        hint_at_charset(o, report);
    }
    return s->json && !s->dry_run ? print_json(summary, &usage, o, report) : STATUS_OK;
}

/* Builds, or goes through the motions, and says meanwhile how far it is. */
static enum status ingest(const struct ingest_options *o, const struct settings *s,
                          const char *path, const char *const *sources, size_t n,
                          struct report *report, struct ingest_summary *summary)
{
    struct ingest_options watched = *o;
    struct build_progress progress;
    if (s->dry_run)
        return dry_run(o, path, sources, n, report, summary);
    if (s->quiet && !s->progress)
        return ingest_build(o, path, sources, n, report, summary);
    build_progress_start(&progress, &watched, sources, n, s->progress);
    const enum status status = ingest_build(&watched, path, sources, n, report, summary);
    build_progress_end(&progress);
    return status;
}

static enum status build(const struct ingest_options *o, const struct settings *s, char **operands,
                         size_t n, struct ingest_summary *summary)
{
    struct report *report;
    const double started = clock_seconds();
    const char *const *const sources = (const char *const *)(operands + 1);
    economise(o);
    TRY(report_new(s->errors, &report));
    enum status status = ingest(o, s, operands[0], sources, n - 1, report, summary);
    if (status == STATUS_OK)
        status = report_finish(report);
    if (status == STATUS_OK)
        status = tell(o, s, operands[0], started, summary, report);
    const bool refused = s->strict && report_refused(report) > 0;
    report_free(report);
    if (status == STATUS_OK && summary->documents == 0 && !refused)
        return fail(STATUS_INPUT, "nothing to index: the sources hold no document%s",
                    s->dry_run ? "" : "; nothing was written");
    return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings s = {.format = "auto",
                         .charset = "utf-8",
                         .profile = "english",
                         .positions = "yes",
                         .store = "text",
                         .ids = "path",
                         .order = "input",
                         .text_level = TEXT_BLOCK_LEVEL,
                         .filter_seconds = FILTER_SECONDS};
    struct filter_set filters = {.n = 0};
    struct ingest_options o;
    struct ingest_summary summary;
    int first;
    enum status status = cli_parse(command, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first < 2)
        status = fail(STATUS_USAGE, "build needs an index folder and at least one source "
                                    "(try 'indexer build --help')");
    if (status == STATUS_OK)
        status = interpret(&s, &filters, &o);
    if (status == STATUS_OK)
        status = build(&o, &s, argv + first, (size_t)(argc - first), &summary);
    filter_release(&filters);
    if (status != STATUS_OK)
        return cli_fail(status);
    if (summary.published)
        return CLI_OK;
    cli_note("--strict: nothing was committed");
    return CLI_NEGATIVE;
}

const struct cli_command build_command = {
    "build",
    "[opts] INDEX SOURCE...",
    "make INDEX from files, folders or - (standard input)",
    "Replaces the index that stood at INDEX once the new one is complete. A folder that holds\n"
    "anything else is refused; sources without a single document leave INDEX as it is (exit 2).\n"
    "Files may be compressed (gz zst xz bz2 lzma lz Z) and lie in tar or zip archives, whose\n"
    "members are files below ARCHIVE/. A filter's COMMAND is split at blanks ('...' and \"...\"\n"
    "quote; no shell) and gets the file on its standard input, or its path where {} stands.\n"
    "A record - a line, an object, a file that is one document - has at most 64 MiB.",
    options,
    run};
