/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: the lines that were typed at the prompt, kept in
 * ${XDG_STATE_HOME:-~/.local/state}/qiao/history: one line each, the newest last.
 *
 *     struct history_file h;
 *     TRY(history_file_open(&h, take, context));      take() gets each kept line, oldest first
 *     TRY(history_file_add(&h, line));
 *     history_file_close(&h);
 *
 * A line is written as soon as it is typed, so that nothing is lost when the program is killed and
 * prompts in two windows both leave theirs. The file is cut to the last HISTORY_LINES when it is
 * opened. The folder and the file are the owner's alone: queries are private.
 */
#ifndef QIAO_SEARCHER_PROMPT_HISTORY_H
#define QIAO_SEARCHER_PROMPT_HISTORY_H

#include "common/base/buf.h"

#define HISTORY_LINES 1000u

struct history_file {
    int fd;          /* -1: lines are not kept */
    struct buf last; /* the line added last: repeating it adds nothing */
};

/* Gets a line without its newline, NUL-terminated, good during the call. */
typedef void history_take(void *context, const char *line);

/* Opens the file, creating it and its folders. After a failure `h` may be used all the same, and
 * keeps nothing. */
enum status history_file_open(struct history_file *h /* OUT */, history_take *take, void *context);

/* Appends a line; STATUS_IO once, when that fails, then it keeps nothing. */
enum status history_file_add(struct history_file *h, struct span line);

void history_file_close(struct history_file *h);

#endif
