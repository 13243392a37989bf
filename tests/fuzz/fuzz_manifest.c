/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_manifest: any bytes are a manifest, its sum repaired or not; one that is taken is written
 * again with the same bytes. */
#include <stdlib.h>

#include "common/codec/checksum.h"
#include "common/segment/manifest.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(manifest)
{
    struct manifest m;
    struct buf again = BUF_INIT;
    uint8_t *const copy = malloc(size + 1);
    must(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    if (size > 4 && size % 2 == 0)
        store_le32(copy + size - 4, checksum_crc32(0, copy, size - 4));
    if (manifest_decode(span_of(copy, size), &m) == STATUS_OK) {
        manifest_append(&again, &m);
        must(span_equal(buf_span(&again), span_of(copy, size)));
        manifest_release(&m);
    }
    buf_release(&again);
    free(copy);
    return 0;
}
