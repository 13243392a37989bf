/* SPDX-License-Identifier: Apache-2.0 */
/* filter: EXT=COMMAND into an argument vector; a program that runs as a source. */
#include "indexer/corpus/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "indexer/corpus/child.h"
#include "indexer/corpus/last_will.h"

#define INPUT_BYTES    (64u << 10)
#define TEMPORARY_MOST 4096

/* ---- the command line ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies the word at *at to *to, without its quotes, and ends it with a NUL; moves both on. False
 * if a quote has no end. */
static bool copy_word(const char **at, char **to)
{
    char quote = 0;
    for (; **at != '\0' && (quote != 0 || !is_blank(**at)); ++*at) {
        const char c = **at;
        const bool protects = c == '\\' && quote != '\'' && (*at)[1] != '\0';
        if (protects && (quote == 0 || (*at)[1] == '"' || (*at)[1] == '\\'))
            *(*to)++ = *++*at;
        else if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (c == quote)
            quote = 0;
        else
            *(*to)++ = c;
    }
    *(*to)++ = '\0';
    return quote == 0;
}

/* Whether a word is `{}`, or an option that ends in `={}`. */
static bool is_place(const char *word)
{
    const size_t len = strlen(word);
    return strcmp(word, "{}") == 0 ||
           (word[0] == '-' && len > 3 && strcmp(word + len - 3, "={}") == 0);
}

/* Splits the command in place of f->argv (which has room for all words). */
static enum status split_command(struct filter *f, const char *command, char *to)
{
    size_t n = 0;
    for (const char *at = command;;) {
        while (is_blank(*at))
            at++;
        if (*at == '\0')
            break;
        f->argv[n] = to;
        if (!copy_word(&at, &to))
            return fail(STATUS_USAGE, "--filter: a quote without an end in '%s'", command);
        if (is_place(f->argv[n]) && n > 0)
            f->wants_path = true;
        else if (strstr(f->argv[n], "{}") != NULL)
            return fail(STATUS_USAGE,
                        "--filter: '{}' must be an argument of its own, so that no shell takes a "
                        "file name for a command (sh -c '... \"$1\" ...' sh {})");
        n++;
    }
    f->argv[n] = NULL;
    return n > 0 ? STATUS_OK
                 : fail(STATUS_USAGE, "--filter: no command behind '%.*s='", (int)f->extension.len,
                        (const char *)f->extension.data);
}

enum status filter_add(struct filter_set *set, const char *text)
{
    const char *const equals = strchr(text, '=');
    const char *const from = *text == '.' ? text + 1 : text;
    if (equals == NULL || equals <= from || memchr(from, '/', (size_t)(equals - from)) != NULL)
        return fail(STATUS_USAGE, "--filter wants EXT=COMMAND (pdf='pdftotext - -'), not '%s'",
                    text);
    if (set->n == FILTER_SETS_MOST)
        return fail(STATUS_USAGE, "more than %d filters", FILTER_SETS_MOST);
    const size_t len = strlen(from);
    struct filter *const f = &set->filters[set->n++];
    *f = (struct filter){.text = malloc(2 * len + 4), .argv = calloc(len / 2 + 3, sizeof *f->argv)};
    if (f->text == NULL || f->argv == NULL)
        return fail_no_memory();
    memcpy(f->text, from, len + 1);
    f->extension = span_of(f->text, (size_t)(equals - from));
    return split_command(f, equals + 1, f->text + len + 1);
}

void filter_release(struct filter_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        free(set->filters[i].argv);
        free(set->filters[i].text);
    }
    set->n = 0;
}

const struct filter *filter_find(const struct filter_set *set, struct span name)
{
    for (size_t i = set == NULL ? 0 : set->n; i-- > 0;) {
        const struct span extension = set->filters[i].extension;
        if (name.len > extension.len + 1 && name.data[name.len - extension.len - 1] == '.' &&
            strncasecmp((const char *)name.data + name.len - extension.len,
                        (const char *)extension.data, extension.len) == 0)
            return &set->filters[i];
    }
    return NULL;
}

/* ---- the program as a source ---- */

struct program {
    struct source source;
    const struct filter *filter;
    unsigned seconds;
    char *path;     /* where the bytes lie, or NULL; what `{}` becomes */
    bool temporary; /* path is ours to remove */
    bool started;
    bool ended;
    uint64_t made;
    struct child child;
    size_t at; /* input[at, end) waits to be fed */
    size_t end;
    uint8_t input[INPUT_BYTES];
};

/* Ends the stream, and the program. */
static size_t stop(struct program *p, const char *problem)
{
    child_end(&p->child);
    p->ended = true;
    return source_stop(&p->source, REPORT_BAD, "filter '%.40s': %s", p->filter->argv[0], problem);
}

/* Writes all bytes of the input to `fd`; an errno, or 0. */
static int copy_input(struct program *p, int fd)
{
    for (;;) {
        const size_t n = source_read(p->source.below, p->input, INPUT_BYTES);
        if (n == 0)
            return 0;
        for (size_t at = 0; at < n;) {
            const ssize_t written = write(fd, p->input + at, n - at);
            if (written < 0 && errno != EINTR)
                return errno;
            at += written > 0 ? (size_t)written : 0;
        }
    }
}

/* Puts the input into a private file, whose path p->path becomes. */
static bool make_temporary(struct program *p)
{
    const char *const folder = getenv("TMPDIR");
    const struct span extension = p->filter->extension;
    char text[64];
    p->path = malloc(TEMPORARY_MOST);
    if (p->path == NULL)
        return source_stop_without_memory(&p->source) != 0;
    const int len = snprintf(p->path, TEMPORARY_MOST, "%s/qiao-XXXXXX.%.*s",
                             folder != NULL && *folder == '/' ? folder : "/tmp", (int)extension.len,
                             (const char *)extension.data);
    int fd = -1;
    last_will_hold();
    errno = ENAMETOOLONG;
    if (len < TEMPORARY_MOST)
        fd = mkostemps(p->path, (int)extension.len + 1, O_CLOEXEC);
    int error = fd < 0 ? errno : 0;
    p->temporary = fd >= 0;
    last_will_file(p->temporary ? p->path : NULL);
    if (p->temporary)
        error = copy_input(p, fd);
    if (fd >= 0 && close(fd) != 0 && error == 0)
        error = errno;
    if (error != 0)
        source_stop(&p->source, REPORT_UNREADABLE, "cannot write a temporary file: %s",
                    strerror_r(error, text, sizeof text));
    return !source_is_stopped(&p->source);
}

/* The argument vector with the path where `{}` stands; heap, in one piece. NULL: no memory. */
static char **make_argv(const struct program *p)
{
    char **const from = p->filter->argv;
    size_t n = 0;
    size_t bytes = 0;
    for (; from[n] != NULL; n++)
        bytes += strlen(from[n]) + (p->path == NULL ? 0 : strlen(p->path)) + 3;
    char **const argv = malloc((n + 1) * sizeof *argv + bytes);
    if (argv == NULL)
        return NULL;
    char *to = (char *)(argv + n + 1);
    for (size_t i = 0; i < n; i++) {
        const size_t len = strlen(from[i]);
        const bool place = p->filter->wants_path && i > 0 && is_place(from[i]);
        /* A path that begins with a dash must not become an option. */
        const char *const dot = place && len == 2 && p->path[0] == '-' ? "./" : "";
        argv[i] = to;
        to += sprintf(to, "%.*s%s%s", (int)(place ? len - 2 : len), from[i], dot,
                      place ? p->path : "") +
              1;
    }
    argv[n] = NULL;
    return argv;
}

static bool start(struct program *p)
{
    p->started = true;
    if (p->filter->wants_path && p->path == NULL && !make_temporary(p)) {
        p->ended = true;
        return false;
    }
    char **const argv = make_argv(p);
    if (argv == NULL)
        return source_stop_without_memory(&p->source) != 0;
    const bool started = child_start(&p->child, argv, !p->filter->wants_path, p->seconds);
    free(argv);
    if (!started)
        stop(p, p->child.problem);
    return started;
}

/* Gives the program the next bytes of the file, or the end of it. */
static void feed(struct program *p)
{
    if (p->at == p->end) {
        p->at = 0;
        p->end = source_read(p->source.below, p->input, INPUT_BYTES);
    }
    if (p->at == p->end)
        child_feed_end(&p->child);
    else
        p->at += child_feed(&p->child, p->input + p->at, p->end - p->at);
}

static size_t read_program(struct source *s, uint8_t *to, size_t room)
{
    struct program *const p = (struct program *)s;
    if (p->ended || (!p->started && !start(p)))
        return 0;
    for (;;) {
        size_t n = 0;
        const enum child_event event = child_wait(&p->child);
        if (event == CHILD_WANTS)
            feed(p);
        else if (event == CHILD_SAYS)
            n = child_hear(&p->child, to, room);
        if (source_is_stopped(s)) { /* the file itself is damaged */
            child_end(&p->child);
            p->ended = true;
        } else if (event == CHILD_ENDED) {
            p->ended = true;
            if (p->child.problem[0] != '\0')
                stop(p, p->child.problem);
        }
        p->made += n;
        if (p->made > FILTER_OUTPUT_MOST)
            return stop(p, "wrote more than 256 MiB");
        if (n > 0 || p->ended)
            return n;
    }
}

static void free_program(struct source *s)
{
    struct program *const p = (struct program *)s;
    if (p->started)
        child_end(&p->child);
    if (p->temporary) {
        (void)unlink(p->path);
        last_will_file(NULL);
    }
    free(p->path);
    free(p);
}

struct source *source_of_program(const struct filter *filter, unsigned seconds, struct source *in,
                                 const char *path)
{
    static const struct source_kind kind = {read_program, free_program, NULL};
    struct program *const p = calloc(1, sizeof *p);
    char *const copy = path == NULL ? NULL : strdup(path);
    if (p == NULL || (path != NULL && copy == NULL)) {
        free(p);
        free(copy);
        source_stop_without_memory(in);
        source_free(in);
        return NULL;
    }
    source_init(&p->source, &kind, in);
    p->child = (struct child){.in = -1, .out = -1, .err = -1};
    p->filter = filter;
    p->seconds = seconds;
    p->path = copy;
    return &p->source;
}
