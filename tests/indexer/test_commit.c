/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_commit: what a build leaves behind, after success, refusal and SIGKILL: the old index or the
 * new one, whole, and nothing else.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/codec/text_block.h"
#include "indexer/ingest.h"
#include "indexer/write/commit.h"
#include "indexer/write/spool.h"
#include "searcher/search.h"
#include "tests/support/program.h"
#include "tests/support/toy_index.h"

static const struct toy_document old_documents[] = {
    {.id = "a", .title = "Bridges", .text = "The old bridge is long.", .date = "2023-05-12"},
    {.id = "b", .text = "A river, and another river."},
};
static const struct toy_document new_documents[] = {
    {.id = "c", .title = "Bridges", .text = "The new bridge is longer."},
};

/* ---- folders ---- */

/* Names in the folder, in byte order, a space behind each. */
static void list_folder(const char *path, struct buf *out)
{
    struct dirent **entries;
    const int n = scandir(path, &entries, NULL, alphasort);
    cr_assert(n >= 0, "cannot list %s", path);
    buf_clear(out);
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.')
            buf_printf(out, "%s ", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* The folder holds a manifest, a lock, one segment and `more` ("" or "name "). */
static void check_clean(const struct toy_index *toy, const char *more, const char *what)
{
    struct buf names = BUF_INIT;
    char wanted[256];
    char segment[64];
    toy_index_segment(toy, segment);
    list_folder(toy->path, &names);
    (void)snprintf(wanted, sizeof wanted, "MANIFEST lock %s%s ", more, segment);
    cr_assert_str_eq(buf_string(&names), wanted, "%s", what);
    buf_release(&names);
}

static void put_file(const char *folder, const char *name, const char *content)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *const file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert(fputs(content, file) >= 0 && fclose(file) == 0);
}

/* Opens the index, reads all its checksums and counts the passages that answer. */
static uint64_t count_answers(const char *path, const char *query, const char *what)
{
    struct searcher *s;
    struct search_result result = SEARCH_RESULT_INIT;
    cr_assert_eq(searcher_open(path, &s), STATUS_OK, "%s: %s", what, status_message());
    cr_assert_eq(index_check_sums(s->index), STATUS_OK, "%s: %s", what, status_message());
    const struct search_options options = search_options_of(s);
    cr_assert_eq(search_run(s, span_of_string(query), &options, &result), STATUS_OK, "%s", what);
    const uint64_t total = result.total;
    search_result_release(&result);
    searcher_close(s);
    return total;
}

static void rebuild(const struct toy_index *toy, const char *source)
{
    struct program p = PROGRAM_INIT;
    program_run(&p, "indexer", "build", "-q", toy->path, source, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    program_release(&p);
}

/* ---- what a build leaves ---- */

Test(commit, equal_input_gives_equal_bytes)
{
    struct toy_index a;
    struct toy_index b;
    struct buf names[2] = {BUF_INIT, BUF_INIT};
    struct buf bytes[2] = {BUF_INIT, BUF_INIT};
    char segment[64];
    toy_index_build(&a, old_documents, 2, NULL);
    toy_index_build(&b, old_documents, 2, NULL);
    list_folder(a.path, &names[0]);
    list_folder(b.path, &names[1]);
    cr_assert_str_eq(buf_string(&names[0]), buf_string(&names[1]));
    toy_index_segment(&a, segment);
    const char *const files[] = {segment, MANIFEST_NAME};
    for (size_t i = 0; i < 2; i++) {
        buf_clear(&bytes[0]);
        buf_clear(&bytes[1]);
        toy_index_read(&a, files[i], &bytes[0]);
        toy_index_read(&b, files[i], &bytes[1]);
        cr_assert(span_equal(buf_span(&bytes[0]), buf_span(&bytes[1])), "%s differs", files[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        buf_release(&names[i]);
        buf_release(&bytes[i]);
    }
    toy_index_remove(&a);
    toy_index_remove(&b);
}

Test(commit, removes_the_old_segment_alone)
{
    struct toy_index toy;
    char source[128];
    toy_index_build(&toy, old_documents, 2, NULL);
    put_file(toy.path, "notes", "mine");
    put_file(toy.folder, "new.txt", "The new bridge.");
    (void)snprintf(source, sizeof source, "%s/new.txt", toy.folder);
    rebuild(&toy, source);
    check_clean(&toy, "notes ", "after a second build");
    cr_assert_eq(count_answers(toy.path, "new", "new"), 1);
    cr_assert_eq(count_answers(toy.path, "river", "old"), 0);
    rebuild(&toy, source); /* the same segment again: it must not be taken for an old one */
    check_clean(&toy, "notes ", "after an equal build");
    cr_assert_eq(count_answers(toy.path, "new", "new"), 1);
    toy_index_remove(&toy);
}

Test(commit, removes_leftovers)
{
    struct toy_index toy;
    struct commit c;
    toy_index_build(&toy, new_documents, 1, NULL);
    put_file(toy.path, SEGMENT_TEMPORARY, "half a segment");
    put_file(toy.path, MANIFEST_TEMPORARY, "half a manifest");
    put_file(toy.path, SPOOL_TEMPORARY, "a spool of the instant before it was unlinked");
    put_file(toy.path, "segment-0123456789abcdef0123456789abcdef.qs", "a segment without manifest");
    put_file(toy.path, "segment-notes.qs", "somebody's own");
    cr_assert_eq(commit_open(toy.path, &c), STATUS_OK, "%s", status_message());
    commit_close(&c);
    struct buf names = BUF_INIT;
    char wanted[256];
    char segment[64];
    toy_index_segment(&toy, segment);
    list_folder(toy.path, &names);
    (void)snprintf(wanted, sizeof wanted, "MANIFEST lock %s segment-notes.qs ", segment);
    cr_assert_str_eq(buf_string(&names), wanted);
    buf_release(&names);
    cr_assert_eq(count_answers(toy.path, "new", "kept"), 1);
    toy_index_remove(&toy);
}

/* A build that was killed in a fresh folder leaves temporary files and no manifest: still ours. */
Test(commit, takes_a_folder_with_leftovers_alone)
{
    struct toy_index toy;
    char source[128];
    toy_index_build(&toy, old_documents, 2, NULL);
    struct buf names = BUF_INIT;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", toy.path, MANIFEST_NAME);
    cr_assert_eq(unlink(path), 0);
    put_file(toy.path, SEGMENT_TEMPORARY, "half a segment");
    put_file(toy.folder, "new.txt", "The new bridge.");
    (void)snprintf(source, sizeof source, "%s/new.txt", toy.folder);
    rebuild(&toy, source);
    check_clean(&toy, "", "after leftovers alone");
    buf_release(&names);
    toy_index_remove(&toy);
}

/* ---- what a build refuses ---- */

Test(commit, refuses_a_foreign_folder)
{
    struct toy_index toy;
    struct commit c;
    struct buf before = BUF_INIT;
    struct buf after = BUF_INIT;
    toy_index_build(&toy, new_documents, 1, NULL);
    list_folder(toy.folder, &before);
    cr_assert_eq(commit_open(toy.folder, &c), STATUS_USAGE);
    list_folder(toy.folder, &after);
    cr_assert_str_eq(buf_string(&after), buf_string(&before));
    char file[128];
    (void)snprintf(file, sizeof file, "%s/documents.jsonl", toy.folder);
    cr_assert_eq(commit_open(file, &c), STATUS_USAGE);
    buf_release(&before);
    buf_release(&after);
    toy_index_remove(&toy);
}

/* A folder that was made for a build that publishes nothing goes again; one that was there stays.
 */
Test(commit, leaves_no_empty_folder)
{
    struct toy_index toy;
    struct commit c;
    char path[128];
    struct stat s;
    toy_index_build(&toy, new_documents, 1, NULL);
    (void)snprintf(path, sizeof path, "%s/another", toy.folder);
    cr_assert_eq(commit_open(path, &c), STATUS_OK);
    commit_close(&c);
    cr_assert_neq(stat(path, &s), 0);
    cr_assert_eq(mkdir(path, 0777), 0);
    cr_assert_eq(commit_open(path, &c), STATUS_OK);
    commit_close(&c);
    cr_assert_eq(stat(path, &s), 0);
    toy_index_remove(&toy);
}

/* In a child: holds the lock until the pipe is closed. */
static void hold_lock(const char *path, int ready, int finish)
{
    char byte = 0;
    const int fd = open(path, O_RDWR | O_CREAT, 0666);
    if (fd < 0 || flock(fd, LOCK_EX) != 0 || write(ready, &byte, 1) != 1)
        _exit(1);
    (void)!read(finish, &byte, 1);
    _exit(0);
}

Test(commit, refuses_a_second_writer)
{
    struct toy_index toy;
    struct commit c;
    char lock[128];
    int ready[2];
    int finish[2];
    char byte;
    toy_index_build(&toy, old_documents, 2, NULL);
    (void)snprintf(lock, sizeof lock, "%s/%s", toy.path, LOCK_NAME);
    put_file(toy.path, SEGMENT_TEMPORARY, "what the first is writing");
    cr_assert(pipe2(ready, O_CLOEXEC) == 0 && pipe2(finish, O_CLOEXEC) == 0);
    const pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        (void)close(finish[1]);
        hold_lock(lock, ready[1], finish[0]);
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    cr_assert_eq(commit_open(toy.path, &c), STATUS_BUSY);
    struct buf left = BUF_INIT;
    toy_index_read(&toy, SEGMENT_TEMPORARY, &left); /* untouched */
    cr_assert_eq(left.len, strlen("what the first is writing"));
    buf_release(&left);
    cr_assert_eq(count_answers(toy.path, "river", "readers take no lock"), 1);
    (void)close(finish[1]);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    cr_assert_eq(commit_open(toy.path, &c), STATUS_OK, "%s", status_message());
    commit_close(&c);
    toy_index_remove(&toy);
}

/* An old index that cannot be read any more is replaced, not kept for ever; but its segments stay
 * until the new one is there. */
Test(commit, replaces_a_damaged_index)
{
    struct toy_index toy;
    struct commit c;
    char source[128];
    char segment[64];
    struct buf manifest = BUF_INIT;
    toy_index_build(&toy, old_documents, 2, NULL);
    toy_index_segment(&toy, segment);
    toy_index_read(&toy, MANIFEST_NAME, &manifest);
    manifest.data[manifest.len - 1] ^= 1;
    toy_index_write(&toy, MANIFEST_NAME, buf_span(&manifest));
    buf_release(&manifest);
    cr_assert_eq(commit_open(toy.path, &c), STATUS_OK, "%s", status_message());
    cr_expect_eq(faccessat(c.dir_fd, segment, F_OK, 0), 0, "the only copy is gone");
    commit_close(&c);
    put_file(toy.folder, "new.txt", "The new bridge.");
    (void)snprintf(source, sizeof source, "%s/new.txt", toy.folder);
    rebuild(&toy, source);
    check_clean(&toy, "", "after a damaged manifest");
    toy_index_remove(&toy);
}

/* ---- SIGKILL ---- */

#define KILLS 50

/* 6000 documents take about a tenth of a second. */
static void write_large(const char *folder, unsigned documents)
{
    struct buf text = BUF_INIT;
    for (unsigned i = 0; i < documents; i++) {
        buf_printf(&text, "%u\tlarge", i);
        for (unsigned j = 0; j < 120; j++)
            buf_printf(&text, " w%u", (i * 31 + j * j * 17) % 5003);
        buf_put_u8(&text, '\n');
    }
    put_file(folder, "large.tsv", buf_string(&text));
    buf_release(&text);
}

static void sleep_microseconds(long microseconds)
{
    const struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    (void)nanosleep(&time, NULL);
}

static struct timespec now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return time;
}

static long microseconds_since(struct timespec start)
{
    const struct timespec end = now();
    return (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000;
}

static long build_microseconds(const char **argv)
{
    int status;
    const struct timespec start = now();
    const pid_t pid = program_start("indexer", argv);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return microseconds_since(start);
}

/* Delays spread over the build, every other one over its end, where files change names. */
static long delay_of(unsigned i, long whole)
{
    return i % 2 == 0 ? whole * (long)i / KILLS : whole * (long)(70 + i) / 100;
}

Test(commit, survives_sigkill)
{
    struct toy_index toy;
    char large[128];
    char small[128];
    unsigned n_old = 0;
    toy_index_build(&toy, old_documents, 2, NULL);
    write_large(toy.folder, 6000);
    put_file(toy.folder, "small.txt", "a small river");
    (void)snprintf(large, sizeof large, "%s/large.tsv", toy.folder);
    (void)snprintf(small, sizeof small, "%s/small.txt", toy.folder);
    const char *argv[] = {NULL, "build", "-q", toy.path, large, NULL};
    const long whole = build_microseconds(argv);
    cr_assert_eq(count_answers(toy.path, "large", "whole"), 6000);
    rebuild(&toy, small);
    for (unsigned i = 0; i < KILLS; i++) {
        char what[80];
        const long delay = delay_of(i, whole);
        const pid_t pid = program_start("indexer", argv);
        sleep_microseconds(delay);
        (void)kill(pid, SIGKILL);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        (void)snprintf(what, sizeof what, "killed after %ld of about %ld us", delay, whole);
        const uint64_t n_river = count_answers(toy.path, "river", what);
        const uint64_t n_large = count_answers(toy.path, "large", what);
        cr_assert((n_river == 1 && n_large == 0) || (n_river == 0 && n_large == 6000),
                  "%s: neither old nor new", what);
        n_old += n_river == 1;
        rebuild(&toy, small);
        check_clean(&toy, "", what);
        cr_assert_eq(count_answers(toy.path, "river", what), 1);
    }
    cr_log_info("%u of %d kills left the old index", n_old, KILLS);
    toy_index_remove(&toy);
}

/* ---- SIGKILL while runs are on disk ---- */

#define SPILL_KILLS 25

/* In a child: builds with so little memory that every batch becomes a run. */
static void build_spilling(const char *index, const char *source)
{
    struct report *report;
    struct ingest_summary summary;
    const char *const sources[] = {source};
    const struct ingest_options options = {.corpus = CORPUS_OPTIONS_DEFAULT,
                                           .profile = profile_by_name("english"),
                                           .positions = true,
                                           .store_text = true,
                                           .text = {TEXT_BLOCK_BYTES, TEXT_BLOCK_LEVEL},
                                           .threads = 2,
                                           .memory = 64 << 10,
                                           .format_name = "auto",
                                           .ids_name = "path"};
    if (report_new(NULL, &report) != STATUS_OK)
        _exit(3);
    if (ingest_build(&options, index, sources, 1, report, &summary) != STATUS_OK)
        _exit(4);
    _exit(summary.runs < 8 ? 5 : 0);
}

static pid_t start_spilling(const char *index, const char *source)
{
    (void)fflush(NULL);
    const pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0)
        build_spilling(index, source);
    return pid;
}

/* What a killed build may leave: segments, and names that the next build removes. */
static void check_leftovers(const char *path, const char *what)
{
    struct buf names = BUF_INIT;
    list_folder(path, &names);
    for (char *name = strtok((char *)(uintptr_t)buf_string(&names), " "); name != NULL;
         name = strtok(NULL, " "))
        cr_assert(strcmp(name, MANIFEST_NAME) == 0 || strcmp(name, LOCK_NAME) == 0 ||
                      strcmp(name, SEGMENT_TEMPORARY) == 0 ||
                      strcmp(name, MANIFEST_TEMPORARY) == 0 || strcmp(name, SPOOL_TEMPORARY) == 0 ||
                      strncmp(name, "segment-", 8) == 0,
                  "%s: '%s' is left", what, name);
    buf_release(&names);
}

Test(commit, survives_sigkill_while_spilling)
{
    struct toy_index toy;
    char large[128];
    char small[128];
    int status;
    toy_index_build(&toy, old_documents, 2, NULL);
    write_large(toy.folder, 2500);
    put_file(toy.folder, "small.txt", "a small river");
    (void)snprintf(large, sizeof large, "%s/large.tsv", toy.folder);
    (void)snprintf(small, sizeof small, "%s/small.txt", toy.folder);
    const struct timespec start = now();
    pid_t pid = start_spilling(toy.path, large);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    const long whole = microseconds_since(start);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "exit %d", WEXITSTATUS(status));
    check_clean(&toy, "", "whole");
    cr_assert_eq(count_answers(toy.path, "large", "whole"), 2500);
    rebuild(&toy, small);
    for (unsigned i = 0; i < SPILL_KILLS; i++) {
        char what[80];
        const long delay = whole * (long)i / SPILL_KILLS;
        (void)snprintf(what, sizeof what, "killed after %ld of about %ld us", delay, whole);
        pid = start_spilling(toy.path, large);
        sleep_microseconds(delay);
        (void)kill(pid, SIGKILL);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        check_leftovers(toy.path, what);
        const uint64_t n_river = count_answers(toy.path, "river", what);
        const uint64_t n_large = count_answers(toy.path, "large", what);
        cr_assert((n_river == 1 && n_large == 0) || (n_river == 0 && n_large == 2500),
                  "%s: neither old nor new", what);
        rebuild(&toy, small);
        check_clean(&toy, "", what);
    }
    toy_index_remove(&toy);
}
