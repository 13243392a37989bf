/* SPDX-License-Identifier: Apache-2.0 */
/* file: what is written is what is mapped, and each failure says what failed and of which file. */
#include "common/base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/codec/codec_support.h"

static char folder[] = "/tmp/qiao-file-XXXXXX";
static int dir_fd = -1;

static void setup(void)
{
    cr_assert_not_null(mkdtemp(folder));
    dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(dir_fd, 0);
}

static void teardown(void)
{
    static const char *const names[] = {"x", "x.tmp", "y", "link", "fifo"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        (void)unlinkat(dir_fd, names[i], 0);
    (void)close(dir_fd);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(file, .init = setup, .fini = teardown);

static void write_file(const char *name, struct span content)
{
    struct out_file out;
    cr_assert_eq(out_open(dir_fd, name, &out), STATUS_OK);
    out_write(&out, content.data, content.len);
    cr_assert_eq(out_close(&out), STATUS_OK);
}

static bool holds(const char *name, struct span content)
{
    struct mapped_file m;
    cr_assert_eq(file_map(dir_fd, name, &m), STATUS_OK);
    const bool same = span_equal(m.bytes, content);
    file_unmap(&m);
    cr_assert_null(m.bytes.data);
    return same;
}

/* Pieces of all sizes around that of the buffer, and bytes written over. */
Test(file, written_is_read)
{
    uint64_t random = random_seed("file/written_is_read");
    static const uint32_t most[] = {10, 5000, 1u << 20, 3u << 20};
    for (size_t i = 0; i < ARRAY_LEN(most); i++) {
        struct out_file out;
        struct buf expected = BUF_INIT;
        cr_assert_eq(out_open(dir_fd, "x.tmp", &out), STATUS_OK);
        for (unsigned pieces = 0; pieces < 8 || expected.len < 3u << 20; pieces++) {
            const size_t len = random_below(&random, most[i] + 1);
            uint8_t *const piece = buf_reserve(&expected, len);
            cr_assert_not_null(piece);
            for (size_t j = 0; j < len; j++)
                piece[j] = (uint8_t)random_next(&random);
            expected.len += len;
            out_write(&out, piece, len);
            cr_assert_eq(out.size, expected.len);
        }
        const size_t at = random_below(&random, (uint32_t)expected.len - 4);
        memcpy(expected.data + at, "over", 4);
        out_write_at(&out, at, "over", 4);
        out_write(&out, "end", 3);
        buf_append(&expected, "end", 3);
        cr_assert_eq(out.size, expected.len);
        cr_assert_eq(out_close(&out), STATUS_OK);
        cr_assert_eq(out.fd, -1);
        cr_assert_eq(file_publish(dir_fd, "x.tmp", "x"), STATUS_OK);
        cr_assert_eq(file_sync_folder(dir_fd, folder), STATUS_OK);
        cr_assert(holds("x", buf_span(&expected)));
        cr_assert_neq(faccessat(dir_fd, "x.tmp", F_OK, 0), 0);

        struct buf whole = BUF_INIT;
        struct buf path = BUF_INIT;
        buf_printf(&path, "%s/x", folder);
        buf_append_string(&whole, "before");
        cr_assert_eq(file_read_all(buf_string(&path), &whole), STATUS_OK);
        cr_assert(span_equal(span_of(whole.data + 6, whole.len - 6), buf_span(&expected)));
        buf_release(&whole);
        buf_release(&path);
        buf_release(&expected);
    }
}

/* Pieces that just fit the buffer, or just do not, behind others: all in their order. */
Test(file, order_around_the_buffer)
{
    static const size_t sizes[] = {10, 300000, 700000, 1048566, 1048567, 1048576, 1048577};
    static uint8_t bytes[2u << 20];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        for (size_t j = 0; j < ARRAY_LEN(sizes); j++) {
            struct out_file out;
            cr_assert_eq(out_open(dir_fd, "x", &out), STATUS_OK);
            const size_t parts[] = {sizes[i], sizes[j], 7};
            size_t len = 0;
            for (size_t k = 0; k < ARRAY_LEN(parts) && len + parts[k] <= sizeof bytes; k++) {
                out_write(&out, bytes + len, parts[k]);
                len += parts[k];
            }
            out_write_at(&out, len - 5, bytes + len - 5, 5); /* what is buffered goes first */
            cr_assert_eq(out_close(&out), STATUS_OK);
            cr_assert(holds("x", span_of(bytes, len)), "%zu and %zu", sizes[i], sizes[j]);
        }
}

Test(file, written_over)
{
    struct out_file out;
    cr_assert_eq(out_open(dir_fd, "x", &out), STATUS_OK);
    out_write(&out, "0123456789", 10);
    out_write_at(&out, 3, "abc", 3);
    out_write(&out, "end", 3);
    cr_assert_eq(out_close(&out), STATUS_OK);
    cr_assert(holds("x", span_of_string("012abc6789end")));
}

Test(file, empty)
{
    write_file("x", span_of(NULL, 0));
    cr_assert(holds("x", span_of(NULL, 0)));
}

Test(file, missing_and_unfit)
{
    struct mapped_file m = {span_of("untouched", 9)};
    cr_assert_eq(file_map(dir_fd, "x", &m), STATUS_MISSING);
    cr_assert_str_eq(status_message(), "cannot open 'x': No such file or directory");
    cr_assert_eq(file_map(dir_fd, ".", &m), STATUS_IO);
    cr_assert_str_eq(status_message(), "cannot read '.': not a regular file");
    cr_assert_eq(mkfifoat(dir_fd, "fifo", 0600), 0);
    cr_assert_eq(file_map(dir_fd, "fifo", &m), STATUS_IO); /* and does not wait for a writer */
    cr_assert_eq(m.bytes.len, 9);
    cr_assert_eq(file_publish(dir_fd, "x", "y"), STATUS_MISSING);
    cr_assert_eq(file_sync_folder(-1, "the folder"), STATUS_IO);
    cr_assert_not_null(strstr(status_message(), "'the folder'"));
    struct buf all = BUF_INIT;
    cr_assert_eq(file_read_all("/nowhere/x", &all), STATUS_MISSING);
    cr_assert_eq(file_read_all(folder, &all), STATUS_IO);
    cr_assert_not_null(strstr(status_message(), folder));
    buf_release(&all);
    struct out_file out = {.fd = -7};
    cr_assert_eq(out_open(-1, "x", &out), STATUS_IO);
    cr_assert_eq(out.fd, -7, "untouched on failure");
}

/* A leftover is replaced; where a link stood, a file stands, and what it named is as it was. */
Test(file, leftovers_and_links)
{
    write_file("y", span_of_string("precious"));
    cr_assert_eq(symlinkat("y", dir_fd, "link"), 0);
    write_file("x.tmp", span_of_string("a long leftover"));
    write_file("x.tmp", span_of_string("new"));
    write_file("link", span_of_string("new"));
    cr_assert(holds("x.tmp", span_of_string("new")));
    cr_assert(holds("y", span_of_string("precious")));
    struct stat st;
    cr_assert_eq(fstatat(dir_fd, "link", &st, AT_SYMLINK_NOFOLLOW), 0);
    cr_assert(S_ISREG(st.st_mode));
}

/* A full disk, played by a limit on the size of files: the error sticks and surfaces at the end. */
Test(file, no_room)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = 3u << 20;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_neq((void *)signal(SIGXFSZ, SIG_IGN), (void *)SIG_ERR);
    uint8_t *const bytes = calloc(1, 2u << 20);
    cr_assert_not_null(bytes);
    static const size_t pieces[] = {1000, 2u << 20};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct out_file out;
        cr_assert_eq(out_open(dir_fd, "x.tmp", &out), STATUS_OK);
        for (size_t written = 0; written < 8u << 20; written += pieces[i])
            out_write(&out, bytes, pieces[i]);
        cr_assert_eq(out.status, STATUS_IO);
        cr_assert_lt(out.size, 8u << 20, "ignored since then");
        out_write_at(&out, 0, "x", 1);
        cr_assert_eq(out_close(&out), STATUS_IO);
        cr_assert_str_eq(status_message(), "cannot write 'x.tmp': File too large");
        out_abandon(&out);
    }
    struct out_file out;
    cr_assert_eq(out_open(dir_fd, "x.tmp", &out), STATUS_OK);
    out_write(&out, bytes, 10);
    out_abandon(&out);
    out_abandon(&out);
    cr_assert_eq(out.fd, -1);
    free(bytes);
}
