/* SPDX-License-Identifier: Apache-2.0 */
/* test_rewrite: the order that is there gives the same bytes; any other gives a sound segment, and its
 * inverse the first bytes again. What a search finds is tests/cli/test_order.c's business. */
#include "common/segment/check.h"
#include "common/segment/documents.h"
#include "indexer/order/rewrite.h"
#include "tests/indexer/order_fixture.h"
#include "tests/support/forge.h"
#include "tests/support/seed.h"

#define NAME "rewritten"

/* Rewrites `from` into the file NAME of the folder. */
static enum status rewrite_into(int dir_fd, const struct segment *from, const uint32_t *order,
                                unsigned threads, uint64_t memory)
{
    const struct spool_folder folder = {dir_fd, (size_t)(memory / 128)};
    struct segment_writer writer;
    struct segment_header header;
    struct manifest_row row;
    struct rewrite r = {.segment = from,
                        .order = order,
                        .profile = profile_by_name("english"),
                        .folder = &folder,
                        .text = {TEXT_BLOCK_BYTES, TEXT_BLOCK_LEVEL},
                        .memory = memory};
    cr_assert_eq(workers_new(threads, &r.workers), STATUS_OK);
    cr_assert_eq(segment_writer_open(dir_fd, NAME, &writer), STATUS_OK);
    const enum status status = rewrite_segment(&r, &writer, &header, &row);
    segment_writer_abandon(&writer);
    workers_free(r.workers);
    return status;
}

static void shuffle(uint32_t *order, uint32_t n, unsigned *seed)
{
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        const uint32_t j = seed_below(seed, i);
        const uint32_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

/* There, and back to the bytes that were there at first. */
static void there_and_back(const struct made_index *m, const uint32_t *order, unsigned threads,
                           uint64_t memory, const char *what)
{
    const uint32_t n = (uint32_t)m->segment.header.documents;
    uint32_t *const back = malloc(n * sizeof *back);
    struct segment s;
    cr_assert_not_null(back);
    for (uint32_t i = 0; i < n; i++)
        back[order[i]] = i;
    cr_assert_eq(rewrite_into(m->dir_fd, &m->segment, order, threads, memory), STATUS_OK, "%s: %s",
                 what, status_message());
    cr_assert_eq(segment_open(m->dir_fd, NAME, &s), STATUS_OK, "%s: %s", what, status_message());
    cr_expect_eq(segment_check_sums(&s), STATUS_OK, "%s: %s", what, status_message());
    cr_expect_eq(segment_check(&s), STATUS_OK, "%s: %s", what, status_message());
    struct buf id = BUF_INIT;
    for (uint32_t i = 0; i < n; i += 97) {
        uint32_t number;
        bool found;
        buf_clear(&id);
        cr_assert_eq(document_id(&m->segment, order[i], &id), STATUS_OK);
        cr_assert_eq(document_find(&s, buf_span(&id), &number, &found), STATUS_OK);
        cr_assert(found && number == i, "%s: document %u", what, i);
    }
    cr_assert_eq(rewrite_into(m->dir_fd, &s, back, threads, memory), STATUS_OK);
    segment_close(&s);
    cr_assert_eq(segment_open(m->dir_fd, NAME, &s), STATUS_OK);
    cr_expect(span_equal(s.file.bytes, buf_span(&m->bytes)), "%s: other bytes", what);
    segment_close(&s);
    buf_release(&id);
    free(back);
}

static void check_options(const struct ingest_options *options, const char *what)
{
    static const uint64_t memories[] = {UINT64_C(256) << 20, 4096};
    const unsigned first = seed_first();
    unsigned seed = first;
    struct made_index m;
    char where[128];
    made_index_open(&m, options);
    const uint32_t n = (uint32_t)m.segment.header.documents;
    uint32_t *const order = malloc(n * sizeof *order);
    cr_assert_not_null(order);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        for (size_t i = 0; i < 2; i++) {
            (void)snprintf(where, sizeof where, "%s, %u threads, memory %zu, seed %u", what,
                           threads, (size_t)memories[i], first);
            for (uint32_t d = 0; d < n; d++)
                order[d] = d;
            there_and_back(&m, order, threads, memories[i], where);
            shuffle(order, n, &seed);
            there_and_back(&m, order, threads, memories[i], where);
        }
    }
    free(order);
    made_index_close(&m);
}

Test(rewrite, there_and_back)
{
    struct ingest_options options = made_options();
    check_options(&options, "all");
    options.split.kind = SPLIT_WHOLE;
    options.store_text = false;
    check_options(&options, "whole, no text");
    options.positions = false;
    check_options(&options, "no positions");
}

/* Wrong bytes under right checksums: refused, or moved as they are, but neither crash nor hang. */
Test(rewrite, of_damaged_segments)
{
    const unsigned first = seed_first();
    unsigned seed = first;
    static const struct toy_document documents[] = {
        {.id = "a", .title = "One bridge", .text = "Two bridges.\n\nA bridge, and the bridge."},
        {.id = "b", .text = "A bridge is a bridge is a bridge.", .date = "2023-05-12"},
        {.id = "c", .title = "River", .text = "The river.\n\nThe bridge crosses the river."}};
    static const uint32_t order[] = {2, 0, 1};
    struct made_index m;
    char name[64];
    unsigned refused = 0;
    m.bytes = (struct buf)BUF_INIT;
    toy_index_build(&m.place, documents, 3, NULL);
    toy_index_segment(&m.place, name);
    toy_index_read(&m.place, name, &m.bytes);
    m.dir_fd = open(m.place.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint8_t *const copy = malloc(m.bytes.len);
    cr_assert_not_null(copy);
    for (unsigned i = 0; i < 1500; i++) {
        struct segment s;
        memcpy(copy, m.bytes.data, m.bytes.len);
        copy[4096 + seed_below(&seed, (unsigned)m.bytes.len - 4096 - 24)] ^=
            (uint8_t)(1u << seed_below(&seed, 8));
        if (!forge_repair(copy, m.bytes.len) ||
            segment_open_bytes(span_of(copy, m.bytes.len), &s) != STATUS_OK)
            continue;
        const enum status status = rewrite_into(m.dir_fd, &s, order, 1 + i % 2, 1 << 20);
        refused += status != STATUS_OK;
        cr_assert(status == STATUS_OK || status == STATUS_CORRUPT || status == STATUS_FORMAT ||
                      status == STATUS_LIMIT || status == STATUS_NO_MEMORY,
                  "%s, seed %u", status_message(), first);
    }
    cr_expect(refused > 100, "%u were refused", refused);
    free(copy);
    buf_release(&m.bytes);
    (void)close(m.dir_fd);
    toy_index_remove(&m.place);
}
