/* SPDX-License-Identifier: Apache-2.0 */
/* cli_fixture: what the tests of both programs share: a small index, files beside it, the shape of an
 * error. */
#ifndef QIAO_TESTS_CLI_FIXTURE_H
#define QIAO_TESTS_CLI_FIXTURE_H

#include <criterion/criterion.h>
#include <json.h>
#include <stdio.h>

#include "tests/support/program.h"
#include "tests/support/toy_index.h"

static const struct toy_document documents[] = {
    {.id = "bridge",
     .title = "The long bridge",
     .date = "2023-05-12",
     .url = "http://x.org/b",
     .text = "A bridge crosses the river.\n\nThe bridge is long; the ferry is slow."},
    {.id = "ferry", .text = "The ferry crosses the river slowly."},
    {.id = "caf\xc3\xa9",
     .title = "Caf\xc3\xa9 \"by the\" river",
     .text = "Coffee, tea \xe2\x80\x94 and a view of the bridge."},
    {.id = "tower", .title = "Tower", .text = "Nothing but a tower."},
};

static inline void build_toy(struct toy_index *toy)
{
    toy_index_build(toy, documents, sizeof documents / sizeof documents[0], NULL);
}

static inline bool holds(struct buf *b, const char *text)
{
    return strstr(buf_string(b), text) != NULL;
}

/* The path of a file in the toy's folder; good until the next call. */
static inline const char *path_in(const struct toy_index *toy, const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", toy->folder, name);
    return path;
}

static inline const char *put_file(const struct toy_index *toy, const char *name,
                                   struct span content)
{
    const char *const path = path_in(toy, name);
    FILE *const file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(content.data, 1, content.len, file), content.len);
    cr_assert_eq(fclose(file), 0);
    return path;
}

/* An error: exit status 2, nothing on stdout, one line on stderr that names the program. */
static inline void check_error(struct program *p, const char *name, const char *what)
{
    cr_expect_eq(p->status, 2, "%s: status %d", what, p->status);
    cr_expect_eq(p->out.len, 0, "%s: stdout", what);
    cr_expect_eq(program_count_lines(&p->err, ""), 1, "%s: %s", what, buf_string(&p->err));
    cr_expect_eq(strncmp(buf_string(&p->err), name, strlen(name)), 0, "%s", what);
}

static inline void check_keys(struct json_object *object, const char *const *keys, size_t n)
{
    cr_assert_not_null(object);
    cr_expect_eq((size_t)json_object_object_length(object), n);
    size_t i = 0;
    json_object_object_foreach(object, key, value)
    {
        (void)value;
        cr_expect(i < n && strcmp(key, keys[i]) == 0, "key %zu is %s", i, key);
        i++;
    }
}

static inline struct json_object *get(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(object, key, &value), "%s", key);
    return value;
}

static inline void check_string(struct json_object *value, const char *wanted)
{
    if (wanted == NULL)
        cr_expect_null(value);
    else
        cr_expect_str_eq(json_object_get_string(value), wanted);
}

#endif
