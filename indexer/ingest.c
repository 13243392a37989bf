/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest: one document at a time through all stages, then the sections in the order of the file.
 *
 * Titles stand in front of every passage of their document: their first LIMIT_TITLE_TOKENS tokens,
 * or all of them where the document is one passage (Anserini's flat set-up: title, then text).
 */
#include "indexer/ingest.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "common/base/date.h"
#include "indexer/invert/inverter.h"
#include "indexer/write/commit.h"
#include "indexer/write/documents_writer.h"
#include "indexer/write/passages_writer.h"
#include "indexer/write/postings_writer.h"
#include "indexer/write/text_writer.h"

/* A token with the word that it is. */
struct resolved {
    uint32_t word;
    uint32_t position;
    bool kept;
};

struct token_list {
    struct token *tokens;
    struct resolved *resolved;
    size_t n;
    size_t cap;
};

struct ingest {
    const struct ingest_options *options;
    struct report *report;
    struct segment_writer segment;
    struct text_writer text;
    struct documents_writer documents;
    struct passages_writer passages;
    struct inverter inverter;
    struct string_table ids;
    struct token_list title;
    struct token_list body;
    struct passage_ranges ranges;
    bool any_cut; /* some document was split into passages, or could have been */
    bool any_whole;
    uint64_t text_bytes;
};

static enum status grow_tokens(struct token_list *list)
{
    if (list->n < list->cap)
        return STATUS_OK;
    const size_t cap = list->cap == 0 ? 1024 : 2 * list->cap;
    struct token *const tokens = realloc(list->tokens, cap * sizeof *tokens);
    if (tokens != NULL)
        list->tokens = tokens;
    struct resolved *const resolved = realloc(list->resolved, cap * sizeof *resolved);
    if (resolved != NULL)
        list->resolved = resolved;
    if (tokens == NULL || resolved == NULL)
        return fail_no_memory();
    list->cap = cap;
    return STATUS_OK;
}

static void release_tokens(struct token_list *list)
{
    free(list->tokens);
    free(list->resolved);
}

/* Text into tokens and words, at most `most` tokens. */
static enum status tokenize(struct ingest *in, struct span text, size_t most,
                            struct token_list *list)
{
    struct tokenizer t;
    tokenizer_init(&t, in->options->profile->tokenize, text);
    list->n = 0;
    for (;;) {
        TRY(grow_tokens(list));
        struct token *const token = &list->tokens[list->n];
        if (list->n == most || !tokenizer_next(&t, token))
            return STATUS_OK;
        struct resolved *const r = &list->resolved[list->n];
        const struct span bytes = span_of(text.data + token->start, token->end - token->start);
        r->position = token->position;
        TRY(inverter_word(&in->inverter, bytes, token->ascii, &r->word, &r->kept));
        list->n++;
    }
}

/* Adds tokens [from, to) to the open passage, the first at `position`; *n counts the kept ones. */
static enum status add_tokens(struct ingest *in, const struct token_list *list, size_t from,
                              size_t to, uint32_t position, uint32_t *n)
{
    for (size_t i = from; i < to; i++) {
        const struct resolved *const r = &list->resolved[i];
        if (!r->kept)
            continue;
        const uint32_t at = position + r->position - list->resolved[from].position;
        TRY(inverter_add(&in->inverter, r->word, at));
        ++*n;
    }
    return STATUS_OK;
}

static enum status add_passage(struct ingest *in, const struct passage_range *range)
{
    uint32_t length = 0;
    const size_t n_title = in->title.n;
    const uint32_t title_positions =
        n_title == 0 ? 0 : in->title.resolved[n_title - 1].position + 1;
    TRY(add_tokens(in, &in->title, 0, n_title, 0, &length));
    TRY(add_tokens(in, &in->body, range->first_token, range->last_token, title_positions, &length));
    TRY(inverter_end_passage(&in->inverter));
    return passages_writer_add(&in->passages, (uint32_t)in->documents.n, range->start, range->end,
                               length, title_positions);
}

static bool is_whole(const struct ingest *in, const struct document *d)
{
    const enum split_kind kind = in->options->split.kind;
    return kind == SPLIT_WHOLE || (kind == SPLIT_AUTO && d->precut);
}

/* Cuts the document whose tokens stand in in->title and in->body, and adds its passages. */
static enum status add_passages(struct ingest *in, const struct document *d, uint32_t *n)
{
    if (is_whole(in, d)) {
        in->any_whole = true;
        *n = 1;
        const struct passage_range all = {0, (uint32_t)d->text.len, 0, (uint32_t)in->body.n};
        return add_passage(in, &all);
    }
    struct split split = in->options->split;
    if (split.kind == SPLIT_AUTO)
        split.kind = SPLIT_PARAGRAPHS;
    in->any_cut = true;
    TRY(split_passages(&split, d->text, in->body.tokens, in->body.n, (uint32_t)in->title.n,
                       &in->ranges));
    for (size_t i = 0; i < in->ranges.count; i++)
        TRY(add_passage(in, &in->ranges.ranges[i]));
    *n = (uint32_t)in->ranges.count;
    return STATUS_OK;
}

/* Whether the document is to be left out, which is then reported. */
static enum status refuse(struct ingest *in, const struct document *d, bool *refused)
{
    *refused = true;
    if (d->title.len == 0 && d->text.len == 0) {
        report_bad(in->report, d->source, d->line, REPORT_EMPTY, "neither title nor text");
        return STATUS_OK;
    }
    uint32_t number;
    bool added;
    TRY(string_table_add(&in->ids, d->id, &number, &added));
    if (!added)
        report_bad(in->report, d->source, d->line, REPORT_DUPLICATE,
                   "id '%.*s' was there before; the first stands", (int)d->id.len,
                   (const char *)d->id.data);
    *refused = !added;
    return STATUS_OK;
}

static enum status take_document(void *context, const struct document *d)
{
    struct ingest *const in = context;
    bool refused;
    TRY(refuse(in, d, &refused));
    if (refused)
        return STATUS_OK;
    const uint32_t first_passage = in->passages.n;
    uint32_t n_passages = 0;
    uint64_t text_start = 0;
    TRY(tokenize(in, d->title, is_whole(in, d) ? SIZE_MAX : LIMIT_TITLE_TOKENS, &in->title));
    TRY(tokenize(in, d->text, SIZE_MAX, &in->body));
    TRY(add_passages(in, d, &n_passages));
    if (n_passages == 0) {
        report_bad(in->report, d->source, d->line, REPORT_EMPTY, "nothing but white space");
        return STATUS_OK;
    }
    if (in->options->store_text)
        TRY(text_writer_add(&in->text, d->text, &text_start));
    TRY(documents_writer_add(&in->documents, d, date_parse(d->date), first_passage, n_passages,
                             text_start));
    in->text_bytes += d->title.len + d->text.len;
    report_add(in->report, REPORT_OK, 1);
    return STATUS_OK;
}

/* META: the options of the build, sorted by key. */
static enum status write_meta(struct ingest *in)
{
    const struct ingest_options *const o = in->options;
    struct buf out = BUF_INIT;
    char split[64];
    split_name(&o->split, split);
    buf_printf(&out, "format=%s\nids=%s\npassages=%s\npositions=%s\nstore=%s\n", o->format_name,
               o->ids_name, split, o->positions ? "yes" : "no", o->store_text ? "text" : "none");
    const enum status status = buf_status(&out);
    if (status == STATUS_OK)
        segment_writer_section(&in->segment, SECTION_META, buf_span(&out), 5);
    buf_release(&out);
    return status;
}

static enum status write_postings(struct ingest *in, struct segment_header *header)
{
    const struct profile *const profile = in->options->profile;
    const struct postings_settings settings = {.bm25 =
                                                   bm25_of(profile->k1, profile->b, header->tokens,
                                                           header->passages, profile->byte_lengths),
                                               .lengths = in->passages.lengths,
                                               .passages = in->passages.n,
                                               .positions = in->options->positions};
    struct postings_writer writer;
    enum status status = postings_writer_init(&writer, &settings);
    if (status == STATUS_OK)
        status = inverter_write(&in->inverter, &writer);
    if (status == STATUS_OK)
        status = postings_writer_finish(&writer, &in->segment, header);
    postings_writer_release(&writer);
    return status;
}

static enum status fill_header(struct ingest *in, bool whole, bool forms,
                               struct segment_header *header)
{
    const struct profile *const profile = in->options->profile;
    header->required_features = (in->options->positions ? FEATURE_POSITIONS : 0) |
                                (in->options->store_text ? FEATURE_TEXT : 0) |
                                (whole ? FEATURE_WHOLE : 0) | (forms ? FEATURE_FORMS : 0);
    header->documents = in->documents.n;
    header->bound_passages = header->passages;
    header->bound_tokens = header->tokens;
    header->k1 = profile->k1;
    header->b = profile->b;
    memcpy(header->profile, profile->name, strnlen(profile->name, 16));
    memcpy(header->utf8proc, utf8proc_version(), strnlen(utf8proc_version(), 16));
    memcpy(header->libdeflate, LIBDEFLATE_VERSION_STRING, sizeof LIBDEFLATE_VERSION_STRING);
    return profile_fingerprint(profile, &header->fingerprint);
}

/* All sections behind TEXT, then the file is complete under its temporary name. */
static enum status write_segment(struct ingest *in, struct segment_header *header,
                                 struct manifest_row *row)
{
    /* One document a passage in every case, so that a passage's id can be its document's. */
    const bool whole = in->options->split.kind == SPLIT_WHOLE || (in->any_whole && !in->any_cut);
    bool forms_are_terms;
    if (in->options->store_text)
        TRY(text_writer_finish(&in->text));
    TRY(write_meta(in));
    TRY(documents_writer_finish(&in->documents, &in->segment));
    TRY(passages_writer_finish(&in->passages, &in->segment, whole, header));
    TRY(write_postings(in, header));
    TRY(inverter_write_forms(&in->inverter, &in->segment, &forms_are_terms, &header->forms));
    if (forms_are_terms)
        header->forms = header->terms;
    TRY(fill_header(in, whole, !forms_are_terms, header));
    return segment_writer_finish(&in->segment, header, row);
}

static enum status begin(struct ingest *in, const struct commit *c)
{
    TRY(segment_writer_open(c->dir_fd, SEGMENT_TEMPORARY, &in->segment));
    passages_writer_init(&in->passages);
    TRY(documents_writer_init(&in->documents));
    TRY(inverter_init(&in->inverter, in->options->profile));
    TRY(string_table_init(&in->ids));
    return in->options->store_text ? text_writer_init(&in->text, &in->segment) : STATUS_OK;
}

static void end(struct ingest *in)
{
    segment_writer_abandon(&in->segment);
    text_writer_release(&in->text);
    documents_writer_release(&in->documents);
    passages_writer_release(&in->passages);
    inverter_release(&in->inverter);
    string_table_release(&in->ids);
    release_tokens(&in->title);
    release_tokens(&in->body);
    passage_ranges_release(&in->ranges);
}

static enum status run(struct ingest *in, struct commit *c, const char *const *sources,
                       size_t n_sources, struct ingest_summary *summary)
{
    struct segment_header header = {0};
    struct manifest_row row = {0};
    struct corpus_options corpus = in->options->corpus;
    corpus.index_folder = span_of_string(c->path);
    TRY(begin(in, c));
    TRY(corpus_read(&corpus, sources, n_sources, in->report, take_document, in));
    const bool publish = !in->options->strict || report_refused(in->report) == 0;
    if (publish) {
        TRY(write_segment(in, &header, &row));
        TRY(commit_publish(c, &row, 1));
    }
    *summary = (struct ingest_summary){in->documents.n, in->passages.n, in->passages.tokens,
                                       header.terms,    in->text_bytes, row.size,
                                       publish};
    return STATUS_OK;
}

enum status ingest_build(const struct ingest_options *options, const char *path,
                         const char *const *sources, size_t n_sources, struct report *report,
                         struct ingest_summary *summary)
{
    struct commit c;
    TRY(commit_open(path, &c));
    struct ingest in = {.options = options, .report = report, .segment.file.fd = -1};
    const enum status status = run(&in, &c, sources, n_sources, summary);
    end(&in);
    commit_close(&c);
    return status;
}
