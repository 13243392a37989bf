/* SPDX-License-Identifier: Apache-2.0 */
/* model: one pass over the corpus; what a rare word is can only be told behind it. */
#include "bench/generate/model.h"

#include "bench/generate/array.h"
#include "common/base/limits.h"
#include "common/text/profile.h"
#include "indexer/corpus/corpus.h"
#include "indexer/corpus/sentence.h"

/* Longer stretches are cut, so that their tokens can be counted in a byte. */
#define STRETCH_BYTES 255

/* A sentence of more tokens than the first is cut behind a comma, semicolon or colon; a piece of
 * more than the second is cut anywhere. */
#define CLAUSE_TOKENS 12
#define PIECE_TOKENS  32

/* A rare word occurs so often at most. */
#define RARE_COUNT 32

/* Documents of a block: far more than stand on one subject, far fewer than a large model has. */
#define BLOCK_DOCUMENTS 512

struct reading {
    struct model *m;
    struct analyzer *analyzer;
    struct report *report;
    bool titles;
};

/* ---- a document ---- */

/* Appends `text` with one space behind each stretch. */
static enum status put_stretches(struct model *m, struct span text)
{
    if (m->text.len + 2 * text.len > UINT32_MAX)
        return fail(STATUS_LIMIT, "the model is larger than 4 GB");
    uint8_t *to = buf_reserve(&m->text, 2 * text.len + 1);
    if (to == NULL)
        return fail_no_memory();
    const uint8_t *const first = to;
    size_t len = 0; /* of the stretch so far */
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.data[i];
        const bool cut = len >= STRETCH_BYTES - 3 && (byte & 0xc0) != 0x80;
        if (len > 0 && (byte_is_space(byte) || cut)) {
            *to++ = ' ';
            len = 0;
        }
        if (!byte_is_space(byte)) {
            *to++ = byte;
            len++;
        }
    }
    if (len > 0)
        *to++ = ' ';
    m->text.len += (size_t)(to - first);
    return STATUS_OK;
}

static struct place here(const struct model *m, size_t text)
{
    return (struct place){(uint32_t)text, (uint32_t)m->stretch_tokens.len, (uint32_t)m->n_tokens,
                          (uint32_t)m->n_occurrences};
}

static enum status put_piece(struct model *m, size_t text)
{
    TRY(ARRAY_ROOM(m->pieces, m->n_pieces, m->pieces_cap));
    m->pieces[m->n_pieces++] = here(m, text);
    return STATUS_OK;
}

/* Whether the byte at `i` can be part of a word; false beyond the text. */
static bool is_of_word(struct span text, size_t i)
{
    const uint8_t c = i < text.len ? text.data[i] : ' ';
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= 'a' && c <= 'z');
}

/* Whether the byte at `near`, next to a word, might join it to what stands beyond at `far`. */
static bool may_join(struct span text, size_t near, size_t far)
{
    if (near >= text.len || text.data[near] == 0)
        return false;
    return text.data[near] >= 0x80 ||
           (strchr(".,:;'", text.data[near]) != NULL && is_of_word(text, far));
}

static bool is_plain(struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        const uint8_t c = word.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return word.len > 1;
}

/* Whether nothing joins text[start, end) to another token, whatever word stands there. (A place in
 * front of the text is beyond it: the numbers wrap around.) */
static bool stands_alone(struct span text, size_t start, size_t end)
{
    return !may_join(text, start - 1, start - 2) && !may_join(text, end, end + 1);
}

/* One token, at `token` of the part `text`, which begins at `base` of the model's text. */
static enum status put_token(struct reading *r, struct span text, size_t base,
                             const struct token *token)
{
    struct model *const m = r->m;
    struct analysis a;
    uint32_t number;
    analyzer_apply(r->analyzer, span_of(text.data + token->start, token->end - token->start),
                   token->ascii, &a);
    if (!a.kept)
        return STATUS_OK;
    const uint32_t before = m->words.n;
    TRY(wordlist_add(&m->words, a.term, &number));
    if (number == before) {
        TRY(ARRAY_ROOM(m->word, number, m->word_cap));
        m->word[number] = (struct model_word){.rare = is_plain(a.term)};
    }
    struct model_word *const w = &m->word[number];
    w->rare = w->rare && ++w->count <= RARE_COUNT && token->ascii &&
              stands_alone(text, token->start, token->end);
    if (w->rare) {
        TRY(ARRAY_ROOM(m->occurrences, m->n_occurrences, m->occurrences_cap));
        m->occurrences[m->n_occurrences++] =
            (struct occurrence){(uint32_t)base + token->start, token->end - token->start, number};
    }
    TRY(ARRAY_ROOM(m->tokens, m->n_tokens, m->tokens_cap));
    m->tokens[m->n_tokens++] = number;
    return STATUS_OK;
}

/* The tokens, stretches and pieces of what was appended from `base` on; one piece if `whole`. */
static enum status put_part(struct reading *r, size_t base, bool whole)
{
    struct model *const m = r->m;
    const struct span text = span_of(m->text.data + base, m->text.len - base);
    struct tokenizer t;
    struct token token;
    tokenizer_init(&t, TOKENIZE_BIGRAMS, text);
    bool more = tokenizer_next(&t, &token);
    uint32_t sentence = 0; /* where the sentence ends */
    size_t piece = m->n_tokens;
    bool cut = true;
    for (uint32_t at = 0; at < text.len;) {
        const uint32_t end =
            (uint32_t)((const uint8_t *)memchr(text.data + at, ' ', text.len - at) - text.data);
        const size_t first = m->n_tokens;
        if (at >= sentence && !whole)
            sentence = sentence_end(text, at, (uint32_t)text.len);
        if (cut && !whole)
            TRY(put_piece(m, base + at));
        piece = cut ? first : piece;
        for (; more && token.start < end; more = tokenizer_next(&t, &token))
            TRY(put_token(r, text, base, &token));
        buf_put_u8(&m->stretch_tokens, (uint8_t)(m->n_tokens - first));
        const size_t in_piece = m->n_tokens - piece;
        cut = end >= sentence || in_piece >= PIECE_TOKENS ||
              (in_piece >= CLAUSE_TOKENS && strchr(",;:", text.data[end - 1]) != NULL);
        at = end + 1;
    }
    return buf_status(&m->stretch_tokens);
}

static enum status take_document(void *context, const struct document *d)
{
    struct reading *const r = context;
    struct model *const m = r->m;
    const struct place start = here(m, m->text.len);
    const size_t first_piece = m->n_pieces;
    m->text_bytes += d->id.len + d->title.len + d->text.len;
    TRY(ARRAY_ROOM(m->documents, m->n_documents, m->documents_cap));
    TRY(put_piece(m, start.text));
    if (r->titles) {
        TRY(put_stretches(m, d->title));
        TRY(put_part(r, start.text, true));
    }
    const size_t title_tokens = m->n_tokens;
    const size_t base = m->text.len;
    TRY(put_stretches(m, d->text));
    TRY(put_part(r, base, false));
    if (m->n_tokens > title_tokens) {
        m->documents[m->n_documents++] = (uint32_t)first_piece;
        m->titled = m->titled || base > start.text;
        return STATUS_OK;
    }
    /* Nothing that a new document could be made of: as if it had not been there. Its title's words
     * stay in the list, where they do no harm. */
    m->skipped++;
    m->text.len = start.text;
    m->stretch_tokens.len = start.stretch;
    m->n_tokens = start.token;
    m->n_occurrences = start.occurrence;
    m->n_pieces = first_piece;
    return STATUS_OK;
}

/* ---- rare words ---- */

/* Counts the blocks that hold each word which may be rare. */
static void count_blocks(struct model *m)
{
    size_t d = 0;
    for (size_t i = 0; i < m->n_occurrences; i++) {
        struct model_word *const w = &m->word[m->occurrences[i].word];
        while (i >= model_start(m, d + 1).occurrence)
            d++;
        const uint32_t block = (uint32_t)(d / m->block_size) + 1;
        w->blocks += w->seen != block;
        w->seen = block;
    }
}

/* Keeps the occurrences of words that turned out to be rare. */
static void settle_rare(struct model *m)
{
    count_blocks(m);
    for (uint32_t i = 0; i < m->words.n; i++)
        m->word[i].rare = m->word[i].rare && m->word[i].blocks <= MODEL_RARE_BLOCKS;
    size_t kept = 0;
    size_t seen = 0;
    for (size_t p = 0; p <= m->n_pieces; p++) {
        for (; seen < m->pieces[p].occurrence; seen++)
            if (m->word[m->occurrences[seen].word].rare)
                m->occurrences[kept++] = m->occurrences[seen];
        m->pieces[p].occurrence = (uint32_t)kept;
    }
    m->n_occurrences = kept;
}

static enum status finish(struct model *m, const struct report *report)
{
    m->skipped += report_refused(report);
    if (m->n_documents == 0)
        return fail(STATUS_INPUT, "the model holds no document");
    TRY(ARRAY_ROOM(m->documents, m->n_documents, m->documents_cap));
    m->documents[m->n_documents] = (uint32_t)m->n_pieces;
    TRY(put_piece(m, m->text.len));
    m->n_pieces--;
    const size_t share = m->n_documents / 16 + 1;
    m->block_size = (uint32_t)(share < BLOCK_DOCUMENTS ? share : BLOCK_DOCUMENTS);
    settle_rare(m);
    return STATUS_OK;
}

enum status model_read(const char *path, bool titles, struct model *out)
{
    const struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    struct model m = {.text = BUF_INIT, .stretch_tokens = BUF_INIT};
    struct reading r = {.m = &m, .titles = titles};
    enum status status = wordlist_init(&m.words);
    if (status == STATUS_OK)
        status = analyzer_new(profile_by_name("plain"), &r.analyzer);
    if (status == STATUS_OK)
        status = report_new(NULL, &r.report);
    if (status == STATUS_OK)
        status = corpus_read(&options, &path, 1, r.report, take_document, &r);
    if (status == STATUS_OK)
        status = analyzer_status(r.analyzer);
    if (status == STATUS_OK)
        status = finish(&m, r.report);
    report_free(r.report);
    analyzer_free(r.analyzer);
    if (status == STATUS_OK)
        *out = m;
    else
        model_release(&m);
    return status;
}

void model_release(struct model *m)
{
    buf_release(&m->text);
    buf_release(&m->stretch_tokens);
    free(m->tokens);
    free(m->pieces);
    free(m->documents);
    free(m->occurrences);
    wordlist_release(&m->words);
    free(m->word);
    *m = (struct model){.text = BUF_INIT};
}

void model_next_stretch(const struct model *m, struct place *at)
{
    const uint8_t *const text = m->text.data + at->text;
    const uint8_t *const end = memchr(text, ' ', m->text.len - at->text);
    at->text += (uint32_t)(end - text) + 1;
    at->token += m->stretch_tokens.data[at->stretch++];
    while (at->occurrence < m->n_occurrences && m->occurrences[at->occurrence].text < at->text)
        at->occurrence++;
}
