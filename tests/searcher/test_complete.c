/* SPDX-License-Identifier: Apache-2.0 */
/* What Tab makes of a line: by hand, and against a scan of all forms on random beginnings. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/utf8.h"
#include "common/segment/forms.h"
#include "searcher/prompt/complete.h"
#include "tests/support/seed.h"
#include "tests/support/toy_index.h"

static const struct toy_document documents[] = {
    {.id = "a", .text = "Bridge bridge bridges bridge bridges bridging title titles titles."},
    {.id = "b", .text = "Caf\xc3\xa9 cafe cafeteria. Well-known and and."},
    {.id = "c",
     .text = "\xe8\x99\xb9\xe6\xa1\xa5 \xe8\x99\xb9\xe5\x8f\xa3 a\xc3\xa9 \xc3\xa9t\xc3\xa9."}};

struct completing {
    struct toy_index toy;
    struct searcher *searcher;
    struct arena arena;
    struct completion found;
};

static void begin(struct completing *c, const char *profile)
{
    const struct toy_options options = {.profile = profile};
    toy_index_build(&c->toy, documents, 3, &options);
    c->arena = (struct arena)ARENA_INIT;
    cr_assert_eq(searcher_open(c->toy.path, &c->searcher), STATUS_OK, "%s", status_message());
}

static void end(struct completing *c)
{
    arena_release(&c->arena);
    searcher_close(c->searcher);
    toy_index_remove(&c->toy);
}

/* `line` has its cursor at the |. Fails unless the line becomes `wanted`, with those choices. */
static void check(struct completing *c, const char *line, const char *wanted, const char *choices)
{
    struct buf text = BUF_INIT;
    struct buf made = BUF_INIT;
    struct buf listed = BUF_INIT;
    const size_t cursor = strcspn(line, "|");
    buf_append(&text, line, cursor);
    buf_append_string(&text, line + cursor + 1);
    cr_assert_eq(completion_find(c->searcher, buf_span(&text), cursor, &c->arena, &c->found),
                 STATUS_OK, "%s", status_message());
    if (c->found.n > 0) {
        buf_append(&made, line, c->found.start);
        buf_append_span(&made, c->found.insert);
        buf_append_string(&made, line + cursor);
    }
    for (size_t i = 0; i < c->found.n; i++) {
        buf_append_string(&listed, i == 0 ? "" : " ");
        buf_append_span(&listed, c->found.choices[i]);
    }
    cr_expect_str_eq(buf_string(&made), wanted, "%s -> '%s'", line, buf_string(&made));
    cr_expect_str_eq(buf_string(&listed), choices, "%s: %s", line, buf_string(&listed));
    buf_release(&text);
    buf_release(&made);
    buf_release(&listed);
}

Test(complete, words_fields_and_commands)
{
    struct completing c;
    begin(&c, "english");
    check(&c, "br|", "bridg|", "bridge bridges bridging");
    check(&c, "bridgi|", "bridging |", "bridging");
    check(&c, "bridgi| x", "bridging| x", "bridging");
    check(&c, "a BRIDGI|", "a bridging |", "bridging");
    check(&c, "+bridgi|", "+bridging |", "bridging");
    check(&c, "-(\"bridgi|", "-(\"bridging |", "bridging");
    check(&c, "tit|", "title|", "titles title title:");
    check(&c, "title:tit|", "title:title|", "titles title");
    check(&c, "body:\"well-kn|", "body:\"well-known |", "known");
    check(&c, "bod|", "body:|", "body:");
    check(&c, "caf\xc3\xa9|", "cafe|", "cafe cafeteria");
    check(&c, "\xe8\x99\xb9|", "\xe8\x99\xb9|",
          "\xe8\x99\xb9\xe5\x8f\xa3 \xe8\x99\xb9\xe6\xa1\xa5");
    check(&c, "an|", "and |", "and");
    check(&c, "id:tit|", "", "");
    check(&c, "date:2|", "", "");
    check(&c, "|", "", "");
    check(&c, "bridge |", "", "");
    check(&c, "bridge-|", "", "");
    check(&c, "zzz|", "", "");
    check(&c, ":si|", ":similar |", "similar");
    check(&c, "  :s|", "  :s|", "similar set save stats");
    check(&c, ":zz|", "", "");
    check(&c, ":set |", ":set |", "k k1 b documents");
    check(&c, ":set k|", ":set k|", "k k1");
    check(&c, ":documents o|", ":documents o|", "on off");
    check(&c, ":documents  t|", ":documents  top3 |", "top3");
    check(&c, ":open 1|", "", "");
    end(&c);
}

/* Occurrences of a form; fails the test on damage. */
static uint64_t count_of(const struct completing *c, struct span form)
{
    struct forms_cursor *cursor;
    uint64_t count = 0;
    cr_assert_eq(forms_cursor_new(&c->searcher->index->segments[0], form, &cursor), STATUS_OK);
    if (forms_cursor_next(cursor) && span_equal(forms_cursor_form(cursor), form))
        count = forms_cursor_count(cursor);
    forms_cursor_free(cursor);
    return count;
}

/* Random lines: what is offered begins as what is inserted does, the commonest first, and ends
 * between characters. */
Test(complete, random_lines)
{
    static const char *const parts[] = {
        "br", "bridge", "tit", "title:",       "caf\xc3\xa9", "+",        "-", "(", "\"", " ",
        ":",  "set",    "\t",  "\xe8\x99\xb9", "a",           "\xc3\xa9", "*", "~", "\\", "k"};
    const unsigned first = seed_first();
    unsigned seed = first;
    for (unsigned profile = 0; profile < 3; profile++) {
        struct completing c;
        begin(&c, profile_at(profile)->name);
        for (unsigned round = 0; round < 3000; round++) {
            struct buf line = BUF_INIT;
            for (unsigned n = seed_below(&seed, 6); n > 0; n--)
                buf_append_string(&line, parts[seed_below(&seed, 20)]);
            size_t cursor = line.len == 0 ? 0 : seed_below(&seed, (unsigned)line.len + 1);
            cursor = utf8_prefix(buf_span(&line), cursor).len;
            cr_assert_eq(completion_find(c.searcher, buf_span(&line), cursor, &c.arena, &c.found),
                         STATUS_OK, "seed %u", first);
            cr_assert(c.found.n == 0 || c.found.start <= cursor, "seed %u", first);
            cr_assert_leq(c.found.n, c.found.n_fitting, "seed %u", first);
            for (size_t i = 0; i < c.found.n; i++) {
                const struct span choice = c.found.choices[i];
                struct span shared = c.found.insert;
                while (shared.len > 0 && shared.data[shared.len - 1] == ' ')
                    shared.len--;
                cr_assert(choice.len >= shared.len &&
                              memcmp(choice.data, shared.data, shared.len) == 0,
                          "seed %u", first);
                cr_assert(utf8_valid(shared), "seed %u: %s", first, buf_string(&line));
                if (i > 0 && count_of(&c, choice) > 0)
                    cr_assert_geq(count_of(&c, c.found.choices[i - 1]), count_of(&c, choice),
                                  "seed %u", first);
            }
            buf_release(&line);
            arena_clear(&c.arena);
        }
        end(&c);
    }
}
