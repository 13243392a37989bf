/* SPDX-License-Identifier: Apache-2.0 */
/* `searcher show`: into a pipe the stored bytes and nothing else, onto a terminal nothing but what
 * a terminal may see. */
#include <criterion/criterion.h>
#include <json.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "searcher/inspect.h"
#include "tests/support/program.h"
#include "tests/support/toy_index.h"

#define NASTY                                                                                      \
    "One \x1b[31mred\x07 line\twith \xe2\x80\xae"                                                  \
    "bidi.\n\nTwo \xc2\x9b"                                                                        \
    "31m lines."

static const struct toy_document documents[] = {
    {.id = "a", .title = "A\x1b]0;title", .text = NASTY, .date = "2023-05", .url = "http://x/\x1b"},
    {.id = "b", .text = "No title here."}};

static void check_out(struct program *p, int status, const char *expected)
{
    cr_expect_eq(p->status, status, "%d: %s", p->status, buf_string(&p->err));
    cr_expect_str_eq(buf_string(&p->out), expected);
}

Test(show, bytes_into_a_pipe)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    const struct toy_options options = {.passages = "window:4:4"};
    toy_index_build(&toy, documents, 2, &options);
    program_run(&p, "searcher", "show", toy.path, "a", NULL);
    check_out(&p, 0, NASTY);
    program_run(&p, "searcher", "show", toy.path, "b", "a", "b#1", NULL);
    check_out(&p, 0, "No title here." NASTY "No title here.");
    program_run(&p, "searcher", "show", "--header", toy.path, "b", "a", NULL);
    check_out(&p, 0,
              "b\ndocuments.jsonl:2\n\nNo title here.\n\n"
              "A\xef\xbf\xbd]0;title\n2023-05  http://x/\xef\xbf\xbd  documents.jsonl:1\n\n" NASTY
              "\n");
    /* The passages together are the words of the text, each of them a part of it. */
    const char *rest = NASTY;
    for (int i = 1; i <= 2; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "a#%d", i);
        program_run(&p, "searcher", "show", toy.path, id, NULL);
        const char *const passage = buf_string(&p.out);
        rest = strstr(rest, passage);
        cr_assert(p.status == 0 && p.out.len > 0 && rest != NULL, "%d '%s'", i, passage);
        rest += strlen(passage);
    }
    program_release(&p);
    toy_index_remove(&toy);
}

Test(show, ids_that_are_not_there)
{
    static const char *const unknown[] = {"c", "b#2", "b#0", "b#", "a#99999999999", "", "b#1#1"};
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    toy_index_build(&toy, documents, 2, NULL);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        program_run(&p, "searcher", "show", toy.path, unknown[i], "b", NULL);
        check_out(&p, 2, "No title here.");
        cr_expect_eq(program_count_lines(&p.err, "searcher: "), 1, "%s", buf_string(&p.err));
        cr_expect_not_null(strstr(buf_string(&p.err), "'"));
    }
    program_run(&p, "searcher", "show", toy.path, NULL);
    check_out(&p, 2, "");
    program_run(&p, "searcher", "show", "/nonexistent", "a", NULL);
    check_out(&p, 2, "");
    program_release(&p);
    toy_index_remove(&toy);
}

Test(show, ids_from_a_file)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    char path[128];
    toy_index_build(&toy, documents, 2, NULL);
    p.input = span_of_string("b\n\na\nb#1"); /* a blank line, and a last one without its end */
    program_run(&p, "searcher", "show", "--ids", "-", toy.path, NULL);
    check_out(&p, 0, "No title here." NASTY "No title here.");
    program_run(&p, "searcher", "show", "--ids", "-", toy.path, "a", NULL);
    check_out(&p, 0, NASTY "No title here." NASTY "No title here.");
    p.input = span_of("b\nc\n\0b\nb \nb", 11);
    program_run(&p, "searcher", "show", "--ids", "-", toy.path, NULL);
    check_out(&p, 2, "No title here.No title here.");
    cr_expect_eq(program_count_lines(&p.err, "searcher: "), 3, "%s", buf_string(&p.err));
    p.input = span_of_string("");
    program_run(&p, "searcher", "show", "--ids", "-", toy.path, NULL);
    check_out(&p, 0, "");
    (void)snprintf(path, sizeof path, "%s/nowhere", toy.folder);
    program_run(&p, "searcher", "show", "--ids", path, toy.path, NULL);
    check_out(&p, 2, "");
    program_run(&p, "searcher", "show", "--ids", toy.folder, toy.path, NULL);
    check_out(&p, 2, "");
    program_release(&p);
    toy_index_remove(&toy);
}

Test(show, json)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    toy_index_build(&toy, documents, 2, NULL);
    program_run(&p, "searcher", "show", "--json", toy.path, "b#1", "a", NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    const char *const text = buf_string(&p.out);
    static const char first[] =
        "{\"id\":\"b#1\",\"document\":\"b\",\"title\":null,\"date\":null,\"url\":null,"
        "\"source\":\"documents.jsonl\",\"line\":2,\"start\":0,\"end\":14,"
        "\"text\":\"No title here.\"}\n";
    cr_assert_eq(strncmp(text, first, sizeof first - 1), 0, "%s", text);
    struct json_object *const second = json_tokener_parse(text + sizeof first - 1);
    cr_assert_not_null(second);
    cr_expect_str_eq(json_object_get_string(json_object_object_get(second, "text")), NASTY);
    cr_expect_str_eq(json_object_get_string(json_object_object_get(second, "date")), "2023-05");
    cr_expect_eq(json_object_get_int(json_object_object_get(second, "end")), sizeof NASTY - 1);
    json_object_put(second);
    program_release(&p);
    toy_index_remove(&toy);
}

Test(show, without_stored_text)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    const struct toy_options options = {.no_text = true};
    toy_index_build(&toy, documents, 2, &options);
    program_run(&p, "searcher", "show", toy.path, "b", "a", NULL);
    check_out(&p, 2, "");
    cr_expect_str_eq(buf_string(&p.err),
                     "searcher: the index stores no text: it was built with --store none\n");
    program_run(&p, "searcher", "show", "--json", toy.path, "b", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_not_null(strstr(buf_string(&p.out), "\"text\":null}\n"));
    program_release(&p);
    toy_index_remove(&toy);
}

/* Appends what comes, until nothing has come for that long. */
static void read_while_it_comes(int fd, int milliseconds, struct buf *out)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, milliseconds) > 0) {
        uint8_t *const room = buf_reserve(out, 4096);
        cr_assert_not_null(room);
        const ssize_t n = read(fd, room, 4096);
        cr_assert_gt(n, 0);
        out->len += (size_t)n;
    }
}

/* What `searcher show INDEX ID` writes onto a terminal; \r\n are the terminal's. The other end stays
 * open here as well: when the last one closes, the kernel may drop what was not read yet. */
static void show_on_terminal(const char *index, const char *id, struct buf *out)
{
    const char *const folder = getenv("QIAO_BIN");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/searcher", folder == NULL ? "build" : folder);
    int fd;
    int other;
    int status;
    cr_assert_eq(openpty(&fd, &other, NULL, NULL, NULL), 0);
    const pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        (void)login_tty(other);
        (void)execl(path, path, "show", index, id, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, &status, 0); /* what it writes fits the terminal's buffer */
    read_while_it_comes(fd, 300, out);
    (void)close(fd);
    (void)close(other);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(show, escapes_on_a_terminal)
{
    struct toy_index toy;
    struct buf out = BUF_INIT;
    toy_index_build(&toy, documents, 2, NULL);
    show_on_terminal(toy.path, "a", &out);
    cr_expect_str_eq(buf_string(&out), "A\xef\xbf\xbd]0;title\r\n"
                                       "2023-05  http://x/\xef\xbf\xbd  documents.jsonl:1\r\n\r\n"
                                       "One \xef\xbf\xbd[31mred\xef\xbf\xbd line with \xef\xbf\xbd"
                                       "bidi.\r\n\r\n"
                                       "Two \xef\xbf\xbd"
                                       "31m lines.\r\n");
    buf_release(&out);
    toy_index_remove(&toy);
}

/* ---- marks ---- */

static void check_mark(struct article_mark mark, uint32_t width, const char *expected)
{
    static const char text[] = "one\r\ntwo\n\nthree";
    const struct article a = {
        .end = sizeof text - 1, .has_text = true, .text = {(const uint8_t *)text, sizeof text - 1}};
    struct buf out = BUF_INIT;
    (void)article_text(&a, &mark, width, &out);
    cr_expect_str_eq(buf_string(&out), expected, "%s", buf_string(&out));
    buf_release(&out);
}

Test(show, marks_a_passage_and_words)
{
    static const struct snippet_range words[] = {{0, 3}, {6, 7}, {10, 15}};
    check_mark((struct article_mark){5, 8, NULL, 0}, 0, "one\n>>> two <<<\n\nthree\n");
    check_mark((struct article_mark){10, 15, NULL, 0}, 0, "one\ntwo\n\n>>> three <<<\n");
    check_mark((struct article_mark){0, 15, NULL, 0}, 0, ">>> one\ntwo\n\nthree <<<\n");
    check_mark((struct article_mark){5, 5, NULL, 0}, 0, "one\ntwo\n\nthree\n");
    check_mark((struct article_mark){5, 99, NULL, 0}, 0, "one\ntwo\n\nthree\n");
    check_mark((struct article_mark){5, 8, words, 3}, 0,
               "\x1b[1mone\x1b[0m\n>>> t\x1b[1mw\x1b[0mo <<<\n\n\x1b[1mthree\x1b[0m\n");
    /* A word across the edge of the passage is bold on both sides. */
    check_mark((struct article_mark){5, 12, words + 2, 1}, 0,
               "one\n>>> two\n\n\x1b[1mth\x1b[0m <<<\x1b[1mree\x1b[0m\n");
    check_mark((struct article_mark){5, 5, words + 2, 1}, 0, "one\ntwo\n\n\x1b[1mthree\x1b[0m\n");
    /* Lines that do not fit are broken between words; the others stay as they are. */
    check_mark((struct article_mark){10, 15, words, 1}, 8,
               "\x1b[1mone\x1b[0m\ntwo\n\n>>>\nthree\n<<<\n");
    check_mark((struct article_mark){10, 15, NULL, 0}, 13, "one\ntwo\n\n>>> three <<<\n");
}
