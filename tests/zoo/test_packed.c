/* SPDX-License-Identifier: Apache-2.0 */
/* test_packed: bombs, cut and damaged archives, archives whose names lead elsewhere, and programs
 * that are to read a file and do otherwise. */
#include <stdio.h>

#include "tests/corpus/archive_fixture.h"
#include "tests/support/must.h"
#include "tests/zoo/cage.h"
#include "tests/zoo/pack.h"

#define MEGABYTE  ((size_t)1 << 20)
#define TEXT_FILE "a title\n\nand a line of text behind it\n"

static void put_buf(const struct cage *c, const char *name, struct buf *bytes)
{
    must(buf_status(bytes) == STATUS_OK);
    cage_put(c, name, buf_span(bytes));
    buf_release(bytes);
}

static void fill(struct buf *out, size_t bytes)
{
    uint8_t *const to = buf_reserve(out, bytes);
    must(to != NULL);
    memset(to, 'x', bytes);
    out->len += bytes;
}

/* ---- bombs ---- */

static void gz_bomb(struct cage *c)
{
    struct buf text = BUF_INIT;
    struct buf gz = BUF_INIT;
    fill(&text, 256 * MEGABYTE);
    gzip_append(&gz, buf_span(&text));
    buf_release(&text);
    put_buf(c, "a.txt.gz", &gz);
}

/* Four gigabytes in members of 16 megabytes. */
static void gz_of_members(struct cage *c)
{
    struct buf text = BUF_INIT;
    struct buf member = BUF_INIT;
    struct buf gz = BUF_INIT;
    fill(&text, 16 * MEGABYTE);
    gzip_append(&member, buf_span(&text));
    for (int i = 0; i < 256; i++)
        buf_append_span(&gz, buf_span(&member));
    buf_release(&text);
    buf_release(&member);
    put_buf(c, "a.txt.gz", &gz);
}

/* 42.zip's idea: what unpacks a thousand to one, packed again, and again. */
static void gz_in_gz(struct cage *c)
{
    struct buf inner = BUF_INIT;
    fill(&inner, 64 * MEGABYTE);
    for (int i = 0; i < 3; i++) {
        struct buf outer = BUF_INIT;
        gzip_append(&outer, buf_span(&inner));
        buf_release(&inner);
        inner = outer;
    }
    put_buf(c, "a.txt.gz", &inner);
}

static void fifty_deep(struct cage *c)
{
    struct buf inner = BUF_INIT;
    buf_append_string(&inner, TEXT_FILE);
    for (int i = 0; i < 50; i++) {
        struct buf outer = BUF_INIT;
        gzip_append(&outer, buf_span(&inner));
        buf_release(&inner);
        inner = outer;
    }
    put_buf(c, "a.txt.gz", &inner);
}

/* 200 megabytes of one letter in each of the better packings. */
static void other_bombs(struct cage *c)
{
    struct buf text = BUF_INIT;
    fill(&text, 200 * MEGABYTE);
    for (size_t i = 2; i < N_COMPRESSIONS; i++) {
        char name[32];
        struct buf packed = BUF_INIT;
        compress_bytes(&packed, compressions[i].filter, text.data, text.len);
        (void)snprintf(name, sizeof name, "a%zu.txt%s", i, compressions[i].extension);
        put_buf(c, name, &packed);
    }
    buf_release(&text);
}

static void put_zip(const struct cage *c, const char *name, struct zip *zip)
{
    zip_end(zip);
    cage_put(c, name, buf_span(&zip->out));
    zip_release(zip);
}

static void zip_bomb(struct cage *c)
{
    struct buf text = BUF_INIT;
    struct buf room = BUF_INIT;
    struct zip zip = ZIP_INIT;
    fill(&text, 256 * MEGABYTE);
    const struct zip_data data = zip_deflated(buf_span(&text), &room);
    (void)zip_add(&zip, "a.txt", &data);
    put_zip(c, "a.zip", &zip);
    buf_release(&text);
    buf_release(&room);
}

/* Thirty thousand names of the same 16 megabytes. */
static void overlapping(struct cage *c)
{
    struct buf text = BUF_INIT;
    struct buf room = BUF_INIT;
    struct zip zip = ZIP_INIT;
    fill(&text, 16 * MEGABYTE);
    const struct zip_data data = zip_deflated(buf_span(&text), &room);
    const uint32_t offset = zip_add(&zip, "a.txt", &data);
    for (int i = 0; i < 30000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%d.txt", i);
        zip_list(&zip, name, &data, offset);
    }
    put_zip(c, "a.zip", &zip);
    buf_release(&text);
    buf_release(&room);
}

static void many_members(struct cage *c)
{
    struct buf tar = BUF_INIT;
    for (int i = 0; i < 60000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%d.txt", i);
        tar_add(&tar, name, '0', span_of("tiny", 4), NULL);
    }
    tar_end(&tar);
    put_buf(c, "a.tar", &tar);
}

static const struct animal bombs[] = {
    {.name = "a gzip bomb", .make = gz_bomb, .kind = "bad", .reason = "times its size"},
    {.name = "a gzip bomb of members",
     .make = gz_of_members,
     .kind = "bad",
     .reason = "times its size"},
    {.name = "a gzip bomb in gzip in gzip",
     .make = gz_in_gz,
     .kind = "bad",
     .reason = "times its size"},
    {.name = "gzip in gzip, fifty deep",
     .make = fifty_deep,
     .kind = "bad",
     .reason = "compressed more than"},
    {.name = "bombs of every packing",
     .make = other_bombs,
     .kind = "bad",
     .reason = "times its size",
     .lines = 5,
     .documents = ANY_DOCUMENTS},
    {.name = "a zip bomb", .make = zip_bomb, .kind = "bad", .reason = "times its size"},
    {.name = "a zip whose members overlap",
     .make = overlapping,
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "a bomb, looked at alone",
     .make = gz_bomb,
     .options = {"--dry-run"},
     .looks = true,
     .kind = "bad",
     .reason = "times its size",
     .documents = ANY_DOCUMENTS},
    {.name = "an archive of 60,000 members", .make = many_members, .documents = 60000},
};

Test(zoo, bombs, .timeout = 600)
{
    cage_show(bombs, sizeof bombs / sizeof bombs[0]);
}

/* ---- damage ---- */

/* The file cut at a quarter, half, three quarters, and one byte before its end. */
static void put_cut(const struct cage *c, const char *extension, struct span whole)
{
    const size_t cuts[] = {whole.len / 4, whole.len / 2, whole.len * 3 / 4, whole.len - 1};
    for (size_t i = 0; i < 4; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%zu%s", i, extension);
        cage_put(c, name, span_of(whole.data, cuts[i]));
    }
}

static void put_noise(struct buf *out, size_t lines)
{
    unsigned state = 1;
    for (size_t i = 0; i < lines; i++) {
        state = state * 1103515245u + 12345u;
        buf_printf(out, "line %zu of the text says %u\n", i, state);
    }
    must(buf_status(out) == STATUS_OK);
}

static void cut_streams(struct cage *c)
{
    struct buf text = BUF_INIT;
    put_noise(&text, 2000);
    for (size_t i = 1; i < N_COMPRESSIONS; i++) {
        char extension[32];
        struct buf packed = BUF_INIT;
        if (compressions[i].filter == ARCHIVE_FILTER_COMPRESS)
            continue; /* has no end of its own: a cut one is a shorter one */
        compress_bytes(&packed, compressions[i].filter, text.data, text.len);
        (void)snprintf(extension, sizeof extension, ".txt%s", compressions[i].extension);
        put_cut(c, extension, buf_span(&packed));
        buf_release(&packed);
    }
    buf_release(&text);
}

/* A byte in the middle of each flipped. */
static void flipped_streams(struct cage *c)
{
    struct buf text = BUF_INIT;
    put_noise(&text, 2000);
    for (size_t i = 1; i < N_COMPRESSIONS; i++) {
        char name[32];
        struct buf packed = BUF_INIT;
        if (compressions[i].filter == ARCHIVE_FILTER_COMPRESS)
            continue; /* has no checksum */
        compress_bytes(&packed, compressions[i].filter, text.data, text.len);
        packed.data[packed.len / 2] ^= 0x55;
        (void)snprintf(name, sizeof name, "a.txt%s", compressions[i].extension);
        put_buf(c, name, &packed);
    }
    buf_release(&text);
}

static void cut_tar(struct cage *c)
{
    struct buf tar = BUF_INIT;
    struct buf text = BUF_INIT;
    put_noise(&text, 100);
    for (int i = 0; i < 8; i++)
        tar_add(&tar, "a.txt", '0', buf_span(&text), NULL);
    put_cut(c, ".tar", buf_span(&tar)); /* not even the last has the end that tar_end writes */
    buf_release(&text);
    buf_release(&tar);
}

static void cut_zip(struct cage *c)
{
    struct zip zip = ZIP_INIT;
    struct buf text = BUF_INIT;
    struct buf room = BUF_INIT;
    put_noise(&text, 1000);
    const struct zip_data data = zip_deflated(buf_span(&text), &room);
    (void)zip_add(&zip, "a.txt", &data);
    (void)zip_add(&zip, "b.txt", &data);
    zip_end(&zip);
    put_cut(c, ".zip", buf_span(&zip.out));
    zip_release(&zip);
    buf_release(&text);
    buf_release(&room);
}

static void lying_zip(struct cage *c)
{
    struct zip zip = ZIP_INIT;
    struct zip_data data = zip_stored(span_of_string(TEXT_FILE));
    data.size = 0xfffffff0u;
    (void)zip_add(&zip, "size.txt", &data);
    data = zip_stored(span_of_string(TEXT_FILE));
    data.crc ^= 1;
    (void)zip_add(&zip, "crc.txt", &data);
    data = zip_stored(span_of_string(TEXT_FILE));
    data.method = 99;
    (void)zip_add(&zip, "method.txt", &data);
    data.method = 8;
    (void)zip_add(&zip, "not-deflated.txt", &data);
    zip_list(&zip, "nowhere.txt", &data, 0x7fffffff);
    put_zip(c, "a.zip", &zip);
}

static void encrypted_zip(struct cage *c)
{
    struct zip zip = ZIP_INIT;
    struct zip_data data = zip_stored(span_of_string(TEXT_FILE));
    data.flags = 1;
    (void)zip_add(&zip, "a.txt", &data);
    put_zip(c, "a.zip", &zip);
}

static void lying_tar(struct cage *c)
{
    struct buf tar = BUF_INIT;
    tar_add(&tar, "good.txt", '0', span_of_string(TEXT_FILE), NULL);
    tar_header(&tar, "large.txt", '0', UINT64_C(8) << 30, NULL);
    buf_append_string(&tar, "little of it");
    buf_put_zeros(&tar, 500);
    tar_end(&tar);
    put_buf(c, "a.tar", &tar);
}

static void tar_of_bad_sum(struct cage *c)
{
    struct buf tar = BUF_INIT;
    tar_add(&tar, "a.txt", '0', span_of_string(TEXT_FILE), NULL);
    const size_t second = tar.len;
    tar_add(&tar, "b.txt", '0', span_of_string(TEXT_FILE), NULL);
    tar_end(&tar);
    tar.data[second + 1] ^= 0xff;
    put_buf(c, "a.tar", &tar);
}

static void tails(struct cage *c)
{
    struct buf gz = BUF_INIT;
    gzip_append(&gz, span_of_string(TEXT_FILE));
    buf_append_string(&gz, "and something that is no gzip");
    put_buf(c, "a.txt.gz", &gz);
}

static const struct animal damage[] = {
    {.name = "compressed files, cut",
     .make = cut_streams,
     .documents = ANY_DOCUMENTS,
     .kind = "bad",
     .lines = 6 * 4 - 4},
    {.name = "compressed files, a byte flipped",
     .make = flipped_streams,
     .documents = ANY_DOCUMENTS,
     .kind = "bad",
     .lines = 6},
    {.name = "tar, cut", .make = cut_tar, .documents = ANY_DOCUMENTS, .kind = "bad", .lines = 4},
    {.name = "zip, cut", .make = cut_zip, .documents = ANY_DOCUMENTS, .kind = "bad", .lines = 3},
    {.name = "a zip of lies", .make = lying_zip, .documents = ANY_DOCUMENTS, .kind = "bad"},
    {.name = "an encrypted zip", .make = encrypted_zip, .kind = "bad"},
    {.name = "a tar of lies", .make = lying_tar, .documents = ANY_DOCUMENTS, .kind = "bad"},
    {.name = "a tar with a bad sum", .make = tar_of_bad_sum, .documents = 1, .kind = "bad"},
    {.name = "something behind gzip",
     .make = tails,
     .documents = ANY_DOCUMENTS,
     .kind = "bad",
     .reason = "behind the gzip data"},
    {.name = "the magic of every packing alone",
     .file = "a.gz",
     .bytes = BYTES("\x1f\x8b\x08"),
     .kind = "bad"},
    {.name = "the magic of xz alone",
     .file = "a.xz",
     .bytes = BYTES("\xfd"
                    "7zXZ\0"),
     .kind = "bad"},
    {.name = "the magic of zstd alone",
     .file = "a.zst",
     .bytes = BYTES("\x28\xb5\x2f\xfd"),
     .kind = "bad"},
    {.name = "the magic of zip alone", .file = "a.zip", .bytes = BYTES("PK\3\4"), .kind = "bad"},
    {.name = "xz that wants 4 GB",
     .file = "a.lzma",
     .bytes = BYTES("\x5d\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x34\x19\x49\xee"),
     .documents = 0,
     .kind = "?"},
};

Test(zoo, damage, .timeout = 600)
{
    cage_show(damage, sizeof damage / sizeof damage[0]);
}

/* ---- names ---- */

static const char *const paths[] = {"../../up.txt",
                                    "/tmp/qiao-zoo-escaped",
                                    "a/../../../b.txt",
                                    "//tmp//qiao-zoo-escaped",
                                    "./here.txt",
                                    "new\nline.txt",
                                    "esc\x1b[31m.txt",
                                    "\xff\xfe.txt",
                                    "C:\\windows\\x.txt",
                                    "..",
                                    "a.txt/",
                                    "|sh.txt",
                                    "name.txt"};

#define N_PATHS (sizeof paths / sizeof paths[0])

static void traversing_tar(struct cage *c)
{
    struct buf tar = BUF_INIT;
    for (size_t i = 0; i < N_PATHS; i++)
        tar_add(&tar, paths[i], '0', span_of_string(TEXT_FILE), NULL);
    tar_end(&tar);
    put_buf(c, "a.tar", &tar);
}

static void traversing_zip(struct cage *c)
{
    struct zip zip = ZIP_INIT;
    const struct zip_data data = zip_stored(span_of_string(TEXT_FILE));
    for (size_t i = 0; i < N_PATHS; i++)
        (void)zip_add(&zip, paths[i], &data);
    put_zip(c, "a.zip", &zip);
}

static void tar_of_everything(struct cage *c)
{
    static const char types[] = {'1', '2', '3', '4', '5', '6', '7', 'D', 'V', 'z'};
    struct buf tar = BUF_INIT;
    tar_add(&tar, "a.txt", '0', span_of_string(TEXT_FILE), NULL);
    for (size_t i = 0; i < sizeof types; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "type-%c.txt", types[i]);
        tar_add(&tar, name, types[i], span_of(NULL, 0), "/etc/passwd");
    }
    tar_add(&tar, "a.txt", '2', span_of(NULL, 0), "/tmp");
    tar_add(&tar, "a.txt/qiao-zoo-escaped", '0', span_of_string(TEXT_FILE), NULL);
    tar_end(&tar);
    put_buf(c, "a.tar", &tar);
}

static void same_names(struct cage *c)
{
    struct buf tar = BUF_INIT;
    for (int i = 0; i < 3; i++)
        tar_add(&tar, "a.txt", '0', span_of_string(TEXT_FILE), NULL);
    tar_end(&tar);
    put_buf(c, "a.tar", &tar);
}

static void tar_in_tar(struct cage *c)
{
    struct buf inner = BUF_INIT;
    struct buf outer = BUF_INIT;
    tar_add(&inner, "a.txt", '0', span_of_string(TEXT_FILE), NULL);
    tar_end(&inner);
    tar_add(&outer, "inner.tar", '0', buf_span(&inner), NULL);
    tar_add(&outer, "b.txt", '0', span_of_string(TEXT_FILE), NULL);
    tar_end(&outer);
    buf_release(&inner);
    put_buf(c, "a.tar", &outer);
}

static void long_member(struct cage *c)
{
    struct zip zip = ZIP_INIT;
    struct buf name = BUF_INIT;
    const struct zip_data data = zip_stored(span_of_string(TEXT_FILE));
    cage_repeat(&name, "folder/", 9000);
    buf_append_string(&name, "a.txt");
    (void)zip_add(&zip, buf_string(&name), &data);
    (void)zip_add(&zip, "b.txt", &data);
    buf_release(&name);
    put_zip(c, "a.zip", &zip);
}

static void empty_archives(struct cage *c)
{
    struct zip zip = ZIP_INIT;
    struct buf tar = BUF_INIT;
    put_zip(c, "a.zip", &zip);
    tar_end(&tar);
    put_buf(c, "b.tar", &tar);
    cage_put(c, "c.tar", span_of("", 0));
    struct buf gz = BUF_INIT;
    gzip_append(&gz, span_of("", 0));
    put_buf(c, "d.txt.gz", &gz);
}

static const struct animal names[] = {
    {.name = "a tar that climbs", .make = traversing_tar, .documents = ANY_DOCUMENTS, .kind = "?"},
    {.name = "a zip that climbs", .make = traversing_zip, .documents = ANY_DOCUMENTS, .kind = "?"},
    {.name = "a tar of links and devices",
     .make = tar_of_everything,
     .documents = ANY_DOCUMENTS,
     .kind = "special"},
    {.name = "a tar of one name",
     .make = same_names,
     .documents = 1,
     .kind = "duplicate",
     .lines = 2},
    {.name = "a tar in a tar",
     .make = tar_in_tar,
     .documents = 1,
     .kind = "bad",
     .reason = "inside an archive"},
    {.name = "a name of 63,000 bytes", .make = long_member, .documents = 1, .kind = "bad"},
    {.name = "archives of nothing", .make = empty_archives, .kind = "?"},
};

Test(zoo, names, .timeout = 600)
{
    cage_show(names, sizeof names / sizeof names[0]);
}

/* ---- programs ---- */

static void two_files(struct cage *c)
{
    cage_put(c, "a.ext", span_of_string(TEXT_FILE));
    cage_put(c, "b.txt", span_of_string(TEXT_FILE));
}

#define FILTER(command)                                                                            \
    .make = two_files, .options = {"--filter", "ext=" command, "--filter-timeout", "1"}

static const struct animal filters[] = {
    {.name = "a filter that works", FILTER("cat"), .documents = 2},
    {.name = "a filter that is not there",
     FILTER("/no/such/program"),
     .documents = 1,
     .kind = "bad"},
    {.name = "a filter that fails",
     FILTER("sh -c 'echo half; echo sorry >&2; exit 3'"),
     .documents = 1,
     .kind = "bad",
     .reason = "sorry"},
    {.name = "a filter that is killed",
     FILTER("sh -c 'kill -9 $$'"),
     .documents = 1,
     .kind = "bad"},
    {.name = "a filter that hangs", FILTER("sleep 1000"), .documents = 1, .kind = "bad"},
    {.name = "a filter that closes its output and hangs",
     FILTER("sh -c 'exec >&-; sleep 1000'"),
     .documents = 1,
     .kind = "bad"},
    {.name = "a filter that leaves a child behind",
     FILTER("sh -c 'sleep 1000 & echo done'"),
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "a filter that will not be stopped",
     FILTER("sh -c 'trap \"\" TERM INT HUP; sleep 1000'"),
     .documents = 1,
     .kind = "bad"},
    {.name = "a filter that floods", FILTER("yes"), .documents = 1, .kind = "bad", .memory = 1000},
    {.name = "a filter that floods stderr",
     FILTER("sh -c 'yes >&2'"),
     .documents = 1,
     .kind = "bad"},
    {.name = "a filter that reads nothing", FILTER("echo other text"), .documents = 2},
    {.name = "a filter that writes nothing",
     FILTER("true"),
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "a filter that writes bad bytes",
     FILTER("printf 'x \\377\\300\\200 \\033[2J y'"),
     .documents = 2,
     .kind = "?"},
    {.name = "a filter that says bad things",
     FILTER("sh -c 'printf \"\\033[2J\\377\\n\" >&2; exit 1'"),
     .documents = 1,
     .kind = "bad"},
};

Test(zoo, filters, .timeout = 600)
{
    cage_show(filters, sizeof filters / sizeof filters[0]);
}
