/* SPDX-License-Identifier: Apache-2.0 */
/* verify: checksums first, so that an accident is called one; then structure. */
#include "indexer/command/verify.h"

#include "common/base/escape.h"
#include "common/segment/check.h"
#include "common/segment/index.h"

struct settings {
    bool quiet;
};

static const struct cli_option options[] = {{"quiet", 'q', CLI_FLAG,
                                             offsetof(struct settings, quiet), NULL,
                                             "print nothing if all is well"},
                                            {.type = CLI_END}};

static enum status check_segments(const struct index *index)
{
    for (size_t i = 0; i < index->n_segments; i++) {
        const enum status status = segment_check(&index->segments[i]);
        if (status == STATUS_OK)
            continue;
        char name[SEGMENT_NAME_BYTES];
        segment_name(index->segments[i].header.build_id, name);
        return fail_context(fail_context(status, name), index->path);
    }
    return STATUS_OK;
}

static enum status print_sound(const struct index *index)
{
    struct buf line = BUF_INIT;
    escape_append(&line, span_of_string(index->path), ESCAPE_LINE);
    buf_printf(&line, ": %zu segment%s, %llu documents, %llu passages: sound\n", index->n_segments,
               index->n_segments == 1 ? "" : "s", (unsigned long long)index->documents,
               (unsigned long long)index->passages);
    const enum status status = buf_status(&line);
    if (status == STATUS_OK)
        cli_print(buf_span(&line));
    buf_release(&line);
    return status;
}

static enum status verify(const char *path, const struct settings *s)
{
    struct index *index;
    TRY(index_open(path, &index));
    enum status status = index_check_sums(index);
    if (status == STATUS_OK)
        status = check_segments(index);
    if (status == STATUS_OK && !s->quiet)
        status = print_sound(index);
    index_close(index);
    return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct settings s = {.quiet = false};
    int first;
    enum status status = cli_parse(command, argc, argv, &s, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first != 1)
        status = fail(STATUS_USAGE, "verify needs one index folder (try 'indexer verify --help')");
    if (status == STATUS_OK)
        status = verify(argv[first], &s);
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command verify_command = {
    "verify",
    "[opts] INDEX",
    "read every byte of INDEX and check all it promises",
    "Checks every checksum, then the structure: order, counts, offsets, codings, bounds, texts.\n"
    "Exit 0: the index is sound. Exit 2: it is damaged, or no index; one line says where.",
    options,
    run};
