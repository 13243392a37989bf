/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture: a folder that goes away again, files in it, and what the corpus makes of them.
 *
 *     struct fixture f;
 *     fixture_open(&f);
 *     fixture_write(&f, "a.txt", TEXT("..."));
 *     fixture_read(&f, &options, "a.txt");     // or "" for the folder
 *     ... f.documents[0].text, report_count(f.report, REPORT_BAD), f.messages ...
 *     fixture_close(&f);
 */
#ifndef QIAO_TESTS_CORPUS_FIXTURE_H
#define QIAO_TESTS_CORPUS_FIXTURE_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "indexer/corpus/corpus.h"
#include "indexer/corpus/reader.h"

#define FIXTURE_DOCUMENTS 64

/* A constant with its length, NULs inside included. */
#define TEXT(constant) (constant), sizeof(constant) - 1

struct fixture_document { /* strings end in a NUL; `text_len` counts those inside */
    char *id;
    char *title;
    char *date;
    char *url;
    char *text;
    char *source;
    size_t text_len;
    uint64_t line;
    bool precut;
};

struct fixture {
    char folder[64];
    struct report *report;
    enum status status;   /* of the last reading */
    enum status refuse;   /* what the sink answers; STATUS_OK as a rule */
    char messages[65536]; /* what the last reading wrote to stderr */
    size_t count;         /* documents, of which the first FIXTURE_DOCUMENTS are kept */
    struct fixture_document documents[FIXTURE_DOCUMENTS];
};

static inline char *fixture_string(struct span bytes)
{
    char *const copy = malloc(bytes.len + 1);
    cr_assert_not_null(copy);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = '\0';
    return copy;
}

static inline enum status fixture_sink(void *context, const struct document *d)
{
    struct fixture *const f = context;
    if (f->count < FIXTURE_DOCUMENTS) {
        f->documents[f->count] = (struct fixture_document){
            fixture_string(d->id),
            fixture_string(d->title),
            fixture_string(d->date),
            fixture_string(d->url),
            fixture_string(d->text),
            fixture_string(d->source),
            d->text.len,
            d->line,
            d->precut,
        };
    }
    f->count++;
    return f->refuse;
}

static inline void fixture_clear(struct fixture *f)
{
    for (size_t i = 0; i < f->count && i < FIXTURE_DOCUMENTS; i++) {
        free(f->documents[i].id);
        free(f->documents[i].title);
        free(f->documents[i].date);
        free(f->documents[i].url);
        free(f->documents[i].text);
        free(f->documents[i].source);
    }
    f->count = 0;
    report_free(f->report);
    f->report = NULL;
}

static inline void fixture_open(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    (void)snprintf(f->folder, sizeof f->folder, "%s/qiao-test-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(f->folder));
}

static inline int fixture_remove(const char *path, const struct stat *s, int flag, struct FTW *at)
{
    (void)s;
    (void)flag;
    (void)at;
    return remove(path);
}

static inline void fixture_close(struct fixture *f)
{
    fixture_clear(f);
    cr_expect_eq(nftw(f->folder, fixture_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* folder/name (the folder itself for ""), good until the next call. */
static inline const char *fixture_path(const struct fixture *f, const char *name)
{
    static char path[8192];
    (void)snprintf(path, sizeof path, "%s%s%s", f->folder, *name == '\0' ? "" : "/", name);
    return path;
}

static inline void fixture_write(const struct fixture *f, const char *name, const void *bytes,
                                 size_t len)
{
    FILE *const file = fopen(fixture_path(f, name), "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, len, file), len);
    cr_assert_eq(fclose(file), 0);
}

static inline void fixture_folder(const struct fixture *f, const char *name)
{
    cr_assert_eq(mkdir(fixture_path(f, name), 0755), 0);
}

/* Catches stderr from here on; returns what fixture_release_stderr wants. */
static inline int fixture_catch_stderr(void)
{
    (void)fflush(stderr);
    const int kept = dup(STDERR_FILENO);
    const int caught = memfd_create("stderr", MFD_CLOEXEC);
    cr_assert(kept >= 0 && caught >= 0);
    cr_assert_geq(dup2(caught, STDERR_FILENO), 0);
    (void)close(caught);
    return kept;
}

static inline void fixture_release_stderr(struct fixture *f, int kept)
{
    (void)fflush(stderr);
    const ssize_t n = pread(STDERR_FILENO, f->messages, sizeof f->messages - 1, 0);
    f->messages[n > 0 ? n : 0] = '\0';
    cr_assert_geq(dup2(kept, STDERR_FILENO), 0);
    (void)close(kept);
}

/* Reads the source `name` of the folder. */
static inline void fixture_read(struct fixture *f, const struct corpus_options *options,
                                const char *name)
{
    const char *const source = fixture_path(f, name);
    fixture_clear(f);
    cr_assert_eq(report_new(NULL, &f->report), STATUS_OK);
    const int kept = fixture_catch_stderr();
    f->status = corpus_read(options, &source, 1, f->report, fixture_sink, f);
    fixture_release_stderr(f, kept);
}

/* Lets one reader read `bytes` as the file "stream", records limited to `record_most`. */
static inline void fixture_read_bytes(struct fixture *f, reader *read, const void *bytes,
                                      size_t len, size_t record_most)
{
    const int fd = memfd_create("stream", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, bytes, len, 0), (ssize_t)len);
    fixture_clear(f);
    cr_assert_eq(report_new(NULL, &f->report), STATUS_OK);
    struct reading r = {.path = span_of_string("stream"),
                        .file_id = span_of_string("stream"),
                        .report = f->report,
                        .sink = fixture_sink,
                        .sink_context = f,
                        .record_most = record_most};
    cr_assert_eq(unpack_new(&r.in), STATUS_OK);
    unpack_start(r.in, fd, len);
    const int kept = fixture_catch_stderr();
    f->status = read(&r);
    fixture_release_stderr(f, kept);
    cr_assert_eq(unpack_status(r.in), STATUS_OK);
    unpack_free(r.in);
    reading_release(&r);
    (void)close(fd);
}

#endif
