/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_search: any query on any damaged index whose checksums are right. The search ends, what it
 * shows is JSON and harmless text; if `check` finds the index sound, there is no error, both
 * algorithms give the same hits, and what is offered instead finds what it says.
 *
 *     one byte: index and options | the query up to a newline | four bytes a change:
 *     place (2), how (1), value (1)
 */
#include <json-c/json.h>
#include <stdlib.h>

#include "common/segment/check.h"
#include "searcher/relax.h"
#include "searcher/search.h"
#include "searcher/show/hits_json.h"
#include "searcher/show/hits_text.h"
#include "tests/fuzz/analyzers.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/output.h"
#include "tests/support/forge.h"
#include "tests/support/toy_index.h"

#define INDEXES 3

static const struct toy_document documents[] = {
    {.id = "b",
     .title = "Long bridges",
     .text = "The bridge over the bay is 36 km long.",
     .date = "2008-05-01",
     .url = "https://example.org/b"},
    {.id = "a", .text = "Bridges and bridges and a bridge: the bridge, the bridges."},
    {.id = "c",
     .title = "\xe4\xb8\x8a\xe6\xb5\xb7",
     .text = "\xe4\xb8\x8a\xe6\xb5\xb7\xe5\xb8\x82."},
    {.id = "d", .title = "Only a title"},
    {.id = "e", .text = "one two three four five six seven the eight nine ten the bridge"},
};

/* Made once: the bytes of a sound segment. */
static struct span sound_segment(size_t number)
{
    static const struct toy_options options[INDEXES] = {
        {.passages = "window:6:4"},
        {.profile = "anserini", .passages = "whole"},
        {.profile = "plain", .no_positions = true, .no_text = true}};
    static struct buf segments[INDEXES];
    if (segments[number].len == 0) {
        struct toy_index toy;
        char name[64];
        toy_index_build(&toy, documents, sizeof documents / sizeof documents[0], &options[number]);
        toy_index_segment(&toy, name);
        toy_index_read(&toy, name, &segments[number]);
        toy_index_remove(&toy);
    }
    return buf_span(&segments[number]);
}

static void change(uint8_t *bytes, size_t len, struct span changes)
{
    for (; changes.len >= 4; changes = span_of(changes.data + 4, changes.len - 4)) {
        const size_t at = load_le16(changes.data) % len;
        const uint8_t value = changes.data[3];
        switch (changes.data[2] % 3) {
        case 0:
            bytes[at] = value;
            break;
        case 1:
            bytes[at] ^= value;
            break;
        default:
            bytes[at] = (uint8_t)(bytes[at] + value);
        }
    }
}

/* What is shown of the hits, in both forms. */
static void show(struct searcher *s, struct search_result *result, bool sound)
{
    static struct buf out;
    struct hit_list list = {0};
    const size_t n = result->best.n < 3 ? result->best.n : 3;
    const enum status status = search_hits(s, result, 0, n, 60, &list);
    must(status == STATUS_OK || !sound);
    if (status != STATUS_OK)
        return;
    buf_clear(&out);
    hits_json(&list, &out);
    json_object_put(fuzz_parse_json(buf_span(&out)));
    buf_clear(&out);
    const struct hits_text_style style = {40, true, "passage"};
    hits_text(&list, &style, &out);
    fuzz_check_harmless(buf_span(&out), "\n\x1b");
    hit_list_release(&list);
}

/* Other queries, which find what they say. */
static void offer(struct searcher *s, const struct search_options *options,
                  struct search_result *result, bool sound)
{
    struct search_result trial = SEARCH_RESULT_INIT;
    struct hit_alternative *list;
    size_t n;
    const enum status status = relax(s, options, result, &list, &n);
    must(status == STATUS_OK || !sound);
    for (size_t i = 0; i < n && status == STATUS_OK && sound; i++) {
        must(search_run(s, list[i].query, options, &trial) == STATUS_OK);
        must(trial.total == list[i].total);
    }
    search_result_release(&trial);
}

static void search_both(struct searcher *s, struct span query, uint8_t choice, bool sound)
{
    struct search_options options = search_options_of(s);
    struct search_result fast = SEARCH_RESULT_INIT;
    struct search_result slow = SEARCH_RESULT_INIT;
    options.k = choice % 4 == 0 ? 1000 : choice % 4;
    options.documents = (enum rollup)(choice / 4 % 4);
    options.total = choice / 16 % 2 == 0;
    options.k1 = choice / 32 % 2 == 0 ? options.k1 : 1.2f;
    const enum status status = search_run(s, query, &options, &fast);
    options.algorithm = ALGORITHM_EXHAUSTIVE;
    const enum status slow_status = search_run(s, query, &options, &slow);
    must(!sound || (status == STATUS_OK && slow_status == STATUS_OK));
    if (sound) {
        must((!options.total || fast.total == slow.total) && fast.best.n == slow.best.n);
        for (size_t i = 0; i < fast.best.n; i++)
            must(fast.best.entries[i].item == slow.best.entries[i].item &&
                 fast.best.entries[i].score == slow.best.entries[i].score);
    }
    if (status == STATUS_OK)
        show(s, &fast, sound);
    options.algorithm = ALGORITHM_AUTO;
    options.total = true;
    if (status == STATUS_OK && relax_is_due(&fast))
        offer(s, &options, &fast, sound);
    search_result_release(&fast);
    search_result_release(&slow);
}

static void search_segment(struct segment *segment, struct span query, uint8_t choice, bool sound)
{
    static char path[] = "fuzz";
    const struct profile *const profile = profile_by_name(segment->header.profile);
    if (profile == NULL)
        return;
    struct index_base base = {0, 0};
    struct index index = {.path = path,
                          .profile = profile,
                          .segments = segment,
                          .bases = &base,
                          .n_segments = 1,
                          .passages = segment->header.passages,
                          .documents = segment->header.documents,
                          .tokens = segment->header.tokens};
    must(form_filters_new(1, &index.filters) == STATUS_OK);
    struct segment_readers readers = {0};
    struct code_map map = {.longest = 0};
    struct searcher s = {
        .index = &index, .analyzer = fuzz_analyzer(profile), .readers = &readers, .maps = &map};
    if (!profile->ties_by_id || tie_ranks_make(&index, &s.ties) == STATUS_OK)
        search_both(&s, query, choice, sound);
    if (readers.open) {
        document_reader_release(&readers.documents);
        text_reader_release(&readers.text);
    }
    tie_ranks_release(&s.ties);
    form_filters_free(index.filters);
}

FUZZ_TARGET(search)
{
    struct span input = span_of(data, size);
    struct segment segment;
    const uint8_t choice = fuzz_take(&input);
    const struct span sound = sound_segment(choice % INDEXES);
    const struct span query = fuzz_take_line(&input);
    uint8_t *const copy = malloc(sound.len);
    must(copy != NULL);
    memcpy(copy, sound.data, sound.len);
    change(copy, sound.len, input);
    (void)forge_repair(copy, sound.len);
    if (segment_open_bytes(span_of(copy, sound.len), &segment) == STATUS_OK) {
        /* The check costs more than the search: of changed segments one in four is checked. */
        const bool checked = input.len < 4 || choice >= 192;
        const bool is_sound = checked && segment_check_sums(&segment) == STATUS_OK &&
                              segment_check(&segment) == STATUS_OK;
        must(is_sound || input.len >= 4);
        search_segment(&segment, query, choice / INDEXES, is_sound);
    }
    free(copy);
    return 0;
}
