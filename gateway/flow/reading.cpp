// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/reading.h"

#include "gateway/flow/interchange.h"
#include "gateway/flow/xml_document.h"
#include "parsers/edi.h"
#include "parsers/edifact.h"
#include "parsers/xml.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

bool is_error(const edi::Fault& fault) {
    return fault.severity == edi::Severity::Error;
}

void spread_envelope_faults(edi::InterchangeReport& report) {
    const auto broken = std::find_if(report.faults.begin(), report.faults.end(), is_error);
    if (broken == report.faults.end()) return;
    for (edi::GroupReport& group : report.groups) {
        edi::Fault fault = *broken;
        fault.scope = edi::Scope::Group;
        // AK905 has no word for a broken interchange; "group trailer missing" is the nearest a 997 can say.
        if (fault.ack.ak9.empty()) fault.ack.ak9 = "3";
        group.faults.push_back(std::move(fault));
    }
}

struct SequencePlace {
    std::string_view set;
    std::string_view segment;
    std::uint16_t element;
    std::uint16_t component = 1;
    std::string_view qualifier{};  // of element 1
};
// Where each set carries the purchase order number.
constexpr std::array<SequencePlace, 12> SequencePlaces{{{"850", "BEG", 3},
                                                        {"855", "BAK", 3},
                                                        {"860", "BCH", 3},
                                                        {"865", "BCA", 3},
                                                        {"810", "BIG", 4},
                                                        {"856", "PRF", 1},
                                                        {"875", "G50", 3},
                                                        {"ORDERS", "BGM", 2},
                                                        {"ORDCHG", "RFF", 1, 2, "ON"},
                                                        {"ORDRSP", "RFF", 1, 2, "ON"},
                                                        {"DESADV", "RFF", 1, 2, "ON"},
                                                        {"INVOIC", "RFF", 1, 2, "ON"}}};

constexpr std::size_t EnvelopeOctets = 2048;  // more than an UNA and an UNB have

edi::AckEnvelope ack_envelope(const config::X12Agreement& x12, const store::Document& answer) {
    edi::AckEnvelope envelope;
    envelope.separators = separators_of(x12);
    envelope.interchange_control = answer.interchange_control;
    envelope.group_control = answer.group_control;
    // ST02 is unique within its group, nothing more is asked of it.
    envelope.transaction_control = [sets = 0U]() mutable {
        std::string number = std::to_string(++sets);
        return std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
    };
    envelope.date = date_text(answer.created);
    envelope.time = time_text(answer.created);
    envelope.gs_sender = x12.our_group_id;
    envelope.gs_receiver = x12.their_group_id;
    if (answer.version == AnswerIsa999) {
        envelope.form = edi::AckForm::F999;
        envelope.isa_version = answer.version;
        envelope.version = "005010";
    }
    envelope.ta1 = true;  // where ISA14 asked for one, or the interchange is rejected
    return envelope;
}

edi::ContrlEnvelope contrl_envelope(const store::Document& answer) {
    edi::ContrlEnvelope envelope;
    envelope.control = answer.interchange_control;
    envelope.reference = "1";
    envelope.date = date_text(answer.created);
    envelope.time = time_text(answer.created);
    return envelope;
}

}  // namespace

Result<edi::Document> read_octets(std::string octets, const edi::Guide* guide) {
    const edi::Leniencies leniencies = guide ? guide->leniencies() : edi::Leniencies{};
    const auto standard = edi::sniff(octets);
    if (standard == edi::Standard::Edifact)
        return edi::read_edifact(std::move(octets), {}, leniencies);
    if (standard == edi::Standard::Xml) return edi::read_xml(std::move(octets));
    return edi::read_x12(std::move(octets), {}, leniencies);
}

Result<Reading> read_interchange(const Tools& tools,
                                 const std::string& payload_ref,
                                 const std::string& partner) {
    const std::shared_ptr<const Agreement> agreement = tools.agreements.by_name(partner);
    const edi::Guide* guide = agreement ? agreement->guide.get() : nullptr;
    auto octets = tools.archive.get(payload_ref);
    if (!octets) return std::move(octets).error();
    auto document = read_octets(*std::move(octets), guide);
    if (!document) return std::move(document).error();
    edi::ValidationOptions options;
    options.guide = guide;
    edi::Report report = edi::validate(*document, tools.schemas, options);
    if (document->interchanges.empty() || report.interchanges.empty())
        return Error("flow.interchange.missing", Blame::Bug, "stored octets hold no interchange");
    spread_envelope_faults(report.interchanges.front());
    // A CONTRL accepts a message or rejects it: what it says must be what becomes of the message.
    const bool x12 = document->interchanges.front().standard == edi::Standard::X12;
    return Reading{*std::move(document),
                   std::move(report),
                   guide && x12 ? guide->policy() : edi::AcceptancePolicy::RejectTransaction};
}

std::string extract(const Reading& reading, std::size_t group, std::size_t transaction) {
    const edi::Interchange& interchange = reading.interchange();
    const edi::Group& home = interchange.groups[group];
    if (interchange.groups.size() == 1 && home.transactions.size() == 1)
        return std::string(reading.document.octets());
    const std::string end = interchange.separators.terminator + interchange.separators.line_end;
    const char element = interchange.separators.element;
    const bool edifact = interchange.standard == edi::Standard::Edifact;
    std::string out;
    const auto trailer = [&](std::string_view tag, std::string_view control) {
        out.append(tag).append({element, '1', element}).append(control).append(end);
    };
    if (edifact && interchange.preamble.find("UNA") != std::string_view::npos)
        out.append(interchange.preamble.substr(interchange.preamble.find("UNA"), 9))
            .append(interchange.separators.line_end);
    out.append(interchange.header.raw).append(end);
    const bool grouped = !home.header.tag.empty();
    if (grouped) out.append(home.header.raw).append(end);
    for (const edi::Segment& segment : home.transactions[transaction].segments)
        out.append(segment.raw).append(end);
    if (grouped) trailer(edifact ? "UNE" : "GE", home.control);
    trailer(edifact ? "UNZ" : "IEA", interchange.control);
    return out;
}

std::string sequence_number(const edi::Transaction& transaction) {
    if (std::string number = xml_order_number(transaction); !number.empty()) return number;
    for (const SequencePlace& place : SequencePlaces) {
        if (place.set != transaction.set) continue;
        for (const edi::Segment& segment : transaction.segments)
            if (segment.tag == place.segment && segment.text(1, 1).starts_with(place.qualifier))
                return std::string(segment.text(place.element, place.component));
    }
    return {};
}

nlohmann::ordered_json faults_json(const std::vector<edi::Fault>& faults) {
    auto list = nlohmann::ordered_json::array();
    for (const edi::Fault& fault : faults) {
        nlohmann::ordered_json row;
        row["code"] = fault.code;
        row["severity"] = edi::to_string(fault.severity);
        row["segment"] = fault.segment;
        row["position"] = fault.position;
        if (!fault.loop.empty()) row["loop"] = fault.loop;
        if (fault.element != 0) row["element"] = fault.element;
        if (fault.component != 0) row["component"] = fault.component;
        row["line"] = fault.line;
        row["byte"] = fault.byte;
        if (!fault.xpath.empty()) row["xpath"] = fault.xpath;
        if (!fault.value.empty()) row["value"] = fault.value;
        row["message"] = fault.message;
        row["remedy"] = fault.remedy;
        list.push_back(std::move(row));
    }
    return list;
}

Result<std::string> acknowledgement_octets(const Reading& reading,
                                           const config::Partner& partner,
                                           const store::Document& answer) {
    if (answer.standard == "EDIFACT")
        return edi::write_contrl(reading.judged(), contrl_envelope(answer));
    return edi::write_997(reading.judged(), reading.policy, ack_envelope(partner.x12, answer));
}

std::optional<edi::InterchangeReport> legible_envelope(std::string_view octets,
                                                       const edi::SchemaSet& schemas,
                                                       const Error& why) {
    const auto standard = edi::sniff(octets);
    if (standard == edi::Standard::Xml) return std::nullopt;  // nothing in XML answers an envelope
    if (standard != edi::Standard::Edifact) return edi::report_unreadable(octets, why);
    // As much as holds the UNB; that the rest is missing is what the answer says then.
    auto head = edi::read_edifact(std::string(octets.substr(0, EnvelopeOctets)));
    if (!head || head->interchanges.empty()) return std::nullopt;
    edi::Report report = edi::validate(*head, schemas);
    edi::InterchangeReport& envelope = report.interchanges.front();
    if (envelope.sender.empty() || envelope.receiver.empty() || envelope.control.empty())
        return std::nullopt;
    envelope.groups.clear();
    return std::move(envelope);
}

Result<std::string> rejection_octets(const edi::InterchangeReport& envelope,
                                     const config::Partner& partner,
                                     const store::Document& answer) {
    if (answer.standard == "EDIFACT") return edi::write_contrl(envelope, contrl_envelope(answer));
    return edi::write_ta1(envelope, ack_envelope(partner.x12, answer));
}

bool has_ta1(const edi::Interchange& interchange) {
    return std::any_of(interchange.extra.begin(),
                       interchange.extra.end(),
                       [](const edi::Segment& segment) { return segment.tag == "TA1"; });
}

}  // namespace sallyport::flow
