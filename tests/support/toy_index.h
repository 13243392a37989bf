/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_index: a small index in a folder of its own, built from an array of documents by the
 * indexer's own pipeline, for tests of whatever reads an index.
 *
 *     static const struct toy_document documents[] = {
 *         {.id = "a", .title = "Bridges", .text = "The bridge is long.", .date = "2023-05-12"}};
 *     struct toy_index toy;
 *     toy_index_build(&toy, documents, 1, NULL);
 *     TRY(index_open(toy.path, &index)); ...
 *     toy_index_remove(&toy);
 *
 * The bytes of the index depend on documents and options alone: it can be corrupted at fixed
 * places. A failure aborts (must.h).
 */
#ifndef QIAO_TESTS_SUPPORT_TOY_INDEX_H
#define QIAO_TESTS_SUPPORT_TOY_INDEX_H

#include "common/base/buf.h"

struct toy_document {
    const char *id;
    const char *title; /* these: NULL for none */
    const char *text;
    const char *date;
    const char *url;
};

/* All zero: the defaults of `indexer build`. */
struct toy_options {
    const char *profile;  /* NULL: english */
    const char *passages; /* as --passages; NULL: the format's, which is paragraphs here */
    bool no_positions;
    bool no_text;
};

struct toy_index {
    char folder[64]; /* the temporary one; tests may put more files there */
    char path[80];   /* of the index in it */
};

/* Builds the index; `options` may be NULL. */
void toy_index_build(struct toy_index *toy, const struct toy_document *documents, size_t n,
                     const struct toy_options *options);

/* Removes the folder with all that is in it. */
void toy_index_remove(struct toy_index *toy);

/* Appends the content of the index's file `name` to `out`. */
void toy_index_read(const struct toy_index *toy, const char *name, struct buf *out);

/* Replaces the index's file `name`. */
void toy_index_write(const struct toy_index *toy, const char *name, struct span bytes);

/* The name of the index's first segment file, 43 characters, into `name` (at least 64 bytes). */
void toy_index_segment(const struct toy_index *toy, char *name /* OUT */);

#endif
