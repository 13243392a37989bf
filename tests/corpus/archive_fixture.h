/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_fixture: archives and compressed files, made by libarchive's writer.
 *
 *     struct buf out = BUF_INIT;
 *     compress_bytes(&out, ARCHIVE_FILTER_ZSTD, bytes, len);
 *     static const struct member members[] = {{.name = "a.txt", .content = "text"}, {.name = NULL}};
 *     make_archive(&out, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, NULL, members);
 */
#ifndef QIAO_TESTS_CORPUS_ARCHIVE_FIXTURE_H
#define QIAO_TESTS_CORPUS_ARCHIVE_FIXTURE_H

#include <archive.h>
#include <archive_entry.h>

#include "tests/corpus/fixture.h"

struct member {
    const char *name; /* NULL ends a list */
    const char *content;
    size_t len;       /* 0: strlen(content) */
    unsigned type;    /* AE_IF...; 0: a regular file */
    const char *link; /* what a link leads to */
    bool hard;
};

/* The filters that write what packing.h unpacks, and the extensions of their files. */
static const struct {
    int filter;
    const char *extension;
} compressions[] = {
    {ARCHIVE_FILTER_NONE, ""},    {ARCHIVE_FILTER_GZIP, ".gz"},    {ARCHIVE_FILTER_ZSTD, ".zst"},
    {ARCHIVE_FILTER_XZ, ".xz"},   {ARCHIVE_FILTER_BZIP2, ".bz2"},  {ARCHIVE_FILTER_LZMA, ".lzma"},
    {ARCHIVE_FILTER_LZIP, ".lz"}, {ARCHIVE_FILTER_COMPRESS, ".Z"},
};

#define N_COMPRESSIONS (sizeof compressions / sizeof compressions[0])

static inline la_ssize_t archive_fixture_write(struct archive *a, void *context, const void *bytes,
                                               size_t len)
{
    (void)a;
    buf_append(context, bytes, len);
    return (la_ssize_t)len;
}

static inline struct archive *archive_fixture_begin(struct buf *out, int format, int filter,
                                                    const char *options)
{
    struct archive *const a = archive_write_new();
    cr_assert_eq(archive_write_set_format(a, format), ARCHIVE_OK, "%s", archive_error_string(a));
    cr_assert_eq(archive_write_add_filter(a, filter), ARCHIVE_OK);
    cr_assert_eq(archive_write_set_bytes_in_last_block(a, 1), ARCHIVE_OK);
    cr_assert_eq(archive_write_set_options(a, options), ARCHIVE_OK, "%s", archive_error_string(a));
    if (options != NULL && strstr(options, "encryption") != NULL)
        cr_assert_eq(archive_write_set_passphrase(a, "secret"), ARCHIVE_OK);
    cr_assert_eq(archive_write_open(a, out, NULL, archive_fixture_write, NULL), ARCHIVE_OK);
    return a;
}

static inline void archive_fixture_add(struct archive *a, const struct member *m)
{
    struct archive_entry *const entry = archive_entry_new();
    const size_t len = m->len > 0 ? m->len : m->content == NULL ? 0 : strlen(m->content);
    archive_entry_copy_pathname(entry, m->name);
    archive_entry_set_filetype(entry, m->type == 0 ? AE_IFREG : m->type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1700000000, 0);
    if (m->type == 0)
        archive_entry_set_size(entry, (la_int64_t)len);
    if (m->link != NULL && m->hard)
        archive_entry_copy_hardlink(entry, m->link);
    else if (m->link != NULL)
        archive_entry_copy_symlink(entry, m->link);
    const int result = archive_write_header(a, entry);
    cr_assert(result == ARCHIVE_OK || result == ARCHIVE_WARN, "%s", archive_error_string(a));
    if (m->type == 0 && len > 0)
        cr_assert_eq(archive_write_data(a, m->content, len), (la_ssize_t)len, "%s",
                     archive_error_string(a));
    archive_entry_free(entry);
}

/* Appends an archive of the members to `out`. */
static inline void make_archive(struct buf *out, int format, int filter, const char *options,
                                const struct member *members)
{
    struct archive *const a = archive_fixture_begin(out, format, filter, options);
    for (; members->name != NULL; members++)
        archive_fixture_add(a, members);
    cr_assert_eq(archive_write_close(a), ARCHIVE_OK);
    cr_assert_eq(archive_write_free(a), ARCHIVE_OK);
}

/* Appends `bytes`, compressed (fast, and in small blocks), to `out`. */
static inline void compress_bytes(struct buf *out, int filter, const void *bytes, size_t len)
{
    const bool levels = filter != ARCHIVE_FILTER_NONE && filter != ARCHIVE_FILTER_COMPRESS;
    struct archive *const a = archive_fixture_begin(out, ARCHIVE_FORMAT_RAW, filter,
                                                    levels ? "compression-level=1" : NULL);
    const struct member all = {.name = "data", .content = bytes, .len = len};
    archive_fixture_add(a, &all);
    cr_assert_eq(archive_write_close(a), ARCHIVE_OK);
    cr_assert_eq(archive_write_free(a), ARCHIVE_OK);
}

#endif
