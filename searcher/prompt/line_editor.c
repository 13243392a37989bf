/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line_editor: libedit's own interface (histedit.h), not its imitation of readline.
 *
 * The person's ~/.editrc is not read: it is written for shells.
 *
 * Ctrl-C: libedit restores the terminal and hands the signal on to our handler, which leaves a note;
 * the reading of a key ends, and the next line begins empty. So that no Ctrl-C falls between the look
 * at the note and the wait for a key, SIGINT is blocked while a line is edited and let through by
 * ppoll alone. One that comes a moment late, when the line is entered already, is let through then
 * and stops its answer.
 */
#include "searcher/prompt/line_editor.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "common/base/cli.h"
#include "common/base/escape.h"
#include "common/base/terminal.h"
#include "searcher/prompt/history.h"

struct line_editor {
    EditLine *edit; /* NULL: lines are read as they come */
    History *history;
    struct history_file file;
    char *line; /* getline's */
    size_t cap;
    enum status status;
    struct sigaction interrupt_before; /* what SIGINT did; only if lines are edited */
    line_completer *complete;          /* NULL: Tab does nothing */
    void *complete_context;
};

static volatile sig_atomic_t interrupted; /* a SIGINT came */

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* Waits for a byte of standard input; false if a Ctrl-C came instead, or the input failed. */
static bool wait_for_input(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t mask;
    (void)sigprocmask(SIG_SETMASK, NULL, &mask);
    (void)sigdelset(&mask, SIGINT);
    while (ppoll(&input, 1, NULL, &mask) < 0) {
        if (errno != EINTR || interrupted)
            return false;
    }
    return true;
}

/* Reads a character for libedit: 1, 0 at the end of the input, -1 to break the line off. Bytes that
 * make no character become U+FFFD. */
static int read_character(EditLine *edit, wchar_t *out)
{
    mbstate_t state = {0};
    char byte;
    (void)edit;
    for (;;) {
        if (!wait_for_input())
            return -1;
        const ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return (int)n;
        const size_t made = mbrtowc(out, &byte, 1, &state);
        if (made == (size_t)-1)
            *out = L'\uFFFD';
        if (made != (size_t)-2)
            return 1;
    }
}

/* From here on SIGINT waits until ppoll lets it through; *before is the mask to go back to. */
static void block_interrupts(sigset_t *before)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, before);
}

static char *prompt(EditLine *edit)
{
    static char text[] = LINE_EDITOR_PROMPT;
    (void)edit;
    return text;
}

/* libedit takes characters apart as the locale says; ours are UTF-8 whatever it says. */
static void choose_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || MB_CUR_MAX == 1)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
}

/* ---- completion ---- */

/* The choices in columns, row by row. */
static void put_choices(const struct completion *c, struct buf *out)
{
    const size_t width = terminal_width();
    size_t widest = 0;
    size_t column = 0;
    for (size_t i = 0; i < c->n; i++) {
        const size_t columns = terminal_text_width(c->choices[i]);
        widest = columns > widest ? columns : widest;
    }
    for (size_t i = 0; i < c->n; i++) {
        if (column > 0 && column + 2 + widest > width) {
            buf_put_u8(out, '\n');
            column = 0;
        }
        for (size_t pad = column == 0 ? 0 : 2; pad > 0; pad--, column++)
            buf_put_u8(out, ' ');
        escape_append(out, c->choices[i], ESCAPE_LINE);
        const size_t used = terminal_text_width(c->choices[i]);
        for (size_t pad = widest - used; i + 1 < c->n && pad > 0; pad--)
            buf_put_u8(out, ' ');
        column += widest;
    }
    if (c->n_fitting > c->n)
        buf_printf(out, "  and %llu more", (unsigned long long)(c->n_fitting - c->n));
    buf_put_u8(out, '\n');
}

static void show_choices(const struct completion *c)
{
    struct buf out = BUF_INIT;
    buf_put_u8(&out, '\n');
    put_choices(c, &out);
    if (!out.failed)
        cli_print(buf_span(&out));
    (void)fflush(stdout);
    buf_release(&out);
}

/* Characters of valid UTF-8. */
static int count_characters(struct span text)
{
    int n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += (text.data[i] & 0xc0) != 0x80;
    return n;
}

/* Tab: the word goes on as far as all choices agree; where they do at once, they are shown. */
static unsigned char on_tab(EditLine *edit, int key)
{
    struct line_editor *e = NULL;
    struct completion c;
    const LineInfo *const info = el_line(edit);
    const struct span line = span_of(info->buffer, (size_t)(info->lastchar - info->buffer));
    const size_t cursor = (size_t)(info->cursor - info->buffer);
    (void)key;
    if (el_get(edit, EL_CLIENTDATA, &e) != 0 || e == NULL || e->complete == NULL ||
        !e->complete(e->complete_context, line, cursor, &c) || c.n == 0)
        return CC_ERROR;
    const struct span typed = span_of(line.data + c.start, cursor - c.start);
    if (c.n > 1 && c.insert.len <= typed.len) {
        show_choices(&c);
        return CC_REDISPLAY;
    }
    struct buf text = BUF_INIT;
    buf_append_span(&text, c.insert);
    el_deletestr(edit, count_characters(typed));
    const bool failed = text.failed || el_insertstr(edit, buf_string(&text)) != 0;
    buf_release(&text);
    return failed ? CC_ERROR : CC_REFRESH;
}

void line_editor_complete_with(struct line_editor *e, line_completer *complete, void *context)
{
    e->complete = complete;
    e->complete_context = context;
}

/* ---- opening and closing ---- */

static void remember(void *context, const char *line)
{
    History *const h = context;
    HistEvent event;
    (void)history(h, &event, H_ENTER, line);
}

static void open_history(struct line_editor *e)
{
    HistEvent event;
    (void)history(e->history, &event, H_SETSIZE, (int)HISTORY_LINES);
    (void)history(e->history, &event, H_SETUNIQUE, 1);
    if (history_file_open(&e->file, remember, e->history) != STATUS_OK)
        cli_note("the history is not kept: %s", status_message());
}

static void catch_interrupts(struct line_editor *e)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, &e->interrupt_before);
}

static enum status open_edit(struct line_editor *e)
{
    choose_locale();
    e->edit = el_init("qiao", stdin, stdout, stderr);
    e->history = history_init();
    if (e->edit == NULL || e->history == NULL)
        return fail_no_memory();
    catch_interrupts(e);
    open_history(e);
    (void)el_set(e->edit, EL_PROMPT, prompt);
    (void)el_set(e->edit, EL_EDITOR, "emacs");
    (void)el_set(e->edit, EL_SIGNAL, 1);
    (void)el_set(e->edit, EL_GETCFN, read_character);
    (void)el_set(e->edit, EL_HIST, history, e->history);
    (void)el_set(e->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    (void)el_set(e->edit, EL_CLIENTDATA, e);
    (void)el_set(e->edit, EL_ADDFN, "complete", "complete the word", on_tab);
    (void)el_set(e->edit, EL_BIND, "^I", "complete", NULL);
    return STATUS_OK;
}

enum status line_editor_new(bool terminal, struct line_editor **out)
{
    struct line_editor *const e = calloc(1, sizeof *e);
    if (e == NULL)
        return fail_no_memory();
    e->file = (struct history_file){.fd = -1, .last = BUF_INIT};
    const enum status status = terminal ? open_edit(e) : STATUS_OK;
    if (status == STATUS_OK)
        *out = e;
    else
        line_editor_free(e);
    return status;
}

void line_editor_free(struct line_editor *e)
{
    if (e == NULL)
        return;
    if (e->edit != NULL && e->history != NULL)
        (void)sigaction(SIGINT, &e->interrupt_before, NULL);
    if (e->edit != NULL)
        el_end(e->edit);
    if (e->history != NULL)
        history_end(e->history);
    history_file_close(&e->file);
    free(e->line);
    free(e);
}

static struct span without_newline(const char *line, size_t len)
{
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;
    return span_of(line, len);
}

static void keep_line(struct line_editor *e, struct span line)
{
    struct buf copy = BUF_INIT;
    buf_append_span(&copy, line);
    remember(e->history, buf_string(&copy));
    buf_release(&copy);
    if (history_file_add(&e->file, line) != STATUS_OK)
        cli_note("the history is not kept: %s", status_message());
}

static bool next_edited(struct line_editor *e, struct span *line)
{
    int n;
    const char *text;
    sigset_t before;
    block_interrupts(&before);
    for (;;) {
        interrupted = 0;
        n = 0;
        text = el_gets(e->edit, &n);
        if ((text != NULL && n > 0) || !interrupted)
            break;
        (void)fputc('\n', stdout);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (text == NULL || n <= 0)
        return false;
    *line = without_newline(text, (size_t)n);
    if (line->len > 0)
        keep_line(e, *line);
    return true;
}

bool line_editor_next(struct line_editor *e, struct span *line)
{
    if (e->edit != NULL)
        return next_edited(e, line);
    const ssize_t n = getline(&e->line, &e->cap, stdin);
    if (n < 0) {
        if (ferror(stdin))
            e->status = fail(STATUS_IO, "cannot read standard input");
        return false;
    }
    *line = without_newline(e->line, (size_t)n);
    return true;
}

enum status line_editor_status(const struct line_editor *e)
{
    return e->status;
}

bool line_editor_interrupted(void)
{
    return interrupted != 0;
}
