/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus: sources in, documents out.
 *
 *     struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
 *     TRY(corpus_read(&options, sources, n, report, sink, context));
 *
 * The sources are read in the order given; a folder is walked in byte order of path, an archive in
 * its own order, so that the index never depends on the file system. Each file passes
 *
 *     walk -> packing (gz, zst, ...) -> archive -> packing -> filter -> unpack -> detect -> reader -> sink
 *
 * What cannot be read is reported (report.h) and left out; only a failure of the sink, of memory or
 * of a source that was named and is not there ends the reading.
 *
 * A member of an archive is a file whose path is that of the archive, a slash and its name
 * (`2008/cacm.tar.gz/CACM-0001.html`), as if the archive were a folder. An archive inside an archive
 * is not opened, but reported. Files that programs keep in zip (docx, epub, jar) are files.
 */
#ifndef QIAO_INDEXER_CORPUS_CORPUS_H
#define QIAO_INDEXER_CORPUS_CORPUS_H

#include "indexer/corpus/charset.h"
#include "indexer/corpus/document.h"
#include "indexer/corpus/filter.h"
#include "indexer/corpus/report.h"

enum corpus_format {
    CORPUS_AUTO, /* by an unmistakable first record, else by the file name, else text */
    CORPUS_TEXT,
    CORPUS_MARKDOWN,
    CORPUS_JSON, /* JSON lines, one object, or an array of objects */
    CORPUS_TSV,
    CORPUS_HTML,
    CORPUS_TREC, /* <DOC> ... </DOC> */
};

enum corpus_ids {
    IDS_PATH,     /* a file's id is its path as given (default) */
    IDS_RELATIVE, /* its path below the source, a folder or an archive */
    IDS_STEM,     /* its name without folders and without its known extensions (.txt, .md.gz) */
};

/* How far the reading has come, in bytes of files as they lie on the disk. */
struct corpus_reach {
    uint64_t files;      /* begun */
    uint64_t done;       /* bytes of those that are read */
    uint64_t size;       /* of the one at hand; 0: unknown, or there is none */
    const uint64_t *now; /* bytes of it so far; few of one that is mapped; NULL: there is none */
};

struct corpus_options {
    enum corpus_format format;
    enum corpus_ids ids;
    enum charset_name charset; /* of files that do not say theirs; CHARSET_UTF8 */
    bool hidden;               /* take hidden files and .git as well */
    bool follow;               /* follow symbolic links inside folders */
    struct span index_folder;  /* never read: the index that is being written; may be empty */
    const struct filter_set *filters; /* or NULL */
    unsigned filter_seconds;          /* that a filter may take for a file */
    struct corpus_reach *reach;       /* kept up to date for the sink; or NULL */
};

#define CORPUS_OPTIONS_DEFAULT                                                                     \
    {                                                                                              \
        .format = CORPUS_AUTO, .ids = IDS_PATH, .charset = CHARSET_UTF8,                           \
        .filter_seconds = FILTER_SECONDS                                                           \
    }

/* The format of that name ("auto", "text", "markdown", "html", "jsonl", "json", "tsv", "trec"); false if none. */
bool corpus_format_by_name(const char *name, enum corpus_format *out /* OUT */);

/* Reads all of `sources` ("-" is standard input) and hands every document to `sink`. Reports every
 * record and file that gave none. Duplicate ids, empty documents and REPORT_OK are the sink's
 * business. STATUS_MISSING if a named source does not exist; else only failures of sink or memory.
 */
enum status corpus_read(const struct corpus_options *options, const char *const *sources, size_t n,
                        struct report *report, document_sink *sink, void *context);

#endif
