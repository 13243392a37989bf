/* SPDX-License-Identifier: Apache-2.0 */
/* machine: files of /proc, which have one line a fact. */
#include "common/base/machine.h"

#include <json-c/json_c_version.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <utf8proc.h>
#include <zlib.h>

#include "common/base/cpu.h"
#include "common/base/json.h"
#include "common/base/resources.h"
#include "common/base/version.h"

#define STRING_OF(x)       #x
#define STRING_OF_VALUE(x) STRING_OF(x)

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER                                                                                   \
    "gcc " STRING_OF_VALUE(__GNUC__) "." STRING_OF_VALUE(__GNUC_MINOR__) "." STRING_OF_VALUE(      \
        __GNUC_PATCHLEVEL__)
#else
#define COMPILER "unknown"
#endif

/* The value behind `key` and a colon in a file of such lines, without the space around it, into
 * `out`; false if it is not there. */
static bool read_fact(const char *path, const char *key, char *out, size_t size)
{
    char line[512];
    bool found = false;
    const size_t len = strlen(key);
    FILE *const file = fopen(path, "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *const colon = strchr(line, ':');
        if (colon == NULL || strncmp(line, key, len) != 0)
            continue;
        const char *const value = colon + 1 + strspn(colon + 1, " \t");
        (void)snprintf(out, size, "%.*s", (int)strcspn(value, "\n"), value);
        found = *out != '\0';
    }
    if (file != NULL)
        (void)fclose(file);
    return found;
}

void machine_describe(struct machine *m)
{
    struct utsname name;
    *m = (struct machine){.cpu = "unknown",
                          .kernel = "unknown",
                          .compiler = COMPILER,
                          .libraries = {{"zlib", zlibVersion()},
                                        {"libdeflate", LIBDEFLATE_VERSION_STRING},
                                        {"utf8proc", utf8proc_version()},
                                        {"unicode", utf8proc_unicode_version()},
                                        {"json-c", json_c_version()}}};
    const bool named = uname(&name) == 0;
    if (named)
        (void)snprintf(m->kernel, sizeof m->kernel, "%.40s %.60s %.20s", name.sysname, name.release,
                       name.machine);
    if (!read_fact("/proc/cpuinfo", "model name", m->cpu, sizeof m->cpu) && named)
        (void)snprintf(m->cpu, sizeof m->cpu, "%.60s", name.machine);
    m->simd = cpu_level_name(cpu_level());
    m->cores = resources_threads();
    m->memory = resources_memory();
}

static void put_string(struct buf *out, const char *key, const char *value)
{
    json_key(out, key);
    json_string(out, span_of_string(value));
}

void machine_json(struct buf *out, const struct machine *m)
{
    buf_append_string(out, "{");
    put_string(out, "qiao", QIAO_VERSION);
    put_string(out, "cpu", m->cpu);
    json_key(out, "cores");
    buf_printf(out, "%u", m->cores);
    put_string(out, "simd", m->simd);
    json_key(out, "memory");
    buf_printf(out, "%llu", (unsigned long long)m->memory);
    put_string(out, "kernel", m->kernel);
    put_string(out, "compiler", m->compiler);
    json_key(out, "libraries");
    buf_append_string(out, "{");
    for (size_t i = 0; i < MACHINE_LIBRARIES; i++)
        put_string(out, m->libraries[i].name, m->libraries[i].version);
    buf_append_string(out, "}}");
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* A fact of /proc/self/status in bytes; `otherwise` if it is not told. */
static uint64_t read_bytes(const char *key, uint64_t otherwise)
{
    char value[64];
    if (!read_fact("/proc/self/status", key, value, sizeof value))
        return otherwise;
    return strtoull(value, NULL, 10) * 1024; /* "123 kB" */
}

struct machine_usage machine_usage_now(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (struct machine_usage){
        .user = seconds_of(usage.ru_utime),
        .system = seconds_of(usage.ru_stime),
        .rss = read_bytes("VmRSS", 0),
        .peak_rss = read_bytes("VmHWM", (uint64_t)usage.ru_maxrss * 1024),
    };
}
