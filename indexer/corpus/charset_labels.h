/* SPDX-License-Identifier: Apache-2.0 */
/* charset_labels: what people call encodings. charset.h is what to use. */
#ifndef QIAO_INDEXER_CORPUS_CHARSET_LABELS_H
#define QIAO_INDEXER_CORPUS_CHARSET_LABELS_H

#include "indexer/corpus/charset.h"

struct charset_label {
    const char *label; /* lower case */
    enum charset_name name;
};

/* Ends with a label that is NULL. */
extern const struct charset_label charset_labels[];

#endif
