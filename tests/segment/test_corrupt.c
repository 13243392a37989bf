/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accidents and attacks on the files of an index: every byte flipped, every length cut, files
 * exchanged; and flips behind repaired checksums, after which everything is read. Nothing here may
 * crash, hang or pass unnoticed; the last is meant to run under the sanitizers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/codec/checksum.h"
#include "common/segment/index.h"
#include "common/segment/manifest.h"
#include "tests/segment/check_support.h"
#include "tests/support/read_everything.h"
#include "tests/support/seed.h"

#define RANDOM_FLIPS 10000

/* Documents with all that a record can have, one with three passages; short texts, because every
 * byte of the index is flipped and every list read, ten thousand times. */
static void build(struct toy_index *toy, const char *profile)
{
    static const struct toy_document documents[] = {
        {.id = "b",
         .title = "Long bridges",
         .text = "The bridge over the bay is 36 km long.",
         .date = "2008-05-01",
         .url = "https://example.org/b"},
        {.id = "a", .text = "Bridges and bridges and a bridge: the bridge, the bridges."},
        {.id = "c",
         .title = "\xe4\xb8\x8a\xe6\xb5\xb7",
         .text = "\xe4\xb8\x8a\xe6\xb5\xb7\xe5\xb8\x82.",
         .date = "2021"},
        {.id = "d", .title = "Only a title"},
        {.id = "e", .text = "one two three four five six seven the eight nine ten the bridge"},
    };
    const struct toy_options options = {.profile = profile, .passages = "window:6:4"};
    toy_index_build(toy, documents, sizeof documents / sizeof documents[0], &options);
}

/* What a verifier does with a file; a manifest or a segment by its magic. */
static enum status verify_bytes(struct span bytes, bool is_manifest)
{
    if (is_manifest) {
        struct manifest m;
        TRY(manifest_decode(bytes, &m));
        manifest_release(&m);
        return STATUS_OK;
    }
    struct segment s;
    TRY(segment_open_bytes(bytes, &s));
    return segment_check_sums(&s);
}

static void flip_every_byte(struct span file, bool is_manifest)
{
    static const uint8_t patterns[] = {0x01, 0x80, 0xff};
    uint8_t *const copy = malloc(file.len);
    cr_assert_not_null(copy);
    memcpy(copy, file.data, file.len);
    cr_assert_eq(verify_bytes(span_of(copy, file.len), is_manifest), STATUS_OK);
    for (size_t i = 0; i < file.len; i++)
        for (size_t k = 0; k < sizeof patterns; k++) {
            copy[i] ^= patterns[k];
            if (verify_bytes(span_of(copy, file.len), is_manifest) == STATUS_OK)
                cr_expect_fail("byte %zu flipped by %02x is not found", i, patterns[k]);
            copy[i] ^= patterns[k];
        }
    free(copy);
}

Test(corrupt, every_byte)
{
    struct toy_index toy;
    struct buf manifest = BUF_INIT;
    struct buf segment = BUF_INIT;
    build(&toy, NULL);
    toy_index_read(&toy, MANIFEST_NAME, &manifest);
    read_segment(&toy, &segment);
    flip_every_byte(buf_span(&manifest), true);
    flip_every_byte(buf_span(&segment), false);
    buf_release(&manifest);
    buf_release(&segment);
    toy_index_remove(&toy);
}

/* Every length is refused at once, before any checksum of a section is read. */
static void cut_everywhere(struct span file, bool is_manifest)
{
    uint8_t *const longer = calloc(file.len + 4096, 1);
    cr_assert_not_null(longer);
    memcpy(longer, file.data, file.len);
    for (size_t len = 0; len < file.len + 4096; len++) {
        if (len == file.len)
            continue;
        /* A copy of just that size, so that a read behind its end is seen. */
        uint8_t *const exact = malloc(len + (len == 0));
        struct segment s;
        struct manifest m;
        cr_assert_not_null(exact);
        memcpy(exact, longer, len);
        const enum status status = is_manifest ? manifest_decode(span_of(exact, len), &m)
                                               : segment_open_bytes(span_of(exact, len), &s);
        if (status == STATUS_OK)
            cr_expect_fail("%zu bytes instead of %zu are accepted", len, file.len);
        free(exact);
    }
    free(longer);
}

Test(corrupt, every_length)
{
    struct toy_index toy;
    struct buf manifest = BUF_INIT;
    struct buf segment = BUF_INIT;
    build(&toy, NULL);
    toy_index_read(&toy, MANIFEST_NAME, &manifest);
    read_segment(&toy, &segment);
    cut_everywhere(buf_span(&manifest), true);
    cut_everywhere(buf_span(&segment), false);
    buf_release(&manifest);
    buf_release(&segment);
    toy_index_remove(&toy);
}

/* Changes a few bytes: bits flipped, or a byte set to one that numbers like to end with. */
static void damage(uint8_t *bytes, size_t len, unsigned *random)
{
    static const uint8_t edges[] = {0x00, 0x7f, 0x80, 0xff, 0x40, 0x20, 0x01};
    const unsigned n = 1 + seed_below(random, 4);
    for (unsigned i = 0; i < n; i++) {
        const size_t at = seed_below(random, (unsigned)len);
        if (seed_below(random, 2) == 0)
            bytes[at] ^= (uint8_t)(1u << seed_below(random, 8));
        else
            bytes[at] = edges[seed_below(random, sizeof edges)];
    }
}

/* Returns how many of the damaged files were refused or found damaged. */
static size_t damage_and_read(struct span sound, bool repair, unsigned *random)
{
    size_t found = 0;
    uint8_t *const copy = malloc(sound.len);
    cr_assert_not_null(copy);
    for (int i = 0; i < RANDOM_FLIPS; i++) {
        struct segment s;
        memcpy(copy, sound.data, sound.len);
        damage(copy, sound.len, random);
        if (repair)
            (void)forge_repair(copy, sound.len);
        if (segment_open_bytes(span_of(copy, sound.len), &s) != STATUS_OK) {
            found++;
            continue;
        }
        read_everything(&s, seed_below(random, 1u << 30));
        found += segment_check(&s) != STATUS_OK;
    }
    free(copy);
    return found;
}

/* Says the seed at once: a crash would leave no message. */
static unsigned first_seed(void)
{
    const unsigned seed = seed_first();
    (void)fprintf(stderr, "random damage: QIAO_SEED=%u\n", seed);
    return seed;
}

static void survive(const char *profile, bool repair)
{
    struct toy_index toy;
    struct buf segment = BUF_INIT;
    unsigned random = first_seed();
    build(&toy, profile);
    read_segment(&toy, &segment);
    const size_t found = damage_and_read(buf_span(&segment), repair, &random);
    /* What the rest did change is nothing that the format promises: padding, hashes, names. */
    cr_expect_gt(found, RANDOM_FLIPS / 4, "only %zu of %d were found", found, RANDOM_FLIPS);
    buf_release(&segment);
    toy_index_remove(&toy);
}

Test(corrupt, read_everything_unchecked, .timeout = 300)
{
    survive("plain", false);
}

Test(corrupt, read_everything_repaired, .timeout = 300)
{
    survive("english", true);
}

/* Lists of many blocks: bitsets, gaps, a range table, bounds by range, chunks of positions. */
static void build_long_lists(struct toy_index *toy)
{
    enum { DOCUMENTS = 4200 };
    static struct toy_document documents[DOCUMENTS];
    static char ids[DOCUMENTS][16];
    static const struct toy_options options = {.passages = "whole", .no_text = true};
    for (int i = 0; i < DOCUMENTS; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "%05d", i);
        documents[i].id = ids[i];
        documents[i].text = i % 13 == 0  ? "common words commonly common wide"
                            : i % 2 == 0 ? "the common half"
                                         : "common";
    }
    toy_index_build(toy, documents, DOCUMENTS, &options);
}

/* The part of the file that holds dictionary and lists. */
static struct span list_sections(const struct segment *s, struct span file)
{
    const uint8_t *const start = s->sections[SECTION_DICT].data;
    const struct span last = s->sections[SECTION_BNDS];
    cr_assert(start != NULL && last.data > start);
    return span_of(file.data + (start - file.data), (size_t)(last.data + last.len - start));
}

Test(corrupt, long_lists, .timeout = 300)
{
    struct toy_index toy;
    struct buf sound = BUF_INIT;
    struct segment s;
    unsigned random = first_seed();
    build_long_lists(&toy);
    read_segment(&toy, &sound);
    cr_assert_eq(judge(buf_span(&sound)), STATUS_OK, "%s", status_message());
    uint8_t *const copy = malloc(sound.len);
    cr_assert_not_null(copy);
    for (int i = 0; i < RANDOM_FLIPS / 10; i++) {
        memcpy(copy, sound.data, sound.len);
        cr_assert_eq(segment_open_bytes(span_of(copy, sound.len), &s), STATUS_OK);
        const struct span lists = list_sections(&s, span_of(copy, sound.len));
        damage(copy + (lists.data - copy), lists.len, &random);
        read_lists(&s, seed_below(&random, 1u << 30));
        (void)segment_check(&s);
    }
    free(copy);
    buf_release(&sound);
    toy_index_remove(&toy);
}

/* Opening must fail with that status and one line that says so. */
static void expect_refused(const char *path, enum status status, const char *says)
{
    struct index *index = NULL;
    const enum status got = index_open(path, &index);
    cr_expect_eq(got, status, "%d instead of %d: %s", got, status, status_message());
    cr_expect(strstr(status_message(), says) != NULL, "'%s' does not say '%s'", status_message(),
              says);
    cr_expect(strchr(status_message(), '\n') == NULL);
    if (got == STATUS_OK)
        index_close(index);
}

/* A manifest names the segment `named`, whose file is put where it belongs. */
static void name_segment(const struct toy_index *toy, struct span segment)
{
    struct segment s;
    struct buf manifest = BUF_INIT;
    char name[64];
    cr_assert_geq(segment.len, HEADER_BYTES + TRAILER_BYTES);
    memset(&s, 0, sizeof s);
    memcpy(s.header.build_id, segment.data + 32, BUILD_ID_BYTES);
    struct manifest_row row = {.size = segment.len,
                               .table_crc = load_le32(segment.data + segment.len - TRAILER_BYTES)};
    memcpy(row.build_id, s.header.build_id, BUILD_ID_BYTES);
    segment_name(row.build_id, name);
    manifest_append(&manifest, &(struct manifest){&row, 1});
    toy_index_write(toy, name, segment);
    toy_index_write(toy, MANIFEST_NAME, buf_span(&manifest));
    buf_release(&manifest);
}

Test(corrupt, exchanged_files)
{
    struct toy_index toy;
    struct toy_index other;
    struct buf ours = BUF_INIT;
    struct buf theirs = BUF_INIT;
    struct buf manifest = BUF_INIT;
    char name[64];
    char path[256];
    build(&toy, NULL);
    build(&other, "plain");
    read_segment(&toy, &ours);
    read_segment(&other, &theirs);
    toy_index_read(&other, MANIFEST_NAME, &manifest);
    toy_index_segment(&toy, name);

    toy_index_write(&toy, name, buf_span(&theirs));
    expect_refused(toy.path, STATUS_CORRUPT, "not the one that MANIFEST names");
    toy_index_write(&toy, name, span_of(ours.data, ours.len - 1));
    expect_refused(toy.path, STATUS_CORRUPT, "damaged segment");
    toy_index_write(&toy, name, span_of(manifest.data, manifest.len));
    expect_refused(toy.path, STATUS_FORMAT, "not a Qiao segment");
    toy_index_write(&toy, name, buf_span(&ours));
    toy_index_write(&toy, MANIFEST_NAME, buf_span(&manifest)); /* of the other index */
    expect_refused(toy.path, STATUS_MISSING, "segment-");
    toy_index_write(&toy, MANIFEST_NAME, span_of("no manifest", 11));
    expect_refused(toy.path, STATUS_FORMAT, "not one of a Qiao index");
    name_segment(&toy, buf_span(&ours));
    (void)snprintf(path, sizeof path, "%s/%s", toy.path, name);
    cr_assert_eq(unlink(path), 0);
    expect_refused(toy.path, STATUS_MISSING, name);
    (void)snprintf(path, sizeof path, "%s/%s", toy.path, MANIFEST_NAME);
    cr_assert_eq(unlink(path), 0);
    expect_refused(toy.path, STATUS_FORMAT, "no MANIFEST");
    expect_refused("/nowhere/at/all", STATUS_MISSING, "/nowhere/at/all");
    buf_release(&ours);
    buf_release(&theirs);
    buf_release(&manifest);
    toy_index_remove(&toy);
    toy_index_remove(&other);
}

/* Changes one field of the header, repairs all sums and lets a manifest name the result. */
static void publish_header(const struct toy_index *toy, struct span segment, size_t offset,
                           uint8_t value)
{
    uint8_t *const copy = malloc(segment.len);
    cr_assert_not_null(copy);
    memcpy(copy, segment.data, segment.len);
    copy[offset] = value;
    cr_assert(forge_repair(copy, segment.len));
    name_segment(toy, span_of(copy, segment.len));
    free(copy);
}

Test(corrupt, newer_versions)
{
    struct toy_index toy;
    struct buf segment = BUF_INIT;
    struct buf manifest = BUF_INIT;
    build(&toy, NULL);
    read_segment(&toy, &segment);
    publish_header(&toy, buf_span(&segment), 8, 2);
    expect_refused(toy.path, STATUS_FORMAT, "newer Qiao: format version 2");
    publish_header(&toy, buf_span(&segment), 23, 1);
    expect_refused(toy.path, STATUS_FORMAT, "unknown required features");
    publish_header(&toy, buf_span(&segment), HEADER_BYTES, 'x'); /* the first section's letters */
    expect_refused(toy.path, STATUS_FORMAT, "unknown required section");
    publish_header(&toy, buf_span(&segment), 128, 'x');
    expect_refused(toy.path, STATUS_FORMAT, "unknown profile");
    name_segment(&toy, buf_span(&segment));
    toy_index_read(&toy, MANIFEST_NAME, &manifest);
    manifest.data[8] = 2;
    toy_index_write(&toy, MANIFEST_NAME, buf_span(&manifest));
    expect_refused(toy.path, STATUS_FORMAT, "newer Qiao: index format version 2");
    manifest.data[8] = 1;
    manifest.data[24 + 28] = 1; /* a deletion file */
    store_le32(manifest.data + manifest.len - 4,
               checksum_crc32(0, manifest.data, manifest.len - 4));
    toy_index_write(&toy, MANIFEST_NAME, buf_span(&manifest));
    expect_refused(toy.path, STATUS_FORMAT, "deletions");
    buf_release(&segment);
    buf_release(&manifest);
    toy_index_remove(&toy);
}
