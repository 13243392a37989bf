/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_block: strings of up to 32 bytes, nearly all, are put together in registers, without waiting
 * for what was stored of the one before; counts and terms are two short varints a form, whose
 * ends are found eight bytes at a time.
 */
#include "common/segment/form_block.h"

#include <stdlib.h>

#include "common/codec/term_entry.h"

#define SHORT_STRING 32u

_Static_assert(FORM_BLOCK_SLACK >= SHORT_STRING, "a short string is stored as that many bytes");
_Static_assert(FORM_BLOCK_TEXT < UINT32_MAX, "starts are 32 bits wide");

static bool damage(struct form_block *b)
{
    b->status = fail(STATUS_CORRUPT, "damaged block of forms");
    return false;
}

enum status form_block_new(const struct segment *s, struct form_block **out)
{
    struct form_block *const b = calloc(1, sizeof *b);
    if (b == NULL)
        return fail_no_memory();
    b->segment = s;
    b->dictionary = !segment_has(s, FEATURE_FORMS);
    b->tree = b->dictionary
                  ? tree_of(s->sections[SECTION_DICT], s->sections[SECTION_DTOP], s->header.terms)
                  : tree_of(s->sections[SECTION_FORM], s->sections[SECTION_FTOP], s->header.forms);
    *out = b;
    return STATUS_OK;
}

void form_block_free(struct form_block *b)
{
    free(b);
}

uint64_t form_block_count(const struct form_block *b)
{
    return b->tree.n_blocks;
}

enum status form_block_find(const struct form_block *b, struct span from, uint64_t *number)
{
    *number = 0;
    return b->tree.n_blocks == 0
               ? STATUS_OK
               : tree_find(&b->tree, from, b->dictionary ? tree_skip_offsets : NULL, number);
}

enum status form_block_status(const struct form_block *b)
{
    return b->status;
}

/* ---- strings ---- */

/* The first SHORT_STRING bytes of a string; whole words, whose order of bytes does not matter. */
struct beginning {
    uint64_t words[SHORT_STRING / 8];
};

static inline struct beginning load_beginning(const uint8_t *p)
{
    struct beginning b;
    memcpy(&b, p, sizeof b);
    return b;
}

/* The first `kept` bytes of `a`, and behind them those of `b`. */
static inline struct beginning join(struct beginning a, struct beginning b, size_t kept)
{
    static const uint8_t ones_and_zeros[2 * SHORT_STRING] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const struct beginning mask = load_beginning(ones_and_zeros + SHORT_STRING - kept);
    for (size_t i = 0; i < SHORT_STRING / 8; i++)
        a.words[i] = (a.words[i] & mask.words[i]) | (b.words[i] & ~mask.words[i]);
    return a;
}

static bool read_strings(struct form_block *b, struct cursor *c)
{
    const uint8_t *const bytes = b->bytes.data;
    struct beginning last = {{0}}; /* of the string before */
    const uint8_t *before = b->text;
    uint8_t *to = b->text;
    size_t len = 0;
    for (size_t j = 0; j < b->n; j++) {
        size_t shared;
        struct span more;
        front_coding_read_head(c, len, &shared, &more);
        if (c->bad)
            return false;
        len = shared + more.len;
        if (len <= SHORT_STRING && (size_t)(more.data - bytes) >= shared &&
            cursor_left(c) >= SHORT_STRING) {
            /* What stands `shared` bytes before the rest puts the rest in its place. */
            last = join(last, load_beginning(more.data - shared), shared);
            memcpy(to, &last, sizeof last);
        } else {
            memcpy(to, before, shared);
            memcpy(to + shared, more.data, more.len);
            last = load_beginning(to);
        }
        b->starts[j] = (uint32_t)(to - b->text);
        b->shared[j] = (uint16_t)shared;
        to[len] = FORM_END;
        before = to;
        to += len + 1;
    }
    b->starts[b->n] = (uint32_t)(to - b->text);
    memset(to, FORM_END, FORM_BLOCK_SLACK);
    return true;
}

/* Opens the block, and stands in front of its strings. */
static bool open_block(struct form_block *b, uint64_t number)
{
    if (b->status != STATUS_OK)
        return false;
    b->number = number;
    b->bytes = tree_block(&b->tree, number, &b->n);
    if (b->bytes.data == NULL)
        return damage(b);
    b->behind = cursor_of(b->bytes.data, b->bytes.len);
    for (int i = 0; i < 3 && b->dictionary; i++)
        b->offsets[i] = cursor_varint(&b->behind);
    return true;
}

bool form_block_read(struct form_block *b, uint64_t number)
{
    return open_block(b, number) && (read_strings(b, &b->behind) || damage(b));
}

bool form_block_pass(struct form_block *b, uint64_t number)
{
    size_t shared;
    struct span more = {NULL, 0};
    if (!open_block(b, number))
        return false;
    for (size_t j = 0, len = 0; j < b->n; j++, len = shared + more.len)
        front_coding_read_head(&b->behind, len, &shared, &more);
    return !b->behind.bad || damage(b);
}

bool form_block_first(struct form_block *b, uint64_t number, struct span *out)
{
    size_t shared;
    if (!open_block(b, number))
        return false;
    front_coding_read_head(&b->behind, 0, &shared, out);
    return !b->behind.bad || damage(b);
}

/* ---- what is known of them ---- */

/* The number of a varint of up to 8 bytes, whose bytes are `bytes` and nothing above them. */
static inline uint64_t join_sevens(uint64_t bytes)
{
    bytes = (bytes & 0x007f007f007f007fu) | (bytes & 0x7f007f007f007f00u) >> 1;
    bytes = (bytes & 0x00003fff00003fffu) | (bytes & 0x3fff00003fff0000u) >> 2;
    return (bytes & 0x000000000fffffffu) | (bytes & 0x0fffffff00000000u) >> 4;
}

static void load_forms(struct form_block *b, struct cursor *c)
{
    for (size_t j = 0; j < b->n; j++) {
        const uint64_t word = cursor_left(c) >= 8 ? load_le64(c->at) : UINT64_MAX;
        const uint64_t ends = ~word & 0x8080808080808080u;
        const uint64_t second = ends & (ends - 1);
        b->places[j] = (uint16_t)(c->at - b->entries.at);
        if (second == 0) { /* long ones, or the last of the block */
            (void)cursor_varint(c);
            b->counts[j] = cursor_varint(c);
            continue;
        }
        const unsigned term_bits = (unsigned)__builtin_ctzll(ends) + 1;
        const unsigned bits = (unsigned)__builtin_ctzll(second) + 1;
        b->counts[j] = join_sevens((word & UINT64_MAX >> (64 - bits)) >> term_bits);
        c->at += bits / 8;
    }
}

static void load_terms(struct form_block *b, struct cursor *c)
{
    uint64_t offsets[3] = {b->offsets[0], b->offsets[1], b->offsets[2]};
    for (size_t j = 0; j < b->n; j++)
        b->counts[j] = term_entry_skip(c, segment_has(b->segment, FEATURE_POSITIONS), offsets);
}

bool form_block_load(struct form_block *b)
{
    struct cursor c = b->behind;
    if (b->status != STATUS_OK)
        return false;
    b->entries = c;
    if (b->dictionary)
        load_terms(b, &c);
    else
        load_forms(b, &c);
    return !c.bad || damage(b);
}

bool form_block_term(struct form_block *b, size_t j, uint64_t *term)
{
    struct cursor c = b->entries;
    if (b->dictionary) {
        *term = b->number * STRINGS_PER_BLOCK + j;
        return true;
    }
    c.at += b->places[j];
    *term = cursor_varint(&c);
    return (!c.bad && *term < b->segment->header.terms) || damage(b);
}
