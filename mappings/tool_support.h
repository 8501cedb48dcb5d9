// SPDX-License-Identifier: Apache-2.0
// What the coordinator's tools share. Private to mappings/.
#pragma once

#include "mappings/plan.h"
#include "mappings/tools.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

ToolResult failed(std::string text);

// The map with its diagnostics in `out`; MapLoad::map is null when it has errors, and `out` says so.
MapLoad load_for(const ToolContext& context, std::string_view file, ToolResult& out);

nlohmann::ordered_json to_json(const Diagnostic& diagnostic, const Sources& sources);
nlohmann::ordered_json to_json(const std::vector<Diagnostic>& diagnostics, const Sources& sources);
nlohmann::ordered_json to_json(const Leftover& leftover);

// "PO1.03", "NAD.02.01".
std::string element_name(std::string_view segment, unsigned element, unsigned component = 0);

// "segment 5  FOB.02"; of an XML document the XPath.
std::string place_of(const Leftover& leftover);

// Every transaction of `document` the map reads; returns how many others there are.
unsigned each_transaction(const edi::Document& document,
                          const CompiledMap& map,
                          const std::function<void(const edi::Transaction&)>& visit);

// One rule or block of the plan, with the blocks around it.
struct FlatRule {
    const PlanStep* step = nullptr;
    unsigned depth = 0;
    std::string block;   // "each PO1 > each SDQ.dest", as spelled
    std::string field;   // "lines[].item.upc"; a split: "number, refs[location]"; empty: none
    bool opens = false;  // block, first, when
};
// In the order of the plan; blocks before what stands in them.
std::vector<FlatRule> flatten(const Plan& plan);

std::string_view to_string(RuleClass one);  // "exact", "normalises", …
std::string_view to_string(Arrow arrow);    // "<->", "->", "<-"

}  // namespace sallyport::mapping
