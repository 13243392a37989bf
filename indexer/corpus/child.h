/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child: a program that is fed and listened to at the same time.
 *
 *     struct child c;
 *     if (!child_start(&c, argv, true, seconds)) ...         // c.problem says why
 *     for (;;)
 *         switch (child_wait(&c)) {
 *         case CHILD_WANTS:  ... child_feed(&c, bytes, len) or child_feed_end(&c) ...; break;
 *         case CHILD_SAYS:   ... n = child_hear(&c, to, room) ...; break;
 *         case CHILD_ENDED:  ... c.problem is "" if all is well ...; return;
 *         }
 *     child_end(&c);                                        // at any time: kills what still runs
 *
 * The program leads a process group of its own, which is killed when it has ended or is ended, or
 * when a signal ends us (last_will.h); one program at a time. Its time is that which child_wait
 * waits: what the caller does between is not counted. Nothing blocks but child_wait; SIGPIPE is kept
 * from the caller, whatever its disposition.
 */
#ifndef QIAO_INDEXER_CORPUS_CHILD_H
#define QIAO_INDEXER_CORPUS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0: none runs */
    int in;    /* pipe to its standard input; -1: closed */
    int out;   /* from its standard output */
    int err;   /* from its standard error */
    unsigned seconds;
    int64_t left_ns; /* of its time */
    bool line_over;  /* the first line of its standard error is complete */
    size_t line_len;
    char line[120];
    char problem[160]; /* what went wrong, once it has ended */
};

enum child_event { CHILD_WANTS, CHILD_SAYS, CHILD_ENDED };

/* Starts argv[0], looked for in PATH, with standard input from the caller or, if not `fed`, from
 * /dev/null. It inherits no other descriptor. False: c->problem. */
bool child_start(struct child *c, char *const *argv, bool fed, unsigned seconds);

/* Waits until the program wants input, has said something, or has ended: by itself, by a signal, or
 * because its time was over. It is gone then. */
enum child_event child_wait(struct child *c);

/* Writes some of the bytes; returns how many. A program that does not read on is fed no more. */
size_t child_feed(struct child *c, const void *bytes, size_t len);
void child_feed_end(struct child *c);

/* Reads what the program said; 0: nothing more will come, child_wait goes on to its end. */
size_t child_hear(struct child *c, void *to, size_t room);

/* Kills and reaps what still runs. A second call does nothing. */
void child_end(struct child *c);

#endif
