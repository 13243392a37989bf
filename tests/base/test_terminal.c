/* SPDX-License-Identifier: Apache-2.0 */
/* A pseudo-terminal is a terminal, a pipe is none; widths are columns, not bytes. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/base/terminal.h"

static int open_terminal(uint16_t columns)
{
    const int control = posix_openpt(O_RDWR | O_NOCTTY);
    cr_assert(control >= 0 && grantpt(control) == 0 && unlockpt(control) == 0);
    const int terminal = open(ptsname(control), O_RDWR | O_NOCTTY);
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    cr_assert(terminal >= 0 && ioctl(terminal, TIOCSWINSZ, &size) == 0);
    return terminal;
}

Test(terminal, colour)
{
    const int terminal = open_terminal(100);
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    cr_assert(terminal_is(terminal) && terminal_wants_colour(terminal));
    cr_assert(!terminal_is(ends[1]) && !terminal_wants_colour(ends[1]));
    setenv("NO_COLOR", "", 1);
    cr_assert(terminal_wants_colour(terminal));
    setenv("NO_COLOR", "1", 1);
    cr_assert_not(terminal_wants_colour(terminal));
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    cr_assert_not(terminal_wants_colour(terminal));
    unsetenv("TERM");
    cr_assert_not(terminal_wants_colour(terminal));
}

Test(terminal, width)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    static const struct {
        const char *columns;
        uint32_t wanted;
    } cases[] = {{"132", 132}, {"0", 80}, {"-5", 80}, {"many", 80}, {"99999999999999999999", 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("COLUMNS", cases[i].columns, 1);
        cr_assert_eq(terminal_width(), cases[i].wanted, "COLUMNS=%s", cases[i].columns);
    }
    unsetenv("COLUMNS");
    cr_assert_eq(terminal_width(), TERMINAL_WIDTH_DEFAULT);
    setenv("COLUMNS", "132", 1);
    dup2(open_terminal(101), STDERR_FILENO);
    cr_assert_eq(terminal_width(), 101);
    dup2(open_terminal(0), STDOUT_FILENO);
    cr_assert_eq(terminal_width(), 101, "a terminal of unknown width is passed over");
}

Test(terminal, text_width)
{
    static const struct {
        const char *text;
        size_t wanted;
    } cases[] = {{"", 0},     {"abc", 3}, {"grün", 4}, {"上海", 4}, {"gru\u0308n", 4},
                 {"한글", 4}, {"ｱ", 1},   {"Ａ", 2},   {"😀", 2},    {"\ufffd", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(terminal_text_width(span_of_string(cases[i].text)), cases[i].wanted, "'%s'",
                     cases[i].text);
}
