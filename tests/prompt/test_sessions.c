/* SPDX-License-Identifier: Apache-2.0 */
/* The prompt as a person has it: the sessions of this folder, played in tmux by play.py. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

Test(prompt_sessions, all, .timeout = 900)
{
    const char *const folder = getenv("QIAO_BIN");
    char command[4096];
    if (system("command -v tmux >/dev/null && command -v less >/dev/null") != 0) {
        (void)fprintf(stderr, "skipped: there is no tmux, or no less\n");
        cr_skip_test("no tmux");
    }
    (void)snprintf(command, sizeof command,
                   "python3 tests/prompt/play.py '%s' tests/prompt/*.session >&2",
                   folder == NULL ? "build" : folder);
    cr_assert_eq(system(command), 0);
}
