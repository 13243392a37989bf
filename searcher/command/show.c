/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show: on a terminal what a person reads, elsewhere the bytes of the text as they are stored.
 *
 * An id that names nothing is reported and the others are shown all the same; any other failure
 * ends the command.
 */
#include "searcher/command/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/terminal.h"
#include "searcher/inspect.h"

struct settings {
    bool json;
    bool header;
    bool check;
    const char *ids; /* a file of them, a line each; NULL: none */
};

static const struct cli_option options[] = {
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL, "one JSON object a line"},
    {"header", 0, CLI_FLAG, offsetof(struct settings, header), NULL,
     "title, date, address and source in front (always on a terminal)"},
    {"check", 0, CLI_FLAG, offsetof(struct settings, check), NULL,
     "read every checksum of the index first"},
    {"ids", 0, CLI_STRING, offsetof(struct settings, ids), "FILE",
     "the ids are the lines of FILE, or of standard input (-)"},
    {.type = CLI_END}};

struct shower {
    const struct settings *settings;
    struct searcher *searcher;
    struct arena arena;
    struct buf text; /* of the article */
    struct buf out;
    bool terminal; /* stdout is one */
    bool any;      /* something was printed */
    bool any_unknown;
};

/* A header does not begin in the middle of a line: the text before it may have ended without one.
 */
static void put_header(const struct shower *s, const struct article *a, struct buf *out)
{
    if (s->any)
        buf_append_string(out, "\n");
    article_header(a, out);
}

static enum status print_article(struct shower *s, const struct article *a)
{
    const bool header = s->terminal || s->settings->header;
    buf_clear(&s->out);
    if (s->settings->json) {
        article_json(a, &s->out);
    } else {
        if (!a->has_text)
            return fail(STATUS_USAGE, "the index stores no text: it was built with --store none");
        if (header)
            put_header(s, a, &s->out);
        if (s->terminal)
            (void)article_text(a, NULL, 0, &s->out);
        else
            buf_append_span(&s->out, a->text);
        if (header && s->out.len > 0 && s->out.data[s->out.len - 1] != '\n')
            buf_put_u8(&s->out, '\n');
    }
    TRY(buf_status(&s->out));
    cli_print(buf_span(&s->out));
    s->any = true;
    return STATUS_OK;
}

static enum status show_id(struct shower *s, struct span id)
{
    uint32_t first;
    uint32_t n;
    bool whole;
    struct article article;
    const enum status found = search_find_id(s->searcher, id, &first, &n, &whole);
    if (found == STATUS_MISSING) {
        (void)cli_fail(found);
        s->any_unknown = true;
        return STATUS_OK;
    }
    TRY(found);
    arena_clear(&s->arena);
    TRY(inspect_article(s->searcher, first, whole, &s->arena, &s->text, &article));
    return print_article(s, &article);
}

static enum status read_ids(struct shower *s, FILE *file, const char *path)
{
    char *line = NULL;
    size_t room = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        errno = 0;
        const ssize_t len = getline(&line, &room, file);
        if (len < 0 && errno != 0)
            status = fail(STATUS_IO, "cannot read '%s': %s", path, strerror(errno));
        if (len < 0)
            break;
        const size_t end = (size_t)len - (line[len - 1] == '\n');
        if (end > 0)
            status = show_id(s, span_of(line, end));
    }
    free(line);
    return status;
}

/* The ids that stand in a file, one a line: an id holds no newline. Each is shown as it comes. */
static enum status show_listed(struct shower *s, const char *path)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *const file = standard ? stdin : fopen(path, "re");
    if (file == NULL)
        return fail(STATUS_IO, "cannot open '%s': %s", path, strerror(errno));
    const enum status status = read_ids(s, file, path);
    if (!standard)
        (void)fclose(file); /* read only: nothing is lost */
    return status;
}

static enum status show_all(struct shower *s, const char *index, char **ids, int n)
{
    TRY(searcher_open(index, &s->searcher));
    if (s->settings->check)
        TRY(index_check_sums(s->searcher->index));
    for (int i = 0; i < n; i++)
        TRY(show_id(s, span_of_string(ids[i])));
    return s->settings->ids == NULL ? STATUS_OK : show_listed(s, s->settings->ids);
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings settings = {0};
    struct shower s = {.settings = &settings,
                       .arena = ARENA_INIT,
                       .text = BUF_INIT,
                       .out = BUF_INIT,
                       .terminal = terminal_is(STDOUT_FILENO)};
    int first;
    enum status status = cli_parse(command, argc, argv, &settings, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first < (settings.ids == NULL ? 2 : 1))
        status = fail(STATUS_USAGE, "show needs an index and an id (try 'searcher show --help')");
    if (status == STATUS_OK)
        status = show_all(&s, argv[first], argv + first + 1, argc - first - 1);
    buf_release(&s.out);
    buf_release(&s.text);
    arena_release(&s.arena);
    searcher_close(s.searcher);
    if (status != STATUS_OK)
        return cli_fail(status);
    return s.any_unknown ? CLI_ERROR : CLI_OK;
}

const struct cli_command show_command = {
    "show",
    "[opts] INDEX ID...",
    "print documents, or passages, by id",
    "ID: DOCUMENT (all of its text) or DOCUMENT#n (its passage n, as answers name it). What goes "
    "to\n"
    "a terminal is escaped; elsewhere the text leaves byte for byte as it is stored.",
    options,
    run};
