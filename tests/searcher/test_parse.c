/* SPDX-License-Identifier: Apache-2.0 */
/* test_parse: what queries mean, as their printed reading; then what no query may do: crash, take
 * more than linear time or memory, or pass a limit in silence. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "searcher/query/parse.h"

/* One analyzer and one arena for all queries of a test. */
struct bench {
    const struct profile *profile;
    struct analyzer *analyzer;
    struct arena arena;
    struct buf reading;
    struct query query;
};

static void set_up(struct bench *t, const char *profile)
{
    *t = (struct bench){.profile = profile_by_name(profile), .arena = ARENA_INIT};
    cr_assert_eq(analyzer_new(t->profile, &t->analyzer), STATUS_OK);
}

static void tear_down(struct bench *t)
{
    analyzer_free(t->analyzer);
    arena_release(&t->arena);
    buf_release(&t->reading);
}

static const char *parse_bytes(struct bench *t, struct span text, enum query_syntax syntax)
{
    arena_clear(&t->arena);
    buf_clear(&t->reading);
    cr_assert_eq(query_parse(text, t->analyzer, t->profile, syntax, &t->arena, &t->query),
                 STATUS_OK);
    query_print(&t->query, &t->reading);
    return buf_string(&t->reading);
}

static const char *parse(struct bench *t, const char *text)
{
    return parse_bytes(t, span_of_string(text), QUERY_SYNTAX);
}

struct example {
    const char *text;
    const char *reading;
    bool obvious;
};

static void check_examples(const char *profile, const struct example *examples, size_t n)
{
    struct bench t;
    set_up(&t, profile);
    for (size_t i = 0; i < n; i++) {
        const char *const reading = parse(&t, examples[i].text);
        cr_expect_str_eq(reading, examples[i].reading, "%s: '%s' is read as '%s', not '%s'",
                         profile, examples[i].text, reading, examples[i].reading);
        cr_expect_eq(t.query.obvious, examples[i].obvious, "%s: obvious: '%s'", profile,
                     examples[i].text);
    }
    tear_down(&t);
}

#define CHECK_EXAMPLES(profile, examples)                                                          \
    check_examples(profile, examples, sizeof examples / sizeof examples[0])

Test(parse, readings_english)
{
    static const struct example examples[] = {
        {"climate shanghai", "climate OR shanghai", true},
        {"  climate\tshanghai\n", "climate OR shanghai", true},
        {"climate\xe3\x80\x80shanghai", "climate OR shanghai", true},
        {"climate\xe3\x80\x80-shanghai", "climate -shanghai", false},
        {"climate climate", "climate OR climate", true},
        {"Bread, butter!", "Bread OR butter", true},
        /* stop words */
        {"the climate of Shanghai", "climate OR Shanghai", true},
        {"to be or not to be", "to OR be OR or OR not OR to OR be", true},
        {"the \"of\"", "\"of\"", false},
        {"the -airport", "the -airport", false},
        {"the +of shanghai", "+of OR shanghai", false},
        {"\"the who\"", "\"the who\"", false},
        {"+(the of) shanghai", "+(the OR of) OR shanghai", false},
        {"+(the bund) shanghai", "+(bund) OR shanghai", false},
        {"shanghai (the of)", "shanghai", false},
        {"the (of shanghai)", "(shanghai)", false},
        {"the (of)", "the OR (of)", false},
        {"the +(of)", "+(of)", false},
        /* words of several tokens */
        {"state-of-the-art", "state OR art", true},
        {"+state-of-the-art", "+\"state of the art\"", false},
        {"-e-mail", "-\"e mail\"", false},
        {"\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa\xe8\xb4\xb8",
         "\xe4\xb8\x8a\xe6\xb5\xb7 OR \xe6\xb5\xb7\xe8\x87\xaa OR \xe8\x87\xaa\xe8\xb4\xb8", true},
        {"+\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa\xe8\xb4\xb8",
         "+\"\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa\xe8\xb4\xb8\"", false},
        /* signs */
        {"+climate -airport", "+climate -airport", false},
        {"-airport climate port", "-airport climate OR port", false},
        {"Paris - London", "Paris OR London", false},
        {"Paris -", "Paris", false},
        {"Paris +", "Paris", false},
        {"--help", "help", false},
        {"+-x y", "x OR y", false},
        {"-(airport port) city", "-(airport OR port) city", false},
        {"-\"sea level\" city", "-\"sea level\" city", false},
        {"+(city)", "+(city)", false},
        {"(-airport city)", "(-airport city)", false},
        {"(city -)", "(city)", false},
        {"\"sea\"-level", "sea OR level", false},
        {"-,", "", false},
        /* phrases */
        {"climate \"sea level\"~3 +shanghai", "climate OR \"sea level\"~3 OR +shanghai", false},
        {"\"climate\"", "climate", false},
        {"\"climate\"~5", "climate", false},
        {"\"\" x", "x", false},
        {"\"sea level", "\"sea level\"", false},
        {"\xe2\x80\x9csea level\xe2\x80\x9d~2", "\"sea level\"~2", false},
        {"\xe2\x80\x9csea level\" rise", "\"sea level\" OR rise", false},
        {"\"sea level\"~ rise", "\"sea level\" OR rise", false},
        {"\"sea level\"~2x", "\"sea level\" OR 2x", false},
        {"\"sea level\"~0", "\"sea level\"", false},
        {"(\"sea level\"~2)", "(\"sea level\"~2)", false},
        {"\"sea level\"rise", "\"sea level\" OR rise", false},
        {"5\" pipe", "5 OR pipe", false},
        /* groups */
        {"(sea level) rise", "(sea OR level) OR rise", false},
        {"sea (level (rise))", "sea OR (level OR (rise))", false},
        {"(sea level", "(sea OR level)", false},
        {"sea) level", "sea OR level", false},
        {"sea ) level", "sea OR level", false},
        {"f(x) (f(x) y)", "f OR x OR (f OR x OR y)", false},
        {"(sea)(level)", "(sea) OR (level)", false},
        {"() sea (())", "sea", false},
        {"(sea level)^2 (rise)^0.5", "(sea OR level)^2 OR (rise)^0.5", false},
        {"(sea level)^2x", "(sea OR level) OR 2x", false},
        /* operators */
        {"climate AND shanghai", "climate AND shanghai", false},
        {"climate and shanghai", "climate OR shanghai", true},
        {"+climate +shanghai", "climate AND shanghai", false},
        {"climate AND shanghai port", "(climate AND shanghai) OR port", false},
        {"a1 AND b1 OR c1 AND d1", "(a1 AND b1) OR (c1 AND d1)", false},
        {"a1 AND (b1 OR c1) AND NOT d1", "a1 AND (b1 OR c1) AND NOT d1", false},
        {"a1 AND -b1", "+a1 -b1", false},
        {"a1 NOT b1", "a1 -b1", false},
        {"NOT a1", "-a1", false},
        {"NOT NOT a1 b1", "a1 OR b1", false},
        {"NOT -a1 b1", "a1 OR b1", false},
        {"a1 OR b1", "a1 OR b1", false},
        {"a1 AND (NOT b1) AND c1", "a1 AND NOT b1 AND c1", false},
        {"+(-b1 -c1) a1", "-b1 -c1 a1", false},
        {"the AND who", "the AND who", false},
        {"the OR who", "who", false},
        {"state-of-the-art AND sea", "\"state of the art\" AND sea", false},
        {"AND", "\\AND", false},
        {"AND sea", "sea", false},
        {"sea AND", "sea", false},
        {"sea OR", "sea", false},
        {"OR NOT", "\\OR OR \\NOT", false},
        {"a1 AND OR b1", "a1 OR b1", false},
        {"sea AND )", "sea", false},
        {"(sea AND) level", "(sea) OR level", false},
        {"+AND sea", "+\\AND OR sea", false},
        {"a1 AND ()", "a1", false},
        {"a1 AND !?", "a1", false},
        {"(a1 AND b1)", "(a1 AND b1)", false},
        {"((a1 AND b1) AND c1)", "((a1 AND b1) AND c1)", false},
        /* NEAR */
        {"sea NEAR/3 level", "sea NEAR/3 level", false},
        {"sea NEAR level", "sea NEAR/10 level", false},
        {"sea NEAR/3 level NEAR/5 rise", "sea NEAR/5 level NEAR/5 rise", false},
        {"\"sea level\" NEAR/3 rise x", "\"sea level\" NEAR/3 rise OR x", false},
        {"\"sea level\"~2 NEAR/3 rise", "\"sea level\"~2 OR \\NEAR OR 3 OR rise", false},
        {"sea NEAR/3 sea", "sea", false},
        {"sea NEAR/3 sea NEAR/3 level", "sea NEAR/3 level", false},
        {"+sea NEAR/3 level", "+sea NEAR/3 level", false},
        {"NOT sea NEAR/3 level x", "-sea NEAR/3 level x", false},
        {"title:sea NEAR/3 level^2", "(title:sea NEAR/3 level)^2", false},
        {"sea NEAR/3 +level", "sea OR \\NEAR OR 3 OR +level", false},
        {"sea NEAR/3 lev*", "sea OR \\NEAR OR 3 OR lev*", false},
        {"sea NEAR/x level", "sea OR \\NEAR OR x OR level", true},
        {"NEAR/3 level", "\\NEAR OR 3 OR level", false},
        {"sea NEAR/3 !! level", "sea OR level", false},
        {"the NEAR/2 who", "the NEAR/2 who", false},
        /* wildcards */
        {"ship* sea", "ship* OR sea", false},
        {"w?ld +*tion -?x*", "w?ld OR +*tion -?x*", false},
        {"what is climate change?", "what OR climate OR change", true},
        {"wh?t?! x", "wh?t OR x", false},
        {"* ** ?* sea", "sea", false},
        {"2 * 3", "2 OR 3", false},
        {"state-of-th*", "state OR th*", false},
        {"+state-of-th*", "state AND of AND th*", false},
        {"foo?-bar*", "foo OR bar*", false},
        {"\"ship*\"", "ship", false},
        {"\xe4\xb8\x8a*", "\xe4\xb8\x8a*", false},
        {"\xe4\xb8\x8a\xe6\xb5\xb7*", "\xe4\xb8\x8a\xe6\xb5\xb7", false},
        {"*\xe6\xb5\xb7", "*\xe6\xb5\xb7", false},
        {"\xc3\x89t?", "\xc3\x89t", true},
        /* fuzzy */
        {"bridge~1 crane~2", "bridge~1 OR crane~2", false},
        {"bridge~9", "bridge~2", false},
        {"bridge~", "bridge", false},
        {"bridge~0", "bridge", false},
        {"bridge~1.5", "bridge OR 1.5", false},
        {"e-mail~1", "e~1 OR mail~1", false},
        {"bridge~1^2", "bridge~1^2", false},
        {"bri*ge~1", "bri*ge OR 1", false},
        /* boosts */
        {"sea^2", "sea^2", false},
        {"sea^0.5 \"sea level\"~2^3", "sea^0.5 OR \"sea level\"~2^3", false},
        {"sea^", "sea", false},
        {"sea^x", "sea OR x", false},
        {"sea^0", "sea^0.01", false},
        {"sea^1000", "sea^100", false},
        {"sea^1", "sea", false},
        {"state-of-the-art^2", "state^2 OR art^2", false},
        {"^2", "2", false},
        {"ship*^2", "ship*^2", false},
        /* fields */
        {"title:hub x", "title:hub OR x", false},
        {"+title:hub -body:\"sea level\"", "+title:hub -body:\"sea level\"", false},
        {"title:(hub port)", "(title:hub OR title:port)", false},
        {"title:(hub body:port)^2", "(title:hub OR body:port)^2", false},
        {"title:state-of-the-art", "title:\"state of the art\"", false},
        {"title:the x", "title:the OR x", false},
        {"title:ship* body:ship~1", "title:ship* OR body:ship~1", false},
        {"title: hub", "title OR hub", false},
        {"Title:hub", "Title:hub", false},
        {"author:hub", "author:hub", false},
        {"title\\:hub", "title\\:hub", false},
        /* ids and dates */
        {"id:a.txt#3", "id:a.txt#3", false},
        {"id:\"a b(c).txt\" x", "id:a\\ b\\(c\\).txt AND x", false},
        {"id:a\\ b x", "id:a\\ b AND x", false},
        {"-id:a x", "-id:a x", false},
        {"id: a", "id", false},
        {"date:2022 x", "date:2022 AND x", false},
        {"x date:2022-05..2023", "x AND date:2022-05..2023", false},
        {"date:2023..2022 x", "date:2022..2023 AND x", false},
        {"date:2022.. date:..2022-05-12", "date:2022.. AND date:..2022-05-12", false},
        {"date:\"12 May 2022\"", "date:2022-05-12", false},
        {"date:yesterday x", "date\\:yesterday OR x", false},
        {"date:.. x", "date OR x", false},
        {"date:2022 OR date:2023", "date:2022 OR date:2023", false},
        {"date:2022 OR date:2023 x", "(date:2022 OR date:2023) AND x", false},
        {"(date:2022 OR id:b) x", "(date:2022 OR id:b) AND x", false},
        {"x OR date:2022", "x OR date:2022", false},
        {"x OR date:2022 id:b", "(x OR date:2022) AND id:b", false},
        {"date:2022 -x", "date:2022 -x", false},
        {"the date:2022", "the AND date:2022", false},
        {"the sea date:2022 level -x", "(sea OR level) AND date:2022 AND NOT x", false},
        {"+sea level date:2022", "+sea OR level OR +date:2022", false},
        {"date:2022^2 x", "date^2 OR 2022^2 OR x", false},
        /* escapes */
        {"\\+sea \\-level \\\"x\\\"", "sea OR level OR x", false},
        {"ship\\* \\(sea\\)", "ship OR sea", false},
        {"\\AND x", "x", false},
        {"C:\\Users", "C OR Users", false},
        {"\"\xd7\x9e\\\"\xd7\x9e x\"", "\"\xd7\x9e\\\"\xd7\x9e x\"", false},
        {"\xd7\x9e\"\xd7\x9e", "\xd7\x9e\\\"\xd7\x9e", false},
        {"\"a \\\"b\\\" c\"", "\"a b c\"", false},
        {"sea\\^2 sea\\~1", "sea OR 2 OR sea OR 1", false},
        {"sea\\", "sea", false},
        {"\\", "", false},
        {"", "", true},
        {"?!", "", true},
        {"sea\xff level", "sea OR level", false},
    };
    CHECK_EXAMPLES("english", examples);
}

Test(parse, readings_of_other_profiles)
{
    static const struct example anserini[] = {
        {"the climate of Shanghai", "climate OR Shanghai", true},
        {"state-of-the-art", "state OR art", true},
        {"+state-of-the-art", "+\"state ? ? art\"", false},
        {"\"the state of\"", "state", false},
        {"\"the of\" sea", "sea", false},
        {"the of", "", true},
        {"+the sea", "sea", false},
        {"\xe4\xb8\x8a\xe6\xb5\xb7", "\xe4\xb8\x8a OR \xe6\xb5\xb7", true},
        {"+\xe4\xb8\x8a\xe6\xb5\xb7", "+\"\xe4\xb8\x8a\xe6\xb5\xb7\"", false},
    };
    CHECK_EXAMPLES("anserini", anserini);
    static const struct example plain[] = {
        {"the climate of Shanghai", "the OR climate OR of OR Shanghai", true},
        {"state-of-the-art", "state OR of OR the OR art", true},
    };
    CHECK_EXAMPLES("plain", plain);
}

Test(parse, words_know_form_term_and_position)
{
    struct bench t;
    set_up(&t, "english");
    parse(&t, "Bridges");
    const struct query_word *word = t.query.root->first_child->words;
    cr_assert(span_equal(word->typed, span_of_string("Bridges")));
    cr_assert(span_equal(word->form, span_of_string("bridges")));
    cr_assert(span_equal(word->term, span_of_string("bridg")));
    cr_assert_eq(t.query.root->first_child->boost, 1.0f);
    parse(&t, "\"climate\"~5");
    cr_assert_eq(t.query.root->first_child->slop, 0);
    tear_down(&t);
    set_up(&t, "anserini");
    parse(&t, "\"the state of the art of\"~4");
    const struct query_node *const phrase = t.query.root->first_child;
    cr_assert_eq(phrase->n_words, 2);
    cr_assert_eq(phrase->words[0].position, 0);
    cr_assert_eq(phrase->words[1].position, 3);
    cr_assert_eq(phrase->slop, 4);
    tear_down(&t);
}

Test(parse, literal_text_has_no_syntax)
{
    struct bench t;
    set_up(&t, "english");
    const struct span text = span_of_string("+sea -(level \"of the\" rise)~2");
    cr_assert_str_eq(parse_bytes(&t, text, QUERY_LITERAL), "sea OR level OR rise OR 2");
    cr_assert(t.query.obvious);
    tear_down(&t);
}

Test(parse, notes)
{
    struct bench t;
    set_up(&t, "english");
    static const struct {
        const char *text;
        const char *part; /* of the note */
    } examples[] = {{"sea", NULL},
                    {"-sea", "excluded"},
                    {"level (-sea)", "excluded"},
                    {"level -sea", NULL},
                    {"", "no word"},
                    {"!?", "no word"},
                    {"\"sea level\"~1000000", NULL},
                    {"\"sea level\"~1000001", "apart"},
                    {"\"sea level\"~18446744073709551617", "apart"}};
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        parse(&t, examples[i].text);
        const char *const note = t.query.note;
        const char *const part = examples[i].part;
        cr_expect_eq(note == NULL, part == NULL, "'%s'", examples[i].text);
        cr_expect(note == NULL || part == NULL || strstr(note, part) != NULL, "'%s'", note);
    }
    cr_assert_eq(t.query.root->first_child->slop, 1000000);
    tear_down(&t);
}

/* ---- limits ---- */

/* Parses what is in `text` and expects a cut, or none, with a note that names `what`. */
static void check_cut(struct bench *t, const struct buf *text, bool cut, const char *what)
{
    parse_bytes(t, buf_span(text), QUERY_SYNTAX);
    cr_assert_eq(t->query.cut, cut, "%s: %zu bytes", what, text->len);
    cr_assert_eq(t->query.note != NULL, cut, "%s: %zu bytes", what, text->len);
    cr_assert(!cut || strstr(t->query.note, what) != NULL, "'%s'", t->query.note);
    cr_assert(!cut || !t->query.obvious);
}

Test(parse, limits)
{
    struct bench t;
    set_up(&t, "english");
    struct buf text = BUF_INIT;
    for (int extra = -1; extra <= 1; extra++) {
        buf_clear(&text);
        buf_append_string(&text, "x");
        while (text.len < (size_t)(LIMIT_QUERY_BYTES + extra))
            buf_put_u8(&text, ' ');
        check_cut(&t, &text, extra > 0, "bytes");

        buf_clear(&text);
        for (int i = 0; i < LIMIT_QUERY_NESTING + extra; i++)
            buf_append_string(&text, "(sea ");
        check_cut(&t, &text, extra > 0, "inside each other");
        cr_assert_eq(t.query.n_leaves, (size_t)(LIMIT_QUERY_NESTING + extra));

        buf_clear(&text);
        for (int i = 0; i < LIMIT_QUERY_LEAVES + extra; i++)
            buf_append_string(&text, "b ");
        check_cut(&t, &text, extra > 0, "words");
        cr_assert_eq(t.query.n_leaves, (size_t)(LIMIT_QUERY_LEAVES + (extra < 0 ? extra : 0)));
    }
    buf_release(&text);
    tear_down(&t);
}

Test(parse, ignored_parentheses_pair_up)
{
    struct bench t;
    set_up(&t, "english");
    struct buf text = BUF_INIT;
    for (int i = 0; i < LIMIT_QUERY_NESTING + 3; i++)
        buf_put_u8(&text, '(');
    buf_append_string(&text, "x");
    for (int i = 0; i < LIMIT_QUERY_NESTING + 3; i++)
        buf_put_u8(&text, ')');
    buf_append_string(&text, " y");
    const char *const reading = parse_bytes(&t, buf_span(&text), QUERY_SYNTAX);
    cr_assert_eq(strchr(reading, 'x') - reading, LIMIT_QUERY_NESTING);
    cr_assert_str_eq(reading + 2 * LIMIT_QUERY_NESTING + 1, " OR y");
    buf_release(&text);
    tear_down(&t);
}

/* ---- any bytes ---- */

/* Checks what tree.h promises of the tree below `bag`; returns its leaves. */
static size_t check_tree(const struct query_node *bag, size_t depth)
{
    size_t n_leaves = 0;
    cr_assert_leq(depth, 3 * (LIMIT_QUERY_NESTING + 1));
    for (const struct query_node *node = bag->first_child; node != NULL; node = node->next) {
        cr_assert(node->boost >= 0.01f && node->boost <= 100.0f);
        if (node->kind == QUERY_ID || node->kind == QUERY_DATE) {
            cr_assert(node->n_words == 0 && node->first_child == NULL && node->boost == 1.0f);
            n_leaves++;
            continue;
        }
        if (node->kind == QUERY_BAG) {
            cr_assert(node->first_child != NULL && node->words == NULL);
            n_leaves += check_tree(node, depth + 1);
            continue;
        }
        n_leaves++;
        cr_assert_eq(node->n_words > 1, node->kind == QUERY_PHRASE || node->kind == QUERY_NEAR);
        cr_assert_eq(node->words[0].position, 0);
        for (size_t i = 0; i < node->n_words; i++) {
            const bool goes_on = i > 0 && node->words[i].operand == node->words[i - 1].operand;
            cr_assert(!goes_on || node->words[i].position > node->words[i - 1].position);
            cr_assert_gt(node->words[i].form.len, 0);
            cr_assert(node->words[i].term.len > 0 || node->kind == QUERY_WILD);
            cr_assert_gt(node->words[i].typed.len, 0);
        }
    }
    return n_leaves;
}

static void check_any(struct bench *t, struct span text, enum query_syntax syntax)
{
    parse_bytes(t, text, syntax);
    cr_assert_eq(t->query.root->kind, QUERY_BAG);
    cr_assert_eq(check_tree(t->query.root, 0), t->query.n_leaves);
    cr_assert_leq(t->query.n_leaves, LIMIT_QUERY_LEAVES);
    cr_assert(utf8_valid(buf_span(&t->reading)));
    cr_assert(!t->query.cut || t->query.note != NULL);
    const size_t bytes = text.len < LIMIT_QUERY_BYTES ? text.len : LIMIT_QUERY_BYTES;
    cr_assert_leq(t->arena.used, 4096 + 500 * bytes);
}

/* The reading, read as a query, prints as itself. */
static void check_reading(struct bench *t, struct span text, unsigned long long seed)
{
    struct buf first = BUF_INIT;
    if (t->query.cut || t->reading.len == 0 ||
        memmem(t->reading.data, t->reading.len, " ? ", 3) != NULL)
        return; /* the hole of a removed stop word has no spelling */
    buf_append_span(&first, buf_span(&t->reading));
    parse_bytes(t, buf_span(&first), QUERY_SYNTAX);
    cr_assert(span_equal(buf_span(&first), buf_span(&t->reading)),
              "seed %llu: '%.*s' is read as '%s', and that as '%s'", seed, (int)text.len,
              (const char *)text.data, buf_string(&first), buf_string(&t->reading));
    buf_release(&first);
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

Test(parse, random_bytes)
{
    static const char *const pieces[] = {"(",          ")",
                                         "\"",         "+",
                                         "-",          "~3",
                                         "~",          " ",
                                         "the",        "sea",
                                         "level",      "\xff",
                                         "\xc3",       "\xe2\x80\x9c",
                                         "\t",         "\xe4\xb8\x8a\xe6\xb5\xb7",
                                         "AND",        "*",
                                         "\xf0\x9f",   " AND ",
                                         " OR ",       " NOT ",
                                         " NEAR/2 ",   "title:",
                                         "body:",      "id:",
                                         "date:",      "2022",
                                         "..",         "-05",
                                         "^2",         "^",
                                         "~1",         "?",
                                         "lev",        "\\",
                                         "~2^0.5",     "x",
                                         "y",          "'",
                                         ".",          ":",
                                         "\"a b\"",    "(x y)",
                                         "date:2021 ", "(the"};
    const uint64_t seed = (uint64_t)time(NULL);
    fprintf(stderr, "parse/random_bytes: seed %llu\n", (unsigned long long)seed);
    uint64_t state = seed;
    struct buf text = BUF_INIT;
    for (int p = 0; p < 3; p++) {
        struct bench t;
        set_up(&t, profile_at((size_t)p)->name);
        for (int round = 0; round < 4000; round++) {
            buf_clear(&text);
            for (uint32_t i = next_random(&state) % 24; i > 0; i--) {
                const uint32_t r = next_random(&state);
                if (r % 8 == 0)
                    buf_put_u8(&text, (uint8_t)(r >> 8));
                else
                    buf_append_string(&text, pieces[(r >> 8) % (sizeof pieces / sizeof pieces[0])]);
            }
            check_any(&t, buf_span(&text), round % 16 == 0 ? QUERY_LITERAL : QUERY_SYNTAX);
            if (round % 16 != 0)
                check_reading(&t, buf_span(&text), seed);
        }
        tear_down(&t);
    }
    buf_release(&text);
}

/* Around the limit of a query's length; what they cost is counted by tests/work. */
Test(parse, hostile_queries)
{
    static const char *const pieces[] = {"(",    "\"",   "+",        "-",           ")",
                                         "()",   "+(",   "-(a",      "(the ",       "\"a",
                                         "+\"",  "a b ", "(a) ",     "~",           "\"a b\"~9",
                                         "f(",   "the ", "+a-b",     "\xff",        "-",
                                         "(b (", "))((", "a\"a ",    "\"\"",        "\xe4\xb8\x8a",
                                         "x",    "a-",   "\"x\"~99", "\xe2\x80\x9c"};
    struct bench t;
    set_up(&t, "english");
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        buf_clear(&text);
        while (text.len < 2 * LIMIT_QUERY_BYTES)
            buf_append_string(&text, pieces[i]);
        for (size_t len = LIMIT_QUERY_BYTES - 1; len <= LIMIT_QUERY_BYTES + 1; len++)
            check_any(&t, span_of(text.data, len), QUERY_SYNTAX);
    }
    buf_release(&text);
    tear_down(&t);
}
