// SPDX-License-Identifier: Apache-2.0
// What both directions share: parameters, findings with a limit. Private to mappings/.
#pragma once

#include "mappings/plan.h"
#include "mappings/run.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::mapping {

class Findings {
public:
    explicit Findings(std::size_t limit) : m_limit(limit) {}
    void add(Finding finding) {
        if (all.size() < m_limit)
            all.push_back(std::move(finding));
        else
            ++left_out;
    }
    std::vector<Finding> all;
    std::size_t left_out = 0;

private:
    std::size_t m_limit;
};

Verdict verdict_of(Action action);

// By index in map.params. Error map.parameter.
Result<std::vector<std::optional<std::string>>> bind_parameters(const Plan& plan,
                                                                const Parameters& given);

}  // namespace sallyport::mapping
