/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index: a folder opened as a snapshot: its segments, their sums, one profile.
 *
 *     struct index *index;
 *     TRY(index_open(path, &index));
 *     ... index->segments[i], index->passages ...
 *     index_close(index);
 *
 * Passages, and documents, are numbered through the index: segment i begins at bases[i]. Statistics
 * are those of the whole index, so that a score does not depend on how it is cut into segments.
 */
#ifndef QIAO_SEGMENT_INDEX_H
#define QIAO_SEGMENT_INDEX_H

#include "common/codec/term_entry.h"
#include "common/segment/form_filter.h"
#include "common/segment/segment.h"
#include "common/text/profile.h"

struct index_base {
    uint32_t passage;  /* number in the index of the segment's passage 0 */
    uint32_t document; /* likewise */
};

struct index {
    char *path;
    const struct profile *profile;
    struct segment *segments;
    struct index_base *bases;
    size_t n_segments;
    uint64_t passages;
    uint64_t documents;
    uint64_t tokens;
    struct form_filters *filters; /* of the segments, made as they are needed; NULL: never */
    bool other_libraries; /* the fingerprint is not this build's: words may be stemmed otherwise */
};

/* Opens the index in the folder `path`. STATUS_MISSING: no such folder, or no MANIFEST in it;
 * STATUS_FORMAT, STATUS_CORRUPT, STATUS_IO as segment_open. Messages begin with the path. If a
 * writer replaced the index between the reading of the manifest and of the segments, it is tried
 * again. */
enum status index_open(const char *path, struct index **out /* OUT */);
void index_close(struct index *index); /* NULL is fine */

/* Looks a term up in every segment: entries[i] (n_segments of them; df 0 where it is not) and the
 * df and cf of the whole index. */
enum status index_find_term(const struct index *index, struct span term,
                            struct term_entry *entries /* OUT */, uint64_t *df /* OUT */,
                            uint64_t *cf /* OUT */);

/* The segment that holds a passage of the index (below index->passages). */
size_t index_segment_of_passage(const struct index *index, uint32_t passage);

/* Reads every checksum of every segment. */
enum status index_check_sums(const struct index *index);

/* A number that names the content: equal numbers, equal indexes. */
uint64_t index_identity(const struct index *index);

#endif
