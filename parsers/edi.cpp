// SPDX-License-Identifier: Apache-2.0
#include "parsers/edi.h"

#include "parsers/edifact.h"
#include "parsers/x12_header.h"
#include "parsers/xml.h"

#include <algorithm>

namespace sallyport::edi {

std::optional<Standard> sniff(std::string_view octets, const Limits& limits) {
    if (looks_like_xml(octets)) return Standard::Xml;
    // "UN" as EBCDIC and UTF-16 write it; whether that is taken is the reader's to say.
    std::string first;
    for (const char c : octets.substr(0, 8)) {
        if (c != '\0' && c != '\xFE' && c != '\xFF') first += c;
    }
    const std::string_view two = std::string_view(first).substr(0, 2);
    if (first.size() < 8 ? two == "UN" : two == "\xE4\xD5") return Standard::Edifact;
    const std::size_t start =
        std::min(octets.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), octets.size());
    if (octets.compare(start, 3, "UNA") == 0 || octets.compare(start, 3, "UNB") == 0)
        return Standard::Edifact;
    if (find_x12_header(octets, start, limits.junk_bytes)) return Standard::X12;
    const std::string_view start_of_file = octets.substr(0, limits.junk_bytes);
    for (const std::string_view tag : {"UNB+", "UNA:", "UNH+"}) {
        if (start_of_file.find(tag) != std::string_view::npos) return Standard::Edifact;
    }
    return std::nullopt;
}

Result<Document> read(std::string octets, const Limits& limits, const Leniencies& leniencies) {
    const auto standard = sniff(octets, limits);
    if (standard == Standard::Edifact) return read_edifact(std::move(octets), limits, leniencies);
    if (standard == Standard::Xml) return read_xml(std::move(octets), limits);
    return read_x12(std::move(octets), limits, leniencies);
}

}  // namespace sallyport::edi
