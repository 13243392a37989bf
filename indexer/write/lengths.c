/* SPDX-License-Identifier: Apache-2.0 */
/* lengths: an array that is copied once or twice in its life into wider numbers. */
#include "indexer/write/lengths.h"

static void put(uint8_t *bytes, uint32_t width, uint32_t i, uint32_t value)
{
    if (width == 1)
        bytes[i] = (uint8_t)value;
    else if (width == 2)
        store_le16(bytes + 2 * (size_t)i, (uint16_t)value);
    else
        store_le32(bytes + 4 * (size_t)i, value);
}

static enum status reshape(struct lengths *l, uint32_t width, size_t cap)
{
    uint8_t *const bytes = malloc(cap);
    if (bytes == NULL)
        return fail_no_memory();
    for (uint32_t i = 0; i < l->n && width != l->width; i++)
        put(bytes, width, i, lengths_get(l, i));
    if (width == l->width && l->n > 0)
        memcpy(bytes, l->bytes, (size_t)l->n * width);
    free(l->bytes);
    *l = (struct lengths){bytes, width, l->n, cap};
    return STATUS_OK;
}

enum status lengths_add(struct lengths *l, uint32_t value)
{
    const uint32_t width = value <= UINT8_MAX ? 1 : value <= UINT16_MAX ? 2 : 4;
    const uint32_t wanted = width > l->width ? width : l->width;
    const size_t bytes = ((size_t)l->n + 1) * wanted;
    if (wanted != l->width || bytes > l->cap) {
        const size_t cap = bytes + bytes / 4 + 4096; /* these stay for the whole build */
        TRY(reshape(l, wanted, cap));
    }
    put(l->bytes, l->width, l->n++, value);
    return STATUS_OK;
}
