/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: an id is a range of passages, found when the query is planned; dates are looked up
 * document by document, in the order of passages, which a passage_reader gives at a step each.
 */
#include "searcher/rank/filter.h"

#include "common/segment/documents.h"
#include "common/segment/passage_id.h"

/* ---- dates ---- */

/* The first day that a date may be. */
static int64_t first_day(int64_t date)
{
    const int64_t month = date / 100 % 100;
    return date + (month == 0 ? 101 : date % 100 == 0 ? 1 : 0);
}

/* The last one; day 31 stands for the end of any month. */
static int64_t last_day(int64_t date)
{
    const int64_t month = date / 100 % 100;
    return date + (month == 0 ? 1231 : date % 100 == 0 ? 31 : 0);
}

static bool is_in(const struct filter *f, int64_t date)
{
    return first_day(date) >= f->from && last_day(date) <= f->to;
}

/* Whether some range of documents may hold a date of the range asked for. */
static bool may_select(const struct filter *f)
{
    for (uint64_t i = 0; i < f->dates.n_ranges; i++) {
        const struct column_range r = column_range_get(&f->dates, i);
        if (r.width > 0 && last_day(r.max) >= f->from && r.min <= f->to)
            return true;
    }
    return false;
}

static enum status open_dates(const struct query_node *q, struct filter *f, bool *any)
{
    f->by_date = true;
    f->from = q->from == 0 ? 0 : first_day(q->from);
    f->to = q->to == 0 ? INT64_MAX : last_day(q->to);
    f->range = (struct plan_range){0, (uint32_t)f->segment->header.passages};
    f->document = UINT32_MAX;
    passage_reader_init(&f->places, f->segment);
    TRY(column_find(f->segment, COLUMN_DATE, &f->dates, any));
    *any = *any && f->dates.level == COLUMN_DOCUMENT && may_select(f);
    return STATUS_OK;
}

enum status filter_open(const struct plan_node *node, const struct segment *segment, size_t number,
                        struct filter *out, bool *any)
{
    out->segment = segment;
    out->by_date = false;
    out->status = STATUS_OK;
    if (node->ranges == NULL)
        return open_dates(node->query, out, any);
    out->range = node->ranges[number];
    *any = out->range.first < out->range.end;
    return STATUS_OK;
}

/* Whether the document of `passage` has a date that fits. */
static bool fits(struct filter *f, uint32_t passage)
{
    struct passage_place place;
    int64_t date;
    f->status = passage_reader_get(&f->places, passage, &place);
    if (f->status != STATUS_OK)
        return false;
    if (place.document != f->document) {
        f->document = place.document;
        f->fits = place.document < f->dates.rows && column_get(&f->dates, place.document, &date) &&
                  is_in(f, date);
    }
    return f->fits;
}

uint32_t filter_next(struct filter *f, uint32_t target)
{
    uint32_t passage = target > f->range.first ? target : f->range.first;
    while (f->by_date && passage < f->range.end && f->status == STATUS_OK && !fits(f, passage))
        passage++;
    return passage < f->range.end && f->status == STATUS_OK ? passage : PASSAGE_END;
}

uint64_t filter_cost(const struct filter *f)
{
    return f->range.end - f->range.first;
}

/* ---- ids ---- */

/* The passages of the document with that name in the segment; number > 0: that one of them. */
static enum status find_document(const struct segment *segment, struct span name, uint32_t number,
                                 struct plan_range *out, bool *found)
{
    uint32_t document;
    struct document_reader reader;
    struct document_record record;
    TRY(document_find(segment, name, &document, found));
    if (!*found)
        return STATUS_OK;
    TRY(document_reader_init(&reader, segment));
    const enum status status = document_reader_get(&reader, document, &record);
    document_reader_release(&reader);
    TRY(status);
    out->first = record.first_passage;
    out->end = record.first_passage + record.n_passages;
    if (number > record.n_passages)
        out->end = out->first;
    else if (number > 0)
        *out = (struct plan_range){out->first + number - 1, out->first + number};
    return STATUS_OK;
}

static enum status find_name(const struct index *index, struct span name, uint32_t number,
                             struct plan_range *ranges, bool *found)
{
    *found = false;
    for (size_t i = 0; i < index->n_segments && !*found; i++)
        TRY(find_document(&index->segments[i], name, number, &ranges[i], found));
    return STATUS_OK;
}

enum status filter_find_id(const struct index *index, struct span id, struct arena *arena,
                           struct plan_range **out)
{
    struct plan_range *const ranges = arena_alloc(arena, (index->n_segments + 1) * sizeof *ranges);
    struct span document;
    bool found;
    if (ranges == NULL)
        return fail_no_memory();
    TRY(find_name(index, id, 0, ranges, &found));
    const uint32_t number = found ? 0 : passage_id_number(id, &document);
    if (number > 0)
        TRY(find_name(index, document, number, ranges, &found));
    *out = ranges;
    return STATUS_OK;
}
