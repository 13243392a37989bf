/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_writer: one pass over the data; only the first 4 KiB, header and table, are written
 * twice, as zeros at first and in truth at the end.
 */
#include "indexer/write/segment_writer.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static const uint8_t zeros[SECTIONS_START];

enum status segment_writer_open(int dir_fd, const char *name, struct segment_writer *w)
{
    struct segment_writer fresh = {.table = BUF_INIT, .sums = BUF_INIT};
    TRY(out_open(dir_fd, name, &fresh.file));
    *w = fresh;
    out_write(&w->file, zeros, sizeof zeros);
    return STATUS_OK;
}

void segment_writer_begin(struct segment_writer *w, enum section section)
{
    out_write(&w->file, zeros, (size_t)(format_align(w->file.size) - w->file.size));
    w->section = section;
    w->start = w->file.size;
}

void segment_writer_append(struct segment_writer *w, const void *bytes, size_t len)
{
    checksum_add(&w->pager, bytes, len, &w->sums);
    out_write(&w->file, bytes, len);
}

static void add_row(struct segment_writer *w, uint64_t items)
{
    buf_append(&w->table, section_letters(w->section), 4);
    buf_put_le32(&w->table, section_is_required(w->section) ? SECTION_FLAG_REQUIRED : 0);
    buf_put_le64(&w->table, w->start);
    buf_put_le64(&w->table, w->file.size - w->start);
    buf_put_le64(&w->table, items);
}

void segment_writer_end(struct segment_writer *w, uint64_t items)
{
    checksum_finish(&w->pager, &w->sums);
    w->section_bytes[w->section] += w->file.size - w->start;
    add_row(w, items);
}

/* Sections that docs/FORMAT.md requires though an index without passages has nothing in them. */
static bool may_be_empty(enum section section)
{
    return section == SECTION_DICT || section == SECTION_POST || section == SECTION_LENS ||
           section == SECTION_FORM;
}

void segment_writer_section(struct segment_writer *w, enum section section, struct span bytes,
                            uint64_t items)
{
    if (bytes.len == 0 && !may_be_empty(section))
        return;
    segment_writer_begin(w, section);
    segment_writer_append(w, bytes.data, bytes.len);
    segment_writer_end(w, items);
}

/* xxh3-128 of header (its build id blank), table and CSUM. */
static void make_build_id(const struct segment_writer *w, struct segment_header *header)
{
    uint8_t bytes[HEADER_BYTES];
    memset(header->build_id, 0, BUILD_ID_BYTES);
    segment_header_encode(header, bytes);
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, bytes, sizeof bytes);
    XXH3_128bits_update(&state, w->table.data, w->table.len);
    XXH3_128bits_update(&state, w->sums.data, w->sums.len);
    const XXH128_hash_t hash = XXH3_128bits_digest(&state);
    store_le64(header->build_id, hash.low64);
    store_le64(header->build_id + 8, hash.high64);
}

enum status segment_writer_finish(struct segment_writer *w, struct segment_header *header,
                                  struct manifest_row *row)
{
    segment_writer_begin(w, SECTION_CSUM);
    out_write(&w->file, w->sums.data, w->sums.len);
    add_row(w, w->sums.len / 4);
    TRY(buf_status(&w->table));
    TRY(buf_status(&w->sums));
    header->n_sections = (uint32_t)(w->table.len / SECTION_ROW_BYTES);
    header->file_size = w->file.size + TRAILER_BYTES;
    make_build_id(w, header);

    uint8_t bytes[HEADER_BYTES];
    segment_header_encode(header, bytes);
    row->table_crc =
        checksum_crc32(checksum_crc32(0, bytes, sizeof bytes), w->table.data, w->table.len);
    uint8_t trailer[TRAILER_BYTES];
    store_le32(trailer, row->table_crc);
    store_le32(trailer + 4, checksum_crc32(0, w->sums.data, w->sums.len));
    store_le64(trailer + 8, header->file_size);
    memcpy(trailer + 16, segment_end_magic, sizeof segment_end_magic);
    out_write(&w->file, trailer, sizeof trailer);
    out_write_at(&w->file, 0, bytes, sizeof bytes);
    out_write_at(&w->file, HEADER_BYTES, w->table.data, w->table.len);

    memcpy(row->build_id, header->build_id, BUILD_ID_BYTES);
    row->size = header->file_size;
    row->deletions = 0;
    buf_release(&w->table);
    buf_release(&w->sums);
    return out_close(&w->file);
}

void segment_writer_abandon(struct segment_writer *w)
{
    buf_release(&w->table);
    buf_release(&w->sums);
    out_abandon(&w->file);
}
