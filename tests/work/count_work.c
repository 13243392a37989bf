/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_work: how much work the parser, the lexer, the tokenizer and the snippets do on the worst
 * texts, counted in blocks of code that run, not in time.
 *
 *     build/count_work          prints the dearest, exits 1 if a text costs more than it may
 *
 * Those files are compiled a second time so that every block of code calls the counter below
 * (-fsanitize-coverage=trace-pc); the libraries are not counted. Each text is made at two sizes: at
 * twice the size the work may be no more than twice as much and a little, and a byte may cost no more
 * than BLOCKS_A_BYTE.
 */
#include <stdio.h>

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "searcher/query/parse.h"
#include "searcher/show/snippet.h"

/* About 15 times what words cost, and a fraction of what would take 10 ms for a whole query. */
#define BLOCKS_A_BYTE 500.0

/* Work at twice the size, against twice the work. */
#define GROWTH_MOST 1.25

static unsigned long long n_blocks;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    n_blocks++;
}

static const char *const pieces[] = {
    "(",
    ")",
    "\"",
    "+",
    "-",
    "()",
    "+(",
    "-(a",
    "(the ",
    "\"a",
    "+\"",
    "a b ",
    "(a) ",
    "~",
    "f(",
    "\"a b\"~9",
    "the ",
    "+a-b",
    "\xff",
    "(b (",
    "))((",
    "a\"a ",
    "\"\"",
    "\xe4\xb8\x8a",
    "x",
    "a-",
    "\"x\"~99",
    "\xe2\x80\x9c",
    "*?*?",
    "*",
    "a*b?",
    "a~2 ",
    "a* ",
    "?a ",
    "\\",
    "\\\"",
    "AND ",
    "a AND ",
    "NOT ",
    "OR ",
    "a NEAR ",
    "NEAR/9 ",
    "title:",
    "title:(",
    "body:\"a ",
    "date:",
    "id:",
    "id:a ",
    "date:2022..",
    "a^2 ",
    "^",
    "a^2^2",
    "~1~1",
    "'",
    ".",
    ":",
    "1,",
    "a.b",
    "\xcc\x81",
    "\xe0\xb8\x81",
    "\xe2\x80\x8d",
    "\xf0\x9f\x87\xa6",
    "NOT (",
    "a AND (",
    "\"a b\" NEAR ",
    "a\tb\n",
    "\xef\xbd\xb1",
    "The bridge was finished within three years, and opened at the end of 1991. "};
#define N_PIECES (sizeof pieces / sizeof pieces[0])

struct bench {
    const struct profile *profile;
    struct analyzer *analyzer;
    struct arena arena;
    struct snippet snippet;
};

static unsigned long long parse(struct bench *b, struct span text)
{
    struct query query;
    arena_clear(&b->arena);
    n_blocks = 0;
    if (query_parse(text, b->analyzer, b->profile, QUERY_SYNTAX, &b->arena, &query) != STATUS_OK)
        return 0;
    return n_blocks;
}

/* Looks for words that the pieces are made of. */
static unsigned long long snip(struct bench *b, struct span text)
{
    struct snippet_term terms[] = {{span_of_string("a"), 1, 0}, {span_of_string("x"), 2, 0}};
    const struct snippet_word words[] = {{span_of_string("a"), 1, 0, 0},
                                         {span_of_string("b"), 1, 1, 1}};
    const struct snippet_phrase phrases[] = {{words, 2, 3, false}, {words, 2, 5, true}};
    const struct snippet_query query = {terms, 2, phrases, 2};
    n_blocks = 0;
    if (snippet_make(text, b->analyzer, b->profile, &query, SNIPPET_WIDTH, &b->snippet) !=
        STATUS_OK)
        return 0;
    return n_blocks;
}

/* Fails, and says so, if the text of `piece` costs too much. */
static bool check(struct bench *b, const char *what,
                  unsigned long long (*work)(struct bench *b, struct span text), const char *piece,
                  double *dearest)
{
    struct buf text = BUF_INIT;
    while (text.len < LIMIT_QUERY_BYTES)
        buf_append_string(&text, piece);
    const struct span whole = utf8_prefix(buf_span(&text), LIMIT_QUERY_BYTES);
    const struct span half = utf8_prefix(whole, LIMIT_QUERY_BYTES / 2);
    const double less = (double)work(b, half);
    const double more = (double)work(b, whole);
    const double a_byte = more / (double)whole.len;
    const bool dear = less < 1 || a_byte > BLOCKS_A_BYTE || more > 2 * GROWTH_MOST * less + 1000;
    *dearest = a_byte > *dearest ? a_byte : *dearest;
    if (dear)
        printf("%s, %s of '%s': %.1f blocks a byte; %.0f for half of it, %.0f for all\n",
               b->profile->name, what, piece, a_byte, less, more);
    buf_release(&text);
    return !dear;
}

int main(void)
{
    bool fine = true;
    double parsing = 0;
    double snipping = 0;
    for (size_t p = 0; profile_at(p) != NULL; p++) {
        struct bench b = {.profile = profile_at(p), .arena = ARENA_INIT, .snippet = SNIPPET_INIT};
        if (analyzer_new(b.profile, &b.analyzer) != STATUS_OK)
            return 2;
        for (size_t i = 0; i < N_PIECES; i++) {
            fine = check(&b, "a query", parse, pieces[i], &parsing) && fine;
            fine = check(&b, "a snippet", snip, pieces[i], &snipping) && fine;
        }
        arena_release(&b.arena);
        snippet_release(&b.snippet);
        analyzer_free(b.analyzer);
    }
    printf("at most %.1f blocks a byte of a query, %.1f of a passage\n", parsing, snipping);
    return fine ? 0 : 1;
}
