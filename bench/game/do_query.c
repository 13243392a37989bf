/* SPDX-License-Identifier: Apache-2.0 */
/*
 * do_query: answers the lines of the Search Benchmark Game.
 *
 *     do_query INDEX < commands
 *
 * A line is `COMMAND<TAB>query`; the answer is one number on a line, flushed at once:
 *
 *     COUNT                      the number of matches
 *     TOP_10, TOP_100, TOP_1000  1, when the best so many are known
 *     TOP_10_COUNT, ...          the number of matches, the best so many being known as well
 *
 * and UNSUPPORTED to anything else. Queries are in Qiao's own syntax, of which the game's is a part:
 * bare words, +must, -not, "phrase".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "searcher/search.h"

/* What a command asks for. */
struct request {
    size_t k;
    bool count;
};

static bool read_command(const char *name, struct request *out)
{
    static const struct {
        const char *name;
        struct request request;
    } commands[] = {{"COUNT", {0, true}},
                    {"TOP_10", {10, false}},
                    {"TOP_100", {100, false}},
                    {"TOP_1000", {1000, false}},
                    {"TOP_10_COUNT", {10, true}},
                    {"TOP_100_COUNT", {100, true}},
                    {"TOP_1000_COUNT", {1000, true}}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            *out = commands[i].request;
            return true;
        }
    }
    return false;
}

static enum status answer(struct searcher *s, char *line, struct search_result *result)
{
    struct request request;
    struct search_options options = search_options_of(s);
    char *const tab = strchr(line, '\t');
    if (tab != NULL)
        *tab = '\0';
    if (tab == NULL || !read_command(line, &request)) {
        puts("UNSUPPORTED");
        return STATUS_OK;
    }
    const char *const text = tab + 1;
    options.k = request.k;
    options.syntax = QUERY_SYNTAX;
    options.total = request.count;
    TRY(search_run(s, span_of((const uint8_t *)text, strlen(text)), &options, result));
    printf("%llu\n", request.count ? (unsigned long long)result->total : 1ull);
    return STATUS_OK;
}

static enum status answer_all(struct searcher *s)
{
    struct search_result result = SEARCH_RESULT_INIT;
    enum status status = STATUS_OK;
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; status == STATUS_OK && (n = getline(&line, &room, stdin)) > 0;) {
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        status = answer(s, line, &result);
        if (fflush(stdout) != 0)
            status = fail(STATUS_IO, "cannot write the answer");
    }
    free(line);
    search_result_release(&result);
    return status;
}

int main(int argc, char **argv)
{
    struct searcher *s = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: do_query INDEX < commands\n");
        return 2;
    }
    enum status status = searcher_open(argv[1], &s);
    if (status == STATUS_OK)
        status = answer_all(s);
    if (status != STATUS_OK)
        fprintf(stderr, "do_query: %s\n", status_message());
    searcher_close(s);
    return status == STATUS_OK ? 0 : 2;
}
