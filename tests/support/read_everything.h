/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_everything: calls each reader of common/segment on all that a segment holds, or says it
 * holds, whatever the bytes are. For hostile segments: nothing is expected of what is read, but
 * that it ends and breaks nothing.
 */
#ifndef QIAO_TESTS_SUPPORT_READ_EVERYTHING_H
#define QIAO_TESTS_SUPPORT_READ_EVERYTHING_H

#include "common/segment/segment.h"

/* `random` chooses what is sought: passages and words. */
void read_everything(const struct segment *s, uint32_t random);

/* Of all that, terms with their postings, positions and bounds. */
void read_lists(const struct segment *s, uint32_t random);

#endif
