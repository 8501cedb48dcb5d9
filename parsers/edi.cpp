// SPDX-License-Identifier: Apache-2.0
#include "parsers/edi.h"

#include "parsers/x12_header.h"

#include <algorithm>

namespace sallyport::edi {

std::optional<Standard> sniff(std::string_view octets, const Limits& limits) {
    const std::size_t start =
        std::min(octets.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), octets.size());
    if (octets.compare(start, 3, "UNA") == 0 || octets.compare(start, 3, "UNB") == 0)
        return Standard::Edifact;
    if (find_x12_header(octets, start, limits.junk_bytes)) return Standard::X12;
    const std::size_t unb = octets.substr(0, limits.junk_bytes).find("UNB");
    return unb == std::string_view::npos ? std::nullopt : std::optional(Standard::Edifact);
}

Result<Document> read(std::string octets, const Limits& limits, const Leniencies& leniencies) {
    return read_x12(std::move(octets), limits, leniencies);
}

}  // namespace sallyport::edi
