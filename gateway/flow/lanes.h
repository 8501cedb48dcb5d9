// SPDX-License-Identifier: Apache-2.0
// Looks for lanes that stand still behind a parked job, and tells the operator. Private to gateway/flow.
#pragma once

#include "gateway/flow/steps.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

namespace sallyport::flow {

// Used by one thread at a time.
class LaneWatch {
public:
    explicit LaneWatch(std::chrono::steady_clock::duration remind) : m_remind(remind) {}

    // How many lanes are stopped. Errors: of the store.
    Result<std::size_t> sweep(const Tools& tools);

private:
    std::chrono::steady_clock::duration m_remind;
    std::map<std::int64_t, std::chrono::steady_clock::time_point> m_said;  // by the parked job
};

}  // namespace sallyport::flow
