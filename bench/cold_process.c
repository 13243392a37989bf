/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cold_process: how long one query takes from the start of a process to its end.
 *
 *     build/cold_process INDEX QUERIES [--runs N] [--drop] [PROGRAM]
 *
 * Starts `PROGRAM query INDEX words` (build/searcher) for N (200) different queries of the file, one
 * after the other, with the index in the page cache: from posix_spawn to the end of the process,
 * milliseconds of the wall. Beside it, in turn: `PROGRAM --version`, which starts and opens nothing,
 * and `true`, which is what this machine takes for any process. Page faults are those of the process.
 * --drop: the files of the index are put out of the page cache before each query, so that it comes from
 * the disk (which may have a cache of its own).
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/measure.h"
#include "common/base/clock.h"
#include "common/segment/index.h"
#include "searcher/topics/read_topics.h"

#define RUNS_MOST 1000

extern char **environ;

struct kind {
    const char *name;
    double ms[RUNS_MOST];
    double cpu_ms;
    long faults;
};

static double now(void)
{
    return 1e3 * clock_seconds();
}

static double ms_of(struct timeval t)
{
    return 1e3 * (double)t.tv_sec + 1e-3 * (double)t.tv_usec;
}

/* What a program prints is thrown away. */
static void run(struct kind *kind, size_t number, char *const *argv,
                const posix_spawn_file_actions_t *actions)
{
    struct rusage usage;
    pid_t child;
    int status;
    const double start = now();
    if (posix_spawnp(&child, argv[0], actions, NULL, argv, environ) != 0)
        stop("cannot start the program");
    if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
        stop("the program failed");
    kind->ms[number] = now() - start;
    kind->cpu_ms += ms_of(usage.ru_utime) + ms_of(usage.ru_stime);
    kind->faults += usage.ru_minflt + usage.ru_majflt;
}

/* Reads every page of the index once. */
static void warm(const char *path)
{
    struct index *index;
    if (index_open(path, &index) != STATUS_OK || index_check_sums(index) != STATUS_OK)
        stop(status_message());
    index_close(index);
}

/* Puts the files of the index out of the page cache. */
static void drop(const char *path)
{
    DIR *const folder = opendir(path);
    for (struct dirent *e; folder != NULL && (e = readdir(folder)) != NULL;) {
        const int fd = openat(dirfd(folder), e->d_name, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && e->d_name[0] != '.' && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
            stop("cannot put the index out of the page cache");
        if (fd >= 0)
            (void)close(fd);
    }
    if (folder == NULL)
        stop("cannot read the folder of the index");
    (void)closedir(folder);
}

static void print(struct kind *k, size_t runs)
{
    const double n = (double)runs;
    sort_times(k->ms, runs);
    printf("%-10s median %6.3f  p99 %6.3f  least %6.3f  most %6.3f ms   cpu %6.3f ms   %4.0f page "
           "faults\n",
           k->name, k->ms[runs / 2], k->ms[runs * 99 / 100], k->ms[0], k->ms[runs - 1],
           k->cpu_ms / n, (double)k->faults / n);
}

static void measure(const char *program, const char *index, const struct topics *queries,
                    size_t runs, bool dropped)
{
    static struct kind kinds[3] = {{.name = "query"}, {.name = "--version"}, {.name = "true"}};
    char *const name = strdup(program);
    char *const path = strdup(index);
    posix_spawn_file_actions_t actions;
    if (name == NULL || path == NULL || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0)
        stop("out of memory");
    for (size_t i = 0; i < runs; i++) {
        const struct span text = queries->topics[i % queries->count].text;
        char *const words = strndup((const char *)text.data, text.len);
        char ask[] = "query";
        char version[] = "--version";
        char nothing[] = "true";
        if (dropped)
            drop(index);
        run(&kinds[0], i, (char *[]){name, ask, path, words, NULL}, &actions);
        run(&kinds[1], i, (char *[]){name, version, NULL}, &actions);
        run(&kinds[2], i, (char *[]){nothing, NULL}, &actions);
        free(words);
    }
    for (size_t i = 0; i < 3; i++)
        print(&kinds[i], runs);
    (void)posix_spawn_file_actions_destroy(&actions);
    free(name);
    free(path);
}

int main(int argc, char **argv)
{
    const char *words[3] = {NULL, NULL, "build/searcher"};
    size_t n = 0;
    size_t runs = 200;
    bool dropped = false;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc)
            runs = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--drop") == 0)
            dropped = true;
        else if (n < 3)
            words[n++] = argv[i];
    if (n < 2 || runs < 1 || runs > RUNS_MOST)
        stop("cold_process INDEX QUERIES [--runs N] [--drop] [PROGRAM]");
    struct topics *queries;
    if (topics_read(words[1], &queries) != STATUS_OK)
        stop(status_message());
    if (queries->count == 0)
        stop("no queries");
    warm(words[0]);
    measure(words[2], words[0], queries, runs, dropped);
    topics_free(queries);
    return 0;
}
