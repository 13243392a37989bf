/* SPDX-License-Identifier: Apache-2.0 */
/* forward: the lists of the chosen terms are read twice: to count, and to fill. */
#include "indexer/order/forward.h"

#include <stdlib.h>

#include "common/segment/passages.h"
#include "common/segment/postings.h"
#include "indexer/order/page_budget.h"

/* Every term by df, those of this much or more together. */
#define DF_COUNTED 65536u

/* The terms that are taken. */
struct chosen {
    struct term_entry *entries;
    uint32_t n;
    uint32_t df_least;
    uint64_t postings; /* of them all: at least as many as (document, term) pairs */
};

struct filling {
    const struct segment *segment;
    const uint32_t *documents; /* of each passage; NULL: its own number */
    struct page_budget pages;
    struct postings postings;
    uint64_t *starts; /* first counts, of document d at d + 1; then where the next term goes */
    uint16_t *terms;  /* NULL: count only */
};

/* Calls `take` for each term. */
static enum status each_term(const struct segment *segment,
                             void (*take)(void *context, const struct term_entry *entry),
                             void *context)
{
    struct dictionary_cursor *c;
    TRY(dictionary_cursor_new(segment, &c));
    while (dictionary_cursor_next(c))
        take(context, dictionary_cursor_entry(c));
    const enum status status = dictionary_cursor_status(c);
    dictionary_cursor_free(c);
    return status;
}

static void count_df(void *context, const struct term_entry *entry)
{
    uint32_t *const counts = context;
    counts[entry->df < DF_COUNTED ? entry->df : DF_COUNTED - 1]++;
}

/* The least df for which at most FORWARD_TERMS_MOST terms are left; *n becomes their number. */
static uint32_t choose_df(const uint32_t counts[DF_COUNTED], size_t *n)
{
    uint32_t df = DF_COUNTED;
    *n = 0;
    while (df > FORWARD_DF_LEAST && *n + counts[df - 1] <= FORWARD_TERMS_MOST)
        *n += counts[--df];
    return df;
}

static void choose(void *context, const struct term_entry *entry)
{
    struct chosen *const chosen = context;
    if (entry->df < chosen->df_least)
        return;
    chosen->entries[chosen->n++] = *entry;
    chosen->postings += entry->df;
}

static enum status choose_terms(struct chosen *chosen, const struct segment *segment)
{
    uint32_t *const counts = calloc(DF_COUNTED, sizeof *counts);
    size_t n = 0;
    enum status status = counts == NULL ? fail_no_memory() : STATUS_OK;
    if (status == STATUS_OK)
        status = each_term(segment, count_df, counts);
    if (status == STATUS_OK) {
        chosen->df_least = choose_df(counts, &n);
        chosen->entries = malloc(n * sizeof *chosen->entries + 1);
        status = chosen->entries == NULL ? fail_no_memory() : each_term(segment, choose, chosen);
    }
    free(counts);
    return status;
}

static enum status read_list(struct filling *f, const struct term_entry *entry, uint16_t term)
{
    struct postings *const p = &f->postings;
    uint64_t last = UINT64_MAX; /* the document of the posting before */
    TRY(postings_open(f->segment, entry, p));
    for (uint32_t d = postings_next(p); d != PASSAGE_END; d = postings_next(p)) {
        const uint32_t document = f->documents == NULL ? d : f->documents[d];
        if (document == last)
            continue;
        last = document;
        if (f->terms == NULL)
            f->starts[document + 1]++;
        else
            f->terms[f->starts[document]++] = term;
    }
    page_budget_touch(&f->pages, entry->postings_bytes);
    return p->status;
}

static enum status read_lists(struct filling *f, const struct chosen *chosen)
{
    for (uint32_t i = 0; i < chosen->n; i++)
        TRY(read_list(f, &chosen->entries[i], (uint16_t)i));
    return STATUS_OK;
}

static enum status fill(struct forward *f, const struct segment *segment, const uint32_t *documents,
                        const struct chosen *chosen, uint64_t memory)
{
    struct filling *const filling = malloc(sizeof *filling);
    const uint32_t n = (uint32_t)segment->header.documents;
    if (filling == NULL)
        return fail_no_memory();
    *filling =
        (struct filling){segment, documents, {&segment->file, memory / 8, 0}, .starts = f->starts};
    enum status status = read_lists(filling, chosen);
    for (uint32_t i = 0; i < n; i++)
        f->starts[i + 1] += f->starts[i];
    f->terms = malloc((size_t)f->starts[n] * sizeof *f->terms + 1);
    if (f->terms == NULL)
        status = status == STATUS_OK ? fail_no_memory() : status;
    filling->terms = f->terms;
    if (status == STATUS_OK)
        status = read_lists(filling, chosen);
    /* Each start went on to the next document's. */
    memmove(f->starts + 1, f->starts, n * sizeof *f->starts);
    f->starts[0] = 0;
    free(filling);
    return status;
}

enum status forward_documents(const struct segment *segment, uint32_t *documents)
{
    struct passage_reader reader;
    struct passage_place place;
    const uint32_t n = (uint32_t)segment->header.passages;
    passage_reader_init(&reader, segment);
    for (uint32_t i = 0; i < n; i++) {
        TRY(passage_reader_get(&reader, i, &place));
        if (place.document >= segment->header.documents)
            return fail(STATUS_CORRUPT, "a passage of no document");
        documents[i] = place.document;
    }
    return STATUS_OK;
}

static uint64_t bytes_needed(const struct segment *segment, const struct chosen *chosen,
                             unsigned threads)
{
    const struct segment_header *const h = &segment->header;
    const uint64_t places = segment_has(segment, FEATURE_WHOLE) ? 0 : h->passages;
    return chosen->postings * sizeof(uint16_t) + (h->documents + 1) * sizeof(uint64_t) +
           (h->documents + places) * sizeof(uint32_t) + chosen->n * sizeof(struct term_entry) +
           bisection_bytes(h->documents, threads);
}

static enum status check_memory(uint64_t needed, uint64_t memory, const struct chosen *chosen,
                                const struct segment *segment)
{
    if (needed <= memory)
        return STATUS_OK;
    return fail(
        STATUS_LIMIT,
        "--order similar of %llu documents with %llu occurrences of %u frequent terms needs "
        "--memory %lluM",
        (unsigned long long)segment->header.documents, (unsigned long long)chosen->postings,
        chosen->n, (unsigned long long)((needed >> 20) + 1));
}

static enum status make(struct forward *f, const struct segment *segment,
                        const struct chosen *chosen, uint64_t memory)
{
    uint32_t *documents = NULL;
    enum status status = STATUS_OK;
    f->starts = calloc(segment->header.documents + 1, sizeof *f->starts);
    if (f->starts == NULL)
        return fail_no_memory();
    if (!segment_has(segment, FEATURE_WHOLE)) {
        documents = malloc(segment->header.passages * sizeof *documents + 1);
        status = documents == NULL ? fail_no_memory() : forward_documents(segment, documents);
    }
    if (status == STATUS_OK)
        status = fill(f, segment, documents, chosen, memory);
    free(documents);
    return status;
}

enum status forward_make(struct forward *f, const struct segment *segment, uint64_t memory,
                         unsigned threads)
{
    struct chosen chosen = {.n = 0};
    *f = (struct forward){.starts = NULL};
    enum status status = choose_terms(&chosen, segment);
    if (status == STATUS_OK) {
        f->needed = bytes_needed(segment, &chosen, threads);
        f->df_least = chosen.df_least;
        status = check_memory(f->needed, memory, &chosen, segment);
    }
    if (status == STATUS_OK)
        status = make(f, segment, &chosen, memory);
    f->index =
        (struct forward_index){(uint32_t)segment->header.documents, chosen.n, f->starts, f->terms};
    free(chosen.entries);
    if (status != STATUS_OK)
        forward_release(f);
    return status;
}

void forward_release(struct forward *f)
{
    free(f->starts);
    free(f->terms);
    *f = (struct forward){.starts = NULL};
}
