/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: what happened to every record and file of a corpus, so that nothing vanishes.
 *
 * A bad record never stops a build: it is printed as `path:line: reason` on stderr (the first
 * REPORT_PRINTED of them; the count says the rest), written to the --errors file as a line of
 * JSON {"path","line","kind","reason"}, and counted by kind.
 *
 *     struct report *r;
 *     TRY(report_new(errors_path, &r));            // errors_path may be NULL
 *     report_bad(r, path, line, REPORT_BAD, "no field 'text'");
 *     report_binary(r, path, "pdf");
 *     ...
 *     report_count(r, REPORT_BAD) ...
 *     TRY(report_finish(r));                       // flushes the errors file
 *     report_free(r);
 */
#ifndef QIAO_INDEXER_CORPUS_REPORT_H
#define QIAO_INDEXER_CORPUS_REPORT_H

#include <stdio.h>

#include "common/base/bytes.h"
#include "common/base/status.h"

enum report_kind {
    REPORT_OK,         /* documents handed on and indexed */
    REPORT_EMPTY,      /* neither title nor text: counted, not indexed */
    REPORT_DUPLICATE,  /* an id that was there before: the first stands */
    REPORT_BAD,        /* a record that cannot be read */
    REPORT_UNREADABLE, /* a file or folder that cannot be opened or read */
    REPORT_SPECIAL,    /* a FIFO, socket or device: not opened */
    REPORT_LINK,       /* a link that was not followed: it is not asked for, or it is a loop */
    REPORT_HIDDEN,     /* a hidden file, or a hidden folder with all that is in it: passed over */
    REPORT_BINARY,     /* a file that is no text, counted by its kind as well */
    REPORT_BAD_BYTES,  /* byte sequences replaced by U+FFFD (the documents stay) */
    REPORT_BAD_DATE,   /* dates that could not be read (the documents stay) */
    REPORT_CUT,        /* fields cut at a limit (the documents stay) */
    REPORT_KINDS
};

#define REPORT_PRINTED 20

struct report;

/* A new report (heap; report_free). Creates the errors file when `errors_path` is not NULL. */
enum status report_new(const char *errors_path, struct report **out /* OUT */);
void report_free(struct report *r);

/* Counts one of `kind` without a message. */
void report_add(struct report *r, enum report_kind kind, uint64_t count);

/* Counts, prints and records one of `kind` at `line` (0: the whole file) of `path`. */
void report_bad(struct report *r, struct span path, uint64_t line, enum report_kind kind,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Counts one of `kind` and records it in the errors file; no message. */
void report_skip(struct report *r, struct span path, enum report_kind kind, const char *reason);

/* Records in the errors file that `count` of `kind`, which were counted one by one with report_add,
 * came from `path`: "3 bad byte sequences replaced". Nothing if `count` is 0. */
void report_sum(struct report *r, struct span path, enum report_kind kind, uint64_t count);

/* Counts bytes that readers were given: unpacked, not decoded. */
void report_add_bytes(struct report *r, uint64_t count);
uint64_t report_bytes(const struct report *r);

/* Counts processor time that getting those bytes took. */
void report_add_read_seconds(struct report *r, double seconds);
double report_read_seconds(const struct report *r);

/* Counts a binary file under its kind ("pdf", "png", "no extension"). */
void report_binary(struct report *r, struct span path, const char *kind);

uint64_t report_count(const struct report *r, enum report_kind kind);

/* Records that --strict refuses: empty, duplicate, bad and unreadable ones. */
uint64_t report_refused(const struct report *r);

/* Prints the closing lines ("skipped 12 pdf, 3 png; 2 bad records; ...") to `out`; nothing when
 * there is nothing to say. */
void report_print(const struct report *r, FILE *out);

/* Flushes the errors file; STATUS_IO if it could not be written. */
enum status report_finish(struct report *r);

#endif
