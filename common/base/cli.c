/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: a thin layer over getopt_long, whose own messages are off: ours are escaped and name the
 * option by its long name, and a misspelt one by its nearest neighbour.
 *
 * SIGPIPE keeps its default, so that a reader that has gone (`| head`) ends the program at once and
 * without a word. Whoever writes into a pipe of its own has to ignore the signal meanwhile.
 */
#include "common/base/cli.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json_c_version.h>
#include <libdeflate.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <utf8proc.h>
#include <zlib.h>

#include "common/base/cpu.h"
#include "common/base/escape.h"
#include "common/base/version.h"

/* Rows of an option table: far more than a command should have. */
#define OPTIONS_MOST 64

/* What getopt_long returns for row i of the table: beyond any letter. */
#define ROW_CODE  256
#define HELP_CODE (ROW_CODE + OPTIONS_MOST)

/* Longest name that is compared with the names known, when looking for the nearest. */
#define NAME_MOST 63

static const char *program_name = "qiao";

/* ---- messages ---- */

static void print_message(struct span message)
{
    struct buf line = BUF_INIT;
    escape_append(&line, span_of_string(program_name), ESCAPE_LINE);
    buf_append_string(&line, ": ");
    escape_append(&line, message, ESCAPE_LINE);
    buf_append_string(&line, "\n");
    if (line.failed)
        fputs("out of memory\n", stderr);
    else
        fwrite(line.data, 1, line.len, stderr); /* one write: lines of threads do not mix */
    buf_release(&line);
}

int cli_fail(enum status status)
{
    const char *const message = status_message();
    if (status == STATUS_NO_MEMORY && message[0] == '\0')
        (void)fail_no_memory();
    print_message(span_of_string(message));
    return CLI_ERROR;
}

void cli_note(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (text != NULL)
        print_message(span_of_string(text));
    free(text);
}

/* ---- the nearest name ---- */

struct nearest {
    const char *name; /* NULL while none is near */
    size_t edits;
};

/* Levenshtein's distance; `b` is at most NAME_MOST bytes. */
static size_t count_edits(const char *a, const char *b)
{
    size_t row[NAME_MOST + 1];
    const size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= width; j++) {
            const size_t change = diagonal + (a[i] != b[j - 1]);
            const size_t insert = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < insert ? change : insert;
        }
    }
    return row[width];
}

/* Near is: at most half of the letters wrong, and never more than two. */
static void nearest_offer(struct nearest *best, const char *typed, const char *name)
{
    const size_t len = strlen(name);
    if (len > NAME_MOST || strlen(typed) > NAME_MOST)
        return;
    const size_t allowed = len < 4 ? len / 2 : 2;
    const size_t edits = count_edits(typed, name);
    if (edits <= allowed && (best->name == NULL || edits < best->edits))
        *best = (struct nearest){name, edits};
}

/* ---- help ---- */

/* "-k, --count N" into `out`. */
static void put_option_head(struct buf *out, const struct cli_option *option)
{
    if (option->letter != 0)
        buf_printf(out, "  -%c, --%s", option->letter, option->name);
    else
        buf_printf(out, "      --%s", option->name);
    if (option->value != NULL)
        buf_printf(out, " %s", option->value);
}

static void put_option(struct buf *out, const struct cli_option *option, size_t column)
{
    const size_t start = out->len;
    put_option_head(out, option);
    const size_t width = out->len - start;
    buf_printf(out, "%*s%s\n", (int)(column > width ? column - width : 1), "", option->help);
}

static const struct cli_option help_option = {"help", 'h', CLI_FLAG, 0, NULL, "print this text"};

static size_t option_column(const struct cli_option *options)
{
    size_t widest = 0;
    struct buf head = BUF_INIT;
    put_option_head(&head, &help_option);
    for (const struct cli_option *o = options;; o++) {
        widest = head.len > widest ? head.len : widest;
        if (o->type == CLI_END)
            break;
        buf_clear(&head);
        put_option_head(&head, o);
    }
    buf_release(&head);
    return widest + 2;
}

static void print_command_help(const struct cli_command *command)
{
    const size_t column = option_column(command->options);
    struct buf text = BUF_INIT;
    buf_printf(&text, "usage: %s %s %s\n\n%s\n\n", program_name, command->name, command->synopsis,
               command->summary);
    for (const struct cli_option *o = command->options; o->type != CLI_END; o++)
        put_option(&text, o, column);
    put_option(&text, &help_option, column);
    if (command->details != NULL)
        buf_printf(&text, "\n%s\n", command->details);
    cli_print(buf_span(&text));
    buf_release(&text);
}

void cli_print(struct span text)
{
    if (text.len > 0)
        (void)fwrite(text.data, 1, text.len, stdout);
}

static void print_program_help(const struct cli_command *commands, FILE *to)
{
    size_t widest = 0;
    for (const struct cli_command *c = commands; c->name != NULL; c++)
        widest = strlen(c->name) > widest ? strlen(c->name) : widest;
    fprintf(to, "usage: %s COMMAND [opts] OPERANDS...\n\n", program_name);
    for (const struct cli_command *c = commands; c->name != NULL; c++)
        fprintf(to, "  %-*s  %s\n", (int)widest, c->name, c->summary);
    fprintf(to, "\n%s COMMAND --help  explains a command and its options\n", program_name);
    fprintf(to, "%s --version       names this version and those of the libraries\n", program_name);
}

static void print_version(void)
{
    printf("%s %s\n", program_name, QIAO_VERSION);
    printf("zlib %s, libdeflate %s, utf8proc %s (Unicode %s), json-c %s\n", zlibVersion(),
           LIBDEFLATE_VERSION_STRING, utf8proc_version(), utf8proc_unicode_version(),
           json_c_version());
}

/* ---- options ---- */

static enum status parse_u32(const struct cli_option *option, const char *text, uint32_t *value)
{
    uint64_t number = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && number <= UINT32_MAX; p++)
        number = number * 10 + (uint64_t)(*p - '0');
    if (p == text || *p != '\0' || number > UINT32_MAX)
        return fail(STATUS_USAGE, "option '--%s' wants a whole number of at most %u, not '%s'",
                    option->name, UINT32_MAX, text);
    *value = (uint32_t)number;
    return STATUS_OK;
}

static enum status parse_float(const struct cli_option *option, const char *text, float *value)
{
    /* strtof takes more than a number: spaces in front, hexadecimal, "inf", "nan". */
    const bool plain = *text != '\0' && strspn(text, "+-.0123456789eE") == strlen(text);
    char *end = NULL;
    const float number = plain ? strtof(text, &end) : 0;
    if (!plain || end == text || *end != '\0' || !isfinite(number))
        return fail(STATUS_USAGE, "option '--%s' wants a number, not '%s'", option->name, text);
    *value = number;
    return STATUS_OK;
}

static enum status store(const struct cli_option *option, const char *text, void *settings)
{
    void *const field = (char *)settings + option->offset;
    struct cli_list *list;
    switch (option->type) {
    case CLI_FLAG:
        *(bool *)field = true;
        return STATUS_OK;
    case CLI_STRING:
        *(const char **)field = text;
        return STATUS_OK;
    case CLI_U32:
        return parse_u32(option, text, field);
    case CLI_FLOAT:
        return parse_float(option, text, field);
    case CLI_LIST:
        list = field;
        if (list->count == sizeof list->items / sizeof list->items[0])
            return fail(STATUS_USAGE, "option '--%s' is given more than %zu times", option->name,
                        list->count);
        list->items[list->count++] = text;
        return STATUS_OK;
    case CLI_END:
        break;
    }
    return fail(STATUS_USAGE, "option '--%s' has no type", option->name);
}

/* `argument` is no long option that getopt_long would take: says why. */
static enum status refuse_long(const struct cli_command *command, const char *argument)
{
    char typed[NAME_MOST + 1];
    const char *const name = argument + strspn(argument, "-");
    snprintf(typed, sizeof typed, "%.*s", (int)strcspn(name, "="), name);
    struct nearest best = {NULL, 0};
    nearest_offer(&best, typed, help_option.name);
    size_t begun = 0; /* options that begin with what was typed */
    for (const struct cli_option *o = command->options; o->type != CLI_END; o++) {
        begun += strncmp(o->name, typed, strlen(typed)) == 0;
        nearest_offer(&best, typed, o->name);
    }
    if (begun > 1)
        return fail(STATUS_USAGE, "option '--%s' is ambiguous", typed);
    if (best.name == NULL)
        return fail(STATUS_USAGE, "unknown option '--%s'", typed);
    return fail(STATUS_USAGE, "unknown option '--%s' (did you mean '--%s'?)", typed, best.name);
}

/* Why getopt_long returned `code` ('?' or ':'). */
static enum status refuse(const struct cli_command *command, int code, char **argv)
{
    if (optopt == 0)
        return refuse_long(command, argv[optind - 1]);
    if (optopt == HELP_CODE)
        return fail(STATUS_USAGE, "option '--help' takes no value");
    if (optopt >= ROW_CODE)
        return fail(STATUS_USAGE, "option '--%s' %s", command->options[optopt - ROW_CODE].name,
                    code == ':' ? "wants a value" : "takes no value");
    return fail(STATUS_USAGE, code == ':' ? "option '-%c' wants a value" : "unknown option '-%c'",
                optopt);
}

/* The table as getopt_long wants it; `letters` has room for 2 + 2 * OPTIONS_MOST + 2 bytes. */
static enum status make_getopt_table(const struct cli_option *options, struct option *longs,
                                     char *letters)
{
    char *letter = stpcpy(letters, "+:h"); /* stop at the first operand; tell missing values */
    int n = 0;
    for (const struct cli_option *o = options; o->type != CLI_END; o++, n++) {
        if (n == OPTIONS_MOST)
            return fail(STATUS_LIMIT, "more than %d options", OPTIONS_MOST);
        const int has_value = o->type == CLI_FLAG ? no_argument : required_argument;
        longs[n] = (struct option){o->name, has_value, NULL, ROW_CODE + n};
        if (o->letter != 0) {
            *letter++ = o->letter;
            letter = stpcpy(letter, has_value == no_argument ? "" : ":");
        }
    }
    longs[n] = (struct option){"help", no_argument, NULL, HELP_CODE};
    longs[n + 1] = (struct option){NULL, 0, NULL, 0};
    return STATUS_OK;
}

static const struct cli_option *option_of_code(const struct cli_option *options, int code)
{
    if (code >= ROW_CODE)
        return &options[code - ROW_CODE];
    while (options->letter != code)
        options++;
    return options;
}

enum status cli_parse(const struct cli_command *command, int argc, char **argv, void *settings,
                      int *first)
{
    struct option longs[OPTIONS_MOST + 2];
    char letters[3 + 2 * OPTIONS_MOST + 1];
    TRY(make_getopt_table(command->options, longs, letters));
    optind = 0; /* 0, not 1, makes glibc forget an earlier parse */
    opterr = 0;
    int code;
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (code == 'h' || code == HELP_CODE) {
            print_command_help(command);
            return STATUS_MISSING;
        }
        if (code == '?' || code == ':')
            return refuse(command, code, argv);
        TRY(store(option_of_code(command->options, code), optarg, settings));
    }
    *first = optind;
    return STATUS_OK;
}

/* ---- the program ---- */

static int refuse_command(const struct cli_command *commands, const char *typed)
{
    struct nearest best = {NULL, 0};
    nearest_offer(&best, typed, "--help");
    nearest_offer(&best, typed, "--version");
    for (const struct cli_command *c = commands; c->name != NULL; c++)
        nearest_offer(&best, typed, c->name);
    const char *const kind = typed[0] == '-' ? "option" : "command";
    if (best.name != NULL)
        cli_note("unknown %s '%s' (did you mean '%s'?)", kind, typed, best.name);
    else
        cli_note("unknown %s '%s' ('%s --help' lists the commands)", kind, typed, program_name);
    return CLI_ERROR;
}

static int run_command(const struct cli_command *commands, int argc, char **argv)
{
    if (argc < 2) {
        print_program_help(commands, stderr);
        return CLI_ERROR;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_program_help(commands, stdout);
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        print_version();
        return CLI_OK;
    }
    for (const struct cli_command *c = commands; c->name != NULL; c++)
        if (strcmp(argv[1], c->name) == 0)
            return c->run(c, argc - 1, argv + 1);
    return refuse_command(commands, argv[1]);
}

int cli_main(const char *program, const struct cli_command *commands, int argc, char **argv)
{
    const char *const slash = strrchr(program, '/');
    program_name = slash == NULL ? program : slash + 1;
    if (cpu_choose(getenv("QIAO_SIMD")) != STATUS_OK)
        return cli_fail(STATUS_USAGE);
    const int result = run_command(commands, argc, argv);
    errno = 0;
    const bool flushed = fflush(stdout) == 0;
    if (flushed && !ferror(stdout))
        return result;
    /* A write that failed earlier has left no errno. */
    if (errno != EPIPE)
        cli_note("cannot write the standard output%s%s", flushed ? "" : ": ",
                 flushed ? "" : strerror(errno));
    return CLI_ERROR;
}

/* ---- sizes ---- */

/* "1536", "64K", "16M", with the largest unit that divides. */
static void size_text(uint64_t bytes, char out[32])
{
    static const char units[] = " KMGT";
    size_t unit = 0;
    while (unit + 1 < sizeof units - 1 && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    (void)snprintf(out, 32, unit == 0 ? "%llu" : "%llu%c", (unsigned long long)bytes, units[unit]);
}

enum status cli_size(const char *option, const char *text, uint64_t least, uint64_t most,
                     uint64_t *out)
{
    static const char units[] = "KMGTkmgt";
    char *end;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    bool good = text[0] >= '0' && text[0] <= '9' && errno == 0;
    unsigned shift = 0;
    if (good && *end != '\0') {
        const char *const unit = strchr(units, *end);
        good = unit != NULL && end[1] == '\0';
        shift = good ? 10 * (unsigned)((unit - units) % 4 + 1) : 0;
    }
    good = good && number <= UINT64_MAX >> shift;
    const uint64_t bytes = good ? (uint64_t)number << shift : 0;
    if (good && bytes >= least && bytes <= most) {
        *out = bytes;
        return STATUS_OK;
    }
    char from[32];
    char to[32];
    size_text(least, from);
    size_text(most, to);
    return fail(STATUS_USAGE, "--%s: '%s' is no size from %s to %s", option, text, from, to);
}
