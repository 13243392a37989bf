/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver: what the drivers written in C and C++ share: the command line, the TSV, the timing of
 * queries, the line of JSON. README.md beside this file is the protocol.
 *
 * A driver fills a struct engine and hands main over:
 *
 *     static const struct engine engine = {.name = "fts5", .index = ..., ...};
 *     int main(int argc, char **argv) { return driver_main(&engine, argc, argv); }
 *
 * Functions return false, or -1, after printing why to stderr; the driver then exits 2.
 */
#ifndef QIAO_BENCH_PEERS_DRIVER_H
#define QIAO_BENCH_PEERS_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
#define _Noreturn [[noreturn]]
extern "C" {
#endif

enum query_class { CLASS_OR, CLASS_AND, CLASS_PHRASE, CLASS_TERM };

struct driver_options {
    const char *command; /* "index" or "search" */
    const char *input;   /* index: the TSV; search: the queries */
    const char *directory;
    const char *postings; /* "docs", "freqs" or "positions" */
    bool store;           /* the text as well */
    bool reorder;         /* documents that are alike next to each other */
    uint32_t threads;
    uint32_t memory; /* MB */
    enum query_class kind;
    bool count; /* only count the matches */
    uint32_t k;
    uint32_t rounds;
    uint32_t warm; /* passes, at least */
    double warm_seconds;
    double budget; /* seconds after which no pass begins */
    const char *per_query;
};

struct text_view {
    const char *data;
    size_t len;
};

/* A TSV of `id<TAB>text`, read line by line, so that it is not part of the peak memory. tsv_next
 * fills id and text, good until the next call, and adds up docs and text bytes. */
struct tsv {
    FILE *file;
    char *line;
    size_t room;
    struct text_view id;
    struct text_view text;
    uint64_t docs;
    uint64_t text_bytes;
};
bool tsv_open(const char *path, struct tsv *tsv /* OUT */);
bool tsv_next(struct tsv *tsv); /* false at the end; a line without a tab ends the program */
void tsv_close(struct tsv *tsv);

/* What an index run hands back; -1: not known. */
struct index_facts {
    int64_t docs;
    int64_t tokens;
    int64_t text_bytes;
    double wall;
    double cpu;
    int64_t peak_rss;
    int64_t index_bytes;
    char parts[4096]; /* members of a JSON object */
};

/* Appends a member to facts->parts and adds it to index_bytes. */
void facts_part(struct index_facts *facts, const char *name, uint64_t bytes);

struct engine {
    const char *name;
    const char *(*version)(void);

    /* Makes a new index in the empty folder options->directory. The driver measures time and memory
     * of this process around it; an engine that runs another process sets cpu and peak_rss. */
    bool (*index)(const struct driver_options *options, struct index_facts *facts);
    /* Sizes, after the clock has stopped. */
    bool (*describe)(const struct driver_options *options, struct index_facts *facts);

    /* An opened index; NULL on failure. */
    void *(*open)(const struct driver_options *options);
    /* Untimed: makes query text ready as the words of options->kind. NULL on failure. */
    void *(*prepare)(void *self, struct text_view text);
    /* Timed: the top k, or the count; returns how many were found, -1 on failure. */
    int64_t (*run)(void *self, void *query);
    /* Untimed: the exact number of matches. */
    int64_t (*count)(void *self, void *query);
    /* Untimed: writes a space and the id for each of the top k. */
    bool (*ids)(void *self, void *query, FILE *out);
};

/* Ends the program with exit status 3: this engine cannot do what was asked for. */
_Noreturn void driver_unsupported(const char *what);

int driver_main(const struct engine *engine, int argc, char **argv);

double driver_wall(void);
double driver_cpu(void); /* user and system seconds of this process */

#ifdef __cplusplus
}
#endif
#endif
