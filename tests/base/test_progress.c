/* SPDX-License-Identifier: Apache-2.0 */
/* progress: what fits stays on one line, is wiped at the end, and is written where it is wanted. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/progress.h"

static const struct progress_counters half = {.documents = 1200,
                                              .passages = 3400,
                                              .text_bytes = 50000000,
                                              .done = 30,
                                              .total = 60,
                                              .phase = "reading"};

static void check_line(const struct progress_counters *c, double elapsed, size_t width,
                       const char *wanted)
{
    struct buf out = BUF_INIT;
    progress_line(&out, c, elapsed, 512000000, width);
    cr_expect_str_eq(buf_string(&out), wanted, "width %zu: '%s'", width, buf_string(&out));
    buf_release(&out);
}

Test(progress, line)
{
    check_line(&half, 10, 200,
               "reading  50 %  0:10 left  1200 documents  3400 passages  5.0 MB/s  "
               "512 MB in memory");
    struct progress_counters c = half;
    c.total = 0;
    c.phase = NULL;
    check_line(&c, 10, 200, "1200 documents  3400 passages  5.0 MB/s  512 MB in memory");
    c = half;
    c.done = 1;
    c.total = 100;
    check_line(&c, 50, 30, "1 %  1:22:30 left");
    c.done = 200; /* more than there should be */
    check_line(&c, 50, 40, "reading  100 %  1200 documents  1.0 MB/s");
    c.done = 1;
    c.total = UINT64_MAX;
    check_line(&c, 1e9, 20, "0 %  99:59:59 left");
}

/* The line never exceeds the width, and what is longer is kept longer. */
Test(progress, narrow)
{
    size_t before = 0;
    for (size_t width = 0; width < 120; width++) {
        struct buf out = BUF_INIT;
        progress_line(&out, &half, 10, 512000000, width);
        cr_expect(out.len <= width, "%zu: '%s'", width, buf_string(&out));
        cr_expect(out.len >= before || out.len > 0, "%zu: '%s'", width, buf_string(&out));
        before = out.len;
        buf_release(&out);
    }
    check_line(&half, 10, 4, "50 %");
    check_line(&half, 10, 3, "");
}

/* ---- a terminal ---- */

struct pty {
    int control;
    int terminal;
};

static struct pty open_pty(uint16_t columns)
{
    struct pty p;
    struct termios raw;
    p.control = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    cr_assert(p.control >= 0 && grantpt(p.control) == 0 && unlockpt(p.control) == 0);
    p.terminal = open(ptsname(p.control), O_RDWR | O_NOCTTY);
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    cr_assert(p.terminal >= 0 && ioctl(p.terminal, TIOCSWINSZ, &size) == 0);
    cr_assert_eq(tcgetattr(p.terminal, &raw), 0);
    cfmakeraw(&raw);
    cr_assert_eq(tcsetattr(p.terminal, TCSANOW, &raw), 0);
    dup2(p.terminal, STDOUT_FILENO); /* whose width terminal_width asks */
    return p;
}

/* What was written since the last call. */
static const char *written(int fd)
{
    static char bytes[4096];
    const ssize_t n = read(fd, bytes, sizeof bytes - 1);
    bytes[n > 0 ? n : 0] = '\0';
    return bytes;
}

static struct progress_counters small(uint64_t documents)
{
    return (struct progress_counters){.documents = documents, .phase = "x"};
}

Test(progress, terminal)
{
    setenv("TERM", "xterm", 1);
    struct pty p = open_pty(16);
    struct progress line;
    struct progress_counters c = small(7);
    progress_start(&line, p.terminal, false);
    const double start = line.started;
    cr_expect_float_eq(line.due, start + 0.5, 1e-9, "nothing is drawn at once");
    progress_draw(&line, &c, start + 1);
    cr_expect_str_eq(written(p.control), "\rx  7 documents\x1b[K");
    cr_expect_float_eq(line.due, start + 1.1, 1e-9, "ten times a second");
    progress_wipe(&line);
    cr_expect_str_eq(written(p.control), "\r\x1b[K");
    progress_wipe(&line);
    cr_expect_str_eq(written(p.control), "", "nothing stands there any more");
    progress_draw(&line, &c, start + 2);
    (void)written(p.control);
    progress_end(&line);
    cr_expect_str_eq(written(p.control), "\r\x1b[K");
    progress_update(&line, &c);
    cr_expect_str_eq(written(p.control), "", "it has ended");
}

Test(progress, dumb_terminal)
{
    setenv("TERM", "dumb", 1);
    struct pty p = open_pty(16);
    struct progress line;
    struct progress_counters c = small(12345);
    progress_start(&line, p.terminal, true);
    progress_draw(&line, &c, line.started + 1);
    cr_expect_str_eq(written(p.control), "\r12345 documents");
    c.documents = 7;
    progress_draw(&line, &c, line.started + 2);
    cr_expect_str_eq(written(p.control), "\rx  7 documents ", "what stood there is covered");
    progress_end(&line);
    cr_expect_str_eq(written(p.control), "\r              \r");
}

/* ---- a pipe ---- */

Test(progress, no_terminal)
{
    int ends[2];
    struct progress line;
    struct progress_counters c = small(7);
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    progress_start(&line, ends[1], false);
    cr_expect(isinf(line.due), "silent");
    progress_start(&line, ends[1], true);
    cr_expect_float_eq(line.due, line.started + PROGRESS_PLAIN_SECONDS, 1e-9);
    progress_update(&line, &c);
    cr_expect_str_eq(written(ends[0]), "", "not yet");
    line.due = 0;
    progress_update(&line, &c);
    const char *const plain = written(ends[0]);
    cr_expect(strncmp(plain, "x  7 documents  0 passages", 26) == 0 &&
                  strchr(plain, '\r') == NULL && plain[strlen(plain) - 1] == '\n',
              "'%s'", plain);
    cr_expect_gt(line.due, line.started);
    progress_end(&line);
    cr_expect_str_eq(written(ends[0]), "");
}

/* A reader that has gone, a descriptor that is none: the task goes on. */
Test(progress, nobody_listens)
{
    struct progress line;
    struct progress_counters c = small(7);
    progress_start(&line, 99, true);
    line.due = 0;
    progress_update(&line, &c);
    cr_expect_gt(line.due, 0, "the next line is due later, written or not");
    progress_end(&line);
}
