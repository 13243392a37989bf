/* SPDX-License-Identifier: Apache-2.0 */
/* Compressions: what comes out is what went in, whatever is cut or damaged, and never more than the
 * bounds allow. */
#include "indexer/corpus/packing.h"
#include "indexer/corpus/unpack.h"
#include "tests/corpus/archive_fixture.h"
#include "tests/support/seed.h"

static int memory_file(const void *bytes, size_t len)
{
    const int fd = memfd_create("file", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, bytes, len, 0), (ssize_t)len);
    return fd;
}

/* Appends all that the stream of `packed` gives to `out`; its problem, which is good until the next
 * call. */
static const char *unpacked(struct unpack *u, struct span packed, struct buf *out)
{
    enum report_kind kind;
    const int fd = memory_file(packed.data, packed.len);
    unpack_start(u, fd, packed.len);
    for (struct span w; (w = unpack_peek(u, 1)).len > 0; unpack_take(u, w.len))
        buf_append_span(out, w);
    cr_assert_eq(unpack_status(u), STATUS_OK);
    (void)close(fd);
    const char *const problem = unpack_problem(u, &kind);
    cr_expect(problem == NULL || kind == REPORT_BAD || kind == REPORT_UNREADABLE);
    return problem;
}

static void put_random_text(struct buf *out, size_t len, unsigned *seed)
{
    while (out->len < len)
        buf_printf(out, "%u %s\n", seed_below(seed, 1000000),
                   seed_below(seed, 2) == 0 ? "the bridge" : "a ferry crosses");
}

/* Every compression, sizes around the buffers, once and twice over. */
Test(packing, round_trip, .timeout = 120)
{
    static const size_t sizes[] = {0, 1, 3, 511, 512, 513, 65536, 65537, 300000};
    unsigned seed = seed_first();
    struct unpack *u;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    for (size_t c = 1; c < N_COMPRESSIONS; c++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct buf text = BUF_INIT;
            struct buf once = BUF_INIT;
            struct buf twice = BUF_INIT;
            struct buf out = BUF_INIT;
            put_random_text(&text, sizes[i], &seed);
            if (text.len == 0 && compressions[c].filter == ARCHIVE_FILTER_COMPRESS)
                continue; /* the writer makes bytes of it that are no .Z */
            compress_bytes(&once, compressions[c].filter, text.data, text.len);
            const char *problem = unpacked(u, buf_span(&once), &out);
            cr_expect_null(problem, "%s of %zu: %s", compressions[c].extension, text.len, problem);
            cr_expect(span_equal(buf_span(&out), buf_span(&text)), "%s of %zu gives %zu",
                      compressions[c].extension, text.len, out.len);
            compress_bytes(&twice, compressions[1 + (c + i) % (N_COMPRESSIONS - 1)].filter,
                           once.data, once.len);
            buf_clear(&out);
            problem = unpacked(u, buf_span(&twice), &out);
            cr_expect_null(problem, "%s twice: %s", compressions[c].extension, problem);
            cr_expect(span_equal(buf_span(&out), buf_span(&text)));
            buf_release(&text);
            buf_release(&once);
            buf_release(&twice);
            buf_release(&out);
        }
    }
    unpack_free(u);
}

/* One behind the other, as `cat` makes them; .lzma and .Z have no end that shows. */
Test(packing, several_members)
{
    static const int filters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ,
                                  ARCHIVE_FILTER_BZIP2};
    struct unpack *u;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        struct buf packed = BUF_INIT;
        struct buf out = BUF_INIT;
        compress_bytes(&packed, filters[i], TEXT("first\n"));
        compress_bytes(&packed, filters[i], TEXT("second\n"));
        cr_expect_null(unpacked(u, buf_span(&packed), &out));
        cr_expect_str_eq(buf_string(&out), "first\nsecond\n");
        buf_release(&packed);
        buf_release(&out);
    }
    unpack_free(u);
}

/* Cut anywhere, it gives a beginning of the text and says that it ends early. .Z cannot know: no end
 * is marked. A cut inside the magic is plain text, of course. */
Test(packing, cut_at_every_byte, .timeout = 60)
{
    unsigned seed = seed_first();
    struct unpack *u;
    struct buf text = BUF_INIT;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    put_random_text(&text, 1500, &seed);
    for (size_t c = 1; c < N_COMPRESSIONS; c++) {
        struct buf packed = BUF_INIT;
        compress_bytes(&packed, compressions[c].filter, text.data, text.len);
        for (size_t len = 14; len < packed.len; len++) {
            struct buf out = BUF_INIT;
            const char *const problem = unpacked(u, span_of(packed.data, len), &out);
            cr_assert_leq(out.len, text.len);
            cr_assert(out.len == 0 || memcmp(out.data, text.data, out.len) == 0, "%s cut at %zu",
                      compressions[c].extension, len);
            cr_expect(problem != NULL || compressions[c].filter == ARCHIVE_FILTER_COMPRESS,
                      "%s cut at %zu of %zu: no problem", compressions[c].extension, len,
                      packed.len);
            buf_release(&out);
        }
        buf_release(&packed);
    }
    buf_release(&text);
    unpack_free(u);
}

/* What comes before damage is handed out, even though a reader asks for much at once. */
Test(packing, what_comes_before_damage_stands)
{
    unsigned seed = seed_first();
    struct unpack *u;
    struct buf text = BUF_INIT;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    put_random_text(&text, 1u << 20, &seed);
    for (size_t c = 1; c < N_COMPRESSIONS; c++) {
        struct buf packed = BUF_INIT;
        struct buf out = BUF_INIT;
        compress_bytes(&packed, compressions[c].filter, text.data, text.len);
        (void)unpacked(u, span_of(packed.data, packed.len * 3 / 4), &out);
        cr_expect_gt(out.len, text.len / 4, "%s: %zu of %zu", compressions[c].extension, out.len,
                     text.len);
        cr_expect_eq(memcmp(out.data, text.data, out.len), 0);
        buf_release(&packed);
        buf_release(&out);
    }
    buf_release(&text);
    unpack_free(u);
}

/* Flipped anywhere: an end, and no more than the bounds allow; those with checksums see it. */
Test(packing, flipped_at_every_byte, .timeout = 60)
{
    unsigned seed = seed_first();
    struct unpack *u;
    struct buf text = BUF_INIT;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    put_random_text(&text, 600, &seed);
    for (size_t c = 1; c < N_COMPRESSIONS; c++) {
        struct buf packed = BUF_INIT;
        size_t unseen = 0;
        compress_bytes(&packed, compressions[c].filter, text.data, text.len);
        for (size_t i = 14; i < packed.len; i++) {
            struct buf out = BUF_INIT;
            packed.data[i] ^= (uint8_t)(1u << seed_below(&seed, 8));
            const char *const problem = unpacked(u, buf_span(&packed), &out);
            cr_assert_leq(out.len, METER_FREE_BYTES + (2u << 20));
            unseen += problem == NULL && !span_equal(buf_span(&out), buf_span(&text));
            buf_release(&out);
            buf_clear(&packed);
            compress_bytes(&packed, compressions[c].filter, text.data, text.len);
        }
        const int filter = compressions[c].filter;
        const bool checked = filter == ARCHIVE_FILTER_GZIP || filter == ARCHIVE_FILTER_XZ ||
                             filter == ARCHIVE_FILTER_BZIP2 || filter == ARCHIVE_FILTER_LZIP;
        cr_expect(!checked || unseen == 0, "%s: %zu unseen", compressions[c].extension, unseen);
        buf_release(&packed);
    }
    buf_release(&text);
    unpack_free(u);
}

/* 32 MB of zeros in a few kilobytes, once and twice over. */
Test(packing, bombs, .timeout = 120)
{
    struct buf zeros = BUF_INIT;
    struct unpack *u;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    buf_put_zeros(&zeros, 32u << 20);
    for (size_t c = 1; c < N_COMPRESSIONS; c++) {
        struct buf bomb = BUF_INIT;
        struct buf again = BUF_INIT;
        compress_bytes(&bomb, compressions[c].filter, zeros.data, zeros.len);
        compress_bytes(&again, ARCHIVE_FILTER_GZIP, bomb.data, bomb.len);
        const struct span files[] = {buf_span(&bomb), buf_span(&again)};
        for (size_t i = 0; i < 2; i++) {
            struct buf out = BUF_INIT;
            const char *const problem = unpacked(u, files[i], &out);
            cr_expect_leq(out.len, METER_FREE_BYTES + METER_RATIO_MOST * files[i].len + (2u << 20),
                          "%s", compressions[c].extension);
            cr_assert_not_null(problem);
            cr_expect_not_null(strstr(problem, "over 200 times"), "%s", problem);
            buf_release(&out);
        }
        buf_release(&bomb);
        buf_release(&again);
    }
    buf_release(&zeros);
    unpack_free(u);
}

Test(packing, depth)
{
    struct unpack *u;
    struct buf packed = BUF_INIT;
    cr_assert_eq(unpack_new(&u), STATUS_OK);
    buf_append_string(&packed, "text\n");
    for (int depth = 1; depth <= PACKING_DEPTH + 1; depth++) {
        struct buf outer = BUF_INIT;
        struct buf out = BUF_INIT;
        compress_bytes(&outer, ARCHIVE_FILTER_GZIP, packed.data, packed.len);
        buf_release(&packed);
        packed = outer;
        const char *const problem = unpacked(u, buf_span(&packed), &out);
        cr_expect_eq(problem == NULL, depth <= PACKING_DEPTH);
        cr_expect_str_eq(buf_string(&out), depth <= PACKING_DEPTH ? "text\n" : "");
        buf_release(&out);
    }
    buf_release(&packed);
    unpack_free(u);
}

static enum packing packing_of_text(const void *bytes, size_t len)
{
    uint8_t head[SOURCE_PEEK] = {0};
    memcpy(head, bytes, len);
    return packing_of(span_of(head, len));
}

/* Texts that begin with half of a magic are texts. */
Test(packing, what_is_none)
{
    static const char *const texts[] = {"",
                                        "\x1f\x8b",
                                        "BZh9 is how bzip2 begins",
                                        "PK",
                                        "LZIP files",
                                        "ustar",
                                        "](a\x00\x00",
                                        "(\xb5/",
                                        "\x1f\x9d\x01"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_expect_eq(packing_of_text(texts[i], strlen(texts[i])), PACKING_NONE, "%zu", i);
    char block[SOURCE_PEEK];
    memset(block, 'x', sizeof block);
    cr_expect_eq(packing_of_text(block, sizeof block), PACKING_NONE);
    memcpy(block + 257, "ustar", 5);
    cr_expect_eq(packing_of_text(block, sizeof block), PACKING_TAR);
    cr_expect_eq(packing_of_text(block, sizeof block - 1), PACKING_NONE);
    memset(block, 0, sizeof block);
    cr_expect_eq(packing_of_text(block, sizeof block), PACKING_NONE);
}

Test(packing, names)
{
    static const char *const names[][2] = {{"a.txt", "a.txt"},
                                           {"a.txt.gz", "a.txt"},
                                           {"a.TXT.GZ", "a.TXT"},
                                           {"a.tar.zst", "a.tar"},
                                           {"a.xz.bz2", "a"},
                                           {".gz", ".gz"},
                                           {"a.Z", "a"},
                                           {"a.z", "a"},
                                           {"a.lzma", "a"},
                                           {"a.lz", "a"},
                                           {"gz", "gz"},
                                           {"", ""},
                                           {"a.gz.txt", "a.gz.txt"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_expect(
            span_equal(packing_strip(span_of_string(names[i][0])), span_of_string(names[i][1])),
            "%s", names[i][0]);
    cr_expect(packing_is_package(span_of_string("report.docx")));
    cr_expect(packing_is_package(span_of_string("A.EPUB")));
    cr_expect_not(packing_is_package(span_of_string("docx")));
    cr_expect_not(packing_is_package(span_of_string("a.zip")));
}
