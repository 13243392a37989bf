/* SPDX-License-Identifier: Apache-2.0 */
/* generator: recipes of splice, with the words of fresh, counted by figures. */
#include "bench/generate/generator.h"

#include "bench/generate/array.h"

#define BETA_MOST 0.95

/* ---- the model's own figures ---- */

static enum status count_document(const struct model *m, size_t d, struct figures *f)
{
    const struct place from = model_start(m, d);
    const struct place text = m->pieces[m->documents[d] + 1];
    const struct place end = model_start(m, d + 1);
    return figures_add(f, m->tokens + from.token, end.token - from.token,
                       span_of(m->text.data + text.text, end.text - text.text - 1));
}

/* Counts the model block by block; `order` NULL: as it stands. */
static enum status count_model(const struct generator *g, const uint32_t *order,
                               struct figures_summary *out)
{
    const struct splice *const s = &g->splice;
    struct figures f = FIGURES_INIT;
    enum status status = figures_expect(&f, g->m->n_documents);
    for (uint32_t i = 0; i < s->n_blocks && status == STATUS_OK; i++) {
        const size_t first = (size_t)(order == NULL ? i : order[i]) * g->m->block_size;
        const size_t end = first + g->m->block_size;
        for (size_t d = first; d < end && d < g->m->n_documents && status == STATUS_OK; d++)
            status = count_document(g->m, d, &f);
    }
    if (status == STATUS_OK)
        status = figures_finish(&f, out);
    figures_release(&f);
    return status;
}

/* The words of each block, and its share of the rare ones. */
static enum status count_blocks(struct generator *g)
{
    const struct model *const m = g->m;
    g->blocks = calloc(g->splice.n_blocks, sizeof *g->blocks);
    uint32_t *const seen = calloc((size_t)m->words.n + 1, sizeof *seen); /* last block, from 1 */
    if (g->blocks == NULL || seen == NULL) {
        free(seen);
        return fail_no_memory();
    }
    for (size_t d = 0; d < m->n_documents; d++) {
        const struct place from = model_start(m, d);
        const struct place to = model_start(m, d + 1);
        const uint32_t block = (uint32_t)(d / m->block_size);
        g->blocks[block].words += to.token - from.token;
        for (uint32_t i = from.occurrence; i < to.occurrence; i++) {
            const uint32_t word = m->occurrences[i].word;
            const uint32_t blocks = m->word[word].blocks;
            if (seen[word] != block + 1)
                g->blocks[block].rare[blocks - 1] += 1.0 / blocks;
            seen[word] = block + 1;
        }
    }
    free(seen);
    return STATUS_OK;
}

static enum status prepare(struct generator *g, struct model *m, uint64_t seed,
                           uint64_t n_documents)
{
    TRY(splice_init(&g->splice, m, seed));
    TRY(count_model(g, NULL, &g->model));
    TRY(count_model(g, g->splice.order, &g->shuffled));
    /* A handful of documents may give any slope; fresh.c wants one that text has. */
    const double slope = g->shuffled.heaps_beta;
    const double beta = slope < 0 ? 0 : slope > BETA_MOST ? BETA_MOST : slope;
    const struct fresh_law law = {beta, g->shuffled.words, g->shuffled.distinct[3]};
    TRY(fresh_init(&g->fresh, m, seed, &law));
    TRY(count_blocks(g));
    return figures_expect(&g->figures, n_documents);
}

enum status generator_init(struct generator *g, struct model *m, uint64_t seed,
                           uint64_t n_documents)
{
    *g = (struct generator){.m = m, .figures = FIGURES_INIT, .title = BUF_INIT, .text = BUF_INIT};
    const enum status status = prepare(g, m, seed, n_documents);
    if (status != STATUS_OK)
        generator_release(g);
    return status;
}

void generator_release(struct generator *g)
{
    splice_release(&g->splice);
    fresh_release(&g->fresh);
    figures_release(&g->figures);
    buf_release(&g->title);
    buf_release(&g->text);
    free(g->words);
    free(g->blocks);
    *g = (struct generator){.m = NULL};
}

/* ---- a document ---- */

/* Appends `word`, in capitals as `like` is. */
static void put_word(struct buf *out, struct span word, struct span like)
{
    const size_t first = out->len;
    size_t capitals = 0;
    buf_append_span(out, word);
    if (out->failed)
        return;
    for (size_t i = 0; i < like.len; i++)
        capitals += like.data[i] >= 'A' && like.data[i] <= 'Z';
    const bool opens = like.data[0] >= 'A' && like.data[0] <= 'Z';
    const size_t raise = capitals == like.len ? word.len : opens ? 1 : 0;
    for (size_t i = first; i < first + raise; i++)
        if (out->data[i] >= 'a' && out->data[i] <= 'z')
            out->data[i] = (uint8_t)(out->data[i] - 'a' + 'A');
}

/* Appends a range of the model with today's words in place of the rare ones. */
static enum status put_range(struct generator *g, const struct splice_range *r, struct buf *out)
{
    const struct model *const m = g->m;
    const uint8_t *const text = m->text.data;
    uint32_t at = r->from.text;
    if (out->len > 0)
        buf_put_u8(out, ' ');
    for (uint32_t i = r->from.occurrence; i < r->to.occurrence; i++) {
        const struct occurrence *const o = &m->occurrences[i];
        uint32_t word;
        TRY(fresh_choose(&g->fresh, o->word, &word));
        if (word == o->word)
            continue;
        buf_append(out, text + at, o->text - at);
        put_word(out, wordlist_get(&m->words, word), span_of(text + o->text, o->len));
        at = o->text + o->len;
    }
    buf_append(out, text + at, r->to.text - 1 - at);
    for (uint32_t i = r->from.token; i < r->to.token; i++) {
        TRY(ARRAY_ROOM(g->words, g->n_words, g->words_cap));
        g->words[g->n_words++] = fresh_instead(&g->fresh, m->tokens[i]);
    }
    return buf_status(out);
}

static void notice_block(struct generator *g, const struct splice_recipe *r)
{
    const uint64_t at = (uint64_t)r->pass << 32 | (r->block + 1);
    if (at != g->at)
        fresh_start_block(&g->fresh, r->pass, g->figures.words, g->figures.distinct,
                          &g->blocks[r->model_block]);
    g->at = at;
}

enum status generator_next(struct generator *g, struct generated *out)
{
    struct splice_recipe recipe;
    TRY(splice_next(&g->splice, &recipe));
    notice_block(g, &recipe);
    g->n_words = 0;
    buf_clear(&g->title);
    buf_clear(&g->text);
    const uint32_t title = g->m->documents[recipe.title];
    const struct splice_range head = {g->m->pieces[title], g->m->pieces[title + 1]};
    if (head.to.text > head.from.text)
        TRY(put_range(g, &head, &g->title));
    for (size_t i = 0; i < recipe.n_ranges; i++)
        TRY(put_range(g, &recipe.ranges[i], &g->text));
    out->title = buf_span(&g->title);
    out->text = buf_span(&g->text);
    return figures_add(&g->figures, g->words, g->n_words, out->text);
}
