/* SPDX-License-Identifier: Apache-2.0 */
/* build_summary: one table of phases serves both forms. */
#include "indexer/command/build_summary.h"

#include <stddef.h>
#include <sys/resource.h>

#include "common/base/cli.h"
#include "common/base/clock.h"
#include "common/base/json.h"

static const struct {
    const char *name;
    size_t offset;
} phases[] = {
    {"read", offsetof(struct ingest_seconds, read)},
    {"parse", offsetof(struct ingest_seconds, parse)},
    {"tokenise", offsetof(struct ingest_seconds, tokenise)},
    {"look_up", offsetof(struct ingest_seconds, look_up)},
    {"invert", offsetof(struct ingest_seconds, invert)},
    {"sort", offsetof(struct ingest_seconds, sort)},
    {"encode", offsetof(struct ingest_seconds, encode)},
    {"merge", offsetof(struct ingest_seconds, merge)},
    {"compress", offsetof(struct ingest_seconds, compress)},
    {"collect", offsetof(struct ingest_seconds, collect)},
    {"write", offsetof(struct ingest_seconds, write)},
    {"order", offsetof(struct ingest_seconds, order)},
    {"rewrite", offsetof(struct ingest_seconds, rewrite)},
};

/* Of fewer bytes of text, rates and ratios say nothing. */
#define RATES_BYTES 1000000u

#define N_PHASES (sizeof phases / sizeof phases[0])

static double seconds_of(const struct ingest_summary *s, size_t phase)
{
    return *(const double *)(const void *)((const char *)&s->seconds + phases[phase].offset);
}

static double seconds_of_timeval(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

struct build_usage build_usage_now(double started)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (struct build_usage){clock_seconds() - started,
                                seconds_of_timeval(usage.ru_utime) +
                                    seconds_of_timeval(usage.ru_stime),
                                (uint64_t)usage.ru_maxrss * 1024};
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double bits_a_posting(const struct ingest_summary *s)
{
    return ratio(8.0 * (double)s->section_bytes[SECTION_POST], (double)s->postings);
}

static double bits_a_position(const struct ingest_summary *s)
{
    return ratio(8.0 * (double)s->section_bytes[SECTION_POSI], (double)s->tokens);
}

void build_summary_print(const struct ingest_summary *s, const struct build_usage *u,
                         const char *path)
{
    const double megabytes = (double)s->text_bytes / 1e6;
    char line[512];
    size_t len = 0;
    cli_note("indexed %llu documents, %llu passages, %llu tokens, %llu terms into '%s'",
             (unsigned long long)s->documents, (unsigned long long)s->passages,
             (unsigned long long)s->tokens, (unsigned long long)s->terms, path);
    if (s->text_bytes < RATES_BYTES) {
        cli_note("in %.2f s, index %llu KB", u->wall,
                 (unsigned long long)(s->index_bytes + 1023) / 1024);
        return;
    }
    cli_note("%.1f MB of text in %.2f s (%.1f MB/s, %.1f a processor second), index %.1f MB "
             "(%.1f %% of the text), peak memory %.0f MB",
             megabytes, u->wall, ratio(megabytes, u->wall), ratio(megabytes, u->cpu),
             (double)s->index_bytes / 1e6,
             100 * ratio((double)s->index_bytes, (double)s->text_bytes), (double)u->peak_rss / 1e6);
    for (size_t i = 0; i < N_PHASES; i++)
        len += (size_t)snprintf(line + len, sizeof line - len, "%s%s %.2f", i == 0 ? "" : ", ",
                                phases[i].name, seconds_of(s, i));
    cli_note("%.2f bits a posting, %.2f a position; %zu runs; processor seconds: %s",
             bits_a_posting(s), bits_a_position(s), s->runs, line);
}

static void put_count(struct buf *out, const char *key, uint64_t value)
{
    json_key(out, key);
    buf_printf(out, "%llu", (unsigned long long)value);
}

static void put_number(struct buf *out, const char *key, double value)
{
    json_key(out, key);
    buf_printf(out, "%.4f", value);
}

static void put_sections(struct buf *out, const struct ingest_summary *s)
{
    json_key(out, "sections");
    buf_append_string(out, "{");
    for (int i = 0; i < SECTION_KINDS; i++)
        if (s->section_bytes[i] > 0)
            put_count(out, section_letters((enum section)i), s->section_bytes[i]);
    buf_append_string(out, "}");
}

static void put_skipped(struct buf *out, const struct report *report)
{
    static const char *const kinds[REPORT_KINDS] = {
        [REPORT_EMPTY] = "empty",
        [REPORT_DUPLICATE] = "duplicate",
        [REPORT_BAD] = "bad",
        [REPORT_UNREADABLE] = "unreadable",
        [REPORT_SPECIAL] = "special",
        [REPORT_BINARY] = "binary",
        [REPORT_BAD_BYTES] = "bad_bytes",
        [REPORT_BAD_DATE] = "bad_dates",
        [REPORT_CUT] = "cut",
    };
    json_key(out, "skipped");
    buf_append_string(out, "{");
    for (int i = 0; i < REPORT_KINDS; i++)
        if (kinds[i] != NULL)
            put_count(out, kinds[i], report_count(report, (enum report_kind)i));
    buf_append_string(out, "}");
}

void build_summary_json(struct buf *out, const struct ingest_summary *s,
                        const struct build_usage *u, const struct ingest_options *o,
                        const struct report *report)
{
    const double megabytes = (double)s->text_bytes / 1e6;
    buf_append_string(out, "{");
    put_count(out, "documents", s->documents);
    put_count(out, "passages", s->passages);
    put_count(out, "tokens", s->tokens);
    put_count(out, "terms", s->terms);
    put_count(out, "postings", s->postings);
    put_skipped(out, report);
    put_count(out, "text_bytes", s->text_bytes);
    put_count(out, "index_bytes", s->index_bytes);
    put_sections(out, s);
    put_number(out, "index_to_text", ratio((double)s->index_bytes, (double)s->text_bytes));
    put_number(out, "bits_per_posting", bits_a_posting(s));
    put_number(out, "bits_per_position", bits_a_position(s));
    put_count(out, "threads", o->threads);
    put_count(out, "memory", o->memory);
    put_count(out, "runs", s->runs);
    put_count(out, "peak_rss_bytes", u->peak_rss);
    json_key(out, "mb_per_second");
    buf_append_string(out, "{");
    put_number(out, "wall", ratio(megabytes, u->wall));
    put_number(out, "cpu", ratio(megabytes, u->cpu));
    buf_append_string(out, "}");
    json_key(out, "seconds");
    buf_append_string(out, "{");
    put_number(out, "wall", u->wall);
    put_number(out, "cpu", u->cpu);
    for (size_t i = 0; i < N_PHASES; i++)
        put_number(out, phases[i].name, seconds_of(s, i));
    buf_append_string(out, "}}\n");
}
