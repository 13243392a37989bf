/* SPDX-License-Identifier: Apache-2.0 */
/* Archives: members become files; nothing in one is followed, created, or believed. */
#include <locale.h>
#include <zlib.h>

#include "tests/corpus/archive_fixture.h"
#include "tests/support/seed.h"

static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED,
                              ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FORMAT_ZIP};

#define N_FORMATS (sizeof formats / sizeof formats[0])

static const struct member plain_members[] = {
    {.name = "b.txt", .content = "text of b"},
    {.name = "folder", .type = AE_IFDIR},
    {.name = "folder/c.jsonl",
     .content = "{\"id\":\"1\",\"text\":\"x\"}\n{\"id\":\"2\",\"text\":\"y\"}\n"},
    {.name = "a.md", .content = "# Title\n\ntext of a"},
    {.name = NULL}};

static void write_archive(const struct fixture *f, const char *name, int format, int filter,
                          const struct member *members)
{
    struct buf bytes = BUF_INIT;
    make_archive(&bytes, format, filter, NULL, members);
    fixture_write(f, name, bytes.data, bytes.len);
    buf_release(&bytes);
}

/* Writes the file anew; written over, ext4 would wait for the disk each time. */
static void rewrite(const struct fixture *f, const char *name, const void *bytes, size_t len)
{
    (void)unlink(fixture_path(f, name));
    fixture_write(f, name, bytes, len);
}

/* The ids of the last reading, each followed by '|'. */
static void expect_ids(const struct fixture *f, const char *expected, const char *what)
{
    struct buf ids = BUF_INIT;
    for (size_t i = 0; i < f->count && i < FIXTURE_DOCUMENTS; i++)
        buf_printf(&ids, "%s|", f->documents[i].id);
    cr_expect_str_eq(buf_string(&ids), expected, "%s: '%s', not '%s'\n%s", what, buf_string(&ids),
                     expected, f->messages);
    buf_release(&ids);
}

static uint64_t count(const struct fixture *f, enum report_kind kind)
{
    return report_count(f->report, kind);
}

/* Reads the source through a pipe, where nothing can be sought. */
static void read_pipe(struct fixture *f, const struct corpus_options *options, const void *bytes,
                      size_t len)
{
    static const char *const sources[] = {"-"};
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    const pid_t writer = fork();
    if (writer == 0) {
        for (size_t at = 0; at < len;) {
            const ssize_t n = write(ends[1], (const char *)bytes + at, len - at);
            if (n <= 0)
                break;
            at += (size_t)n;
        }
        _exit(0);
    }
    (void)close(ends[1]);
    const int kept = dup(STDIN_FILENO);
    cr_assert_geq(dup2(ends[0], STDIN_FILENO), 0);
    (void)close(ends[0]);
    fixture_clear(f);
    cr_assert_eq(report_new(NULL, &f->report), STATUS_OK);
    const int caught = fixture_catch_stderr();
    f->status = corpus_read(options, sources, 1, f->report, fixture_sink, f);
    fixture_release_stderr(f, caught);
    (void)dup2(kept, STDIN_FILENO);
    (void)close(kept);
}

/* Every format in every compression, as a file and through a pipe: the archive's own order. */
Test(archive, formats_and_compressions, .timeout = 60)
{
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    for (size_t i = 0; i < N_FORMATS; i++) {
        for (size_t c = 0; c < N_COMPRESSIONS; c++) {
            struct buf bytes = BUF_INIT;
            char name[32];
            (void)snprintf(name, sizeof name, "x%s", compressions[c].extension);
            make_archive(&bytes, formats[i], compressions[c].filter, NULL, plain_members);
            fixture_write(&f, name, bytes.data, bytes.len);
            fixture_read(&f, &options, name);
            expect_ids(&f, "b.txt|1|2|a.md|", name);
            cr_expect_str_eq(f.messages, "");
            cr_expect_str_eq(f.documents[0].text, "text of b");
            cr_expect_str_eq(f.documents[3].title, "Title");
            read_pipe(&f, &options, bytes.data, bytes.len);
            expect_ids(&f, "b.txt|1|2|a.md|", "pipe");
            cr_expect_str_eq(f.messages, "");
            buf_release(&bytes);
        }
    }
    fixture_close(&f);
}

Test(archive, ids_and_paths)
{
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    char expected[512];
    fixture_open(&f);
    fixture_folder(&f, "sub");
    write_archive(&f, "sub/x.tar.gz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, plain_members);
    fixture_read(&f, &options, "");
    (void)snprintf(expected, sizeof expected, "%s/sub/x.tar.gz/b.txt|1|2|%s/sub/x.tar.gz/a.md|",
                   f.folder, f.folder);
    expect_ids(&f, expected, "path");
    (void)snprintf(expected, sizeof expected, "%s/sub/x.tar.gz/folder/c.jsonl", f.folder);
    cr_expect_str_eq(f.documents[1].source, expected);
    cr_expect_eq(f.documents[2].line, 2);
    options.ids = IDS_RELATIVE;
    fixture_read(&f, &options, "");
    expect_ids(&f, "sub/x.tar.gz/b.txt|1|2|sub/x.tar.gz/a.md|", "relative");
    fixture_read(&f, &options, "sub/x.tar.gz");
    expect_ids(&f, "b.txt|1|2|a.md|", "relative to the archive");
    options.ids = IDS_STEM;
    fixture_read(&f, &options, "");
    expect_ids(&f, "b|1|2|a|", "stem");
    fixture_close(&f);
}

/* Absolute names and `..` are names. Nothing is made in the folder or above it. */
Test(archive, names_are_only_names)
{
    static const struct member members[] = {{.name = "/absolute.txt", .content = "1"},
                                            {.name = "../up.txt", .content = "2"},
                                            {.name = "a/../../up2.txt", .content = "3"},
                                            {.name = "./here.txt", .content = "4"},
                                            {.name = ".//./twice.txt", .content = "5"},
                                            {.name = "new\nline\x1b.txt", .content = "6"},
                                            {.name = ".hidden/x.txt", .content = "7"},
                                            {.name = "a/.git/x.txt", .content = "8"},
                                            {.name = "a/..txt", .content = "9"},
                                            {.name = "dots...txt", .content = "10"},
                                            {.name = NULL}};
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    for (size_t i = 0; i < N_FORMATS; i++) {
        write_archive(&f, "x", formats[i], ARCHIVE_FILTER_NONE, members);
        options.hidden = false;
        fixture_read(&f, &options, "x");
        expect_ids(&f,
                   "absolute.txt|../up.txt|a/../../up2.txt|here.txt|twice.txt|"
                   "new\xef\xbf\xbdline\xef\xbf\xbd.txt|dots...txt|",
                   "names");
        cr_expect_eq(count(&f, REPORT_HIDDEN), 3);
        cr_expect_eq(count(&f, REPORT_BAD), 0);
        options.hidden = true;
        fixture_read(&f, &options, "x");
        cr_expect_eq(f.count, 10);
        cr_expect_eq(count(&f, REPORT_HIDDEN), 0);
        cr_expect_eq(unlink(fixture_path(&f, "x")), 0);
        cr_expect_eq(rmdir(f.folder), 0, "something was made in the folder");
        cr_assert_eq(mkdir(f.folder, 0755), 0);
        cr_expect_neq(access("up.txt", F_OK), 0);
        cr_expect_neq(access("../up.txt", F_OK), 0);
        cr_expect_neq(access("/absolute.txt", F_OK), 0);
    }
    fixture_close(&f);
}

Test(archive, what_is_no_file)
{
    static const struct member members[] = {
        {.name = "a.txt", .content = "a"},
        {.name = "link.txt", .type = AE_IFLNK, .link = "/etc/passwd"},
        {.name = "hard.txt", .link = "a.txt", .hard = true},
        {.name = "pipe", .type = AE_IFIFO},
        {.name = "device", .type = AE_IFCHR},
        {.name = "disk", .type = AE_IFBLK},
        {.name = "b.txt", .content = "b"},
        {.name = NULL}};
    static const struct member zipped[] = {
        {.name = "a.txt", .content = "a"},
        {.name = "link.txt", .type = AE_IFLNK, .link = "/etc/passwd"},
        {.name = "b.txt", .content = "b"},
        {.name = NULL}};
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    for (size_t i = 0; i < N_FORMATS; i++) {
        const bool zip = formats[i] == ARCHIVE_FORMAT_ZIP;
        write_archive(&f, "x", formats[i], ARCHIVE_FILTER_NONE, zip ? zipped : members);
        fixture_read(&f, &options, "x");
        expect_ids(&f, "a.txt|b.txt|", "files");
        cr_expect_eq(count(&f, REPORT_LINK), zip ? 1 : 2);
        cr_expect_eq(count(&f, REPORT_SPECIAL), zip ? 0 : 3);
        cr_expect_eq(report_refused(f.report), 0);
    }
    fixture_close(&f);
}

/* Members that are compressed are unpacked; those that are archives, not; those that programs keep
 * as zip are counted as what they are, inside and outside of an archive. */
Test(archive, members_of_all_kinds)
{
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    struct buf packed[4] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
    fixture_open(&f);
    options.ids = IDS_STEM;
    compress_bytes(&packed[0], ARCHIVE_FILTER_GZIP, TEXT("one"));
    compress_bytes(&packed[1], ARCHIVE_FILTER_ZSTD, TEXT("7\ttwo\n"));
    make_archive(&packed[2], ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, NULL, plain_members);
    make_archive(&packed[3], ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_BZIP2, NULL, plain_members);
    const struct member members[] = {
        {.name = "one.txt.gz", .content = (const char *)packed[0].data, .len = packed[0].len},
        {.name = "two.tsv.zst", .content = (const char *)packed[1].data, .len = packed[1].len},
        {.name = "a.zip", .content = (const char *)packed[2].data, .len = packed[2].len},
        {.name = "a.tar.bz2", .content = (const char *)packed[3].data, .len = packed[3].len},
        {.name = "a.docx", .content = (const char *)packed[2].data, .len = packed[2].len},
        {.name = "a.pdf", .content = "%PDF-1.4"},
        {.name = "empty.txt", .content = ""},
        {.name = "last.txt", .content = "last"},
        {.name = NULL}};
    for (size_t i = 0; i < N_FORMATS; i++) {
        write_archive(&f, "x", formats[i], ARCHIVE_FILTER_NONE, members);
        fixture_read(&f, &options, "x");
        expect_ids(&f, "one|7|empty|last|", "members");
        cr_expect_eq(count(&f, REPORT_BAD), 2);
        cr_expect_not_null(strstr(f.messages, "x/a.zip: an archive inside an archive, not opened"));
        cr_expect_not_null(strstr(f.messages, "x/a.tar.bz2: an archive inside"));
        cr_expect_eq(count(&f, REPORT_BINARY), 2);
    }
    fixture_write(&f, "a.docx", packed[2].data, packed[2].len);
    fixture_read(&f, &options, "a.docx");
    cr_expect_eq(f.count, 0);
    cr_expect_eq(count(&f, REPORT_BINARY), 1);
    for (size_t i = 0; i < 4; i++)
        buf_release(&packed[i]);
    fixture_close(&f);
}

/* ---- names of zip, bytes of zip ---- */

struct zip_entry {
    const char *name;
    uint16_t flags;      /* 0x800: the name is UTF-8 */
    const char *content; /* stored */
    uint16_t local_of;   /* 1 + the entry whose local header this one shares; 0: its own */
};

/* A zip by hand, so that any byte can stand in it. */
static void put_zip(struct buf *out, const struct zip_entry *entries, size_t n)
{
    uint32_t at[64];
    cr_assert_leq(n, 64);
    for (size_t i = 0; i < n; i++) {
        const struct zip_entry *const e = &entries[i];
        const uint32_t len = (uint32_t)strlen(e->content);
        at[i] = e->local_of > 0 ? at[e->local_of - 1] : (uint32_t)out->len;
        if (e->local_of > 0)
            continue;
        buf_append(out, "PK\3\4\x14\0", 6);
        buf_put_le16(out, e->flags);
        buf_put_zeros(out, 6);
        buf_put_le32(out, (uint32_t)crc32(0, (const Bytef *)e->content, len));
        buf_put_le32(out, len);
        buf_put_le32(out, len);
        buf_put_le16(out, (uint16_t)strlen(e->name));
        buf_put_le16(out, 0);
        buf_append_string(out, e->name);
        buf_append(out, e->content, len);
    }
    const uint32_t directory = (uint32_t)out->len;
    for (size_t i = 0; i < n; i++) {
        const struct zip_entry *const e = &entries[i];
        const uint32_t len = (uint32_t)strlen(e->content);
        buf_append(out, "PK\1\2\x14\3\x14\0", 8);
        buf_put_le16(out, e->flags);
        buf_put_zeros(out, 6);
        buf_put_le32(out, (uint32_t)crc32(0, (const Bytef *)e->content, len));
        buf_put_le32(out, len);
        buf_put_le32(out, len);
        buf_put_le16(out, (uint16_t)strlen(e->name));
        buf_put_zeros(out, 8);
        buf_put_le32(out, 0100644u << 16);
        buf_put_le32(out, at[i]);
        buf_append_string(out, e->name);
    }
    const uint32_t end = (uint32_t)out->len;
    buf_append(out, "PK\5\6\0\0\0\0", 8);
    buf_put_le16(out, (uint16_t)n);
    buf_put_le16(out, (uint16_t)n);
    buf_put_le32(out, end - directory);
    buf_put_le32(out, directory);
    buf_put_le16(out, 0);
}

/* Under the C locale, where libarchive by itself loses names. */
Test(archive, zip_names_of_any_bytes)
{
    static const struct zip_entry entries[] = {
        {"plain.txt", 0, "1", 0},
        {"\xc3\xbc\xe6\xa1\xa5.txt", 0x800, "2", 0}, /* marked as UTF-8 */
        {"\xc3\xa9.txt", 0, "3", 0},                 /* UTF-8, not marked */
        {"\x81\x82.txt", 0, "4", 0},                 /* code page 437 */
        {"\xff\xfe.txt", 0x800, "5", 0},             /* marked, and is not */
        {"last.txt", 0x800, "6", 0},
    };
    struct fixture f;
    struct buf zip = BUF_INIT;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    put_zip(&zip, entries, sizeof entries / sizeof entries[0]);
    fixture_write(&f, "x.zip", zip.data, zip.len);
    for (int i = 0; i < 2; i++) {
        cr_assert_not_null(setlocale(LC_ALL, i == 0 ? "C" : "C.UTF-8"));
        fixture_read(&f, &options, "x.zip");
        expect_ids(&f,
                   "plain.txt|\xc3\xbc\xe6\xa1\xa5.txt|\xc3\xa9.txt|"
                   "\xef\xbf\xbd\xef\xbf\xbd.txt|member-5|last.txt|",
                   "zip");
        cr_expect_eq(count(&f, REPORT_BAD), 0);
        cr_expect_str_eq(setlocale(LC_ALL, NULL), i == 0 ? "C" : "C.UTF-8");
        read_pipe(&f, &options, zip.data, zip.len);
        cr_expect_eq(f.count, 6);
        cr_expect_str_eq(f.documents[1].id, "\xc3\xbc\xe6\xa1\xa5.txt");
    }
    buf_release(&zip);
    fixture_close(&f);
}

Test(archive, encrypted_members)
{
    static const char *const ways[] = {"zip:encryption=traditional", "zip:encryption=aes256"};
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    for (size_t i = 0; i < 2; i++) {
        struct buf zip = BUF_INIT;
        make_archive(&zip, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, ways[i], plain_members);
        fixture_write(&f, "x.zip", zip.data, zip.len);
        fixture_read(&f, &options, "x.zip");
        cr_expect_eq(f.count, 0, "%s", ways[i]);
        cr_expect_eq(count(&f, REPORT_BAD), 3, "%s", f.messages);
        cr_expect_not_null(strstr(f.messages, "x.zip/b.txt: encrypted"));
        read_pipe(&f, &options, zip.data, zip.len);
        cr_expect_eq(f.count, 0);
        cr_expect_geq(count(&f, REPORT_BAD), 1);
        buf_release(&zip);
    }
    fixture_close(&f);
}

/* ---- damage ---- */

/* The documents are a beginning of those of the whole archive. */
static void expect_beginning(const struct fixture *f, const char *what, size_t at)
{
    static const char *const ids[] = {"b.txt", "1", "2", "a.md"};
    cr_assert_eq(f->status, STATUS_OK);
    cr_assert_leq(f->count, 4);
    for (size_t i = 0; i < f->count; i++)
        cr_expect_str_eq(f->documents[i].id, ids[i], "%s at %zu", what, at);
}

/* Cut anywhere: what comes before stands, the rest is one bad record. As a file and as a stream. */
Test(archive, cut_at_every_byte, .timeout = 120)
{
    static const struct {
        int format;
        int filter;
        const char *name;
        size_t least; /* bytes by which it is known as an archive */
    } cases[] = {
        {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, "tar", 512},
        {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, "tar.gz", 20},
        {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_ZSTD, "tar.zst", 20},
        {ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, "zip", 4},
        {ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_GZIP, "zip.gz", 20},
    };
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct buf bytes = BUF_INIT;
        size_t last = 0;
        make_archive(&bytes, cases[c].format, cases[c].filter, NULL, plain_members);
        for (size_t len = cases[c].least; len <= bytes.len; len++) {
            rewrite(&f, "x", bytes.data, len);
            fixture_read(&f, &options, "x");
            expect_beginning(&f, cases[c].name, len);
            /* Of a zip's member libarchive drops the last block when it misses what is behind it. */
            cr_assert(f.count >= last || cases[c].format == ARCHIVE_FORMAT_ZIP, "%s at %zu",
                      cases[c].name, len);
            last = f.count;
            /* A tar whose marks are cut by half is whole: a block of zeros is an end. */
            const bool whole = len == bytes.len || (c == 0 && len == bytes.len - 512);
            cr_expect_eq(count(&f, REPORT_BAD), whole ? 0 : 1, "%s cut at %zu of %zu:\n%s",
                         cases[c].name, len, bytes.len, f.messages);
            cr_expect_eq(report_refused(f.report), count(&f, REPORT_BAD));
        }
        cr_expect_eq(last, 4);
        buf_release(&bytes);
    }
    fixture_close(&f);
}

/* Flipped anywhere: no crash, and the members that came before are there. */
Test(archive, flipped_at_every_byte, .timeout = 120)
{
    unsigned seed = seed_first();
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    for (size_t i = 0; i < N_FORMATS; i++) {
        struct buf bytes = BUF_INIT;
        make_archive(&bytes, formats[i], ARCHIVE_FILTER_NONE, NULL, plain_members);
        for (size_t at = 0; at < bytes.len; at++) {
            const uint8_t bit = (uint8_t)(1u << seed_below(&seed, 8));
            if (bytes.data[at] == 0 && seed_below(&seed, 16) != 0)
                continue; /* padding, nearly all of it */
            bytes.data[at] ^= bit;
            rewrite(&f, "x", bytes.data, bytes.len);
            bytes.data[at] ^= bit;
            fixture_read(&f, &options, "x");
            cr_assert_eq(f.status, STATUS_OK);
            cr_assert_leq(f.count, 5, "at %zu", at);
        }
        buf_release(&bytes);
    }
    fixture_close(&f);
}

/* Whole tars one behind the other are read to the end, as one without its end is not taken for a
 * whole one. What follows that is no tar is damage. */
Test(archive, ends_of_tar)
{
    static const struct member more[] = {{.name = "z.txt", .content = "z"}, {.name = NULL}};
    struct fixture f;
    struct buf bytes = BUF_INIT;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_RELATIVE;
    make_archive(&bytes, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, NULL, plain_members);
    make_archive(&bytes, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, NULL, more);
    fixture_write(&f, "x", bytes.data, bytes.len);
    fixture_read(&f, &options, "x");
    expect_ids(&f, "b.txt|1|2|a.md|z.txt|", "two tars");
    cr_expect_eq(count(&f, REPORT_BAD), 0);
    fixture_write(&f, "x", bytes.data, bytes.len - 1024);
    fixture_read(&f, &options, "x");
    expect_ids(&f, "b.txt|1|2|a.md|z.txt|", "no end");
    cr_expect_eq(count(&f, REPORT_BAD), 1);
    cr_expect_not_null(strstr(f.messages, "without its end"), "%s", f.messages);
    for (int i = 0; i < 1024; i++)
        buf_put_u8(&bytes, 'x');
    fixture_write(&f, "x", bytes.data, bytes.len);
    fixture_read(&f, &options, "x");
    expect_ids(&f, "b.txt|1|2|a.md|z.txt|", "rubbish behind");
    cr_expect_eq(count(&f, REPORT_BAD), 1);
    buf_release(&bytes);
    fixture_close(&f);
}

/* A member with a bad checksum is told; those behind it are read. */
Test(archive, one_bad_member)
{
    static const struct zip_entry entries[] = {{"a.txt", 0, "content of a", 0},
                                               {"b.txt", 0, "content of b", 0},
                                               {"c.txt", 0, "content of c", 0}};
    struct fixture f;
    struct buf zip = BUF_INIT;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    options.ids = IDS_STEM;
    put_zip(&zip, entries, 3);
    uint8_t *const at = memmem(zip.data, zip.len, "content of b", 12);
    cr_assert_not_null(at);
    at[0] ^= 1;
    fixture_write(&f, "x.zip", zip.data, zip.len);
    fixture_read(&f, &options, "x.zip");
    expect_ids(&f, "a|c|", "the others");
    cr_expect_eq(count(&f, REPORT_BAD), 1);
    cr_expect_not_null(strstr(f.messages, "x.zip/b.txt: damaged zip archive: ZIP bad CRC"), "%s",
                       f.messages);
    buf_release(&zip);
    fixture_close(&f);
}

/* ---- bombs ---- */

/* The bomb is one bad record, and what is not in it is read. */
static void expect_bomb(struct fixture *f, const char *what)
{
    const struct corpus_options options = {.ids = IDS_STEM, .filter_seconds = 1};
    fixture_write(f, "z.txt", TEXT("behind the bomb"));
    fixture_read(f, &options, "");
    cr_expect_eq(f->status, STATUS_OK);
    cr_expect_eq(count(f, REPORT_BAD), 1, "%s: %s", what, f->messages);
    cr_expect_not_null(strstr(f->messages, "over 200 times its size"), "%s: %s", what, f->messages);
    cr_assert_geq(f->count, 1);
    cr_expect_str_eq(f->documents[f->count - 1].id, "z", "%s", what);
}

Test(archive, bombs, .timeout = 120)
{
    struct buf zeros = BUF_INIT;
    struct fixture f;
    fixture_open(&f);
    buf_put_zeros(&zeros, 40u << 20);
    memset(zeros.data, 'a', zeros.len);
    const struct member members[] = {
        {.name = "small.txt", .content = "small"},
        {.name = "large.txt", .content = (const char *)zeros.data, .len = zeros.len},
        {.name = "never.txt", .content = "never"},
        {.name = NULL}};
    for (size_t i = 0; i < N_FORMATS; i++) {
        const bool zip = formats[i] == ARCHIVE_FORMAT_ZIP;
        write_archive(&f, "bomb", formats[i], zip ? ARCHIVE_FILTER_NONE : ARCHIVE_FILTER_XZ,
                      members);
        expect_bomb(&f, zip ? "zip" : "tar.xz");
        expect_ids(&f, "small|z|", "what stands");
    }
    struct buf inner =
        BUF_INIT; /* members that are bombs by themselves, in an archive that is none */
    compress_bytes(&inner, ARCHIVE_FILTER_ZSTD, zeros.data, zeros.len);
    const struct member packed[] = {
        {.name = "a.txt.zst", .content = (const char *)inner.data, .len = inner.len},
        {.name = NULL}};
    write_archive(&f, "bomb", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, packed);
    expect_bomb(&f, "zst in tar");
    buf_release(&inner);
    buf_release(&zeros);
    fixture_close(&f);
}

/* A tar with one member: `text_len` letters, a hole, and one more letter at the end of `size` bytes.
 * GNU's old sparse header, by hand. */
static void put_sparse_tar(struct buf *out, unsigned long text_len, unsigned long size)
{
    char block[512] = "hole.txt";
    unsigned sum = 0;
    const struct {
        size_t at;
        int digits;
        unsigned long value;
    } fields[] = {
        {100, 7, 0644}, {108, 7, 0},     {116, 7, 0},         {124, 11, text_len + 1},
        {136, 11, 0},   {386, 11, 0},    {398, 11, text_len}, {410, 11, size - 1},
        {422, 11, 1},   {483, 11, size},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        (void)snprintf(block + fields[i].at, (size_t)fields[i].digits + 1, "%0*lo",
                       fields[i].digits, fields[i].value);
    block[156] = 'S';
    memcpy(block + 257, "ustar  ", 8);
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < sizeof block; i++)
        sum += (uint8_t)block[i];
    (void)snprintf(block + 148, 8, "%06o", sum);
    buf_append(out, block, sizeof block);
    for (unsigned long i = 0; i <= text_len; i++)
        buf_put_u8(out, 'a');
    while (out->len % 512 != 0)
        buf_put_u8(out, 0);
    buf_put_zeros(out, 1024);
}

/* A hole is zeros; one of 8 GiB makes its file no text, and is not read on. */
Test(archive, sparse_members, .timeout = 10)
{
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    struct buf tar = BUF_INIT;
    fixture_open(&f);
    options.ids = IDS_STEM;
    put_sparse_tar(&tar, 600, 620);
    fixture_write(&f, "x.tar", tar.data, tar.len);
    fixture_read(&f, &options, "");
    expect_ids(&f, "hole|", "small");
    cr_expect_eq(f.documents[0].text_len, 600 + 3 * 19 + 1); /* a NUL becomes U+FFFD */
    buf_clear(&tar);
    put_sparse_tar(&tar, 600, 1ul << 33);
    fixture_write(&f, "x.tar", tar.data, tar.len);
    fixture_write(&f, "z.txt", TEXT("z"));
    fixture_read(&f, &options, "");
    expect_ids(&f, "z|", "large");
    cr_expect_eq(count(&f, REPORT_BINARY), 1);
    cr_expect_lt(report_bytes(f.report), 1u << 20);
    buf_release(&tar);
    fixture_close(&f);
}

/* Sixty names for one and the same data: they are read, but the sum of them counts. */
Test(archive, overlapping_zip_entries, .timeout = 30)
{
    enum { ENTRIES = 60, SIZE = 1 << 20 };
    struct zip_entry entries[ENTRIES];
    char names[ENTRIES][16];
    char *const content = malloc(SIZE + 1);
    struct buf zip = BUF_INIT;
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    memset(content, 'a', SIZE);
    content[SIZE] = '\0';
    for (size_t i = 0; i < ENTRIES; i++) {
        (void)snprintf(names[i], sizeof names[i], "%02zu.txt", i);
        entries[i] = (struct zip_entry){names[i], 0, content, i > 0};
    }
    put_zip(&zip, entries, ENTRIES);
    fixture_write(&f, "x.zip", zip.data, zip.len);
    fixture_read(&f, &options, "x.zip");
    cr_expect_eq(f.status, STATUS_OK);
    cr_expect_leq(f.count, ENTRIES);
    cr_expect_leq(report_bytes(f.report), (uint64_t)ENTRIES * SIZE);
    free(content);
    buf_release(&zip);
    fixture_close(&f);
}

/* A hundred thousand members without a byte, in a tar that is packed. */
Test(archive, many_members, .timeout = 60)
{
    enum { MEMBERS = 100000 };
    struct buf bytes = BUF_INIT;
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    struct archive *const a =
        archive_fixture_begin(&bytes, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, NULL);
    for (int i = 0; i < MEMBERS; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%d.txt", i);
        const struct member m = {.name = name};
        archive_fixture_add(a, &m);
    }
    cr_assert_eq(archive_write_close(a), ARCHIVE_OK);
    cr_assert_eq(archive_write_free(a), ARCHIVE_OK);
    fixture_write(&f, "x", bytes.data, bytes.len);
    fixture_read(&f, &options, "x");
    cr_expect_eq(f.status, STATUS_OK);
    cr_expect_eq(f.count, MEMBERS, "%zu\n%s", f.count, f.messages);
    cr_expect_eq(count(&f, REPORT_BAD), 0);
    buf_release(&bytes);
    fixture_close(&f);
}

/* A directory that would take too much memory: the zip is read from front to back instead, where a
 * link looks like a file. */
Test(archive, large_zip_directory, .timeout = 60)
{
    struct buf zip = BUF_INIT;
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    static const struct zip_entry entries[] = {{"a.txt", 0, "a", 0}, {"b.txt", 0, "b", 0}};
    fixture_open(&f);
    options.ids = IDS_STEM;
    put_zip(&zip, entries, 2);
    const size_t end = zip.len - 22;
    uint8_t *const end_record = zip.data + end;
    uint8_t tail[22];
    memcpy(tail, end_record, sizeof tail);
    const uint32_t directory = load_le32(tail + 16);
    const size_t row = (end - directory) / 2;
    store_le32(zip.data + directory + row + 38, 0120777u << 16); /* b.txt is a link */
    fixture_write(&f, "x.zip", zip.data, zip.len);
    fixture_read(&f, &options, "x.zip");
    expect_ids(&f, "a|", "by its directory");
    cr_expect_eq(count(&f, REPORT_LINK), 1);
    uint8_t *const copy = malloc(row);
    memcpy(copy, zip.data + directory, row);
    zip.len = end;
    while (zip.len < (40u << 20))
        buf_append(&zip, copy, row);
    store_le32(tail + 12, (uint32_t)(zip.len - directory));
    buf_append(&zip, tail, sizeof tail);
    fixture_write(&f, "x.zip", zip.data, zip.len);
    fixture_read(&f, &options, "x.zip");
    expect_ids(&f, "a|b|", "front to back");
    cr_expect_eq(count(&f, REPORT_BAD), 0, "%s", f.messages);
    free(copy);
    buf_release(&zip);
    fixture_close(&f);
}

/* Longer than every buffer on the way, with lines that cross them; two members, so that the second
 * begins where the first ended. */
Test(archive, large_members_equal_plain_files, .timeout = 60)
{
    unsigned seed = seed_first();
    struct buf lines = BUF_INIT;
    struct fixture f;
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    fixture_open(&f);
    for (int i = 0; i < 40; i++) {
        buf_printf(&lines, "%d\t", i);
        for (unsigned k = seed_below(&seed, 200000); k > 0; k--)
            buf_put_u8(&lines, (uint8_t)('a' + seed_below(&seed, 26)));
        buf_append_string(&lines, ".\n");
    }
    fixture_write(&f, "x.tsv", lines.data, lines.len);
    fixture_read(&f, &options, "x.tsv");
    cr_assert_eq(f.count, 40);
    char *texts[40];
    for (size_t i = 0; i < 40; i++)
        texts[i] = strdup(f.documents[i].text);
    const struct member members[] = {
        {.name = "y.txt", .content = "y"},
        {.name = "x.tsv", .content = (const char *)lines.data, .len = lines.len},
        {.name = "z.txt", .content = "z"},
        {.name = NULL}};
    for (size_t i = 0; i < N_FORMATS; i++) {
        for (size_t c = 0; c < 3; c++) {
            write_archive(&f, "x", formats[i], compressions[c].filter, members);
            fixture_read(&f, &options, "x");
            cr_assert_eq(f.count, 42, "%s", f.messages);
            for (size_t k = 0; k < 40; k++)
                cr_expect_str_eq(f.documents[k + 1].text, texts[k]);
        }
    }
    for (size_t i = 0; i < 40; i++)
        free(texts[i]);
    buf_release(&lines);
    fixture_close(&f);
}
