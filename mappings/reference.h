// SPDX-License-Identifier: Apache-2.0
// The language as tables, and the reference page made from them: docs/mapping/reference.md is this text, a test holds it to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct MapCode {
    std::string_view code;      // "MAP201"
    std::string_view severity;  // "error", "warning", "note"
    std::string_view meaning;
    std::string_view remedy;
};
// Every code the checker can say, in order.
std::vector<MapCode> map_codes();

struct FunctionHelp {
    std::string_view name, usage, summary;
};
std::vector<FunctionHelp> function_help();

// Markdown.
std::string language_reference();

}  // namespace sallyport::mapping
