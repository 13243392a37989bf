/* SPDX-License-Identifier: Apache-2.0 */
/* Options reach their fields; every mistake is named on one line of stderr, with exit status 2. */
#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

#include "common/base/cli.h"

struct settings {
    bool json;
    bool verbose;
    const char *tag;
    uint32_t count;
    float k1;
    struct cli_list filters;
    int first; /* of the operands */
};

static const struct cli_option options[] = {
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL, "one JSON object a query"},
    {"verbose", 'v', CLI_FLAG, offsetof(struct settings, verbose), NULL, "say more"},
    {"tag", 0, CLI_STRING, offsetof(struct settings, tag), "NAME", "the run's name (qiao)"},
    {"count", 'k', CLI_U32, offsetof(struct settings, count), "N", "answers (10)"},
    {"k1", 0, CLI_FLOAT, offsetof(struct settings, k1), "X", "BM25's k1 (0.9)"},
    {"filter", 0, CLI_LIST, offsetof(struct settings, filters), "EXT=COMMAND", "a reader"},
    {0}};

static struct settings got; /* by the last run of the command */

static int run_find(const struct cli_command *command, int argc, char **argv)
{
    struct settings settings = {.count = 10};
    const enum status status = cli_parse(command, argc, argv, &settings, &settings.first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status != STATUS_OK)
        return cli_fail(status);
    got = settings;
    return settings.json ? CLI_NEGATIVE : CLI_OK;
}

static int run_print(const struct cli_command *command, int argc, char **argv)
{
    (void)command;
    (void)argc;
    (void)argv;
    for (int i = 0; i < 100000; i++)
        printf("a line\n");
    return CLI_OK;
}

static const struct cli_command commands[] = {
    {"find", "[opts] INDEX QUERY", "find passages", "QUERY is any text.", options, run_find},
    {"print", "", "print lines", NULL, options + 6, run_print},
    {.name = NULL}};

/* The bytes that `stream` got since `saved` was made by capture_begin, as a string. */
struct capture {
    FILE *stream;
    int saved;
    FILE *file;
    char text[4096];
};

static void capture_begin(struct capture *c, FILE *stream)
{
    fflush(stream);
    c->stream = stream;
    c->saved = dup(fileno(stream));
    c->file = tmpfile();
    cr_assert(c->file != NULL && dup2(fileno(c->file), fileno(stream)) >= 0);
}

static void capture_end(struct capture *c)
{
    fflush(c->stream);
    dup2(c->saved, fileno(c->stream));
    close(c->saved);
    rewind(c->file);
    c->text[fread(c->text, 1, sizeof c->text - 1, c->file)] = '\0';
    fclose(c->file);
}

static struct capture out, err;

/* Runs the program with the words of `line`, cut at blanks ("\1" stands for an empty word). */
static int run(const char *line)
{
    char copy[512];
    char *argv[64] = {"prog"};
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word[0] == '\1' ? word + 1 : word;
    capture_begin(&out, stdout);
    capture_begin(&err, stderr);
    const int result = cli_main("/usr/bin/prog", commands, argc, argv);
    capture_end(&err);
    capture_end(&out);
    return result;
}

Test(cli, options_reach_their_fields)
{
    cr_assert_eq(run("find index query"), CLI_OK, "%s", err.text);
    cr_assert(!got.json && !got.verbose && got.tag == NULL && got.count == 10 && got.first == 1);
    cr_assert_eq(run("find --json -v --tag=t --count 25 --k1 1.25 --filter a=b --filter c=d i"),
                 CLI_NEGATIVE, "%s", err.text);
    cr_assert(got.json && got.verbose && got.count == 25 && got.k1 == 1.25f);
    cr_assert(got.filters.count == 2 && got.first == 12);
    cr_assert_eq(run("find -vk7 -- --json"), CLI_OK);
    cr_assert(got.verbose && got.count == 7 && !got.json && got.first == 3);
    cr_assert_eq(run("find index --json -k 5"), CLI_OK, "after an operand all are operands");
    cr_assert(!got.json && got.count == 10 && got.first == 1);
    cr_assert_eq(run("find --verb i"), CLI_OK, "a clear abbreviation");
    cr_assert(got.verbose);
    cr_assert_eq(run("find - i"), CLI_OK);
    cr_assert_eq(got.first, 1, "a lone - is an operand");
}

Test(cli, numbers)
{
    static const char *const good_counts[] = {"0", "1", "4294967295", "007"};
    static const char *const bad_counts[] = {"4294967296",
                                             "18446744073709551617",
                                             "99999999999999999999999",
                                             "-1",
                                             "+1",
                                             "1x",
                                             "x",
                                             "\1",
                                             "1.0",
                                             "0x10"};
    static const char *const good_floats[] = {"0", "-1.5", "1e3", ".5", "2."};
    static const char *const bad_floats[] = {"inf", "nan", "1e99", "0x1", "1.5x",
                                             "\1",  "e",   "1,5",  "--",  "1.2.3"};
    char line[128];
    for (size_t i = 0; i < sizeof good_counts / sizeof *good_counts; i++) {
        snprintf(line, sizeof line, "find --count %s i", good_counts[i]);
        cr_assert_eq(run(line), CLI_OK, "%s: %s", line, err.text);
        cr_assert_eq(got.count, strtoul(good_counts[i], NULL, 10));
    }
    for (size_t i = 0; i < sizeof bad_counts / sizeof *bad_counts; i++) {
        snprintf(line, sizeof line, "find -k %s i", bad_counts[i]);
        cr_assert_eq(run(line), CLI_ERROR, "%s", line);
        cr_assert(strstr(err.text, "prog: option '--count' wants a whole number") == err.text, "%s",
                  err.text);
    }
    for (size_t i = 0; i < sizeof good_floats / sizeof *good_floats; i++) {
        snprintf(line, sizeof line, "find --k1 %s i", good_floats[i]);
        cr_assert_eq(run(line), CLI_OK, "%s: %s", line, err.text);
        cr_assert_float_eq(got.k1, atof(good_floats[i]), 1e-6);
    }
    for (size_t i = 0; i < sizeof bad_floats / sizeof *bad_floats; i++) {
        snprintf(line, sizeof line, "find --k1 %s i", bad_floats[i]);
        cr_assert_eq(run(line), CLI_ERROR, "%s", line);
        cr_assert(strstr(err.text, "prog: option '--k1' wants a number") == err.text, "%s",
                  err.text);
    }
}

Test(cli, sizes)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"1", 1},
                {"007", 7},
                {"1K", 1024},
                {"64M", UINT64_C(64) << 20},
                {"64m", UINT64_C(64) << 20},
                {"3g", UINT64_C(3) << 30},
                {"2T", UINT64_C(2) << 40},
                {"16777215T", UINT64_C(16777215) << 40},
                {"18446744073709551615", UINT64_MAX}};
    static const char *const bad[] = {"",
                                      "K",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.5G",
                                      "1KB",
                                      "1 K",
                                      "1P",
                                      "1\x0b",
                                      "1+",
                                      "1k ",
                                      "0x10",
                                      "1,5",
                                      "M1",
                                      "1KK",
                                      "\xd9\xa1",
                                      "1\xcb",
                                      "16777216T",
                                      "18446744073709551616",
                                      "18014398509481984K"};
    uint64_t got_bytes = 0;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert_eq(cli_size("memory", good[i].text, 0, UINT64_MAX, &got_bytes), STATUS_OK, "%s",
                     good[i].text);
        cr_assert_eq(got_bytes, good[i].bytes, "%s", good[i].text);
    }
    got_bytes = 99;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(cli_size("memory", bad[i], 0, UINT64_MAX, &got_bytes), STATUS_USAGE, "'%s'",
                     bad[i]);
    cr_assert_eq(cli_size("memory", "64M", 64 << 20, 64 << 20, &got_bytes), STATUS_OK);
    cr_assert_eq(got_bytes, 64 << 20);
    cr_assert_eq(cli_size("memory", "65535K", 64 << 20, 3 << 20, &got_bytes), STATUS_USAGE);
    cr_assert_eq(cli_size("memory", "1025", 1000, 1536, &got_bytes), STATUS_OK);
    cr_assert_eq(cli_size("block", "67108863", 64 << 20, UINT64_C(1) << 50, &got_bytes),
                 STATUS_USAGE);
    cr_assert_str_eq(status_message(), "--block: '67108863' is no size from 64M to 1024T");
    cr_assert_eq(cli_size("block", "1537", 1000, 1536, &got_bytes), STATUS_USAGE);
    cr_assert_str_eq(status_message(), "--block: '1537' is no size from 1000 to 1536");
    cr_assert_eq(got_bytes, 1025, "a failure leaves it as it was");
}

Test(cli, mistakes_are_named)
{
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        {"fnid i", "unknown command 'fnid' (did you mean 'find'?)"},
        {"nothing", "unknown command 'nothing' ('prog --help' lists the commands)"},
        {"--hepl", "unknown option '--hepl' (did you mean '--help'?)"},
        {"find --jsn i", "unknown option '--jsn' (did you mean '--json'?)"},
        {"find --cuont=5 i", "unknown option '--cuont' (did you mean '--count'?)"},
        {"find --colour i", "unknown option '--colour'"},
        {"find -z i", "unknown option '-z'"},
        {"find -vz i", "unknown option '-z'"},
        {"find --json=yes i", "option '--json' takes no value"},
        {"find --help=yes i", "option '--help' takes no value"},
        {"find --tag", "option '--tag' wants a value"},
        {"find -k", "option '-k' wants a value"},
        {"find --= i", "option '--' is ambiguous"},
        {"fi\033[31mnd", "unknown command 'fi\ufffd[31mnd' ('prog --help' lists the commands)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char wanted[256];
        snprintf(wanted, sizeof wanted, "prog: %s\n", cases[i].message);
        cr_assert_eq(run(cases[i].line), CLI_ERROR, "%s", cases[i].line);
        cr_assert_str_eq(err.text, wanted);
        cr_assert_str_eq(out.text, "");
    }
}

Test(cli, a_list_has_an_end)
{
    char line[512] = "find";
    for (int i = 0; i < 16; i++)
        strcat(line, " --filter x");
    cr_assert_eq(run(line), CLI_OK, "%s", err.text);
    cr_assert_eq(got.filters.count, 16);
    cr_assert_eq(run(strcat(line, " --filter x")), CLI_ERROR);
    cr_assert_str_eq(err.text, "prog: option '--filter' is given more than 16 times\n");
}

Test(cli, help_and_version)
{
    cr_assert_eq(run("--help"), CLI_OK);
    cr_assert_str_eq(out.text,
                     "usage: prog COMMAND [opts] OPERANDS...\n\n"
                     "  find   find passages\n"
                     "  print  print lines\n\n"
                     "prog COMMAND --help  explains a command and its options\n"
                     "prog --version       names this version and those of the libraries\n");
    cr_assert_eq(run("find -k 3 --help"), CLI_OK);
    cr_assert_str_eq(out.text, "usage: prog find [opts] INDEX QUERY\n\n"
                               "find passages\n\n"
                               "      --json                one JSON object a query\n"
                               "  -v, --verbose             say more\n"
                               "      --tag NAME            the run's name (qiao)\n"
                               "  -k, --count N             answers (10)\n"
                               "      --k1 X                BM25's k1 (0.9)\n"
                               "      --filter EXT=COMMAND  a reader\n"
                               "  -h, --help                print this text\n\n"
                               "QUERY is any text.\n");
    cr_assert_str_eq(err.text, "");
    cr_assert_eq(run("--version"), CLI_OK);
    cr_assert(strstr(out.text, "prog 0.1.0\nzlib 1.") == out.text, "%s", out.text);
    cr_assert(strstr(out.text, "Unicode 15") != NULL, "%s", out.text);
    cr_assert_eq(run(""), CLI_ERROR, "no command");
    cr_assert_str_eq(out.text, "");
    cr_assert(strstr(err.text, "usage: prog COMMAND") == err.text);
}

Test(cli, notes_are_escaped)
{
    capture_begin(&err, stderr);
    cli_note("skipped '%s'", "a\x1b]0;b\nc");
    capture_end(&err);
    cr_assert(strstr(err.text, ": skipped 'a\ufffd]0;b c'\n") != NULL, "%s", err.text);
}

/* Runs `print` with stdout being `fd`; returns its exit status. */
static int print_into(int fd)
{
    char *argv[] = {"prog", "print", NULL};
    cr_assert(dup2(fd, STDOUT_FILENO) >= 0);
    capture_begin(&err, stderr);
    const int result = cli_main("prog", commands, 2, argv);
    capture_end(&err);
    return result;
}

Test(cli, a_full_disk_is_an_error)
{
    FILE *const full = fopen("/dev/full", "w");
    cr_assert(full != NULL);
    cr_assert_eq(print_into(fileno(full)), CLI_ERROR);
    cr_assert(strstr(err.text, "prog: cannot write the standard output") == err.text, "%s",
              err.text);
}

Test(cli, a_reader_that_has_gone_is_no_message)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(print_into(ends[1]), CLI_ERROR);
    cr_assert_str_eq(err.text, "");
}

Test(cli, sigpipe_ends_the_program, .signal = SIGPIPE)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_DFL);
    print_into(ends[1]);
}
