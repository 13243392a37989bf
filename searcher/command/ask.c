/* SPDX-License-Identifier: Apache-2.0 */
/* ask: names into numbers, with an error that names the option. */
#include "searcher/command/ask.h"

enum status ask_open(const char *path, const struct ask_settings *settings, struct searcher **out)
{
    struct searcher *s;
    TRY(searcher_open(path, &s));
    const enum status status = settings->check ? index_check_sums(s->index) : STATUS_OK;
    if (status != STATUS_OK) {
        searcher_close(s);
        return status;
    }
    if (s->index->other_libraries)
        cli_note("'%s' was built with other versions of the stemming or Unicode libraries: some "
                 "words may not match; build it again to be sure",
                 path);
    *out = s;
    return STATUS_OK;
}

static enum status choose_rollup(const char *name, enum rollup *out)
{
    static const char *const names[] = {"max", "sum", "top3"};
    static const enum rollup rollups[] = {ROLLUP_MAX, ROLLUP_SUM, ROLLUP_TOP3};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = rollups[i];
            return STATUS_OK;
        }
    }
    return fail(STATUS_USAGE, "--documents: '%s' is none of max, sum, top3", name);
}

static enum status choose_algorithm(const char *name, enum search_algorithm *out)
{
    if (strcmp(name, "auto") != 0 && strcmp(name, "exhaustive") != 0)
        return fail(STATUS_USAGE, "--algorithm: '%s' is neither auto nor exhaustive", name);
    *out = name[0] == 'a' ? ALGORITHM_AUTO : ALGORITHM_EXHAUSTIVE;
    return STATUS_OK;
}

enum status ask_interpret(const struct ask_settings *settings, const struct searcher *searcher,
                          size_t k, struct search_options *out)
{
    struct search_options o = search_options_of(searcher);
    o.k = settings->k > 0 ? settings->k : k;
    o.syntax = settings->literal ? QUERY_LITERAL : QUERY_SYNTAX;
    if (settings->k1 >= 0)
        o.k1 = settings->k1;
    if (settings->b >= 0)
        o.b = settings->b;
    if (o.k1 > 1000 || o.b > 1)
        return fail(STATUS_USAGE, "--k1 is from 0 to 1000, --b from 0 to 1");
    if (settings->deadline < 0)
        return fail(STATUS_USAGE, "--deadline is a number of milliseconds");
    o.deadline = (double)settings->deadline;
    if (settings->documents != NULL)
        TRY(choose_rollup(settings->documents, &o.documents));
    TRY(choose_algorithm(settings->algorithm, &o.algorithm));
    *out = o;
    return STATUS_OK;
}
