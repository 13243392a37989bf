/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_formats: the same articles in every format and packing give the same index, byte for byte.
 *
 * The articles are those of the sample, as its readers give them, their white space made plain.
 * TSV has no lines, so there are two sets: one of flat texts for all formats, one with paragraphs
 * and lines for all but TSV. Ids are the stems of the files, or stand in the records.
 */
#include <json-c/json.h>

#include "tests/corpus/archive_fixture.h"
#include "tests/support/program.h"

#define ARTICLES 40

struct article {
    char id[16];
    struct buf title;
    struct buf text;
};

/* ---- the articles ---- */

/* Appends `text` with runs of blanks and tabs made one blank, none at the ends of lines, and lines
 * made blanks too if `flat`. */
static void append_plain(struct buf *out, const char *text, bool flat)
{
    const size_t start = out->len;
    for (const char *c = text; *c != '\0'; c++) {
        const bool after_space = out->len == start || byte_is_space(out->data[out->len - 1]);
        if (*c == '\n' && !flat) {
            while (out->len > start && out->data[out->len - 1] == ' ')
                out->len--;
            buf_put_u8(out, '\n');
        } else if (!byte_is_space((uint8_t)*c)) {
            buf_put_u8(out, (uint8_t)*c);
        } else if (!after_space) {
            buf_put_u8(out, ' ');
        }
    }
    while (out->len > start && byte_is_space(out->data[out->len - 1]))
        out->len--;
}

static void read_articles(struct article *articles, bool flat)
{
    struct fixture f;
    const char *const source = "docs/sample/articles";
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    cr_assert_eq(report_new(NULL, &f.report), STATUS_OK);
    cr_assert_eq(corpus_read(&options, &source, 1, f.report, fixture_sink, &f), STATUS_OK);
    cr_assert_geq(f.count, ARTICLES);
    for (size_t i = 0; i < ARTICLES; i++) {
        (void)snprintf(articles[i].id, sizeof articles[i].id, "a%02zu", i);
        articles[i].title = articles[i].text = (struct buf)BUF_INIT;
        append_plain(&articles[i].title, f.documents[i].title, true);
        append_plain(&articles[i].text, f.documents[i].text, flat);
        cr_assert(articles[i].title.len > 0 && articles[i].text.len > 0);
    }
    fixture_close(&f);
}

static void release_articles(struct article *articles)
{
    for (size_t i = 0; i < ARTICLES; i++) {
        buf_release(&articles[i].title);
        buf_release(&articles[i].text);
    }
}

/* ---- one writer a format ---- */

/* A newline at the end of the file would belong to the text. */
static void write_text(struct buf *out, struct article *a)
{
    buf_printf(out, "%s\n\n", buf_string(&a->title));
    buf_append_span(out, buf_span(&a->text));
}

/* Every sign that Markdown could read is escaped. */
static void append_markdown(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (memchr("\\`*_{}[]()#+-.!<>&|~\"'=:", text.data[i], 24) != NULL)
            buf_put_u8(out, '\\');
        buf_put_u8(out, text.data[i]);
    }
}

static void write_markdown(struct buf *out, struct article *a)
{
    buf_append_string(out, "# ");
    append_markdown(out, buf_span(&a->title));
    buf_append_string(out, "\n\n");
    append_markdown(out, buf_span(&a->text));
}

static void append_escaped(struct buf *out, struct span text, bool html)
{
    for (size_t i = 0; i < text.len; i++) {
        const bool twice = text.data[i] == '\n' && i + 1 < text.len && text.data[i + 1] == '\n';
        if (text.data[i] == '&')
            buf_append_string(out, "&amp;");
        else if (text.data[i] == '<')
            buf_append_string(out, "&lt;");
        else if (html && twice)
            buf_append_string(out, "</p>\n<p>");
        else if (html && text.data[i] == '\n')
            buf_append_string(out, "<br>");
        else
            buf_put_u8(out, text.data[i]);
        i += html && twice;
    }
}

static void write_html(struct buf *out, struct article *a)
{
    buf_append_string(out, "<!DOCTYPE html>\n<html><head><title>");
    append_escaped(out, buf_span(&a->title), true);
    buf_append_string(out, "</title></head>\n<body><nav>Home</nav><h1>");
    append_escaped(out, buf_span(&a->title), true);
    buf_append_string(out, "</h1>\n<p>");
    append_escaped(out, buf_span(&a->text), true);
    buf_append_string(out, "</p></body></html>\n");
}

static void write_json(struct buf *out, struct article *a)
{
    struct json_object *const o = json_object_new_object();
    (void)json_object_object_add(o, "id", json_object_new_string(a->id));
    (void)json_object_object_add(o, "title", json_object_new_string(buf_string(&a->title)));
    (void)json_object_object_add(o, "text", json_object_new_string(buf_string(&a->text)));
    buf_printf(out, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
    (void)json_object_put(o);
}

static void write_tsv(struct buf *out, struct article *a)
{
    buf_printf(out, "%s\t%s\t", a->id, buf_string(&a->title));
    buf_append_span(out, buf_span(&a->text));
    buf_put_u8(out, '\n');
}

static void write_trec(struct buf *out, struct article *a)
{
    buf_printf(out, "<DOC>\n<DOCNO> %s </DOCNO>\n<HEADLINE>\n", a->id);
    append_escaped(out, buf_span(&a->title), false);
    buf_append_string(out, "\n</HEADLINE>\n<TEXT>\n");
    append_escaped(out, buf_span(&a->text), false);
    buf_append_string(out, "\n</TEXT>\n</DOC>\n");
}

static const struct format {
    const char *extension;
    void (*write)(struct buf *out, struct article *a);
    bool one_a_file;
    bool flat_only;
} formats[] = {
    {"txt", write_text, true, false},  {"md", write_markdown, true, false},
    {"html", write_html, true, false}, {"jsonl", write_json, false, false},
    {"tsv", write_tsv, false, true},   {"trec", write_trec, false, false},
};

#define N_FORMATS (sizeof formats / sizeof formats[0])

/* ---- one writer a packing ---- */

/* The files of a collection, unpacked. */
struct files {
    char names[ARTICLES][32];
    struct buf bytes[ARTICLES];
    size_t n;
};

/* Each file compressed for itself. */
static void store_files(const struct fixture *f, const struct files *files, int filter,
                        const char *extension)
{
    char name[64];
    struct buf packed = BUF_INIT;
    for (size_t i = 0; i < files->n; i++) {
        const struct span bytes = buf_span(&files->bytes[i]);
        (void)snprintf(name, sizeof name, "collection/%s%s", files->names[i], extension);
        buf_clear(&packed);
        compress_bytes(&packed, filter, bytes.data, bytes.len);
        fixture_write(f, name, packed.data, packed.len);
    }
    buf_release(&packed);
}

/* All of them in one archive. */
static void store_archive(const struct fixture *f, const struct files *files, int format,
                          int filter, const char *name)
{
    struct member members[ARTICLES + 1] = {{.name = NULL}};
    struct buf packed = BUF_INIT;
    for (size_t i = 0; i < files->n; i++) {
        members[i].name = files->names[i];
        members[i].content = (const char *)files->bytes[i].data;
        members[i].len = files->bytes[i].len;
    }
    make_archive(&packed, format, filter, NULL, members);
    fixture_write(f, name, packed.data, packed.len);
    buf_release(&packed);
}

static const struct packing {
    const char *name; /* what is added to the names of files, or the archive's */
    int format;       /* 0: files of their own */
    int filter;
} packings[] = {
    {"", 0, ARCHIVE_FILTER_NONE},
    {".gz", 0, ARCHIVE_FILTER_GZIP},
    {".zst", 0, ARCHIVE_FILTER_ZSTD},
    {".xz", 0, ARCHIVE_FILTER_XZ},
    {".bz2", 0, ARCHIVE_FILTER_BZIP2},
    {"collection/all.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE},
    {"collection/all.tar.gz", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_GZIP},
    {"collection/all.tar.zst", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_ZSTD},
    {"collection/all.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
};

#define N_PACKINGS (sizeof packings / sizeof packings[0])

static void write_collection(const struct fixture *f, const struct format *format,
                             const struct packing *packing, struct article *articles)
{
    struct files *const files = calloc(1, sizeof *files);
    cr_assert_not_null(files);
    for (size_t i = 0; i < ARTICLES; i++) {
        format->write(&files->bytes[files->n], &articles[i]);
        if (!format->one_a_file && i + 1 < ARTICLES)
            continue;
        (void)snprintf(files->names[files->n++], sizeof files->names[0], "%.15s.%.8s",
                       articles[i].id, format->extension);
    }
    if (packing->format == 0)
        store_files(f, files, packing->filter, packing->name);
    else
        store_archive(f, files, packing->format, packing->filter, packing->name);
    for (size_t i = 0; i < files->n; i++)
        buf_release(&files->bytes[i]);
    free(files);
}

/* ---- comparison ---- */

/* What the index holds, and how it answers. */
static void describe(const struct fixture *f, const char *passages, struct buf *out)
{
    char source[128];
    char index[128];
    struct program p = PROGRAM_INIT;
    (void)snprintf(source, sizeof source, "%s/collection", f->folder);
    (void)snprintf(index, sizeof index, "%s/index", f->folder);
    program_run(&p, "indexer", "build", "-q", "--strict", "--id", "stem", "--passages", passages,
                index, source, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    static const char *const dumps[] = {"passages", "terms",
                                        "forms"}; /* ids, places, lengths; words */
    for (size_t i = 0; i < 3; i++) {
        program_run(&p, "indexer", "dump", index, dumps[i], NULL);
        cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
        buf_append_span(out, buf_span(&p.out));
    }
    program_run(&p, "searcher", "batch", "--format", "json", "-k", "20", index,
                "docs/sample/queries.tsv", NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    buf_append_span(out, buf_span(&p.out));
    program_release(&p);
}

static void expect_equal_indexes(bool flat, const char *passages, size_t n_packings)
{
    struct article articles[ARTICLES];
    struct buf first = BUF_INIT;
    struct buf other = BUF_INIT;
    read_articles(articles, flat);
    for (size_t i = 0; i < N_FORMATS * n_packings; i++) {
        const struct format *const format = &formats[i % N_FORMATS];
        const struct packing *const packing = &packings[i / N_FORMATS];
        struct fixture f;
        if (format->flat_only && !flat)
            continue;
        fixture_open(&f);
        fixture_folder(&f, "collection");
        write_collection(&f, format, packing, articles);
        buf_clear(&other);
        describe(&f, passages, i == 0 ? &first : &other);
        cr_expect(i == 0 || span_equal(buf_span(&first), buf_span(&other)),
                  "%s, '%s', %s: not what the text files give", format->extension, packing->name,
                  passages);
        fixture_close(&f);
    }
    cr_expect_geq(first.len, 100000);
    release_articles(articles);
    buf_release(&first);
    buf_release(&other);
}

Test(formats, articles_in_every_format_and_packing_give_one_index, .timeout = 300)
{
    expect_equal_indexes(true, "paragraphs", N_PACKINGS);
}

Test(formats, whole_articles_give_one_index, .timeout = 300)
{
    expect_equal_indexes(true, "whole", 1);
}

Test(formats, articles_with_paragraphs_give_one_index, .timeout = 300)
{
    expect_equal_indexes(false, "paragraphs", 1);
}
