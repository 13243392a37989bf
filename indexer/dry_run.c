/* SPDX-License-Identifier: Apache-2.0 */
/* dry_run: a sink that knows ids. */
#include "indexer/dry_run.h"

#include "indexer/invert/string_table.h"

struct dry_run {
    struct report *report;
    struct string_table ids;
    uint64_t documents;
    uint64_t text_bytes;
};

static enum status take_document(void *context, const struct document *d)
{
    struct dry_run *const dry = context;
    uint32_t number;
    bool added;
    if (d->title.len == 0 && d->text.len == 0) {
        report_bad(dry->report, d->source, d->line, REPORT_EMPTY, "neither title nor text");
        return STATUS_OK;
    }
    TRY(string_table_add(&dry->ids, d->id, &number, &added));
    if (!added) {
        report_bad(dry->report, d->source, d->line, REPORT_DUPLICATE,
                   "id '%.*s' was there before; the first stands", (int)d->id.len,
                   (const char *)d->id.data);
        return STATUS_OK;
    }
    dry->documents++;
    dry->text_bytes += d->title.len + d->text.len;
    report_add(dry->report, REPORT_OK, 1);
    return STATUS_OK;
}

enum status dry_run(const struct ingest_options *options, const char *path,
                    const char *const *sources, size_t n_sources, struct report *report,
                    struct ingest_summary *summary)
{
    struct dry_run dry = {.report = report};
    struct corpus_options corpus = options->corpus;
    corpus.index_folder = span_of_string(path);
    TRY(string_table_init(&dry.ids));
    const enum status status =
        corpus_read(&corpus, sources, n_sources, report, take_document, &dry);
    string_table_release(&dry.ids);
    if (status != STATUS_OK)
        return status;
    const bool refused = options->strict && report_refused(report) > 0;
    *summary = (struct ingest_summary){.documents = dry.documents,
                                       .text_bytes = dry.text_bytes,
                                       .published = dry.documents > 0 && !refused};
    return STATUS_OK;
}
