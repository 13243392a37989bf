/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_speed: how long the worst queries of 64 KiB take to read, and a whole article pasted in.
 *
 *     build/parse_speed [FILE]        FILE: a text; its beginning is a query as well
 *
 * CPU time of the thread, the least of ROUNDS, for each profile; tests/work counts the same work.
 */
#include <stdio.h>
#include <time.h>

#include "common/base/file.h"
#include "common/base/limits.h"
#include "searcher/query/parse.h"

#define ROUNDS 5

static const char *const pieces[] = {
    "\"",           "(",    ")",       "+(",      "\"a b\"~9", "AND ", "a AND ",
    "NOT ",         "OR ",  "*?*?",    "a* ",     "a~2 ",      "f(",   "))((",
    "\xe4\xb8\x8a", "\xff", "a NEAR ", "title:(", "id:a ",     "\\",   "a^2 ",
    "a-b ",         "the ", "x",       "a b ",    "(a OR b) "};

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static double measure(struct analyzer *analyzer, const struct profile *profile, struct span text,
                      struct arena *arena)
{
    double least = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        struct query query;
        arena_clear(arena);
        const double start = now();
        if (query_parse(text, analyzer, profile, QUERY_SYNTAX, arena, &query) != STATUS_OK)
            fprintf(stderr, "%s\n", status_message());
        const double time = now() - start;
        least = time < least ? time : least;
    }
    return least;
}

int main(int argc, char **argv)
{
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT;
    for (size_t p = 0; profile_at(p) != NULL; p++) {
        struct analyzer *analyzer;
        double most = 0;
        const char *worst = "";
        if (analyzer_new(profile_at(p), &analyzer) != STATUS_OK)
            return 2;
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            buf_clear(&text);
            while (text.len < LIMIT_QUERY_BYTES)
                buf_append_string(&text, pieces[i]);
            const double time = measure(analyzer, profile_at(p), buf_span(&text), &arena);
            worst = time > most ? pieces[i] : worst;
            most = time > most ? time : most;
        }
        printf("%-10s at most %.3f ms, of '%s'\n", profile_at(p)->name, most, worst);
        buf_clear(&text);
        if (argc > 1 && file_read_all(argv[1], &text) != STATUS_OK)
            fprintf(stderr, "%s\n", status_message());
        if (text.len > 0)
            printf("%-10s %.3f ms, an article of %zu bytes\n", "",
                   measure(analyzer, profile_at(p), buf_span(&text), &arena), text.len);
        analyzer_free(analyzer);
    }
    arena_release(&arena);
    buf_release(&text);
    return 0;
}
