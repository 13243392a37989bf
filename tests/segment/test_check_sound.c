/* SPDX-License-Identifier: Apache-2.0 */
/* What the indexer builds is sound, under every combination of its options; and passage ids. */
#include "common/segment/passage_id.h"
#include "tests/segment/check_support.h"

static const struct toy_document documents[] = {
    {.id = "z", .title = "The Bridges of the Bay", .text = "Bridges.\n\nA bridge over the bay."},
    {.id = "a#2", .text = "\xe4\xb8\x8a\xe6\xb5\xb7\xe5\xb8\x82 has bridges, as the bay has."},
    {.id = "m", .title = "Nothing but a title", .date = "1999"},
    {.id = "n", .text = "the the the the the the", .url = "https://example.org/the"},
};
#define DOCUMENTS (sizeof documents / sizeof documents[0])

static void expect_sound(size_t n, const struct toy_options *o)
{
    struct toy_index toy;
    struct buf bytes = BUF_INIT;
    toy_index_build(&toy, documents, n, o);
    read_segment(&toy, &bytes);
    cr_expect_eq(judge(buf_span(&bytes)), STATUS_OK, "%zu documents, %s, %s%s%s: %s", n, o->profile,
                 o->passages, o->no_positions ? ", no positions" : "",
                 o->no_text ? ", no text" : "", status_message());
    buf_release(&bytes);
    toy_index_remove(&toy);
}

Test(check, sound_with_all_options)
{
    static const char *const profiles[] = {"english", "anserini", "plain"};
    static const char *const passages[] = {"paragraphs", "whole", "window:3:2"};
    for (size_t i = 0; i < 3 * 3 * 4; i++) {
        const struct toy_options options = {.profile = profiles[i % 3],
                                            .passages = passages[i / 3 % 3],
                                            .no_positions = i / 9 % 2 == 1,
                                            .no_text = i / 18 == 1};
        expect_sound(DOCUMENTS, &options);
    }
    const struct toy_options options = {.profile = "english", .passages = "paragraphs"};
    expect_sound(1, &options);
}

/* The id of passage `passage` of the document `document`. */
static void expect_id(const struct segment *s, uint32_t passage, uint32_t document,
                      const char *expected)
{
    struct document_reader reader;
    struct passage_reader places;
    struct buf id = BUF_INIT;
    passage_reader_init(&places, s);
    cr_assert_eq(document_reader_init(&reader, s), STATUS_OK);
    const enum status status = passage_id_append(&places, &reader, passage, document, &id);
    if (expected == NULL)
        cr_expect_eq(status, STATUS_CORRUPT);
    else
        cr_expect_str_eq(buf_string(&id), expected);
    buf_release(&id);
    document_reader_release(&reader);
}

Test(check, passage_ids)
{
    static const char *const passages[] = {"window:3:2", "whole"};
    for (size_t i = 0; i < 2; i++) {
        const struct toy_options options = {.passages = passages[i]};
        struct toy_index toy;
        struct buf bytes = BUF_INIT;
        struct segment s;
        toy_index_build(&toy, documents, DOCUMENTS, &options);
        read_segment(&toy, &bytes);
        cr_assert_eq(segment_open_bytes(buf_span(&bytes), &s), STATUS_OK);
        expect_id(&s, 0, 0, i == 0 ? "z#1" : "z");
        expect_id(&s, 1, i == 0 ? 0 : 1, i == 0 ? "z#2" : "a#2");
        if (i == 0)
            expect_id(&s, 0, 1, NULL);
        buf_release(&bytes);
        toy_index_remove(&toy);
    }
}
