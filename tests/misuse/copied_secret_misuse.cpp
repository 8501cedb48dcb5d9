// SPDX-License-Identifier: Apache-2.0
// A copied secret is one more place to wipe.
// SEES base
// REFUSED use of deleted function .*Secret
#include "gateway/base/bytes.h"

#include <utility>

sallyport::Secret hand_over(sallyport::Secret& secret) {
#ifdef RIGHT
    return std::move(secret);
#else
    return secret;
#endif
}
