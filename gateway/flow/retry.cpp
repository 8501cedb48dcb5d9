// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/retry.h"

#include <algorithm>

namespace sallyport::flow {

std::chrono::milliseconds retry_delay(const RetryPolicy& policy, unsigned attempt, double chance) {
    const auto cap = static_cast<double>(policy.cap.count());
    double ceiling = static_cast<double>(policy.first.count());
    for (unsigned step = 1; step < attempt && ceiling < cap && policy.factor > 1; ++step)
        ceiling *= policy.factor;
    ceiling = std::min(ceiling, cap);
    const double share = std::clamp(policy.jitter, 0.0, 1.0) * std::clamp(chance, 0.0, 1.0);
    const double certain = 1.0 - std::clamp(policy.jitter, 0.0, 1.0);
    return std::chrono::milliseconds(static_cast<std::int64_t>(ceiling * (certain + share)));
}

Decision decide(const RetryPolicy& policy,
                Blame blame,
                const AttemptHistory& history,
                double chance) {
    const Decision park{Next::Park, std::chrono::milliseconds{0}};
    switch (blame) {
        case Blame::Network:
            if (history.since_first >= policy.give_up_after) return park;
            return {Next::Retry, retry_delay(policy, history.attempts, chance)};
        case Blame::Bug:
            if (history.attempts >= policy.bug_attempts) return park;
            return {Next::Retry, retry_delay(policy, history.attempts, chance)};
        case Blame::Partner:
        case Blame::Operator:
        case Blame::BackOffice:
            return park;
    }
    return park;
}

}  // namespace sallyport::flow
