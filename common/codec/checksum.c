/* SPDX-License-Identifier: Apache-2.0 */
/* checksum: libdeflate's CRC-32, which is zlib's at several times the speed. */
#include "common/codec/checksum.h"

#include <libdeflate.h>

uint32_t checksum_crc32(uint32_t crc, const void *bytes, size_t len)
{
    return len == 0 ? crc : libdeflate_crc32(crc, bytes, len); /* which resets it for NULL */
}

void checksum_add(struct checksum_pager *p, const void *bytes, size_t len, struct buf *sums)
{
    const uint8_t *at = bytes;
    while (len > 0) {
        const size_t room = CHECKSUM_PAGE_BYTES - p->filled;
        const size_t part = len < room ? len : room;
        p->crc = checksum_crc32(p->crc, at, part);
        p->filled += (uint32_t)part;
        at += part;
        len -= part;
        if (p->filled == CHECKSUM_PAGE_BYTES)
            checksum_finish(p, sums);
    }
}

void checksum_finish(struct checksum_pager *p, struct buf *sums)
{
    if (p->filled == 0)
        return;
    buf_put_le32(sums, p->crc);
    *p = (struct checksum_pager){0, 0};
}
