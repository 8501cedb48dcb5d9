// SPDX-License-Identifier: Apache-2.0
#include "parsers/segment_writer.h"

#include "parsers/edifact.h"
#include "parsers/printable.h"

#include <algorithm>
#include <tuple>

namespace sallyport::edi {
namespace {

using Pieces = std::span<const DraftSegment::Piece>;

bool blank(Pieces pieces) {
    return std::all_of(
        pieces.begin(), pieces.end(), [](const auto& piece) { return piece.text.empty(); });
}

bool before(const Locator& a, const Locator& b) {
    return std::tie(a.element, a.repetition, a.component) <
           std::tie(b.element, b.repetition, b.component);
}

bool is_ascii(std::string_view text) {
    return std::all_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The start of a text, in one line.
std::string glimpse(std::string_view text) {
    std::string line = printable(text.substr(0, 40));
    std::replace_if(line.begin(), line.end(), is_control, '.');
    return line;
}

std::string hexadecimal(char c) {
    constexpr std::string_view Digits = "0123456789ABCDEF";
    const auto octet = static_cast<unsigned char>(c);
    return {'0', 'x', Digits[octet >> 4U], Digits[octet & 0xFU]};
}

Error refusal(std::string_view code,
              const DraftSegment& segment,
              const Locator& at,
              std::string_view why) {
    std::string place = "element " + std::to_string(at.element);
    if (at.component > 1) place += ", component " + std::to_string(at.component);
    if (at.repetition > 1) place += ", repetition " + std::to_string(at.repetition);
    return Error(code,
                 Blame::Operator,
                 place + " of " + segment.tag() + " holds \"" + glimpse(segment.text(at)) +
                     "\": " + std::string(why));
}

// X12.6 and ISO 9735: letters and digits, two or three of them.
bool is_tag(std::string_view tag) {
    return (tag.size() == 2 || tag.size() == 3) && std::all_of(tag.begin(), tag.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
           });
}

// The element of BIN and BDS that is counted and not searched; 0: another segment.
std::uint16_t payload_of(std::string_view tag) {
    return tag == "BIN" ? std::uint16_t{2} : tag == "BDS" ? std::uint16_t{3} : std::uint16_t{0};
}

}  // namespace

bool SegmentWriter::separates(char c) const {
    return c == m_separators.element || (c == m_separators.component && c != '\0') ||
           c == m_separators.terminator[0] || (c == m_separators.release && c != '\0') ||
           (c == m_separators.repetition && c != '\0');
}

Status SegmentWriter::segment(const DraftSegment& segment) {
    if (!is_tag(segment.tag())) {
        return Error("edi.write.tag",
                     Blame::Operator,
                     "\"" + glimpse(segment.tag()) + "\" is no segment tag")
            .remedy("name segments with two or three letters or digits");
    }
    m_out += segment.tag();
    const std::uint16_t payload =
        m_rules.standard == Standard::X12 ? payload_of(segment.tag()) : std::uint16_t{0};
    std::uint16_t count = segment.elements();
    while (m_rules.style.trim && count > 0 && blank(segment.element(count)))
        --count;
    for (std::uint16_t i = 1; i <= count; ++i) {
        m_out += m_separators.element;
        if (Status done = i == payload ? binary(segment, i) : element(segment, i); !done)
            return done;
    }
    end_segment();
    return {};
}

// Without a separator of repetitions: only in EDIFACT, and only what stands last. Repeats would push what follows out of place.
bool SegmentWriter::may_repeat(const DraftSegment& segment, std::uint16_t number) const {
    if (m_rules.standard == Standard::X12) return false;
    for (std::uint16_t after = segment.elements(); after > number; --after)
        if (!blank(segment.element(after))) return false;
    return true;
}

Status SegmentWriter::element(const DraftSegment& segment, std::uint16_t number) {
    Pieces pieces = segment.element(number);
    // Empty repetitions at the end are left out, whatever was set in them.
    const auto last = std::find_if(
        pieces.rbegin(), pieces.rend(), [](const auto& piece) { return !piece.text.empty(); });
    const std::uint16_t count = last == pieces.rend() ? std::uint16_t{0} : last->at.repetition;
    // Below EDIFACT syntax 4 a repeat is an element of its own; X12 below 00402 has none.
    const char between =
        m_separators.repetition != '\0' ? m_separators.repetition : m_separators.element;
    if (count > 1 && m_separators.repetition == '\0' && !may_repeat(segment, number)) {
        return Error("edi.write.repetition",
                     Blame::Operator,
                     segment.tag() + " repeats element " + std::to_string(number) +
                         ", this interchange has no repetition separator")
            .remedy(m_rules.standard == Standard::X12
                        ? "use interchange version 00402 or later, or do not repeat the element"
                        : "use syntax version 4, or do not repeat an element that others follow");
    }
    for (std::uint16_t r = 1; r <= count; ++r) {
        if (r > 1) m_out += between;
        const auto end = std::find_if(pieces.begin(), pieces.end(), [&](const auto& piece) {
            return piece.at.repetition > r;
        });
        if (Status done = components(
                segment, {pieces.begin(), static_cast<std::size_t>(end - pieces.begin())});
            !done)
            return done;
        pieces = {end, pieces.end()};
    }
    return {};
}

// The components of one repetition.
Status SegmentWriter::components(const DraftSegment& segment, Pieces pieces) {
    while (m_rules.style.trim && !pieces.empty() && pieces.back().text.empty())
        pieces = pieces.first(pieces.size() - 1);
    std::uint16_t at = 1;
    for (const DraftSegment::Piece& piece : pieces) {
        for (; at < piece.at.component; ++at)
            m_out += m_separators.component;
        if (Status done = value(segment, piece.at, piece.text); !done) return done;
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

Status SegmentWriter::value(const DraftSegment& segment, const Locator& at, std::string_view text) {
    auto octets = encoded(text);
    if (!octets) {
        return refusal("edi.write.character", segment, at, octets.error().what())
            .remedy(
                "choose another syntax identifier for this partner, allow transliteration, or "
                "replace the character in the mapping");
    }
    for (const char c : *octets) {
        if (Status done = put(segment, at, c); !done) return done;
    }
    return {};
}

Status SegmentWriter::put(const DraftSegment& segment, const Locator& at, char c) {
    if (!separates(c)) {
        // A terminator may be a control character; nothing else may, and readers drop line ends in places.
        if (is_control(c)) {
            return refusal("edi.write.character",
                           segment,
                           at,
                           "the control character " + hexadecimal(c) + " cannot be written")
                .remedy("replace the character in the mapping");
        }
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
                       at,
                       "it has the separator " +
                           (is_control(c) ? hexadecimal(c) : "'" + std::string(1, c) + "'") +
                           " in it and there is no release character")
            .remedy(
                "choose other separators for this partner, name a replacement for separators, or "
                "replace the character in the mapping");
    }
    return {};
}

// As it is: the element before it says how many octets they are, whatever they look like.
Status SegmentWriter::binary(const DraftSegment& segment, std::uint16_t number) {
    const std::string_view payload = segment.text({number, 1, 1});
    const std::string_view stated = segment.text({static_cast<std::uint16_t>(number - 1), 1, 1});
    if (stated != std::to_string(payload.size())) {
        return Error("edi.write.binary",
                     Blame::Operator,
                     segment.tag() + " announces \"" + glimpse(stated) + "\" octets and holds " +
                         std::to_string(payload.size()))
            .remedy("state the number of octets before the binary data");
    }
    m_out += payload;
    return {};
}

void SegmentWriter::end_segment() {
    m_out += m_separators.terminator;
    m_out += m_separators.line_end;
}

DraftSegment::DraftSegment(std::string tag, std::initializer_list<std::string_view> elements)
    : m_tag(std::move(tag)) {
    m_pieces.reserve(elements.size());
    std::uint16_t number = 0;
    for (const std::string_view text : elements)
        m_pieces.push_back({Locator{++number, 1, 1}, std::string(text)});
}

std::vector<DraftSegment::Piece>::const_iterator DraftSegment::place(const Locator& at) const {
    return std::lower_bound(
        m_pieces.begin(), m_pieces.end(), at, [](const Piece& piece, const Locator& wanted) {
            return before(piece.at, wanted);
        });
}

void DraftSegment::set(const Locator& at, std::string text) {
    if (at.element == 0 || at.component == 0 || at.repetition == 0) return;
    if (m_pieces.empty() || before(m_pieces.back().at, at)) {
        m_pieces.push_back({at, std::move(text)});
        return;
    }
    const auto found = m_pieces.begin() + (place(at) - m_pieces.cbegin());
    if (found->at == at)
        found->text = std::move(text);
    else
        m_pieces.insert(found, {at, std::move(text)});
}

std::string_view DraftSegment::text(const Locator& at) const {
    const auto found = place(at);
    return found == m_pieces.end() || found->at != at ? std::string_view()
                                                      : std::string_view(found->text);
}

std::span<const DraftSegment::Piece> DraftSegment::element(std::uint16_t number) const {
    const auto begin = place(Locator{number, 0, 0});
    auto end = begin;
    while (end != m_pieces.end() && end->at.element == number)
        ++end;
    return {begin, end};
}

bool DraftSegment::empty() const {
    return blank(m_pieces);
}

}  // namespace sallyport::edi
