/* SPDX-License-Identifier: Apache-2.0 */
/* packer: jobs of about PACK_BYTES, reused when their pieces were handed on. */
#include "indexer/write/packer.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "common/codec/text_block.h"

#define PACK_BYTES (128u << 10)

struct pack_job {
    struct job job; /* first: a pool's job is this */
    struct packer *packer;
    struct buf raw;
    struct buf raw_ends; /* u64 each */
    struct buf packed;
    struct buf packed_ends;
    double seconds;
    struct pack_job *next_free;
    struct pack_job *next_made;
};

struct packer {
    struct workers *workers;
    packer_sink *sink;
    void *context;
    struct text_codec *codecs[WORKERS_MOST];
    struct pack_job *open;
    struct pack_job *free_jobs;
    struct pack_job *made; /* all of them */
    double seconds;
};

enum status packer_new(struct workers *workers, int level, packer_sink *sink, void *context,
                       struct packer **out)
{
    struct packer *const p = calloc(1, sizeof *p);
    if (p == NULL)
        return fail_no_memory();
    *p = (struct packer){.workers = workers, .sink = sink, .context = context};
    for (unsigned i = 0; i < workers_count(workers); i++) {
        const enum status status = text_codec_new(level, &p->codecs[i]);
        if (status != STATUS_OK) {
            packer_free(p);
            return status;
        }
    }
    *out = p;
    return STATUS_OK;
}

void packer_free(struct packer *p)
{
    if (p == NULL)
        return;
    for (struct pack_job *j = p->made; j != NULL;) {
        struct pack_job *const next = j->next_made;
        buf_release(&j->raw);
        buf_release(&j->raw_ends);
        buf_release(&j->packed);
        buf_release(&j->packed_ends);
        free(j);
        j = next;
    }
    for (unsigned i = 0; i < WORKERS_MOST; i++)
        text_codec_free(p->codecs[i]);
    free(p);
}

double packer_seconds(const struct packer *p)
{
    return p->seconds;
}

static struct span piece_of(const struct buf *bytes, const struct buf *ends, size_t i)
{
    const uint64_t start = i == 0 ? 0 : load_le64(ends->data + 8 * (i - 1));
    return span_of(bytes->data + start, (size_t)(load_le64(ends->data + 8 * i) - start));
}

static enum status run(struct job *job, unsigned worker)
{
    struct pack_job *const j = (struct pack_job *)job;
    const double start = clock_thread_seconds();
    for (size_t i = 0; i < j->raw_ends.len / 8; i++) {
        TRY(text_block_append(j->packer->codecs[worker], piece_of(&j->raw, &j->raw_ends, i),
                              &j->packed));
        buf_put_le64(&j->packed_ends, j->packed.len);
    }
    j->seconds = clock_thread_seconds() - start;
    TRY(buf_status(&j->packed_ends));
    return buf_status(&j->packed);
}

static enum status hand_back(struct job *job)
{
    struct pack_job *const j = (struct pack_job *)job;
    struct packer *const p = j->packer;
    for (size_t i = 0; i < j->raw_ends.len / 8; i++)
        TRY(p->sink(p->context, piece_of(&j->raw, &j->raw_ends, i),
                    piece_of(&j->packed, &j->packed_ends, i)));
    p->seconds += j->seconds;
    buf_clear(&j->raw);
    buf_clear(&j->raw_ends);
    buf_clear(&j->packed);
    buf_clear(&j->packed_ends);
    j->next_free = p->free_jobs;
    p->free_jobs = j;
    return STATUS_OK;
}

static enum status open_job(struct packer *p)
{
    struct pack_job *j = p->free_jobs;
    if (j != NULL) {
        p->free_jobs = j->next_free;
    } else {
        j = calloc(1, sizeof *j);
        if (j == NULL)
            return fail_no_memory();
        j->job.run = run;
        j->job.finish = hand_back;
        j->packer = p;
        j->next_made = p->made;
        p->made = j;
    }
    p->open = j;
    return STATUS_OK;
}

enum status packer_flush(struct packer *p)
{
    struct pack_job *const j = p->open;
    if (j == NULL)
        return STATUS_OK;
    TRY(buf_status(&j->raw));
    TRY(buf_status(&j->raw_ends));
    p->open = NULL;
    workers_submit(p->workers, &j->job);
    return STATUS_OK;
}

enum status packer_add(struct packer *p, struct span piece)
{
    if (p->open == NULL)
        TRY(open_job(p));
    buf_append_span(&p->open->raw, piece);
    buf_put_le64(&p->open->raw_ends, p->open->raw.len);
    return p->open->raw.len >= PACK_BYTES ? packer_flush(p) : STATUS_OK;
}
