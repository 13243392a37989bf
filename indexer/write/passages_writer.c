/* SPDX-License-Identifier: Apache-2.0 */
/* passages_writer: places as differences, lengths in the fewest bytes that hold the longest. */
#include "indexer/write/passages_writer.h"

#include "common/base/limits.h"

void passages_writer_init(struct passages_writer *w, const struct spool_folder *folder)
{
    *w = (struct passages_writer){.lengths = LENGTHS_INIT};
    blob_writer_init(&w->places, folder);
    spool_init(&w->titles, folder);
}

void passages_writer_release(struct passages_writer *w)
{
    blob_writer_release(&w->places);
    spool_release(&w->titles);
    lengths_release(&w->lengths);
}

enum status passages_writer_add(struct passages_writer *w, uint32_t document, uint32_t start,
                                uint32_t end, uint32_t length, uint32_t title_positions)
{
    if (w->n >= LIMIT_PASSAGES)
        return fail(STATUS_LIMIT, "more than %u passages", LIMIT_PASSAGES);
    const struct passage_place place = {document, start, end};
    const bool first = w->n % PASSAGES_PER_BLOB == 0;
    if (first)
        blob_writer_cut(&w->places);
    passage_place_append(blob_writer_bytes(&w->places), first ? NULL : &w->before, &place);
    w->before = place;
    TRY(lengths_add(&w->lengths, length));
    buf_put_le32(spool_tail(&w->titles), title_positions);
    spool_commit(&w->titles);
    w->longest_title = title_positions > w->longest_title ? title_positions : w->longest_title;
    w->n++;
    w->tokens += length;
    return STATUS_OK;
}

static uint32_t width_for(uint32_t most)
{
    return most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : 4;
}

static void write_lengths(const struct passages_writer *w, struct segment_writer *segment)
{
    segment_writer_begin(segment, SECTION_LENS);
    segment_writer_append(segment, w->lengths.bytes, (size_t)w->n * w->lengths.width);
    segment_writer_end(segment, w->n);
}

static enum status write_titles(struct passages_writer *w, struct segment_writer *segment,
                                uint32_t width)
{
    segment_writer_begin(segment, SECTION_TITL);
    TRY(spool_rewind(&w->titles));
    for (uint32_t i = 0; i < w->n; i++) {
        uint8_t bytes[4];
        TRY(spool_read(&w->titles, bytes, sizeof bytes));
        segment_writer_append(segment, bytes, width);
    }
    segment_writer_end(segment, w->n);
    return STATUS_OK;
}

enum status passages_writer_finish(struct passages_writer *w, struct segment_writer *segment,
                                   bool whole, struct segment_header *header)
{
    header->passages = w->n;
    header->tokens = w->tokens;
    header->length_width = w->lengths.width;
    header->title_width = w->longest_title == 0 ? 0 : width_for(w->longest_title);
    if (!whole)
        TRY(blob_writer_section(&w->places, segment, SECTION_PASG, w->n));
    write_lengths(w, segment);
    return header->title_width == 0 ? STATUS_OK : write_titles(w, segment, header->title_width);
}
