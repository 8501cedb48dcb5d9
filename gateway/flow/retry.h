// SPDX-License-Identifier: Apache-2.0
// What to do after a step failed: a pure decision from the error, the attempts so far and one random number.
#pragma once

#include "gateway/base/error.h"

#include <chrono>
#include <cstdint>

namespace sallyport::flow {

struct RetryPolicy {
    std::chrono::milliseconds first{2'000};  // the ceiling of the first delay
    double factor = 2;                       // from one ceiling to the next
    std::chrono::milliseconds cap{900'000};  // no single delay is longer
    double jitter = 0.5;                     // share of the ceiling that is random, 0 to 1
    std::chrono::milliseconds give_up_after{
        std::chrono::hours{7 * 24}};  // since its first try; then parked
    unsigned bug_attempts = 2;        // a step that fails with Blame::Bug is parked after this many
};

// Exponential with jitter: a share of the ceiling is random, so that many documents that failed together do not come back
// together; the rest is certain, so that none comes back at once. `attempt` counts from 1, `chance` in [0, 1).
std::chrono::milliseconds retry_delay(const RetryPolicy& policy, unsigned attempt, double chance);

enum class Next : std::uint8_t { Retry, Park };

struct Decision {
    Next next = Next::Park;
    std::chrono::milliseconds delay{0};  // only with Retry
};

// Since the job was made, or a person last released it.
struct AttemptHistory {
    unsigned attempts = 1;                     // with the one that just failed
    std::chrono::microseconds since_first{0};  // from the first attempt to now
};

// Network is retried until the policy gives up; Partner, Operator and BackOffice are parked for the person who must
// act; Bug gets one more try, because a crashed neighbour can look like one, and is then parked.
Decision decide(const RetryPolicy& policy,
                Blame blame,
                const AttemptHistory& history,
                double chance);

}  // namespace sallyport::flow
