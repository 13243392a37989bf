/* SPDX-License-Identifier: Apache-2.0 */
/* front_coding: one pass over the shared prefix, no restarts: blocks are short. */
#include "common/codec/front_coding.h"

void front_coding_append(struct buf *out, struct span previous, struct span string)
{
    const size_t most = previous.len < string.len ? previous.len : string.len;
    size_t shared = 0;
    while (shared < most && previous.data[shared] == string.data[shared])
        shared++;
    buf_put_varint(out, shared);
    buf_put_varint(out, string.len - shared);
    buf_append(out, string.data + shared, string.len - shared);
}

void front_coding_read(struct cursor *c, struct front_string *s)
{
    const size_t shared = (size_t)cursor_varint_max(c, s->len);
    const size_t more = (size_t)cursor_varint_max(c, FRONT_STRING_BYTES - shared);
    const struct span rest = cursor_bytes(c, more);
    if (c->bad)
        return;
    memcpy(s->bytes + shared, rest.data, rest.len);
    s->len = shared + more;
}
