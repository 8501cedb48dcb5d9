// SPDX-License-Identifier: Apache-2.0
// X12 TA1: the interchange as such, accepted or not (X12.5).
#include "parsers/ack_parts.h"
#include "parsers/faults.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sallyport::edi {
namespace {

std::string note_of(const std::vector<Fault>& faults, Severity severity) {
    for (const Fault& fault : faults) {
        if (fault.severity == severity && !fault.ack.ta1.empty()) return std::string(fault.ack.ta1);
    }
    return {};
}

}  // namespace

InterchangeVerdict interchange_verdict(const InterchangeReport& received) {
    if (std::string note = note_of(received.faults, Severity::Error); !note.empty())
        return {'R', std::move(note)};
    for (const GroupReport& group : received.groups) {
        for (const Fault& fault : group.faults) {
            if (fault.severity == Severity::Error && fault.ack.ta1 == "024") return {'R', "024"};
        }
    }
    if (std::string note = note_of(received.faults, Severity::Warning); !note.empty())
        return {'E', std::move(note)};
    return {};
}

bool ta1_is_due(const InterchangeReport& received) {
    const bool only_acknowledgements =
        !received.groups.empty() &&
        std::all_of(received.groups.begin(), received.groups.end(), [](const GroupReport& group) {
            return group.functional_id == "FA";
        });
    if (only_acknowledgements) return false;
    if (interchange_verdict(received).letter == 'R') return true;
    // ISA, TA1, IEA and no group: an answer itself.
    return received.acknowledgement_requested && !received.groups.empty();
}

// The header's elements, read as far as they go: the separator is the octet behind "ISA".
std::optional<InterchangeReport> report_unreadable(std::string_view octets, const Error& why) {
    const std::size_t at = octets.find("ISA");
    if (at == std::string_view::npos || at > 8192 || octets.size() < at + 4) return std::nullopt;
    const char separator = octets[at + 3];
    std::array<std::string_view, 17> fields{};
    std::string_view rest = octets.substr(at + 4, 512);
    for (std::size_t i = 1; i < fields.size(); ++i) {
        const std::size_t end = std::min(rest.find(separator), rest.size());
        fields[i] = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const auto trimmed = [](std::string_view text) {
        const std::size_t last = text.find_last_not_of(" \r\n");
        return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
    };
    InterchangeReport report;
    report.standard = to_string(Standard::X12);
    report.sender_qualifier = fields[5];
    report.sender = trimmed(fields[6]);
    report.receiver_qualifier = fields[7];
    report.receiver = trimmed(fields[8]);
    report.date = trimmed(fields[9]);
    report.time = trimmed(fields[10]);
    report.version = trimmed(fields[12]);
    report.control = trimmed(fields[13]);
    report.byte = at;
    const bool known = report.sender_qualifier.size() == 2 && !report.sender.empty() &&
                       report.receiver_qualifier.size() == 2 && !report.receiver.empty() &&
                       !report.control.empty() && report.control.size() <= 9 &&
                       report.date.size() == 6 && report.time.size() >= 4;
    if (!known) return std::nullopt;
    static constexpr std::pair<std::string_view, std::string_view> Notes[] = {
        {"x12.separators", "027"},
        {"edi.encoding", "022"},
        {"edi.limit.bytes", "024"},
        {"edi.limit.segments", "024"}};
    Fault fault = make_fault("edi.interchange.structure", nullptr, why.what());
    fault.segment = "ISA";
    fault.position = 1;
    fault.byte = at;
    for (const auto& [code, note] : Notes) {
        if (why.code() == code) fault.ack.ta1 = note;
    }
    report.faults.push_back(std::move(fault));
    return report;
}

DraftSegment make_ta1(const InterchangeReport& received) {
    const InterchangeVerdict verdict = interchange_verdict(received);
    std::string control = received.control;
    if (control.size() < 9) control.insert(0, 9 - control.size(), '0');
    return DraftSegment("TA1",
                        {control.substr(0, 9),
                         received.date,
                         received.time,
                         std::string_view(&verdict.letter, 1),
                         verdict.note});
}

Result<std::string> write_ta1(const InterchangeReport& received, const AckEnvelope& envelope) {
    DraftInterchange out;
    mirror_envelope(received, envelope, out);
    out.extra.push_back(make_ta1(received));
    auto written = write_x12(out);
    if (!written)
        return std::move(written).error().during("acknowledging interchange " + received.control);
    return written;
}

std::vector<AckedInterchange> read_ta1(const Document& document) {
    std::vector<AckedInterchange> answers;
    for (const Interchange& interchange : document.interchanges) {
        for (const Segment& segment : interchange.extra) {
            if (segment.tag != "TA1") continue;
            AckedInterchange answer;
            answer.control = segment.text(1);
            answer.date = segment.text(2);
            answer.time = segment.text(3);
            answer.verdict = segment.text(4).size() == 1 ? segment.text(4)[0] : 'R';
            answer.note = segment.text(5);
            answer.sender = interchange.sender;
            answer.receiver = interchange.receiver;
            answers.push_back(std::move(answer));
        }
    }
    return answers;
}

}  // namespace sallyport::edi
