/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way from sources to documents: ids, standard input, gzip, what ends a reading. */
#include <zlib.h>

#include "common/base/file.h"
#include "common/base/utf8.h"
#include "tests/corpus/fixture.h"
#include "tests/support/seed.h"

/* Writes `bytes` packed; the last `cut` bytes are left off. */
static void write_gzip(const struct fixture *f, const char *name, const char *bytes, size_t len,
                       off_t cut)
{
    gzFile file = gzopen(fixture_path(f, name), "w");
    cr_assert_not_null(file);
    cr_assert_eq(gzwrite(file, bytes, (unsigned)len), (int)len);
    cr_assert_eq(gzclose(file), Z_OK);
    struct stat s;
    cr_assert_eq(stat(fixture_path(f, name), &s), 0);
    cr_assert_eq(truncate(fixture_path(f, name), s.st_size - cut), 0);
}

static void expect_ids(const struct fixture *f, const char *expected)
{
    struct buf ids = BUF_INIT;
    for (size_t i = 0; i < f->count; i++)
        buf_printf(&ids, "%s|", f->documents[i].id);
    cr_expect_str_eq(buf_string(&ids), expected);
    buf_release(&ids);
}

Test(corpus, ids_of_files)
{
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    char expected[256];
    fixture_open(&f);
    fixture_folder(&f, "sub");
    fixture_write(&f, "sub/b.md", TEXT("x"));
    fixture_write(&f, "a.txt", TEXT("x"));
    fixture_write(&f, "c.jsonl", TEXT("{\"id\":\"record\",\"text\":\"x\"}\n"));
    write_gzip(&f, "d.txt.gz", TEXT("x"), 0);
    fixture_read(&f, &options, "");
    cr_assert_eq(f.status, STATUS_OK);
    (void)snprintf(expected, sizeof expected, "%s/a.txt|record|%s/d.txt.gz|%s/sub/b.md|", f.folder,
                   f.folder, f.folder);
    expect_ids(&f, expected);
    cr_expect_eq(strcmp(f.documents[3].id, f.documents[3].source), 0);
    options.ids = IDS_RELATIVE;
    fixture_read(&f, &options, "");
    expect_ids(&f, "a.txt|record|d.txt.gz|sub/b.md|");
    fixture_read(&f, &options, "sub/b.md");
    expect_ids(&f, "b.md|");
    options.ids = IDS_STEM;
    fixture_read(&f, &options, "");
    expect_ids(&f, "a|record|d|b|");
    fixture_close(&f);
}

/* The tie from name and content to the right reader, packed or not. */
Test(corpus, formats)
{
    static const char json[] = "{\"id\":\"1\",\"text\":\"x\"}\n";
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    fixture_write(&f, "a.json", TEXT(json));
    fixture_write(&f, "b.txt", TEXT(json));
    fixture_write(&f, "c.txt", TEXT("1\tx\n"));
    fixture_write(&f, "d.tsv", TEXT("2\tx\n"));
    write_gzip(&f, "e.tsv.gz", TEXT("3\tx\n"), 0);
    write_gzip(&f, "f",
               TEXT("\xff\xfe"
                    "4\0\t\0x\0\n\0"),
               0);
    fixture_write(&f, "g.md", TEXT("# T\n\nx"));
    fixture_write(&f, "h.pdf", TEXT("%PDF-1.4"));
    fixture_write(&f, "i", TEXT("a\0b"));
    fixture_read(&f, &options, "");
    expect_ids(&f, "1|1|c.txt|2|3|4|g.md|");
    cr_expect_str_eq(f.documents[6].title, "T");
    cr_expect_eq(report_count(f.report, REPORT_BINARY), 2);
    options.format = CORPUS_TEXT;
    fixture_read(&f, &options, "a.json");
    expect_ids(&f, "a.json|");
    cr_expect_str_eq(f.documents[0].text, json);
    options.format = CORPUS_JSON;
    fixture_read(&f, &options, "c.txt");
    cr_expect_eq(f.count, 0);
    cr_expect_eq(report_count(f.report, REPORT_BAD), 1);
    fixture_close(&f);
}

/* Of a cut file the whole records stand, half an article does not; both are reported once. */
Test(corpus, cut_gzip)
{
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    write_gzip(&f, "a.tsv.gz", TEXT("1\tx\n2\tx\n3\tx"), 4);
    fixture_read(&f, &options, "a.tsv.gz");
    expect_ids(&f, "1|2|");
    cr_expect_eq(report_count(f.report, REPORT_BAD), 1);
    write_gzip(&f, "a.json.gz", TEXT("[{\"id\":1,\"text\":\"x\"},{\"id\":2,\"text\":\"x\"}]"), 6);
    fixture_read(&f, &options, "a.json.gz");
    cr_expect_leq(f.count, 2);
    cr_expect_eq(report_count(f.report, REPORT_BAD), 1);
    write_gzip(&f, "a.txt.gz", TEXT("an article"), 4);
    fixture_read(&f, &options, "a.txt.gz");
    cr_expect_eq(f.count, 0);
    cr_expect_eq(report_count(f.report, REPORT_BAD), 1);
    cr_expect_not_null(strstr(f.messages, "a.txt.gz: gzip data that ends early"));
    fixture_close(&f);
}

static void read_stdin(struct fixture *f, const struct corpus_options *options, const char *text)
{
    static const char *const sources[] = {"-"};
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    (void)close(ends[1]);
    const int kept = dup(STDIN_FILENO);
    cr_assert_geq(dup2(ends[0], STDIN_FILENO), 0);
    fixture_clear(f);
    cr_assert_eq(report_new(NULL, &f->report), STATUS_OK);
    f->status = corpus_read(options, sources, 1, f->report, fixture_sink, f);
    cr_expect_eq(f->status, STATUS_OK);
    (void)dup2(kept, STDIN_FILENO);
    (void)close(kept);
    (void)close(ends[0]);
}

Test(corpus, standard_input)
{
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    read_stdin(&f, &options, "some text");
    expect_ids(&f, "-|");
    cr_expect_str_eq(f.documents[0].source, "-");
    read_stdin(&f, &options, "1\tx\n2\ty\n");
    expect_ids(&f, "1|2|");
    read_stdin(&f, &options, "{\"text\":\"x\",\"id\":\"3\"}\n");
    expect_ids(&f, "3|");
    fixture_close(&f);
}

/* A failing sink ends the reading with its status, at once, whatever the format. */
Test(corpus, what_ends_a_reading)
{
    static const char *const names[] = {"a.txt", "a.md", "a.tsv", "a.jsonl", "a.json", ""};
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    fixture_write(&f, "a.txt", TEXT("x"));
    fixture_write(&f, "a.md", TEXT("x"));
    fixture_write(&f, "a.tsv", TEXT("1\tx\n2\tx\n"));
    fixture_write(&f, "a.jsonl", TEXT("{\"id\":1,\"text\":\"\"}\n{\"id\":2,\"text\":\"\"}\n"));
    fixture_write(&f, "a.json", TEXT("[{\"id\":1,\"text\":\"\"},{\"id\":2,\"text\":\"\"}]"));
    f.refuse = STATUS_LIMIT;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fixture_read(&f, &options, names[i]);
        cr_expect_eq(f.status, STATUS_LIMIT, "%s", names[i]);
        cr_expect_eq(f.count, 1);
    }
    f.refuse = STATUS_OK;
    fixture_read(&f, &options, "missing");
    cr_expect_eq(f.status, STATUS_MISSING);
    fixture_close(&f);
}

Test(corpus, dates_that_cannot_be_read)
{
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    fixture_write(&f, "a.jsonl",
                  TEXT("{\"id\":1,\"text\":\"x\",\"date\":\"2023-05-12\"}\n"
                       "{\"id\":2,\"text\":\"x\",\"date\":\"03/04/2023\"}\n"
                       "{\"id\":3,\"text\":\"x\",\"date\":\"\"}\n{\"id\":4,\"text\":\"x\"}\n"));
    fixture_read(&f, &options, "a.jsonl");
    expect_ids(&f, "1|2|3|4|");
    cr_expect_eq(report_count(f.report, REPORT_BAD_DATE), 1);
    cr_expect_eq(report_refused(f.report), 0);
    fixture_close(&f);
}

/* Bad bytes, cut titles and dates are counted in all, and recorded file by file. */
Test(corpus, sums_by_file)
{
    struct fixture f;
    struct buf errors = BUF_INIT;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    fixture_folder(&f, "in");
    fixture_write(&f, "in/a.txt", TEXT("one \xff two \xfe"));
    fixture_write(&f, "in/b.txt", TEXT("fine"));
    fixture_write(&f, "in/c.tsv", TEXT("1\t\xff\n2\tx\n3\t\xff\n"));
    const char *const source = strdup(fixture_path(&f, "in"));
    cr_assert_eq(report_new(fixture_path(&f, "errors"), &f.report), STATUS_OK);
    cr_assert_eq(corpus_read(&options, &source, 1, f.report, fixture_sink, &f), STATUS_OK);
    cr_expect_eq(report_count(f.report, REPORT_BAD_BYTES), 4);
    cr_expect_eq(report_bytes(f.report), 11 + 4 + 12);
    cr_assert_eq(report_finish(f.report), STATUS_OK);
    cr_assert_eq(file_read_all(fixture_path(&f, "errors"), &errors), STATUS_OK);
    char expected[512];
    (void)snprintf(expected, sizeof expected,
                   "{\"path\":\"%s/a.txt\",\"line\":0,\"kind\":\"bytes\",\"reason\":\"2 bad byte "
                   "sequences replaced\"}\n{\"path\":\"%s/c.tsv\",\"line\":0,\"kind\":\"bytes\","
                   "\"reason\":\"2 bad byte sequences replaced\"}\n",
                   source, source);
    cr_expect_str_eq(buf_string(&errors), expected);
    free((void *)(uintptr_t)source);
    buf_release(&errors);
    fixture_close(&f);
}

/* The whole of the way through a folder of all that is odd: what can be read is, the rest is told
 * once, and the reading goes on. */
Test(corpus, closing_line)
{
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    char *text = NULL;
    size_t len = 0;
    fixture_open(&f);
    fixture_write(&f, ".hidden", TEXT("x"));
    fixture_write(&f, "a.pdf", TEXT("%PDF-1.4"));
    fixture_write(&f, "a.txt", TEXT("x"));
    fixture_write(&f, "b.txt.gz", TEXT("\x1f\x8b\x08 cut"));
    fixture_write(&f, "c.zip", TEXT("PK\3\4 damaged"));
    cr_assert_eq(symlink("a.txt", fixture_path(&f, "link")), 0);
    cr_assert_eq(mkfifo(fixture_path(&f, "pipe"), 0600), 0);
    fixture_read(&f, &options, "");
    cr_expect_eq(f.status, STATUS_OK);
    cr_expect_eq(f.count, 1);
    FILE *const out = open_memstream(&text, &len);
    report_print(f.report, out);
    (void)fclose(out);
    cr_expect_str_eq(text, "skipped 1 pdf; 2 bad records; 1 special file; 1 link not followed; "
                           "1 hidden file or folder\n");
    free(text);
    fixture_close(&f);
}

Test(corpus, format_names)
{
    enum corpus_format format = CORPUS_TEXT;
    cr_expect(corpus_format_by_name("jsonl", &format));
    cr_expect_eq(format, CORPUS_JSON);
    cr_expect(corpus_format_by_name("auto", &format));
    cr_expect_eq(format, CORPUS_AUTO);
    cr_expect(corpus_format_by_name("tsv", &format));
    cr_expect_eq(format, CORPUS_TSV);
    cr_expect_not(corpus_format_by_name("", &format));
    cr_expect_not(corpus_format_by_name("TSV", &format));
    cr_expect_eq(format, CORPUS_TSV);
}

/* Random bytes and random damage, through every reader: no crash, and all that comes out is what
 * document.h promises. */
static enum status check_document(void *context, const struct document *d)
{
    const struct span fields[] = {d->id, d->title, d->date, d->url, d->text};
    (void)context;
    cr_assert_gt(d->id.len, 0);
    cr_assert_leq(d->id.len, LIMIT_ID_BYTES);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        cr_assert(fields[i].len == 0 || memchr(fields[i].data, 0, fields[i].len) == NULL);
        cr_assert(utf8_valid(fields[i]));
    }
    cr_assert(d->title.len == 0 || memchr(d->title.data, '\n', d->title.len) == NULL);
    return STATUS_OK;
}

Test(corpus, random_damage, .timeout = 60)
{
    static const char seed_text[] =
        "---\ntitle: \"T\"\n---\n# H\n\n[{\"id\":\"1\",\"text\":\"a\\u00e9\"},\n{\"_id\":2,"
        "\"contents\":\"b\",\"title\":\"\xc3\xa9\",\"date\":\"2023\"}]\n1\ttitle\ttext\n"
        "- *a* `b` &amp; [c](d)\n\n|a|b|\n|-|-|\n{\"id\":\"x\",\n\"text\":\"y\"}\n";
    static reader *const readers[] = {read_text, read_markdown, read_json, read_tsv};
    unsigned seed = seed_first();
    cr_log_info("seed %u", seed);
    struct unpack *u;
    struct report *report;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    cr_assert_eq(report_new(NULL, &report), STATUS_OK);
    struct reading r = {.in = u,
                        .path = span_of_string("stream"),
                        .file_id = span_of_string("\xffid\n"),
                        .report = report,
                        .sink = check_document,
                        .record_most = 300};
    struct fixture f;
    fixture_open(&f);
    const int kept = fixture_catch_stderr();
    for (int round = 0; round < 4000; round++) {
        char bytes[sizeof seed_text];
        size_t len = sizeof seed_text - 1;
        const size_t from = (size_t)rand_r(&seed) % len;
        len -= from;
        memcpy(bytes, seed_text + from, len);
        for (int damage = rand_r(&seed) % 8; damage > 0; damage--)
            bytes[(size_t)rand_r(&seed) % len] = (char)rand_r(&seed);
        const int fd = memfd_create("stream", MFD_CLOEXEC);
        cr_assert_eq(pwrite(fd, bytes, len, 0), (ssize_t)len);
        for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
            cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
            unpack_start(u, fd, len);
            cr_assert_eq(readers[i](&r), STATUS_OK);
            cr_assert_eq(unpack_peek(u, 1).len == 0 || i < 2, true, "reader %zu left bytes", i);
        }
        (void)close(fd);
    }
    fixture_release_stderr(&f, kept);
    unpack_free(u);
    reading_release(&r);
    report_free(report);
    fixture_close(&f);
}
