/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest: the whole build, from sources to a published index. It reads like the pipeline:
 *
 *     corpus -> document -> batch -> (workers: tokens, words, passages) -> inverter -> writers -> commit
 *
 *     struct ingest_options options = ...;
 *     struct ingest_summary summary;
 *     TRY(ingest_build(&options, index_path, sources, n, report, &summary));
 *
 * The thread that calls reads the corpus and collects what the workers make of it, in the order of
 * the input; while they are behind, it works with them. The bytes of the index depend on neither
 * the number of threads nor the memory.
 */
#ifndef QIAO_INDEXER_INGEST_H
#define QIAO_INDEXER_INGEST_H

#include "common/segment/format.h"
#include "common/text/profile.h"
#include "indexer/corpus/corpus.h"
#include "indexer/corpus/split_passages.h"
#include "indexer/write/text_writer.h"

/* The least --memory: what a build holds whatever its input. */
#define INGEST_MEMORY_LEAST (UINT64_C(64) << 20)

/* What has been read and taken so far; a callback sees it often. */
struct ingest_progress {
    uint64_t documents;
    uint64_t passages;
    uint64_t text_bytes;
    uint64_t source_bytes; /* of the files, as they lie on the disk, about */
    bool writing;          /* the corpus is read; lists are made and written */
};

/* How documents are numbered. */
enum ingest_order {
    ORDER_INPUT,
    ORDER_SIMILAR, /* by reorder.h, once all is known */
};

typedef void ingest_watcher(void *context, const struct ingest_progress *progress);

struct ingest_options {
    struct corpus_options corpus;
    struct split split; /* SPLIT_AUTO: whole for pre-cut formats, else paragraphs */
    const struct profile *profile;
    bool positions;
    bool store_text;
    struct text_settings text;
    enum ingest_order order;
    bool strict;             /* publish nothing if any record was refused */
    unsigned threads;        /* 1 to WORKERS_MOST */
    uint64_t memory;         /* bytes that the build may hold, at least INGEST_MEMORY_LEAST */
    const char *format_name; /* as given, for the META section */
    const char *ids_name;
    ingest_watcher *watch; /* may be NULL */
    void *watch_context;
};

/* Seconds of processor time, of all threads together, by phase; they overlap where there are
 * several threads. */
struct ingest_seconds {
    double read;     /* getting the bytes of the corpus, unpacked */
    double parse;    /* them into documents, duplicate ids */
    double tokenise; /* text into tokens */
    double look_up;  /* tokens into words, passages */
    double invert;   /* words into buckets by term */
    double sort;     /* words, and occurrences within buckets */
    double encode;   /* postings into lists, and into runs where they did not fit */
    double merge;    /* runs into lists */
    double compress; /* text and records */
    double collect;  /* results of workers, in order */
    double write;    /* sections into the file, and its sync */
    double order;    /* to find which documents are alike */
    double rewrite;  /* and to write them in that order, all phases together */
};

struct ingest_summary {
    uint64_t documents;
    uint64_t passages;
    uint64_t tokens;
    uint64_t terms;
    uint64_t postings;
    uint64_t text_bytes;  /* of all texts and titles */
    uint64_t index_bytes; /* of the segment */
    uint64_t section_bytes[SECTION_KINDS];
    size_t runs; /* that were spilled; 0: all fitted into memory */
    struct ingest_seconds seconds;
    bool published; /* false: no documents; or --strict, and records were refused */
};

/* Builds the index at `path` from the sources, replacing the one that stands there; not by one without
 * documents. */
enum status ingest_build(const struct ingest_options *options, const char *path,
                         const char *const *sources, size_t n_sources, struct report *report,
                         struct ingest_summary *summary /* OUT */);

#endif
