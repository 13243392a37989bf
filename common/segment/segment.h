/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment: one immutable file of the index, mapped and validated (docs/FORMAT.md 4).
 *
 *     struct segment s;
 *     TRY(segment_open(dir_fd, name, &s));
 *     ... s.header.passages, s.sections[SECTION_DICT] ...
 *     segment_close(&s);
 *
 * Opening checks magic, version, sizes, header, section table, trailer and the fixed-size sections
 * against the counts, in time independent of the size of the index. It does not read checksums of
 * sections (segment_check_sums does) and trusts nothing in them: every reader of this folder checks
 * what it uses. All spans point into the map and are good until segment_close.
 */
#ifndef QIAO_SEGMENT_SEGMENT_H
#define QIAO_SEGMENT_SEGMENT_H

#include "common/base/file.h"
#include "common/segment/format.h"

#define SEGMENT_COLUMNS 16u /* columns that a reader looks at; further ones are ignored */

struct segment {
    struct mapped_file file;
    struct segment_header header;
    uint32_t table_crc; /* of header and section table, as the trailer and the manifest hold it */
    struct span sections[SECTION_KINDS]; /* empty if absent; SECTION_COLM: see columns */
    struct span columns[SEGMENT_COLUMNS];
    size_t n_columns;
};

/* STATUS_FORMAT: not a segment, or of another version; STATUS_CORRUPT: damaged, cut or grown;
 * STATUS_MISSING, STATUS_IO. Messages name the file. */
enum status segment_open(int dir_fd, const char *name, struct segment *out /* OUT */);

/* Opens a segment that lies in memory (tests, fuzzers); `bytes` stays the caller's. */
enum status segment_open_bytes(struct span bytes, struct segment *out /* OUT */);

void segment_close(struct segment *s);

/* Reads every byte: page checksums, the trailer's sums, the build id, zero padding.
 * STATUS_CORRUPT names the section and the offset of the damaged page. */
enum status segment_check_sums(const struct segment *s);

/* One section's row, in file order, for stats and verify. */
struct segment_row {
    char letters[5];
    uint32_t flags;
    uint64_t offset;
    uint64_t length;
    uint64_t items;
};
void segment_row(const struct segment *s, uint32_t i, struct segment_row *out /* OUT */);

static inline bool segment_has(const struct segment *s, uint64_t feature)
{
    return (s->header.required_features & feature) != 0;
}

/* A row of a fixed-width array section (LENS, TITL) of 1, 2 or 4 bytes; i is trusted. */
static inline uint32_t segment_fixed(struct span section, uint32_t width, uint64_t i)
{
    const uint8_t *const p = section.data + i * width;
    return width == 1 ? *p : width == 2 ? load_le16(p) : load_le32(p);
}

/* The length of a passage (passage < N). */
static inline uint32_t segment_length(const struct segment *s, uint32_t passage)
{
    return segment_fixed(s->sections[SECTION_LENS], s->header.length_width, passage);
}

/* The positions that the title part of a passage takes (passage < N). */
static inline uint32_t segment_title_positions(const struct segment *s, uint32_t passage)
{
    return s->header.title_width == 0
               ? 0
               : segment_fixed(s->sections[SECTION_TITL], s->header.title_width, passage);
}

#endif
