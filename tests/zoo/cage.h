/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cage: hostile sources, made at run time, fed to `indexer build` as a child process over an index
 * that stands already.
 *
 *     static void two_equal(struct cage *c) { cage_put(c, "a.tsv", span_of_string("x\tA\nx\tB\n")); }
 *     static const struct animal animals[] = {
 *         {.name = "equal ids", .make = two_equal, .documents = 1, .kind = "duplicate",
 *          .reason = "was there before"}};
 *     cage_show(animals, 1);
 *
 * Of each is checked: the exit status; that it took at most ZOO_SECONDS of processor time and
 * `memory` of memory (neither under a sanitizer) and did not hang; the number of documents; that
 * every line of the --errors file is a JSON object with the keys it should have, and that one of
 * them is of the kind expected, or none at all; that nothing but text leaves on stderr; that nothing
 * in the world changed but the index; that the index is sound, or the old one if the build failed
 * or found no document at all.
 *
 * ZOO=1 in the environment prints time and memory of each.
 */
#ifndef QIAO_TESTS_ZOO_CAGE_H
#define QIAO_TESTS_ZOO_CAGE_H

#include <sys/types.h>

#include "common/base/buf.h"
#include "tests/support/toy_index.h"

#define ZOO_SECONDS      10
#define ZOO_HANG_SECONDS 100 /* of the clock, on a machine that does other things too */
#define ZOO_MEMORY_MB    256
#define ANIMAL_OPTIONS   5

struct cage {
    struct toy_index toy; /* toy.folder is the world: yard/, here/ (where it runs), tmp/ */
    char yard[96];
    char errors[128];
    uid_t user; /* who runs it and owns the yard */
};

/* `total` bytes of `unit`, again and again, between head and tail. */
struct stream {
    const char *head;
    const char *unit;
    size_t total;
    const char *tail;
};

enum animal_as { AS_MYSELF, AS_NOBODY };

struct animal {
    const char *name;
    void (*make)(struct cage *c);                 /* fills the yard; NULL: `file` is all */
    void (*meanwhile)(struct cage *c, pid_t pid); /* is called while the build runs */
    const char *file;                             /* a file of that name with `bytes`, */
    struct span bytes;
    struct stream stream;                /* or with this, if total > 0; file NULL: on
                                                      standard input, the source being `-` */
    const char *source;                  /* below the world; NULL: yard; may be absolute */
    const char *options[ANIMAL_OPTIONS]; /* more of them */
    int status;                          /* expected */
    enum animal_as as;
    bool looks;         /* it writes no index: the old one stands */
    long documents;     /* expected; ANY_DOCUMENTS */
    const char *kind;   /* of a line in the errors file; NULL: it is empty; "?": it may have any */
    const char *reason; /* a part of that line's reason, or of stderr's last line if status is 2 */
    size_t lines;       /* at least so many lines like that; 0: one */
    unsigned memory;    /* in MB; 0: ZOO_MEMORY_MB */
    bool (*possible)(void); /* whether this machine can make it; NULL: it can */
};

#define ANY_DOCUMENTS (-1)

/* The bytes of a constant, NULs inside included. */
#define BYTES(constant)                                                                            \
    {                                                                                              \
        (const uint8_t *)(constant), sizeof(constant) - 1                                          \
    }

/* Runs and checks one after the other; failures are those of Criterion. */
void cage_show(const struct animal *animals, size_t n);

/* A path below the world, good until the next call but three. */
const char *cage_path(const struct cage *c, const char *name);

/* A file in the yard. */
void cage_put(const struct cage *c, const char *name, struct span bytes);
void cage_put_stream(const struct cage *c, const char *name, const struct stream *stream);

/* `count` times `unit`. */
void cage_repeat(struct buf *out, const char *unit, size_t count);

#endif
