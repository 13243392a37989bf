/* SPDX-License-Identifier: Apache-2.0 */
/* index: opens what the manifest names and checks that the pieces belong together. */
#include "common/segment/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/segment/dictionary.h"
#include "common/segment/manifest.h"

#define OPEN_TRIES 8 /* a writer would have to replace the index this often in a row */

static enum status check_row(const struct segment *s, const struct manifest_row *row)
{
    const bool same = memcmp(s->header.build_id, row->build_id, BUILD_ID_BYTES) == 0 &&
                      s->file.bytes.len == row->size && s->table_crc == row->table_crc;
    if (!same)
        return fail(STATUS_CORRUPT, "a segment is not the one that MANIFEST names");
    if (row->deletions != 0)
        return fail(STATUS_FORMAT, "written by a newer Qiao: it has deletions");
    return STATUS_OK;
}

static enum status add_segment(struct index *index, int dir_fd, const struct manifest_row *row)
{
    char name[SEGMENT_NAME_BYTES];
    segment_name(row->build_id, name);
    struct segment *const s = &index->segments[index->n_segments];
    TRY(segment_open(dir_fd, name, s));
    index->bases[index->n_segments] =
        (struct index_base){(uint32_t)index->passages, (uint32_t)index->documents};
    index->n_segments++; /* from here on index_close closes it */
    TRY(check_row(s, row));
    index->passages += s->header.passages;
    index->documents += s->header.documents;
    index->tokens += s->header.tokens;
    if (index->passages > LIMIT_PASSAGES || index->documents > LIMIT_DOCUMENTS)
        return fail(STATUS_LIMIT, "more passages than this version can number");
    return STATUS_OK;
}

static enum status check_profiles(struct index *index)
{
    const char *const name =
        index->n_segments == 0 ? profile_at(0)->name : index->segments[0].header.profile;
    index->profile = profile_by_name(name);
    if (index->profile == NULL)
        return fail(STATUS_FORMAT, "unknown profile '%s'", name);
    uint64_t fingerprint;
    TRY(profile_fingerprint(index->profile, &fingerprint));
    for (size_t i = 0; i < index->n_segments; i++) {
        if (strcmp(index->segments[i].header.profile, name) != 0)
            return fail(STATUS_CORRUPT, "segments of different profiles");
        index->other_libraries |= index->segments[i].header.fingerprint != fingerprint;
    }
    return STATUS_OK;
}

static enum status open_segments(struct index *index, int dir_fd, const struct manifest *m)
{
    index->segments = calloc(m->n + 1, sizeof *index->segments);
    index->bases = calloc(m->n + 1, sizeof *index->bases);
    if (index->segments == NULL || index->bases == NULL)
        return fail_no_memory();
    for (uint32_t i = 0; i < m->n; i++)
        TRY(add_segment(index, dir_fd, &m->rows[i]));
    TRY(form_filters_new(m->n, &index->filters));
    return check_profiles(index);
}

static enum status open_once(const char *path, int dir_fd, struct index **out)
{
    struct manifest m;
    const enum status read = manifest_read(dir_fd, &m);
    if (read == STATUS_MISSING)
        return fail(STATUS_FORMAT, "not a Qiao index: it has no MANIFEST");
    TRY(read);
    struct index *const index = calloc(1, sizeof *index);
    enum status status = index == NULL ? fail_no_memory() : STATUS_OK;
    if (status == STATUS_OK) {
        index->path = strdup(path);
        status = index->path == NULL ? fail_no_memory() : open_segments(index, dir_fd, &m);
    }
    manifest_release(&m);
    if (status == STATUS_OK)
        *out = index;
    else
        index_close(index);
    return status;
}

enum status index_open(const char *path, struct index **out)
{
    const int dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return fail(errno == ENOENT ? STATUS_MISSING : STATUS_IO, "cannot open the index '%s': %s",
                    path, strerror(errno));
    enum status status = STATUS_MISSING;
    for (int i = 0; i < OPEN_TRIES && status == STATUS_MISSING; i++)
        status = open_once(path, dir_fd, out);
    (void)close(dir_fd);
    return status == STATUS_OK ? STATUS_OK : fail_context(status, path);
}

void index_close(struct index *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->n_segments; i++)
        segment_close(&index->segments[i]);
    form_filters_free(index->filters);
    free(index->segments);
    free(index->bases);
    free(index->path);
    free(index);
}

enum status index_find_term(const struct index *index, struct span term, struct term_entry *entries,
                            uint64_t *df, uint64_t *cf)
{
    uint64_t df_sum = 0;
    uint64_t cf_sum = 0;
    for (size_t i = 0; i < index->n_segments; i++) {
        bool found;
        entries[i] = (struct term_entry){0};
        TRY(dictionary_find(&index->segments[i], term, &entries[i], &found));
        df_sum += entries[i].df;
        cf_sum += entries[i].cf;
    }
    *df = df_sum;
    *cf = cf_sum;
    return STATUS_OK;
}

size_t index_segment_of_passage(const struct index *index, uint32_t passage)
{
    size_t i = index->n_segments - 1;
    while (i > 0 && index->bases[i].passage > passage)
        i--;
    return i;
}

enum status index_check_sums(const struct index *index)
{
    for (size_t i = 0; i < index->n_segments; i++) {
        const enum status status = segment_check_sums(&index->segments[i]);
        if (status != STATUS_OK)
            return fail_context(status, index->path);
    }
    return STATUS_OK;
}

uint64_t index_identity(const struct index *index)
{
    uint64_t identity = 0;
    for (size_t i = 0; i < index->n_segments; i++)
        identity = (identity << 1 | identity >> 63) ^ load_le64(index->segments[i].header.build_id);
    return identity;
}
