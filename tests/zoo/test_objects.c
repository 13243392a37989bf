/* SPDX-License-Identifier: Apache-2.0 */
/* test_objects: what a file system can hold besides files of text, and files that will not stay as
 * they are. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/must.h"
#include "tests/zoo/cage.h"

#define TEXT "a line of text\n"

static void put_text(const struct cage *c, const char *name)
{
    cage_put(c, name, span_of_string(TEXT));
}

static void link_to(const struct cage *c, const char *target, const char *name)
{
    must(symlink(target, cage_path(c, name)) == 0);
}

static void a_pipe(struct cage *c)
{
    put_text(c, "a.txt");
    must(mkfifo(cage_path(c, "yard/pipe.txt"), 0644) == 0);
}

static void a_socket(struct cage *c)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", cage_path(c, "yard/s.txt"));
    must(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    (void)close(fd);
    put_text(c, "a.txt");
}

static void device_links(struct cage *c)
{
    link_to(c, "/dev/zero", "yard/zero.txt");
    link_to(c, "/dev/random", "yard/random.txt");
    link_to(c, "/dev/tty", "yard/tty.txt");
    put_text(c, "z.txt");
}

static void link_loop(struct cage *c)
{
    link_to(c, "b.txt", "yard/a.txt");
    link_to(c, "a.txt", "yard/b.txt");
    link_to(c, "c.txt", "yard/c.txt");
    put_text(c, "z.txt");
}

static void dangling(struct cage *c)
{
    link_to(c, "nowhere", "yard/a.txt");
}

static void link_upwards(struct cage *c)
{
    link_to(c, "..", "yard/up");
    link_to(c, ".", "yard/here");
    put_text(c, "z.txt");
}

/* A folder outside that the yard must not lead to. */
static void link_out(struct cage *c)
{
    must(mkdir(cage_path(c, "outside"), 0755) == 0);
    link_to(c, "../outside", "yard/out");
    cage_put(c, "../outside/secret.txt", span_of_string(TEXT));
    link_to(c, "../outside/secret.txt", "yard/secret.txt");
}

static void loop_as_source(struct cage *c)
{
    link_to(c, "loop", "loop");
}

static void pipe_as_source(struct cage *c)
{
    must(mkfifo(cage_path(c, "pipe"), 0644) == 0);
}

static void closed_file(struct cage *c)
{
    put_text(c, "a.txt");
    put_text(c, "b.txt");
    must(chmod(cage_path(c, "yard/a.txt"), 0) == 0);
}

static void closed_folder(struct cage *c)
{
    must(mkdir(cage_path(c, "yard/closed"), 0755) == 0);
    put_text(c, "closed/a.txt");
    put_text(c, "b.txt");
    must(chmod(cage_path(c, "yard/closed"), 0) == 0);
}

/* May be listed, but nothing in it opened. */
static void barred_folder(struct cage *c)
{
    must(mkdir(cage_path(c, "yard/barred"), 0755) == 0);
    put_text(c, "barred/a.txt");
    must(chmod(cage_path(c, "yard/barred"), 0444) == 0);
}

static void odd_names(struct cage *c)
{
    static const char *const names[] = {"new\nline.txt",
                                        "esc\x1b[31mape.txt",
                                        "\x07\x08\x7f.txt",
                                        "tab\t.txt",
                                        "-rf",
                                        "--errors=x",
                                        "*",
                                        "back\\slash.txt",
                                        "quote\".txt",
                                        "a b.txt",
                                        "{}",
                                        "$(reboot)",
                                        "\xc2\x9b.txt",
                                        "\xe2\x80\xae.txt",
                                        "%s%n.txt",
                                        "~"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        put_text(c, names[i]);
}

static void bad_names(struct cage *c)
{
    put_text(c, "\xff.txt");
    put_text(c, "\xc0\xaf.txt");
    put_text(c, "\xed\xa0\x80.txt");
    put_text(c, "cut\xe2\x82");
}

static void names_alike(struct cage *c)
{
    put_text(c, "\xff.txt"); /* both ids are U+FFFD.txt */
    put_text(c, "\xfe.txt");
}

static void long_names(struct cage *c)
{
    char name[256];
    memset(name, 'n', sizeof name - 1);
    name[255] = '\0';
    put_text(c, name);
    memcpy(name + 251, ".txt", 4);
    put_text(c, name);
    memset(name, '\x01', 255);
    put_text(c, name);
}

/* `depth` folders, one in the other, a file in the last. */
static void deep_folders(struct cage *c, int depth, const char *name)
{
    int fd = open(c->yard, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < depth; i++) {
        must(mkdirat(fd, name, 0755) == 0);
        const int next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        (void)close(fd);
        must((fd = next) >= 0);
    }
    const int file = openat(fd, "deep.txt", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    must(write(file, TEXT, sizeof TEXT - 1) == (ssize_t)sizeof TEXT - 1);
    (void)close(file);
    (void)close(fd);
}

static void a_thousand_deep(struct cage *c)
{
    deep_folders(c, 1000, "d");
}

static void beyond_an_id(struct cage *c)
{
    deep_folders(
        c, 60,
        "a-name-of-some-eighty-bytes-so-that-ids-are-soon-longer-than-they-may-be-0123456789");
}

static void many_files(struct cage *c)
{
    char name[32];
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "yard/%02d", i);
        must(mkdir(cage_path(c, name), 0755) == 0);
        for (int k = 0; k < 1000; k++) {
            (void)snprintf(name, sizeof name, "%02d/%03d", i, k);
            cage_put(c, name, span_of("tiny", 4));
        }
    }
}

static void four_gigabytes(struct cage *c)
{
    put_text(c, "sparse.txt");
    put_text(c, "z.txt");
    must(truncate(cage_path(c, "yard/sparse.txt"), (off_t)4 << 30) == 0);
}

static void twins(struct cage *c)
{
    char to[512];
    put_text(c, "a.txt");
    (void)snprintf(to, sizeof to, "%s", cage_path(c, "yard/b.txt"));
    must(link(cage_path(c, "yard/a.txt"), to) == 0);
}

static void hidden_ones(struct cage *c)
{
    must(mkdir(cage_path(c, "yard/.git"), 0755) == 0);
    put_text(c, ".git/config");
    put_text(c, ".hidden.txt");
    put_text(c, "seen.txt");
}

static void empty_folders(struct cage *c)
{
    must(mkdir(cage_path(c, "yard/a"), 0755) == 0);
    must(mkdir(cage_path(c, "yard/a/b"), 0755) == 0);
}

static const struct animal objects[] = {
    {.name = "no file at all"},
    {.name = "empty folders", .make = empty_folders},
    {.name = "a pipe", .make = a_pipe, .documents = 1, .kind = "special"},
    {.name = "a socket", .make = a_socket, .documents = 1, .kind = "special"},
    {.name = "links to devices", .make = device_links, .documents = 1, .kind = "link"},
    {.name = "a loop of links", .make = link_loop, .documents = 1, .kind = "link"},
    {.name = "a link to nothing", .make = dangling, .kind = "link"},
    {.name = "links to the folders above", .make = link_upwards, .documents = 1, .kind = "link"},
    {.name = "links out of the source", .make = link_out, .kind = "link"},
    {.name = "links to devices, followed",
     .make = device_links,
     .options = {"--follow"},
     .documents = 1,
     .kind = "special",
     .lines = 3},
    {.name = "a loop of links, followed",
     .make = link_loop,
     .options = {"--follow"},
     .documents = 1,
     .kind = "link",
     .lines = 3},
    {.name = "a link to nothing, followed",
     .make = dangling,
     .options = {"--follow"},
     .kind = "link",
     .reason = "nothing"},
    {.name = "links to the folders above, followed",
     .make = link_upwards,
     .options = {"--follow"},
     .documents = ANY_DOCUMENTS,
     .kind = "link",
     .lines = 2},
    {.name = "links out of the source, followed",
     .make = link_out,
     .options = {"--follow"},
     .documents = 2},
    {.name = "a loop as the source", .make = loop_as_source, .source = "loop", .kind = "link"},
    {.name = "a pipe as the source", .make = pipe_as_source, .source = "pipe", .kind = "special"},
    {.name = "a device as the source", .source = "/dev/zero", .kind = "special"},
    {.name = "a source that is not there",
     .source = "nothing",
     .status = 2,
     .reason = "No such file"},
    {.name = "hidden files", .make = hidden_ones, .documents = 1, .kind = "?"},
    {.name = "a file that may not be read",
     .make = closed_file,
     .as = AS_NOBODY,
     .documents = 1,
     .kind = "unreadable",
     .reason = "Permission denied"},
    {.name = "a folder that may not be listed",
     .make = closed_folder,
     .as = AS_NOBODY,
     .documents = 1,
     .kind = "unreadable",
     .reason = "Permission denied"},
    {.name = "a folder that may not be entered",
     .make = barred_folder,
     .as = AS_NOBODY,
     .kind = "unreadable",
     .reason = "Permission denied"},
    {.name = "the same under --strict",
     .make = closed_file,
     .as = AS_NOBODY,
     .options = {"--strict"},
     .status = 1,
     .kind = "unreadable"},
    {.name = "names like traps", .make = odd_names, .documents = 16, .kind = "?"},
    {.name = "names of bad bytes", .make = bad_names, .documents = 4, .kind = "?"},
    {.name = "names that become the same id",
     .make = names_alike,
     .documents = 1,
     .kind = "duplicate"},
    {.name = "names of 255 bytes", .make = long_names, .documents = 3, .kind = "?"},
    {.name = "a thousand folders deep", .make = a_thousand_deep, .documents = 1},
    {.name = "a path longer than an id",
     .make = beyond_an_id,
     .kind = "bad",
     .reason = "id longer than"},
    {.name = "a file under two names", .make = twins, .documents = 2},
    {.name = "a hundred thousand tiny files", .make = many_files, .documents = 100000},
    {.name = "four gigabytes of nothing", .make = four_gigabytes, .documents = 1, .kind = "?"},
};

Test(zoo, objects, .timeout = 600)
{
    cage_show(objects, sizeof objects / sizeof objects[0]);
}

/* ---- while it is read ---- */

#define LARGE_BYTES ((size_t)48 << 20)

static void large_files(struct cage *c)
{
    const struct stream text = {NULL, "some words in a line of text\n", LARGE_BYTES, NULL};
    cage_put_stream(c, "a.txt", &text);
    cage_put_stream(c, "b.txt", &text);
}

/* Stopped and let go on a few times, so that files change between any two reads. */
static void pause_it(pid_t pid, unsigned milliseconds)
{
    (void)usleep(1000 * milliseconds);
    (void)kill(pid, SIGSTOP);
}

static void cut_both(struct cage *c, pid_t pid)
{
    pause_it(pid, 20);
    must(truncate(cage_path(c, "yard/a.txt"), 1000) == 0);
    must(truncate(cage_path(c, "yard/b.txt"), LARGE_BYTES / 2) == 0);
    (void)kill(pid, SIGCONT);
}

static void remove_both(struct cage *c, pid_t pid)
{
    pause_it(pid, 20);
    must(unlink(cage_path(c, "yard/a.txt")) == 0 && unlink(cage_path(c, "yard/b.txt")) == 0);
    (void)kill(pid, SIGCONT);
}

static void replace_both(struct cage *c, pid_t pid)
{
    pause_it(pid, 20);
    must(unlink(cage_path(c, "yard/a.txt")) == 0 && unlink(cage_path(c, "yard/b.txt")) == 0);
    must(symlink("/dev/zero", cage_path(c, "yard/a.txt")) == 0);
    must(mkfifo(cage_path(c, "yard/b.txt"), 0644) == 0);
    (void)kill(pid, SIGCONT);
}

/* A log that is written faster than it can be read. */
static void grow(struct cage *c, pid_t pid)
{
    const int fd = open(cage_path(c, "yard/a.txt"), O_WRONLY | O_APPEND | O_CLOEXEC);
    must(fd >= 0);
    for (int i = 0; i < 200; i++) {
        static const char line[] = "a line more\n";
        must(write(fd, line, sizeof line - 1) > 0);
        (void)usleep(100);
        if (i % 50 == 0) {
            (void)kill(pid, SIGSTOP);
            must(truncate(cage_path(c, "yard/a.txt"), (off_t)(LARGE_BYTES << (1 + i / 50))) == 0);
            (void)kill(pid, SIGCONT);
        }
    }
    (void)close(fd);
}

static const struct animal restless[] = {
    {.name = "cut while it is read",
     .make = large_files,
     .meanwhile = cut_both,
     .documents = ANY_DOCUMENTS,
     .kind = "?",
     .memory = 1000},
    {.name = "removed while it is read",
     .make = large_files,
     .meanwhile = remove_both,
     .documents = ANY_DOCUMENTS,
     .kind = "?",
     .memory = 1000},
    {.name = "replaced while it is read",
     .make = large_files,
     .meanwhile = replace_both,
     .documents = ANY_DOCUMENTS,
     .kind = "?",
     .memory = 1000},
    {.name = "growing while it is read",
     .make = large_files,
     .meanwhile = grow,
     .documents = ANY_DOCUMENTS,
     .kind = "?",
     .memory = 1000},
};

Test(zoo, restless, .timeout = 600)
{
    cage_show(restless, sizeof restless / sizeof restless[0]);
}

/* ---- where the index is to be ---- */

static void errors_in_the_yard(struct cage *c)
{
    put_text(c, "a.txt");
    cage_put(c, "b.tsv", span_of_string("no tab\nno tab\n"));
    (void)snprintf(c->errors, sizeof c->errors, "%s/errors.jsonl", c->yard);
}

static void errors_nowhere(struct cage *c)
{
    put_text(c, "a.txt");
    (void)snprintf(c->errors, sizeof c->errors, "%s/no/such/folder", c->yard);
}

static const struct animal places[] = {
    {.name = "the index inside its own source",
     .make = a_pipe,
     .source = "",
     .documents = 2,
     .kind = "special"},
    {.name = "the errors file inside the source",
     .make = errors_in_the_yard,
     .options = {"--format", "tsv"},
     .documents = 0,
     .kind = "bad",
     .reason = "no tab"},
    {.name = "an errors file that cannot be",
     .make = errors_nowhere,
     .status = 2,
     .reason = "No such file"},
};

Test(zoo, places, .timeout = 600)
{
    cage_show(places, sizeof places / sizeof places[0]);
}
