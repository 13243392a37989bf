/* SPDX-License-Identifier: Apache-2.0 */
/* columns: frame of reference by range; 0 stands for a missing value. */
#include "common/segment/columns.h"

#include "common/codec/bitpack.h"

#define RANGE_ROW_BYTES 25u /* i64 min, i64 max, u8 width, u64 offset */
#define TYPE_I64        0u

static struct span read_name(struct cursor *c)
{
    return cursor_bytes(c, (size_t)cursor_varint_max(c, 255));
}

struct span column_name(const struct segment *s, size_t i)
{
    struct cursor c = cursor_of(s->columns[i].data, s->columns[i].len);
    return read_name(&c);
}

struct column_range column_range_get(const struct column *c, uint64_t range)
{
    const uint8_t *const p = c->ranges + range * RANGE_ROW_BYTES;
    return (struct column_range){(int64_t)load_le64(p), (int64_t)load_le64(p + 8), p[16],
                                 load_le64(p + 17)};
}

static uint64_t rows_in(const struct column *c, uint64_t range)
{
    const uint64_t left = c->rows - range * ROWS_PER_RANGE;
    return left < ROWS_PER_RANGE ? left : ROWS_PER_RANGE;
}

static enum status open_column(struct span section, struct column *out)
{
    struct cursor c = cursor_of(section.data, section.len);
    (void)read_name(&c);
    const uint8_t type = cursor_u8(&c);
    const uint8_t level = cursor_u8(&c);
    struct column column = {.level = (enum column_level)level, .rows = cursor_u64(&c)};
    column.n_ranges = ceil_div(column.rows, ROWS_PER_RANGE);
    bool good = !c.bad && type == TYPE_I64 && level <= COLUMN_PASSAGE &&
                column.n_ranges <= cursor_left(&c) / RANGE_ROW_BYTES;
    if (good) {
        column.ranges = cursor_bytes(&c, (size_t)(column.n_ranges * RANGE_ROW_BYTES)).data;
        column.values = span_of(c.at, cursor_left(&c));
    }
    for (uint64_t i = 0; good && i < column.n_ranges; i++) {
        const struct column_range r = column_range_get(&column, i);
        good = r.width <= 64 && r.offset <= column.values.len &&
               (rows_in(&column, i) * r.width + 7) / 8 <= column.values.len - r.offset;
    }
    if (!good)
        return fail(STATUS_CORRUPT, "damaged column");
    *out = column;
    return STATUS_OK;
}

enum status column_find(const struct segment *s, const char *name, struct column *out, bool *found)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        if (!span_equal(column_name(s, i), span_of_string(name)))
            continue;
        TRY(open_column(s->columns[i], out));
        const uint64_t rows =
            out->level == COLUMN_DOCUMENT ? s->header.documents : s->header.passages;
        if (out->rows != rows)
            return fail(STATUS_CORRUPT, "damaged column");
        *found = true;
        return STATUS_OK;
    }
    *found = false;
    return STATUS_OK;
}

bool column_get(const struct column *c, uint64_t row, int64_t *value)
{
    const struct column_range r = column_range_get(c, row / ROWS_PER_RANGE);
    const struct span packed =
        span_of(c->values.data + r.offset, (size_t)(c->values.len - r.offset));
    const uint64_t coded = bitpack_get64(packed, (size_t)(row % ROWS_PER_RANGE), r.width);
    if (coded == 0)
        return false;
    *value = (int64_t)((uint64_t)r.min + coded - 1);
    return true;
}

static struct column_range measure(const int64_t *values, const bool *present, uint64_t n)
{
    struct column_range r = {0, 0, 0, 0};
    bool any = false;
    for (uint64_t i = 0; i < n; i++) {
        if (!present[i])
            continue;
        r.min = !any || values[i] < r.min ? values[i] : r.min;
        r.max = !any || values[i] > r.max ? values[i] : r.max;
        any = true;
    }
    r.width = any ? bits_of((uint64_t)r.max - (uint64_t)r.min + 1) : 0;
    return r;
}

void column_head_append(struct buf *out, const char *name, enum column_level level, uint64_t rows)
{
    buf_put_varint(out, strlen(name));
    buf_append_string(out, name);
    buf_put_u8(out, TYPE_I64);
    buf_put_u8(out, (uint8_t)level);
    buf_put_le64(out, rows);
}

void column_range_append(struct buf *directory, struct buf *values, uint64_t offset,
                         const int64_t *rows, const bool *present, size_t n)
{
    const struct column_range r = measure(rows, present, n);
    buf_put_le64(directory, (uint64_t)r.min);
    buf_put_le64(directory, (uint64_t)r.max);
    buf_put_u8(directory, (uint8_t)r.width);
    buf_put_le64(directory, offset);
    const size_t start = values->len;
    buf_put_zeros(values, (n * r.width + 7) / 8);
    for (size_t i = 0; i < n && !values->failed && r.width > 0; i++)
        if (present[i])
            bitpack_put64(values->data + start, i, r.width,
                          (uint64_t)rows[i] - (uint64_t)r.min + 1);
}

void column_append(struct buf *out, const char *name, enum column_level level,
                   const int64_t *values, const bool *present, uint64_t rows)
{
    struct buf packed = BUF_INIT;
    column_head_append(out, name, level, rows);
    for (uint64_t from = 0; from < rows; from += ROWS_PER_RANGE) {
        const uint64_t n = rows - from < ROWS_PER_RANGE ? rows - from : ROWS_PER_RANGE;
        column_range_append(out, &packed, packed.len, values + from, present + from, (size_t)n);
    }
    buf_append_span(out, buf_span(&packed));
    out->failed |= packed.failed;
    buf_release(&packed);
}
