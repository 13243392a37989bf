/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partition: streams of words, passage by passage, into buckets of occurrences, and each bucket into
 * the order of its terms.
 *
 *     TRY(partition_make(&p, &order, streams, n, shape, regions, workers));
 *     for each bucket: TRY(partition_sort(&p, bucket, &scratch));
 *         scratch.starts[t] .. scratch.starts[t + 1] of scratch.records: the occurrences of term t
 *     or, where order.single[bucket] and there are many:
 *         bucket_read_start(&r, &p, bucket);
 *         while ((n = bucket_read(&r, records, most)) > 0) ...
 *     partition_release(&p);
 *
 * Problem: postings are wanted by term, words come by passage. Idea: two passes of a radix sort, by
 * bucket and then by term within the bucket, each of which writes to about a thousand places only,
 * so that all of them stay in the second cache. Compared with a growing list for each term, which
 * follows a pointer into a cold cache line for each word: docs/PERFORMANCE.md has both figures.
 *
 * An occurrence is one number: term within the bucket, passage within the run, position; in as many
 * bits each as this run needs, and in a bucket in as many bytes as that takes, which are fewer where
 * there is one term only.
 */
#ifndef QIAO_INDEXER_INVERT_PARTITION_H
#define QIAO_INDEXER_INVERT_PARTITION_H

#include "indexer/invert/word_order.h"

/* The words of some consecutive passages, as one worker resolved them. */
struct word_stream {
    const uint32_t *words; /* WORD_DROPPED takes a position and is no occurrence */
    const uint32_t *ends;  /* of each passage, in words */
    uint32_t n_passages;
    uint32_t first_passage; /* within the run */
    uint64_t n;             /* words */
    uint32_t longest;       /* words of the longest passage */
};

#define OCCURRENCE_BITS 63u

/* How many bits an occurrence's parts take. */
struct occurrence_shape {
    unsigned local_bits;
    unsigned passage_bits;
    unsigned position_bits;
};

/* Bytes that an occurrence takes in a bucket, at most. */
static inline unsigned occurrence_bytes(struct occurrence_shape s)
{
    return (s.local_bits + s.passage_bits + s.position_bits + 7) / 8;
}

static inline uint64_t occurrence_place(struct occurrence_shape s, uint64_t occurrence)
{
    return occurrence & ((UINT64_C(1) << (s.passage_bits + s.position_bits)) - 1);
}

static inline uint32_t occurrence_passage(struct occurrence_shape s, uint64_t occurrence)
{
    return (uint32_t)(occurrence_place(s, occurrence) >> s.position_bits);
}

static inline uint32_t occurrence_position(struct occurrence_shape s, uint64_t occurrence)
{
    return (uint32_t)(occurrence & ((UINT64_C(1) << s.position_bits) - 1));
}

struct bucket_chain;

struct partition {
    const struct word_order *order;
    struct occurrence_shape shape;
    uint8_t *bytes;              /* of an occurrence, by bucket */
    struct bucket_chain *chains; /* n_ranges for each bucket */
    uint8_t **ends;              /* likewise: where the next record goes */
    unsigned n_ranges;
};

/* Shares the streams out to the workers, of which worker i fills regions[i] (cleared here). The sum
 * of the shape's bits is at most OCCURRENCE_BITS. With `spend`, buckets also grow into the memory of
 * words that were taken: the streams are lost, and half as much fresh memory is touched. */
enum status partition_make(struct partition *p /* OUT */, const struct word_order *order,
                           const struct word_stream *streams, size_t n_streams,
                           struct occurrence_shape shape, bool spend, struct region *regions,
                           struct workers *workers);
void partition_release(struct partition *p);

/* Occurrences in a bucket. */
uint64_t partition_count(const struct partition *p, uint32_t bucket);

struct bucket_scratch {
    uint64_t *records; /* by term, then passage and position */
    size_t records_cap;
    uint64_t *starts; /* of each term of the bucket, and one more */
    size_t starts_cap;
};

/* A walk over the blocks of a chain: each piece of records in turn. */
struct chain_walk {
    const uint8_t *block; /* NULL: behind the last */
    uint8_t *end;
    unsigned bytes;
};

/* Reads a bucket of one term, which is in order as it is. */
struct bucket_reader {
    const struct partition *partition;
    uint32_t bucket;
    unsigned range; /* whose chain is being read */
    struct chain_walk walk;
    const uint8_t *records; /* what is left of a piece */
    size_t left;
};

void bucket_read_start(struct bucket_reader *r, const struct partition *p, uint32_t bucket);

/* The next records, at most `most`; 0 behind the last. */
size_t bucket_read(struct bucket_reader *r, uint64_t *records /* OUT */, size_t most);

/* Sorts a bucket. One scratch a thread; release its two arrays with free(). */
enum status partition_sort(const struct partition *p, uint32_t bucket,
                           struct bucket_scratch *s /* OUT */);

#endif
