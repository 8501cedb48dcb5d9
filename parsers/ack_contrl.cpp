// SPDX-License-Identifier: Apache-2.0
// EDIFACT CONTRL: UCI, UCF, UCM, UCS, UCD from faults, and back (ISO 9735-4; syntax 3 and below: the UN's CONTRL).
#include "parsers/ack_parts.h"
#include "parsers/edifact.h"

#include <algorithm>
#include <charconv>

namespace sallyport::edi {
namespace {

constexpr std::size_t MaxUcs = 999, MaxUcd = 99;

bool is_error(const Fault& fault) {
    return fault.severity == Severity::Error;
}

// The first error of that scope which CONTRL has a word for.
const Fault* first_error(const std::vector<Fault>& faults, Scope scope) {
    const auto found = std::find_if(faults.begin(), faults.end(), [&](const Fault& fault) {
        return is_error(fault) && fault.scope == scope && !fault.ack.edifact.empty();
    });
    return found == faults.end() ? nullptr : &*found;
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

// 0085, the service segment at fault and the place in it, from `first` on (UCI, UCF: 5; UCM: 4).
void add_error(DraftSegment& segment, std::uint16_t first, const Fault& fault) {
    segment.set(first, std::string(fault.ack.edifact));
    if (fault.segment.size() != 3) return;
    segment.set(static_cast<std::uint16_t>(first + 1), fault.segment);
    if (fault.element == 0) return;
    const auto place = static_cast<std::uint16_t>(first + 2);
    segment.set({place, 1, 1}, number(fault.element + 1u));  // position 1 is the tag
    if (fault.component != 0) segment.set({place, 2, 1}, number(fault.component));
}

void add_details(const TransactionReport& message, char syntax, std::vector<DraftSegment>& body) {
    std::uint32_t position = 0;
    std::size_t segments = 0, elements = 0;
    for (const Fault& fault : message.faults) {
        if (!is_error(fault) || fault.ack.edifact.empty() ||
            (fault.scope != Scope::Segment && fault.scope != Scope::Element))
            continue;
        const bool of_segment = fault.scope == Scope::Segment;
        if (fault.position != position || segments == 0 || of_segment) {
            if (++segments > MaxUcs) return;
            position = fault.position;
            elements = 0;
            DraftSegment ucs("UCS", {number(position)});
            if (of_segment) ucs.set(2, std::string(fault.ack.edifact));
            body.push_back(std::move(ucs));
        }
        if (of_segment || ++elements > MaxUcd) continue;
        DraftSegment ucd("UCD", {fault.ack.edifact});
        ucd.set({2, 1, 1}, number(fault.element + 1u));
        if (fault.component != 0) ucd.set({2, 2, 1}, number(fault.component));
        if (syntax == '4' && fault.repetition > 1) ucd.set({2, 3, 1}, number(fault.repetition));
        body.push_back(std::move(ucd));
    }
}

void add_message(const TransactionReport& message, char syntax, std::vector<DraftSegment>& body) {
    DraftSegment ucm("UCM", {message.control});
    ucm.set({2, 1, 1}, message.set);
    const bool split = message.version.size() > 1;
    ucm.set({2, 2, 1}, split ? message.version.substr(0, 1) : message.version);
    ucm.set({2, 3, 1}, split ? message.version.substr(1) : std::string());
    ucm.set({2, 4, 1}, "UN");
    ucm.set({2, 5, 1}, message.association);
    ucm.set(3, message.accepted() ? "7" : "4");
    if (const Fault* fault = first_error(message.faults, Scope::Transaction))
        add_error(ucm, 4, *fault);
    body.push_back(std::move(ucm));
    add_details(message, syntax, body);
}

void add_group(const GroupReport& group, char syntax, std::vector<DraftSegment>& body) {
    const bool headed = !group.control.empty();
    const Fault* fault = first_error(group.faults, Scope::Group);
    if (headed) {
        DraftSegment ucf("UCF", {group.control});
        ucf.set({2, 1, 1}, group.sender);
        ucf.set({2, 2, 1}, group.sender_qualifier);
        ucf.set({3, 1, 1}, group.receiver);
        ucf.set({3, 2, 1}, group.receiver_qualifier);
        ucf.set(4, fault ? "4" : "7");
        if (fault) add_error(ucf, 5, *fault);
        body.push_back(std::move(ucf));
        if (fault) return;  // rejected as a whole
    }
    for (const TransactionReport& message : group.transactions) {
        if (message.set != "CONTRL") add_message(message, syntax, body);
    }
}

bool has_other_than_contrl(const InterchangeReport& received) {
    for (const GroupReport& group : received.groups) {
        for (const TransactionReport& message : group.transactions) {
            if (message.set != "CONTRL") return true;
        }
    }
    return false;
}

DraftMessage contrl(const InterchangeReport& received,
                    const ContrlEnvelope& envelope,
                    char syntax) {
    DraftMessage message;
    message.type = "CONTRL";
    message.version = syntax == '4' ? "4" : syntax == '3' ? "D" : std::string(1, syntax);
    message.release = syntax == '4' ? "1" : syntax == '3' ? "3" : std::string(1, syntax);
    message.reference = envelope.reference;
    DraftSegment uci("UCI", {received.control});
    uci.set({2, 1, 1}, received.sender);
    uci.set({2, 2, 1}, received.sender_qualifier);
    uci.set({3, 1, 1}, received.receiver);
    uci.set({3, 2, 1}, received.receiver_qualifier);
    const Fault* fault = first_error(received.faults, Scope::Interchange);
    uci.set(4, envelope.receipt_only ? "8" : fault ? "4" : "7");
    if (fault && !envelope.receipt_only) add_error(uci, 5, *fault);
    message.body.push_back(std::move(uci));
    if (envelope.receipt_only || fault) return message;
    // Messages outside groups come before groups (the message's own structure).
    for (const bool headed : {false, true}) {
        for (const GroupReport& group : received.groups) {
            if (group.control.empty() != headed) add_group(group, syntax, message.body);
        }
    }
    return message;
}

std::uint32_t number_of(std::string_view digits) {
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

char letter(std::string_view text) {
    return text.size() == 1 ? text[0] : '\0';
}

void read_detail(const Segment& segment, ContrlMessage& message) {
    AckedElement detail;
    if (segment.tag == "UCS") {
        detail.segment_position = number_of(segment.text(1));
        detail.segment_code = segment.text(2);
    } else {
        if (message.details.empty()) return;
        detail = message.details.back();
        if (detail.element == 0 && detail.segment_code.empty()) message.details.pop_back();
        detail.segment_code.clear();
        detail.code = segment.text(1);
        const std::uint32_t position = number_of(segment.text(2, 1));
        detail.element = static_cast<std::uint16_t>(position > 0 ? position - 1 : 0);
        detail.component = static_cast<std::uint16_t>(number_of(segment.text(2, 2)));
        detail.repetition = static_cast<std::uint16_t>(number_of(segment.text(2, 3)));
    }
    message.details.push_back(std::move(detail));
}

ContrlGroup read_group(const Segment& segment) {
    ContrlGroup group;
    group.control = segment.text(1);
    group.sender = segment.text(2, 1);
    group.sender_qualifier = segment.text(2, 2);
    group.receiver = segment.text(3, 1);
    group.receiver_qualifier = segment.text(3, 2);
    group.action = letter(segment.text(4));
    group.code = segment.text(5);
    return group;
}

Result<ContrlAnswer> read_one(const Transaction& transaction) {
    ContrlAnswer answer;
    bool usable = false;
    for (const Segment& segment : transaction.segments) {
        if (segment.tag == "UCI") {
            answer.control = segment.text(1);
            answer.action = letter(segment.text(4));
            answer.code = segment.text(5);
            usable = !answer.control.empty() && answer.action != '\0';
        } else if (segment.tag == "UCF") {
            answer.groups.push_back(read_group(segment));
        } else if (segment.tag == "UCM") {
            ContrlMessage message;
            if (!answer.groups.empty()) message.group = answer.groups.back().control;
            message.reference = segment.text(1);
            message.type = segment.text(2, 1);
            message.version = std::string(segment.text(2, 2)) + std::string(segment.text(2, 3));
            message.action = letter(segment.text(3));
            message.code = segment.text(4);
            answer.messages.push_back(std::move(message));
        } else if ((segment.tag == "UCS" || segment.tag == "UCD") && !answer.messages.empty()) {
            read_detail(segment, answer.messages.back());
        }
    }
    if (usable) return answer;
    return Error("edifact.contrl.shape",
                 Blame::Partner,
                 "the syntax acknowledgement has no usable UCI")
        .at({.source = {}, .byte = transaction.segments.front().place.byte})
        .remedy("ask the partner to send the acknowledgement again");
}

}  // namespace

void mirror_envelope(const InterchangeReport& received,
                     const ContrlEnvelope& envelope,
                     DraftEdifact& out) {
    out.syntax_version = received.version.empty() ? '3' : received.version[0];
    out.separators = edifact_separators(out.syntax_version);
    out.syntax = received.syntax.empty() ? "UNOC" : received.syntax;
    out.sender = {received.receiver, received.receiver_qualifier};
    out.receiver = {received.sender, received.sender_qualifier};
    out.date = out.syntax_version == '4' ? envelope.date
                                         : envelope.date.substr(envelope.date.size() == 8 ? 2 : 0);
    out.time = envelope.time.substr(0, 4);
    out.control = envelope.control;
    out.test = received.test;
    out.style.transliterate = true;
    out.style.upper_case = out.syntax == "UNOA";
}

Result<std::string> write_contrl(const InterchangeReport& received,
                                 const ContrlEnvelope& envelope) {
    const bool broken = first_error(received.faults, Scope::Interchange) != nullptr;
    if (received.sender.empty() || received.receiver.empty() || received.control.empty() ||
        (!broken && !has_other_than_contrl(received)))
        return std::string();
    DraftEdifact out;
    mirror_envelope(received, envelope, out);
    out.messages.push_back(contrl(received, envelope, out.syntax_version));
    auto written = write_edifact(out);
    if (!written)
        return std::move(written).error().during("acknowledging interchange " + received.control);
    return written;
}

Result<std::vector<ContrlAnswer>> read_contrl(const Document& document) {
    std::vector<ContrlAnswer> answers;
    for (const Interchange& interchange : document.interchanges) {
        for (const Group& group : interchange.groups) {
            for (const Transaction& transaction : group.transactions) {
                if (transaction.set != "CONTRL") continue;
                auto one = read_one(transaction);
                if (!one) return std::move(one).error();
                one->sender = interchange.sender;
                one->receiver = interchange.receiver;
                answers.push_back(*std::move(one));
            }
        }
    }
    return answers;
}

}  // namespace sallyport::edi
