/* SPDX-License-Identifier: Apache-2.0 */
/* front_coding: one pass over the shared prefix, no restarts: blocks are short. */
#include "common/codec/front_coding.h"

static size_t less(size_t a, size_t b)
{
    return a < b ? a : b;
}

void front_coding_append(struct buf *out, struct span previous, struct span string)
{
    const size_t most = less(previous.len, string.len);
    size_t shared = 0;
    while (shared < most && previous.data[shared] == string.data[shared])
        shared++;
    const size_t more = string.len - shared;
    buf_put_u8(out, (uint8_t)(less(shared, FRONT_LONG) << 4 | less(more, FRONT_LONG)));
    if (shared >= FRONT_LONG)
        buf_put_varint(out, shared - FRONT_LONG);
    if (more >= FRONT_LONG)
        buf_put_varint(out, more - FRONT_LONG);
    buf_append(out, string.data + shared, more);
}

void front_coding_read(struct cursor *c, struct front_string *s)
{
    size_t shared;
    struct span rest;
    front_coding_read_head(c, s->len, &shared, &rest);
    if (c->bad)
        return;
    memcpy(s->bytes + shared, rest.data, rest.len);
    s->len = shared + rest.len;
}
