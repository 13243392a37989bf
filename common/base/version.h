/* SPDX-License-Identifier: Apache-2.0 */
/* version: which Qiao this is. */
#ifndef QIAO_BASE_VERSION_H
#define QIAO_BASE_VERSION_H

#define QIAO_VERSION "0.1.0"

#endif
