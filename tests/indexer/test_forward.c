/* SPDX-License-Identifier: Apache-2.0 */
/* test_forward: against a table of documents by terms, filled from all lists; and the memory that is
 * asked for. */
#include "common/segment/passages.h"
#include "common/segment/postings.h"
#include "indexer/order/forward.h"
#include "tests/indexer/order_fixture.h"

#define PLENTY (UINT64_C(1) << 30)

/* documents x n_terms bools: which documents hold which of the terms that are frequent enough. */
static bool *slow_table(const struct segment *s, uint32_t df_least, uint32_t n_terms)
{
    static struct postings p;
    struct dictionary_cursor *c;
    struct passage_reader places;
    bool *const table = calloc(s->header.documents * n_terms, sizeof *table);
    uint32_t term = 0;
    cr_assert_not_null(table);
    passage_reader_init(&places, s);
    cr_assert_eq(dictionary_cursor_new(s, &c), STATUS_OK);
    while (dictionary_cursor_next(c)) {
        if (dictionary_cursor_entry(c)->df < df_least)
            continue;
        cr_assert(term < n_terms, "there are more terms");
        cr_assert_eq(postings_open(s, dictionary_cursor_entry(c), &p), STATUS_OK);
        for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_next(&p)) {
            struct passage_place place;
            cr_assert_eq(passage_reader_get(&places, d, &place), STATUS_OK);
            table[(size_t)place.document * n_terms + term] = true;
        }
        term++;
    }
    cr_assert_eq(term, n_terms);
    dictionary_cursor_free(c);
    return table;
}

static void check_against_table(const struct forward *f, const struct segment *s)
{
    const struct forward_index *const index = &f->index;
    bool *const table = slow_table(s, f->df_least, index->n_terms);
    cr_assert_eq(index->n_documents, s->header.documents);
    cr_assert_eq(index->starts[0], 0);
    uint64_t pairs = 0;
    for (uint32_t d = 0; d < index->n_documents; d++) {
        for (uint64_t i = index->starts[d]; i < index->starts[d + 1]; i++, pairs++) {
            cr_assert(table[(size_t)d * index->n_terms + index->terms[i]], "document %u", d);
            cr_assert(i == index->starts[d] || index->terms[i] > index->terms[i - 1], "twice");
        }
    }
    uint64_t wanted = 0;
    for (size_t i = 0; i < s->header.documents * index->n_terms; i++)
        wanted += table[i];
    cr_expect_eq(pairs, wanted);
    free(table);
}

static void check_forward(enum split_kind kind)
{
    struct made_index m;
    struct forward f;
    struct ingest_options options = made_options();
    options.split.kind = kind;
    made_index_open(&m, &options);
    cr_assert_eq(forward_make(&f, &m.segment, PLENTY, 2), STATUS_OK, "%s", status_message());
    cr_expect_eq(f.df_least, FORWARD_DF_LEAST);
    cr_expect(f.index.n_terms > 100, "%u terms say little", f.index.n_terms);
    check_against_table(&f, &m.segment);
    const uint64_t needed = f.needed;
    forward_release(&f);

    cr_assert_eq(forward_make(&f, &m.segment, needed, 2), STATUS_OK);
    forward_release(&f);
    cr_expect_eq(forward_make(&f, &m.segment, needed - 1, 2), STATUS_LIMIT);
    char size[32];
    (void)snprintf(size, sizeof size, "needs --memory %lluM",
                   (unsigned long long)((needed >> 20) + 1));
    cr_expect_not_null(strstr(status_message(), size), "%s", status_message());
    made_index_close(&m);
}

Test(forward, holds_the_frequent_terms_of_each_document)
{
    check_forward(SPLIT_PARAGRAPHS); /* several passages a document */
    check_forward(SPLIT_WHOLE);
}
