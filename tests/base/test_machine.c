/* SPDX-License-Identifier: Apache-2.0 */
/* machine: facts are there, and are valid JSON; use is what was used. */
#include <criterion/criterion.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "common/base/clock.h"
#include "common/base/cpu.h"
#include "common/base/machine.h"
#include "common/base/version.h"

static const char *string_at(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(object, key, &value), "%s", key);
    cr_assert_eq(json_object_get_type(value), json_type_string, "%s", key);
    return json_object_get_string(value);
}

static int64_t number_at(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(object, key, &value), "%s", key);
    cr_assert_eq(json_object_get_type(value), json_type_int, "%s", key);
    return json_object_get_int64(value);
}

Test(machine, facts)
{
    struct machine m;
    struct buf out = BUF_INIT;
    machine_describe(&m);
    machine_json(&out, &m);
    struct json_object *const object = json_tokener_parse(buf_string(&out));
    cr_assert_not_null(object, "%s", buf_string(&out));
    cr_expect_str_eq(string_at(object, "qiao"), QIAO_VERSION);
    cr_expect_str_eq(string_at(object, "simd"), cpu_level_name(cpu_level()));
    cr_expect(*string_at(object, "cpu") != '\0');
    cr_expect_eq(strncmp(string_at(object, "kernel"), "Linux ", 6), 0);
    cr_expect(strchr(string_at(object, "compiler"), '.') != NULL);
    cr_expect(number_at(object, "cores") >= 1);
    cr_expect(number_at(object, "memory") >= 1 << 26);
    struct json_object *libraries = NULL;
    cr_assert(json_object_object_get_ex(object, "libraries", &libraries));
    static const char *const names[] = {"zlib", "libdeflate", "utf8proc", "unicode", "json-c"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect(strchr(string_at(libraries, names[i]), '.') != NULL, "%s", names[i]);
    json_object_put(object);
    buf_release(&out);
}

/* A name that holds quotes stays a string. */
Test(machine, hostile_name)
{
    struct machine m;
    struct buf out = BUF_INIT;
    machine_describe(&m);
    (void)snprintf(m.cpu, sizeof m.cpu, "a \"b\" \\ \x1b[2J \xff");
    machine_json(&out, &m);
    struct json_object *const object = json_tokener_parse(buf_string(&out));
    cr_assert_not_null(object, "%s", buf_string(&out));
    cr_expect_str_eq(string_at(object, "cpu"), "a \"b\" \\ \x1b[2J \xef\xbf\xbd");
    cr_expect_null(strchr(buf_string(&out), '\x1b'));
    json_object_put(object);
    buf_release(&out);
}

#define BLOCK (64u << 20)

Test(machine, usage)
{
    const struct machine_usage before = machine_usage_now();
    char *const block =
        mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(block != MAP_FAILED);
    memset(block, 1, BLOCK);
    const struct machine_usage with = machine_usage_now();
    cr_expect(with.rss > before.rss + BLOCK / 2 && with.rss < before.rss + 3 * BLOCK / 2, "%llu",
              (unsigned long long)(with.rss - before.rss));
    cr_assert_eq(munmap(block, BLOCK), 0);
    const struct machine_usage after = machine_usage_now();
    cr_expect(after.rss < with.rss - BLOCK / 2);
    cr_expect(after.peak_rss >= with.rss - (1 << 20));
    cr_expect(before.rss > 0 && before.peak_rss >= before.rss);
    const double start = clock_process_seconds();
    while (clock_process_seconds() < start + 0.05)
        ;
    const struct machine_usage worked = machine_usage_now();
    cr_expect(worked.user + worked.system >= after.user + after.system + 0.03);
}
