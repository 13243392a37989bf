/* SPDX-License-Identifier: Apache-2.0 */
/* terminal: widths of characters are utf8proc's, so that they do not depend on the locale. */
#include "common/base/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "common/base/utf8.h"

/* A COLUMNS beyond this is a mistake. */
#define WIDTH_MOST 10000

bool terminal_is(int fd)
{
    return isatty(fd) == 1;
}

bool terminal_wants_colour(int fd)
{
    const char *const no_color = getenv("NO_COLOR");
    const char *const term = getenv("TERM");
    if (no_color != NULL && no_color[0] != '\0')
        return false;
    if (term == NULL || strcmp(term, "dumb") == 0)
        return false;
    return terminal_is(fd);
}

uint32_t terminal_width(void)
{
    struct winsize size;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
            return size.ws_col;
    const char *const columns = getenv("COLUMNS");
    const long width = columns == NULL ? 0 : strtol(columns, NULL, 10);
    return width > 0 && width <= WIDTH_MOST ? (uint32_t)width : TERMINAL_WIDTH_DEFAULT;
}

size_t terminal_text_width(struct span text)
{
    const uint8_t *p = text.data;
    const uint8_t *const end = p + text.len;
    size_t width = 0;
    while (p < end) {
        uint32_t code_point;
        p += utf8_decode(p, end, &code_point);
        const int columns = utf8proc_charwidth((utf8proc_int32_t)code_point);
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}
