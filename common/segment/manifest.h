/* SPDX-License-Identifier: Apache-2.0 */
/* manifest: which segments an index consists of (docs/FORMAT.md 3). */
#ifndef QIAO_SEGMENT_MANIFEST_H
#define QIAO_SEGMENT_MANIFEST_H

#include "common/segment/segment.h"

#define MANIFEST_NAME          "MANIFEST"
#define LOCK_NAME              "lock"
#define TEMPORARY_SUFFIX       ".tmp"
#define MANIFEST_SEGMENTS_MOST 65536u

struct manifest_row {
    uint8_t build_id[BUILD_ID_BYTES];
    uint64_t size;
    uint32_t table_crc;
    uint32_t deletions; /* generation of its deletion file, 0: none */
};

struct manifest {
    struct manifest_row *rows;
    uint32_t n;
};

/* Bytes of the file that names n segments. */
uint64_t manifest_bytes(uint32_t n);

/* Appends the file's bytes to `out`. */
void manifest_append(struct buf *out, const struct manifest *m);

/* Reads the manifest of the folder. STATUS_MISSING: there is none; STATUS_FORMAT: another version;
 * STATUS_CORRUPT. The rows are heap: manifest_release. */
enum status manifest_read(int dir_fd, struct manifest *out /* OUT */);
enum status manifest_decode(struct span bytes, struct manifest *out /* OUT */);
void manifest_release(struct manifest *m);

#endif
