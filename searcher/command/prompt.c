/* SPDX-License-Identifier: Apache-2.0 */
/* prompt: options into a session. */
#include "searcher/command/prompt.h"

#include <unistd.h>

#include "common/base/terminal.h"
#include "searcher/command/ask.h"
#include "searcher/prompt/session.h"

struct settings {
    struct ask_settings ask;
    bool echo;
};

static const struct cli_option options[] = {
    ASK_OPTIONS(struct settings, ask),
    {"echo", 0, CLI_FLAG, offsetof(struct settings, echo), NULL,
     "without a terminal: each line before its answer, as on one"},
    {.type = CLI_END}};

static enum status converse(const char *path, const struct settings *s)
{
    struct session_start start = {
        .path = path, .terminal = terminal_is(STDIN_FILENO) && terminal_is(STDOUT_FILENO)};
    start.echo = s->echo && !start.terminal;
    TRY(ask_open(path, &s->ask, &start.searcher));
    const enum status status = ask_interpret(&s->ask, start.searcher, 10, &start.options);
    if (status != STATUS_OK) {
        searcher_close(start.searcher);
        return status;
    }
    return session_run(&start);
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings s = {.ask = ASK_SETTINGS_INIT};
    int first;
    enum status status = cli_parse(command, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first != 1)
        status = fail(STATUS_USAGE, "prompt needs one index (try 'searcher prompt --help')");
    if (status == STATUS_OK)
        status = converse(argv[first], &s);
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command prompt_command = {
    "prompt",
    "[opts] INDEX",
    "ask in a conversation, open what was found",
    "Without a terminal each line of standard input is answered, and nothing else is printed.\n"
    "Lines are kept in ${XDG_STATE_HOME:-~/.local/state}/qiao/history; articles open in $PAGER.",
    options,
    run};
