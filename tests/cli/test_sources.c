/* SPDX-License-Identifier: Apache-2.0 */
/* test_sources: what `indexer build` takes from outside: nothing, archives, filters, a dry run. */
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <json.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/segment/manifest.h"
#include "tests/cli/cli_fixture.h"

/* path_in, to keep. */
static char *kept_path(const struct toy_index *toy, const char *name)
{
    return strdup(path_in(toy, name));
}

/* The bytes of the manifest, which name those of the segments. */
static void read_manifest(const struct toy_index *toy, struct buf *out)
{
    buf_clear(out);
    toy_index_read(toy, MANIFEST_NAME, out);
}

/* Sources without a document: an index that stands stays, none is made, exit 2. */
Test(sources, nothing_to_index)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf before = BUF_INIT;
    struct buf after = BUF_INIT;
    struct stat s;
    build_toy(&toy);
    char *const empty = kept_path(&toy, "empty");
    char *const fresh = kept_path(&toy, "fresh");
    read_manifest(&toy, &before);
    cr_assert_eq(mkdir(empty, 0777), 0);
    for (int i = 0; i < 4; i++) {
        const char *const dry = i % 2 == 0 ? "--quiet" : "--dry-run";
        if (i == 2) { /* files, but none that can be read */
            put_file(&toy, "empty/a.pdf", span_of_string("%PDF-1.4"));
            put_file(&toy, "empty/blank.txt", span_of_string(""));
        }
        program_run(&p, "indexer", "build", "-q", dry, toy.path, empty, NULL);
        cr_expect_eq(p.status, 2);
        cr_expect_eq(p.out.len, 0);
        cr_expect(holds(&p.err, "indexer: nothing to index"), "%s", buf_string(&p.err));
        cr_expect_eq(program_count_lines(&p.err, ""), i < 2 ? 1 : 2, "%s", buf_string(&p.err));
        read_manifest(&toy, &after);
        cr_expect(span_equal(buf_span(&before), buf_span(&after)));
        program_run(&p, "indexer", "build", "-q", dry, fresh, empty, NULL);
        cr_expect_eq(p.status, 2);
        cr_expect_neq(stat(fresh, &s), 0, "a folder was left behind");
    }
    program_run(&p, "indexer", "build", toy.path, empty, NULL);
    cr_expect(holds(&p.err, "skipped 1 pdf; 1 empty document\n"), "%s", buf_string(&p.err));
    program_run(&p, "indexer", "build", "--strict", toy.path, empty, NULL);
    cr_expect_eq(p.status, 1); /* the empty one is refused */
    program_run(&p, "searcher", "query", "--count", toy.path, "bridge", NULL);
    cr_expect_str_eq(buf_string(&p.out), "2\n");
    free(empty);
    free(fresh);
    buf_release(&before);
    buf_release(&after);
    program_release(&p);
    toy_index_remove(&toy);
}

Test(sources, dry_run)
{
    static const char records[] =
        "{\"id\":\"a\",\"text\":\"first\"}\n{\"id\":\"a\",\"text\":\"x\"}\n"
        "{broken\n{\"id\":\"b\",\"text\":\"second\"}\n{\"id\":\"c\",\"text\":\"\"}\n";
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf before = BUF_INIT;
    struct buf after = BUF_INIT;
    struct stat s;
    build_toy(&toy);
    char *const fresh = kept_path(&toy, "fresh");
    char *const source = strdup(put_file(&toy, "r.jsonl", span_of_string(records)));
    char *const errors = kept_path(&toy, "errors");
    read_manifest(&toy, &before);
    program_run(&p, "indexer", "build", "--dry-run", "--errors", errors, toy.path, source, NULL);
    cr_expect_eq(p.status, 0);
    cr_expect(holds(&p.err, "read 2 documents") && holds(&p.err, "MB/s of processor time") &&
                  holds(&p.err, "1 empty document; 1 duplicate id; 1 bad record\n"),
              "%s", buf_string(&p.err));
    cr_assert_eq(file_read_all(errors, &after), STATUS_OK);
    cr_expect_eq(program_count_lines(&after, "\"path\""), 3);
    read_manifest(&toy, &after);
    cr_expect(span_equal(buf_span(&before), buf_span(&after)));
    program_run(&p, "indexer", "build", "--dry-run", fresh, source, NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_neq(stat(fresh, &s), 0, "a folder was made");
    put_file(&toy, "index/note.txt", span_of_string("inside the index"));
    program_run(&p, "indexer", "build", "--dry-run", "-q", "--errors", errors, toy.path, toy.path,
                NULL);
    check_error(&p, "indexer", "the index is passed over");
    program_run(&p, "indexer", "build", "--dry-run", "--strict", fresh, source, NULL);
    cr_expect_eq(p.status, 1);
    program_run(&p, "indexer", "build", "--dry-run", "-q", fresh, "/nowhere", NULL);
    check_error(&p, "indexer", "a source that is not there");
    free(fresh);
    free(source);
    free(errors);
    buf_release(&before);
    buf_release(&after);
    program_release(&p);
    toy_index_remove(&toy);
}

Test(sources, filters)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    char *const source = strdup(put_file(&toy, "a.pdf", span_of_string("ZEBRA AND FERRY")));
    program_run(&p, "indexer", "build", "--id", "stem", "--filter", "pdf=tr A-Z a-z", "--filter",
                "doc=false", toy.path, source, NULL);
    cr_expect_eq(p.status, 0, "%s", buf_string(&p.err));
    program_run(&p, "searcher", "show", toy.path, "a", NULL);
    cr_expect(holds(&p.out, "zebra and ferry"), "%s", buf_string(&p.out));
    program_run(&p, "indexer", "build", "--filter", "pdf=sleep 100", "--filter-timeout", "1",
                toy.path, source, NULL);
    cr_expect_eq(p.status, 2); /* nothing to index */
    cr_expect(holds(&p.err, "a.pdf: filter 'sleep': took longer than 1 seconds"), "%s",
              buf_string(&p.err));
    static const char *const wrong[][2] = {{"--filter", "pdf"},
                                           {"--filter", "pdf="},
                                           {"--filter", "pdf=sh -c 'cat {}'"},
                                           {"--filter-timeout", "0"},
                                           {"--filter-timeout", "x"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        program_run(&p, "indexer", "build", wrong[i][0], wrong[i][1], toy.path, source, NULL);
        check_error(&p, "indexer", wrong[i][1]);
    }
    program_run(&p, "searcher", "show", toy.path, "a", NULL);
    cr_expect_eq(p.status, 0);
    free(source);
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- the same articles, packed in every way ---- */

static la_ssize_t append(struct archive *a, void *context, const void *bytes, size_t len)
{
    (void)a;
    buf_append(context, bytes, len);
    return (la_ssize_t)len;
}

/* An archive of the files of the sample, which is a flat folder. */
static void pack_sample(struct buf *out, int format, int filter)
{
    struct archive *const a = archive_write_new();
    cr_assert_eq(archive_write_set_format(a, format), ARCHIVE_OK);
    cr_assert_eq(archive_write_add_filter(a, filter), ARCHIVE_OK);
    cr_assert_eq(archive_write_set_bytes_in_last_block(a, 1), ARCHIVE_OK);
    cr_assert_eq(archive_write_open(a, out, NULL, append, NULL), ARCHIVE_OK);
    struct dirent **names;
    const int n = scandir("docs/sample/articles", &names, NULL, alphasort);
    cr_assert_gt(n, 10);
    for (int i = 0; i < n; i++) {
        char path[512];
        struct buf content = BUF_INIT;
        (void)snprintf(path, sizeof path, "docs/sample/articles/%s", names[i]->d_name);
        if (names[i]->d_name[0] != '.') {
            struct archive_entry *const entry = archive_entry_new();
            cr_assert_eq(file_read_all(path, &content), STATUS_OK);
            archive_entry_copy_pathname(entry, names[i]->d_name);
            archive_entry_set_filetype(entry, AE_IFREG);
            archive_entry_set_size(entry, (la_int64_t)content.len);
            cr_assert_eq(archive_write_header(a, entry), ARCHIVE_OK);
            cr_assert_eq(archive_write_data(a, content.data, content.len), (la_ssize_t)content.len);
            archive_entry_free(entry);
        }
        buf_release(&content);
        free(names[i]);
    }
    free(names);
    cr_assert_eq(archive_write_close(a), ARCHIVE_OK);
    cr_assert_eq(archive_write_free(a), ARCHIVE_OK);
}

/* The answers of an index of `source` to the queries of the sample. */
static void answer_sample(struct program *p, const struct toy_index *toy, const char *source)
{
    program_run(p, "indexer", "build", "-q", "--id", "relative", toy->path, source, NULL);
    cr_assert_eq(p->status, 0, "%s", buf_string(&p->err));
    cr_expect_eq(p->err.len, 0, "%s", buf_string(&p->err));
    program_run(p, "searcher", "batch", toy->path, "docs/sample/queries.tsv", NULL);
    cr_assert_eq(p->status, 0);
}

Test(sources, archives_of_the_sample, .timeout = 60)
{
    static const int formats[] = {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FORMAT_ZIP};
    static const int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD};
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf plain = BUF_INIT;
    build_toy(&toy);
    answer_sample(&p, &toy, "docs/sample/articles");
    buf_append_span(&plain, buf_span(&p.out));
    cr_expect_gt(plain.len, 1000);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 3; k++) {
            struct buf packed = BUF_INIT;
            pack_sample(&packed, formats[i], filters[k]);
            char *const source = strdup(put_file(&toy, "packed", buf_span(&packed)));
            answer_sample(&p, &toy, source);
            cr_expect(span_equal(buf_span(&plain), buf_span(&p.out)), "format %zu, filter %zu", i,
                      k);
            free(source);
            buf_release(&packed);
        }
    }
    buf_release(&plain);
    program_release(&p);
    toy_index_remove(&toy);
}
