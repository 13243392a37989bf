/* SPDX-License-Identifier: Apache-2.0 */
/* ingest: batches out to the workers, their results into the writers, then the sections. */
#include "indexer/ingest.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <utf8proc.h>

#include "common/base/clock.h"
#include "common/base/limits.h"
#include "indexer/batch.h"
#include "indexer/corpus/source_size.h"
#include "indexer/order/reorder.h"
#include "indexer/write/commit.h"
#include "indexer/write/documents_writer.h"
#include "indexer/write/id_set.h"
#include "indexer/write/passages_writer.h"
#include "indexer/write/postings_writer.h"

/* Batches and packs that wait for a worker, a thread. */
#define WAITING_A_THREAD 3u

/* Bytes of a block of text in a segment whose documents are reordered when it is complete. */
#define UNORDERED_TEXT_BLOCK 2048u

struct ingest;

struct batch_job {
    struct job job;
    struct ingest *ingest;
    struct batch batch;
    struct batch_job *next_free;
    struct batch_job *next_made;
};

/* Something that a worker does while the coordinator does something else. */
struct side_job {
    struct job job;
    struct ingest *ingest;
    double seconds;
};

struct ingest {
    const struct ingest_options *options;
    struct report *report;
    struct workers *workers;
    struct spool_folder folder;
    struct segment_writer segment;
    struct text_writer text;
    struct documents_writer documents;
    struct passages_writer passages;
    struct inverter inverter;
    struct postings_writer postings;
    struct id_set *ids;
    struct batch_settings batch_settings;
    struct batch_scratch scratches[WORKERS_MOST];
    struct batch_job *open; /* the batch that fills */
    struct batch_job *free_jobs;
    struct batch_job *made;
    struct side_job side;
    bool any_cut; /* some document was split into passages, or could have been */
    bool any_whole;
    struct ingest_progress progress;
    struct corpus_reach reach;
    uint64_t files_seen; /* of reach.files, and the text there was when the last began */
    uint64_t text_before;
    struct ingest_seconds seconds;
};

/* --- batches --- */

static enum status run_batch(struct job *job, unsigned worker)
{
    struct batch_job *const j = (struct batch_job *)job;
    struct ingest *const in = j->ingest;
    return batch_process(&j->batch, &in->batch_settings, &in->scratches[worker], worker);
}

/* Document i of a batch, whose passages begin at *passage among the batch's, into the writers. */
static enum status take_document(struct ingest *in, const struct batch *b, size_t i,
                                 size_t *passage)
{
    const struct document *const d = &b->documents[i];
    const struct batch_result *const r = &b->results[i];
    if (r->n_passages == 0) {
        report_bad(in->report, d->source, d->line, REPORT_EMPTY, "nothing but white space");
        return STATUS_OK;
    }
    if (in->documents.n >= LIMIT_DOCUMENTS)
        return fail(STATUS_LIMIT, "more than %u documents", LIMIT_DOCUMENTS);
    struct document_facts facts = {
        .date = r->date, .first_passage = in->passages.n, .n_passages = r->n_passages};
    if (in->options->store_text)
        TRY(text_writer_add(&in->text, d->text, &facts.text_start));
    for (uint32_t p = 0; p < r->n_passages; p++) {
        const struct batch_passage *const range = &b->passages[(*passage)++];
        TRY(passages_writer_add(&in->passages, (uint32_t)in->documents.n, range->start, range->end,
                                range->length, range->title_positions));
    }
    TRY(documents_writer_add(&in->documents, d, &facts));
    in->progress.text_bytes += d->title.len + d->text.len;
    report_add(in->report, REPORT_OK, 1);
    return STATUS_OK;
}

#define LOOKED_AT 65536u /* bytes; of a file that is mapped no more is read */

/* Files that are mapped do not say how much of them is read; their text is about as long. */
static uint64_t source_bytes(struct ingest *in)
{
    const struct corpus_reach *const r = &in->reach;
    if (r->files != in->files_seen) {
        in->files_seen = r->files;
        in->text_before = in->progress.text_bytes;
    }
    const uint64_t text = in->progress.text_bytes - in->text_before;
    const uint64_t here = r->now != NULL && *r->now > LOOKED_AT ? *r->now : text;
    return r->done + (here < r->size ? here : r->size);
}

static enum status finish_batch(struct job *job)
{
    struct batch_job *const j = (struct batch_job *)job;
    struct ingest *const in = j->ingest;
    const double start = clock_thread_seconds();
    size_t passage = 0;
    TRY(inverter_take(&in->inverter, &j->batch.stream));
    for (size_t i = 0; i < j->batch.n; i++)
        TRY(take_document(in, &j->batch, i, &passage));
    in->any_cut |= j->batch.any_cut;
    in->any_whole |= j->batch.any_whole;
    in->seconds.tokenise += j->batch.seconds.tokenise;
    in->seconds.look_up += j->batch.seconds.look_up;
    in->progress.documents = in->documents.n;
    in->progress.passages = in->passages.n;
    in->progress.source_bytes = source_bytes(in);
    batch_clear(&j->batch);
    j->next_free = in->free_jobs;
    in->free_jobs = j;
    if (in->options->watch != NULL)
        in->options->watch(in->options->watch_context, &in->progress);
    in->seconds.collect += clock_thread_seconds() - start;
    return STATUS_OK;
}

static enum status open_batch(struct ingest *in)
{
    struct batch_job *j = in->free_jobs;
    if (j != NULL) {
        in->free_jobs = j->next_free;
    } else {
        j = calloc(1, sizeof *j);
        if (j == NULL)
            return fail_no_memory();
        j->ingest = in;
        j->next_made = in->made;
        in->made = j;
    }
    j->job = (struct job){.run = run_batch, .finish = finish_batch};
    in->open = j;
    return STATUS_OK;
}

/* Hands the open batch to the workers, and makes room for the next. */
static enum status submit_batch(struct ingest *in)
{
    if (in->open == NULL)
        return STATUS_OK;
    workers_submit(in->workers, &in->open->job);
    in->open = NULL;
    const unsigned n = workers_count(in->workers);
    TRY(workers_finish(in->workers, n == 1 ? 0 : WAITING_A_THREAD * n));
    if (!inverter_is_full(&in->inverter))
        return STATUS_OK;
    TRY(workers_finish(in->workers, 0));
    return inverter_spill(&in->inverter);
}

/* --- documents --- */

/* Into the open batch, and out again if its id was there before: while its bytes are copied, what is
 * known of ids comes from memory. Reported here and now, so that reports stand in the order of the
 * input. */
static enum status add_document(struct ingest *in, struct batch *b, const struct document *d)
{
    bool added;
    const struct id_key key = id_set_key(in->ids, d->id);
    TRY(batch_add(b, d));
    TRY(id_set_add_key(in->ids, key, &added));
    if (added)
        return STATUS_OK;
    batch_drop_last(b);
    report_bad(in->report, d->source, d->line, REPORT_DUPLICATE,
               "id '%.*s' was there before; the first stands", (int)d->id.len,
               (const char *)d->id.data);
    return STATUS_OK;
}

static enum status read_document(void *context, const struct document *d)
{
    struct ingest *const in = context;
    if (d->title.len == 0 && d->text.len == 0) {
        report_bad(in->report, d->source, d->line, REPORT_EMPTY, "neither title nor text");
        return STATUS_OK;
    }
    if (in->open == NULL)
        TRY(open_batch(in));
    TRY(add_document(in, &in->open->batch, d));
    if (in->open->batch.bytes.len < BATCH_BYTES)
        return STATUS_OK;
    const double start = clock_thread_seconds();
    TRY(submit_batch(in));
    in->seconds.parse -= clock_thread_seconds() - start; /* what is left is parsing */
    return STATUS_OK;
}

/* The corpus into the writers; what the workers compress is complete when it returns. */
static enum status read_corpus(struct ingest *in, const char *index_path,
                               const char *const *sources, size_t n_sources)
{
    struct corpus_options corpus = in->options->corpus;
    corpus.index_folder = span_of_string(index_path);
    corpus.reach = &in->reach;
    const double start = clock_thread_seconds();
    TRY(corpus_read(&corpus, sources, n_sources, in->report, read_document, in));
    in->seconds.read = report_read_seconds(in->report);
    in->seconds.parse += clock_thread_seconds() - start - in->seconds.read;
    TRY(submit_batch(in));
    TRY(workers_finish(in->workers, 0));
    if (in->options->store_text)
        TRY(text_writer_flush(&in->text));
    TRY(documents_writer_flush(&in->documents));
    return workers_finish(in->workers, 0);
}

/* --- sections --- */

/* META: the options of the build, sorted by key. */
static enum status write_meta(struct ingest *in)
{
    const struct ingest_options *const o = in->options;
    struct buf out = BUF_INIT;
    char split[64];
    split_name(&o->split, split);
    const bool similar = o->order == ORDER_SIMILAR;
    buf_printf(&out, "format=%s\nids=%s\n%spassages=%s\npositions=%s\nstore=%s\n", o->format_name,
               o->ids_name, similar ? "order=similar\n" : "", split, o->positions ? "yes" : "no",
               o->store_text ? "text" : "none");
    const enum status status = buf_status(&out);
    if (status == STATUS_OK)
        segment_writer_section(&in->segment, SECTION_META, buf_span(&out), similar ? 6 : 5);
    buf_release(&out);
    return status;
}

static enum status run_sort_ids(struct job *job, unsigned worker)
{
    struct side_job *const j = (struct side_job *)job;
    const double start = clock_thread_seconds();
    (void)worker;
    const enum status status = documents_writer_sort(&j->ingest->documents);
    j->seconds = clock_thread_seconds() - start;
    return status;
}

static enum status run_forget(struct job *job, unsigned worker)
{
    struct side_job *const j = (struct side_job *)job;
    (void)worker;
    inverter_forget(&j->ingest->inverter);
    return STATUS_OK;
}

static struct job *side_job(struct ingest *in, enum status (*run)(struct job *, unsigned))
{
    in->side = (struct side_job){.job = {.run = run}, .ingest = in};
    return &in->side.job;
}

/* What comes before the first byte of a section: ids in their order, terms in theirs. */
static enum status bring_into_order(struct ingest *in)
{
    TRY(inverter_prepare(&in->inverter, side_job(in, run_sort_ids)));
    in->seconds.write += in->side.seconds;
    if (in->inverter.prepared)
        in->inverter.seconds.sort -= in->side.seconds; /* the processor time of all, meanwhile */
    return STATUS_OK;
}

/* All lists, into the spools of the postings writer. */
static enum status make_postings(struct ingest *in, const struct segment_header *header)
{
    const struct profile *const profile = in->options->profile;
    const struct postings_settings settings = {.bm25 =
                                                   bm25_of(profile->k1, profile->b, header->tokens,
                                                           header->passages, profile->byte_lengths),
                                               .lengths = &in->passages.lengths,
                                               .passages = in->passages.n,
                                               .positions = in->options->positions,
                                               .forms = in->inverter.forms};
    TRY(postings_writer_init(&in->postings, &in->segment, &in->folder, settings.positions,
                             settings.forms));
    return inverter_write(&in->inverter, &settings, &in->postings);
}

static enum status fill_header(struct ingest *in, bool whole, struct segment_header *header)
{
    const struct profile *const profile = in->options->profile;
    header->required_features |= (in->options->positions ? FEATURE_POSITIONS : 0) |
                                 (in->options->store_text ? FEATURE_TEXT : 0) |
                                 (whole ? FEATURE_WHOLE : 0);
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
    TRY(bring_into_order(in));
    double start = clock_thread_seconds();
    if (in->options->store_text)
        TRY(text_writer_finish(&in->text));
    TRY(write_meta(in));
    TRY(documents_writer_finish(&in->documents, &in->segment));
    TRY(passages_writer_finish(&in->passages, &in->segment, whole, header));
    in->seconds.write += clock_thread_seconds() - start;
    TRY(make_postings(in, header));
    workers_submit(in->workers, side_job(in, run_forget));
    start = clock_thread_seconds();
    TRY(postings_writer_finish(&in->postings, header));
    TRY(fill_header(in, whole, header));
    TRY(segment_writer_finish(&in->segment, header, row));
    in->seconds.write += clock_thread_seconds() - start;
    return workers_finish(in->workers, 0);
}

/* Whether the disk has room for what the sources will probably make: postings are about a third of
 * the text, compressed text two fifths, and runs half of it where it does not fit into memory. The
 * share of text in the sources is a guess, so only half of that is insisted on. */
static enum status check_disk(const struct ingest_options *o, int dir_fd,
                              const char *const *sources, size_t n)
{
    struct statvfs disk;
    const uint64_t bytes = source_size(sources, n);
    uint64_t wanted = bytes / 3 + (o->store_text ? bytes / 5 * 2 : 0);
    if (bytes / 2 > o->memory / 5)
        wanted += bytes / 2;
    if (o->order == ORDER_SIMILAR)
        wanted *= 2; /* it is there twice for a while */
    if (fstatvfs(dir_fd, &disk) != 0)
        return STATUS_OK; /* writing will tell */
    const uint64_t there = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (there >= wanted / 2)
        return STATUS_OK;
    return fail(STATUS_IO,
                "an index of these %llu MB needs about %llu MB of disk while it is built, and %llu "
                "MB are free",
                (unsigned long long)(bytes / 1000000), (unsigned long long)(wanted / 1000000),
                (unsigned long long)(there / 1000000));
}

static enum status begin(struct ingest *in, const struct commit *c)
{
    const struct ingest_options *const o = in->options;
    /* Three fifths of the memory are the inverter's; the rest is shared by a dozen spools, ids,
     * lengths, batches and parts that are on their way. */
    in->folder = (struct spool_folder){c->dir_fd, (size_t)(o->memory / 128)};
    const struct inverter_options inverter = {o->profile, (size_t)(o->memory / 5 * 3), &in->folder};
    TRY(workers_new(o->threads, &in->workers));
    TRY(segment_writer_open(c->dir_fd,
                            o->order == ORDER_SIMILAR ? SEGMENT_UNORDERED : SEGMENT_TEMPORARY,
                            &in->segment));
    passages_writer_init(&in->passages, &in->folder);
    TRY(documents_writer_init(&in->documents, &in->folder, in->workers));
    TRY(inverter_init(&in->inverter, &inverter, in->workers));
    TRY(id_set_new(&in->folder, &in->ids));
    in->batch_settings = (struct batch_settings){o->split, o->profile, &in->inverter};
    if (!o->store_text)
        return STATUS_OK;
    struct text_settings text = o->text;
    if (o->order == ORDER_SIMILAR) /* soon fetched text by text */
        text = (struct text_settings){UNORDERED_TEXT_BLOCK, 1};
    return text_writer_init(&in->text, &in->segment, &in->folder, in->workers, text);
}

static void end(struct ingest *in)
{
    workers_free(in->workers); /* first: after a failure they may still be at work */
    inverter_release(&in->inverter);
    segment_writer_abandon(&in->segment);
    text_writer_release(&in->text);
    documents_writer_release(&in->documents);
    passages_writer_release(&in->passages);
    postings_writer_release(&in->postings);
    id_set_free(in->ids);
    for (struct batch_job *j = in->made; j != NULL;) {
        struct batch_job *const next = j->next_made;
        batch_release(&j->batch);
        free(j);
        j = next;
    }
    for (unsigned i = 0; i < WORKERS_MOST; i++)
        batch_scratch_release(&in->scratches[i]);
}

static void summarise(const struct ingest *in, const struct segment_header *header,
                      const struct manifest_row *row, struct ingest_summary *summary)
{
    summary->documents = in->documents.n;
    summary->passages = in->passages.n;
    summary->tokens = in->passages.tokens;
    summary->terms = header->terms;
    summary->postings = header->postings;
    summary->text_bytes = in->progress.text_bytes;
    summary->index_bytes = row->size;
    summary->runs = in->inverter.runs.n_runs;
    memcpy(summary->section_bytes, in->segment.section_bytes, sizeof summary->section_bytes);
    summary->seconds = in->seconds;
    const struct inverter_seconds *const v = &in->inverter.seconds;
    summary->seconds.invert = v->invert;
    summary->seconds.sort = v->sort;
    summary->seconds.encode = v->encode;
    summary->seconds.merge = v->merge;
    summary->seconds.write += v->write;
    summary->seconds.compress = packer_seconds(in->documents.packer);
    if (in->options->store_text)
        summary->seconds.compress += packer_seconds(in->text.packer);
}

/* All of a build but the last step; *row is what is to be published, if summary->published. */
static enum status run(struct ingest *in, struct commit *c, const char *const *sources,
                       size_t n_sources, struct manifest_row *row, struct ingest_summary *summary)
{
    struct segment_header header = {0};
    TRY(check_disk(in->options, c->dir_fd, sources, n_sources));
    TRY(begin(in, c));
    TRY(read_corpus(in, c->path, sources, n_sources));
    const bool refused = in->options->strict && report_refused(in->report) > 0;
    const bool publish = in->documents.n > 0 && !refused;
    in->progress.writing = true;
    if (in->options->watch != NULL)
        in->options->watch(in->options->watch_context, &in->progress);
    if (publish)
        TRY(write_segment(in, &header, row));
    summarise(in, &header, row, summary);
    summary->published = publish;
    return STATUS_OK;
}

/* Puts the documents of the segment that was written into their order. */
static enum status reorder(const struct ingest_options *o, const struct commit *c,
                           struct manifest_row *row, struct ingest_summary *summary)
{
    const struct reorder_options options = {o->profile, o->text, o->threads, o->memory};
    struct reorder_summary reordered;
    TRY(reorder_segment(&options, c->dir_fd, SEGMENT_UNORDERED, SEGMENT_TEMPORARY, row,
                        &reordered));
    memcpy(summary->section_bytes, reordered.section_bytes, sizeof summary->section_bytes);
    summary->index_bytes = row->size;
    summary->seconds.order = reordered.order;
    summary->seconds.rewrite = reordered.rewrite;
    return STATUS_OK;
}

enum status ingest_build(const struct ingest_options *options, const char *path,
                         const char *const *sources, size_t n_sources, struct report *report,
                         struct ingest_summary *summary)
{
    struct commit c;
    struct manifest_row row = {0};
    TRY(commit_open(path, &c));
    struct ingest *const in = calloc(1, sizeof *in);
    enum status status = in == NULL ? fail_no_memory() : STATUS_OK;
    if (in != NULL) {
        *in = (struct ingest){.options = options, .report = report, .segment.file.fd = -1};
        status = run(in, &c, sources, n_sources, &row, summary);
        end(in);
    }
    free(in);
    if (status == STATUS_OK && summary->published && options->order == ORDER_SIMILAR)
        status = reorder(options, &c, &row, summary);
    if (status == STATUS_OK && summary->published)
        status = commit_publish(&c, &row, 1);
    commit_close(&c);
    return status;
}
