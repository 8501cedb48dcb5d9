// SPDX-License-Identifier: Apache-2.0
// A secret in a log line stays in the journal for years.
// SEES base
// REFUSED no matching function|could not convert|cannot convert
#include "gateway/base/bytes.h"
#include "gateway/base/log.h"

void say(const sallyport::Log& log, const sallyport::Secret& secret) {
#ifdef RIGHT
    log.info("key loaded", {{"empty", secret.empty() ? "yes" : "no"}});
#else
    log.info("key loaded", {{"key", secret}});
#endif
}
