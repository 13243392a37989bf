/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump: one walk for each kind of thing. Terms and forms of several segments are merged as they are
 * read; documents and passages follow segment by segment, which is the order of their numbers.
 */
#include "indexer/command/dump.h"

#include <stdlib.h>

#include "common/base/date.h"
#include "common/base/escape.h"
#include "common/base/json.h"
#include "common/base/utf8.h"
#include "common/segment/dictionary.h"
#include "common/segment/forms.h"
#include "common/segment/index.h"
#include "common/segment/passage_id.h"
#include "common/segment/passages.h"
#include "common/segment/postings.h"

#define FLUSH_BYTES 65536u

/* Where everything goes; lines collect in `out` and leave in large pieces. */
struct dump {
    const struct index *index;
    struct buf out;
};

static enum status flush(struct dump *d)
{
    TRY(buf_status(&d->out));
    cli_print(buf_span(&d->out));
    buf_clear(&d->out);
    return STATUS_OK;
}

static enum status end_line(struct dump *d)
{
    buf_put_u8(&d->out, '\n');
    return d->out.len < FLUSH_BYTES ? STATUS_OK : flush(d);
}

static void put_bytes(struct buf *out, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_printf(out, "\\x%02x", bytes[i]);
}

/* One field of a tab-separated line: reversible, and harmless on a terminal. */
static void put_field(struct buf *out, struct span text)
{
    const uint8_t *p = text.data;
    const uint8_t *const end = p + text.len;
    while (p < end) {
        uint32_t c;
        const size_t len = utf8_decode(p, end, &c);
        const bool bad = c == UTF8_REPLACEMENT && (len != 3 || memcmp(p, "\xef\xbf\xbd", 3) != 0);
        if (c == '\\' || c == '\t' || c == '\n')
            buf_append_string(out, c == '\\' ? "\\\\" : c == '\t' ? "\\t" : "\\n");
        else if (bad || !escape_is_safe(c))
            put_bytes(out, p, len);
        else
            buf_append(out, p, len);
        p += len;
    }
}

static void put_number(struct buf *out, uint64_t value)
{
    buf_printf(out, "\t%llu", (unsigned long long)value);
}

/* A cursor over the words of one segment: its terms or its forms. */
struct words {
    const struct segment *segment;
    struct dictionary_cursor *terms; /* one of the two, the other NULL */
    struct forms_cursor *forms;
    bool live; /* it stands on a word */
};

static struct span word_of(const struct words *w)
{
    return w->terms != NULL ? dictionary_cursor_term(w->terms) : forms_cursor_form(w->forms);
}

static enum status next_word(struct words *w)
{
    w->live = w->terms != NULL ? dictionary_cursor_next(w->terms) : forms_cursor_next(w->forms);
    if (w->live)
        return STATUS_OK;
    return w->terms != NULL ? dictionary_cursor_status(w->terms) : forms_cursor_status(w->forms);
}

/* The least word under the cursors; NULL when all are at their end. */
static struct words *least_word(struct words *all, size_t n)
{
    struct words *least = NULL;
    for (size_t i = 0; i < n; i++)
        if (all[i].live && (least == NULL || span_compare(word_of(&all[i]), word_of(least)) < 0))
            least = &all[i];
    return least;
}

/* Adds up what the segments say of `word`, and moves those that have it. */
static enum status sum_word(struct words *all, size_t n, struct span word, uint64_t *df,
                            uint64_t *count)
{
    *df = *count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!all[i].live || !span_equal(word_of(&all[i]), word))
            continue;
        if (all[i].terms != NULL) {
            *df += dictionary_cursor_entry(all[i].terms)->df;
            *count += dictionary_cursor_entry(all[i].terms)->cf;
        } else {
            *count += forms_cursor_count(all[i].forms);
        }
        TRY(next_word(&all[i]));
    }
    return STATUS_OK;
}

/* The line of the least word: a copy of it, then its numbers; a form has its term between. */
static enum status dump_word(struct dump *d, struct words *all, size_t n, const struct words *least,
                             struct buf *word)
{
    uint64_t df;
    uint64_t count;
    buf_clear(word);
    buf_append_span(word, word_of(least));
    TRY(buf_status(word));
    put_field(&d->out, buf_span(word));
    if (least->forms != NULL) {
        struct buf term = BUF_INIT;
        const enum status status =
            dictionary_at(least->segment, forms_cursor_term(least->forms), &term, NULL);
        buf_put_u8(&d->out, '\t');
        put_field(&d->out, buf_span(&term));
        buf_release(&term);
        TRY(status);
    }
    TRY(sum_word(all, n, buf_span(word), &df, &count));
    if (df > 0)
        put_number(&d->out, df);
    put_number(&d->out, count);
    return end_line(d);
}

static enum status open_words(const struct segment *s, bool forms, struct words *w)
{
    w->segment = s;
    TRY(forms ? forms_cursor_new(s, span_of(NULL, 0), &w->forms)
              : dictionary_cursor_new(s, &w->terms));
    return next_word(w);
}

static enum status dump_words(struct dump *d, bool forms)
{
    const size_t n = d->index->n_segments;
    struct words *const all = calloc(n + 1, sizeof *all);
    struct buf word = BUF_INIT;
    enum status status = all == NULL ? fail_no_memory() : STATUS_OK;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = open_words(&d->index->segments[i], forms, &all[i]);
    while (status == STATUS_OK) {
        const struct words *const least = least_word(all, n);
        if (least == NULL)
            break;
        status = dump_word(d, all, n, least, &word);
    }
    for (size_t i = 0; i < n && all != NULL; i++) {
        dictionary_cursor_free(all[i].terms);
        forms_cursor_free(all[i].forms);
    }
    free(all);
    buf_release(&word);
    return status;
}

/* What walks over passages need of a segment. */
struct readers {
    const struct segment *segment;
    struct document_reader documents;
    struct passage_reader passages;
    struct buf id; /* scratch */
};

static enum status readers_init(struct readers *r, const struct segment *s)
{
    r->segment = s;
    r->id = (struct buf)BUF_INIT;
    passage_reader_init(&r->passages, s);
    return document_reader_init(&r->documents, s);
}

static void readers_release(struct readers *r)
{
    document_reader_release(&r->documents);
    buf_release(&r->id);
}

/* Writes the passage's id, and returns its place. */
static enum status put_passage(struct dump *d, struct readers *r, uint32_t passage,
                               struct passage_place *place)
{
    TRY(passage_reader_get(&r->passages, passage, place));
    buf_clear(&r->id);
    TRY(passage_id_append(&r->passages, &r->documents, passage, place->document, &r->id));
    put_field(&d->out, buf_span(&r->id));
    return STATUS_OK;
}

static enum status put_positions(struct dump *d, struct postings *p, struct buf *scratch)
{
    const uint32_t tf = postings_tf(p);
    if (tf > segment_length(p->segment, postings_passage(p)))
        return fail(STATUS_CORRUPT, "damaged posting list");
    buf_clear(scratch);
    uint32_t *const positions = (void *)buf_reserve(scratch, tf * sizeof *positions);
    if (positions == NULL)
        return fail_no_memory();
    TRY(postings_positions(p, positions));
    for (uint32_t i = 0; i < tf; i++)
        buf_printf(&d->out, "%c%u", i == 0 ? '\t' : ' ', positions[i]);
    return STATUS_OK;
}

static enum status dump_list(struct dump *d, struct readers *r, const struct term_entry *entry,
                             struct postings *p, struct buf *scratch)
{
    struct passage_place place;
    TRY(postings_open(r->segment, entry, p));
    for (uint32_t at = postings_next(p); at != PASSAGE_END; at = postings_next(p)) {
        TRY(put_passage(d, r, at, &place));
        put_number(&d->out, postings_tf(p));
        if (segment_has(r->segment, FEATURE_POSITIONS))
            TRY(put_positions(d, p, scratch));
        TRY(end_line(d));
    }
    return p->status;
}

static enum status dump_segment_postings(struct dump *d, const struct segment *s,
                                         const struct term_entry *entry)
{
    struct readers r;
    struct buf scratch = BUF_INIT;
    struct postings *const p = malloc(sizeof *p);
    enum status status = readers_init(&r, s);
    if (status == STATUS_OK)
        status = p == NULL ? fail_no_memory() : dump_list(d, &r, entry, p, &scratch);
    readers_release(&r);
    buf_release(&scratch);
    free(p);
    return status;
}

static enum status dump_postings(struct dump *d, const char *term)
{
    bool any = false;
    for (size_t i = 0; i < d->index->n_segments; i++) {
        const struct segment *const s = &d->index->segments[i];
        struct term_entry entry;
        bool found;
        TRY(dictionary_find(s, span_of_string(term), &entry, &found));
        if (found)
            TRY(dump_segment_postings(d, s, &entry));
        any |= found;
    }
    return any ? STATUS_OK : fail(STATUS_MISSING, "there is no term '%s'", term);
}

static enum status dump_document(struct dump *d, struct readers *r, uint32_t document)
{
    struct document_record record;
    char date[16];
    struct buf *const out = &d->out;
    TRY(document_reader_get(&r->documents, document, &record));
    buf_clear(&r->id);
    TRY(document_id(r->segment, document, &r->id));
    date_format(record.date, date);
    const struct {
        const char *key;
        struct span value;
    } strings[] = {{"id", buf_span(&r->id)},
                   {"title", record.title},
                   {"date", span_of_string(date)},
                   {"url", record.url},
                   {"source", record.source}};
    buf_put_u8(out, '{');
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        json_key(out, strings[i].key);
        if (strings[i].value.len > 0)
            json_string(out, strings[i].value);
        else
            buf_append_string(out, "null");
    }
    buf_printf(out, ",\"line\":%llu,\"passages\":%u,\"bytes\":%u}", (unsigned long long)record.line,
               record.n_passages, record.text_bytes);
    return end_line(d);
}

static enum status dump_passage(struct dump *d, struct readers *r, uint32_t passage)
{
    struct passage_place place;
    TRY(put_passage(d, r, passage, &place));
    if (segment_has(r->segment, FEATURE_WHOLE)) { /* its place is the text */
        struct document_record record;
        TRY(document_reader_get(&r->documents, place.document, &record));
        place.end = record.text_bytes;
    }
    put_number(&d->out, place.start);
    put_number(&d->out, place.end);
    put_number(&d->out, segment_length(r->segment, passage));
    put_number(&d->out, segment_title_positions(r->segment, passage));
    return end_line(d);
}

static enum status dump_rows(struct dump *d, const struct segment *s, bool passages)
{
    struct readers r;
    const uint64_t n = passages ? s->header.passages : s->header.documents;
    enum status status = readers_init(&r, s);
    for (uint32_t i = 0; i < n && status == STATUS_OK; i++)
        status = passages ? dump_passage(d, &r, i) : dump_document(d, &r, i);
    readers_release(&r);
    return status;
}

static enum status dump_table(struct dump *d, bool passages)
{
    for (size_t i = 0; i < d->index->n_segments; i++)
        TRY(dump_rows(d, &d->index->segments[i], passages));
    return STATUS_OK;
}

static enum status dump_what(struct dump *d, const char *what, const char *term)
{
    if (strcmp(what, "postings") == 0)
        return term != NULL ? dump_postings(d, term)
                            : fail(STATUS_USAGE, "dump postings needs a term, as 'dump INDEX "
                                                 "terms' writes it");
    if (term != NULL)
        return fail(STATUS_USAGE, "'%s': nothing is expected behind '%s'", term, what);
    if (strcmp(what, "terms") == 0 || strcmp(what, "forms") == 0)
        return dump_words(d, what[0] == 'f');
    if (strcmp(what, "documents") == 0 || strcmp(what, "passages") == 0)
        return dump_table(d, what[0] == 'p');
    return fail(STATUS_USAGE, "'%s' is none of terms, forms, postings, documents, passages", what);
}

static enum status dump(const char *path, const char *what, const char *term)
{
    struct index *index;
    TRY(index_open(path, &index));
    struct dump d = {index, BUF_INIT};
    const enum status status = dump_what(&d, what, term);
    const enum status flushed = flush(&d); /* what was read before a failure is still shown */
    buf_release(&d.out);
    index_close(index);
    return status != STATUS_OK ? status : flushed;
}

static const struct cli_option options[] = {{.type = CLI_END}};

static int run(const struct cli_command *command, int argc, char **argv)
{
    int first;
    enum status status = cli_parse(command, argc, argv, NULL, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    const int n = argc - first;
    if (status == STATUS_OK && (n < 2 || n > 3))
        status = fail(STATUS_USAGE, "dump needs an index folder and what to show "
                                    "(try 'indexer dump --help')");
    if (status == STATUS_OK)
        status = dump(argv[first], argv[first + 1], n == 3 ? argv[first + 2] : NULL);
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command dump_command = {
    "dump",
    "INDEX terms|forms|postings TERM|documents|passages",
    "print what INDEX holds",
    "terms       term, passages, occurrences\n"
    "forms       surface word, term, occurrences\n"
    "postings    passage id, occurrences, positions, of a term as the index holds it\n"
    "documents   a JSON object a line\n"
    "passages    passage id, start, end, length in tokens, positions of the title\n"
    "Fields are separated by tabs; \\\\ \\t \\n and \\xNN stand for bytes that would disturb.",
    options,
    run};
