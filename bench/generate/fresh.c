/* SPDX-License-Identifier: Apache-2.0 */
/* fresh: decisions are drawn by word and pass, so that their order does not matter. */
#include "bench/generate/fresh.h"

#include "bench/generate/array.h"
#include "bench/generate/dice.h"
#include "bench/generate/power.h"

/* Letters: a to z, 0 to 9, underscore; and what stands before the first and behind the last. */
#define LETTERS 38
#define EDGE    37

#define NAME_BYTES 40 /* at most */
#define TRIES      8  /* before letters are put behind a word that was there before */

#define NO_NAME UINT32_MAX

/* What a rare word of the model stands for. */
struct fresh_rare {
    uint32_t pass;    /* from 1: the last in which it was chosen; 0: never */
    uint32_t instead; /* in that pass */
    uint32_t names;   /* the first of its list, or NO_NAME */
};

struct fresh_name {
    uint32_t word;
    uint32_t next;
    uint32_t used; /* passes */
};

/* ---- spelling ---- */

static unsigned letter_of(uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return c - (unsigned)'a';
    return c >= '0' && c <= '9' ? 26 + c - (unsigned)'0' : 36;
}

static uint8_t byte_of(unsigned letter)
{
    return (uint8_t)(letter < 26 ? 'a' + letter : letter < 36 ? '0' + letter - 26 : '_');
}

/* The counts of the letters that follow the last three of `word`. */
static uint32_t *followers_of(const struct fresh *f, const uint8_t *word, size_t len)
{
    size_t context = 0;
    for (size_t back = 3; back > 0; back--)
        context = context * LETTERS + (back <= len ? letter_of(word[len - back]) : EDGE);
    return f->followers + context * LETTERS;
}

static void learn(struct fresh *f, struct span word)
{
    for (size_t i = 0; i <= word.len; i++)
        followers_of(f, word.data, i)[i < word.len ? letter_of(word.data[i]) : EDGE]++;
}

static unsigned draw_letter(const uint32_t *followers, struct dice *dice)
{
    uint32_t all = 0;
    for (unsigned i = 0; i < LETTERS; i++)
        all += followers[i];
    if (all == 0)
        return EDGE;
    uint32_t choice = dice_below(dice, all);
    unsigned letter = 0;
    while (choice >= followers[letter])
        choice -= followers[letter++];
    return letter;
}

/* Spells a word that begins as `like` does; returns its bytes. */
static size_t spell(const struct fresh *f, struct span like, struct dice *dice,
                    uint8_t name[NAME_BYTES])
{
    size_t len = 1;
    name[0] = like.data[0];
    while (len < NAME_BYTES / 2) {
        const unsigned letter = draw_letter(followers_of(f, name, len), dice);
        if (letter == EDGE)
            break;
        name[len++] = byte_of(letter);
    }
    return len;
}

/* Adds a word that was never there. */
static enum status new_word(struct fresh *f, uint32_t like, struct dice *dice, uint32_t *word)
{
    uint8_t name[NAME_BYTES];
    size_t len = 0;
    for (int i = 0; i < TRIES; i++) {
        len = spell(f, wordlist_get(&f->m->words, like), dice, name);
        if (len > 1 && wordlist_find(&f->m->words, span_of(name, len)) == WORDLIST_NONE)
            return wordlist_add(&f->m->words, span_of(name, len), word);
    }
    do {
        if (len == NAME_BYTES)
            return fail(STATUS_LIMIT, "no more new words to be found");
        name[len++] = byte_of(dice_below(dice, 26));
    } while (wordlist_find(&f->m->words, span_of(name, len)) != WORDLIST_NONE);
    return wordlist_add(&f->m->words, span_of(name, len), word);
}

/* ---- choosing ---- */

enum status fresh_init(struct fresh *f, struct model *m, uint64_t seed, const struct fresh_law *law)
{
    *f = (struct fresh){.m = m, .seed = seed, .law = *law, .n_rare = m->words.n};
    f->followers = calloc((size_t)LETTERS * LETTERS * LETTERS * LETTERS, sizeof *f->followers);
    f->rare = calloc((size_t)f->n_rare + 1, sizeof *f->rare);
    if (f->followers == NULL || f->rare == NULL)
        return fail_no_memory();
    for (uint32_t i = 0; i < f->n_rare; i++) {
        f->rare[i] = (struct fresh_rare){0, i, NO_NAME};
        if (m->word[i].rare)
            learn(f, wordlist_get(&m->words, i));
    }
    return STATUS_OK;
}

void fresh_release(struct fresh *f)
{
    free(f->followers);
    free(f->rare);
    free(f->names);
    *f = (struct fresh){0};
}

double fresh_wanted(const struct fresh_law *law, uint64_t words)
{
    return law->distinct * power_of((double)words / (double)law->words, law->beta);
}

/* The chance of a new word for a rare one of each number of blocks, where that of one in a single
 * block would be `first` were there no certainty. Returns how many new words that makes. */
static double set_chances(uint32_t pass, const struct fresh_block *block, double first,
                          double chance[MODEL_RARE_BLOCKS])
{
    double made = 0;
    for (unsigned i = 0; i < MODEL_RARE_BLOCKS; i++) {
        chance[i] = first < 1 ? first : 1;
        made += chance[i] * block->rare[i];
        first /= pass + 1;
    }
    return made;
}

void fresh_start_block(struct fresh *f, uint32_t pass, uint64_t before, uint32_t distinct,
                       const struct fresh_block *block)
{
    double chance[MODEL_RARE_BLOCKS] = {0};
    const uint64_t then = before + block->words;
    f->pass = pass;
    if (pass > 0 && then > f->law.words) {
        const double lacking = fresh_wanted(&f->law, then) - distinct;
        double first = 0;
        for (double bit = 0x1p16; bit > 0x1p-24; bit /= 2)
            if (set_chances(pass, block, first + bit, chance) < lacking)
                first += bit;
        (void)set_chances(pass, block, first, chance);
    }
    for (unsigned i = 0; i < MODEL_RARE_BLOCKS; i++)
        f->chance[i] = (uint64_t)(chance[i] * 0x1p32);
}

static enum status add_name(struct fresh *f, struct fresh_rare *r, uint32_t word)
{
    if (f->n_names == NO_NAME)
        return fail(STATUS_LIMIT, "more than %u new words", NO_NAME);
    TRY(ARRAY_ROOM(f->names, f->n_names, f->names_cap));
    f->names[f->n_names] = (struct fresh_name){word, r->names, 1};
    r->names = (uint32_t)f->n_names++;
    r->instead = word;
    return STATUS_OK;
}

/* One of those that it stood for before: each weighs as often as it did, less beta. */
static void choose_again(struct fresh *f, struct fresh_rare *r, struct dice *dice)
{
    const uint32_t discount = (uint32_t)(f->law.beta * 1024);
    uint32_t all = 0;
    for (uint32_t i = r->names; i != NO_NAME; i = f->names[i].next)
        all += 1024 * f->names[i].used - discount;
    uint32_t choice = dice_below(dice, all);
    uint32_t i = r->names;
    while (choice >= 1024 * f->names[i].used - discount) {
        choice -= 1024 * f->names[i].used - discount;
        i = f->names[i].next;
    }
    f->names[i].used++;
    r->instead = f->names[i].word;
}

enum status fresh_choose(struct fresh *f, uint32_t word, uint32_t *instead)
{
    struct fresh_rare *const r = &f->rare[word];
    if (r->pass != f->pass + 1) {
        struct dice dice = dice_of(f->seed, f->pass, word);
        r->pass = f->pass + 1;
        if (r->names == NO_NAME) {
            TRY(add_name(f, r, word));
        } else if (dice_next(&dice) >> 32 < f->chance[f->m->word[word].blocks - 1]) {
            uint32_t fresh;
            TRY(new_word(f, word, &dice, &fresh));
            TRY(add_name(f, r, fresh));
        } else {
            choose_again(f, r, &dice);
        }
    }
    *instead = r->instead;
    return STATUS_OK;
}

uint32_t fresh_instead(const struct fresh *f, uint32_t word)
{
    return f->rare[word].instead;
}
