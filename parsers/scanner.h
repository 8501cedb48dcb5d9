// SPDX-License-Identifier: Apache-2.0
// Octets to segments (X12.6, ISO 9735-1), one at a time, without copying and without memory that grows. Private to parsers/.
#pragma once

#include "parsers/document.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sallyport::edi {

// More separators than this in one segment are left unsplit in its last value: 16-bit positions never wrap.
inline constexpr std::uint16_t MaxPositions = 4096;

// What a scan step found. `values` is the scanner's own buffer, good until the next step.
struct ScannedSegment {
    std::string_view tag, raw, filler;
    const std::vector<Value>* values = nullptr;
    std::uint64_t byte = 0;
    std::uint32_t line = 0;
    bool terminated = true;
    bool released = false;  // a value holds the release character: text is not raw
    bool national = false;  // holds octets above ASCII
    bool overlong =
        false;  // longer than the limit: cut there, the scan goes on after the next terminator
    bool binary_wrong = false;  // BIN/BDS whose stated length does not lead to a terminator
};

class SegmentScanner {
public:
    SegmentScanner(std::string_view octets, std::size_t segment_bytes)
        : m_octets(octets), m_limit(segment_bytes) {}

    // Starts (again) at `at`; `line` is the line number there.
    void start(std::size_t at, std::uint32_t line) {
        m_at = at;
        m_line = line;
    }
    void use(const Separators& separators);
    // Other octets, scanned from their start on; `line` is the line number there.
    void over(std::string_view octets, std::uint32_t line) {
        m_octets = octets;
        start(0, line);
    }
    // What stands between two segments; after an empty segment the terminators of a run as well.
    void skip_between(bool after_empty);
    bool next(ScannedSegment& segment);  // false: nothing but filler is left
    std::size_t at() const { return m_at; }
    std::uint32_t line() const { return m_line; }
    // The octets skipped before the first segment after start(), when they are only line ends and blanks.
    std::string_view skip_filler();

private:
    enum Class : std::uint8_t {
        Plain,
        Element,
        Component,
        Repetition,
        LineEnd,
        Terminator,
        Release,
        National
    };

    std::size_t find_end(std::size_t from, ScannedSegment& segment);
    bool binary_end(std::size_t from, std::size_t& end) const;
    bool terminator_at(std::size_t at) const;
    std::uint16_t payload_element(std::size_t from) const;
    bool is_released(std::size_t from, std::size_t at) const;
    void split(std::string_view raw, bool components);
    void finish(std::size_t end, ScannedSegment& segment);

    std::string_view m_octets;
    std::size_t m_limit;
    std::size_t m_at = 0;
    std::uint32_t m_line = 1;
    std::array<std::uint8_t, 256> m_classes{};
    std::string m_terminator = "~";
    char m_element = '*';
    char m_release = '\0';
    bool m_national = false;
    bool m_released = false;      // seen in the segment being scanned
    std::uint16_t m_payload = 0;  // of the segment being scanned
    std::vector<Value> m_values;
};

}  // namespace sallyport::edi
