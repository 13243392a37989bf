/* SPDX-License-Identifier: Apache-2.0 */
/* manifest: encode beside decode. */
#include "common/segment/manifest.h"

#include <stdlib.h>

#include "common/codec/checksum.h"

#define HEAD_BYTES 24u
#define ROW_BYTES  40u

uint64_t manifest_bytes(uint32_t n)
{
    return HEAD_BYTES + (uint64_t)n * ROW_BYTES + 4;
}

void manifest_append(struct buf *out, const struct manifest *m)
{
    const size_t start = out->len;
    buf_append(out, manifest_magic, sizeof manifest_magic);
    buf_put_le32(out, FORMAT_VERSION);
    buf_put_le32(out, m->n);
    buf_put_le64(out, manifest_bytes(m->n));
    for (uint32_t i = 0; i < m->n; i++) {
        buf_append(out, m->rows[i].build_id, BUILD_ID_BYTES);
        buf_put_le64(out, m->rows[i].size);
        buf_put_le32(out, m->rows[i].table_crc);
        buf_put_le32(out, m->rows[i].deletions);
        buf_put_le64(out, 0);
    }
    if (!out->failed)
        buf_put_le32(out, checksum_crc32(0, out->data + start, out->len - start));
}

static enum status damaged_manifest(const char *what)
{
    return fail(STATUS_CORRUPT, "damaged MANIFEST: %s", what);
}

static enum status check_frame(struct span bytes)
{
    if (bytes.len < 12 || memcmp(bytes.data, manifest_magic, sizeof manifest_magic) != 0)
        return fail(STATUS_FORMAT, "its MANIFEST is not one of a Qiao index");
    const uint32_t version = load_le32(bytes.data + 8);
    if (version != FORMAT_VERSION)
        return fail(STATUS_FORMAT, "%sindex format version %u; this program reads version %u",
                    version > FORMAT_VERSION ? "written by a newer Qiao: " : "", version,
                    FORMAT_VERSION);
    if (bytes.len < HEAD_BYTES + 4 || load_le64(bytes.data + 16) != bytes.len)
        return damaged_manifest("cut or grown");
    if (load_le32(bytes.data + bytes.len - 4) != checksum_crc32(0, bytes.data, bytes.len - 4))
        return damaged_manifest("checksum");
    return STATUS_OK;
}

enum status manifest_decode(struct span bytes, struct manifest *out)
{
    TRY(check_frame(bytes));
    const uint32_t n = load_le32(bytes.data + 12);
    if (n > MANIFEST_SEGMENTS_MOST || bytes.len != manifest_bytes(n))
        return damaged_manifest("number of segments");
    for (uint32_t i = 0; i < n; i++)
        if (load_le64(bytes.data + HEAD_BYTES + (size_t)i * ROW_BYTES + 32) != 0)
            return damaged_manifest("unused bytes are not zero");
    struct manifest_row *const rows = calloc(n > 0 ? n : 1, sizeof *rows);
    if (rows == NULL)
        return fail_no_memory();
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *const p = bytes.data + HEAD_BYTES + (size_t)i * ROW_BYTES;
        memcpy(rows[i].build_id, p, BUILD_ID_BYTES);
        rows[i].size = load_le64(p + 16);
        rows[i].table_crc = load_le32(p + 24);
        rows[i].deletions = load_le32(p + 28);
    }
    *out = (struct manifest){rows, n};
    return STATUS_OK;
}

enum status manifest_read(int dir_fd, struct manifest *out)
{
    struct mapped_file file;
    TRY(file_map(dir_fd, MANIFEST_NAME, &file));
    const enum status status = manifest_decode(file.bytes, out);
    file_unmap(&file);
    return status;
}

void manifest_release(struct manifest *m)
{
    free(m->rows);
    *m = (struct manifest){NULL, 0};
}
