/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_fixture: a made corpus of some thousand documents, built and open, for who reorders it.
 *
 *     struct made_index m;
 *     made_index_open(&m, &options);          options.order and so on; the rest is filled in here
 *     ... m.segment, m.bytes, m.dir_fd ...
 *     made_index_close(&m);
 */
#ifndef QIAO_TESTS_INDEXER_ORDER_FIXTURE_H
#define QIAO_TESTS_INDEXER_ORDER_FIXTURE_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/codec/text_block.h"
#include "common/segment/segment.h"
#include "indexer/ingest.h"
#include "tests/support/made_corpus.h"
#include "tests/support/toy_index.h"

#define MADE_BYTES (1u << 20)

struct made_index {
    struct toy_index place; /* for its folder and path alone */
    char corpus[128];
    int dir_fd; /* of the index */
    struct buf bytes;
    struct segment segment;
};

static inline void made_corpus_place(struct made_index *m, uint64_t bytes)
{
    *m = (struct made_index){.dir_fd = -1, .bytes = BUF_INIT};
    (void)snprintf(m->place.folder, sizeof m->place.folder, "%s/qiao-order-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(m->place.folder));
    (void)snprintf(m->place.path, sizeof m->place.path, "%s/index", m->place.folder);
    (void)snprintf(m->corpus, sizeof m->corpus, "%s/corpus", m->place.folder);
    cr_assert(made_corpus_write(m->corpus, bytes, 1), "cannot write %s", m->corpus);
    cr_assert_not_null(freopen("/dev/null", "w", stderr)); /* for the records that are refused */
}

static inline struct ingest_options made_options(void)
{
    return (struct ingest_options){.corpus = CORPUS_OPTIONS_DEFAULT,
                                   .profile = profile_by_name("english"),
                                   .positions = true,
                                   .store_text = true,
                                   .text = {TEXT_BLOCK_BYTES, TEXT_BLOCK_LEVEL},
                                   .threads = 2,
                                   .memory = UINT64_C(256) << 20,
                                   .format_name = "auto",
                                   .ids_name = "path"};
}

static inline enum status made_index_build(const struct made_index *m,
                                           const struct ingest_options *options)
{
    struct report *report;
    struct ingest_summary summary;
    const char *const sources[] = {m->corpus};
    cr_assert_eq(report_new(NULL, &report), STATUS_OK);
    const enum status status = ingest_build(options, m->place.path, sources, 1, report, &summary);
    report_free(report);
    return status;
}

static inline void made_index_read(struct made_index *m)
{
    char name[64];
    toy_index_segment(&m->place, name);
    buf_clear(&m->bytes);
    toy_index_read(&m->place, name, &m->bytes);
}

static inline void made_index_open(struct made_index *m, const struct ingest_options *options)
{
    char name[64];
    made_corpus_place(m, MADE_BYTES);
    cr_assert_eq(made_index_build(m, options), STATUS_OK, "%s", status_message());
    made_index_read(m);
    m->dir_fd = open(m->place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert(m->dir_fd >= 0);
    toy_index_segment(&m->place, name);
    cr_assert_eq(segment_open(m->dir_fd, name, &m->segment), STATUS_OK, "%s", status_message());
}

static inline void made_index_close(struct made_index *m)
{
    segment_close(&m->segment);
    buf_release(&m->bytes);
    if (m->dir_fd >= 0)
        (void)close(m->dir_fd);
    toy_index_remove(&m->place);
}

#endif
