/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary_writer: a block is closed when the first string of the next one arrives. */
#include "indexer/write/dictionary_writer.h"

#include "common/codec/front_coding.h"
#include "common/segment/block_tree.h"

void dictionary_writer_init(struct dictionary_writer *w, const struct spool_folder *folder)
{
    memset(w, 0, sizeof *w);
    spool_init(&w->blocks, folder);
}

void dictionary_writer_release(struct dictionary_writer *w)
{
    spool_release(&w->blocks);
    buf_release(&w->offsets);
    buf_release(&w->keys);
    buf_release(&w->prefix);
    buf_release(&w->strings);
    buf_release(&w->payload);
    buf_release(&w->previous);
}

bool dictionary_writer_starts_block(const struct dictionary_writer *w)
{
    return w->n % STRINGS_PER_BLOCK == 0;
}

static void close_block(struct dictionary_writer *w)
{
    struct buf *const out = spool_tail(&w->blocks);
    buf_append_span(out, buf_span(&w->strings));
    buf_append_span(out, buf_span(&w->payload));
    spool_commit(&w->blocks);
    buf_clear(&w->strings);
    buf_clear(&w->payload);
}

void dictionary_writer_add(struct dictionary_writer *w, struct span string)
{
    if (dictionary_writer_starts_block(w)) {
        close_block(w);
        const uint64_t key = tree_key(string);
        buf_put_le64(&w->offsets, w->blocks.len);
        buf_append(&w->keys, &key, sizeof key);
        spool_append(&w->blocks, w->prefix.data, w->prefix.len);
        buf_clear(&w->prefix);
        buf_clear(&w->previous);
    }
    front_coding_append(&w->strings, buf_span(&w->previous), string);
    buf_clear(&w->previous);
    buf_append_span(&w->previous, string);
    w->n++;
}

enum status dictionary_writer_status(const struct dictionary_writer *w)
{
    const struct buf *const parts[] = {&w->offsets, &w->keys,    &w->prefix,
                                       &w->strings, &w->payload, &w->previous};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        TRY(buf_status(parts[i]));
    return spool_status(&w->blocks);
}

enum status dictionary_writer_finish(struct dictionary_writer *w, struct segment_writer *segment,
                                     enum section blocks, enum section tree)
{
    close_block(w);
    buf_put_le64(&w->offsets, w->blocks.len);
    const uint64_t n_blocks = w->keys.len / sizeof(uint64_t);
    for (uint64_t i = 0; i < n_blocks; i++) {
        uint64_t key;
        memcpy(&key, w->keys.data + i * sizeof key, sizeof key);
        buf_put_le64(&w->offsets, key);
    }
    tree_append_levels(&w->offsets, (const uint64_t *)(const void *)w->keys.data, n_blocks);
    TRY(dictionary_writer_status(w));
    segment_writer_begin(segment, blocks);
    TRY(spool_copy(&w->blocks, segment));
    segment_writer_end(segment, w->n);
    segment_writer_section(segment, tree, buf_span(&w->offsets), n_blocks);
    return STATUS_OK;
}
