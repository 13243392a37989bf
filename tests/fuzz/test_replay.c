/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_replay: every fuzz target is called on every file of its corpus: the seeds, what libFuzzer
 * kept for the paths that it opened, and a file for each thing that was ever found. Input is copied
 * into memory of its very size, so that a sanitizer sees a read behind it.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/file.h"
#include "tests/support/must.h"

#define CORPUS "tests/fuzz/corpus"

typedef int fuzz_target(const uint8_t *data, size_t size);

static void replay_file(fuzz_target *target, const char *path)
{
    struct buf bytes = BUF_INIT;
    cr_assert_eq(file_read_all(path, &bytes), STATUS_OK, "%s", status_message());
    uint8_t *const exact = malloc(bytes.len + (bytes.len == 0));
    cr_assert_not_null(exact);
    if (bytes.len > 0)
        memcpy(exact, bytes.data, bytes.len);
    must_input = path;
    cr_expect_eq(target(exact, bytes.len), 0, "%s", path);
    must_input = NULL;
    free(exact);
    buf_release(&bytes);
}

static int is_plain_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay(fuzz_target *target, const char *name)
{
    char path[512];
    struct dirent **entries;
    (void)snprintf(path, sizeof path, "%s/%s", CORPUS, name);
    const int n = scandir(path, &entries, is_plain_name, alphasort);
    cr_assert_gt(n, 0, "no corpus in %s", path);
    for (int i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/%s/%s", CORPUS, name, entries[i]->d_name);
        replay_file(target, path);
        free(entries[i]);
    }
    free(entries);
}

#define REPLAY(name)                                                                               \
    int fuzz_##name(const uint8_t *data, size_t size);                                             \
    Test(fuzz, name, .timeout = 300)                                                               \
    {                                                                                              \
        replay(fuzz_##name, #name);                                                                \
    }

REPLAY(archive)
REPLAY(charset)
REPLAY(codec)
REPLAY(corpus)
REPLAY(date)
REPLAY(detect)
REPLAY(entity)
REPLAY(html)
REPLAY(json)
REPLAY(manifest)
REPLAY(markdown)
REPLAY(output)
REPLAY(qrels)
REPLAY(query)
REPLAY(search)
REPLAY(segment)
REPLAY(snippet)
REPLAY(split)
REPLAY(text)
REPLAY(tokenize)
REPLAY(topics)
REPLAY(trec)
REPLAY(tsv)
REPLAY(unpack)
