/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_index: the documents become a file of JSON lines, which is read from inside its folder, so
 * that the name of the temporary folder gets into no record of the index.
 */
#include "tests/support/toy_index.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/codec/text_block.h"
#include "common/segment/manifest.h"
#include "indexer/ingest.h"
#include "tests/support/must.h"

#define SOURCE_NAME "documents.jsonl"

static void write_file(const char *path, struct span bytes)
{
    FILE *const file = fopen(path, "w");
    must(file != NULL);
    must(bytes.len == 0 || fwrite(bytes.data, 1, bytes.len, file) == bytes.len);
    must(fclose(file) == 0);
}

static void put_field(struct buf *out, const char *key, const char *value)
{
    if (value == NULL)
        return;
    json_key(out, key);
    json_string(out, span_of_string(value));
}

static void write_source(const struct toy_document *documents, size_t n)
{
    struct buf lines = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        const struct toy_document *const d = &documents[i];
        buf_put_u8(&lines, '{');
        put_field(&lines, "id", d->id);
        put_field(&lines, "title", d->title);
        put_field(&lines, "text", d->text == NULL ? "" : d->text);
        put_field(&lines, "date", d->date);
        put_field(&lines, "url", d->url);
        buf_append_string(&lines, "}\n");
    }
    must(buf_status(&lines) == STATUS_OK);
    write_file(SOURCE_NAME, buf_span(&lines));
    buf_release(&lines);
}

static void build_here(const struct toy_options *o)
{
    static const char *const sources[] = {SOURCE_NAME};
    struct report *report;
    struct ingest_summary summary;
    struct ingest_options options = {
        .corpus = CORPUS_OPTIONS_DEFAULT,
        .profile = profile_by_name(o->profile == NULL ? "english" : o->profile),
        .positions = !o->no_positions,
        .store_text = !o->no_text,
        .text = {TEXT_BLOCK_BYTES, TEXT_BLOCK_LEVEL},
        .strict = true,
        .threads = 2,
        .memory = INGEST_MEMORY_LEAST,
        .format_name = "jsonl",
        .ids_name = "path"};
    options.corpus.format = CORPUS_JSON;
    if (o->passages != NULL)
        must(split_parse(o->passages, &options.split) == STATUS_OK);
    must(report_new(NULL, &report) == STATUS_OK);
    const enum status status = ingest_build(&options, "index", sources, 1, report, &summary);
    must(status == STATUS_OK);
    must(summary.published); /* no toy document was refused */
    report_free(report);
}

void toy_index_build(struct toy_index *toy, const struct toy_document *documents, size_t n,
                     const struct toy_options *options)
{
    static const struct toy_options defaults;
    const char *const where = getenv("TMPDIR");
    (void)snprintf(toy->folder, sizeof toy->folder, "%.40s/qiao-toy-XXXXXX",
                   where == NULL || *where == '\0' ? P_tmpdir : where);
    must(mkdtemp(toy->folder) != NULL);
    (void)snprintf(toy->path, sizeof toy->path, "%s/index", toy->folder);
    const int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(before >= 0 && chdir(toy->folder) == 0);
    write_source(documents, n);
    build_here(options == NULL ? &defaults : options);
    must(fchdir(before) == 0);
    (void)close(before);
}

static int remove_entry(const char *path, const struct stat *s, int flag, struct FTW *at)
{
    (void)s;
    (void)flag;
    (void)at;
    return remove(path);
}

void toy_index_remove(struct toy_index *toy)
{
    must(nftw(toy->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

void toy_index_read(const struct toy_index *toy, const char *name, struct buf *out)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", toy->path, name);
    must(file_read_all(path, out) == STATUS_OK);
}

void toy_index_write(const struct toy_index *toy, const char *name, struct span bytes)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", toy->path, name);
    write_file(path, bytes);
}

void toy_index_segment(const struct toy_index *toy, char *name)
{
    struct buf bytes = BUF_INIT;
    struct manifest m;
    toy_index_read(toy, MANIFEST_NAME, &bytes);
    must(manifest_decode(buf_span(&bytes), &m) == STATUS_OK);
    must(m.n > 0);
    segment_name(m.rows[0].build_id, name);
    manifest_release(&m);
    buf_release(&bytes);
}
