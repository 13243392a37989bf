/* SPDX-License-Identifier: Apache-2.0 */
/* bitpack_avx2: to come. */
#include "common/codec/codec_kernels.h"
