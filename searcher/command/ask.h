/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: the options that `query`, `batch`, `why` and `prompt` share, and what they mean for an
 * index.
 *
 *     struct ask_settings settings = ASK_SETTINGS_INIT;      the first member of a command's
 * settings static const struct cli_option options[] = {ASK_OPTIONS(struct settings, ask), {...},
 * ...};
 *     ...
 *     TRY(ask_open(path, &settings, &searcher));
 *     TRY(ask_interpret(&settings, searcher, &search_options));
 */
#ifndef QIAO_SEARCHER_COMMAND_ASK_H
#define QIAO_SEARCHER_COMMAND_ASK_H

#include "common/base/cli.h"
#include "searcher/search.h"

struct ask_settings {
    uint32_t k; /* 0: the command's default */
    float k1;   /* below 0: the profile's */
    float b;
    bool literal;
    bool check;
    const char *documents; /* NULL: passages */
    const char *algorithm;
    float deadline; /* milliseconds; 0: none */
};

#define ASK_SETTINGS_INIT                                                                          \
    {                                                                                              \
        .k = 0, .k1 = -1, .b = -1, .algorithm = "auto"                                             \
    }

#define ASK_OPTIONS(type, field)                                                                   \
    {"k", 'k', CLI_U32, offsetof(type, field.k), "N", "how many hits (query 10, batch 1000)"},     \
        {"k1", 0, CLI_FLOAT, offsetof(type, field.k1), "X", "BM25's k1 (the profile's: 0.9)"},     \
        {"b", 0, CLI_FLOAT, offsetof(type, field.b), "X", "BM25's b (the profile's: 0.4)"},        \
        {"documents", 0,                                                                           \
         CLI_STRING,  offsetof(type, field.documents),                                             \
         "HOW",       "rank documents by their passages: max, sum or top3"},                       \
        {"literal", 0,                                                                             \
         CLI_FLAG,  offsetof(type, field.literal),                                                 \
         NULL,      "read nothing in a query as syntax"},                                          \
        {"algorithm", 0,                                                                           \
         CLI_STRING,  offsetof(type, field.algorithm),                                             \
         "NAME",      "auto or exhaustive; both give the same answers"},                           \
        {"deadline", 0,                                                                            \
         CLI_FLOAT,  offsetof(type, field.deadline),                                               \
         "MS",       "give the best found after so many milliseconds (JSON: \"exact\":false)"},    \
    {                                                                                              \
        "check", 0, CLI_FLAG, offsetof(type, field.check), NULL,                                   \
            "read every checksum of the index first"                                               \
    }

/* Opens the index, with --check reads its checksums, and says on stderr if its words may have been
 * stemmed by other libraries. */
enum status ask_open(const char *path, const struct ask_settings *settings,
                     struct searcher **out /* OUT */);

/* Turns the settings into search options; `k` is the command's default. STATUS_USAGE for an unknown
 * name, or k1 or b out of range. */
enum status ask_interpret(const struct ask_settings *settings, const struct searcher *searcher,
                          size_t k, struct search_options *out /* OUT */);

#endif
