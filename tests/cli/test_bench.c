/* SPDX-License-Identifier: Apache-2.0 */
/* test_bench: `indexer bench` from outside: its record, its options, and that it leaves nothing. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/cli/cli_fixture.h"

/* A folder with a source in it, and an empty folder to build in. */
struct fixture {
    struct toy_index toy; /* its folder only: no index stands in it */
    char source[512];
    char place[512];
    struct program p;
};

static void open_fixture(struct fixture *f, const char *source)
{
    *f = (struct fixture){.p = PROGRAM_INIT};
    (void)snprintf(f->toy.folder, sizeof f->toy.folder, "/tmp/qiao-bench-test-XXXXXX");
    cr_assert_not_null(mkdtemp(f->toy.folder));
    (void)snprintf(f->source, sizeof f->source, "%s",
                   put_file(&f->toy, "source.jsonl", span_of_string(source)));
    (void)snprintf(f->place, sizeof f->place, "%s", path_in(&f->toy, "place"));
    cr_assert_eq(mkdir(f->place, 0777), 0);
}

/* The names in the folder to build in. */
static unsigned count_left(const struct fixture *f)
{
    unsigned n = 0;
    DIR *const folder = opendir(f->place);
    cr_assert_not_null(folder);
    for (const struct dirent *e; (e = readdir(folder)) != NULL;)
        n += e->d_name[0] != '.';
    (void)closedir(folder);
    return n;
}

static void close_fixture(struct fixture *f)
{
    cr_expect_eq(count_left(f), 0, "something was left behind");
    program_release(&f->p);
    toy_index_remove(&f->toy);
}

static const char good[] =
    "{\"id\":\"a\",\"text\":\"one bridge\"}\n{\"id\":\"b\",\"text\":\"two\"}\n";

static double number(struct json_object *object, const char *group, const char *key)
{
    return json_object_get_double(get(get(object, group), key));
}

Test(bench, record)
{
    static const char *const keys[] = {"machine", "sources", "options", "runs",
                                       "median",  "least",   "most"};
    struct fixture f;
    open_fixture(&f, good);
    program_run(&f.p, "indexer", "bench", "--json", "--runs", "3", "--tmp", f.place, "--profile",
                "plain", f.source, NULL);
    cr_expect_eq(f.p.status, 0, "%s", buf_string(&f.p.err));
    struct json_object *const record = json_tokener_parse(buf_string(&f.p.out));
    check_keys(record, keys, 7);
    cr_expect_eq(json_object_get_int(get(record, "runs")), 3);
    cr_expect_eq(number(record, "median", "documents"), 2);
    cr_expect_eq(number(record, "median", "terms"), 3);
    check_string(json_object_array_get_idx(get(record, "sources"), 0), f.source);
    check_string(json_object_array_get_idx(get(record, "options"), 0), "--profile=plain");
    for (int i = 0; i < 2; i++) {
        const char *const key = i == 0 ? "wall" : "cpu";
        const double median = number(get(record, "median"), "seconds", key);
        cr_expect(number(get(record, "least"), "seconds", key) <= median, "%s", key);
        cr_expect(number(get(record, "most"), "seconds", key) >= median, "%s", key);
        cr_expect_gt(median, 0);
    }
    cr_expect_gt(number(record, "median", "peak_rss_bytes"), 1000000);
    json_object_put(record);
    close_fixture(&f);
}

Test(bench, table_and_against)
{
    struct fixture f;
    open_fixture(&f, good);
    program_run(&f.p, "indexer", "bench", "--json", "--runs=1", "--tmp", f.place, f.source, NULL);
    cr_assert_eq(f.p.status, 0);
    char earlier[512];
    (void)snprintf(earlier, sizeof earlier, "%s",
                   put_file(&f.toy, "earlier.json", buf_span(&f.p.out)));
    program_run(&f.p, "indexer", "bench", "--runs=2", "--tmp", f.place, "--against", earlier,
                f.source, NULL);
    cr_expect_eq(f.p.status, 0);
    cr_expect(holds(&f.p.out, "ours/theirs") && holds(&f.p.out, "machine: "), "%s",
              buf_string(&f.p.out));
    cr_expect(holds(&f.p.out, "documents                                 2"), "%s",
              buf_string(&f.p.out));
    program_run(&f.p, "indexer", "bench", "--runs=2", "--json", "--store=none", "--tmp", f.place,
                "--against", earlier, f.source, NULL);
    struct json_object *const record = json_tokener_parse(buf_string(&f.p.out));
    cr_expect_eq(number(record, "against", "documents"), 1);
    cr_expect_lt(number(record, "against", "index_bytes"), 1);
    json_object_put(record);
    program_run(&f.p, "indexer", "bench", "--against", f.source, "--tmp", f.place, f.source, NULL);
    cr_expect_eq(f.p.status, 0, "any object may be one: what it lacks has no ratio");
    program_run(&f.p, "indexer", "bench", "--against", "/dev/null", f.source, NULL);
    check_error(&f.p, "indexer", "an empty record");
    close_fixture(&f);
}

/* Every option of build is one of bench, but those that make no sense there. */
Test(bench, options_of_build)
{
    struct fixture f;
    struct program build = PROGRAM_INIT;
    open_fixture(&f, good);
    program_run(&build, "indexer", "build", "--help", NULL);
    program_run(&f.p, "indexer", "bench", "--help", NULL);
    unsigned n = 0;
    for (const char *at = buf_string(&build.out); (at = strstr(at, "--")) != NULL; at += 2) {
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(at, " \n(,"), at);
        const bool senseless = strcmp(name, "--quiet") == 0 || strcmp(name, "--dry-run") == 0;
        n += !senseless;
        cr_expect_neq(holds(&f.p.out, name), senseless, "%s", name);
    }
    cr_expect_gt(n, 8);
    program_release(&build);
    close_fixture(&f);
}

Test(bench, failures)
{
    static const char bad[] = "{\"id\":\"a\",\"text\":\"one\"}\n{broken\n";
    struct fixture f;
    open_fixture(&f, bad);
    program_run(&f.p, "indexer", "bench", "--tmp", f.place, "--profile=none", f.source, NULL);
    check_error(&f.p, "indexer", "an unknown profile");
    program_run(&f.p, "indexer", "bench", "--tmp", f.place, "--strict", f.source, NULL);
    cr_expect_eq(f.p.status, 1, "%s", buf_string(&f.p.err));
    cr_expect_eq(f.p.out.len, 0);
    program_run(&f.p, "indexer", "bench", "--tmp", f.place, "--runs=2", f.source, NULL);
    cr_expect_eq(f.p.status, 0);
    cr_expect_eq(program_count_lines(&f.p.err, "source.jsonl:2"), 1, "once, not once a run: %s",
                 buf_string(&f.p.err));
    cr_expect(holds(&f.p.out, "skipped bad"), "%s", buf_string(&f.p.out));
    program_run(&f.p, "indexer", "bench", "--tmp", f.place, NULL);
    check_error(&f.p, "indexer", "no source");
    program_run(&f.p, "indexer", "bench", "-", NULL);
    check_error(&f.p, "indexer", "standard input");
    program_run(&f.p, "indexer", "bench", "--runs=0", f.source, NULL);
    check_error(&f.p, "indexer", "no run");
    program_run(&f.p, "indexer", "bench", "--runs=101", f.source, NULL);
    check_error(&f.p, "indexer", "too many runs");
    program_run(&f.p, "indexer", "bench", "--tmp", "/nowhere", f.source, NULL);
    check_error(&f.p, "indexer", "no place");
    close_fixture(&f);
}

static void pause_briefly(void)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    (void)nanosleep(&moment, NULL);
}

/* A signal, whenever it comes, ends the bench as it would end any program, and nothing is left. */
Test(bench, signals)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct fixture f;
    open_fixture(&f, good);
    for (unsigned i = 0; i < 3; i++)
        (void)signal(signals[i], SIG_DFL); /* who runs the tests may have them ignored */
    for (unsigned i = 0; i < 9; i++) {
        const char *argv[] = {"", "bench", "--runs=100", "--tmp", f.place, f.source, NULL};
        int status;
        const pid_t pid = program_start("indexer", argv);
        for (unsigned wait = 0; count_left(&f) == 0 && wait < 20000; wait++)
            pause_briefly();
        for (unsigned wait = 0; wait < i * i; wait++)
            pause_briefly();
        cr_assert_eq(kill(pid, signals[i % 3]), 0);
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == signals[i % 3], "status %x", status);
        cr_expect_eq(count_left(&f), 0, "signal %d after %u ms", signals[i % 3], i * i);
    }
    close_fixture(&f);
}

/* Under nohup a bench goes on when the terminal is gone. */
Test(bench, ignored_signal)
{
    struct fixture f;
    open_fixture(&f, good);
    (void)signal(SIGHUP, SIG_IGN);
    const char *argv[] = {"", "bench", "--runs=3", "--tmp", f.place, f.source, NULL};
    int status;
    const pid_t pid = program_start("indexer", argv);
    for (unsigned wait = 0; count_left(&f) == 0 && wait < 20000; wait++)
        pause_briefly();
    cr_assert_eq(kill(pid, SIGHUP), 0);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
    cr_expect_eq(count_left(&f), 0);
    close_fixture(&f);
}
