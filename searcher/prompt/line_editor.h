/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line_editor: the next line that a person, or a file, has for us.
 *
 *     struct line_editor *editor;
 *     TRY(line_editor_new(terminal, &editor));
 *     struct span line;
 *     while (line_editor_next(editor, &line))
 *         ...
 *     line_editor_free(editor);
 *
 * On a terminal lines are edited by libedit, with history; there Ctrl-C clears the line, Ctrl-D on
 * an empty one ends the input, Tab completes the word before the cursor. Between two lines Ctrl-C
 * only leaves a note (line_editor_interrupted), so that it can stop an answer and not the program.
 * Elsewhere lines are read as they come, without a prompt, and Ctrl-C is the system's.
 */
#ifndef QIAO_SEARCHER_PROMPT_LINE_EDITOR_H
#define QIAO_SEARCHER_PROMPT_LINE_EDITOR_H

#include "searcher/prompt/complete.h"

#define LINE_EDITOR_PROMPT "qiao> "

struct line_editor;

/* `terminal`: stdin and stdout are terminals. A history that cannot be kept is noted on stderr and
 * is no failure. */
enum status line_editor_new(bool terminal, struct line_editor **out /* OUT */);
void line_editor_free(struct line_editor *e); /* NULL is fine */

/* The next line, without its newline, good until the next call; false at the end of the input, or
 * when it cannot be read (line_editor_status tells). */
bool line_editor_next(struct line_editor *e, struct span *line /* OUT */);

enum status line_editor_status(const struct line_editor *e);

/* Whether Ctrl-C was pressed since the last line was entered. */
bool line_editor_interrupted(void);

/* Asks `complete` what Tab makes of a line, `cursor` bytes into it; false: nothing. What it gives
 * must be good until its next call. */
typedef bool line_completer(void *context, struct span line, size_t cursor, struct completion *out);
void line_editor_complete_with(struct line_editor *e, line_completer *complete, void *context);

#endif
