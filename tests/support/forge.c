/* SPDX-License-Identifier: Apache-2.0 */
/* forge: the layout of docs/FORMAT.md 4 and 7, written a second time, independent of the indexer.
 */
#include "tests/support/forge.h"

#include "common/codec/checksum.h"
#include "common/segment/blobs.h"
#include "tests/support/must.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void forge_open(struct forge *f, struct span segment)
{
    struct segment s;
    memset(f, 0, sizeof *f);
    must(segment_open_bytes(segment, &s) == STATUS_OK);
    memcpy(f->header, segment.data, HEADER_BYTES);
    f->n_sections = s.header.n_sections - 1;
    for (uint32_t i = 0; i < f->n_sections; i++) {
        struct segment_row row;
        segment_row(&s, i, &row);
        struct forge_section *const section = &f->sections[i];
        memcpy(section->letters, row.letters, 4);
        section->flags = row.flags;
        section->items = row.items;
        buf_append(&section->bytes, segment.data + row.offset, (size_t)row.length);
    }
}

void forge_close(struct forge *f)
{
    for (size_t i = 0; i < f->n_sections; i++)
        buf_release(&f->sections[i].bytes);
}

struct forge_section *forge_row(struct forge *f, enum section section)
{
    for (size_t i = 0; i < f->n_sections; i++)
        if (memcmp(f->sections[i].letters, section_letters(section), 4) == 0)
            return &f->sections[i];
    must_fail(__FILE__, __LINE__, section_letters(section));
}

struct buf *forge_section(struct forge *f, enum section section)
{
    return &forge_row(f, section)->bytes;
}

struct span forge_blob(struct forge *f, enum section section, uint64_t n, uint64_t i)
{
    return blobs_get(buf_span(forge_section(f, section)), n, i);
}

void forge_replace_blob(struct forge *f, enum section section, uint64_t n, uint64_t i,
                        struct span bytes)
{
    struct buf *const there = forge_section(f, section);
    const struct span old = blobs_get(buf_span(there), n, i);
    const size_t start = (size_t)(old.data - there->data);
    const uint64_t grown =
        (uint64_t)bytes.len - (uint64_t)old.len; /* may wrap: added modulo 2^64 */
    struct buf made = BUF_INIT;
    buf_append(&made, there->data, start);
    buf_append_span(&made, bytes);
    buf_append(&made, there->data + start + old.len, there->len - start - old.len);
    for (uint64_t k = i + 1; k <= n; k++)
        store_le64(made.data + 8 * k, load_le64(made.data + 8 * k) + grown);
    buf_release(there);
    *there = made;
}

/* Puts rows, sections and the room for CSUM and trailer into `out`. */
static void lay_out(struct forge *f, struct buf *out)
{
    uint32_t row = 0;
    uint64_t pages = 0;
    buf_put_zeros(out, SECTIONS_START);
    for (size_t i = 0; i < f->n_sections; i++) {
        const struct forge_section *const s = &f->sections[i];
        if (s->dropped)
            continue;
        buf_put_zeros(out, (size_t)(format_align(out->len) - out->len));
        uint8_t *const to = out->data + HEADER_BYTES + SECTION_ROW_BYTES * (size_t)row++;
        memcpy(to, s->letters, 4);
        store_le32(to + 4, s->flags);
        store_le64(to + 8, out->len);
        store_le64(to + 16, s->bytes.len);
        store_le64(to + 24, s->items);
        buf_append_span(out, buf_span(&s->bytes));
        pages += checksum_pages(s->bytes.len);
    }
    buf_put_zeros(out, (size_t)(format_align(out->len) - out->len));
    uint8_t *const to = out->data + HEADER_BYTES + SECTION_ROW_BYTES * (size_t)row++;
    memcpy(to, section_letters(SECTION_CSUM), 4);
    store_le32(to + 4, SECTION_FLAG_REQUIRED);
    store_le64(to + 8, out->len);
    store_le64(to + 16, 4 * pages);
    store_le64(to + 24, pages);
    buf_put_zeros(out, (size_t)(4 * pages) + TRAILER_BYTES);
    store_le32(f->header + 12, row);
    store_le64(f->header + 48, out->len);
}

void forge_write(struct forge *f, struct buf *out)
{
    lay_out(f, out);
    must(buf_status(out) == STATUS_OK);
    memcpy(out->data, f->header, HEADER_BYTES);
    uint8_t *const trailer = out->data + out->len - TRAILER_BYTES;
    store_le64(trailer + 8, out->len);
    memcpy(trailer + 16, segment_end_magic, sizeof segment_end_magic);
    must(forge_repair(out->data, out->len));
}

/* Where row i says its section lies; false if that is outside of the file. */
static bool section_place(const uint8_t *bytes, size_t len, uint32_t i, uint64_t *offset,
                          uint64_t *length)
{
    const size_t at = HEADER_BYTES + SECTION_ROW_BYTES * (size_t)i;
    if (len < at + SECTION_ROW_BYTES)
        return false;
    const uint8_t *const row = bytes + at;
    *offset = load_le64(row + 8);
    *length = load_le64(row + 16);
    return *offset <= len && *length <= len - *offset;
}

/* The pages of all sections but the last are summed into the last. */
static bool repair_sums(uint8_t *bytes, size_t len, uint32_t n, struct span *sums_at)
{
    struct buf sums = BUF_INIT;
    uint64_t offset = 0;
    uint64_t length = 0;
    bool inside = true;
    for (uint32_t i = 0; i < n && inside; i++) {
        inside = section_place(bytes, len, i, &offset, &length);
        struct checksum_pager pager = {0, 0};
        if (inside && i + 1 < n) {
            checksum_add(&pager, bytes + offset, (size_t)length, &sums);
            checksum_finish(&pager, &sums);
        }
    }
    inside = inside && sums.len <= length;
    if (inside && sums.len > 0)
        memcpy(bytes + offset, sums.data, sums.len);
    *sums_at = inside ? span_of(bytes + offset, (size_t)length) : span_of(NULL, 0);
    buf_release(&sums);
    return inside;
}

bool forge_repair(uint8_t *bytes, size_t len)
{
    const uint32_t n = load_le32(bytes + 12);
    struct span sums;
    if (n == 0 || n > SECTIONS_MOST || !repair_sums(bytes, len, n, &sums))
        return false;
    const size_t table_end = HEADER_BYTES + SECTION_ROW_BYTES * (size_t)n;
    XXH3_state_t state;
    memset(bytes + 32, 0, BUILD_ID_BYTES);
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, bytes, table_end);
    XXH3_128bits_update(&state, sums.data, sums.len);
    const XXH128_hash_t id = XXH3_128bits_digest(&state);
    store_le64(bytes + 32, id.low64);
    store_le64(bytes + 40, id.high64);
    uint8_t *const trailer = bytes + len - TRAILER_BYTES;
    store_le32(trailer, checksum_crc32(0, bytes, table_end));
    store_le32(trailer + 4, checksum_crc32(0, sums.data, sums.len));
    return true;
}
