/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal: what the program is connected to, and how wide text stands there.
 *
 *     if (terminal_is(STDOUT_FILENO)) ...
 *     const bool colour = terminal_wants_colour(STDOUT_FILENO);    // unless --color says otherwise
 *     const uint32_t columns = terminal_width();
 */
#ifndef QIAO_BASE_TERMINAL_H
#define QIAO_BASE_TERMINAL_H

#include "common/base/bytes.h"

/* Used when nothing tells the width. */
#define TERMINAL_WIDTH_DEFAULT 80

/* Whether the file descriptor is a terminal. */
bool terminal_is(int fd);

/* Whether it is one that shows colours, and nobody objects: NO_COLOR is unset or empty, TERM is
 * neither unset nor "dumb". */
bool terminal_wants_colour(int fd);

/* Columns: of the terminal behind stdout or stderr, else COLUMNS, else TERMINAL_WIDTH_DEFAULT. */
uint32_t terminal_width(void);

/* Columns that `text`, escaped already, takes: East Asian wide characters two, combining none. */
size_t terminal_text_width(struct span text);

#endif
