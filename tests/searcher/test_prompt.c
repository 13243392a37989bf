/* SPDX-License-Identifier: Apache-2.0 */
/* The prompt, driven as a person would (through a pseudo-terminal) and as a script would (a pipe).
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "searcher/prompt/history.h"
#include "tests/support/program.h"
#include "tests/support/toy_index.h"

#define SECONDS_MOST 20

static const struct toy_document documents[] = {
    {.id = "a", .title = "Docks\x1b[5m", .text = "The quay \x1b[31m is long.\n\nThe crane stands."},
    {.id = "b", .text = "A quay, a quay and a crane."},
    {.id = "c", .text = "Silk from the quay."},
    {.id = "d",
     .title = "\xc2\x9b"
              "8m",
     .text = "Another quay of the port."}};

static const struct toy_options small_passages = {.passages = "window:5:5"};

/* ---- a pipe ---- */

static void converse(struct program *p, const struct toy_index *toy, const char *input)
{
    p->input = span_of_string(input);
    program_run(p, "searcher", "prompt", "-k", "2", toy->path, NULL);
    cr_assert_eq(p->status, 0, "%s", buf_string(&p->err));
}

/* The parts stand in the text, in this order. */
static void check_order(const char *text, const char *const *parts)
{
    const char *at = text;
    for (; *parts != NULL; parts++) {
        at = strstr(at, *parts);
        cr_assert_not_null(at, "no '%s' in its place in:\n%s", *parts, text);
        at += strlen(*parts);
    }
}

static void check_printable(const struct buf *out)
{
    for (size_t i = 0; i < out->len; i++) {
        const uint8_t c = out->data[i];
        cr_assert((c >= ' ' && c != 0x7f) || c == '\n', "byte %02x at %zu", c, i);
        cr_assert(c != 0xc2 || i + 1 == out->len || out->data[i + 1] >= 0xa0, "C1 at %zu", i);
    }
}

Test(prompt, through_a_pipe)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    toy_index_build(&toy, documents, 4, &small_passages);
    converse(&p, &toy,
             ":more\n:why 1\n:reading\n:open\n"
             "quay\n\n  1  \n:more\n:more\n:more\n:why 2\n:open 4\n:open 5\n:open x\n"
             ":fly\x1b[1m away\n:reading\n:k 1\n+long +quay\n1\n17\n:documents max\nquay\n"
             ":documents off\n:more\n:documents sum\n:stats\n:h\n:quit\nsilk\n");
    static const char *const parts[] = {
        "no more hits\n", "no hits are listed\n", "nothing was asked yet\n", "no hits are listed\n",
        /* quay */
        "passages, ", "\n1. ", "\n2. ",
        /* 1 */
        "documents.jsonl:", "\n\n", "quay",
        /* :more, three times */
        "passages\n\n3. ", "\n4. ", "no more hits\n", "no more hits\n",
        /* :why 2 */
        ": rank 2 of 4, score ", "\nquay  ",
        /* :open */
        ">>> ", " <<<", "the hits are numbered 1 to 4\n", "the hits are numbered 1 to 4\n",
        "unknown command ':fly\xef\xbf\xbd[1m'", "\n  :open N", "\n  :quit ", "reading: quay\n",
        "an answer has 1 hit\n",
        /* +long +quay, and its only hit */
        "1 passage, ", "reading: long AND quay\n", "\n1. Docks",
        "\ndocuments.jsonl:1\n\n>>> The quay",
        /* 17 is a query, as hit 17 is not listed */
        "nothing found, ", "documents are ranked by their best passage", "4 documents, ", "\n1. ",
        /* more of an answer comes in the order in which it began */
        "passages are ranked (", "4 documents\n\n2. ", "by the sum of their passages",
        "4 documents, ", " words a passage\n", "1 segment, profile english", "\n  :why N", NULL};
    check_order(buf_string(&p.out), parts);
    /* Of the help: what stands behind :quit is not read. */
    static const char last[] = "stops a query.\n";
    cr_assert_gt(p.out.len, sizeof last);
    cr_expect_str_eq(buf_string(&p.out) + p.out.len - (sizeof last - 1), last);
    cr_expect_null(strstr(buf_string(&p.out), "qiao>"), "there is a prompt");
    check_printable(&p.out);
    program_release(&p);
    toy_index_remove(&toy);
}

/* Whatever the lines hold, the session answers each and ends well. */
Test(prompt, any_bytes)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf input = BUF_INIT;
    toy_index_build(&toy, documents, 4, &small_passages);
    for (unsigned c = 0; c < 256; c++) {
        const uint8_t byte = (uint8_t)c;
        buf_append_string(&input, "quay ");
        buf_append(&input, &byte, 1);
        buf_append_string(&input, "\n:");
        buf_append(&input, &byte, 1);
        buf_append_string(&input, "?\n:why ");
        buf_append(&input, &byte, 1);
        buf_append_string(&input, "\n:open 3\n");
    }
    buf_append_string(&input, "crane"); /* no newline at the end */
    p.input = buf_span(&input);
    program_run(&p, "searcher", "prompt", toy.path, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    check_printable(&p.out);
    cr_expect_geq(program_count_lines(&p.out, " passages, "), 256);
    buf_release(&input);
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- a terminal ---- */

struct terminal {
    int fd;
    pid_t pid;
    struct buf seen; /* all that came */
    size_t at;       /* what was looked for so far ends here */
};

static void start(struct terminal *t, const struct toy_index *toy, const char *state,
                  const char *pager)
{
    struct winsize size = {.ws_row = 24, .ws_col = 60};
    const char *const folder = getenv("QIAO_BIN");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/searcher", folder == NULL ? "build" : folder);
    *t = (struct terminal){.seen = BUF_INIT};
    (void)fflush(NULL);
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    cr_assert(t->pid >= 0);
    if (t->pid == 0) {
        (void)setenv("XDG_STATE_HOME", state, 1);
        (void)setenv("TERM", "xterm", 1);
        (void)setenv("PAGER", pager, 1);
        (void)setenv("LC_ALL", "C", 1); /* UTF-8 is typed all the same */
        (void)unsetenv("NO_COLOR");
        (void)execl(path, path, "prompt", toy->path, (char *)NULL);
        _exit(127);
    }
}

/* Reads more of what comes, false at the end. */
static bool read_more(struct terminal *t)
{
    struct pollfd fd = {.fd = t->fd, .events = POLLIN};
    uint8_t *const room = buf_reserve(&t->seen, 4096);
    cr_assert_not_null(room);
    cr_assert_gt(poll(&fd, 1, SECONDS_MOST * 1000), 0, "silence after:\n%s", buf_string(&t->seen));
    const ssize_t n = read(t->fd, room, 4096);
    if (n > 0)
        t->seen.len += (size_t)n;
    return n > 0;
}

/* Reads until `text` has come behind what was looked for before. */
static void expect(struct terminal *t, const char *text)
{
    for (;;) {
        const char *const all = buf_string(&t->seen);
        const char *const found = strstr(all + t->at, text);
        if (found != NULL) {
            t->at = (size_t)(found - all) + strlen(text);
            return;
        }
        cr_assert(read_more(t), "no '%s' in:\n%s", text, buf_string(&t->seen) + t->at);
    }
}

/* Waits for the prompt, and until the terminal hands on each key as it is typed: before that it
 * would take Ctrl-C, Ctrl-D and Ctrl-R for itself. */
static void expect_prompt(struct terminal *t)
{
    struct termios mode;
    expect(t, "qiao> ");
    for (int i = 0; i < SECONDS_MOST * 1000; i++) {
        cr_assert_eq(tcgetattr(t->fd, &mode), 0);
        if ((mode.c_lflag & ICANON) == 0)
            return;
        (void)usleep(1000);
    }
    cr_assert_fail("the prompt does not edit");
}

static void type(struct terminal *t, const char *keys)
{
    const size_t len = strlen(keys);
    cr_assert_eq(write(t->fd, keys, len), (ssize_t)len);
}

/* Types `keys`, which end the program, and waits for that. */
static void leave(struct terminal *t, const char *keys)
{
    int status = 0;
    type(t, keys);
    while (read_more(t))
        continue;
    (void)waitpid(t->pid, &status, 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
    (void)close(t->fd);
    buf_release(&t->seen);
}

static void read_file(const char *folder, const char *name, struct buf *out)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_clear(out);
    cr_assert_eq(file_read_all(path, out), STATUS_OK, "%s", status_message());
}

static unsigned mode_of(const char *folder, const char *name)
{
    char path[256];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert_eq(stat(path, &info), 0, "%s", path);
    return info.st_mode & 07777;
}

Test(prompt, on_a_terminal)
{
    struct toy_index toy;
    struct terminal t;
    struct buf file = BUF_INIT;
    char state[128];
    char pager[128];
    toy_index_build(&toy, documents, 4, &small_passages);
    (void)snprintf(state, sizeof state, "%s/deep/state", toy.folder);
    (void)snprintf(pager, sizeof pager, "cat > '%s/paged'; kill -INT $PPID", toy.folder);
    (void)umask(0);

    start(&t, &toy, state, pager);
    expect(&t, ": 4 documents, ");
    expect(&t, "words, or :help\r\n"); /* broken at 60 columns */
    expect_prompt(&t);
    type(&t, "nonsense");
    expect(&t, "nonsense");
    type(&t, "\003"); /* Ctrl-C */
    expect_prompt(&t);
    type(&t, "silk\r");
    expect(&t, "1 passage, ");
    expect(&t, "\x1b[1mSilk\x1b[0m");
    expect_prompt(&t);
    type(&t, "long\r");
    expect(&t, "1 passage, ");
    expect(&t, "Docks\xef\xbf\xbd[5m");
    expect_prompt(&t);
    type(&t, "1\r");
    expect_prompt(&t);
    read_file(toy.folder, "paged", &file);
    cr_expect_str_eq(buf_string(&file), "Docks\xef\xbf\xbd[5m\ndocuments.jsonl:1\n\n"
                                        ">>> The quay \xef\xbf\xbd[31m is "
                                        "\x1b[1mlong\x1b[0m. <<<\n\nThe crane stands.\n");
    type(&t, "caf\xc3\xa9\r");
    expect(&t, "caf\xc3\xa9");
    expect(&t, "nothing found");
    expect_prompt(&t);
    leave(&t, "\004"); /* Ctrl-D */
    cr_expect_eq(mode_of(toy.folder, "deep"), 0700);
    cr_expect_eq(mode_of(toy.folder, "deep/state/qiao"), 0700);
    cr_expect_eq(mode_of(toy.folder, "deep/state/qiao/history"), 0600);
    read_file(state, "qiao/history", &file);
    cr_expect_str_eq(buf_string(&file), "silk\nlong\n1\ncaf\xc3\xa9\n");

    start(&t, &toy, state, pager);
    expect_prompt(&t);
    type(&t, "\x1b[A\x1b[A\x1b[A\x1b[A\r"); /* up to `silk` */
    expect(&t, "1 passage, ");
    expect(&t, "Silk");
    expect_prompt(&t);
    type(&t, "\022lon\r"); /* Ctrl-R */
    expect(&t, "1 passage, ");
    expect(&t, "is \x1b[1mlong\x1b[0m");
    expect_prompt(&t);
    leave(&t, ":quit\r");
    buf_release(&file);
    toy_index_remove(&toy);
}

/* A pager that does not read, one that is not there, and none. */
Test(prompt, pagers)
{
    static const char *const pagers[] = {"exec 0<&-; sleep 0.2", "/nonexistent/pager", ""};
    struct buf text = BUF_INIT;
    for (int i = 0; i < 60000; i++) /* more than a pipe holds */
        buf_append_string(&text, i == 0 ? "quay " : "stone ");
    buf_append_string(&text, "last");
    const struct toy_document document = {.id = "long", .text = buf_string(&text)};
    struct toy_index toy;
    toy_index_build(&toy, &document, 1, NULL);
    for (size_t i = 0; i < sizeof pagers / sizeof pagers[0]; i++) {
        struct terminal t;
        start(&t, &toy, toy.folder, pagers[i]);
        expect_prompt(&t);
        type(&t, "quay\r");
        expect(&t, "1 passage, ");
        expect_prompt(&t);
        type(&t, ":open 1\r");
        if (i > 0)
            expect(&t, " last\r\n");
        expect_prompt(&t);
        leave(&t, "\004");
    }
    buf_release(&text);
    toy_index_remove(&toy);
}

Test(prompt, index_replaced_meanwhile)
{
    struct toy_index toy;
    struct terminal t;
    struct program p = PROGRAM_INIT;
    char source[128];
    toy_index_build(&toy, documents, 4, NULL);
    (void)snprintf(source, sizeof source, "%s/new.txt", toy.folder);
    FILE *const file = fopen(source, "w");
    cr_assert(file != NULL && fputs("Nothing but a quay.\n", file) >= 0 && fclose(file) == 0);
    start(&t, &toy, toy.folder, "cat");
    expect_prompt(&t);
    type(&t, "quay\r");
    expect(&t, "4 passages, ");
    expect_prompt(&t);
    program_run(&p, "indexer", "build", "-q", toy.path, source, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    type(&t, ":open 2\r"); /* of the list that is on the screen */
    expect(&t, "documents.jsonl:3");
    expect_prompt(&t);
    type(&t, "quay\r");
    expect(&t, "index replaced: now 1 document\r\n");
    expect(&t, "1 passage, ");
    expect_prompt(&t);
    cr_assert_eq(truncate(source, 0), 0);
    (void)snprintf(source, sizeof source, "%s/MANIFEST", toy.path);
    cr_assert_eq(unlink(source), 0);
    type(&t, "quay\r");
    expect(&t, "answers come from the index as it was\r\n");
    expect(&t, "1 passage, ");
    expect_prompt(&t);
    type(&t, "quay\r"); /* said once */
    expect(&t, "quay\r\n1 passage, ");
    expect_prompt(&t);
    leave(&t, "\004");
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- history ---- */

struct taken {
    unsigned n;
    char first[32];
    char last[32];
};

static void take(void *context, const char *line)
{
    struct taken *const t = context;
    (void)snprintf(t->n == 0 ? t->first : t->last, sizeof t->last, "%s", line);
    t->n++;
}

Test(prompt, history_is_cut)
{
    struct history_file h;
    char folder[] = P_tmpdir "/qiao-history-XXXXXX";
    char line[32];
    cr_assert_not_null(mkdtemp(folder));
    (void)setenv("XDG_STATE_HOME", folder, 1);
    for (unsigned round = 0; round < 3; round++) {
        struct taken taken = {0};
        cr_assert_eq(history_file_open(&h, take, &taken), STATUS_OK, "%s", status_message());
        cr_expect_eq(taken.n, round == 0 ? 0 : HISTORY_LINES);
        if (round > 0) {
            cr_expect_str_eq(taken.first, round == 1 ? "line 200" : "line 1400", "%s", taken.first);
            cr_expect_str_eq(taken.last, round == 1 ? "line 1199" : "line 2399", "%s", taken.last);
        }
        for (unsigned i = 0; i < 1200; i++) {
            (void)snprintf(line, sizeof line, "line %u", round * 1200 + i);
            for (int again = 0; again < 2; again++) /* a repeated line is kept once */
                cr_assert_eq(history_file_add(&h, span_of_string(line)), STATUS_OK);
        }
        history_file_close(&h);
        cr_expect_eq(mode_of(folder, "qiao/history"), 0600);
    }
    struct taken taken = {0};
    cr_assert_eq(history_file_open(&h, take, &taken), STATUS_OK);
    history_file_close(&h);
    struct buf file = BUF_INIT;
    read_file(folder, "qiao/history", &file);
    cr_expect_eq(program_count_lines(&file, "line "), HISTORY_LINES);
    cr_expect_eq(strncmp(buf_string(&file), "line 2600\n", 10), 0);
    buf_release(&file);
    (void)snprintf(line, sizeof line, "rm -r %s", folder);
    cr_assert_eq(system(line), 0);
}

/* No folder can be made: one note, and everything else works. */
Test(prompt, history_that_cannot_be_kept)
{
    struct toy_index toy;
    struct terminal t;
    char state[128];
    toy_index_build(&toy, documents, 4, NULL);
    (void)snprintf(state, sizeof state, "%s/documents.jsonl", toy.folder); /* a file */
    start(&t, &toy, state, "cat");
    expect(&t, "the history is not kept: ");
    expect_prompt(&t);
    type(&t, "silk\r");
    expect(&t, "1 passage, ");
    expect_prompt(&t);
    cr_expect_null(strstr(strstr(buf_string(&t.seen), "not kept") + 1, "not kept"));
    leave(&t, "\004");
    toy_index_remove(&toy);
}
