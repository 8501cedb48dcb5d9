// SPDX-License-Identifier: Apache-2.0
// Transports move bytes and know no partner agreement: crossing an arrow does not compile.
// SEES transports
// REFUSED No such file or directory
#ifdef RIGHT
#include "gateway/base/error.h"
#else
#include "config/settings.h"
#endif
