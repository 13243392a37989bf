/* SPDX-License-Identifier: Apache-2.0 */
/* made_corpus: a rank is a power of two and a number below it, which is as Zipf has it. */
#include "tests/support/made_corpus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define RANK_BITS 19u
#define PAGES     40u /* files that are a document each */

struct maker {
    FILE *file;
    uint64_t state;
    uint64_t written;
    uint64_t documents;
};

/* Xorshift (Marsaglia 2003). */
static uint64_t draw(struct maker *m, uint64_t below)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return (m->state >> 11) % below;
}

static void put(struct maker *m, const char *text)
{
    m->written += strlen(text);
    (void)fputs(text, m->file); /* close_file looks for errors */
}

static void put_word(struct maker *m)
{
    static const char *const syllables[] = {"ba", "ce", "di", "fo",      "gu", "ha", "je", "ki",
                                            "lo", "mu", "na", "p\u00e9", "ri", "so", "tu", "va"};
    static const char *const endings[] = {"", "", "", "s", "ed", "ing", "'s", "ness"};
    const uint64_t high = UINT64_C(1) << draw(m, RANK_BITS);
    const uint64_t rank = high + draw(m, high);
    char word[64];
    size_t n = 0;
    for (uint64_t rest = rank; rest > 0; rest >>= 4)
        for (const char *s = syllables[rest & 15]; *s != '\0'; s++)
            word[n++] = *s;
    if (draw(m, 9) == 0)
        word[0] = (char)(word[0] - 'a' + 'A');
    word[n] = '\0';
    put(m, word);
    put(m, endings[draw(m, 8)]);
}

/* `n` words; `paragraph` between some of them. */
static void put_text(struct maker *m, uint64_t n, const char *paragraph)
{
    static const char *const marks[] = {" ", " ", " ", " ", " ", " ", ", ", ". ", " the ", " of "};
    for (uint64_t i = 0; i < n; i++) {
        put_word(m);
        put(m, draw(m, 60) == 0 ? paragraph : marks[draw(m, 10)]);
    }
}

/* Most documents are short, a few long. */
static uint64_t draw_words(struct maker *m)
{
    return draw(m, 300) == 0 ? 5000 + draw(m, 5000) : draw(m, 10) == 0 ? draw(m, 600) : draw(m, 90);
}

/* The id of the next document, or, now and then, one that was there before. */
static void put_id(struct maker *m)
{
    char id[32];
    uint64_t number = m->documents++;
    if (number > 0 && draw(m, 50) == 0)
        number -= 1 + draw(m, number < 20 ? number : draw(m, 2) == 0 ? 20 : number);
    (void)snprintf(id, sizeof id, "doc-%" PRIu64, number * 7919 % 1000003);
    put(m, id);
}

static void put_json_line(struct maker *m)
{
    char date[64];
    if (draw(m, 500) == 0)
        put(m, "{broken\n");
    put(m, "{\"id\":\"");
    put_id(m);
    if (draw(m, 3) > 0) {
        put(m, "\",\"title\":\"");
        put_text(m, 1 + draw(m, 9), " ");
    }
    if (draw(m, 2) == 0) {
        (void)snprintf(date, sizeof date, "\",\"date\":\"%04d-%02d-%02d", 1990 + (int)draw(m, 35),
                       1 + (int)draw(m, 12), 1 + (int)draw(m, 28));
        put(m, date);
    }
    put(m, "\",\"text\":\"");
    if (draw(m, 40) == 0)
        put(m, draw(m, 2) == 0 ? "" : " \\n ");
    else
        put_text(m, draw_words(m), draw(m, 2) == 0 ? ".\\n\\n" : ". ");
    put(m, "\"}\n");
}

static void put_tsv_line(struct maker *m)
{
    put_id(m);
    put(m, "\t");
    put_text(m, draw_words(m), " ");
    put(m, "\n");
}

static void put_page(struct maker *m, bool markdown)
{
    put(m, markdown ? "# " : "");
    put_text(m, 1 + draw(m, 6), " ");
    put(m, "\n\n");
    put_text(m, 2 * draw_words(m), markdown ? "\n\n*and* " : "\n\n");
    put(m, "\n");
}

static bool open_file(struct maker *m, const char *folder, unsigned number, const char *extension)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%03u.%s", folder, number, extension);
    m->file = fopen(path, "w");
    return m->file != NULL;
}

static bool close_file(struct maker *m)
{
    const bool good = !ferror(m->file);
    return fclose(m->file) == 0 && good;
}

static bool write_lines(struct maker *m, const char *folder, unsigned number, const char *extension,
                        uint64_t bytes, void (*line)(struct maker *))
{
    const uint64_t end = m->written + bytes;
    if (!open_file(m, folder, number, extension))
        return false;
    while (m->written < end)
        line(m);
    return close_file(m);
}

static bool write_pages(struct maker *m, const char *folder, unsigned from)
{
    for (unsigned i = 0; i < PAGES; i++) {
        const bool markdown = i % 2 == 0;
        if (!open_file(m, folder, from + i, markdown ? "md" : "txt"))
            return false;
        put_page(m, markdown);
        if (!close_file(m))
            return false;
    }
    return true;
}

bool made_corpus_write(const char *folder, uint64_t bytes, uint64_t seed)
{
    struct maker m = {.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    return mkdir(folder, 0777) == 0 &&
           write_lines(&m, folder, 1, "jsonl", bytes / 2, put_json_line) &&
           write_lines(&m, folder, 2, "tsv", bytes / 4, put_tsv_line) &&
           write_pages(&m, folder, 3) &&
           write_lines(&m, folder, 3 + PAGES, "jsonl", bytes / 4, put_json_line);
}
