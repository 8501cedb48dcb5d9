// SPDX-License-Identifier: Apache-2.0
// Segments outside a Document: decoding of their values, and one segment that owns what its views point into.
// Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/scanner.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

// What decoding a value depends on.
struct TextRules {
    Standard standard = Standard::X12;
    char release = '\0';
    std::string_view syntax;  // EDIFACT 0001
};

// The value released and in UTF-8; empty when the octets on the wire are that already.
std::optional<std::string> decoded_text(const Value& value,
                                        const ScannedSegment& scanned,
                                        const TextRules& rules);

class HeldSegment {
public:
    // Views into what was scanned: good as long as that stays.
    Segment& look(const ScannedSegment& scanned, std::uint32_t position, const TextRules& rules);
    // With a copy of the octets: good as long as this object.
    Segment& hold(const ScannedSegment& scanned, std::uint32_t position, const TextRules& rules);
    Segment& segment() { return m_segment; }
    const Segment& segment() const { return m_segment; }
    std::vector<Value>& values() { return m_values; }

private:
    std::string m_octets;
    std::vector<Value> m_values;
    std::deque<std::string> m_texts;
    Segment m_segment;
};

}  // namespace sallyport::edi
