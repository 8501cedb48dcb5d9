// SPDX-License-Identifier: Apache-2.0
// The store keeps rows and knows no back office.
// SEES store
// REFUSED No such file or directory
#ifdef RIGHT
#include "gateway/base/clock.h"
#else
#include "gateway/flow/back_office.h"
#endif
