/* SPDX-License-Identifier: Apache-2.0 */
/* passages_writer: places as differences, lengths in the fewest bytes that hold the longest. */
#include "indexer/write/passages_writer.h"

#include <stdlib.h>

void passages_writer_init(struct passages_writer *w)
{
    *w = (struct passages_writer){.places = BLOB_WRITER_INIT};
}

void passages_writer_release(struct passages_writer *w)
{
    blob_writer_release(&w->places);
    free(w->lengths);
    free(w->titles);
    w->lengths = w->titles = NULL;
}

static enum status grow(struct passages_writer *w)
{
    if (w->n < w->cap)
        return STATUS_OK;
    if (w->n >= LIMIT_PASSAGES)
        return fail(STATUS_LIMIT, "more than %u passages", LIMIT_PASSAGES);
    const size_t cap = w->cap == 0 ? 1024 : 2 * w->cap;
    uint32_t *const lengths = realloc(w->lengths, cap * sizeof *lengths);
    if (lengths != NULL)
        w->lengths = lengths;
    uint32_t *const titles = realloc(w->titles, cap * sizeof *titles);
    if (titles != NULL)
        w->titles = titles;
    if (lengths == NULL || titles == NULL)
        return fail_no_memory();
    w->cap = cap;
    return STATUS_OK;
}

enum status passages_writer_add(struct passages_writer *w, uint32_t document, uint32_t start,
                                uint32_t end, uint32_t length, uint32_t title_positions)
{
    TRY(grow(w));
    const struct passage_place place = {document, start, end};
    const bool first = w->n % PASSAGES_PER_BLOB == 0;
    if (first)
        blob_writer_cut(&w->places);
    passage_place_append(&w->places.bytes, first ? NULL : &w->before, &place);
    w->before = place;
    w->lengths[w->n] = length;
    w->titles[w->n] = title_positions;
    w->n++;
    w->tokens += length;
    return buf_status(&w->places.bytes);
}

static uint32_t largest(const uint32_t *values, uint32_t n)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

static uint32_t width_for(uint32_t most)
{
    return most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : 4;
}

static enum status write_fixed(struct segment_writer *segment, enum section section,
                               const uint32_t *values, uint32_t n, uint32_t width)
{
    struct buf out = BUF_INIT;
    uint8_t *to = buf_reserve(&out, (size_t)n * width + 4);
    TRY(buf_status(&out));
    for (uint32_t i = 0; i < n; i++, to += width) {
        uint8_t bytes[4];
        store_le32(bytes, values[i]);
        memcpy(to, bytes, width);
    }
    out.len = (size_t)n * width;
    segment_writer_section(segment, section, buf_span(&out), n);
    buf_release(&out);
    return STATUS_OK;
}

enum status passages_writer_finish(struct passages_writer *w, struct segment_writer *segment,
                                   bool whole, struct segment_header *header)
{
    const uint32_t longest_title = largest(w->titles, w->n);
    header->passages = w->n;
    header->tokens = w->tokens;
    header->length_width = width_for(largest(w->lengths, w->n));
    header->title_width = longest_title == 0 ? 0 : width_for(longest_title);
    if (!whole)
        TRY(blob_writer_section(&w->places, segment, SECTION_PASG, w->n));
    TRY(write_fixed(segment, SECTION_LENS, w->lengths, w->n, header->length_width));
    if (header->title_width > 0)
        TRY(write_fixed(segment, SECTION_TITL, w->titles, w->n, header->title_width));
    return STATUS_OK;
}
