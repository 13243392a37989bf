/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_topics: any file is queries or one clear refusal; ids are never empty, text is UTF-8. */
#include <stdio.h>

#include "common/base/status.h"
#include "searcher/topics/read_topics.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

FUZZ_TARGET(topics)
{
    char path[64];
    struct topics *topics;
    fuzz_path(span_of(data, size), path);
    const enum status status = topics_read(path, &topics);
    if (status != STATUS_OK) {
        const struct span message = span_of_string(status_message());
        must(message.len > 0 && memchr(message.data, '\n', message.len) == NULL);
        must(status == STATUS_INPUT || status == STATUS_IO);
        return 0;
    }
    for (size_t i = 0; i < topics->count; i++) {
        must(topics->topics[i].qid.len > 0 && utf8_valid(topics->topics[i].qid));
        must(utf8_valid(topics->topics[i].text));
    }
    topics_free(topics);
    return 0;
}
