/* SPDX-License-Identifier: Apache-2.0 */
/* Walking folders: order, what is passed over, and everything odd that a file system can hold. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "indexer/corpus/walk.h"
#include "tests/corpus/fixture.h"

static const struct walk_options plain = {.hidden = false};

/* Walks `name` and gives the relative paths, each followed by a '|'. */
static char *walked(struct fixture *f, const struct walk_options *options, const char *name)
{
    struct buf paths = BUF_INIT;
    struct walk *w = NULL;
    struct walk_file file;
    fixture_clear(f);
    cr_assert_eq(report_new(NULL, &f->report), STATUS_OK);
    const int kept = fixture_catch_stderr();
    f->status = walk_open(fixture_path(f, name), options, f->report, &w);
    while (f->status == STATUS_OK && (f->status = walk_next(w, &file)) == STATUS_OK &&
           file.fd >= 0) {
        buf_append(&paths, file.path.data + file.below, file.path.len - file.below);
        buf_put_u8(&paths, '|');
        (void)close(file.fd);
    }
    walk_close(w);
    fixture_release_stderr(f, kept);
    char *const result = fixture_string(buf_span(&paths));
    buf_release(&paths);
    return result;
}

static void expect_walk(struct fixture *f, const struct walk_options *options, const char *name,
                        const char *expected)
{
    char *const paths = walked(f, options, name);
    cr_expect_eq(f->status, STATUS_OK);
    cr_expect_str_eq(paths, expected);
    free(paths);
}

static void touch(int folder, const char *name)
{
    const int fd = openat(folder, name, O_CREAT | O_WRONLY, 0644);
    cr_assert_geq(fd, 0);
    (void)close(fd);
}

/* '-' and '.' sort before '/', '0' behind it: names alone would give another order. */
Test(walk, byte_order_of_paths)
{
    static const char *const files[] = {"b", "a/z", "a-b", "a.b", "a0", "a/b/c", "a/b.c", "B"};
    struct fixture f;
    fixture_open(&f);
    fixture_folder(&f, "a");
    fixture_folder(&f, "a/b");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        fixture_write(&f, files[i], TEXT("x"));
    expect_walk(&f, &plain, "", "B|a-b|a.b|a/b.c|a/b/c|a/z|a0|b|");
    expect_walk(&f, &plain, "a", "b.c|b/c|z|");
    expect_walk(&f, &plain, "a/", "b.c|b/c|z|");
    expect_walk(&f, &plain, "a/z", "z|");
    fixture_close(&f);
}

Test(walk, hidden_files_and_the_index)
{
    struct fixture f;
    fixture_open(&f);
    fixture_folder(&f, ".git");
    fixture_write(&f, ".git/config", TEXT("x"));
    fixture_write(&f, ".notes", TEXT("x"));
    fixture_write(&f, "a", TEXT("x"));
    fixture_folder(&f, "index");
    fixture_write(&f, "index/segment", TEXT("x"));
    expect_walk(&f, &plain, "", "a|index/segment|");
    cr_expect_eq(report_count(f.report, REPORT_HIDDEN), 2);
    cr_expect_str_eq(f.messages, "");
    expect_walk(&f, &plain, ".git", "config|");
    char index[128];
    (void)snprintf(index, sizeof index, "%s/./index/../index", f.folder);
    const struct walk_options all = {.hidden = true, .index_folder = span_of_string(index)};
    expect_walk(&f, &all, "", ".git/config|.notes|a|");
    expect_walk(&f, &all, "index", "");
    fixture_close(&f);
}

/* Nothing here may be opened for reading: a pipe would hang, or wake up its writer. */
Test(walk, special_files, .timeout = 10)
{
    struct fixture f;
    fixture_open(&f);
    fixture_write(&f, "a", TEXT("x"));
    cr_assert_eq(mkfifo(fixture_path(&f, "pipe"), 0644), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *const path = fixture_path(&f, "socket");
    cr_assert_lt(strlen(path), sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    const int s = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(s, (const struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(symlink(".", fixture_path(&f, "loop")), 0);
    cr_assert_eq(symlink("/etc", fixture_path(&f, "out")), 0);
    cr_assert_eq(symlink("nowhere", fixture_path(&f, "dangling")), 0);
    cr_assert_eq(symlink("self", fixture_path(&f, "self")), 0);
    expect_walk(&f, &plain, "", "a|");
    cr_expect_eq(report_count(f.report, REPORT_SPECIAL), 2);
    cr_expect_eq(report_count(f.report, REPORT_LINK), 4);
    cr_expect_eq(report_refused(f.report), 0);
    expect_walk(&f, &plain, "pipe", "");
    cr_expect_eq(report_count(f.report, REPORT_SPECIAL), 1);
    expect_walk(&f, &plain, "loop", "a|"); /* named on the command line, so followed */
    (void)close(s);
    fixture_close(&f);
}

/* Links to files, folders, nothing, pipes; loops of all kinds. */
Test(walk, followed_links, .timeout = 10)
{
    static const char *const links[][2] = {
        {"../outside", "in/b-link"}, {"a", "in/file-link"},    {".", "in/self"},
        {"..", "in/d/up"},           {"../d", "in/d/again"},   {"nowhere", "in/dangling"},
        {"knot", "in/knot"},         {"pipe", "in/pipe-link"}, {"/dev/null", "in/device-link"},
    };
    const struct walk_options follow = {.follow = true};
    struct fixture f;
    fixture_open(&f);
    fixture_folder(&f, "in");
    fixture_folder(&f, "in/d");
    fixture_folder(&f, "outside");
    fixture_folder(&f, "outside/sub");
    fixture_write(&f, "in/a", TEXT("x"));
    fixture_write(&f, "in/d/e", TEXT("x"));
    fixture_write(&f, "in/z", TEXT("x"));
    fixture_write(&f, "outside/sub/o", TEXT("x"));
    fixture_write(&f, "outside/p", TEXT("x"));
    cr_assert_eq(mkfifo(fixture_path(&f, "in/pipe"), 0644), 0);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        cr_assert_eq(symlink(links[i][0], fixture_path(&f, links[i][1])), 0);
    expect_walk(&f, &plain, "in", "a|d/e|z|");
    cr_expect_eq(report_count(f.report, REPORT_LINK), 9);
    expect_walk(&f, &follow, "in", "a|b-link/p|b-link/sub/o|d/e|file-link|z|");
    cr_expect_eq(report_count(f.report, REPORT_LINK), 5, "%s", f.messages);
    cr_expect_eq(report_count(f.report, REPORT_SPECIAL), 3, "%s", f.messages);
    cr_expect_not_null(strstr(f.messages, "in/self: a loop: it leads to a folder that it lies in"));
    cr_expect_not_null(strstr(f.messages, "in/d/up: a loop"));
    cr_expect_not_null(strstr(f.messages, "in/d/again: a loop"));
    cr_expect_not_null(strstr(f.messages, "in/knot: a loop of symbolic links"));
    cr_expect_not_null(strstr(f.messages, "in/dangling: a symbolic link to nothing"));
    fixture_close(&f);
}

/* A pipe is not even opened, whether it is met or a link leads to it: nobody who waits for a reader of
 * it wakes up. */
Test(walk, pipes_stay_closed, .timeout = 10)
{
    struct fixture f;
    struct stat s;
    fixture_open(&f);
    fixture_folder(&f, "in");
    cr_assert_eq(mkfifo(fixture_path(&f, "in/pipe"), 0644), 0);
    cr_assert_eq(symlink("pipe", fixture_path(&f, "in/link")), 0);
    const pid_t writer = fork();
    if (writer == 0) {
        (void)open(fixture_path(&f, "in/pipe"), O_WRONLY); /* waits for a reader */
        fixture_write(&f, "woken", TEXT("x"));
        _exit(0);
    }
    (void)usleep(100000); /* until it waits, most likely */
    for (int i = 0; i < 2; i++) {
        const struct walk_options options = {.follow = i == 1};
        expect_walk(&f, &options, "in", "");
        expect_walk(&f, &options, "in/pipe", "");
        expect_walk(&f, &options, "in/link", "");
    }
    (void)usleep(100000);
    cr_expect_neq(stat(fixture_path(&f, "woken"), &s), 0);
    (void)kill(writer, SIGKILL);
    cr_expect_eq(waitpid(writer, NULL, 0), writer);
    fixture_close(&f);
}

/* Folder i holds two links to folder i + 1: 2^30 paths, 30 folders. */
Test(walk, links_that_multiply, .timeout = 10)
{
    enum { FOLDERS = 30 };
    const struct walk_options follow = {.follow = true};
    struct fixture f;
    char name[32];
    char target[32];
    fixture_open(&f);
    for (int i = 0; i < FOLDERS; i++) {
        (void)snprintf(name, sizeof name, "%02d", i);
        fixture_folder(&f, name);
        (void)snprintf(target, sizeof target, "../%02d", i + 1);
        for (int k = 0; k < 2 && i + 1 < FOLDERS; k++) {
            (void)snprintf(name, sizeof name, "%02d/%c", i, 'a' + k);
            cr_assert_eq(symlink(target, fixture_path(&f, name)), 0);
        }
    }
    (void)snprintf(name, sizeof name, "%02d/file", FOLDERS - 1);
    fixture_write(&f, name, TEXT("x"));
    char *const paths = walked(&f, &follow, "00");
    cr_expect_eq(f.status, STATUS_OK);
    cr_expect_eq(strlen(paths), 2 * (FOLDERS - 1) + strlen("file|"));
    cr_expect_eq(report_count(f.report, REPORT_LINK), FOLDERS - 1);
    free(paths);
    fixture_close(&f);
}

/* A chain of links, each in the folder that the one before leads to: more than may be followed, and
 * than folders stay open; the way back leads through all of them. */
Test(walk, long_chain_of_links, .timeout = 10)
{
    enum { FOLDERS = WALK_LINKS_MOST + 20 };
    const struct walk_options follow = {.follow = true};
    struct fixture f;
    char name[32];
    char target[32];
    fixture_open(&f);
    for (int i = 0; i < FOLDERS; i++) {
        (void)snprintf(name, sizeof name, "%02d", i);
        fixture_folder(&f, name);
        (void)snprintf(name, sizeof name, "%02d/z", i);
        fixture_write(&f, name, TEXT("x"));
        (void)snprintf(target, sizeof target, "../%02d", i + 1);
        (void)snprintf(name, sizeof name, "%02d/l", i);
        cr_assert(i + 1 == FOLDERS || symlink(target, fixture_path(&f, name)) == 0);
    }
    char *const paths = walked(&f, &follow, "00");
    size_t files = 0;
    for (const char *c = paths; *c != '\0'; c++)
        files += *c == 'z';
    cr_expect_eq(f.status, STATUS_OK);
    cr_expect_eq(files, WALK_LINKS_MOST + 1);
    cr_expect_eq(report_count(f.report, REPORT_LINK), 1);
    cr_expect_eq(report_count(f.report, REPORT_UNREADABLE), 0);
    cr_expect_not_null(strstr(f.messages, "too many links"));
    free(paths);
    fixture_close(&f);
}

/* Deep below a link: the folders in which links lie stay open, the others are opened again. */
Test(walk, depth_below_links, .timeout = 30)
{
    enum { DEPTH = 100 };
    const struct walk_options follow = {.follow = true};
    struct fixture f;
    fixture_open(&f);
    fixture_folder(&f, "in");
    fixture_folder(&f, "far");
    cr_assert_eq(symlink("../far", fixture_path(&f, "in/link")), 0);
    fixture_write(&f, "in/z", TEXT("x"));
    int at = open(fixture_path(&f, "far"), O_RDONLY | O_DIRECTORY);
    for (size_t depth = 0; depth < DEPTH; depth++) {
        touch(at, "z");
        cr_assert_eq(mkdirat(at, "d", 0755), 0);
        const int below = openat(at, "d", O_RDONLY | O_DIRECTORY);
        (void)close(at);
        at = below;
    }
    (void)close(at);
    char *const paths = walked(&f, &follow, "in");
    size_t files = 0;
    for (const char *c = paths; *c != '\0'; c++)
        files += *c == 'z';
    cr_expect_eq(f.status, STATUS_OK);
    cr_expect_eq(files, DEPTH + 1);
    cr_expect_str_eq(f.messages, "");
    cr_expect_str_eq(paths + strlen(paths) - strlen("link/z|z|"), "link/z|z|");
    free(paths);
    fixture_close(&f);
}

Test(walk, names_of_any_bytes)
{
    struct fixture f;
    fixture_open(&f);
    char longest[256];
    memset(longest, 'x', 255);
    longest[255] = '\0';
    const char *const names[] = {"\n",   "\x1b[31m", " ",        "*",
                                 "a\nb", longest,    "\xc3\xa9", "\xff\xfe"};
    const size_t n = sizeof names / sizeof names[0];
    char expected[1024] = "";
    for (size_t i = 0; i < n; i++) { /* in byte order, as the walk must give them */
        fixture_write(&f, names[n - 1 - i], TEXT("x"));
        (void)strcat(expected, names[i]);
        (void)strcat(expected, "|");
    }
    expect_walk(&f, &plain, "", expected);
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    options.ids = IDS_RELATIVE;
    fixture_read(&f, &options, "");
    cr_assert_eq(f.count, n);
    cr_expect_str_eq(f.documents[0].id, "\xef\xbf\xbd");
    cr_expect_str_eq(f.documents[1].id, "\xef\xbf\xbd[31m");
    cr_expect_str_eq(f.documents[7].id, "\xef\xbf\xbd\xef\xbf\xbd");
    cr_expect_str_eq(f.documents[7].source + strlen(f.folder) + 1, "\xff\xfe");
    fixture_close(&f);
}

/* Deeper than the folders that stay open, with files on both sides of each way down. */
Test(walk, depth, .timeout = 30)
{
    enum { DEPTH = 1000 };
    struct fixture f;
    fixture_open(&f);
    struct buf expected = BUF_INIT;
    char path[2 * DEPTH + 8] = "";
    int at = open(f.folder, O_RDONLY | O_DIRECTORY);
    for (size_t depth = 0; depth < DEPTH; depth++) {
        buf_printf(&expected, "%sa|", path);
        (void)strcpy(path + 2 * depth, "d/");
        touch(at, "a");
        touch(at, "z");
        cr_assert_eq(mkdirat(at, "d", 0755), 0);
        const int below = openat(at, "d", O_RDONLY | O_DIRECTORY);
        (void)close(at);
        at = below;
    }
    (void)close(at);
    for (size_t depth = DEPTH; depth-- > 0;)
        buf_printf(&expected, "%.*sz|", (int)(2 * depth), path);
    expect_walk(&f, &plain, "", buf_string(&expected));
    cr_expect_eq(report_count(f.report, REPORT_UNREADABLE), 0);
    buf_release(&expected);
    fixture_close(&f);
}

/* Moves a folder away while the walk is below it: it reports that and goes on behind it. */
Test(walk, folder_moved_while_inside)
{
    struct fixture f;
    fixture_open(&f);
    char path[256] = "deep";
    fixture_folder(&f, "deep");
    for (int depth = 0; depth < 40; depth++) {
        (void)strcat(path, "/d");
        fixture_folder(&f, path);
    }
    (void)strcat(path, "/file");
    fixture_write(&f, path, TEXT("x"));
    fixture_write(&f, "deep/z", TEXT("x"));
    fixture_folder(&f, "elsewhere");
    struct walk *w;
    struct walk_file file;
    cr_assert_eq(report_new(NULL, &f.report), STATUS_OK);
    cr_assert_eq(walk_open(fixture_path(&f, "deep"), &plain, f.report, &w), STATUS_OK);
    cr_assert_eq(walk_next(w, &file), STATUS_OK);
    cr_assert_geq(file.fd, 0);
    (void)close(file.fd);
    char *const from = strdup(fixture_path(&f, "deep/d/d"));
    cr_assert_eq(rename(from, fixture_path(&f, "elsewhere/d")), 0);
    free(from);
    const int kept = fixture_catch_stderr();
    cr_expect_eq(walk_next(w, &file), STATUS_OK);
    fixture_release_stderr(&f, kept);
    cr_expect_eq(file.fd, -1);
    cr_expect_geq(report_count(f.report, REPORT_UNREADABLE), 1);
    cr_expect_not_null(strstr(f.messages, "moved while it was read"));
    walk_close(w);
    fixture_close(&f);
}

Test(walk, unreadable_and_missing)
{
    struct fixture f;
    fixture_open(&f);
    fixture_folder(&f, "closed");
    fixture_write(&f, "closed/a", TEXT("x"));
    fixture_write(&f, "locked", TEXT("x"));
    fixture_write(&f, "open", TEXT("x"));
    cr_assert_eq(chmod(fixture_path(&f, ""), 0755), 0);
    cr_assert_eq(chmod(fixture_path(&f, "closed"), 0), 0);
    cr_assert_eq(chmod(fixture_path(&f, "locked"), 0), 0);
    const bool root = geteuid() == 0;
    cr_assert(!root || seteuid(65534) == 0);
    expect_walk(&f, &plain, "", "open|");
    cr_expect_eq(report_count(f.report, REPORT_UNREADABLE), 2);
    cr_expect_not_null(strstr(f.messages, "closed: Permission denied\n"));
    cr_expect_not_null(strstr(f.messages, "locked: Permission denied\n"));
    expect_walk(&f, &plain, "locked", "");
    cr_expect_eq(report_count(f.report, REPORT_UNREADABLE), 1);
    cr_assert(!root || seteuid(0) == 0);
    char *const paths = walked(&f, &plain, "nothing");
    cr_expect_eq(f.status, STATUS_MISSING);
    cr_expect_not_null(strstr(status_message(), "nothing': No such file"));
    free(paths);
    cr_assert_eq(chmod(fixture_path(&f, "closed"), 0755), 0);
    fixture_close(&f);
}

/* Many names in one folder, made in another order than theirs. */
Test(walk, large_folder, .timeout = 60)
{
    enum { FILES = 3000 };
    struct fixture f;
    fixture_open(&f);
    const int folder = open(f.folder, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < FILES; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%05d", i * 7 % FILES);
        touch(folder, name);
    }
    (void)close(folder);
    char *const paths = walked(&f, &plain, "");
    cr_assert_eq(strlen(paths), 6 * FILES);
    for (int i = 0; i < FILES; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%05d|", i);
        cr_assert_eq(memcmp(paths + 6 * (size_t)i, name, 6), 0, "at %d", i);
    }
    free(paths);
    fixture_close(&f);
}

/* What was a file when the folder was listed, and is something else when it is to be opened. */
Test(walk, replaced_between_listing_and_opening)
{
    struct fixture f;
    struct walk *w;
    struct walk_file file;
    fixture_open(&f);
    fixture_folder(&f, "in");
    fixture_write(&f, "in/a", TEXT("x"));
    fixture_write(&f, "in/b", TEXT("x"));
    fixture_write(&f, "in/c", TEXT("x"));
    fixture_write(&f, "in/d", TEXT("x"));
    fixture_write(&f, "secret", TEXT("x"));
    cr_assert_eq(report_new(NULL, &f.report), STATUS_OK);
    cr_assert_eq(walk_open(fixture_path(&f, "in"), &plain, f.report, &w), STATUS_OK);
    cr_assert_eq(walk_next(w, &file), STATUS_OK);
    cr_assert_geq(file.fd, 0);
    (void)close(file.fd);
    cr_assert_eq(unlink(fixture_path(&f, "in/b")), 0);
    cr_assert_eq(unlink(fixture_path(&f, "in/c")), 0);
    cr_assert_eq(unlink(fixture_path(&f, "in/d")), 0);
    cr_assert_eq(symlink("../secret", fixture_path(&f, "in/b")), 0);
    cr_assert_eq(mkfifo(fixture_path(&f, "in/c"), 0644), 0);
    const int kept = fixture_catch_stderr();
    cr_expect_eq(walk_next(w, &file), STATUS_OK);
    fixture_release_stderr(&f, kept);
    cr_expect_eq(file.fd, -1);
    cr_expect_eq(report_count(f.report, REPORT_LINK), 1);
    cr_expect_eq(report_count(f.report, REPORT_SPECIAL), 1);
    cr_expect_eq(report_count(f.report, REPORT_UNREADABLE), 1);
    walk_close(w);
    fixture_close(&f);
}
