/* SPDX-License-Identifier: Apache-2.0 */
/* escape: runs of harmless ASCII are copied as a whole, everything else is judged by itself. */
#include "common/base/escape.h"

#include "common/base/utf8.h"

struct code_range {
    uint32_t first;
    uint32_t last;
};

/* What a terminal might obey, or a reader not see. Joiners (U+200C-D) stay: Persian and emoji are
 * written with them. */
static const struct code_range unsafe_ranges[] = {
    {0x0000, 0x001f},   /* C0 */
    {0x007f, 0x009f},   /* DEL and C1, of which U+009B begins a terminal command as ESC [ does */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x200e, 0x200f},   /* left-to-right and right-to-left marks */
    {0x2028, 0x202e},   /* line and paragraph separators; embeddings and overrides */
    {0x2066, 0x2069},   /* isolates */
    {0xd800, 0xdfff},   /* surrogates: no characters */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xfff9, 0xfffb},   /* interlinear annotation */
    {0xe0000, 0xe007f}, /* tags */
};

bool escape_is_safe(uint32_t code_point)
{
    if (code_point >= 0x20 && code_point < 0x7f)
        return true;
    for (size_t i = 0; i < sizeof unsafe_ranges / sizeof unsafe_ranges[0]; i++)
        if (code_point >= unsafe_ranges[i].first && code_point <= unsafe_ranges[i].last)
            return false;
    return code_point <= 0x10ffff;
}

/* What stands for the unsafe `code_point`; `next` is the byte behind it (0 at the end). */
static const char *substitute(uint32_t code_point, uint8_t next, enum escape_mode mode)
{
    const bool newline = code_point == '\n';
    const bool carriage_return = code_point == '\r';
    if (code_point == '\t' || (mode == ESCAPE_LINE && (newline || carriage_return)))
        return " ";
    if (mode == ESCAPE_TEXT && newline)
        return "\n";
    if (mode == ESCAPE_TEXT && carriage_return && next == '\n')
        return ""; /* of CRLF the newline alone stays */
    return "\xef\xbf\xbd";
}

void escape_append(struct buf *out, struct span text, enum escape_mode mode)
{
    const uint8_t *p = text.len == 0 ? (const uint8_t *)"" : text.data; /* NULL + 0 is not C */
    const uint8_t *const end = p + text.len;
    const uint8_t *clean = p; /* what lies between here and p is safe and not yet appended */
    while (p < end) {
        if (*p >= 0x20 && *p < 0x7f) {
            p++;
            continue;
        }
        uint32_t code_point;
        const size_t len = utf8_decode(p, end, &code_point);
        /* A bad byte gives U+FFFD, which is safe itself: it must not be copied as it stands. */
        if (code_point != UTF8_REPLACEMENT && escape_is_safe(code_point)) {
            p += len;
            continue;
        }
        buf_append(out, clean, (size_t)(p - clean));
        p += len;
        clean = p;
        buf_append_string(out, substitute(code_point, p < end ? *p : 0, mode));
    }
    buf_append(out, clean, (size_t)(p - clean));
}
