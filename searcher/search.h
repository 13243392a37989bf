/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search: an index opened for asking, and the way of a query through it:
 *
 *     parse -> plan -> rank -> hits
 *
 *     struct searcher *s;
 *     TRY(searcher_open(path, &s));
 *     struct search_options options = search_options_of(s);
 *     struct search_result result = SEARCH_RESULT_INIT;
 *     TRY(search_run(s, query, &options, &result));        ranking: result.best
 *     TRY(search_hits(s, &result, first, n, width, &list)); what is shown of it
 *     ...
 *     search_result_release(&result);
 *     searcher_close(s);
 *
 * One searcher a thread; several may share an index.
 */
#ifndef QIAO_SEARCHER_SEARCH_H
#define QIAO_SEARCHER_SEARCH_H

#include "common/base/arena.h"
#include "common/segment/documents.h"
#include "common/segment/index.h"
#include "common/segment/stored_text.h"
#include "searcher/query/parse.h"
#include "searcher/rank/collector.h"
#include "searcher/rank/plan.h"
#include "searcher/rank/ranking.h"
#include "searcher/show/hit.h"

enum search_algorithm { ALGORITHM_AUTO, ALGORITHM_EXHAUSTIVE };

struct search_options {
    size_t k;
    float k1;
    float b;
    enum rollup documents;
    enum search_algorithm algorithm;
    enum query_syntax syntax;
    struct stop stop; /* asked while words are looked for and ranked: then STATUS_STOPPED; its
                         `until` is the deadline's */
    double deadline;  /* milliseconds after which the best so far will do; 0: none */
    bool total;       /* count all that matches; else no more is done than the k best need */
};

/* The readers of one segment; opened when a hit of it is first shown. */
struct segment_readers {
    bool open;
    struct document_reader documents;
    struct passage_reader passages;
    struct text_reader text; /* only if the segment stores text */
};

struct searcher {
    struct index *index;
    struct analyzer *analyzer;
    struct tie_ranks ties;
    struct segment_readers *readers; /* by segment */
    struct code_map *maps;           /* likewise */
};

/* Opens the index at `path`. Failures as index_open. */
enum status searcher_open(const char *path, struct searcher **out /* OUT */);
void searcher_close(struct searcher *s); /* NULL is fine */

/* What a person would expect: ten passages, the profile's k1 and b. */
struct search_options search_options_of(const struct searcher *s);

enum search_stage { STAGE_PLAN, STAGE_RANK, STAGE_COUNT, SEARCH_STAGES };

struct search_result {
    struct arena arena; /* query, plan and iterators live here */
    struct query query;
    struct plan plan;
    struct topk best; /* best first; `item` is a passage, or a document when rolled up */
    uint64_t total;   /* matching passages, or documents */
    bool exact;
    bool documents; /* they are documents */
    struct rank_cost cost;
    double seconds[SEARCH_STAGES]; /* spent on each stage */
    double microseconds;
};

#define SEARCH_RESULT_INIT                                                                         \
    {                                                                                              \
        .arena = ARENA_INIT                                                                        \
    }

/* Ranks. `result` is reused from query to query; what it held is gone. STATUS_STOPPED if
 * options->stop said so. */
enum status search_run(struct searcher *s, struct span query, const struct search_options *options,
                       struct search_result *result /* OUT */);
void search_result_release(struct search_result *r);

/* Reads the query into result->query and plans it, without ranking. */
enum status search_plan(struct searcher *s, struct span query, const struct search_options *options,
                        struct search_result *result);

/* The ids of the best, as a run names them: of passages, or of documents when rolled up. Appends
 * the bytes to `ids` and fills `rows` (best.n of them), whose spans are good while `ids` is
 * unchanged. */
struct run_row;
enum status search_ids(struct searcher *s, const struct search_result *result, struct buf *ids,
                       struct run_row *rows /* OUT */);

/* Appends the id of a passage of the index, or of its document. */
enum status search_id(struct searcher *s, uint32_t passage, bool document, struct buf *out);

/* Finds the words of the query in `text`, that of a whole document perhaps: the highlights of *out,
 * an initialised snippet, are offsets from out->start. */
enum status search_highlight(struct searcher *s, struct search_result *result, struct span text,
                             struct snippet *out);

/* Fills `list` with all that is to be shown of result->best[first .. first + n): the memory is the
 * result's arena, snippets aside, which hit_list_release frees. snippet_width: characters. */
enum status search_hits(struct searcher *s, struct search_result *result, size_t first, size_t n,
                        uint32_t snippet_width, struct hit_list *list /* OUT */);
void hit_list_release(struct hit_list *list);

/* Where a passage stands, all of it. Spans are good until the next call on the searcher. */
struct passage_view {
    size_t segment;
    uint32_t passage;  /* of the segment */
    uint32_t document; /* of the segment */
    uint32_t start;
    uint32_t end;
    struct document_record record;
};
enum status search_view(struct searcher *s, uint32_t passage, struct passage_view *out /* OUT */);

/* Appends bytes [start, end) of the document's text. STATUS_MISSING: no text is stored. */
enum status search_text(struct searcher *s, const struct passage_view *view, uint32_t start,
                        uint32_t end, struct buf *out);

/* The passages that an id names: DOCUMENT, DOCUMENT#n. *first is numbered through the index;
 * *whole: the id is a document's. STATUS_MISSING: there is none such. */
enum status search_find_id(struct searcher *s, struct span id, uint32_t *first /* OUT */,
                           uint32_t *n /* OUT */, bool *whole /* OUT */);

#endif
