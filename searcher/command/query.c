/* SPDX-License-Identifier: Apache-2.0 */
/* query: answers on stdout, notes about the reading on stderr, exit status as grep's. */
#include "searcher/command/query.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/base/terminal.h"
#include "searcher/command/answer.h"
#include "searcher/command/ask.h"

struct settings {
    struct ask_settings ask;
    const char *format;
    const char *tag;
    bool json;
    bool count;
    bool reading;
    bool cost;
};

static const struct cli_option options[] = {
    ASK_OPTIONS(struct settings, ask),
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL, "the same as --format json"},
    {"format", 0, CLI_STRING, offsetof(struct settings, format), "NAME",
     "text, json, trec or msmarco (text)"},
    {"tag", 0, CLI_STRING, offsetof(struct settings, tag), "NAME",
     "last column of a TREC run (qiao)"},
    {"count", 0, CLI_FLAG, offsetof(struct settings, count), NULL,
     "print only how many passages (or documents) match"},
    {"cost", 0, CLI_FLAG, offsetof(struct settings, cost), NULL,
     "say on standard error what the search did and how long each stage took"},
    {"reading", 0, CLI_FLAG, offsetof(struct settings, reading), NULL,
     "show how the query was read, also when it is obvious"},
    {.type = CLI_END}};

struct asker {
    struct searcher *searcher;
    struct search_options options;
    struct answer_style style;
    struct search_result result;
    struct buf out;
    bool count;
    bool cost;
    bool any_hit;
};

static enum status interpret(const struct settings *s, struct asker *a)
{
    a->style = (struct answer_style){.tag = s->tag,
                                     .width = terminal_is(STDOUT_FILENO) ? terminal_width() : 0,
                                     .colour = terminal_wants_colour(STDOUT_FILENO),
                                     .show_time = true,
                                     .alternatives = true,
                                     .show_reading = s->reading};
    a->count = s->count;
    a->cost = s->cost;
    if (s->json)
        a->style.form = ANSWER_JSON;
    else
        TRY(answer_form_by_name(s->format, &a->style.form));
    TRY(ask_interpret(&s->ask, a->searcher, 10, &a->options));
    /* A run has no place for the number of matches. */
    a->options.total = a->style.form == ANSWER_TEXT || a->style.form == ANSWER_JSON || a->count;
    if (a->count && a->options.documents == ROLLUP_NONE)
        a->options.k = 0;
    return STATUS_OK;
}

static void print_cost(const struct search_result *r)
{
    static const char *const ways[] = {"nothing to do", "union by ranges", "conjunction by blocks",
                                       "iterators"};
    const struct rank_cost *const c = &r->cost;
    cli_note(
        "cost: %s; %llu of %llu ranges skipped, %llu blocks (%llu bytes) decoded, %llu postings "
        "scored, %llu passages offered; planning %.0f us, ranking %.0f, counting %.0f",
        ways[c->way], (unsigned long long)(c->visited < c->ranges ? c->ranges - c->visited : 0),
        (unsigned long long)c->ranges, (unsigned long long)c->blocks, (unsigned long long)c->bytes,
        (unsigned long long)c->postings, (unsigned long long)c->offered,
        1e6 * r->seconds[STAGE_PLAN], 1e6 * r->seconds[STAGE_RANK], 1e6 * r->seconds[STAGE_COUNT]);
}

static void print_notes(const struct search_result *r)
{
    if (r->query.note != NULL)
        cli_note("%s", r->query.note);
    if (r->plan.note != NULL)
        cli_note("%s", r->plan.note);
}

static enum status answer(struct asker *a, struct span qid, struct span query)
{
    buf_clear(&a->out);
    TRY(search_run(a->searcher, query, &a->options, &a->result));
    print_notes(&a->result);
    if (a->cost)
        print_cost(&a->result);
    a->any_hit |= a->result.total > 0 || a->result.best.n > 0;
    if (a->count) {
        buf_printf(&a->out, "%llu\n", (unsigned long long)a->result.total);
        TRY(buf_status(&a->out));
    } else {
        TRY(answer_append(a->searcher, &a->options, &a->result, qid, query, &a->style, &a->out));
    }
    cli_print(buf_span(&a->out));
    (void)fflush(stdout);
    return STATUS_OK;
}

/* One query a line, each answered before the next is read; their qids are the line numbers. */
static enum status answer_lines(struct asker *a)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    enum status status = STATUS_OK;
    for (unsigned long number = 1; status == STATUS_OK && (len = getline(&line, &cap, stdin)) > 0;
         number++) {
        char qid[24];
        (void)snprintf(qid, sizeof qid, "%lu", number);
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        status = answer(a, span_of_string(qid), span_of(line, (size_t)len));
    }
    free(line);
    return status == STATUS_OK && ferror(stdin) ? fail(STATUS_IO, "cannot read standard input")
                                                : status;
}

/* Whether a word of the query looks like an option that came too late. */
static bool is_late_option(const char *word)
{
    if (strcmp(word, "-k") == 0)
        return true;
    for (const struct cli_option *o = options; o->type != CLI_END; o++) {
        const size_t n = strlen(o->name);
        if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, o->name, n) == 0 &&
            (word[2 + n] == '\0' || word[2 + n] == '='))
            return true;
    }
    return false;
}

static enum status answer_words(struct asker *a, char **words, int n)
{
    struct buf query = BUF_INIT;
    for (int i = 0; i < n; i++) {
        if (is_late_option(words[i]))
            cli_note("'%s' was read as part of the query; options stand before INDEX", words[i]);
        if (i > 0)
            buf_put_u8(&query, ' ');
        buf_append_string(&query, words[i]);
    }
    const bool run = a->style.form == ANSWER_TREC || a->style.form == ANSWER_MSMARCO;
    enum status status = buf_status(&query);
    if (status == STATUS_OK)
        status = answer(a, span_of_string(run ? "1" : ""), buf_span(&query));
    buf_release(&query);
    return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings s = {.ask = ASK_SETTINGS_INIT, .format = "text", .tag = "qiao"};
    struct asker a = {.result = SEARCH_RESULT_INIT};
    int first;
    enum status status = cli_parse(command, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && first == argc)
        status = fail(STATUS_USAGE, "query needs an index (try 'searcher query --help')");
    if (status == STATUS_OK)
        status = ask_open(argv[first], &s.ask, &a.searcher);
    if (status == STATUS_OK)
        status = interpret(&s, &a);
    if (status == STATUS_OK)
        status = argc - first == 1 ? answer_lines(&a)
                                   : answer_words(&a, argv + first + 1, argc - first - 1);
    search_result_release(&a.result);
    buf_release(&a.out);
    searcher_close(a.searcher);
    if (status != STATUS_OK)
        return cli_fail(status);
    return a.any_hit ? CLI_OK : CLI_NEGATIVE;
}

const struct cli_command query_command = {
    "query",
    "[opts] INDEX [QUERY...]",
    "answer one query, or one a line from standard input",
    "A query: words, \"a phrase\", \"a phrase\"~3, +must, -must_not, (a group), AND, OR, NOT,\n"
    "near NEAR/5 words, prefix*, wild?card*, fuzzy~1, title:word, body:word, date:2022..2025,\n"
    "id:ID, boost^2; \\ before a sign makes it text. Everything behind INDEX is the query.\n"
    "Exit status: 0 something was found, 1 nothing, 2 an error.",
    options,
    run};
