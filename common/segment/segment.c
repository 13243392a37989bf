/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment: validation at open, and the reading of all checksums.
 *
 * Order matters: behind magic and version, the trailer's sums are checked over header and table
 * before any field of them is used, so that a flipped bit is called damage and not an odd value;
 * then each field is checked as if the sums had been forged, because they may have been.
 */
#include "common/segment/segment.h"

#include "common/codec/bitpack.h"
#include "common/codec/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static enum status damaged(const char *what)
{
    return fail(STATUS_CORRUPT, "damaged segment: %s", what);
}

static uint64_t table_bytes(const struct segment *s)
{
    return HEADER_BYTES + (uint64_t)s->header.n_sections * SECTION_ROW_BYTES;
}

static enum status check_trailer(const struct segment *s, uint64_t n_sections)
{
    const struct span all = s->file.bytes;
    const uint64_t table_end = HEADER_BYTES + n_sections * SECTION_ROW_BYTES;
    if (n_sections > SECTIONS_MOST || all.len < SECTIONS_START + TRAILER_BYTES)
        return damaged("it is cut short");
    const uint8_t *const trailer = all.data + all.len - TRAILER_BYTES;
    if (memcmp(trailer + 16, segment_end_magic, sizeof segment_end_magic) != 0 ||
        load_le64(trailer + 8) != all.len)
        return damaged("its end is missing (cut or grown?)");
    if (load_le32(trailer) != checksum_crc32(0, all.data, (size_t)table_end))
        return damaged("checksum of its header");
    return STATUS_OK;
}

void segment_row(const struct segment *s, uint32_t i, struct segment_row *out)
{
    const uint8_t *const p = s->file.bytes.data + HEADER_BYTES + (size_t)i * SECTION_ROW_BYTES;
    memcpy(out->letters, p, 4);
    out->letters[4] = '\0';
    out->flags = load_le32(p + 4);
    out->offset = load_le64(p + 8);
    out->length = load_le64(p + 16);
    out->items = load_le64(p + 24);
}

static enum status take_section(struct segment *s, const struct segment_row *row, bool last)
{
    const enum section kind = section_by_letters((const uint8_t *)row->letters);
    const struct span bytes = span_of(s->file.bytes.data + row->offset, (size_t)row->length);
    if (kind == SECTION_KINDS)
        return (row->flags & SECTION_FLAG_REQUIRED) == 0
                   ? STATUS_OK
                   : fail(STATUS_FORMAT, "written by a newer Qiao: unknown required section");
    if ((kind == SECTION_CSUM) != last)
        return damaged("order of sections");
    if (kind == SECTION_COLM) {
        if (s->n_columns < SEGMENT_COLUMNS)
            s->columns[s->n_columns++] = bytes;
        return STATUS_OK;
    }
    if (s->sections[kind].data != NULL)
        return damaged("a section stands twice");
    s->sections[kind] = bytes;
    return STATUS_OK;
}

/* Sections lie one behind the other, aligned, and end where the trailer begins. */
static enum status read_table(struct segment *s)
{
    const uint64_t end = s->file.bytes.len - TRAILER_BYTES;
    uint64_t at = SECTIONS_START;
    for (uint32_t i = 0; i < s->header.n_sections; i++) {
        struct segment_row row;
        segment_row(s, i, &row);
        if (row.offset != format_align(at) || row.offset > end || row.length > end - row.offset)
            return damaged("place of a section");
        TRY(take_section(s, &row, i + 1 == s->header.n_sections));
        at = row.offset + row.length;
    }
    return s->header.n_sections > 0 && at == end ? STATUS_OK : damaged("place of a section");
}

static bool fits(const struct segment *s, enum section section, uint64_t bytes)
{
    return s->sections[section].len == bytes;
}

static bool at_least(const struct segment *s, enum section section, uint64_t bytes)
{
    return s->sections[section].len >= bytes;
}

/* The smallest tree over n strings: offsets and the lowest level of keys. */
static uint64_t tree_least(uint64_t n_strings)
{
    const uint64_t blocks = ceil_div(n_strings, STRINGS_PER_BLOCK);
    return 8 * (blocks + 1) + 8 * blocks;
}

static uint64_t blobs_least(uint64_t items, uint64_t per_blob)
{
    return 8 * (ceil_div(items, per_blob) + 1);
}

static enum status check_sizes(const struct segment *s)
{
    const struct segment_header *const h = &s->header;
    const uint64_t ids_width = h->documents == 0 ? 0 : bits_of(h->documents - 1);
    const bool fixed =
        fits(s, SECTION_LENS, h->passages * h->length_width) &&
        fits(s, SECTION_TITL, h->passages * h->title_width) &&
        (fits(s, SECTION_DORD, 0) || fits(s, SECTION_DORD, (h->documents * ids_width + 7) / 8));
    const bool ids = at_least(s, SECTION_DIDS, blobs_least(h->documents, IDS_PER_BLOB)) &&
                     at_least(s, SECTION_DOCS, blobs_least(h->documents, DOCUMENTS_PER_BLOB));
    const bool whole = segment_has(s, FEATURE_WHOLE);
    const bool passages =
        whole ? h->documents == h->passages
              : at_least(s, SECTION_PASG, blobs_least(h->passages, PASSAGES_PER_BLOB));
    const bool words =
        at_least(s, SECTION_DTOP, tree_least(h->terms)) &&
        (!segment_has(s, FEATURE_FORMS) || at_least(s, SECTION_FTOP, tree_least(h->forms)));
    const bool text = !segment_has(s, FEATURE_TEXT) || at_least(s, SECTION_TXTI, 24);
    return fixed && ids && passages && words && text ? STATUS_OK : damaged("size of a section");
}

enum status segment_open_bytes(struct span bytes, struct segment *out)
{
    struct segment s = {.file = {bytes}};
    if (bytes.len < SECTIONS_START + TRAILER_BYTES)
        return bytes.len >= 8 && memcmp(bytes.data, segment_magic, 8) == 0
                   ? damaged("it is cut short")
                   : fail(STATUS_FORMAT, "not a Qiao segment");
    if (segment_header_is_ours(bytes.data))
        TRY(check_trailer(&s, load_le32(bytes.data + 12)));
    TRY(segment_header_decode(bytes.data, &s.header));
    if (s.header.file_size != bytes.len)
        return damaged("its size is not the one it states");
    s.table_crc = load_le32(bytes.data + bytes.len - TRAILER_BYTES);
    TRY(read_table(&s));
    TRY(check_sizes(&s));
    *out = s;
    return STATUS_OK;
}

enum status segment_open(int dir_fd, const char *name, struct segment *out)
{
    struct mapped_file file;
    TRY(file_map(dir_fd, name, &file));
    const enum status status = segment_open_bytes(file.bytes, out);
    if (status != STATUS_OK) {
        file_unmap(&file);
        return fail_context(status, name);
    }
    return STATUS_OK;
}

void segment_close(struct segment *s)
{
    file_unmap(&s->file);
    memset(s, 0, sizeof *s);
}

static enum status check_pages(const struct segment *s, const struct segment_row *row,
                               struct cursor *sums)
{
    for (uint64_t at = 0; at < row->length; at += CHECKSUM_PAGE_BYTES) {
        const uint64_t left = row->length - at;
        const size_t len = left < CHECKSUM_PAGE_BYTES ? (size_t)left : CHECKSUM_PAGE_BYTES;
        const uint32_t crc = checksum_crc32(0, s->file.bytes.data + row->offset + at, len);
        if (cursor_u32(sums) != crc || sums->bad)
            return fail(STATUS_CORRUPT, "checksum of section %.4s at byte %llu", row->letters,
                        (unsigned long long)at);
    }
    return STATUS_OK;
}

static enum status check_padding(const struct segment *s, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        if (s->file.bytes.data[i] != 0)
            return fail(STATUS_CORRUPT, "padding is not zero at byte %llu", (unsigned long long)i);
    return STATUS_OK;
}

/* The build id is computed over the header with the id itself blanked, the table, and CSUM. */
static enum status check_build_id(const struct segment *s)
{
    uint8_t header[HEADER_BYTES];
    memcpy(header, s->file.bytes.data, sizeof header);
    memset(header + 32, 0, BUILD_ID_BYTES);
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, header, sizeof header);
    XXH3_128bits_update(&state, s->file.bytes.data + HEADER_BYTES,
                        (size_t)table_bytes(s) - HEADER_BYTES);
    XXH3_128bits_update(&state, s->sections[SECTION_CSUM].data, s->sections[SECTION_CSUM].len);
    const XXH128_hash_t hash = XXH3_128bits_digest(&state);
    const bool same = load_le64(s->header.build_id) == hash.low64 &&
                      load_le64(s->header.build_id + 8) == hash.high64;
    return same ? STATUS_OK : fail(STATUS_CORRUPT, "build id does not name this content");
}

enum status segment_check_sums(const struct segment *s)
{
    const struct span sums = s->sections[SECTION_CSUM];
    const uint8_t *const trailer = s->file.bytes.data + s->file.bytes.len - TRAILER_BYTES;
    if (load_le32(trailer + 4) != checksum_crc32(0, sums.data, sums.len))
        return fail(STATUS_CORRUPT, "checksum of section CSUM");
    struct cursor c = cursor_of(sums.data, sums.len);
    uint64_t at = table_bytes(s);
    for (uint32_t i = 0; i < s->header.n_sections; i++) {
        struct segment_row row;
        segment_row(s, i, &row);
        TRY(check_padding(s, at, row.offset));
        if (i + 1 < s->header.n_sections)
            TRY(check_pages(s, &row, &c));
        at = row.offset + row.length;
    }
    if (cursor_left(&c) != 0)
        return fail(STATUS_CORRUPT, "section CSUM is too long");
    return check_build_id(s);
}
