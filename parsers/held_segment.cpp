// SPDX-License-Identifier: Apache-2.0
#include "parsers/held_segment.h"

#include "parsers/edifact.h"
#include "parsers/printable.h"

#include <algorithm>

namespace sallyport::edi {

std::optional<std::string> decoded_text(const Value& value,
                                        const ScannedSegment& scanned,
                                        const TextRules& rules) {
    if (rules.standard == Standard::X12 && rules.release == '\0')
        return scanned.national ? std::optional(printable(value.text)) : std::nullopt;
    const bool national =
        scanned.national && std::any_of(value.raw.begin(), value.raw.end(), [](char c) {
            return static_cast<unsigned char>(c) >= 0x80;
        });
    const bool holds_release =
        scanned.released && value.raw.find(rules.release) != std::string_view::npos;
    if (!national && !holds_release) return std::nullopt;
    std::string text;
    text.reserve(value.raw.size());
    for (std::size_t i = 0; i < value.raw.size(); ++i) {
        if (holds_release && value.raw[i] == rules.release && i + 1 < value.raw.size()) ++i;
        text += value.raw[i];
    }
    const std::size_t last = text.find_last_not_of(' ');
    text.resize(last == std::string::npos ? 0 : last + 1);
    if (!national) return text;
    if (rules.standard == Standard::X12) return printable(text);
    auto decoded =
        edifact_to_utf8(text, rules.syntax.empty() ? std::string_view("UNOC") : rules.syntax);
    return decoded ? *std::move(decoded) : printable(text);
}

Segment& HeldSegment::look(const ScannedSegment& scanned,
                           std::uint32_t position,
                           const TextRules& rules) {
    m_texts.clear();
    m_values = *scanned.values;
    if (scanned.released || scanned.national) {
        for (Value& value : m_values) {
            if (auto text = decoded_text(value, scanned, rules)) {
                m_texts.push_back(*std::move(text));
                value.text = m_texts.back();
            }
        }
    }
    m_segment = {};
    m_segment.tag = scanned.tag;
    m_segment.raw = scanned.raw;
    m_segment.filler = scanned.filler;
    m_segment.terminated = scanned.terminated;
    m_segment.overlong = scanned.overlong;
    m_segment.place = {scanned.byte, scanned.line, position};
    m_segment.values = m_values;
    return m_segment;
}

Segment& HeldSegment::hold(const ScannedSegment& scanned,
                           std::uint32_t position,
                           const TextRules& rules) {
    look(scanned, position, rules);
    m_octets.assign(scanned.raw);
    m_octets += scanned.filler.substr(0, 2);
    const char* const from = scanned.raw.data();
    const char* const end = from + scanned.raw.size();
    const auto move = [&](std::string_view& view) {
        if (view.data() >= from && view.data() <= end)
            view = {m_octets.data() + (view.data() - from), view.size()};
    };
    for (Value& value : m_values) {
        move(value.raw);
        move(value.text);
    }
    move(m_segment.tag);
    move(m_segment.raw);
    m_segment.filler = std::string_view(m_octets).substr(scanned.raw.size());
    return m_segment;
}

}  // namespace sallyport::edi
