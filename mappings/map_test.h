// SPDX-License-Identifier: Apache-2.0
// Running the test blocks of a map: wire to document, document to wire, the grade of the round trip.
#pragma once

#include "mappings/map.h"
#include "mappings/tools.h"

#include <string>
#include <vector>

namespace sallyport::mapping {

struct TestOutcome {
    std::string name;
    std::string where;  // "acme-850.map:22"
    bool passed = false;
    std::string detail;  // why not: the differing fields, one a line
};

std::vector<TestOutcome> run_tests(const CompiledMap& map, const ToolContext& context);

// "lines[0].unit: expected \"case\", got \"unit\"", one a line; empty when equal.
std::string differences(const nlohmann::ordered_json& expected, const nlohmann::ordered_json& got);

}  // namespace sallyport::mapping
