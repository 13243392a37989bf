/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats: gathers everything into one struct, then prints that in one of two ways.
 *
 * Counts and sizes are sums over the segments; so a term that two segments hold counts twice. Only
 * the bits per posting need more than the headers: they leave out the terms whose postings stand in
 * the dictionary, so all entries are read.
 */
#include "indexer/command/stats.h"

#include "common/base/escape.h"
#include "common/base/json.h"
#include "common/segment/dictionary.h"
#include "common/segment/index.h"
#include "common/segment/manifest.h"
#include "common/text/unicode_tables.h"

struct settings {
    bool json;
};

static const struct cli_option options[] = {
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL, "one JSON object on one line"},
    {.type = CLI_END}};

struct stats {
    uint64_t terms;
    uint64_t forms;
    uint64_t postings;
    uint64_t positions;        /* stored ones, in POSI and in the dictionary */
    uint64_t listed_postings;  /* those in POST */
    uint64_t listed_positions; /* those in POSI */
    uint64_t text_bytes;       /* raw bytes of the stored texts */
    uint64_t total;            /* bytes of all files */
    uint64_t sections[SECTION_KINDS];
};

static void add_sections(const struct segment *s, struct stats *out)
{
    for (uint32_t i = 0; i < s->header.n_sections; i++) {
        struct segment_row row;
        segment_row(s, i, &row);
        const enum section section = section_by_letters((const uint8_t *)row.letters);
        if (section == SECTION_KINDS)
            continue; /* of a newer version: in the total only */
        out->sections[section] += row.length;
        out->listed_positions += section == SECTION_POSI ? row.items : 0;
        out->text_bytes += section == SECTION_TEXT ? row.items : 0;
    }
}

static enum status add_lists(const struct segment *s, struct stats *out)
{
    struct dictionary_cursor *c;
    TRY(dictionary_cursor_new(s, &c));
    while (dictionary_cursor_next(c)) {
        const struct term_entry *const entry = dictionary_cursor_entry(c);
        out->listed_postings += term_entry_is_inline(entry) ? 0 : entry->df;
    }
    const enum status status = dictionary_cursor_status(c);
    dictionary_cursor_free(c);
    return status;
}

static enum status gather(const struct index *index, struct stats *out)
{
    *out = (struct stats){.total = manifest_bytes((uint32_t)index->n_segments)};
    for (size_t i = 0; i < index->n_segments; i++) {
        const struct segment *const s = &index->segments[i];
        out->terms += s->header.terms;
        out->forms += s->header.forms;
        out->postings += s->header.postings;
        out->positions += segment_has(s, FEATURE_POSITIONS) ? s->header.tokens : 0;
        out->total += s->file.bytes.len;
        add_sections(s, out);
        const enum status status = add_lists(s, out);
        if (status != STATUS_OK)
            return fail_context(status, index->path);
    }
    return STATUS_OK;
}

/* What the first segment's header says of its makers; an empty index has no segment to ask. */
static struct segment_header first_header(const struct index *index)
{
    return index->n_segments > 0 ? index->segments[0].header : (struct segment_header){0};
}

static void put_number(struct buf *out, const char *key, uint64_t value)
{
    json_key(out, key);
    buf_printf(out, "%llu", (unsigned long long)value);
}

static void put_text(struct buf *out, const char *key, const char *value)
{
    json_key(out, key);
    json_string(out, span_of_string(value));
}

static void print_json(const struct index *index, const struct stats *s, struct buf *out)
{
    const struct segment_header h = first_header(index);
    char fingerprint[17];
    buf_put_u8(out, '{');
    put_number(out, "documents", index->documents);
    put_number(out, "passages", index->passages);
    put_number(out, "tokens", index->tokens);
    put_number(out, "terms", s->terms);
    put_number(out, "forms", s->forms);
    put_number(out, "postings", s->postings);
    put_number(out, "positions", s->positions);
    put_number(out, "segments", index->n_segments);
    json_key(out, "bytes");
    buf_put_u8(out, '{');
    put_number(out, "total", s->total);
    for (unsigned k = 0; k < SECTION_KINDS; k++)
        put_number(out, section_letters((enum section)k), s->sections[k]);
    buf_put_u8(out, '}');
    put_text(out, "profile", index->profile->name);
    put_number(out, "format", FORMAT_VERSION);
    json_key(out, "versions");
    buf_put_u8(out, '{');
    put_text(out, "utf8proc", h.utf8proc);
    put_text(out, "libdeflate", h.libdeflate);
    put_text(out, "unicode", UNICODE_TABLES_VERSION);
    buf_put_u8(out, '}');
    (void)snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)h.fingerprint);
    put_text(out, "fingerprint", fingerprint);
    buf_append_string(out, "}\n");
}

/* A row of the table: `note` explains the number, or is empty. */
static void put_row(struct buf *out, const char *name, uint64_t value, const char *note)
{
    buf_printf(out, "%-12s %15llu%s%s\n", name, (unsigned long long)value,
               note[0] == '\0' ? "" : "   ", note);
}

static void put_ratio(struct buf *out, const char *name, uint64_t value, double per_unit,
                      uint64_t units, const char *unit)
{
    char note[64] = "";
    if (units > 0)
        (void)snprintf(note, sizeof note, "%.2f %s", per_unit * (double)value / (double)units,
                       unit);
    put_row(out, name, value, note);
}

/* Versions come from the file, so they are escaped. */
static void put_versions(struct buf *out, const struct segment_header *h)
{
    struct buf line = BUF_INIT;
    buf_printf(&line, "%-12s utf8proc %s, libdeflate %s, Unicode %s, words %016llx", "made with",
               h->utf8proc, h->libdeflate, UNICODE_TABLES_VERSION,
               (unsigned long long)h->fingerprint);
    escape_append(out, buf_span(&line), ESCAPE_LINE);
    buf_put_u8(out, '\n');
    buf_release(&line);
}

static void put_sections(struct buf *out, const struct stats *s)
{
    put_ratio(out, "bytes", s->total, 1, s->text_bytes, "of the stored text");
    for (unsigned k = 0; k < SECTION_KINDS; k++) {
        const char *const letters = section_letters((enum section)k);
        if (k == SECTION_POST)
            put_ratio(out, letters, s->sections[k], 8, s->listed_postings, "bits a posting");
        else if (k == SECTION_POSI)
            put_ratio(out, letters, s->sections[k], 8, s->listed_positions, "bits a position");
        else if (k == SECTION_TEXT)
            put_ratio(out, letters, s->sections[k], 1, s->text_bytes, "of the stored text");
        else if (s->sections[k] > 0)
            put_row(out, letters, s->sections[k], "");
    }
}

static void print_table(const struct index *index, const struct stats *s, struct buf *out)
{
    const struct segment_header h = first_header(index);
    put_row(out, "documents", index->documents, "");
    put_ratio(out, "passages", index->passages, 1, index->documents, "a document");
    put_ratio(out, "tokens", index->tokens, 1, index->passages, "a passage");
    put_row(out, "terms", s->terms, "");
    put_row(out, "forms", s->forms, "");
    put_ratio(out, "postings", s->postings, 1, s->terms, "a term");
    put_row(out, "positions", s->positions, s->positions == 0 ? "not stored" : "");
    put_row(out, "segments", index->n_segments, "");
    put_row(out, "stored text", s->text_bytes, s->text_bytes == 0 ? "not stored" : "bytes");
    put_sections(out, s);
    buf_printf(out, "%-12s %15s\n", "profile", index->profile->name);
    buf_printf(out, "%-12s %15u\n", "format", FORMAT_VERSION);
    put_versions(out, &h);
}

static enum status stats(const char *path, const struct settings *settings)
{
    struct index *index;
    struct stats s;
    struct buf out = BUF_INIT;
    TRY(index_open(path, &index));
    enum status status = gather(index, &s);
    if (status == STATUS_OK) {
        if (settings->json)
            print_json(index, &s, &out);
        else
            print_table(index, &s, &out);
        status = buf_status(&out);
    }
    if (status == STATUS_OK)
        cli_print(buf_span(&out));
    buf_release(&out);
    index_close(index);
    return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings s = {.json = false};
    int first;
    enum status status = cli_parse(command, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first != 1)
        status = fail(STATUS_USAGE, "stats needs one index folder (try 'indexer stats --help')");
    if (status == STATUS_OK)
        status = stats(argv[first], &s);
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command stats_command = {
    "stats",
    "[opts] INDEX",
    "counts, bytes by section, profile and versions of INDEX",
    "Sections are those of docs/FORMAT.md: POST posting lists, POSI positions, TEXT stored text,\n"
    "DICT terms, FORM surface words. The bits of rare terms, which DICT holds, are not counted in.",
    options,
    run};
