/* SPDX-License-Identifier: Apache-2.0 */
/* corpus: the pipeline of one file, and the loop over sources and files. */
#include "indexer/corpus/corpus.h"

#include <unistd.h>

#include "indexer/corpus/archive.h"
#include "indexer/corpus/detect.h"
#include "indexer/corpus/reader.h"
#include "indexer/corpus/unpack.h"
#include "indexer/corpus/walk.h"

/* What --format calls a format, and who reads it. */
static const struct {
    const char *name;
    enum corpus_format format;
    reader *read;
} formats[] = {
    {"auto", CORPUS_AUTO, NULL},
    {"text", CORPUS_TEXT, read_text},
    {"markdown", CORPUS_MARKDOWN, read_markdown},
    {"jsonl", CORPUS_JSON, read_json},
    {"json", CORPUS_JSON, read_json},
    {"tsv", CORPUS_TSV, read_tsv},
    {"html", CORPUS_HTML, read_html},
    {"trec", CORPUS_TREC, read_trec},
};

#define N_FORMATS (sizeof formats / sizeof formats[0])

bool corpus_format_by_name(const char *name, enum corpus_format *out)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(formats[i].name, name) == 0) {
            *out = formats[i].format;
            return true;
        }
    }
    return false;
}

static reader *reader_of(enum corpus_format format)
{
    size_t i = 0;
    while (formats[i].format != format)
        i++;
    return formats[i].read;
}

static struct span last_name(struct span path)
{
    const uint8_t *const slash = path.len == 0 ? NULL : memrchr(path.data, '/', path.len);
    const size_t from = slash == NULL ? 0 : (size_t)(slash - path.data) + 1;
    return span_of(path.data + from, path.len - from);
}

/* A file, or a member of an archive, on its way to a reader. */
struct file {
    struct span path;
    size_t below;          /* path from here on is relative to the source */
    bool named;            /* it is the source itself */
    bool member;           /* of an archive */
    const char *openable;  /* its path for a filter; NULL: it has none of its own */
    struct source *source; /* its bytes; owned */
    struct trouble *trouble;
};

/* What is under way from the first source to the last. */
struct corpus {
    const struct corpus_options *options;
    struct reading *reading;
    struct report *report;
};

static struct span id_of(const struct corpus_options *options, const struct file *file)
{
    const struct span name = packing_strip(last_name(file->path));
    const struct filter *filter;
    switch (options->ids) {
    case IDS_RELATIVE:
        return span_of(file->path.data + file->below, file->path.len - file->below);
    case IDS_STEM:
        filter = filter_find(options->filters, name);
        return filter == NULL ? detect_stem(last_name(file->path))
                              : span_of(name.data, name.len - filter->extension.len - 1);
    default:
        return file->path;
    }
}

/* The kinds that readers count one by one, and that are summed up for each file. */
static const enum report_kind summed[] = {REPORT_BAD_BYTES, REPORT_BAD_DATE, REPORT_CUT};

#define N_SUMMED (sizeof summed / sizeof summed[0])

/* Reports how the stream of r->path ended; fails if that was for want of memory. */
static enum status finish_stream(struct reading *r, const uint64_t *before)
{
    enum report_kind kind;
    const char *const problem = unpack_problem(r->in, &kind);
    if (problem != NULL)
        report_bad(r->report, r->path, 0, kind, "%s", problem);
    report_add(r->report, REPORT_BAD_BYTES, unpack_replaced(r->in));
    for (size_t i = 0; i < N_SUMMED; i++)
        report_sum(r->report, r->path, summed[i], report_count(r->report, summed[i]) - before[i]);
    report_add_bytes(r->report, unpack_bytes(r->in));
    return unpack_status(r->in);
}

/* Decodes the stream as --charset says. Two bytes a letter must be decoded before the format can be
 * seen; a page may say its own encoding, and is left to its reader. */
static enum status decode(struct reading *r, enum charset_name charset, bool detected,
                          enum corpus_format format)
{
    if (charset == CHARSET_UTF8 || unpack_is_decoded(r->in) ||
        charset_is_ascii(charset) != detected || (detected && format == CORPUS_HTML))
        return STATUS_OK;
    return unpack_decode(r->in, charset);
}

/* Lets a reader read what the source holds, as it is. `filtered`: a program wrote it, so that the
 * name says nothing any more. */
static enum status read_stream(struct corpus *c, const struct file *file, bool filtered)
{
    struct detection found;
    struct reading *const r = c->reading;
    const enum charset_name charset = filtered ? CHARSET_UTF8 : c->options->charset;
    uint64_t before[N_SUMMED];
    for (size_t i = 0; i < N_SUMMED; i++)
        before[i] = report_count(c->report, summed[i]);
    r->path = file->path;
    r->file_id = id_of(c->options, file);
    unpack_start_source(r->in, file->source, file->trouble);
    TRY(decode(r, charset, false, c->options->format));
    detect(filtered ? span_of_string(DETECT_FILTERED) : last_name(file->path),
           unpack_peek(r->in, DETECT_BYTES), c->options->format, &found);
    if (found.binary) {
        report_binary(c->report, r->path, found.kind);
    } else {
        TRY(decode(r, charset, true, found.format));
        TRY(reader_of(found.format)(r));
    }
    return finish_stream(r, before);
}

static enum status read_file(struct corpus *c, struct file *file);

static enum status read_members(struct corpus *c, const struct file *file, struct archive_reader *a)
{
    struct archive_member member;
    while (archive_reader_next(a, &member)) {
        struct file inner = {.path = member.path,
                             .below = file->named ? member.below : file->below,
                             .member = true,
                             .source = member.source,
                             .trouble = member.trouble};
        TRY(read_file(c, &inner));
    }
    return STATUS_OK;
}

/* Reads the archive that file->source holds; the source is gone then. */
static enum status read_archive(struct corpus *c, struct file *file, enum packing packing)
{
    struct archive_reader *a;
    struct source *const source = file->source;
    file->source = NULL;
    TRY(archive_reader_open(source, packing, file->path, c->options->hidden, c->report, &a));
    const enum status status = read_members(c, file, a);
    const enum status closed = archive_reader_close(a);
    return status != STATUS_OK ? status : closed;
}

/* Whether the source holds an archive that is to be opened. */
static bool is_archive(struct file *file, enum packing *packing)
{
    const struct span name = packing_strip(last_name(file->path));
    *packing = packing_of(source_peek(file->source, SOURCE_PEEK));
    return packing_is_archive(*packing) && !(*packing == PACKING_ZIP && packing_is_package(name));
}

/* Lets the program have the file. */
static enum status read_filtered(struct corpus *c, struct file *file, const struct filter *filter)
{
    file->source =
        source_of_program(filter, c->options->filter_seconds, file->source, file->openable);
    return read_stream(c, file, true);
}

/* The way of a file whose source is set. A filter for its name gets the bytes as they are; one for
 * what the name is without .gz and the like gets them unpacked. */
static enum status route_file(struct corpus *c, struct file *file)
{
    enum packing packing;
    const struct span name = last_name(file->path);
    const struct filter *filter = filter_find(c->options->filters, name);
    if (filter != NULL)
        return read_filtered(c, file, filter);
    file->source = packing_unwrap(file->source);
    if (file->source == NULL)
        return fail_no_memory();
    filter = filter_find(c->options->filters, packing_strip(name));
    if (filter != NULL) {
        file->openable = NULL;
        return read_filtered(c, file, filter);
    }
    if (!is_archive(file, &packing))
        return read_stream(c, file, false);
    if (!file->member)
        return read_archive(c, file, packing);
    report_bad(c->report, file->path, 0, REPORT_BAD, "an archive inside an archive, not opened");
    return STATUS_OK;
}

static enum status read_file(struct corpus *c, struct file *file)
{
    const enum status status = route_file(c, file);
    source_free(file->source);
    return status;
}

/* A file of the walk, or a stream whose end nobody knows. */
static enum status read_descriptor(struct corpus *c, const struct walk_file *found, bool stream)
{
    struct meter meter;
    struct trouble trouble = {0};
    struct file file = {
        .path = found->path,
        .below = found->below,
        .named = found->named,
        .openable = stream ? NULL : (const char *)found->path.data,
        .source = source_of_file(found->fd, found->size, stream, &meter, &trouble),
        .trouble = &trouble,
    };
    if (file.source == NULL)
        return fail_no_memory();
    struct corpus_reach *const reach = c->options->reach;
    if (reach == NULL)
        return read_file(c, &file);
    *reach = (struct corpus_reach){reach->files + 1, reach->done, found->size, &meter.read};
    const enum status status = read_file(c, &file);
    *reach = (struct corpus_reach){reach->files, reach->done + found->size, 0, NULL};
    return status;
}

static enum status read_walk(struct corpus *c, struct walk *w)
{
    for (;;) {
        struct walk_file file;
        TRY(walk_next(w, &file));
        if (file.fd < 0)
            return STATUS_OK;
        const enum status status = read_descriptor(c, &file, false);
        (void)close(file.fd);
        TRY(status);
    }
}

static enum status read_source(struct corpus *c, const char *source)
{
    if (strcmp(source, "-") == 0) {
        const struct walk_file stream = {
            .fd = STDIN_FILENO, .path = span_of_string("-"), .named = true};
        return read_descriptor(c, &stream, true);
    }
    const struct corpus_options *const o = c->options;
    const struct walk_options how = {o->hidden, o->follow, o->index_folder};
    struct walk *w;
    TRY(walk_open(source, &how, c->report, &w));
    const enum status status = read_walk(c, w);
    walk_close(w);
    return status;
}

enum status corpus_read(const struct corpus_options *options, const char *const *sources, size_t n,
                        struct report *report, document_sink *sink, void *context)
{
    struct reading r = {
        .charset = options->charset,
        .report = report,
        .sink = sink,
        .sink_context = context,
        .record_most = READER_RECORD_BYTES,
    };
    struct corpus c = {options, &r, report};
    TRY(unpack_new(&r.in));
    enum status status = STATUS_OK;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = read_source(&c, sources[i]);
    report_add_read_seconds(report, unpack_seconds(r.in));
    unpack_free(r.in);
    reading_release(&r);
    return status;
}
