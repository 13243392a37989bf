/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists_fixture: what a postings_writer wrote, as a segment that holds nothing else.
 *
 *     struct lists lists;
 *     lists_begin(&lists, most);                 spools hold `most` bytes in memory
 *     ... postings_writer_init(&writer, &lists.writer, &lists.spools, ...) ...
 *     ... postings_writer_finish(&writer, &lists.header) ...
 *     lists_open(&lists);
 *     ... dictionary_find(&lists.segment, ...) ...
 *     lists_end(&lists);
 */
#ifndef QIAO_TESTS_INDEXER_LISTS_FIXTURE_H
#define QIAO_TESTS_INDEXER_LISTS_FIXTURE_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/segment/dictionary.h"
#include "common/segment/postings.h"
#include "indexer/write/spool.h"

#define LISTS_NAME "lists"

struct lists {
    char folder[64];
    int dir_fd;
    struct spool_folder spools;
    struct segment_writer writer;
    struct segment_header header; /* passages, tokens and features are the caller's */
    struct segment segment;
};

static inline void lists_begin(struct lists *l, size_t most)
{
    memset(l, 0, sizeof *l);
    (void)snprintf(l->folder, sizeof l->folder, "%s/qiao-lists-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(l->folder));
    l->dir_fd = open(l->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert(l->dir_fd >= 0);
    l->spools = (struct spool_folder){l->dir_fd, most};
    cr_assert_eq(segment_writer_open(l->dir_fd, LISTS_NAME, &l->writer), STATUS_OK);
}

static inline void lists_open(struct lists *l)
{
    struct manifest_row row;
    cr_assert_eq(segment_writer_finish(&l->writer, &l->header, &row), STATUS_OK);
    cr_assert_eq(file_map(l->dir_fd, LISTS_NAME, &l->segment.file), STATUS_OK);
    l->segment.header = l->header;
    for (uint32_t i = 0; i < l->header.n_sections; i++) {
        const uint8_t *const p =
            l->segment.file.bytes.data + HEADER_BYTES + (size_t)i * SECTION_ROW_BYTES;
        l->segment.sections[section_by_letters(p)] =
            span_of(l->segment.file.bytes.data + load_le64(p + 8), (size_t)load_le64(p + 16));
    }
}

static inline void lists_end(struct lists *l)
{
    file_unmap(&l->segment.file);
    cr_expect_eq(unlinkat(l->dir_fd, LISTS_NAME, 0), 0);
    (void)close(l->dir_fd);
    cr_expect_eq(rmdir(l->folder), 0);
}

/* The entry of `term`; fails if the dictionary has none. */
static inline void lists_find(const struct lists *l, const char *term, struct term_entry *entry)
{
    bool found;
    cr_assert_eq(dictionary_find(&l->segment, span_of_string(term), entry, &found), STATUS_OK);
    cr_assert(found, "no term '%s'", term);
}

#endif
