/* SPDX-License-Identifier: Apache-2.0 */
/* Filters: how a command is split, what a program gets and gives, and all the ways it can fail. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/corpus/archive_fixture.h"

/* ---- the command line ---- */

static void expect_words(const char *text, const char *extension, const char *words)
{
    struct filter_set set = {.n = 0};
    struct buf found = BUF_INIT;
    cr_assert_eq(filter_add(&set, text), STATUS_OK, "%s: %s", text, status_message());
    cr_expect(span_equal(set.filters[0].extension, span_of_string(extension)), "%s", text);
    for (char **word = set.filters[0].argv; *word != NULL; word++)
        buf_printf(&found, "%s|", *word);
    cr_expect_str_eq(buf_string(&found), words, "%s: %s", text, buf_string(&found));
    buf_release(&found);
    filter_release(&set);
}

static void expect_usage(const char *text, const char *reason)
{
    struct filter_set set = {.n = 0};
    cr_expect_eq(filter_add(&set, text), STATUS_USAGE, "%s", text);
    cr_expect_not_null(strstr(status_message(), reason), "%s: %s", text, status_message());
    filter_release(&set);
}

Test(filter, commands)
{
    expect_words("pdf=pdftotext - -", "pdf", "pdftotext|-|-|");
    expect_words(".PDF=x", "PDF", "x|");
    expect_words("a=  x\t y  ", "a", "x|y|");
    expect_words("a=sh -c 'tr a b | tr \"c\" d'", "a", "sh|-c|tr a b | tr \"c\" d|");
    expect_words("a=x \"b c\" d\"e f\"'g h'", "a", "x|b c|de fg h|");
    expect_words("a=x '' \"\"", "a", "x|||");
    expect_words("a=x a\\ b \\' \\\\ 'c\\d' \"e\\\"\\f\" g\\", "a", "x|a b|'|\\|c\\d|e\"\\f|g\\|");
    expect_words("a=x {} --in={}", "a", "x|{}|--in={}|");
    expect_words("a=x=y", "a", "x=y|");
    expect_usage("pdf", "EXT=COMMAND");
    expect_usage("=x", "EXT=COMMAND");
    expect_usage(".=x", "EXT=COMMAND");
    expect_usage("a/b=x", "EXT=COMMAND");
    expect_usage("a=", "no command");
    expect_usage("a=  ", "no command");
    expect_usage("a=x 'y", "quote");
    expect_usage("a=x \"y", "quote");
    expect_usage("a=sh -c 'cat {}'", "argument of its own");
    expect_usage("a=sh -c 'cat<{}'", "argument of its own");
    expect_usage("a={} x", "argument of its own");
    struct filter_set set = {.n = 0};
    for (int i = 0; i < FILTER_SETS_MOST; i++)
        cr_assert_eq(filter_add(&set, i % 2 == 0 ? "a=x" : "b=y"), STATUS_OK);
    cr_expect_eq(filter_add(&set, "c=z"), STATUS_USAGE);
    cr_expect_eq(filter_find(&set, span_of_string("f.B")), &set.filters[FILTER_SETS_MOST - 1]);
    cr_expect_null(filter_find(&set, span_of_string(".b")));
    cr_expect_null(filter_find(&set, span_of_string("b")));
    cr_expect_null(filter_find(&set, span_of_string("")));
    cr_expect_null(filter_find(NULL, span_of_string("f.b")));
    filter_release(&set);
}

/* ---- programs ---- */

struct filtered {
    struct fixture f;
    struct filter_set set;
    struct corpus_options options;
};

static void open_filtered(struct filtered *x, const char *filter)
{
    memset(x, 0, sizeof *x);
    fixture_open(&x->f);
    x->options = (struct corpus_options)CORPUS_OPTIONS_DEFAULT;
    x->options.ids = IDS_STEM;
    x->options.filters = &x->set;
    x->options.filter_seconds = 20;
    cr_assert_eq(filter_add(&x->set, filter), STATUS_OK, "%s", status_message());
}

static void set_filter(struct filtered *x, const char *filter)
{
    filter_release(&x->set);
    cr_assert_eq(filter_add(&x->set, filter), STATUS_OK, "%s", status_message());
}

/* Ends the test; no program is left, running or dead. */
static void close_filtered(struct filtered *x)
{
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_expect_eq(errno, ECHILD);
    filter_release(&x->set);
    fixture_close(&x->f);
}

/* Reads the folder; one document of that text is there, and nothing to report. */
static void expect_text(struct filtered *x, const char *id, const char *text)
{
    fixture_read(&x->f, &x->options, "");
    cr_assert_eq(x->f.status, STATUS_OK);
    cr_assert_eq(x->f.count, 1, "%s", x->f.messages);
    cr_expect_str_eq(x->f.documents[0].id, id);
    cr_expect_str_eq(x->f.documents[0].text, text);
    cr_expect_str_eq(x->f.messages, "");
}

/* Reads the folder; nothing is there but one bad record of that reason. */
static void expect_failure(struct filtered *x, const char *reason)
{
    fixture_read(&x->f, &x->options, "");
    cr_assert_eq(x->f.status, STATUS_OK);
    cr_expect_eq(x->f.count, 0, "%s", reason);
    cr_expect_eq(report_count(x->f.report, REPORT_BAD), 1);
    cr_expect_eq(report_refused(x->f.report), 1);
    cr_expect_not_null(strstr(x->f.messages, reason), "%s: %s", reason, x->f.messages);
}

Test(filter, input_and_path, .timeout = 30)
{
    struct filtered x;
    open_filtered(&x, "bin=tr a-z A-Z");
    fixture_write(&x.f, "a.bin", TEXT("text of a"));
    fixture_write(&x.f, "b.other", TEXT("\0 not for the filter"));
    fixture_read(&x.f, &x.options, "");
    cr_assert_eq(x.f.count, 1, "%s", x.f.messages);
    cr_expect_str_eq(x.f.documents[0].id, "a");
    cr_expect_str_eq(x.f.documents[0].text, "TEXT OF A");
    cr_expect_eq(report_count(x.f.report, REPORT_BINARY), 1);
    cr_assert_eq(unlink(fixture_path(&x.f, "b.other")), 0);
    set_filter(&x, "bin=cat {}");
    expect_text(&x, "a", "text of a");
    set_filter(&x, "BIN=sh -c 'cat \"$1\"; cat' sh {}"); /* no input besides */
    expect_text(&x, "a", "text of a");
    set_filter(&x, "bin=printf '%s' --path={}");
    char expected[128];
    (void)snprintf(expected, sizeof expected, "--path=%s/a.bin", x.f.folder);
    expect_text(&x, "a", expected);
    set_filter(&x, "bin=echo '{\"id\":\"j\",\"text\":\"t\"}'"); /* detected as any file */
    expect_text(&x, "j", "t");
    set_filter(&x, "bin=printf '\\377\\376h\\0i\\0'");
    expect_text(&x, "a", "hi");
    close_filtered(&x);
}

/* A name that a shell, or the program, could take for something else. */
Test(filter, hostile_names, .timeout = 30)
{
    struct filtered x;
    open_filtered(&x, "bin=sh -c 'cat \"$1\"' sh {}");
    fixture_write(&x.f, "$(touch made); `touch made` \n'\".bin", TEXT("text"));
    expect_text(&x, "$(touch made); `touch made` \xef\xbf\xbd'\"", "text");
    cr_expect_neq(access("made", F_OK), 0);
    close_filtered(&x);
    open_filtered(&x, "bin=cat {}");
    const int before = open(".", O_RDONLY | O_DIRECTORY);
    cr_assert(before >= 0 && chdir(x.f.folder) == 0);
    fixture_write(&x.f, "--help.bin", TEXT("text"));
    static const char *const sources[] = {"--help.bin"};
    cr_assert_eq(report_new(NULL, &x.f.report), STATUS_OK);
    cr_expect_eq(corpus_read(&x.options, sources, 1, x.f.report, fixture_sink, &x.f), STATUS_OK);
    cr_assert_eq(x.f.count, 1);
    cr_expect_str_eq(x.f.documents[0].text, "text");
    cr_assert_eq(fchdir(before), 0);
    (void)close(before);
    close_filtered(&x);
}

static size_t count_entries(const char *folder)
{
    size_t n = 0;
    DIR *const listing = opendir(folder);
    cr_assert_not_null(listing);
    while (readdir(listing) != NULL)
        n++;
    (void)closedir(listing);
    return n;
}

/* What has no path of its own: through input, or a private file that goes away again. */
Test(filter, members_and_packed_files, .timeout = 30)
{
    struct filtered x;
    struct buf packed = BUF_INIT;
    char temporary[64];
    open_filtered(&x, "bin=tr a-z A-Z");
    (void)snprintf(temporary, sizeof temporary, "%s/qiao-test-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(temporary));
    cr_assert_eq(setenv("TMPDIR", temporary, 1), 0);
    static const struct member members[] = {{.name = "sub/m.bin", .content = "member"},
                                            {.name = NULL}};
    for (int i = 0; i < 3; i++) {
        buf_clear(&packed);
        if (i == 0)
            make_archive(&packed, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, NULL, members);
        else if (i == 1)
            make_archive(&packed, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ, NULL, members);
        else
            compress_bytes(&packed, ARCHIVE_FILTER_ZSTD, TEXT("member"));
        const char *const name = i == 2 ? "m.bin.zst" : "archive";
        (void)unlink(fixture_path(&x.f, "archive"));
        fixture_write(&x.f, name, packed.data, packed.len);
        set_filter(&x, "bin=tr a-z A-Z");
        expect_text(&x, "m", "MEMBER");
        set_filter(&x, "bin=cat {}");
        expect_text(&x, "m", "member");
        set_filter(&x, "bin=stat -c %a {}");
        expect_text(&x, "m", "600\n");
        set_filter(&x, "bin=sh -c 'echo ${1##*.}; exit 3' sh {}");
        expect_failure(&x, "exit status 3");
        cr_expect_eq(count_entries(temporary), 2, "a temporary file stays");
    }
    set_filter(&x, "zst=wc -c"); /* a filter for the packed file gets it as it is */
    char expected[32];
    (void)snprintf(expected, sizeof expected, "%zu\n", packed.len);
    expect_text(&x, "m.bin", expected);
    set_filter(&x, "bin=cat {}");
    cr_assert_eq(setenv("TMPDIR", "/nowhere", 1), 0);
    fixture_read(&x.f, &x.options, "");
    cr_expect_eq(x.f.count, 0);
    cr_expect_eq(report_count(x.f.report, REPORT_UNREADABLE), 1);
    cr_expect_not_null(strstr(x.f.messages, "temporary file: No such file"), "%s", x.f.messages);
    cr_assert_eq(rmdir(temporary), 0);
    buf_release(&packed);
    close_filtered(&x);
}

Test(filter, failures, .timeout = 60)
{
    struct filtered x;
    open_filtered(&x, "bin=false");
    fixture_write(&x.f, "a.bin", TEXT("text"));
    expect_failure(&x, "a.bin: filter 'false': exit status 1\n");
    set_filter(&x, "bin=sh -c 'cat; echo; echo first line >&2; echo second >&2; exit 7'");
    expect_failure(&x, "a.bin: filter 'sh': exit status 7: first line\n");
    set_filter(&x, "bin=sh -c 'cat; kill -SEGV $$'");
    expect_failure(&x, "filter 'sh': killed by signal 11\n");
    set_filter(&x, "bin=no-such-program-at-all -");
    expect_failure(&x, "filter 'no-such-program-at-all': cannot be started: No such file");
    set_filter(&x, "bin=/etc/passwd");
    expect_failure(&x, "cannot be started: Permission denied");
    set_filter(&x, "bin=sh -c 'printf \"\\033[31m\\n\" >&2; exit 1'");
    expect_failure(&x, "exit status 1: \xef\xbf\xbd[31m\n");
    set_filter(&x, "bin=yes");
    expect_failure(&x, "longer than 67108864 bytes"); /* one record without an end */
    set_filter(&x, "bin=printf '\\211PNG\\r\\n\\0'");
    fixture_read(&x.f, &x.options, "");
    cr_expect_eq(report_count(x.f.report, REPORT_BINARY), 1);
    cr_expect_eq(report_count(x.f.report, REPORT_BAD), 0);
    close_filtered(&x);
}

/* Records without end: a quarter of a gigabyte of them stands. */
Test(filter, output_without_end, .timeout = 120)
{
    struct filtered x;
    open_filtered(&x,
                  "bin=sh -c 'yes \"{\\\"id\\\":1,\\\"text\\\":\\\"$(printf %0100000d 0)\\\"}\"'");
    fixture_write(&x.f, "a.bin", TEXT("text"));
    fixture_read(&x.f, &x.options, "");
    cr_expect_leq(x.f.count, FILTER_OUTPUT_MOST / 100000, "%s", x.f.messages);
    cr_expect_geq(x.f.count, FILTER_OUTPUT_MOST / 100000 - 30);
    cr_expect_eq(report_count(x.f.report, REPORT_BAD), 1);
    cr_expect_not_null(strstr(x.f.messages, "filter 'sh': wrote more than 256 MiB"), "%s",
                       x.f.messages);
    close_filtered(&x);
}

/* Records that came before a failure stand; the failure is told all the same. */
Test(filter, records_before_a_failure)
{
    struct filtered x;
    open_filtered(&x, "bin=sh -c 'echo \"{\\\"id\\\":1,\\\"text\\\":\\\"t\\\"}\"; exit 1'");
    fixture_write(&x.f, "a.bin", TEXT("text"));
    fixture_read(&x.f, &x.options, "");
    cr_expect_eq(x.f.count, 1, "%s", x.f.messages);
    cr_expect_eq(report_count(x.f.report, REPORT_BAD), 1);
    close_filtered(&x);
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Processes that run `sleep` for so many seconds, a number that no other test uses. */
static size_t count_sleepers(const char *seconds)
{
    size_t n = 0;
    DIR *const processes = opendir("/proc");
    cr_assert_not_null(processes);
    for (const struct dirent *e; (e = readdir(processes)) != NULL;) {
        char path[300];
        char line[64] = "";
        (void)snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
        FILE *const file = e->d_name[0] > '9' ? NULL : fopen(path, "r");
        if (file == NULL)
            continue;
        const size_t len = fread(line, 1, sizeof line - 1, file);
        (void)fclose(file);
        n += len > 6 && strcmp(line, "sleep") == 0 &&
             strcmp(line + strlen("sleep") + 1, seconds) == 0;
    }
    (void)closedir(processes);
    return n;
}

/* Programs that sleep, with children that would outlive them, and such as close their output and
 * stay. None of the group is left. */
Test(filter, time_limit, .timeout = 60)
{
    static const char *const filters[] = {
        "bin=sh -c 'exec sleep $T'",
        "bin=sh -c 'sleep $T & sleep 1000'",
        "bin=sh -c 'exec >&-; sleep $T'",
        "bin=sh -c 'exec <&- >&- 2>&-; sleep $T'",
        "bin=sh -c 'trap \"\" TERM INT HUP; while :; do sleep $T; done'",
        /* One in the background keeps the output open, behind a program that is done. */
        "bin=sh -c 'echo text; sleep $T & exit 0'",
    };
    struct filtered x;
    char seconds[32];
    (void)snprintf(seconds, sizeof seconds, "%d", 1000000 + (int)getpid());
    cr_assert_eq(setenv("T", seconds, 1), 0);
    open_filtered(&x, "bin=false");
    x.options.filter_seconds = 1;
    fixture_write(&x.f, "a.bin", TEXT("text"));
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        const double start = now();
        set_filter(&x, filters[i]);
        expect_failure(&x, "took longer than 1 seconds");
        cr_expect_lt(now() - start, 10.0, "%s", filters[i]);
        for (int wait = 0; wait < 100 && count_sleepers(seconds) > 0; wait++)
            (void)usleep(10000); /* a killed orphan goes when init has seen it */
        cr_expect_eq(count_sleepers(seconds), 0, "%s", filters[i]);
    }
    close_filtered(&x);
}

/* No deadlock: a program that writes more than a pipe holds before it reads, one that never reads,
 * one that fills its standard error, and much in and out at once. */
Test(filter, pipes_that_fill, .timeout = 60)
{
    struct filtered x;
    struct buf large = BUF_INIT;
    open_filtered(&x, "bin=cat");
    while (large.len < (8u << 20))
        buf_append_string(&large, "the quick brown fox\n");
    fixture_write(&x.f, "a.bin", large.data, large.len);
    fixture_read(&x.f, &x.options, "");
    cr_assert_eq(x.f.count, 1, "%s", x.f.messages);
    cr_expect_eq(x.f.documents[0].text_len, large.len);
    cr_expect_eq(memcmp(x.f.documents[0].text, large.data, large.len), 0);
    set_filter(&x, "bin=echo text"); /* reads nothing: a closed pipe, and no SIGPIPE */
    expect_text(&x, "a", "text\n");
    set_filter(&x, "bin=sh -c 'exec <&-; sleep 0.2; echo text'"); /* closed while it runs on */
    expect_text(&x, "a", "text\n");
    set_filter(&x, "bin=head -c 100000");
    fixture_read(&x.f, &x.options, "");
    cr_assert_eq(x.f.count, 1);
    cr_expect_eq(x.f.documents[0].text_len, 100000);
    set_filter(&x, "bin=sh -c 'head -c 1000000 /dev/zero | tr \"\\0\" a; cat >/dev/null'");
    fixture_read(&x.f, &x.options, "");
    cr_assert_eq(x.f.count, 1);
    cr_expect_eq(x.f.documents[0].text_len, 1000000);
    set_filter(&x, "bin=sh -c 'head -c 5000000 /dev/zero >&2; cat >/dev/null; echo text'");
    expect_text(&x, "a", "text\n");
    cr_expect_eq(signal(SIGPIPE, SIG_DFL), SIG_DFL);
    buf_release(&large);
    close_filtered(&x);
}

/* Nothing but the three descriptors; SIGPIPE and the signal mask as a program expects them, even
 * where standard input and output of this process are closed. */
Test(filter, what_a_program_inherits, .timeout = 30)
{
    struct filtered x;
    sigset_t mask;
    open_filtered(&x, "bin=ls /proc/self/fd"); /* the fourth is that of the listing */
    fixture_write(&x.f, "a.bin", TEXT("text"));
    const int leaked = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    cr_assert_geq(leaked, 3);
    expect_text(&x, "a", "0\n1\n2\n3\n");
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &mask, NULL);
    cr_expect_eq(signal(SIGPIPE, SIG_IGN), SIG_DFL);
    set_filter(&x, "bin=grep SigBlk /proc/self/status");
    expect_text(&x, "a", "SigBlk:\t0000000000000000\n");
    set_filter(&x, "bin=sh -c 'kill -PIPE $$; echo alive'");
    expect_failure(&x, "killed by signal 13");
    const int in = dup(STDIN_FILENO);
    const int out = dup(STDOUT_FILENO);
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    set_filter(&x, "bin=tr a-z A-Z");
    expect_text(&x, "a", "TEXT");
    cr_assert(dup2(in, STDIN_FILENO) == STDIN_FILENO && dup2(out, STDOUT_FILENO) == STDOUT_FILENO);
    (void)close(leaked);
    close_filtered(&x);
}

/* A file that is damaged is told as that, whatever the program makes of it. */
Test(filter, damaged_input)
{
    struct filtered x;
    struct buf packed = BUF_INIT;
    open_filtered(&x, "bin=cat");
    compress_bytes(&packed, ARCHIVE_FILTER_GZIP, TEXT("some text"));
    fixture_write(&x.f, "a.bin.gz", packed.data, packed.len - 4);
    expect_failure(&x, "a.bin.gz: gzip data that ends early");
    set_filter(&x, "bin=cat {}");
    expect_failure(&x, "a.bin.gz: gzip data that ends early");
    buf_release(&packed);
    close_filtered(&x);
}

/* What ends the reading ends the program. */
Test(filter, sink_that_fails, .timeout = 30)
{
    struct filtered x;
    open_filtered(&x,
                  "bin=sh -c 'while :; do echo \"{\\\"id\\\":1,\\\"text\\\":\\\"t\\\"}\"; done'");
    fixture_write(&x.f, "a.bin", TEXT("text"));
    x.f.refuse = STATUS_LIMIT;
    fixture_read(&x.f, &x.options, "");
    cr_expect_eq(x.f.status, STATUS_LIMIT);
    close_filtered(&x);
}

/* Waits until the temporary folder holds `entries` and `sleepers` programs sleep. */
static void await(const char *folder, size_t entries, const char *seconds, size_t sleepers)
{
    for (int i = 0; i < 2000; i++) {
        if (count_entries(folder) == entries && count_sleepers(seconds) == sleepers)
            return;
        (void)usleep(5000);
    }
    cr_assert_fail("%zu entries, %zu sleepers", count_entries(folder), count_sleepers(seconds));
}

/* A signal that ends the build ends the program too, and the private file goes with it; one that was
 * ignored is ignored still. */
Test(filter, signals, .timeout = 60)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct filtered x;
    struct buf packed = BUF_INIT;
    char seconds[32];
    char temporary[64];
    (void)snprintf(seconds, sizeof seconds, "%d", 2000000 + (int)getpid());
    (void)snprintf(temporary, sizeof temporary, "%s/qiao-test-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(temporary));
    cr_assert(setenv("T", seconds, 1) == 0 && setenv("TMPDIR", temporary, 1) == 0);
    open_filtered(&x, "bin=sh -c 'sleep $T & wait' sh {}");
    compress_bytes(&packed, ARCHIVE_FILTER_ZSTD, TEXT("member"));
    fixture_write(&x.f, "m.bin.zst", packed.data, packed.len);
    for (size_t i = 0; i < 6; i++) {
        const bool ignored = i / 3 == 1;
        const pid_t build = fork();
        cr_assert(build >= 0);
        if (build == 0) {
            for (size_t s = 0; s < 3; s++)
                (void)signal(signals[s], ignored && s == i % 3 ? SIG_IGN : SIG_DFL);
            fixture_read(&x.f, &x.options, "");
            _exit(0);
        }
        await(temporary, 3, seconds, 1);
        cr_assert_eq(kill(build, signals[i % 3]), 0);
        const int last = signals[(i + ignored) % 3];
        int status = 0;
        if (ignored) {
            (void)usleep(20000);
            await(temporary, 3, seconds, 1);
            cr_assert_eq(kill(build, last), 0);
        }
        cr_assert_eq(waitpid(build, &status, 0), build);
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == last, "status %x", (unsigned)status);
        await(temporary, 2, seconds, 0);
    }
    cr_assert_eq(rmdir(temporary), 0);
    buf_release(&packed);
    close_filtered(&x);
}
