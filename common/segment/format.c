/* SPDX-License-Identifier: Apache-2.0 */
/* format: header encode beside decode, and the names of the sections. */
#include "common/segment/format.h"

#include <math.h>
#include <stdio.h>

const uint8_t segment_magic[8] = {0x89, 'Q', 'S', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
const uint8_t segment_end_magic[8] = {0x0a, 0x1a, 0x0a, 0x0d, 'G', 'S', 'Q', 0x89};
const uint8_t manifest_magic[8] = {0x89, 'Q', 'M', 'F', 0x0d, 0x0a, 0x1a, 0x0a};

static const char letters_of[SECTION_KINDS][5] = {"META", "TEXT", "TXTI", "DIDS", "DORD", "DOCS",
                                                  "PASG", "LENS", "TITL", "DICT", "DTOP", "FORM",
                                                  "FTOP", "POST", "POSI", "BNDS", "COLM", "CSUM"};

const char *section_letters(enum section section)
{
    return letters_of[section];
}

enum section section_by_letters(const uint8_t letters[4])
{
    unsigned s = 0;
    while (s < SECTION_KINDS && memcmp(letters_of[s], letters, 4) != 0)
        s++;
    return (enum section)s;
}

bool section_is_required(enum section section)
{
    return section != SECTION_BNDS && section != SECTION_COLM;
}

void segment_header_encode(const struct segment_header *h, uint8_t *out)
{
    memset(out, 0, HEADER_BYTES);
    memcpy(out, segment_magic, sizeof segment_magic);
    store_le32(out + 8, FORMAT_VERSION);
    store_le32(out + 12, h->n_sections);
    store_le64(out + 16, h->required_features);
    store_le64(out + 24, h->optional_features);
    memcpy(out + 32, h->build_id, BUILD_ID_BYTES);
    const uint64_t counts[] = {h->file_size, h->passages,       h->documents,
                               h->tokens,    h->terms,          h->forms,
                               h->postings,  h->bound_passages, h->bound_tokens};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        store_le64(out + 48 + 8 * i, counts[i]);
    uint32_t bits;
    memcpy(&bits, &h->k1, sizeof bits);
    store_le32(out + 120, bits);
    memcpy(&bits, &h->b, sizeof bits);
    store_le32(out + 124, bits);
    memcpy(out + 128, h->profile, strnlen(h->profile, 16));
    store_le64(out + 144, h->fingerprint);
    memcpy(out + 152, h->utf8proc, strnlen(h->utf8proc, 16));
    memcpy(out + 168, h->libdeflate, strnlen(h->libdeflate, 16));
    store_le32(out + 184, h->length_width);
    store_le32(out + 188, h->title_width);
}

static float load_float(const uint8_t *p)
{
    const uint32_t bits = load_le32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A name of at most 16 bytes, zero padded. */
static void load_name(const uint8_t *p, char out[17])
{
    memcpy(out, p, 16);
    out[16] = '\0';
}

static bool header_makes_sense(const struct segment_header *h)
{
    const bool widths = (h->length_width == 1 || h->length_width == 2 || h->length_width == 4) &&
                        (h->title_width <= 2 || h->title_width == 4);
    const bool parameters =
        isfinite(h->k1) && isfinite(h->b) && h->k1 >= 0 && h->b >= 0 && h->b <= 1;
    return widths && parameters && h->passages <= LIMIT_PASSAGES &&
           h->documents <= LIMIT_DOCUMENTS && h->terms <= h->postings && h->postings <= h->tokens;
}

bool segment_header_is_ours(const uint8_t *bytes)
{
    return memcmp(bytes, segment_magic, sizeof segment_magic) == 0 &&
           load_le32(bytes + 8) == FORMAT_VERSION;
}

enum status segment_header_decode(const uint8_t *bytes, struct segment_header *out)
{
    if (memcmp(bytes, segment_magic, sizeof segment_magic) != 0)
        return fail(STATUS_FORMAT, "not a Qiao segment");
    const uint32_t version = load_le32(bytes + 8);
    if (version != FORMAT_VERSION)
        return fail(STATUS_FORMAT, "%sformat version %u; this program reads version %u",
                    version > FORMAT_VERSION ? "written by a newer Qiao: " : "", version,
                    FORMAT_VERSION);
    struct segment_header h = {.n_sections = load_le32(bytes + 12),
                               .required_features = load_le64(bytes + 16),
                               .optional_features = load_le64(bytes + 24),
                               .file_size = load_le64(bytes + 48),
                               .passages = load_le64(bytes + 56),
                               .documents = load_le64(bytes + 64),
                               .tokens = load_le64(bytes + 72),
                               .terms = load_le64(bytes + 80),
                               .forms = load_le64(bytes + 88),
                               .postings = load_le64(bytes + 96),
                               .bound_passages = load_le64(bytes + 104),
                               .bound_tokens = load_le64(bytes + 112),
                               .k1 = load_float(bytes + 120),
                               .b = load_float(bytes + 124),
                               .fingerprint = load_le64(bytes + 144),
                               .length_width = load_le32(bytes + 184),
                               .title_width = load_le32(bytes + 188)};
    memcpy(h.build_id, bytes + 32, BUILD_ID_BYTES);
    load_name(bytes + 128, h.profile);
    load_name(bytes + 152, h.utf8proc);
    load_name(bytes + 168, h.libdeflate);
    if ((h.required_features & ~FEATURES_KNOWN) != 0)
        return fail(STATUS_FORMAT, "written by a newer Qiao: unknown required features %#llx",
                    (unsigned long long)(h.required_features & ~FEATURES_KNOWN));
    if (h.n_sections > SECTIONS_MOST || !header_makes_sense(&h))
        return fail(STATUS_CORRUPT, "damaged header");
    *out = h;
    return STATUS_OK;
}

void segment_name(const uint8_t build_id[BUILD_ID_BYTES], char out[SEGMENT_NAME_BYTES])
{
    size_t at = (size_t)snprintf(out, SEGMENT_NAME_BYTES, "segment-");
    for (size_t i = 0; i < BUILD_ID_BYTES; i++, at += 2)
        (void)snprintf(out + at, SEGMENT_NAME_BYTES - at, "%02x", build_id[i]);
    (void)snprintf(out + at, SEGMENT_NAME_BYTES - at, ".qs");
}
