/* SPDX-License-Identifier: Apache-2.0 */
/* checksum: CRC-32 (zlib's), whole and by 64 KiB pages (docs/FORMAT.md 7). */
#ifndef QIAO_CODEC_CHECKSUM_H
#define QIAO_CODEC_CHECKSUM_H

#include "common/base/buf.h"

#define CHECKSUM_PAGE_BYTES 65536u

/* The CRC-32 of `bytes`, continued from `crc` (0 to start). */
uint32_t checksum_crc32(uint32_t crc, const void *bytes, size_t len);

/* How many pages `len` bytes have. */
static inline uint64_t checksum_pages(uint64_t len)
{
    return len / CHECKSUM_PAGE_BYTES + (len % CHECKSUM_PAGE_BYTES != 0);
}

/* Sums bytes as they pass: the CRC of each full page is appended to `sums` as a u32.
 *
 *     struct checksum_pager p = {0};
 *     checksum_add(&p, bytes, len, &sums);  ...  checksum_finish(&p, &sums);
 */
struct checksum_pager {
    uint32_t crc;
    uint32_t filled; /* bytes of the page so far */
};

void checksum_add(struct checksum_pager *p, const void *bytes, size_t len, struct buf *sums);
void checksum_finish(struct checksum_pager *p, struct buf *sums);

#endif
