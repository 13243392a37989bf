/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_will: what is put right when a signal ends the process.
 *
 *     last_will_hold();          // SIGINT, SIGTERM and SIGHUP wait
 *     ... make a file ...
 *     last_will_file(path);      // they come now, if they came, and remove it
 *     last_will_hold();
 *     ... start a program ...
 *     last_will_group(group);    // and kill it: it does not hear the terminal's Ctrl-C itself
 *     ...
 *     last_will_group(0);
 *     last_will_file(NULL);      // the caller has removed it
 *
 * One file and one process group at a time, of the one thread that reads the corpus. The signals are
 * caught only while there is something to put right, and only where they would end the process: one
 * that is ignored (nohup) or that somebody else handles stays so. The process then ends by the same
 * signal, as it would have without.
 */
#ifndef QIAO_INDEXER_CORPUS_LAST_WILL_H
#define QIAO_INDEXER_CORPUS_LAST_WILL_H

#include <sys/types.h>

/* Longer paths are not kept. */
#define LAST_WILL_PATH_BYTES 4096

/* Lets the signals wait until the next call of the other two, so that none comes between making a
 * thing and remembering it. */
void last_will_hold(void);

/* Remembers `path` (copied); NULL forgets it. */
void last_will_file(const char *path);

/* Remembers a process group; 0 forgets it. To be forgotten before its leader is reaped, so that its
 * number is nobody else's. */
void last_will_group(pid_t group);

#endif
