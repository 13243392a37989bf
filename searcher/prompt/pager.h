/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pager: long text, a screen at a time.
 *
 *     TRY(pager_show(text, line));
 *
 * $PAGER is run by the shell, `less` if it is not set, which shows bold text as such whatever $LESS
 * says; if it is set to nothing, or cannot be run, the text goes straight to stdout. `text` may hold SGR sequences and must be escaped
 * otherwise.
 */
#ifndef QIAO_SEARCHER_PROMPT_PAGER_H
#define QIAO_SEARCHER_PROMPT_PAGER_H

#include "common/base/buf.h"

/* Shows `text` and returns when the person has left the pager. A `less` begins where line `line`
 * (from 1) is in sight. The caller's SIGPIPE and SIGINT are ignored meanwhile. Stdout must
 * have been flushed. */
enum status pager_show(struct span text, size_t line);

#endif
