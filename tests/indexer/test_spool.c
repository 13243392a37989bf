/* SPDX-License-Identifier: Apache-2.0 */
/* test_spool: what goes in comes out, by every way of reading, in memory, on disk and half of each. */
#include <criterion/criterion.h>
#include <dirent.h>

#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define WINDOW (32u << 10) /* what spool_read reads at a time */
#define MOST   ((size_t)700 << 10)

/* Sizes at which spools, windows and copies change. */
static const size_t sizes[] = {0,          1,          7,          WINDOW - 1, WINDOW,
                               WINDOW + 1, 2 * WINDOW, WINDOW * 3, 8 * WINDOW, 8 * WINDOW + 1,
                               100000,     262143,     MOST - 9,   MOST,       50000};
static const size_t kept[] = {SIZE_MAX, 0, 1, 1000, WINDOW, 100000};

static void fill_random(uint8_t *bytes, size_t n, unsigned *seed)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)seed_below(seed, 256);
}

/* By pieces of random sizes, every other one encoded in place. */
static void append_all(struct spool *s, const uint8_t *bytes, size_t n, unsigned *seed)
{
    for (size_t at = 0; at < n;) {
        const size_t most = seed_below(seed, 10) == 0 ? 40000 : 64;
        const size_t want = 1 + seed_below(seed, (unsigned)most);
        const size_t len = n - at < want ? n - at : want;
        if (seed_below(seed, 2) == 0) {
            spool_append(s, bytes + at, len);
        } else {
            buf_append(spool_tail(s), bytes + at, len / 2);
            buf_append(spool_tail(s), bytes + at + len / 2, len - len / 2);
            spool_commit(s);
        }
        at += len;
        cr_assert_eq(s->len, at);
    }
}

/* Front to back in steps of up to `step` bytes, twice. */
static void check_read(struct spool *s, const uint8_t *bytes, size_t n, size_t step, unsigned *seed)
{
    static uint8_t out[WINDOW];
    for (unsigned round = 0; round < 2; round++) {
        cr_assert_eq(spool_rewind(s), STATUS_OK);
        for (size_t at = 0; at < n;) {
            const size_t want = round == 0 ? step : 1 + seed_below(seed, (unsigned)step);
            const size_t len = n - at < want ? n - at : want;
            cr_assert_eq(spool_read(s, out, len), STATUS_OK, "at %zu of %zu", at, n);
            cr_assert_arr_eq(out, bytes + at, len, "at %zu of %zu", at, n);
            at += len;
        }
        cr_assert_eq(spool_read(s, out, 1), STATUS_IO, "behind the end");
    }
}

static void check_read_at(struct spool *s, const uint8_t *bytes, size_t n, unsigned *seed)
{
    static uint8_t out[MOST + 1];
    for (unsigned round = 0; round < 50; round++) {
        const size_t at = seed_below(seed, (unsigned)n + 1);
        const size_t len = round == 0 ? n - at : seed_below(seed, (unsigned)(n - at) + 1);
        cr_assert_eq(spool_read_at(s, at, out, len), STATUS_OK);
        cr_assert(len == 0 || memcmp(out, bytes + at, len) == 0, "%zu at %zu of %zu", len, at, n);
        cr_assert_eq(spool_read_at(s, at, out, n - at + 1), STATUS_IO, "behind the end");
    }
    cr_assert_eq(spool_read_at(s, n + 1, out, 0), STATUS_IO);
    cr_assert_eq(spool_read_at(s, n + 10, out, 1), STATUS_IO);
}

static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *const dir = opendir(folder);
    cr_assert_not_null(dir);
    while (readdir(dir) != NULL)
        n++;
    (void)closedir(dir);
    return n - 2; /* . and .. */
}

Test(spool, gives_back_what_it_got)
{
    static uint8_t bytes[MOST];
    static const size_t steps[] = {1, 7, 4096, WINDOW};
    const unsigned first = seed_first();
    unsigned seed = first;
    fill_random(bytes, MOST, &seed);
    for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct lists lists;
            struct spool s;
            const size_t n = sizes[i];
            cr_log_info("seed %u: %zu bytes, %zu in memory", first, n, kept[k]);
            lists_begin(&lists, kept[k]);
            spool_init(&s, &lists.spools);
            append_all(&s, bytes, n, &seed);
            cr_assert_eq(spool_status(&s), STATUS_OK);
            cr_assert_eq(s.fd >= 0, n > kept[k], "a file if and only if it is needed");
            cr_assert_leq(s.tail.len, kept[k]);
            cr_assert_eq(count_files(lists.folder), 1, "the segment alone has a name");
            check_read_at(&s, bytes, n, &seed);
            for (size_t j = i % 2; j < sizeof steps / sizeof steps[0]; j += 2)
                check_read(&s, bytes, n, steps[j], &seed);
            segment_writer_begin(&lists.writer, SECTION_POST);
            cr_assert_eq(spool_copy(&s, &lists.writer), STATUS_OK);
            segment_writer_end(&lists.writer, 1);
            lists_open(&lists);
            cr_assert(span_equal(lists.segment.sections[SECTION_POST], span_of(bytes, n)),
                      "seed %u: copy of %zu bytes", first, n);
            spool_release(&s);
            lists_end(&lists);
        }
    }
}

/* A folder that refuses new files: one error, which stays, and nothing is lost unnoticed. */
Test(spool, keeps_its_first_failure)
{
    struct spool_folder nowhere = {-1, 10};
    struct lists lists;
    struct spool s;
    spool_init(&s, &nowhere);
    spool_append(&s, "0123456789", 10);
    cr_assert_eq(spool_status(&s), STATUS_OK);
    spool_append(&s, "x", 1);
    cr_assert_eq(spool_status(&s), STATUS_IO);
    cr_assert_not_null(strstr(status_message(), "cannot create a temporary file of the index"));
    spool_append(&s, "y", 1);
    cr_assert_eq(spool_status(&s), STATUS_IO);
    cr_assert_eq(spool_rewind(&s), STATUS_IO);
    lists_begin(&lists, 0);
    segment_writer_begin(&lists.writer, SECTION_POST);
    cr_assert_eq(spool_copy(&s, &lists.writer), STATUS_IO);
    segment_writer_abandon(&lists.writer);
    spool_release(&s);
    cr_assert_eq(unlinkat(lists.dir_fd, LISTS_NAME, 0), 0);
    cr_assert_eq(rmdir(lists.folder), 0);
    struct spool zeroed = {.folder = NULL};
    spool_release(&zeroed);
}
