/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz: what a fuzz target is: one function of any bytes, in a file of its own, that must neither
 * crash nor break a promise.
 *
 *     FUZZ_TARGET(date)
 *     {
 *         must(date_parse(span_of(data, size)) >= 0);
 *         return 0;
 *     }
 *
 * Built by `make fuzz`, the function is libFuzzer's; built by `make test`, it is one of the rows of
 * test_replay.c, which calls it on each file of corpus/NAME. Promises are checked by must(), so
 * that a broken one stops either.
 *
 * Targets take settings from the first bytes of the input by fuzz_take and leave the rest to what
 * they test, so that the files of a corpus can be read and written by hand.
 */
#ifndef QIAO_TESTS_FUZZ_FUZZ_H
#define QIAO_TESTS_FUZZ_FUZZ_H

#include "common/base/bytes.h"
#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "tests/support/must.h"

#ifdef QIAO_FUZZING
#define FUZZ_ENTRY(name)                                                                           \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                  \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                                   \
    {                                                                                              \
        return fuzz_##name(data, size);                                                            \
    }
#else
#define FUZZ_ENTRY(name)
#endif

#define FUZZ_TARGET(name)                                                                          \
    int fuzz_##name(const uint8_t *data, size_t size);                                             \
    FUZZ_ENTRY(name)                                                                               \
    int fuzz_##name(const uint8_t *data, size_t size)

/* Takes the first byte of *input; 0 if there is none. */
static inline uint8_t fuzz_take(struct span *input)
{
    if (input->len == 0)
        return 0;
    input->data++;
    input->len--;
    return input->data[-1];
}

/* Takes the first line of *input, without its newline. */
static inline struct span fuzz_take_line(struct span *input)
{
    const uint8_t *const newline = input->len == 0 ? NULL : memchr(input->data, '\n', input->len);
    const size_t len = newline == NULL ? input->len : (size_t)(newline - input->data);
    const size_t taken = newline == NULL ? len : len + 1;
    const struct span line = span_of(input->data, len);
    if (taken > 0) {
        input->data += taken;
        input->len -= taken;
    }
    return line;
}

/* Whether `text` holds a control character of ASCII that is not in `allowed`. */
static inline bool fuzz_has_control(struct span text, const char *allowed)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.data[i];
        if ((byte < ' ' || byte == 0x7f) && (byte == 0 || strchr(allowed, byte) == NULL))
            return true;
    }
    return false;
}

#endif
