/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_support: tables of corruptions that leave every checksum right, and the demand that the
 * structural check finds each and says where.
 *
 *     static void longer_passage(struct forge *f, const struct segment *s) { ... }
 *     static const struct corruption table[] = {{"a length", longer_passage, "LENS"}, ...};
 *     expect_found(sound_bytes, table, n);
 */
#ifndef QIAO_TESTS_SEGMENT_CHECK_SUPPORT_H
#define QIAO_TESTS_SEGMENT_CHECK_SUPPORT_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "common/segment/check.h"
#include "tests/support/forge.h"
#include "tests/support/toy_index.h"

struct corruption {
    const char *name;
    void (*apply)(struct forge *f, const struct segment *s); /* s: the sound segment */
    const char *says;                                        /* part of the message */
};

/* Reads the one segment of a toy index. */
static inline void read_segment(const struct toy_index *toy, struct buf *out)
{
    char name[64];
    toy_index_segment(toy, name);
    toy_index_read(toy, name, out);
}

/* What opening, sums and check say of a file. */
static inline enum status judge(struct span bytes)
{
    struct segment s;
    TRY(segment_open_bytes(bytes, &s));
    cr_assert_eq(segment_check_sums(&s), STATUS_OK, "%s", status_message());
    return segment_check(&s);
}

static inline void expect_one(struct span sound, const struct corruption *c)
{
    struct forge *const f = malloc(sizeof *f);
    struct buf forged = BUF_INIT;
    struct segment s;
    cr_assert_not_null(f);
    cr_assert_eq(segment_open_bytes(sound, &s), STATUS_OK);
    forge_open(f, sound);
    if (c->apply != NULL)
        c->apply(f, &s);
    forge_write(f, &forged);
    const enum status status = judge(buf_span(&forged));
    if (c->apply == NULL) {
        cr_expect_eq(status, STATUS_OK, "%s: %s", c->name, status_message());
        cr_expect(span_equal(buf_span(&forged), sound), "the forge does not reproduce the file");
    } else {
        cr_expect_neq(status, STATUS_OK, "%s was not found", c->name);
        cr_expect(status == STATUS_OK || strstr(status_message(), c->says) != NULL,
                  "%s: '%s' does not name '%s'", c->name, status_message(), c->says);
    }
    buf_release(&forged);
    forge_close(f);
    free(f);
}

/* Applies each corruption to the sound segment, and none as the first. */
static inline void expect_found(struct span sound, const struct corruption *table, size_t n)
{
    const struct corruption none = {"nothing", NULL, ""};
    expect_one(sound, &none);
    for (size_t i = 0; i < n; i++)
        expect_one(sound, &table[i]);
}

#endif
