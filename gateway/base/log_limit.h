// SPDX-License-Identifier: Apache-2.0
// A ceiling on log lines that strangers can cause: whoever reaches a port must not fill the disk or bury what matters.
#pragma once

#include "gateway/base/log.h"

namespace sallyport {

// A token bucket per kind of line; a kind is a level and its constant sentence.
struct LogLimit {
    unsigned burst = 50;    // lines of one kind at once
    double per_second = 1;  // and on the average; above 0
    unsigned kinds = 256;   // kinds that are counted apart; further ones share one bucket
};

// Lines beyond the limit are counted, not written. The count comes out as one line "similar log lines were suppressed"
// (level of the kind, fields `suppressed` and `sentence`) before the next line of that kind that passes, or with the first
// line of any kind once the bucket has a token again, or when the sink is destroyed. Thread-safe; `clock` outlives it.
Log limited_log(Log next, const Clock& clock, LogLimit limit = {});

}  // namespace sallyport
