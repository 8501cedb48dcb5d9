// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/interchange.h"

#include "parsers/edi.h"
#include "parsers/edifact.h"

#include <array>
#include <cstdio>
#include <tuple>
#include <utility>

namespace sallyport::flow {
namespace {

std::string two_digits(unsigned value) {
    std::array<char, 8> text{};
    (void)std::snprintf(text.data(), text.size(), "%02u", value % 100);
    return text.data();
}

edi::DraftSegment draft_of(const edi::Segment& segment) {
    edi::DraftSegment draft{std::string(segment.tag)};
    for (const edi::Value& value : segment.values)
        if (!value.text.empty())
            draft.set({value.element, value.component, value.repetition}, std::string(value.text));
    return draft;
}

Error not_agreed(const config::Partner& partner, const std::string& standard) {
    return Error("flow.agreement.syntax",
                 Blame::Operator,
                 "the agreement with " + partner.name + " does not cover " + standard)
        .remedy("add an " + std::string(standard == "X12" ? "[x12]" : "[edifact]") +
                " table to the partner file, then release the document");
}

// "ZZ:ACME" as rows have it. The numbers belong to the row's addresses, whatever the partner file says by now.
std::pair<std::string, std::string> parts_of(const std::string& address) {
    const std::size_t colon = address.find(':');
    return {address.substr(0, colon), address.substr(colon + 1)};
}

edi::DraftInterchange x12_draft(const config::X12Agreement& x12,
                                const store::Document& envelope,
                                const std::vector<Member>& members) {
    const std::string date = date_text(envelope.created);
    edi::DraftInterchange draft;
    draft.separators = separators_of(x12);
    std::tie(draft.sender_qualifier, draft.sender) = parts_of(envelope.sender);
    std::tie(draft.receiver_qualifier, draft.receiver) = parts_of(envelope.receiver);
    draft.date = date.substr(2);
    draft.time = time_text(envelope.created);
    draft.control = envelope.interchange_control;
    draft.test = envelope.test;
    edi::DraftGroup group;
    group.sender = x12.our_group_id;
    group.receiver = x12.their_group_id;
    group.date = date;
    group.time = draft.time;
    group.control = envelope.group_control;
    for (const Member& member : members) {
        group.functional_id = member.functional_id;
        group.version = member.version;
        group.transactions.push_back(
            {.set = member.set, .control = member.control, .body = member.body});
    }
    draft.version = group.version.substr(0, 3) + group.version.substr(3, 2);  // 004010: 00401
    draft.groups.push_back(std::move(group));
    return draft;
}

edi::DraftEdifact edifact_draft(const config::EdifactAgreement& edifact,
                                const store::Document& envelope,
                                const std::vector<Member>& members) {
    edi::DraftEdifact draft;
    draft.separators = separators_of(edifact);
    draft.syntax = edifact.syntax;
    draft.syntax_version = edifact.syntax_version.empty() ? '3' : edifact.syntax_version.front();
    std::tie(draft.sender.qualifier, draft.sender.id) = parts_of(envelope.sender);
    std::tie(draft.receiver.qualifier, draft.receiver.id) = parts_of(envelope.receiver);
    const std::string date = date_text(envelope.created);
    draft.date = draft.syntax_version == '4' ? date : date.substr(2);
    draft.time = time_text(envelope.created);
    draft.control = envelope.interchange_control;
    draft.application_reference = edifact.application_reference;
    draft.acknowledgement_request = edifact.request_acknowledgement;
    draft.test = envelope.test;
    for (const Member& member : members) {
        edi::DraftMessage message;
        message.type = member.set;
        message.version = member.version.substr(0, 1);
        message.release = member.version.substr(member.version.starts_with("D.") ? 2 : 1);
        message.association = member.association;
        message.reference = member.control;
        message.body = member.body;
        draft.messages.push_back(std::move(message));
    }
    return draft;
}

std::string address(const std::string& qualifier, const std::string& id) {
    return qualifier + ":" + id;
}

// What is not agreed is not in rows either: documents without addresses are told apart by their partner.
std::string xml_address(const std::string& qualifier, const std::string& id) {
    return id.empty() ? std::string() : address(qualifier, id);
}

}  // namespace

Result<Member> member_of(std::string octets) {
    auto document = edi::read(std::move(octets));
    if (!document) return std::move(document).error();
    for (const edi::Interchange& interchange : document->interchanges)
        for (const edi::Group& group : interchange.groups)
            for (const edi::Transaction& transaction : group.transactions) {
                Member member;
                member.set = std::string(transaction.set);
                member.version =
                    std::string(group.version.empty() ? transaction.version : group.version);
                member.association = std::string(transaction.association);
                member.functional_id = std::string(group.functional_id);
                member.control = std::string(transaction.control);
                for (std::size_t at = 1; at + 1 < transaction.segments.size(); ++at)
                    member.body.push_back(draft_of(transaction.segments[at]));
                return member;
            }
    return Error("flow.interchange.missing", Blame::Bug, "stored octets hold no transaction");
}

Result<std::string> write_interchange(const config::Partner& partner,
                                      const store::Document& envelope,
                                      const std::vector<Member>& members) {
    if (members.empty())
        return Error("flow.interchange.missing", Blame::Bug, "an interchange without transactions");
    if (envelope.standard == "X12") {
        if (!partner.x12.enabled) return not_agreed(partner, envelope.standard);
        return edi::write_x12(x12_draft(partner.x12, envelope, members));
    }
    if (envelope.standard == "EDIFACT") {
        if (!partner.edifact.enabled) return not_agreed(partner, envelope.standard);
        return edi::write_edifact(edifact_draft(partner.edifact, envelope, members));
    }
    return Error("flow.agreement.syntax",
                 Blame::Operator,
                 "documents of " + envelope.standard + " have no envelope here")
        .remedy("agree on X12 or EDIFACT in the partner file");
}

std::string our_address(const config::Partner& partner, std::string_view standard) {
    if (standard == "XML") return xml_address(partner.xml.our_qualifier, partner.xml.our_id);
    return standard == "EDIFACT" ? address(partner.edifact.our_qualifier, partner.edifact.our_id)
                                 : address(partner.x12.our_qualifier, partner.x12.our_id);
}

std::string their_address(const config::Partner& partner, std::string_view standard) {
    if (standard == "XML") return xml_address(partner.xml.their_qualifier, partner.xml.their_id);
    return standard == "EDIFACT"
               ? address(partner.edifact.their_qualifier, partner.edifact.their_id)
               : address(partner.x12.their_qualifier, partner.x12.their_id);
}

bool test_of(const config::Partner& partner, std::string_view standard) {
    if (standard == "XML") return partner.xml.test;
    return standard == "EDIFACT" ? partner.edifact.test : partner.x12.test;
}

std::optional<std::chrono::milliseconds> acknowledgement_within(const config::Partner& partner,
                                                                std::string_view standard) {
    if (standard == "XML") return std::nullopt;
    const bool edifact = standard == "EDIFACT";
    const bool expected =
        edifact ? partner.edifact.expect_acknowledgement : partner.x12.expect_acknowledgement;
    if (!expected) return std::nullopt;
    return edifact ? partner.edifact.acknowledgement_within : partner.x12.acknowledgement_within;
}

config::AckPolicy ack_policy(const config::Partner& partner, std::string_view standard) {
    if (standard == "XML") return config::AckPolicy::Never;
    return standard == "EDIFACT" ? partner.edifact.acknowledge : partner.x12.acknowledge;
}

edi::Separators separators_of(const config::X12Agreement& x12) {
    edi::Separators separators;
    separators.element = x12.element_separator;
    separators.component = x12.component_separator;
    separators.repetition = x12.repetition_separator;
    separators.terminator = std::string(1, x12.segment_terminator);
    separators.line_end = x12.line_breaks ? "\n" : "";
    return separators;
}

edi::Separators separators_of(const config::EdifactAgreement& edifact) {
    edi::Separators separators = edi::edifact_separators(
        edifact.syntax_version.empty() ? '3' : edifact.syntax_version.front());
    separators.line_end = edifact.line_breaks ? "\n" : "";
    return separators;
}

std::string date_text(Instant at) {
    const CalendarTime time = utc_calendar(at);
    return std::to_string(time.year) + two_digits(time.month) + two_digits(time.day);
}

std::string time_text(Instant at) {
    const CalendarTime time = utc_calendar(at);
    return two_digits(time.hour) + two_digits(time.minute);
}

}  // namespace sallyport::flow
