/* SPDX-License-Identifier: Apache-2.0 */
/* resources: what this process may use: the defaults of --threads and --memory. */
#ifndef QIAO_BASE_RESOURCES_H
#define QIAO_BASE_RESOURCES_H

#include <stdint.h>

/* Processors that this process may run on, at least 1. */
unsigned resources_threads(void);

/* Bytes of RAM, or of the control group's limit if that is less. */
uint64_t resources_memory(void);

#endif
