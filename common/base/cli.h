/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: options, help and errors, alike in both programs.
 *
 * Options are GNU long options (getopt_long) with a few short ones, and stand before the operands:
 * the first operand ends them. A command is a row of a table:
 *
 *     static const struct cli_option options[] = {
 *         {"k1", 0, CLI_FLOAT, offsetof(struct settings, k1), "X", "BM25's k1 (0.9)"},
 *         {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL, "one JSON object a query"},
 *         {0}};
 *     enum status s = cli_parse(&command, argc, argv, &settings, &first_operand);
 */
#ifndef QIAO_BASE_CLI_H
#define QIAO_BASE_CLI_H

#include <stdio.h>

#include "common/base/bytes.h"
#include "common/base/status.h"

enum cli_type {
    CLI_END,
    CLI_FLAG,   /* bool */
    CLI_STRING, /* const char * (into argv) */
    CLI_U32,    /* uint32_t */
    CLI_FLOAT,  /* float, finite */
    CLI_LIST,   /* struct cli_list: may be given several times */
};

struct cli_list {
    const char *items[16];
    size_t count;
};

struct cli_option {
    const char *name; /* long name, without dashes */
    char letter;      /* short name, 0 for none */
    enum cli_type type;
    size_t offset;     /* of the field in the settings */
    const char *value; /* what the value is called in the help; NULL for a flag */
    const char *help;  /* one line */
};

struct cli_command {
    const char *name;                 /* "build" */
    const char *synopsis;             /* "[opts] INDEX SOURCE..." */
    const char *summary;              /* one line for the list of commands */
    const char *details;              /* more lines for `COMMAND --help`, or NULL */
    const struct cli_option *options; /* ends with a CLI_END row */
    int (*run)(const struct cli_command *command, int argc, char **argv); /* exit status */
};

/* Exit statuses of both programs. */
enum { CLI_OK = 0, CLI_NEGATIVE = 1, CLI_ERROR = 2 };

/* Runs the command that argv[1] names (or --help, --version), and returns the exit status. Flushes
 * stdout and turns a failed write there into CLI_ERROR (silently on EPIPE). `commands` ends with a
 * row whose name is NULL. */
int cli_main(const char *program, const struct cli_command *commands, int argc, char **argv);

/* Reads the options of a command into `settings`. STATUS_OK: *first is the index of the first
 * operand in argv. STATUS_MISSING: --help was asked for and printed: return CLI_OK. Else the
 * failure is to be printed by cli_fail. argv[0] is the command's name. */
enum status cli_parse(const struct cli_command *command, int argc, char **argv, void *settings,
                      int *first /* OUT */);

/* Writes `text` to stdout as it is. cli_main reports a failed write, so the caller need not. */
void cli_print(struct span text);

/* Prints `PROGRAM: message` (this thread's, escaped) to stderr; returns CLI_ERROR. */
int cli_fail(enum status status);

/* Prints `PROGRAM: ` and the formatted text, escaped, to stderr. */
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A number of bytes as a person writes it: digits and K, M, G or T (powers of 1024), "64M".
 * STATUS_USAGE, naming --option, unless it is one from `least` to `most`. */
enum status cli_size(const char *option, const char *text, uint64_t least, uint64_t most,
                     uint64_t *out /* OUT */);

#endif
