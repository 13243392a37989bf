/* SPDX-License-Identifier: Apache-2.0 */
/* test_snippet: the window against an oracle that tries every pair of matches, its edges, its
 * highlights, and the time that a large passage takes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

#include "common/base/utf8.h"
#include "searcher/show/snippet.h"

#define TERMS_MOST   8
#define MATCHES_MOST 512

struct bench {
    const struct profile *profile;
    struct analyzer *analyzer;
    uint8_t bytes[TERMS_MOST][64]; /* of the terms */
    struct snippet_term terms[TERMS_MOST];
    size_t n_terms;
    struct snippet_phrase phrases[2];
    size_t n_phrases;
    struct snippet snippet;
};

static void set_up(struct bench *t, const char *profile)
{
    *t = (struct bench){.profile = profile_by_name(profile), .snippet = SNIPPET_INIT};
    cr_assert_eq(analyzer_new(t->profile, &t->analyzer), STATUS_OK);
}

static void tear_down(struct bench *t)
{
    analyzer_free(t->analyzer);
    snippet_release(&t->snippet);
}

/* Adds the terms of all tokens of `text`. */
static void add_terms(struct bench *t, const char *text, float weight)
{
    struct tokenizer tokenizer;
    tokenizer_init(&tokenizer, t->profile->tokenize, span_of_string(text));
    struct token token;
    while (tokenizer_next(&tokenizer, &token)) {
        struct analysis analysis;
        analyzer_apply(t->analyzer, span_of(text + token.start, token.end - token.start),
                       token.ascii, &analysis);
        cr_assert(t->n_terms < TERMS_MOST && analysis.term.len <= sizeof t->bytes[0]);
        memcpy(t->bytes[t->n_terms], analysis.term.data, analysis.term.len);
        t->terms[t->n_terms] =
            (struct snippet_term){span_of(t->bytes[t->n_terms], analysis.term.len), weight, 0};
        t->n_terms++;
    }
}

static void make(struct bench *t, struct span passage, uint32_t width)
{
    const struct snippet_query query = {t->terms, t->n_terms, t->phrases, t->n_phrases};
    cr_assert_eq(snippet_make(passage, t->analyzer, t->profile, &query, width, &t->snippet),
                 STATUS_OK);
}

/* The window with [ and ] around highlights and < > where text was cut, good until the next call.
 */
static const char *shown(struct bench *t, const char *passage, uint32_t width)
{
    static char out[4096];
    make(t, span_of_string(passage), width);
    const struct snippet *const s = &t->snippet;
    size_t n = 0;
    size_t next = 0;
    if (s->cut_before)
        out[n++] = '<';
    for (uint32_t i = 0; i <= s->end - s->start; i++) {
        if (next < s->n_highlights && i == s->highlights[next].end) {
            out[n++] = ']';
            next++;
        }
        if (next < s->n_highlights && i == s->highlights[next].start)
            out[n++] = '[';
        if (i < s->end - s->start)
            out[n++] = passage[s->start + i];
    }
    if (s->cut_after)
        out[n++] = '>';
    out[n] = '\0';
    return out;
}

/* ---- examples ---- */

Test(snippet, short_passages_are_shown_whole)
{
    struct bench t;
    set_up(&t, "english");
    add_terms(&t, "bridge", 1);
    cr_expect_str_eq(shown(&t, "Bridges, bridging; abridged.", 100),
                     "[Bridges], [bridging]; abridged.");
    cr_expect_str_eq(shown(&t, " \n a bridge\xe3\x80\x80\t", 100), "a [bridge]");
    cr_expect_str_eq(shown(&t, "a bridge", 8), "a [bridge]");
    cr_expect_str_eq(shown(&t, "a bridge.", 8), "<[bridge].");
    cr_expect_str_eq(shown(&t, "no match", 100), "no match");
    cr_expect_str_eq(shown(&t, "", 100), "");
    cr_expect_str_eq(shown(&t, " \n ", 100), "");
    make(&t, span_of(NULL, 0), 100);
    cr_expect_eq(t.snippet.start, t.snippet.end);
    tear_down(&t);
}

Test(snippet, the_window_covers_terms_by_weight)
{
    static const char passage[] = "port port port port. Nothing stands here at all, nothing more. "
                                  "A bridge. Nothing again, and again nothing. A port, a bridge.";
    struct bench t;
    set_up(&t, "english");
    add_terms(&t, "port", 1);
    cr_expect_str_eq(shown(&t, passage, 25), "[port] [port] [port] [port].>");
    add_terms(&t, "bridge", 2);
    cr_expect_str_eq(shown(&t, passage, 25), "<A [port], a [bridge].");
    t.n_terms = 0;
    add_terms(&t, "bridge", 1);
    cr_expect_str_eq(shown(&t, passage, 25), "<A [bridge]. Nothing again,>");
    t.n_terms = 0;
    add_terms(&t, "absent", 1);
    cr_expect_str_eq(shown(&t, passage, 25), "port port port port.>");
    t.n_terms = 0;
    cr_expect_str_eq(shown(&t, passage, 25), "port port port port.>");
    tear_down(&t);
}

Test(snippet, the_window_starts_with_a_sentence_where_it_can)
{
    static const char passage[] =
        "The first sentence is long enough to be left out. \"Is it so?\" he asked at the old "
        "harbour wall of the town\n\nA new paragraph about the bridge, which goes on and on and on "
        "without any end that one could see from here";
    struct bench t;
    set_up(&t, "english");
    add_terms(&t, "asked", 1);
    cr_expect_str_eq(shown(&t, passage, 40), "<\"Is it so?\" he [asked] at the old harbour>");
    t.n_terms = 0;
    add_terms(&t, "bridge", 1);
    cr_expect_str_eq(shown(&t, passage, 60),
                     "<A new paragraph about the [bridge], which goes on and on and>");
    t.n_terms = 0;
    add_terms(&t, "harbour", 1);
    cr_expect_str_eq(shown(&t, passage, 30), "<old [harbour] wall of the town>");
    t.n_terms = 0;
    add_terms(&t, "see", 1);
    cr_expect_str_eq(shown(&t, passage, 30), "<that one could [see] from here");
    /* Not so far back that nothing would follow the match. */
    t.n_terms = 0;
    add_terms(&t, "bridge", 1);
    cr_expect_str_eq(shown(&t,
                           "Look! It was the long and narrow old bridge over a river at night, "
                           "and nothing else was to be seen",
                           40),
                     "<narrow old [bridge] over a river at night,>");
    /* The bracket belongs to what it closes. */
    cr_expect_str_eq(shown(&t,
                           "\xe6\xb8\xaf\xe6\xb8\xaf\xe6\xb8\xaf\xe6\xb8\xaf\xe6\xb8\xaf"
                           "\xe3\x80\x82\xef\xbc\x89"
                           "bridge of the world",
                           12),
                     "<[bridge] of>");
    /* At the end of the text: from the first sentence that shows all the rest. */
    cr_expect_str_eq(shown(&t, "Long ago it was. Look there. A bridge.", 25),
                     "<Look there. A [bridge].");
    tear_down(&t);
}

Test(snippet, ideographs_are_cut_between_characters_and_joined)
{
    /* shanghai zi mao qu; then a sentence of other characters on both sides */
    static const char zone[] = "\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa\xe8\xb4\xb8\xe5\x8c\xba";
    struct bench t;
    static const char *const profiles[] = {"english", "anserini"};
    for (int p = 0; p < 2; p++) {
        set_up(&t, profiles[p]);
        add_terms(&t, zone, 1);
        cr_expect_str_eq(shown(&t, zone, 5),
                         "[\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa\xe8\xb4\xb8\xe5\x8c\xba]");
        char passage[1024] = "";
        for (int i = 0; i < 20; i++)
            strcat(passage, "\xe6\xb8\xaf");
        strcat(passage, zone);
        for (int i = 0; i < 20; i++)
            strcat(passage, "\xe6\xb8\xaf");
        cr_expect_str_eq(shown(&t, passage, 8),
                         "<\xe6\xb8\xaf[\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa\xe8\xb4\xb8\xe5\x8c"
                         "\xba]\xe6\xb8\xaf\xe6\xb8\xaf>");
        tear_down(&t);
    }
}

Test(snippet, a_match_across_the_edge_is_no_highlight)
{
    struct bench t;
    set_up(&t, "english");
    add_terms(&t, "\xe4\xb8\x8a\xe6\xb5\xb7", 1);
    cr_expect_str_eq(shown(&t,
                           "\xe4\xb8\x8a\xe6\xb5\xb7\xe4\xb8\x8a\xe6\xb5\xb7"
                           "\xe4\xb8\x8a\xe6\xb5\xb7\xe4\xb8\x8a\xe6\xb5\xb7",
                           5),
                     "[\xe4\xb8\x8a\xe6\xb5\xb7\xe4\xb8\x8a\xe6\xb5\xb7]\xe4\xb8\x8a>");
    tear_down(&t);
}

Test(snippet, a_word_wider_than_the_window_is_shown_whole)
{
    struct bench t;
    set_up(&t, "plain");
    cr_expect_str_eq(shown(&t, "internationalization of words", 5), "internationalization>");
    add_terms(&t, "internationalization", 1);
    cr_expect_str_eq(shown(&t, "the internationalization of words", 5), "<[internationalization]>");
    cr_expect_str_eq(shown(&t, "the internationalization of words", 0), "<[internationalization]>");
    cr_expect_str_eq(shown(&t, "--- --- --- --- ---", 6), "--- -->");
    tear_down(&t);
}

/* ---- phrases and patterns ---- */

static struct snippet_phrase phrase_of(const struct snippet_word *words, size_t n, uint32_t slop,
                                       bool near)
{
    return (struct snippet_phrase){words, n, slop, near};
}

Test(snippet, words_of_a_phrase_count_where_it_stands)
{
    static const char passage[] = "The sea is wide and deep and blue. A level is a tool of wood. "
                                  "The level sea. In the end the sea level rises.";
    const struct snippet_word words[] = {{span_of_string("sea"), 1, 0, 0},
                                         {span_of_string("level"), 1, 1, 0}};
    const struct snippet_word near[] = {{span_of_string("sea"), 1, 0, 0},
                                        {span_of_string("wide"), 1, 0, 1}};
    struct bench t;
    set_up(&t, "english");
    t.n_phrases = 1;
    t.phrases[0] = phrase_of(words, 2, 0, false);
    cr_expect_str_eq(shown(&t, passage, 500),
                     "The sea is wide and deep and blue. A level is a tool of wood. "
                     "The level sea. In the end the [sea] [level] rises.");
    cr_expect_str_eq(shown(&t, passage, 20), "<the [sea] [level] rises.");
    t.phrases[0] = phrase_of(words, 2, 2, false);
    cr_expect_str_eq(shown(&t, passage, 500),
                     "The sea is wide and deep and blue. A level is a tool of wood. "
                     "The [level] [sea]. In the end the [sea] [level] rises.");
    t.phrases[0] = phrase_of(near, 2, 1, true);
    cr_expect_str_eq(shown(&t, passage, 40), "The [sea] is [wide] and deep and blue. A>");
    t.phrases[0] = phrase_of(near, 2, 0, true);
    cr_expect_str_eq(shown(&t, passage, 10), "The sea is>");
    add_terms(&t, "tool", 1);
    cr_expect_str_eq(shown(&t, passage, 27), "<A level is a [tool] of wood.>");
    add_terms(&t, "sea", 1); /* asked for by itself, too */
    t.phrases[0] = phrase_of(words, 2, 0, false);
    cr_expect_str_eq(shown(&t, passage, 500),
                     "The [sea] is wide and deep and blue. A level is a [tool] of wood. "
                     "The level [sea]. In the end the [sea] [level] rises.");
    tear_down(&t);
}

Test(snippet, the_words_of_a_pattern_are_one_thing)
{
    static const char passage[] = "port ports porter. Nothing stands here at all, nothing at all. "
                                  "A porter, a crane.";
    struct bench t;
    set_up(&t, "plain");
    add_terms(&t, "port ports porter crane", 1);
    cr_expect_str_eq(shown(&t, passage, 25), "[port] [ports] [porter].>");
    for (int i = 0; i < 3; i++)
        t.terms[i].group = 7;
    cr_expect_str_eq(shown(&t, passage, 25), "<A [porter], a [crane].");
    tear_down(&t);
}

/* Each word of a group weighs as the heaviest of them, wherever that stands in the order of terms. */
Test(snippet, a_group_weighs_as_its_heaviest_word)
{
    static const char passage[] = "The quay is here. Nothing stands here at all, nothing at all. "
                                  "There is a port. Nothing else stands here, nothing at all.";
    for (size_t heavy = 0; heavy < 3; heavy++) {
        struct bench t;
        set_up(&t, "plain");
        add_terms(&t, "aport port zport quay", 1);
        for (size_t i = 0; i < 3; i++) {
            t.terms[i].group = 7;
            t.terms[i].weight = i == heavy ? 9 : 1;
        }
        t.terms[3].weight = 5;
        cr_expect_not_null(strstr(shown(&t, passage, 20), "[port]"), "%zu", heavy);
        tear_down(&t);
    }
}

/* ---- properties ---- */

struct oracle_match {
    uint32_t start;
    uint32_t end;
    size_t term;
};

struct oracle {
    struct span passage;
    struct oracle_match matches[MATCHES_MOST];
    size_t n;
};

static uint32_t characters_in(struct span text, uint32_t start, uint32_t end)
{
    uint32_t n = 0;
    uint32_t c;
    for (const uint8_t *p = text.data + start; p < text.data + end; n++)
        p += utf8_decode(p, text.data + end, &c);
    return n;
}

static void oracle_find(struct oracle *o, const struct bench *t, struct span passage)
{
    struct tokenizer tokenizer;
    tokenizer_init(&tokenizer, t->profile->tokenize, passage);
    struct token token;
    *o = (struct oracle){.passage = passage};
    while (tokenizer_next(&tokenizer, &token)) {
        struct analysis analysis;
        analyzer_apply(t->analyzer, span_of(passage.data + token.start, token.end - token.start),
                       token.ascii, &analysis);
        for (size_t i = 0; i < t->n_terms && analysis.kept; i++) {
            if (!span_equal(t->terms[i].term, analysis.term))
                continue;
            cr_assert_lt(o->n, MATCHES_MOST);
            o->matches[o->n++] = (struct oracle_match){token.start, token.end, i};
            break;
        }
    }
}

/* Weight of the distinct terms that match inside [start, end), and how many matches there are. */
static float oracle_weight(const struct oracle *o, const struct bench *t, uint32_t start,
                           uint32_t end, size_t *count)
{
    bool seen[TERMS_MOST] = {false};
    float weight = 0;
    *count = 0;
    for (size_t i = 0; i < o->n; i++) {
        const struct oracle_match *const m = &o->matches[i];
        if (m->start < start || m->end > end)
            continue;
        ++*count;
        weight += seen[m->term] ? 0 : t->terms[m->term].weight;
        seen[m->term] = true;
    }
    return weight;
}

/* Tries every pair of matches; the window must hold the earliest of the best. */
static void check_core(const struct oracle *o, const struct bench *t, uint32_t width)
{
    uint32_t best_start = 0;
    uint32_t best_end = 0;
    float best_weight = 0;
    size_t best_count = 0;
    for (size_t j = 0; j < o->n; j++) {
        for (size_t i = 0; i <= j; i++) {
            const uint32_t start = o->matches[i].start;
            const uint32_t end = o->matches[j].end;
            if (characters_in(o->passage, start, end) > width)
                continue;
            size_t count;
            const float weight = oracle_weight(o, t, start, end, &count);
            if (weight > best_weight || (weight == best_weight && count > best_count)) {
                best_start = start;
                best_end = end;
                best_weight = weight;
                best_count = count;
            }
        }
    }
    const struct snippet *const s = &t->snippet;
    size_t count;
    const float weight = oracle_weight(o, t, s->start, s->end, &count);
    cr_assert_eq(weight, best_weight);
    cr_assert_eq(count, best_count);
    cr_assert(best_count == 0 || (s->start <= best_start && best_end <= s->end));
}

/* A window splits no token, unless tokens overlap there (bigrams). */
static void check_edge(const struct bench *t, struct span passage, uint32_t edge)
{
    struct tokenizer tokenizer;
    tokenizer_init(&tokenizer, t->profile->tokenize, passage);
    struct token token;
    bool inside = false;
    bool between = false;
    while (tokenizer_next(&tokenizer, &token)) {
        inside = inside || (token.start < edge && edge < token.end);
        between = between || token.start == edge || token.end == edge;
    }
    cr_assert(between || !inside, "edge at %u in '%.*s'", (unsigned)edge, (int)passage.len,
              (const char *)passage.data);
    cr_assert(edge == passage.len || (passage.data[edge] & 0xc0) != 0x80);
}

static void check_highlights(const struct oracle *o, const struct snippet *s)
{
    for (size_t i = 0; i < s->n_highlights; i++) {
        cr_assert_lt(s->highlights[i].start, s->highlights[i].end);
        cr_assert_leq(s->highlights[i].end, s->end - s->start);
        cr_assert(i == 0 || s->highlights[i - 1].end < s->highlights[i].start);
    }
    for (uint32_t at = s->start; at < s->end; at++) {
        bool expected = false;
        for (size_t i = 0; i < o->n; i++)
            expected =
                expected || (o->matches[i].start >= s->start && o->matches[i].end <= s->end &&
                             o->matches[i].start <= at && at < o->matches[i].end);
        bool found = false;
        for (size_t i = 0; i < s->n_highlights; i++)
            found = found || (s->highlights[i].start <= at - s->start &&
                              at - s->start < s->highlights[i].end);
        cr_assert_eq(found, expected);
    }
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void random_passage(struct buf *out, uint64_t *state)
{
    static const char *const pieces[] = {"bridge",
                                         "Bridges",
                                         "bridging",
                                         "port",
                                         "sea",
                                         "a",
                                         "the",
                                         "caf\xc3\xa9",
                                         "x",
                                         "-",
                                         ".",
                                         ". ",
                                         "\n\n",
                                         ", ",
                                         " \"",
                                         "\" ",
                                         "\xe4\xb8\x8a\xe6\xb5\xb7",
                                         "\xe6\xb5\xb7\xe8\x87\xaa\xe8\xb4\xb8",
                                         "\xe3\x80\x82",
                                         "\xe3\x80\x80",
                                         "\xf0\x9f\x98\x80",
                                         "\xe0\xb9\x84\xe0\xb8\x97\xe0\xb8\xa2"};
    buf_clear(out);
    for (uint32_t n = next_random(state) % 80; n > 0; n--) {
        buf_append_string(out, pieces[next_random(state) % (sizeof pieces / sizeof pieces[0])]);
        if (next_random(state) % 3 > 0)
            buf_put_u8(out, ' ');
    }
}

static void check_passage(struct bench *t, struct oracle *o, struct span passage, uint32_t width)
{
    make(t, passage, width);
    const struct snippet *const s = &t->snippet;
    cr_assert(s->start <= s->end && s->end <= passage.len);
    cr_assert_leq(characters_in(passage, s->start, s->end), width);
    oracle_find(o, t, passage);
    check_core(o, t, width);
    check_edge(t, passage, s->start);
    check_edge(t, passage, s->end);
    check_highlights(o, s);
    if (s->end > s->start)
        cr_assert(passage.data[s->start] > ' ' && passage.data[s->end - 1] > ' ');
    cr_assert(s->cut_after || s->cut_before || characters_in(passage, s->start, s->end) <= width);
}

Test(snippet, random_passages_against_the_oracle)
{
    const uint64_t seed = (uint64_t)time(NULL);
    fprintf(stderr, "snippet/random_passages: seed %llu\n", (unsigned long long)seed);
    uint64_t state = seed;
    static const char *const words[] = {
        "bridge", "port", "sea", "\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa", "caf\xc3\xa9", "the"};
    static struct oracle oracle;
    struct buf passage = BUF_INIT;
    for (int p = 0; p < 3; p++) {
        struct bench t;
        set_up(&t, profile_at((size_t)p)->name);
        for (int round = 0; round < 700; round++) {
            t.n_terms = 0;
            for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                if (next_random(&state) % 2 == 0 && !(p == 1 && i == 5))
                    add_terms(&t, words[i], (float)(next_random(&state) % 4 + 1));
            random_passage(&passage, &state);
            /* No token of these passages is wider than 40 characters; most are far narrower. */
            const uint32_t width = 40 + next_random(&state) % 60;
            check_passage(&t, &oracle, buf_span(&passage), width);
        }
        tear_down(&t);
    }
    buf_release(&passage);
}

Test(snippet, any_bytes_are_safe)
{
    const uint64_t seed = (uint64_t)time(NULL);
    fprintf(stderr, "snippet/any_bytes: seed %llu\n", (unsigned long long)seed);
    uint64_t state = seed;
    struct bench t;
    set_up(&t, "english");
    add_terms(&t, "a e", 1);
    uint8_t passage[300];
    for (int round = 0; round < 5000; round++) {
        const uint32_t mask = round % 2 == 0 ? 0xff : 0xdf;
        const size_t len = next_random(&state) % sizeof passage;
        for (size_t i = 0; i < len; i++)
            passage[i] = (uint8_t)(next_random(&state) & mask);
        make(&t, span_of(passage, len), next_random(&state) % 60);
        cr_assert(t.snippet.start <= t.snippet.end && t.snippet.end <= len);
        for (size_t i = 0; i < t.snippet.n_highlights; i++)
            cr_assert_leq(t.snippet.highlights[i].end, t.snippet.end - t.snippet.start);
    }
    tear_down(&t);
}

/* Whole documents are passages too. Quadratic code would take hours for these; tests/work counts. */
Test(snippet, megabytes)
{
    static const char *const pieces[] = {
        "bridge ",      "bridge port, ",   "x",   ".", "\n", ") ", "\" ",
        "\xe4\xb8\x8a", "no match here. ", "\x80"};
    struct bench t;
    set_up(&t, "plain");
    add_terms(&t, "bridge port \xe4\xb8\x8a\xe4\xb8\x8a", 1);
    struct buf passage = BUF_INIT;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        buf_clear(&passage);
        while (passage.len < 1 << 20)
            buf_append_string(&passage, pieces[i]);
        buf_append_string(&passage, " bridge");
        make(&t, buf_span(&passage), 300);
        cr_assert(t.snippet.start <= t.snippet.end && t.snippet.end <= passage.len);
    }
    buf_release(&passage);
    tear_down(&t);
}
