// SPDX-License-Identifier: Apache-2.0
#include "parsers/scanner.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sallyport::edi {
namespace {

std::size_t index(char c) {
    return static_cast<unsigned char>(c);
}

bool is_line_end(char c) {
    return c == '\r' || c == '\n';
}

// X12.6: trailing blanks of a value carry no meaning.
std::string_view without_trailing_blanks(std::string_view text) {
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

}  // namespace

void SegmentScanner::use(const Separators& separators) {
    m_classes.fill(Plain);
    std::fill(m_classes.begin() + 0x80, m_classes.end(), static_cast<std::uint8_t>(National));
    m_classes[index('\n')] = LineEnd;
    m_element = separators.element;
    m_terminator = separators.terminator;
    if (separators.repetition != '\0') m_classes[index(separators.repetition)] = Repetition;
    if (separators.component != '\0') m_classes[index(separators.component)] = Component;
    m_release = separators.release;
    if (m_release != '\0') m_classes[index(m_release)] = Release;
    m_classes[index(m_element)] = Element;
    m_classes[index(m_terminator[0])] = Terminator;
}

bool SegmentScanner::terminator_at(std::size_t at) const {
    return m_octets.compare(at, m_terminator.size(), m_terminator) == 0;
}

std::string_view SegmentScanner::skip_filler() {
    const std::size_t from = m_at;
    while (m_at < m_octets.size()) {
        const char c = m_octets[m_at];
        if (c == '\n') {
            ++m_line;
        } else if (c != '\r' && c != ' ' && c != '\t') {
            break;
        }
        if (!is_line_end(c) && terminator_at(m_at)) break;  // a blank as terminator is not filler
        ++m_at;
    }
    return m_octets.substr(from, m_at - from);
}

bool SegmentScanner::next(ScannedSegment& segment) {
    if (m_at >= m_octets.size()) return false;
    segment = ScannedSegment{};
    segment.byte = m_at;
    segment.line = m_line;
    const std::size_t end = find_end(m_at, segment);
    std::string_view raw = m_octets.substr(m_at, end - m_at);
    segment.raw = raw;
    const std::size_t tag_end = std::min(raw.find(m_element), raw.size());
    segment.tag = raw.substr(0, tag_end);
    m_values.clear();
    m_released = false;
    m_national = false;
    if (tag_end > 3)
        m_line +=
            static_cast<std::uint32_t>(std::count(segment.tag.begin(), segment.tag.end(), '\n'));
    if (tag_end < raw.size()) split(raw.substr(tag_end), segment.tag != "ISA" && !segment.overlong);
    segment.values = &m_values;
    segment.released = m_released;
    segment.national = m_national;
    finish(end, segment);
    return true;
}

// The element of BIN or BDS that holds octets as they are; 0: another segment.
std::uint16_t SegmentScanner::payload_element(std::size_t from) const {
    if (m_octets[from] != 'B' || m_octets.size() - from < 4 || m_octets[from + 3] != m_element)
        return 0;
    if (m_octets.compare(from, 3, "BIN") == 0) return 2;
    return m_octets.compare(from, 3, "BDS") == 0 ? 3 : 0;
}

// The offset of the terminator that ends the segment starting at `from`, or the end of the octets.
std::size_t SegmentScanner::find_end(std::size_t from, ScannedSegment& segment) {
    m_payload = m_release == '\0' ? payload_element(from) : std::uint16_t{0};
    if (m_payload != 0) {
        std::size_t end = 0;
        if (binary_end(from, end)) return end;
        segment.binary_wrong = true;
    }
    std::size_t at = from;
    while (at < m_octets.size()) {
        const void* found =
            std::memchr(m_octets.data() + at, m_terminator[0], m_octets.size() - at);
        if (!found) break;
        at = static_cast<std::size_t>(static_cast<const char*>(found) - m_octets.data());
        const bool ends = m_terminator.size() == 1 || terminator_at(at);
        if (ends && (m_release == '\0' || !is_released(from, at))) {
            segment.overlong = at - from > m_limit;
            return at;
        }
        ++at;
    }
    segment.terminated = false;
    segment.overlong = m_octets.size() - from > m_limit;
    return m_octets.size();
}

// An odd number of release characters before an octet takes its meaning away (ISO 9735-1, release character).
bool SegmentScanner::is_released(std::size_t from, std::size_t at) const {
    std::size_t run = 0;
    while (at > from && m_octets[at - 1] == m_release) {
        --at;
        ++run;
    }
    return run % 2 == 1;
}

// BIN*length*payload and BDS*code*length*payload: the payload is counted, not searched.
bool SegmentScanner::binary_end(std::size_t from, std::size_t& end) const {
    std::size_t at = from + 4;
    if (m_payload == 3) {
        at = m_octets.find(m_element, at);
        if (at == std::string_view::npos || at - from > 16) return false;
        ++at;
    }
    std::uint64_t length = 0;
    const char* limit = m_octets.data() + m_octets.size();
    const auto [stop, error] = std::from_chars(m_octets.data() + at, limit, length);
    if (error != std::errc() || stop == limit || *stop != m_element) return false;
    const auto payload = static_cast<std::size_t>(stop - m_octets.data()) + 1;
    if (length > m_octets.size() - payload) return false;
    end = payload + length;
    return end < m_octets.size() && terminator_at(end);
}

void SegmentScanner::split(std::string_view raw, bool components) {
    Value value;
    value.element = 1;
    std::size_t from = 1;
    const auto push = [&](std::size_t to) {
        value.raw = raw.substr(from, to - from);
        value.text = without_trailing_blanks(value.raw);
        m_values.push_back(value);
        from = to + 1;
    };
    for (std::size_t at = 1; at < raw.size(); ++at) {
        const std::uint8_t kind = m_classes[index(raw[at])];
        if (kind == Plain) [[likely]]
            continue;
        if (kind == LineEnd) {
            ++m_line;
        } else if (kind == National) {
            m_national = true;
        } else if (kind == Release) {
            m_released = true;
            if (at + 1 < raw.size() && raw[at + 1] == '\n') ++m_line;
            ++at;
        } else if (m_payload != 0 && value.element >= m_payload) {
            continue;
        } else if (kind == Element && value.element < MaxPositions) {
            push(at);
            ++value.element;
            value.repetition = value.component = 1;
        } else if (kind == Component && components && value.component < MaxPositions) {
            push(at);
            ++value.component;
        } else if (kind == Repetition && components && value.repetition < MaxPositions) {
            push(at);
            ++value.repetition;
            value.component = 1;
        }
    }
    push(raw.size());
}

// Steps over the terminator and the filler behind it.
void SegmentScanner::finish(std::size_t end, ScannedSegment& segment) {
    m_at = end;
    if (segment.terminated) {
        if (m_terminator == "\n") ++m_line;
        m_at += m_terminator.size();
    }
    const std::size_t filler = m_at;
    skip_between(segment.raw.empty() && segment.terminated);
    segment.filler = m_octets.substr(filler, m_at - filler);
}

void SegmentScanner::skip_between(bool after_empty) {
    skip_filler();
    // A run of terminators is one empty segment: a megabyte of them must not become a million segments.
    while (after_empty && m_at < m_octets.size() && terminator_at(m_at)) {
        m_at += m_terminator.size();
        skip_filler();
    }
}

}  // namespace sallyport::edi
