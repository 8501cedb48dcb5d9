// SPDX-License-Identifier: Apache-2.0
// Application advice from faults, and back: X12 824 (OTI, TED), EDIFACT APERAK (ERC, FTX).
#include "parsers/ack_parts.h"
#include "parsers/edifact.h"

#include <algorithm>
#include <charconv>

namespace sallyport::edi {
namespace {

constexpr std::size_t MaxTed = 10'000, MaxErc = 999;
constexpr std::size_t MaxText = 60, MaxFreeText = 70;

bool is_error(const Fault& fault) {
    return fault.severity == Severity::Error;
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::uint32_t number_of(std::string_view digits) {
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

// Text as any character set takes it: no control characters, cut to what the element holds at a character's end.
std::string text_of(std::string_view message, std::size_t most) {
    std::string text;
    for (const char c : message)
        text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    if (text.size() > most) {
        std::size_t end = most;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
            --end;
        text.resize(end);
    }
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    return text;
}

// Element 647 of TED: what kind of error it is.
std::string_view condition_of(const Fault& fault) {
    if (fault.code == "edi.element.date" || fault.code == "edi.element.time") return "009";
    if (fault.ack.ak4 == "1" || fault.ack.ak4 == "2" || fault.ack.ak3 == "3") return "007";
    if (fault.code == "edi.set.control-duplicate") return "006";
    if (fault.ack.ak4 == "10") return "012";
    if (fault.code == "edi.element.too-long" || fault.code == "edi.element.too-short" ||
        fault.code == "guide.element.too-long" || fault.code == "guide.element.too-short")
        return "008";
    if (fault.scope == Scope::Element) return "848";
    return "024";
}

DraftSegment ted(const Fault& fault) {
    DraftSegment segment("TED", {condition_of(fault), text_of(fault.message, MaxText)});
    if (fault.segment.size() == 2 || fault.segment.size() == 3) segment.set(3, fault.segment);
    if (fault.position != 0) segment.set(4, number(fault.position));
    if (fault.element != 0) segment.set(5, number(fault.element));
    const bool digits = std::all_of(fault.reference.begin(), fault.reference.end(), [](char c) {
        return c >= '0' && c <= '9';
    });
    if (!fault.reference.empty() && digits) segment.set(6, std::string(fault.reference));
    segment.set(7, text_of(fault.value, 99));
    return segment;
}

bool is_advice(std::string_view set) {
    return set == "824" || set == "APERAK" || is_acknowledgement(set);
}

DraftTransaction advise(const GroupReport& group,
                        AcceptancePolicy policy,
                        const AckEnvelope& envelope) {
    DraftTransaction advice{"824", envelope.transaction_control(), {}};
    advice.body.push_back(DraftSegment(
        "BGN",
        {"11", envelope.interchange_control + "-" + advice.control, envelope.date, envelope.time}));
    std::size_t teds = 0;
    for (const TransactionReport& transaction : group.transactions) {
        if (is_advice(transaction.set)) continue;
        const char outcome = verdict(group, transaction, policy);
        DraftSegment oti("OTI", {outcome == 'A' ? "TA" : outcome == 'E' ? "TE" : "TR", "TN"});
        oti.set(3, transaction.control.empty() ? "0" : transaction.control);
        oti.set(4, group.sender);
        oti.set(5, group.receiver);
        oti.set(8, group.control);
        oti.set(9, group.control.empty() ? std::string() : transaction.control);
        oti.set(10, transaction.set.size() == 3 ? transaction.set : std::string());
        oti.set(11, group.version);
        advice.body.push_back(std::move(oti));
        for (const std::vector<Fault>* faults : {&group.faults, &transaction.faults}) {
            for (const Fault& fault : *faults) {
                if (is_error(fault) && teds++ < MaxTed) advice.body.push_back(ted(fault));
            }
        }
    }
    return advice;
}

// FTX in lines of 70: where it is and what is wrong.
DraftSegment explanation(const Fault& fault) {
    DraftSegment ftx("FTX", {"AAO"});
    const std::string place = fault.segment + " " + number(fault.position) +
                              (fault.element != 0 ? "/" + number(fault.element) : std::string()) +
                              ": ";
    std::string text = text_of(place + fault.message, 5 * MaxFreeText);
    for (std::uint16_t line = 1; line <= 5 && !text.empty(); ++line) {
        const std::string part = text_of(text, MaxFreeText);
        ftx.set({4, line, 1}, part);
        text.erase(0, std::max<std::size_t>(part.size(), 1));
        text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
    }
    return ftx;
}

DraftMessage aperak(const TransactionReport& received,
                    const ContrlEnvelope& envelope,
                    std::size_t index) {
    DraftMessage message;
    message.type = "APERAK";
    message.version = "D";
    message.release = "96A";
    message.reference = number(index);
    // No document name (C002): the message type says what it is. 1225: 27 not accepted, 44 accepted without amendment.
    DraftSegment bgm(
        "BGM", {"", envelope.reference + "-" + number(index), received.accepted() ? "44" : "27"});
    message.body.push_back(std::move(bgm));
    DraftSegment dtm("DTM");
    dtm.set({1, 1, 1}, "137");
    dtm.set({1, 2, 1}, envelope.date + envelope.time.substr(0, 4));
    dtm.set({1, 3, 1}, "203");
    message.body.push_back(std::move(dtm));
    DraftSegment rff("RFF");
    rff.set({1, 1, 1}, "ACW");
    rff.set({1, 2, 1}, received.control);
    message.body.push_back(std::move(rff));
    std::size_t errors = 0;
    for (const Fault& fault : received.faults) {
        if (!is_error(fault) || ++errors > MaxErc) continue;
        DraftSegment erc("ERC");
        erc.set({1, 1, 1}, std::string(fault.ack.edifact.empty() ? "18" : fault.ack.edifact));
        message.body.push_back(std::move(erc));
        message.body.push_back(explanation(fault));
    }
    return message;
}

void add_name(Advice& advice, std::string_view qualifier, std::string_view number) {
    if (!number.empty()) advice.names.push_back({std::string(qualifier), std::string(number)});
}

void read_824(const Transaction& transaction, std::vector<Advice>& out) {
    std::string reference;
    const std::size_t before = out.size();
    for (const Segment& segment : transaction.segments) {
        if (segment.tag == "BGN") {
            reference = segment.text(2);
        } else if (segment.tag == "OTI") {
            Advice advice;
            advice.reference = reference;
            const std::string_view code = segment.text(1);
            advice.verdict = code.size() == 2 ? code[1] : 'R';
            advice.group_control = segment.text(8);
            advice.control = segment.text(9).empty() ? segment.text(3) : segment.text(9);
            advice.set = segment.text(10);
            add_name(advice, segment.text(2), segment.text(3));
            out.push_back(std::move(advice));
        } else if (segment.tag == "REF" && out.size() > before && out.back().faults.empty()) {
            add_name(out.back(), segment.text(1), segment.text(2));
        } else if (segment.tag == "TED" && out.size() > before) {
            AdvisedFault fault;
            fault.code = segment.text(1);
            fault.text = segment.text(2);
            fault.segment = segment.text(3);
            fault.position = number_of(segment.text(4));
            fault.element = static_cast<std::uint16_t>(number_of(segment.text(5)));
            fault.value = segment.text(7);
            out.back().faults.push_back(std::move(fault));
        }
    }
}

Advice read_aperak(const Transaction& message) {
    Advice advice;
    bool stated = false;
    for (const Segment& segment : message.segments) {
        if (segment.tag == "BGM") {
            // Before D.97A element 2 is 1004 itself, later the composite C106 around it; the text stands in the same place.
            advice.reference = segment.text(2);
            const std::string_view function = segment.text(3);
            stated = function == "44" || function == "27" || function == "29";
            advice.verdict = function == "44" ? 'A' : function == "29" ? 'E' : 'R';
        } else if (segment.tag == "RFF") {
            // Behind an error it says where the error is.
            if (!advice.faults.empty()) continue;
            if (segment.text(1) == "ACW") advice.control = segment.text(1, 2);
            add_name(advice, segment.text(1), segment.text(1, 2));
        } else if (segment.tag == "DOC" && advice.faults.empty()) {
            add_name(advice, segment.text(1), segment.text(2));
        } else if (segment.tag == "ERC") {
            advice.faults.push_back(
                {.code = std::string(segment.text(1)), .text = {}, .segment = {}, .value = {}});
        } else if (segment.tag == "FTX" && !advice.faults.empty()) {
            std::string& text = advice.faults.back().text;
            for (std::uint16_t line = 1; line <= 5; ++line) {
                if (segment.text(4, line).empty()) continue;
                text += (text.empty() ? "" : " ") + std::string(segment.text(4, line));
            }
        }
    }
    if (!stated) advice.verdict = advice.faults.empty() ? 'A' : 'R';
    return advice;
}

}  // namespace

Result<std::string> write_824(const InterchangeReport& received,
                              AcceptancePolicy policy,
                              const AckEnvelope& envelope) {
    DraftInterchange out;
    for (const GroupReport& group : received.groups) {
        if (std::all_of(group.transactions.begin(),
                        group.transactions.end(),
                        [](const TransactionReport& one) { return is_advice(one.set); }))
            continue;
        if (out.groups.empty()) out.groups.push_back(mirror_group(group, envelope, "AG"));
        out.groups.front().transactions.push_back(advise(group, policy, envelope));
    }
    if (out.groups.empty()) return std::string();
    mirror_envelope(received, envelope, out);
    auto written = write_x12(out);
    if (!written)
        return std::move(written).error().during("advising on interchange " + received.control);
    return written;
}

Result<std::string> write_aperak(const InterchangeReport& received,
                                 const ContrlEnvelope& envelope) {
    DraftEdifact out;
    for (const GroupReport& group : received.groups) {
        for (const TransactionReport& message : group.transactions) {
            if (!is_advice(message.set))
                out.messages.push_back(aperak(message, envelope, out.messages.size() + 1));
        }
    }
    if (out.messages.empty() || received.sender.empty() || received.receiver.empty())
        return std::string();
    mirror_envelope(received, envelope, out);
    auto written = write_edifact(out);
    if (!written)
        return std::move(written).error().during("advising on interchange " + received.control);
    return written;
}

std::vector<Advice> read_advice(const Document& document) {
    std::vector<Advice> all;
    for (const Interchange& interchange : document.interchanges) {
        const std::size_t before = all.size();
        for (const Group& group : interchange.groups) {
            for (const Transaction& transaction : group.transactions) {
                if (transaction.set == "824") read_824(transaction, all);
                if (transaction.set == "APERAK") all.push_back(read_aperak(transaction));
            }
        }
        for (std::size_t i = before; i < all.size(); ++i) {
            all[i].sender = interchange.sender;
            all[i].receiver = interchange.receiver;
        }
    }
    return all;
}

}  // namespace sallyport::edi
