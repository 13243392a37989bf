/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_text: a file is a document. Its first line is the title if it is short and stands alone (a
 * blank line and more text follow); the text then begins behind it. White space in front of the
 * first line belongs to neither.
 */
#include "indexer/corpus/reader.h"

#define TITLE_CHARACTERS 120

/* Takes the line in front of *rest, without its end. */
static struct span take_line(struct span *rest)
{
    const uint8_t *const newline = rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);
    const size_t len = newline == NULL ? rest->len : (size_t)(newline - rest->data);
    const struct span line = reader_trim(span_of(rest->data, len));
    const size_t taken = newline == NULL ? len : len + 1;
    *rest = span_of(rest->data + taken, rest->len - taken);
    return line;
}

static struct span skip_blank_lines(struct span text)
{
    struct span rest = text;
    while (text.len > 0 && take_line(&rest).len == 0)
        text = rest;
    return text;
}

static bool is_short(struct span line)
{
    size_t characters = 0;
    for (size_t i = 0; i < line.len && characters <= TITLE_CHARACTERS; i++)
        characters += (line.data[i] & 0xc0) != 0x80;
    return characters <= TITLE_CHARACTERS && line.len <= 4 * TITLE_CHARACTERS;
}

enum status read_text(struct reading *r)
{
    struct span all;
    if (!reader_whole(r, &all))
        return STATUS_OK;
    struct document d = {.id = r->file_id, .text = skip_blank_lines(all)};
    struct span rest = d.text;
    const struct span first = take_line(&rest);
    const struct span body = skip_blank_lines(rest);
    if (is_short(first) && body.data != rest.data && body.len > 0) {
        d.title = first;
        d.text = body;
    }
    return reader_hand_on(r, &d, READER_RAW);
}
