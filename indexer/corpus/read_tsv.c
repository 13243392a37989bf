/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_tsv: one document a line, fields between tabs, no quoting:
 *
 *     id <TAB> text
 *     id <TAB> title <TAB> text
 *     id <TAB> url <TAB> title <TAB> text       (the documents of MS MARCO)
 *
 * The number of fields decides line by line. Blank lines are passed over; a CR before the newline
 * belongs to the line's end.
 */
#include "indexer/corpus/reader.h"

#define FIELDS_MOST 4

/* Splits at tabs; returns how many fields there are, of which at most FIELDS_MOST are set. */
static size_t split_fields(struct span line, struct span *fields)
{
    const uint8_t *at = line.data;
    const uint8_t *const end = line.data + line.len;
    for (size_t n = 1;; n++) {
        const uint8_t *const tab = memchr(at, '\t', (size_t)(end - at));
        if (n <= FIELDS_MOST)
            fields[n - 1] = span_of(at, (size_t)((tab != NULL ? tab : end) - at));
        if (tab == NULL)
            return n;
        at = tab + 1;
    }
}

static enum status read_line(struct reading *r, struct span line, uint64_t number)
{
    struct span fields[FIELDS_MOST];
    struct document d = {.line = number, .precut = true};
    const size_t n = split_fields(line, fields);
    d.id = fields[0];
    switch (n) {
    case 2:
        d.text = fields[1];
        break;
    case 3:
        d.title = fields[1];
        d.text = fields[2];
        break;
    case 4:
        d.url = fields[1];
        d.title = fields[2];
        d.text = fields[3];
        break;
    default:
        reader_refuse(r, number, n == 1 ? "no tab" : "more than %d fields", FIELDS_MOST);
        return STATUS_OK;
    }
    return reader_hand_on(r, &d, READER_RAW);
}

enum status read_tsv(struct reading *r)
{
    struct span line;
    enum unpack_line got;
    for (uint64_t n = 1; (got = unpack_line(r->in, r->record_most, &line)) != UNPACK_END; n++) {
        if (line.len > 0 && line.data[line.len - 1] == '\r')
            line.len--;
        if (got == UNPACK_LONG)
            reader_refuse(r, n, "line longer than %zu bytes", r->record_most);
        else if (line.len > 0)
            TRY(read_line(r, line, n));
    }
    return STATUS_OK;
}
