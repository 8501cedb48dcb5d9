// SPDX-License-Identifier: Apache-2.0
#include "parsers/segment_writer.h"

#include "parsers/edifact.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

bool blank(const DraftSegment::Components& components) {
    return std::all_of(
        components.begin(), components.end(), [](const std::string& text) { return text.empty(); });
}

bool blank(const DraftSegment::Repetitions& repetitions) {
    return std::all_of(repetitions.begin(), repetitions.end(), [](const auto& components) {
        return blank(components);
    });
}

bool is_ascii(std::string_view text) {
    return std::all_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Error refusal(std::string_view code,
              const DraftSegment& segment,
              std::size_t index,
              std::string_view text,
              std::string_view why) {
    return Error(code,
                 Blame::Operator,
                 "element " + std::to_string(index + 1) + " of " + segment.tag() + " holds \"" +
                     std::string(text.substr(0, 40)) + "\": " + std::string(why));
}

}  // namespace

bool SegmentWriter::separates(char c) const {
    return c == m_separators.element || (c == m_separators.component && c != '\0') ||
           c == m_separators.terminator[0] || (c == m_separators.release && c != '\0') ||
           (c == m_separators.repetition && c != '\0');
}

Status SegmentWriter::segment(const DraftSegment& segment) {
    m_out += segment.tag();
    std::size_t count = segment.elements().size();
    while (m_rules.style.trim && count > 0 && blank(segment.elements()[count - 1]))
        --count;
    for (std::size_t i = 0; i < count; ++i) {
        m_out += m_separators.element;
        if (Status done = element(segment, i); !done) return done;
    }
    end_segment();
    return {};
}

Status SegmentWriter::element(const DraftSegment& segment, std::size_t index) {
    const auto& repetitions = segment.elements()[index];
    std::size_t count = repetitions.size();
    while (count > 0 && blank(repetitions[count - 1]))
        --count;
    // Below EDIFACT syntax 4 a repeat is an element of its own; X12 below 00402 has none.
    const char between =
        m_separators.repetition != '\0' ? m_separators.repetition : m_separators.element;
    if (count > 1 && m_separators.repetition == '\0' && m_rules.standard == Standard::X12) {
        return Error("edi.write.repetition",
                     Blame::Operator,
                     segment.tag() + " repeats element " + std::to_string(index + 1) +
                         ", this interchange has no repetition separator")
            .remedy("use interchange version 00402 or later, or do not repeat the element");
    }
    for (std::size_t r = 0; r < count; ++r) {
        if (r > 0) m_out += between;
        const auto& components = repetitions[r];
        std::size_t last = components.size();
        while (m_rules.style.trim && last > 0 && components[last - 1].empty())
            --last;
        for (std::size_t c = 0; c < last; ++c) {
            if (c > 0) m_out += m_separators.component;
            if (Status done = value(segment, index, components[c]); !done) return done;
        }
    }
    return {};
}

// In the interchange's character set; with transliteration only where the set has no such character.
Result<std::string> SegmentWriter::encoded(std::string_view text) const {
    const std::string_view syntax = m_rules.syntax;
    std::string plain(text);
    if (!is_ascii(text) && m_rules.style.transliterate) {
        auto form = transliterated(text, syntax.empty() ? std::string_view("UNOB") : syntax);
        if (form) plain = *std::move(form);
    }
    if (m_rules.style.upper_case)
        std::transform(plain.begin(), plain.end(), plain.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
    if (syntax.empty() || is_ascii(plain)) return plain;
    auto octets = edifact_from_utf8(plain, syntax);
    if (octets) return *std::move(octets);
    return Error("edi.write.character",
                 Blame::Operator,
                 "character set " + std::string(syntax) + " has no such character");
}

Status SegmentWriter::value(const DraftSegment& segment, std::size_t index, std::string_view text) {
    auto octets = encoded(text);
    if (!octets) {
        return refusal("edi.write.character", segment, index, text, octets.error().what())
            .remedy(
                "choose another syntax identifier for this partner, allow transliteration, or "
                "replace the character in the mapping");
    }
    for (const char c : *octets) {
        if (m_rules.standard == Standard::Edifact && static_cast<unsigned char>(c) < 0x20) {
            return refusal("edi.write.character",
                           segment,
                           index,
                           text,
                           "control characters cannot be written")
                .remedy("replace the character in the mapping");
        }
        if (!separates(c)) {
            m_out += c;
        } else if (m_separators.release != '\0') {
            m_out += m_separators.release;
            m_out += c;
        } else if (m_rules.style.replace_separator != '\0' &&
                   !separates(m_rules.style.replace_separator)) {
            m_out += m_rules.style.replace_separator;
        } else {
            return refusal("edi.write.separator",
                           segment,
                           index,
                           text,
                           "it has the separator '" + std::string(1, c) +
                               "' in it and there is no release character")
                .remedy(
                    "choose other separators for this partner, name a replacement for "
                    "separators, or replace the character in the mapping");
        }
    }
    return {};
}

void SegmentWriter::end_segment() {
    m_out += m_separators.terminator;
    m_out += m_separators.line_end;
}

DraftSegment::DraftSegment(std::string tag, std::initializer_list<std::string_view> elements)
    : m_tag(std::move(tag)) {
    for (const std::string_view text : elements)
        m_elements.push_back({{std::string(text)}});
}

void DraftSegment::set(const Locator& at, std::string text) {
    if (at.element == 0 || at.component == 0 || at.repetition == 0) return;
    if (m_elements.size() < at.element) m_elements.resize(at.element);
    Repetitions& repetitions = m_elements[at.element - 1u];
    if (repetitions.size() < at.repetition) repetitions.resize(at.repetition);
    Components& components = repetitions[at.repetition - 1u];
    if (components.size() < at.component) components.resize(at.component);
    components[at.component - 1u] = std::move(text);
}

std::string_view DraftSegment::text(const Locator& at) const {
    if (at.element == 0 || at.element > m_elements.size()) return {};
    const Repetitions& repetitions = m_elements[at.element - 1u];
    if (at.repetition == 0 || at.repetition > repetitions.size()) return {};
    const Components& components = repetitions[at.repetition - 1u];
    return at.component == 0 || at.component > components.size()
               ? std::string_view()
               : std::string_view(components[at.component - 1u]);
}

bool DraftSegment::empty() const {
    return std::all_of(m_elements.begin(), m_elements.end(), [](const Repetitions& repetitions) {
        return blank(repetitions);
    });
}

}  // namespace sallyport::edi
