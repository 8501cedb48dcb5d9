// SPDX-License-Identifier: Apache-2.0
// A draft segment to octets: separators, release characters, character set and trimming, for X12 and EDIFACT alike.
// Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/x12.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::edi {

struct WriterRules {
    Standard standard = Standard::X12;
    std::string_view syntax;  // EDIFACT 0001; X12: empty, values leave as UTF-8
    WriteStyle style;
};

class SegmentWriter {
public:
    // `separators` must outlive the writer.
    SegmentWriter(const Separators& separators, const WriterRules& rules)
        : m_separators(separators), m_rules(rules) {}

    // Errors (Blame::Operator): edi.write.separator, edi.write.character, edi.write.repetition, edi.write.tag,
    // edi.write.binary. What the readers call an error of a value's octets is not written in the first place.
    Status segment(const DraftSegment& segment);
    void add(std::string_view octets) { m_out += octets; }
    void end_segment();
    std::string take() { return std::move(m_out); }

private:
    bool may_repeat(const DraftSegment& segment, std::uint16_t number) const;
    Status element(const DraftSegment& segment, std::uint16_t number);
    Status components(const DraftSegment& segment, std::span<const DraftSegment::Piece> pieces);
    Status value(const DraftSegment& segment, const Locator& at, std::string_view text);
    Status put(const DraftSegment& segment, const Locator& at, char c);
    Status binary(const DraftSegment& segment, std::uint16_t number);
    Result<std::string> encoded(std::string_view text) const;
    bool separates(char c) const;

    const Separators& m_separators;
    WriterRules m_rules;
    std::string m_out;
};

}  // namespace sallyport::edi
