/* SPDX-License-Identifier: Apache-2.0 */
/* detect: two tables (extensions, magic bytes) and two content rules (JSON, TSV). */
#include "indexer/corpus/detect.h"

#include <stdio.h>
#include <strings.h>

#include "indexer/corpus/packing.h"
#include "indexer/corpus/trec_record.h"

#define TSV_LINES    10  /* the first lines that are looked at */
#define TSV_ID_BYTES 128 /* a longer first field is no id */

static const struct {
    const char *extension;
    enum corpus_format format;
} extensions[] = {
    {"txt", CORPUS_TEXT},      {"text", CORPUS_TEXT},    {"md", CORPUS_MARKDOWN},
    {"json", CORPUS_JSON},     {"jsonl", CORPUS_JSON},   {"markdown", CORPUS_MARKDOWN},
    {"tsv", CORPUS_TSV},       {"ndjson", CORPUS_JSON},  {"html", CORPUS_HTML},
    {"htm", CORPUS_HTML},      {"xhtml", CORPUS_HTML},   {"trec", CORPUS_TREC},
    {"trectext", CORPUS_TREC}, {"trecweb", CORPUS_TREC},
};

/* Magic bytes at `offset` and the kind they tell. Formats whose magic could begin a text are not
 * here; most of those hold a NUL. */
static const struct {
    const char *magic;
    size_t len;
    size_t offset;
    const char *kind;
} magics[] = {
    {"%PDF-", 5, 0, "pdf"},
    {"\x89PNG\r\n", 6, 0, "png"},
    {"\xff\xd8\xff", 3, 0, "jpg"},
    {"GIF87a", 6, 0, "gif"},
    {"GIF89a", 6, 0, "gif"},
    {"PK\x03\x04", 4, 0, "zip"},
    {"PK\x05\x06", 4, 0, "zip"},
    {"\x7f"
     "ELF",
     4, 0, "elf"},
    {"\x28\xb5\x2f\xfd", 4, 0, "zst"},
    {"\xfd"
     "7zXZ\0",
     6, 0, "xz"},
    {"BZh91AY&SY", 10, 0, "bz2"},
    {"7z\xbc\xaf\x27\x1c", 6, 0, "7z"},
    {"Rar!\x1a\x07", 6, 0, "rar"},
    {"ustar", 5, 257, "tar"},
    {"\x1f\x8b\x08", 3, 0, "gz"},
    {"SQLite format 3\0", 16, 0, "sqlite"},
    {"OggS\0", 5, 0, "ogg"},
    {"ID3\x02", 4, 0, "mp3"},
    {"ID3\x03", 4, 0, "mp3"},
    {"ID3\x04", 4, 0, "mp3"},
    {"fLaC\0", 5, 0, "flac"},
    {"WEBPVP8", 7, 8, "webp"},
    {"ftyp", 4, 4, "mp4"},
    {"\xca\xfe\xba\xbe", 4, 0, "class"},
    {"\xd0\xcf\x11\xe0\xa1\xb1", 6, 0, "ole"},
    {"\0asm", 4, 0, "wasm"},
};

/* What is behind the last dot of `name`; empty without one, or if the dot is its first byte. */
static struct span extension_of(struct span name)
{
    const uint8_t *const dot = name.len == 0 ? NULL : memrchr(name.data, '.', name.len);
    if (dot == NULL || dot == name.data)
        return span_of(name.data, 0);
    return span_of(dot + 1, (size_t)(name.data + name.len - dot) - 1);
}

static bool is_word(struct span text, const char *word)
{
    return text.len == strlen(word) && strncasecmp((const char *)text.data, word, text.len) == 0;
}

static struct span without(struct span name, struct span extension)
{
    return span_of(name.data, name.len - extension.len - 1);
}

/* The format that an extension stands for; CORPUS_AUTO if it is not in the table. */
static enum corpus_format format_of(struct span extension)
{
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        if (is_word(extension, extensions[i].extension))
            return extensions[i].format;
    }
    return CORPUS_AUTO;
}

struct span detect_stem(struct span name)
{
    const struct span plain = packing_strip(name);
    const struct span extension = extension_of(plain);
    return format_of(extension) == CORPUS_AUTO ? plain : without(plain, extension);
}

static const char *magic_kind(struct span head)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (head.len >= magics[i].offset + magics[i].len &&
            memcmp(head.data + magics[i].offset, magics[i].magic, magics[i].len) == 0)
            return magics[i].kind;
    }
    return NULL;
}

static bool has_binary_bytes(struct span head, bool named_as_text)
{
    size_t nul = 0;
    size_t control = 0;
    for (size_t i = 0; i < head.len; i++) {
        const uint8_t byte = head.data[i];
        nul += byte == 0;
        control += byte < ' ' && !(byte >= '\b' && byte <= '\r') && byte != 0x1b;
    }
    return (nul > 0 && !named_as_text) || control > head.len / 10;
}

/* The kind's name: the extension if it is a plain short one, for it tells docx from zip. */
static void name_kind(struct span extension, const char *magic, char *kind)
{
    bool plain = extension.len > 0 && extension.len < 8;
    for (size_t i = 0; i < extension.len && plain; i++) {
        const uint8_t byte = extension.data[i];
        plain = (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    }
    const bool container =
        magic != NULL && (strcmp(magic, "zip") == 0 || strcmp(magic, "ole") == 0);
    if (magic != NULL && !(container && plain)) {
        (void)snprintf(kind, DETECT_KIND_SIZE, "%s", magic);
    } else if (!plain) {
        (void)snprintf(kind, DETECT_KIND_SIZE, "no extension");
    } else {
        for (size_t i = 0; i < extension.len; i++)
            kind[i] = (char)(extension.data[i] >= 'A' && extension.data[i] <= 'Z'
                                 ? extension.data[i] | 0x20
                                 : extension.data[i]);
        kind[extension.len] = '\0';
    }
}

static void skip_spaces(struct cursor *c)
{
    while (c->at < c->end && byte_is_space(*c->at))
        c->at++;
}

static bool take_byte(struct cursor *c, uint8_t byte)
{
    skip_spaces(c);
    if (c->at == c->end || *c->at != byte)
        return false;
    c->at++;
    return true;
}

/* Whether the text begins with {"KEY": or [{"KEY":, KEY a field name that can begin a record. */
static bool begins_json(struct span head, bool loose)
{
    static const char *const keys[] = {
        "id",   "_id",      "pid",  "docid", "docno", /* loose: */ "title",
        "text", "contents", "body", "url",   "date",  "passage"};
    struct cursor c = cursor_of(head.data, head.len);
    (void)take_byte(&c, '[');
    if (!take_byte(&c, '{') || !take_byte(&c, '"'))
        return false;
    const size_t n_keys = loose ? sizeof keys / sizeof keys[0] : 5;
    for (size_t i = 0; i < n_keys; i++) {
        struct cursor behind = c;
        const size_t len = strlen(keys[i]);
        if (cursor_left(&c) <= len || memcmp(c.at, keys[i], len) != 0)
            continue;
        behind.at += len;
        if (*behind.at++ == '"' && take_byte(&behind, ':'))
            return true;
    }
    return false;
}

static bool begins_with(struct span text, const char *lower)
{
    const size_t len = strlen(lower);
    return text.len >= len && strncasecmp((const char *)text.data, lower, len) == 0;
}

/* `head` without the comments, declarations and instructions (<!-- --> <!DOCTYPE> <?xml?>) in front
 * of its first tag. *doctype: one of them said html. */
static struct span first_tag(struct span head, bool *doctype)
{
    struct cursor c = cursor_of(head.data, head.len);
    *doctype = false;
    for (;;) {
        skip_spaces(&c);
        const struct span rest = span_of(c.at, cursor_left(&c));
        *doctype |= begins_with(rest, "<!doctype html");
        if (!begins_with(rest, "<!") && !begins_with(rest, "<?"))
            return rest;
        const char *const end = begins_with(rest, "<!--") ? "-->" : ">";
        const uint8_t *const close = memmem(rest.data, rest.len, end, strlen(end));
        if (close == NULL)
            return span_of(c.end, 0);
        c.at = close + strlen(end);
    }
}

/* Whether `tag` is one that a page begins with; if `loose`, one that a piece of a page does, as
 * pandoc writes it. */
static bool begins_html(struct span tag, bool loose)
{
    static const char *const names[] = {
        "html",       "head",    "body",  "title", /* loose: */ "article",
        "blockquote", "center",  "div",   "dl",    "figure",
        "h1",         "h2",      "h3",    "h4",    "h5",
        "h6",         "header",  "main",  "ol",    "p",
        "pre",        "section", "table", "ul"};
    const size_t n_names = loose ? sizeof names / sizeof names[0] : 4;
    if (!begins_with(tag, "<"))
        return false;
    const struct span behind = span_of(tag.data + 1, tag.len - 1);
    for (size_t i = 0; i < n_names; i++) {
        const size_t len = strlen(names[i]);
        if (begins_with(behind, names[i]) && behind.len > len &&
            (behind.data[len] == '>' || byte_is_space(behind.data[len])))
            return true;
    }
    return false;
}

/* Whether a line is an id without spaces, then one or two more fields. */
static bool is_tsv_line(struct span line)
{
    size_t tabs = 0;
    size_t id_len = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] == '\t' && tabs++ == 0)
            id_len = i;
        if (tabs == 0 && line.data[i] <= ' ')
            return false;
    }
    return (tabs == 1 || tabs == 2) && id_len > 0 && id_len <= TSV_ID_BYTES;
}

static bool begins_tsv(struct span head)
{
    size_t lines = 0;
    const uint8_t *at = head.data;
    const uint8_t *const end = head.data + head.len;
    while (at < end && lines < TSV_LINES) {
        const uint8_t *const newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL && head.len >= DETECT_BYTES)
            break; /* the window cut this line */
        const uint8_t *const stop = newline != NULL ? newline : end;
        if (!is_tsv_line(span_of(at, (size_t)(stop - at))))
            return false;
        lines++;
        at = newline != NULL ? newline + 1 : end;
    }
    return lines > 0;
}

void detect(struct span name, struct span head, enum corpus_format asked, struct detection *out)
{
    const struct span plain = packing_strip(name);
    const struct span extension = extension_of(plain);
    const enum corpus_format by_name = asked != CORPUS_AUTO ? asked : format_of(extension);
    const char *const magic = magic_kind(head);
    const bool nameless = extension.len == 0;
    const bool fragment = nameless || span_equal(plain, span_of_string(DETECT_FILTERED));
    *out = (struct detection){.format = by_name == CORPUS_AUTO ? CORPUS_TEXT : by_name};
    out->binary = magic != NULL || has_binary_bytes(head, by_name != CORPUS_AUTO);
    bool doctype;
    const struct span tag = first_tag(head, &doctype);
    if (out->binary)
        name_kind(extension, magic, out->kind);
    else if (asked != CORPUS_AUTO)
        out->format = asked;
    else if (begins_json(head, nameless))
        out->format = CORPUS_JSON;
    else if (trec_opens_record(tag))
        out->format = CORPUS_TREC;
    else if (doctype || begins_html(tag, fragment))
        out->format = CORPUS_HTML;
    else if (nameless && begins_tsv(head))
        out->format = CORPUS_TSV;
}
