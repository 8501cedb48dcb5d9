// SPDX-License-Identifier: Apache-2.0
#include "parsers/edifact_header.h"

#include "parsers/edifact.h"
#include "parsers/faults.h"

#include <algorithm>
#include <string>

namespace sallyport::edi {
namespace {

constexpr std::string_view Blanks = " \t\r\n";
constexpr std::size_t LongestHeader =
    4096;  // from UNB to the first UNH, where no UNA says the separators

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

void note(EdifactHeader& header, std::string_view code, std::string message) {
    Fault fault = make_fault(code, nullptr, std::move(message));
    fault.segment = "UNB";
    fault.position = 1;
    fault.byte = header.at;
    header.found.push_back(std::move(fault));
}

// Without UNA the separators are the standard's, unless UNB itself shows others.
void derive(std::string_view octets, EdifactHeader& header) {
    if (header.at + 9 >= octets.size() || header.headless) return;
    const char element = octets[header.at + 3], component = octets[header.at + 8];
    if (element == header.separators.element && component == header.separators.component) return;
    if (is_alphanumeric(component) || element == component) return;
    header.separators.element = element;
    header.separators.component = component;
    // A header is short: looking further would let a stream of headers cost the square of its length.
    const std::size_t message =
        octets.substr(0, header.at + LongestHeader).find(std::string("UNH") + element, header.at);
    const std::size_t last = message == std::string_view::npos || message == 0
                                 ? std::string_view::npos
                                 : octets.find_last_not_of(Blanks, message - 1);
    if (last != std::string_view::npos && !is_alphanumeric(octets[last]))
        header.separators.terminator = std::string(1, octets[last]);
    note(header,
         "edifact.repair.separators",
         "the header uses other separators than the standard's without announcing them (UNA)");
}

}  // namespace

std::optional<std::size_t> find_edifact_header(std::string_view octets,
                                               std::size_t from,
                                               std::size_t junk) {
    const std::size_t end =
        std::min(octets.size(), from + std::min(junk, octets.size() - from) + 1);
    for (std::size_t at = octets.find("UN", from); at != std::string_view::npos && at < end;
         at = octets.find("UN", at + 1)) {
        if (at > from && is_alphanumeric(octets[at - 1])) continue;
        const std::string_view tag = octets.substr(at, 4);
        if (tag.size() < 4) return std::nullopt;
        if (tag.substr(0, 3) == "UNA" && octets.size() >= at + 9) return at;
        if ((tag.substr(0, 3) == "UNB" || tag.substr(0, 3) == "UNH") && !is_alphanumeric(tag[3]))
            return at;
    }
    return std::nullopt;
}

Result<EdifactHeader> read_edifact_header(std::string_view octets, std::size_t at) {
    EdifactHeader header;
    header.separators = edifact_separators();
    header.at = at;
    if (octets.compare(at, 3, "UNA") == 0) {
        header.advice = true;
        Separators& separators = header.separators;
        separators.component = octets[at + 3];
        separators.element = octets[at + 4];
        separators.decimal = octets[at + 5];
        separators.release = octets[at + 6] == ' ' ? '\0' : octets[at + 6];
        separators.repetition = octets[at + 7] == ' ' ? '\0' : octets[at + 7];
        separators.terminator = std::string(1, octets[at + 8]);
        header.at = std::min(octets.find_first_not_of(Blanks, at + 9), octets.size());
        if (separators.terminator == "\r" || separators.terminator == "\n")
            header.at = std::min(octets.find("UN", at + 9), octets.size());
    }
    header.headless = octets.compare(header.at, 3, "UNB") != 0;
    if (header.headless && octets.compare(header.at, 3, "UNH") != 0) {
        return Error("edifact.unb.missing", Blame::Partner, "no interchange header (UNB) here")
            .at({.source = {}, .byte = header.at})
            .remedy("ask the sender what was sent");
    }
    if (!header.advice) derive(octets, header);
    const Separators& s = header.separators;
    const char terminator = s.terminator[0];
    if (s.element == s.component || s.element == terminator || s.component == terminator ||
        is_alphanumeric(s.element) || is_alphanumeric(s.component) || is_alphanumeric(terminator)) {
        return Error("edifact.separators",
                     Blame::Partner,
                     "the separators are equal or are letters or digits")
            .at({.source = {}, .byte = at})
            .remedy("ask the sender to resend the file with distinct separators");
    }
    // Only syntax 4 repeats; below it the octet in UNA is reserved and '*' is data.
    const std::size_t version = header.at + 9;
    const bool repeats = !header.headless && version < octets.size() && octets[version] == '4';
    if (!repeats) {
        header.separators.repetition = '\0';
    } else if (!header.advice) {
        header.separators.repetition = '*';
    }
    if (header.separators.repetition == terminator || header.separators.repetition == s.element ||
        header.separators.repetition == s.component)
        header.separators.repetition = '\0';
    return header;
}

}  // namespace sallyport::edi
