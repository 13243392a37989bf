/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenize_speed: MB of text a CPU second through the tokenizer, alone and with analysis.
 *
 *     make bench && build/tokenize_speed FILE [ROUNDS]
 *
 * Prints the median, least and most of ROUNDS (9) passes over FILE, once for each style of
 * tokenizing and once for each profile with every token analysed (which the indexer does once a
 * distinct word only). CPU time of this process; run it on an idle machine and quote ratios.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/file.h"
#include "common/base/limits.h"
#include "common/text/profile.h"

#define ROUNDS_MOST 101

static double cpu_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One pass over the text; `analyzer` NULL: tokens only. Returns their number. */
static size_t pass(struct span text, enum tokenize_style style, struct analyzer *analyzer)
{
    struct tokenizer t;
    struct token token;
    struct analysis analysis;
    size_t n = 0;
    tokenizer_init(&t, style, text);
    if (analyzer == NULL) {
        static struct token tokens[1024];
        for (size_t got = 1024; got == 1024; n += got)
            got = tokenizer_fill(&t, tokens, 1024);
        return n;
    }
    for (; tokenizer_next(&t, &token); n++)
        if (analyzer != NULL)
            analyzer_apply(analyzer, span_of(text.data + token.start, token.end - token.start),
                           token.ascii, &analysis);
    return n;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, struct span text, enum tokenize_style style,
                    struct analyzer *analyzer, int rounds)
{
    double speeds[ROUNDS_MOST];
    size_t tokens = pass(text, style, analyzer); /* warm-up */
    for (int i = 0; i < rounds; i++) {
        const double start = cpu_seconds();
        tokens = pass(text, style, analyzer);
        speeds[i] = (double)text.len / 1e6 / (cpu_seconds() - start);
    }
    qsort(speeds, (size_t)rounds, sizeof *speeds, compare);
    printf("%-24s %8.1f MB/s  (%.1f to %.1f)  %zu tokens\n", name, speeds[rounds / 2], speeds[0],
           speeds[rounds - 1], tokens);
}

int main(int argc, char **argv)
{
    struct buf text = BUF_INIT;
    const int rounds = argc > 2 ? atoi(argv[2]) : 9;
    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MOST) {
        fprintf(stderr, "usage: tokenize_speed FILE [ROUNDS]\n");
        return 2;
    }
    if (file_read_all(argv[1], &text) != STATUS_OK || text.len > LIMIT_DOCUMENT_BYTES) {
        fprintf(stderr, "tokenize_speed: %s\n", status_message());
        return 2;
    }
    measure("words and bigrams", buf_span(&text), TOKENIZE_BIGRAMS, NULL, rounds);
    measure("as Lucene", buf_span(&text), TOKENIZE_LUCENE, NULL, rounds);
    for (size_t i = 0; profile_at(i) != NULL; i++) {
        const struct profile *const profile = profile_at(i);
        struct analyzer *analyzer;
        if (analyzer_new(profile, &analyzer) != STATUS_OK)
            return 2;
        measure(profile->name, buf_span(&text), profile->tokenize, analyzer, rounds);
        analyzer_free(analyzer);
    }
    buf_release(&text);
    return 0;
}
