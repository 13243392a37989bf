/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: files that another program turns into text (--filter pdf='pdftotext - -').
 *
 *     struct filter_set set = {0};
 *     TRY(filter_add(&set, "pdf=pdftotext - -"));          // as often as wanted
 *     const struct filter *f = filter_find(&set, name);    // NULL: none takes that name
 *     struct source *s = source_of_program(f, 60, in, path);   // owns in, the bytes of the file
 *     ... source_read(s, ...) ...                          // what the program writes
 *     source_free(s);
 *     filter_release(&set);
 *
 * The command is split at blanks, where no quotes ('...', "...") or backslash protect them, and run
 * as it is: there is no shell between, unless the command is one (sh -c '...'). It gets the file on
 * its standard input; or, if `{}` stands among its arguments (alone, or at the end of one such as
 * --input={}), the path of it there and no input. What has no path of its own - a member of an
 * archive, a compressed file - is written to a private file in $TMPDIR for the time.
 *
 * It has so many seconds (the time that the readers take is not counted) and may write so much.
 * Whatever goes wrong with it - not there, a failing exit status, a signal, time, too much output -
 * ends the stream with a trouble that names the first line of what it wrote to standard error; its
 * process group is killed then. It inherits standard input, output and error, and nothing else.
 */
#ifndef QIAO_INDEXER_CORPUS_FILTER_H
#define QIAO_INDEXER_CORPUS_FILTER_H

#include "indexer/corpus/source.h"

#define FILTER_SETS_MOST 16

/* What a program may write for one file. */
#define FILTER_OUTPUT_MOST (256u << 20)

#define FILTER_SECONDS 60

struct filter {
    struct span extension; /* without its dot; case does not count */
    char **argv;           /* ends with NULL */
    char *text;            /* what extension and argv point into */
    bool wants_path;       /* `{}` stands in it */
};

struct filter_set {
    struct filter filters[FILTER_SETS_MOST];
    size_t n;
};

/* Adds EXT=COMMAND. STATUS_USAGE says what is wrong with it. */
enum status filter_add(struct filter_set *set, const char *text);
void filter_release(struct filter_set *set);

/* The filter for the extension of `name` (the last one given counts); NULL if there is none, or if
 * `set` is NULL. */
const struct filter *filter_find(const struct filter_set *set, struct span name);

/* What the filter makes of the bytes of `in`, which it owns. `path`: where these bytes lie as they
 * are, or NULL. The program starts with the first read. NULL if memory ran out (in->trouble says
 * so; in is freed then). */
struct source *source_of_program(const struct filter *filter, unsigned seconds, struct source *in,
                                 const char *path);

#endif
