/* SPDX-License-Identifier: Apache-2.0 */
/* front_matter: line by line; a block without its closing line is no front matter but text. */
#include "indexer/corpus/front_matter.h"

#include <strings.h>

#include "indexer/corpus/reader.h"

/* Takes a line from *rest, without its end and the white space behind it. */
static struct span take_line(struct span *rest)
{
    const uint8_t *const newline = rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);
    const size_t len = newline == NULL ? rest->len : (size_t)(newline - rest->data);
    const size_t taken = newline == NULL ? len : len + 1;
    struct span line = span_of(rest->data, len);
    while (line.len > 0 && memchr(" \t\r", line.data[line.len - 1], 3) != NULL)
        line.len--;
    *rest = span_of(rest->data + taken, rest->len - taken);
    return line;
}

static bool is_line(struct span line, const char *expected)
{
    return span_equal(line, span_of_string(expected));
}

/* In double quotes a backslash takes what follows as it is, in single ones '' is a quote. */
static struct span unquote(struct span value, struct buf *room)
{
    const size_t from = room->len;
    const uint8_t quote = value.data[0];
    for (size_t i = 1; i < value.len; i++) {
        const uint8_t byte = value.data[i];
        const uint8_t next = i + 1 < value.len ? value.data[i + 1] : 0;
        const bool escapes =
            quote == '"' ? byte == '\\' && next != 0 : byte == '\'' && next == '\'';
        if (byte == quote && !escapes)
            break;
        buf_put_u8(room, escapes ? next : byte);
        i += escapes;
    }
    return span_of(room->data + from, room->len - from);
}

/* A plain value ends at a comment; block scalars and collections are not read. */
static struct span plain_value(struct span value)
{
    if (memchr("|>[{&*!", value.data[0], 7) != NULL)
        return span_of(value.data, 0);
    for (size_t i = 1; i < value.len; i++) {
        if (value.data[i] == '#' && (value.data[i - 1] == ' ' || value.data[i - 1] == '\t'))
            return reader_trim(span_of(value.data, i));
    }
    return value;
}

static void read_pair(struct span line, struct buf *room, struct front_matter *out)
{
    const uint8_t *const colon = line.len == 0 ? NULL : memchr(line.data, ':', line.len);
    if (colon == NULL)
        return;
    const size_t key_len = (size_t)(colon - line.data);
    struct span *field = NULL;
    if (key_len == 5 && strncasecmp((const char *)line.data, "title", 5) == 0)
        field = &out->title;
    else if (key_len == 4 && strncasecmp((const char *)line.data, "date", 4) == 0)
        field = &out->date;
    else if (key_len == 3 && strncasecmp((const char *)line.data, "url", 3) == 0)
        field = &out->url;
    const struct span value = reader_trim(span_of(colon + 1, line.len - key_len - 1));
    if (field == NULL || value.len == 0)
        return;
    const bool quoted = value.data[0] == '"' || value.data[0] == '\'';
    *field = quoted ? unquote(value, room) : plain_value(value);
}

/* Splits `text` into the lines between the two `---` and what follows; false if there are none. */
static bool find_block(struct span text, struct span *block, struct span *body)
{
    struct span rest = text;
    if (!is_line(take_line(&rest), "---"))
        return false;
    const uint8_t *const begin = rest.data;
    while (rest.len > 0) {
        const uint8_t *const end = rest.data;
        const struct span line = take_line(&rest);
        if (is_line(line, "---") || is_line(line, "...")) {
            *block = span_of(begin, (size_t)(end - begin));
            *body = rest;
            return true;
        }
    }
    return false;
}

void front_matter_read(struct span text, struct buf *room, struct front_matter *out)
{
    struct span block;
    *out = (struct front_matter){.body = text};
    if (!find_block(text, &block, &out->body))
        return;
    /* No value grows when its quotes go, so `room` moves no more while spans point into it. */
    buf_clear(room);
    if (buf_reserve(room, block.len + 1) == NULL)
        return;
    while (block.len > 0)
        read_pair(take_line(&block), room, out);
}
