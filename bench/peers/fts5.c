/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fts5: the driver of SQLite's FTS5: one contentless table (or one with its text, --store), tokens
 * as unicode61 makes them with diacritics kept, one transaction, merging left to `optimize`. The id
 * of a row stands in a table beside it. bm25() has k1 1.2 and b .75 built in.
 */
#include <ctype.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bench/peers/driver.h"

struct fts5 {
    sqlite3 *db;
    sqlite3_stmt *top;
    sqlite3_stmt *count;
    sqlite3_stmt *id;
    const struct driver_options *options;
};

static const char *version(void)
{
    return sqlite3_libversion();
}

static bool complain(sqlite3 *db)
{
    fprintf(stderr, "fts5 driver: %s\n", sqlite3_errmsg(db));
    return false;
}

static bool execute(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || complain(db);
}

static sqlite3 *open_file(const struct driver_options *o)
{
    char path[4096];
    sqlite3 *db;
    (void)snprintf(path, sizeof path, "%s/fts5.db", o->directory);
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        !execute(db, "PRAGMA locking_mode=exclusive; PRAGMA cache_size=-1000000;"
                     "PRAGMA temp_store=memory;")) {
        (void)complain(db);
        return NULL;
    }
    return db;
}

static bool create(sqlite3 *db, const struct driver_options *o)
{
    const char *const detail = strcmp(o->postings, "positions") == 0 ? "full"
                               : strcmp(o->postings, "docs") == 0    ? "none"
                                                                     : "column";
    char sql[1024];
    (void)snprintf(sql, sizeof sql,
                   "CREATE TABLE ids(row INTEGER PRIMARY KEY, id TEXT);"
                   "CREATE VIRTUAL TABLE t USING fts5(text, %s detail=%s,"
                   " tokenize='unicode61 remove_diacritics 0');"
                   "INSERT INTO t(t, rank) VALUES('automerge', 0);"
                   "INSERT INTO t(t, rank) VALUES('crisismerge', 1999);",
                   o->store ? "" : "content='',", detail);
    return execute(db, "PRAGMA page_size=8192; PRAGMA journal_mode=off; PRAGMA synchronous=off") &&
           execute(db, sql) && execute(db, "BEGIN");
}

static bool insert(sqlite3_stmt *statement, int64_t row, struct text_view text)
{
    const bool done =
        sqlite3_bind_int64(statement, 1, row) == SQLITE_OK &&
        sqlite3_bind_text(statement, 2, text.data, (int)text.len, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_DONE;
    return sqlite3_reset(statement) == SQLITE_OK && done;
}

static bool index_tsv(const struct driver_options *o, struct index_facts *facts)
{
    struct tsv tsv;
    sqlite3 *const db = open_file(o);
    sqlite3_stmt *texts;
    sqlite3_stmt *ids;
    if (strcmp(o->postings, "freqs") == 0 || o->reorder || o->threads != 1)
        driver_unsupported("frequencies without positions, --reorder, --threads");
    if (db == NULL || !create(db, o) || !tsv_open(o->input, &tsv))
        return false;
    if (sqlite3_prepare_v2(db, "INSERT INTO t(rowid, text) VALUES(?, ?)", -1, &texts, NULL) ||
        sqlite3_prepare_v2(db, "INSERT INTO ids VALUES(?, ?)", -1, &ids, NULL))
        return complain(db);
    while (tsv_next(&tsv))
        if (!insert(texts, (int64_t)tsv.docs, tsv.text) || !insert(ids, (int64_t)tsv.docs, tsv.id))
            return complain(db);
    if (!execute(db, "INSERT INTO t(t) VALUES('optimize'); COMMIT"))
        return false;
    facts->docs = (int64_t)tsv.docs;
    facts->text_bytes = (int64_t)tsv.text_bytes;
    (void)sqlite3_finalize(texts);
    (void)sqlite3_finalize(ids);
    tsv_close(&tsv);
    return sqlite3_close(db) == SQLITE_OK;
}

/* Bytes by table, and the pages that `optimize` left free as `free`: VACUUM would give them back. */
static bool describe(const struct driver_options *o, struct index_facts *facts)
{
    sqlite3 *const db = open_file(o);
    sqlite3_stmt *rows;
    if (db == NULL || !execute(db, "VACUUM"))
        return false;
    if (sqlite3_prepare_v2(db, "SELECT name, sum(pgsize) FROM dbstat GROUP BY name", -1, &rows,
                           NULL) != SQLITE_OK)
        return complain(db);
    while (sqlite3_step(rows) == SQLITE_ROW)
        facts_part(facts, (const char *)sqlite3_column_text(rows, 0),
                   (uint64_t)sqlite3_column_int64(rows, 1));
    (void)sqlite3_finalize(rows);
    return sqlite3_close(db) == SQLITE_OK;
}

static void *open_index(const struct driver_options *o)
{
    struct fts5 *const f = (struct fts5 *)calloc(1, sizeof *f);
    if (f == NULL || (f->db = open_file(o)) == NULL ||
        !execute(f->db, "PRAGMA mmap_size=8000000000"))
        return NULL;
    f->options = o;
    if (sqlite3_prepare_v2(f->db, "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?", -1,
                           &f->top, NULL) ||
        sqlite3_prepare_v2(f->db, "SELECT count(*) FROM t WHERE t MATCH ?", -1, &f->count, NULL) ||
        sqlite3_prepare_v2(f->db, "SELECT id FROM ids WHERE row = ?", -1, &f->id, NULL)) {
        (void)complain(f->db);
        return NULL;
    }
    return f;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (c & 0x80) != 0;
}

/* "a" OR "b", "a" AND "b", "a b". */
static void *prepare(void *self, struct text_view text)
{
    const struct fts5 *const f = (const struct fts5 *)self;
    const enum query_class kind = f->options->kind;
    const char *const joint = kind == CLASS_PHRASE ? " "
                              : kind == CLASS_AND  ? "\" AND \""
                                                   : "\" OR \"";
    char *const out = (char *)malloc(text.len * 10 + 16);
    size_t n = 0;
    if (out == NULL)
        return NULL;
    out[n++] = '"';
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        while (end < text.len && is_word(text.data[end]))
            end++;
        if (end > i) {
            if (n > 1 && kind == CLASS_TERM)
                break;
            if (n > 1)
                n += (size_t)sprintf(out + n, "%s", joint);
            memcpy(out + n, text.data + i, end - i);
            n += end - i;
        }
        i = end + 1;
    }
    memcpy(out + n, "\"", 2);
    return out;
}

static int64_t counted(struct fts5 *f, const char *match)
{
    int64_t found = -1;
    if (sqlite3_bind_text(f->count, 1, match, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(f->count) == SQLITE_ROW)
        found = sqlite3_column_int64(f->count, 0);
    else
        (void)complain(f->db);
    (void)sqlite3_reset(f->count);
    return found;
}

static int64_t count(void *self, void *query)
{
    return counted((struct fts5 *)self, (const char *)query);
}

/* The top k; with `out`, their ids as well. */
static int64_t top(struct fts5 *f, const char *match, FILE *out)
{
    int64_t found = 0;
    int step;
    (void)sqlite3_bind_text(f->top, 1, match, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(f->top, 2, f->options->k);
    for (; (step = sqlite3_step(f->top)) == SQLITE_ROW; found++) {
        if (out == NULL)
            continue;
        (void)sqlite3_bind_int64(f->id, 1, sqlite3_column_int64(f->top, 0));
        if (sqlite3_step(f->id) == SQLITE_ROW)
            fprintf(out, " %s", (const char *)sqlite3_column_text(f->id, 0));
        (void)sqlite3_reset(f->id);
    }
    (void)sqlite3_reset(f->top);
    if (step != SQLITE_DONE)
        (void)complain(f->db);
    return step == SQLITE_DONE ? found : -1;
}

static int64_t run(void *self, void *query)
{
    struct fts5 *const f = (struct fts5 *)self;
    return f->options->count ? count(self, query) : top(f, (const char *)query, NULL);
}

static bool ids(void *self, void *query, FILE *out)
{
    return top((struct fts5 *)self, (const char *)query, out) >= 0;
}

int main(int argc, char **argv)
{
    static const struct engine engine = {.name = "fts5",
                                         .version = version,
                                         .index = index_tsv,
                                         .describe = describe,
                                         .open = open_index,
                                         .prepare = prepare,
                                         .run = run,
                                         .count = count,
                                         .ids = ids};
    return driver_main(&engine, argc, argv);
}
