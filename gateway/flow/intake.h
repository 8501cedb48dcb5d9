// SPDX-License-Identifier: Apache-2.0
// The outer gate's inner side: makes an arrival durable together with its receipt and its first job, and guards against
// replays of the same transport identity. Receipt means durable (architecture.md, rules of the road 1 and 3).
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/flow/metrics.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "transports/intake.h"

#include <cstdint>
#include <functional>
#include <string>

namespace sallyport::flow {

// Error codes of admit() and refuse(): those of store and archive; flow.intake.identity (Bug: the arrival has no message
// id or no content digest); flow.intake.disk (Operator: too little room, the partner must try again). Thread-safe. References outlive the intake.
class DurableIntake final : public transports::Intake {
public:
    struct Parts {
        store::Store& store;
        const store::Archive& archive;
        const Clock& clock;
        Random& random;
        Metrics& metrics;
        Log log;
        std::function<void()> admitted;  // wakes the pipeline; called after the commit
        // Free octets where the archive lies; below `least_free` nothing new is taken, so that what was acknowledged can
        // still be finished. Empty: not looked at.
        std::function<std::uint64_t()> free_bytes{};
        std::uint64_t least_free = 0;
    };
    explicit DurableIntake(Parts parts);

    Result<transports::Admission> admit(const transports::Arrival& arrival,
                                        const transports::ReceiptMaker& make_receipt) override;
    Status refuse(const transports::Refusal& refusal, const transports::Receipt& receipt) override;

private:
    struct Attempt;
    Result<transports::Admission> answer_again(const std::string& message) const;
    Result<transports::Admission> admit_new(const Attempt& attempt);
    Result<transports::Admission> admit_conflict(const Attempt& attempt, const std::string& first);
    Result<transports::Admission> settled(const Attempt& attempt, const store::ReplayAnswer& owner);

    Parts m_parts;
};

}  // namespace sallyport::flow
