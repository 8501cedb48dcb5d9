// SPDX-License-Identifier: Apache-2.0
#include "parsers/x12_header.h"

#include "parsers/faults.h"

#include <algorithm>
#include <array>
#include <string>

namespace sallyport::edi {
namespace {

constexpr std::size_t IsaLength = 106;
constexpr std::size_t LongestIsa = 512;    // an ISA whose fields have wrong widths still ends soon
constexpr std::size_t LongestLine = 4096;  // looked at behind an ISA, to tell what ends it
// Offsets of the element separators in an ISA of the prescribed widths (X12.5).
constexpr std::array<std::size_t, 16> SeparatorOffsets = {
    3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103};

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool can_separate(char c) {
    return !is_alphanumeric(c) && c != ' ' && c != '\r' && c != '\n' && c != '\0';
}

// Start of element i (from 1) when the header is split at its separators; element 17 would be behind the terminator.
struct Split {
    std::array<std::size_t, 17> starts{};
    std::size_t count = 0;  // separators found, at most 16
    bool padded = false;
};

Split split_header(std::string_view octets, std::size_t at, char separator) {
    Split split;
    const std::size_t end = std::min(octets.size(), at + LongestIsa);
    split.padded = true;
    for (std::size_t i = at + 3; i < end && split.count < 16; ++i) {
        if (octets[i] != separator) continue;
        if (i - at != SeparatorOffsets[split.count]) split.padded = false;
        split.starts[++split.count] = i + 1;
    }
    return split;
}

Fault note(std::string_view code, std::size_t at, std::string message) {
    Fault fault = make_fault(code, nullptr, std::move(message));
    fault.segment = "ISA";
    fault.position = 1;
    fault.byte = at;
    return fault;
}

// ISA16 was forgotten: the octet in its place ends the line and so does every segment after it.
bool lacks_component_separator(std::string_view octets, std::size_t component) {
    const std::size_t line =
        octets.substr(0, component + LongestLine).find_first_not_of("\r\n", component + 1);
    if (line == component + 1 || line == std::string_view::npos) return false;
    // Bounded: a stream of headers must not cost the square of its length.
    const std::string_view near = octets.substr(0, line + LongestLine);
    const std::size_t line_end = near.find_first_of("\r\n", line);
    const std::size_t last = line_end == std::string_view::npos ? near.size() : line_end;
    return last > line && octets[last - 1] == octets[component];
}

void find_terminator(std::string_view octets, std::size_t component, X12Header& header) {
    Separators& separators = header.separators;
    const std::string_view rest = octets.substr(component + 1, LongestLine);
    const std::size_t behind_blanks = rest.find_first_not_of(' ');
    if (lacks_component_separator(octets, component)) {
        separators.terminator = std::string(1, octets[component]);
        separators.component = '\0';
        header.found.push_back(note("x12.repair.component-separator",
                                    header.at,
                                    "the header has no component separator (ISA16); its place "
                                    "holds the segment terminator"));
        return;
    }
    if (rest.substr(0, 3) == "\xE2\x80\xA6") {
        separators.terminator = "\xE2\x80\xA6";
    } else if (rest[0] == ' ' && behind_blanks != std::string_view::npos &&
               (rest[behind_blanks] == '\n' || rest[behind_blanks] == '\r')) {
        separators.terminator = std::string(1, rest[behind_blanks]);
        header.found.push_back(
            note("x12.repair.terminator",
                 header.at,
                 "a blank stands between the header and the line end that terminates segments"));
    } else {
        separators.terminator = std::string(1, rest[0]);
    }
    const std::string_view behind =
        rest.substr(rest.find(separators.terminator) + separators.terminator.size());
    if (behind.substr(0, 2) == "\r\n")
        separators.line_end = "\r\n";
    else if (behind.substr(0, 1) == "\n")
        separators.line_end = "\n";
}

void find_repetition(std::string_view version, std::string_view eleventh, X12Header& header) {
    // Below 00402 ISA11 names a standards body and '^' is data.
    if (version < "00402" || eleventh.size() != 1) return;
    if (can_separate(eleventh[0])) {
        header.separators.repetition = eleventh[0];
    } else {
        header.found.push_back(note("x12.isa.repetition",
                                    header.at,
                                    "ISA11 is \"" + std::string(eleventh) +
                                        "\"; interchange version " + std::string(version) +
                                        " expects the repetition separator there, none is used"));
    }
}

// From 007040 on the segment behind the header may name a release character (ISX01).
void find_release(std::string_view octets, std::string_view version, X12Header& header) {
    if (version < "00704") return;
    const std::string_view near = octets.substr(0, header.at + LongestIsa);
    const Separators& separators = header.separators;
    const std::size_t end = near.find(separators.terminator, header.at + IsaLength - 2);
    if (end == std::string_view::npos) return;
    const std::size_t next = near.find_first_not_of(" \t\r\n", end + separators.terminator.size());
    if (next == std::string_view::npos || near.size() < next + 6 ||
        near.compare(next, 3, "ISX") != 0 || near[next + 3] != separators.element)
        return;
    const char release = near[next + 4], behind = near[next + 5];
    const bool alone = behind == separators.element || behind == separators.terminator[0];
    if (alone && can_separate(release) && release != separators.element &&
        release != separators.component && release != separators.terminator[0])
        header.separators.release = release;
}

Status check_distinct(const Separators& separators, std::size_t at) {
    const char terminator = separators.terminator[0];
    const bool distinct =
        separators.element != separators.component && separators.element != terminator &&
        separators.component != terminator &&
        (separators.repetition == '\0' ||
         (separators.repetition != separators.element && separators.repetition != terminator &&
          separators.repetition != separators.component));
    if (distinct && !is_alphanumeric(terminator) &&
        (separators.component == '\0' || !is_alphanumeric(separators.component)))
        return {};
    return Error("x12.separators",
                 Blame::Partner,
                 "the header names separators that are equal or are letters or digits")
        .at({.source = {}, .byte = at})
        .remedy("ask the sender to resend the file with distinct separators");
}

}  // namespace

Result<X12Header> read_x12_header(std::string_view octets, std::size_t at) {
    if (octets.size() < at + 4 || octets.compare(at, 3, "ISA") != 0 ||
        !can_separate(octets[at + 3])) {
        return Error("x12.isa.missing", Blame::Partner, "no interchange header (ISA) here")
            .at({.source = {}, .byte = at})
            .remedy("ask the sender what was sent");
    }
    X12Header header;
    header.at = at;
    header.separators.element = octets[at + 3];
    const Split split = split_header(octets, at, header.separators.element);
    const std::size_t component = split.count == 16 ? split.starts[16] : 0;
    if (split.count < 16 || component + 1 >= octets.size()) {
        return Error("x12.isa.short",
                     Blame::Partner,
                     "interchange header has " +
                         std::to_string(std::min(octets.size() - at, IsaLength)) + " octets and " +
                         std::to_string(split.count) + " elements, " + std::to_string(IsaLength) +
                         " octets and 16 elements are required")
            .at({.source = {}, .byte = at})
            .remedy("ask the sender to resend the whole file");
    }
    if (!split.padded) {
        header.found.push_back(note("x12.isa.width",
                                    at,
                                    "header fields do not have their fixed widths; they were split "
                                    "at the element separator"));
    }
    header.separators.component = octets[component];
    find_terminator(octets, component, header);
    const auto element = [&](std::size_t number) {
        return octets.substr(split.starts[number],
                             split.starts[number + 1] - 1 - split.starts[number]);
    };
    find_repetition(element(12), element(11), header);
    find_release(octets, element(12), header);
    if (Status distinct = check_distinct(header.separators, at); !distinct)
        return std::move(distinct).error();
    return header;
}

std::optional<std::size_t> find_x12_header(std::string_view octets,
                                           std::size_t from,
                                           std::size_t junk) {
    const std::size_t end =
        std::min(octets.size(), from + std::min(junk, octets.size() - from) + 3);
    for (std::size_t at = octets.find("ISA", from); at != std::string_view::npos && at < end;
         at = octets.find("ISA", at + 1)) {
        if (at > from && is_alphanumeric(octets[at - 1])) continue;
        if (read_x12_header(octets, at)) return at;
    }
    return std::nullopt;
}

}  // namespace sallyport::edi
