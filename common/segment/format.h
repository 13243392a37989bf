/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format: the constants of docs/FORMAT.md, and the header of a segment in memory.
 *
 * Each name says the section of that page it belongs to. Nothing here knows how a section is coded:
 * that is codec/ and the files of this folder.
 */
#ifndef QIAO_SEGMENT_FORMAT_H
#define QIAO_SEGMENT_FORMAT_H

#include "common/base/buf.h"
#include "common/base/limits.h"

#define FORMAT_VERSION 1u

/* FORMAT 4: sizes of the fixed parts. */
#define HEADER_BYTES      256u
#define SECTION_ROW_BYTES 32u
#define TRAILER_BYTES     24u
#define ALIGNMENT_BYTES   64u
#define SECTIONS_MOST     100u
#define SECTIONS_START    4096u /* header, table, zeros; then the first section */
#define BUILD_ID_BYTES    16u

/* FORMAT 4: required features. */
#define FEATURE_POSITIONS     (UINT64_C(1) << 0)
#define FEATURE_TEXT          (UINT64_C(1) << 1)
#define FEATURE_WHOLE         (UINT64_C(1) << 2)
#define FEATURE_FORMS         (UINT64_C(1) << 3)
#define FEATURES_KNOWN        (FEATURE_POSITIONS | FEATURE_TEXT | FEATURE_WHOLE | FEATURE_FORMS)
#define SECTION_FLAG_REQUIRED 1u

/* FORMAT 6: how many things a block holds. */
#define IDS_PER_BLOB       16u
#define DOCUMENTS_PER_BLOB 64u
#define PASSAGES_PER_BLOB  64u
#define STRINGS_PER_BLOCK  32u
#define TREE_FANOUT        16u
#define RANGE_PASSAGES     256u  /* of a bound */
#define WINDOW_PASSAGES    4096u /* of a row of a list's range table */
#define ROWS_PER_RANGE     256u  /* of a column */

/* FORMAT 6: the sections this version knows. */
enum section {
    SECTION_META,
    SECTION_TEXT,
    SECTION_TXTI,
    SECTION_DIDS,
    SECTION_DORD,
    SECTION_DOCS,
    SECTION_PASG,
    SECTION_LENS,
    SECTION_TITL,
    SECTION_DICT,
    SECTION_DTOP,
    SECTION_FORM,
    SECTION_FTOP,
    SECTION_POST,
    SECTION_POSI,
    SECTION_BNDS,
    SECTION_COLM, /* may occur several times */
    SECTION_CSUM, /* always the last */
    SECTION_KINDS
};

/* The four letters of a section, and back (SECTION_KINDS for letters that are not known). */
const char *section_letters(enum section section);
enum section section_by_letters(const uint8_t letters[4]);

/* Whether a reader must know the section to read the index rightly. */
bool section_is_required(enum section section);

extern const uint8_t segment_magic[8];
extern const uint8_t segment_end_magic[8];
extern const uint8_t manifest_magic[8];

struct segment_header {
    uint32_t n_sections;
    uint64_t required_features;
    uint64_t optional_features;
    uint8_t build_id[BUILD_ID_BYTES];
    uint64_t file_size;
    uint64_t passages;
    uint64_t documents;
    uint64_t tokens;
    uint64_t terms;
    uint64_t forms;
    uint64_t postings;
    uint64_t bound_passages; /* statistics of the index when the bounds were made */
    uint64_t bound_tokens;
    float k1;
    float b;
    char profile[17];
    uint64_t fingerprint;
    char utf8proc[17];
    char libdeflate[17];
    uint32_t length_width; /* bytes of a length: 1, 2, 4 */
    uint32_t title_width;  /* 0, 1, 2, 4 */
};

/* Writes the header into HEADER_BYTES bytes. */
void segment_header_encode(const struct segment_header *h, uint8_t *out /* OUT */);

/* Whether HEADER_BYTES bytes begin as a segment of this version does: all else in them is then
 * where it is expected. */
bool segment_header_is_ours(const uint8_t *bytes);

/* Reads it back from HEADER_BYTES bytes. STATUS_FORMAT if it is not ours, newer, or has required
 * features that are not known; STATUS_CORRUPT if a field makes no sense. */
enum status segment_header_decode(const uint8_t *bytes, struct segment_header *out /* OUT */);

/* "segment-<32 hex digits>.qs" with its NUL. */
#define SEGMENT_NAME_BYTES 44
void segment_name(const uint8_t build_id[BUILD_ID_BYTES], char out[SEGMENT_NAME_BYTES] /* OUT */);

/* Rounds up to the alignment of sections. */
static inline uint64_t format_align(uint64_t offset)
{
    return (offset + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
}

static inline uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

#endif
