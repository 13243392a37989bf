/* SPDX-License-Identifier: Apache-2.0 */
/* corpus: the pipeline of one file, and the loop over sources and files. */
#include "indexer/corpus/corpus.h"

#include <unistd.h>

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

static struct span id_of(const struct corpus_options *options, const struct walk_file *file)
{
    switch (options->ids) {
    case IDS_RELATIVE:
        return span_of(file->path.data + file->below, file->path.len - file->below);
    case IDS_STEM:
        return detect_stem(last_name(file->path));
    default:
        return file->path;
    }
}

/* Reports how the stream of r->path ended; fails if that was for want of memory. */
static enum status finish_stream(struct reading *r)
{
    enum report_kind kind;
    const char *const problem = unpack_problem(r->in, &kind);
    if (problem != NULL)
        report_bad(r->report, r->path, 0, kind, "%s", problem);
    report_add(r->report, REPORT_BAD_BYTES, unpack_replaced(r->in));
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

static enum status read_file(const struct corpus_options *options, struct reading *r,
                             const struct walk_file *file)
{
    struct detection found;
    r->path = file->path;
    r->file_id = id_of(options, file);
    unpack_start(r->in, file->fd, file->size);
    TRY(decode(r, options->charset, false, options->format));
    detect(last_name(file->path), unpack_peek(r->in, DETECT_BYTES), options->format, &found);
    if (found.binary) {
        report_binary(r->report, r->path, found.kind);
    } else {
        TRY(decode(r, options->charset, true, found.format));
        TRY(reader_of(found.format)(r));
    }
    return finish_stream(r);
}

static enum status read_walk(const struct corpus_options *options, struct reading *r,
                             struct walk *w)
{
    for (;;) {
        struct walk_file file;
        TRY(walk_next(w, &file));
        if (file.fd < 0)
            return STATUS_OK;
        const enum status status = read_file(options, r, &file);
        (void)close(file.fd);
        TRY(status);
    }
}

static enum status read_source(const struct corpus_options *options, struct reading *r,
                               const char *source)
{
    if (strcmp(source, "-") == 0) {
        const struct walk_file stream = {STDIN_FILENO, span_of_string("-"), 0, 0};
        return read_file(options, r, &stream);
    }
    const struct walk_options how = {options->hidden, options->index_folder};
    struct walk *w;
    TRY(walk_open(source, &how, r->report, &w));
    const enum status status = read_walk(options, r, w);
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
    TRY(unpack_new(&r.in));
    enum status status = STATUS_OK;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = read_source(options, &r, sources[i]);
    unpack_free(r.in);
    reading_release(&r);
    return status;
}
