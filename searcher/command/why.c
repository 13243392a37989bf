/* SPDX-License-Identifier: Apache-2.0 */
/* why: the query is planned, not ranked; rank/explain.h does the rest. */
#include "searcher/command/why.h"

#include <unistd.h>

#include "common/base/terminal.h"
#include "searcher/command/ask.h"
#include "searcher/inspect.h"

struct settings {
    struct ask_settings ask;
    bool json;
};

/* Of ASK_OPTIONS, those that change a score: how many hits are shown, and how documents are ranked,
 * does not concern one passage. */
static const struct cli_option options[] = {
    {"k1", 0, CLI_FLOAT, offsetof(struct settings, ask.k1), "X", "BM25's k1 (the profile's: 0.9)"},
    {"b", 0, CLI_FLOAT, offsetof(struct settings, ask.b), "X", "BM25's b (the profile's: 0.4)"},
    {"literal", 0, CLI_FLAG, offsetof(struct settings, ask.literal), NULL,
     "read nothing in a query as syntax"},
    {"check", 0, CLI_FLAG, offsetof(struct settings, ask.check), NULL,
     "read every checksum of the index first"},
    {"json", 0, CLI_FLAG, offsetof(struct settings, json), NULL, "one JSON object"},
    {.type = CLI_END}};

/* What is in hand between opening and closing. */
struct asker {
    struct searcher *searcher;
    struct search_result result;
    struct buf query;
    struct buf out;
};

static enum status join(char **words, int n, struct buf *query)
{
    for (int i = 0; i < n; i++) {
        if (i > 0)
            buf_put_u8(query, ' ');
        buf_append_string(query, words[i]);
    }
    return buf_status(query);
}

static enum status explain_id(struct asker *a, const struct settings *s, const char *id)
{
    struct search_options search;
    struct explanation_view view;
    uint32_t first;
    uint32_t n;
    bool whole;
    TRY(ask_interpret(&s->ask, a->searcher, 1, &search));
    TRY(search_find_id(a->searcher, span_of_string(id), &first, &n, &whole));
    TRY(search_plan(a->searcher, buf_span(&a->query), &search, &a->result));
    if (a->result.query.note != NULL)
        cli_note("%s", a->result.query.note);
    if (a->result.plan.note != NULL)
        cli_note("%s", a->result.plan.note);
    TRY(inspect_rank(a->searcher, &search, &a->result, buf_span(&a->query), first, n, &view));
    if (s->json)
        explanation_json(&view, &a->out);
    else
        explanation_text(&view, terminal_is(STDOUT_FILENO) ? terminal_width() : 0, &a->out);
    TRY(buf_status(&a->out));
    cli_print(buf_span(&a->out));
    return STATUS_OK;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings s = {.ask = ASK_SETTINGS_INIT};
    struct asker a = {.result = SEARCH_RESULT_INIT, .query = BUF_INIT, .out = BUF_INIT};
    int first;
    enum status status = cli_parse(command, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first < 3)
        status =
            fail(STATUS_USAGE, "why needs an index, an id and a query (try 'searcher why --help')");
    if (status == STATUS_OK)
        status = join(argv + first + 2, argc - first - 2, &a.query);
    if (status == STATUS_OK)
        status = ask_open(argv[first], &s.ask, &a.searcher);
    if (status == STATUS_OK)
        status = explain_id(&a, &s, argv[first + 1]);
    search_result_release(&a.result);
    buf_release(&a.out);
    buf_release(&a.query);
    searcher_close(a.searcher);
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command why_command = {
    "why",
    "[opts] INDEX ID QUERY...",
    "why a passage has its rank for a query, or has none",
    "ID: a passage, or a document, which means the best-ranked of its passages. The contributions\n"
    "add up to the score, and the rank is that among all passages that match.",
    options,
    run};
