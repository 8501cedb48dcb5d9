// SPDX-License-Identifier: Apache-2.0
// X12 TA1: the interchange as such, accepted or not (X12.5).
#include "parsers/ack.h"

#include <algorithm>

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
    out.separators = envelope.separators;
    out.sender_qualifier = received.receiver_qualifier;
    out.sender = received.receiver;
    out.receiver_qualifier = received.sender_qualifier;
    out.receiver = received.sender;
    out.date = envelope.date.size() == 8 ? envelope.date.substr(2) : envelope.date;
    out.time = envelope.time.substr(0, 4);
    out.version = envelope.isa_version;
    out.control = envelope.interchange_control;
    out.test = received.test;
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
