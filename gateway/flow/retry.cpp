// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/retry.h"

#include <algorithm>

namespace sallyport::flow {

std::chrono::milliseconds retry_delay(const RetryPolicy& policy, unsigned attempt, double jitter) {
    auto ceiling = policy.first;
    for (unsigned step = 1; step < attempt && ceiling < policy.cap; ++step)
        ceiling *= 2;
    ceiling = std::min(ceiling, policy.cap);
    const auto half = ceiling / 2;
    const auto spread = static_cast<double>((ceiling - half).count());
    const double bounded = std::clamp(jitter, 0.0, 1.0);
    return half + std::chrono::milliseconds(static_cast<std::int64_t>(spread * bounded));
}

Decision decide(const RetryPolicy& policy,
                Blame blame,
                const AttemptHistory& history,
                double jitter) {
    const Decision park{Next::Park, std::chrono::milliseconds{0}};
    switch (blame) {
        case Blame::Network:
            if (history.since_first >= policy.give_up_after) return park;
            return {Next::Retry, retry_delay(policy, history.attempts, jitter)};
        case Blame::Bug:
            if (history.attempts >= policy.bug_attempts) return park;
            return {Next::Retry, retry_delay(policy, history.attempts, jitter)};
        case Blame::Partner:
        case Blame::Operator:
        case Blame::BackOffice:
            return park;
    }
    return park;
}

}  // namespace sallyport::flow
