// SPDX-License-Identifier: Apache-2.0
// Write after read of map text: formatting keeps what a map says, and formatting again changes nothing. Tables as CSV end in
// rows or in a reason with a place.
// SEEDS mappings/shipped
// SEEDS mappings/shipped/tables
#include "mappings/loader.h"
#include "mappings/review.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace mapping = sallyport::mapping;

void check_csv(std::string_view text) {
    std::vector<std::size_t> starts;
    std::optional<mapping::CsvProblem> problem;
    const auto rows = mapping::read_csv(text, starts, problem);
    if (problem) {
        if (problem->at > text.size() || problem->message.empty()) std::abort();
        return;
    }
    if (rows.size() != starts.size()) std::abort();
    for (const std::size_t start : starts)
        if (start > text.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 20'000) return 0;
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_csv(text);
    const std::string once = mapping::format_map(text);
    if (mapping::format_map(once) != once) std::abort();
    return 0;
}
