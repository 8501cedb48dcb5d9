// SPDX-License-Identifier: Apache-2.0
// Schemas for people: one fact per line, each with its full place, so that two of them can be compared line by line.
#pragma once

#include "parsers/guide.h"
#include "parsers/schema.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct SchemaView {
    bool elements = false;         // also the elements of each segment and its conditions
    bool codes = false;            // also the code lists
    std::string_view segment;      // only this segment's elements; empty: all
    const Guide* guide = nullptr;  // its rules stand under the place they speak about
};

// The tree, indented.
std::string schema_text(const SetSchema& set, const SchemaView& view);
nlohmann::ordered_json schema_json(const SetSchema& set, const SchemaView& view);

// One line per fact: "PO1/PID O 1000 loop", "PO1 02 330 R 1/15 O", "PO1 C 03 02", "PO1 06 codes UP VN".
std::vector<std::string> schema_facts(const SetSchema& set, const Guide* guide);

struct SchemaDifference {
    bool added = false;  // false: only in the first
    std::string fact;
};
// In the order of the second, what is gone before what came.
std::vector<SchemaDifference> schema_diff(const std::vector<std::string>& first,
                                          const std::vector<std::string>& second);

}  // namespace sallyport::edi
