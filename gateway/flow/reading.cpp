// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/reading.h"

#include "parsers/x12.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
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

std::string two_digits(unsigned value) {
    std::array<char, 8> text{};
    (void)std::snprintf(text.data(), text.size(), "%02u", value % 100);
    return text.data();
}

struct SequencePlace {
    std::string_view set;
    std::string_view segment;
    std::uint16_t element;
};
// Where each set carries the purchase order number in its first segments.
constexpr std::array<SequencePlace, 6> SequencePlaces{{{"850", "BEG", 3},
                                                       {"855", "BAK", 3},
                                                       {"860", "BCH", 3},
                                                       {"865", "BCA", 3},
                                                       {"810", "BIG", 4},
                                                       {"875", "G50", 3}}};

}  // namespace

Result<Reading> read_interchange(const Tools& tools,
                                 const std::string& payload_ref,
                                 const std::string& partner) {
    const std::shared_ptr<const Agreement> agreement = tools.agreements.by_name(partner);
    const edi::Guide* guide = agreement ? agreement->guide.get() : nullptr;
    auto octets = tools.archive.get(payload_ref);
    if (!octets) return std::move(octets).error();
    auto document =
        edi::read_x12(*std::move(octets), {}, guide ? guide->leniencies() : edi::Leniencies{});
    if (!document) return std::move(document).error();
    edi::ValidationOptions options;
    options.guide = guide;
    edi::Report report = edi::validate(*document, tools.schemas, options);
    if (document->interchanges.empty() || report.interchanges.empty())
        return Error("flow.interchange.missing", Blame::Bug, "stored octets hold no interchange");
    spread_envelope_faults(report.interchanges.front());
    return Reading{*std::move(document),
                   std::move(report),
                   guide ? guide->policy() : edi::AcceptancePolicy::RejectTransaction};
}

std::string extract(const Reading& reading, std::size_t group, std::size_t transaction) {
    const edi::Interchange& interchange = reading.interchange();
    const edi::Group& home = interchange.groups[group];
    if (interchange.groups.size() == 1 && home.transactions.size() == 1)
        return std::string(reading.document.octets());
    const std::string end = interchange.separators.terminator + interchange.separators.line_end;
    const char element = interchange.separators.element;
    std::string out;
    out.append(interchange.header.raw).append(end);
    out.append(home.header.raw).append(end);
    for (const edi::Segment& segment : home.transactions[transaction].segments)
        out.append(segment.raw).append(end);
    out.append("GE").append({element, '1', element}).append(home.control).append(end);
    out.append("IEA").append({element, '1', element}).append(interchange.control).append(end);
    return out;
}

std::string sequence_number(const edi::Transaction& transaction) {
    for (const SequencePlace& place : SequencePlaces) {
        if (place.set != transaction.set) continue;
        for (const edi::Segment& segment : transaction.segments)
            if (segment.tag == place.segment) return std::string(segment.text(place.element));
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
        if (!fault.value.empty()) row["value"] = fault.value;
        row["message"] = fault.message;
        row["remedy"] = fault.remedy;
        list.push_back(std::move(row));
    }
    return list;
}

Result<std::string> functional_acknowledgement(const Reading& reading,
                                               const config::X12Agreement& agreement,
                                               const store::Document& answer) {
    const CalendarTime at = utc_calendar(answer.created);
    unsigned sets = 0;
    edi::AckEnvelope envelope;
    envelope.separators.element = agreement.element_separator;
    envelope.separators.component = agreement.component_separator;
    envelope.separators.terminator = std::string(1, agreement.segment_terminator);
    envelope.separators.line_end = agreement.line_breaks ? "\n" : "";
    envelope.interchange_control = answer.interchange_control;
    envelope.group_control = answer.group_control;
    envelope.transaction_control = [&sets] {
        // ST02 is unique within its group, nothing more is asked of it.
        std::string number = std::to_string(++sets);
        return std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
    };
    envelope.date = std::to_string(at.year) + two_digits(at.month) + two_digits(at.day);
    envelope.time = two_digits(at.hour) + two_digits(at.minute);
    envelope.gs_sender = agreement.our_group_id;
    envelope.gs_receiver = agreement.their_group_id;
    envelope.ta1 = true;  // where ISA14 asked for one, or the interchange is rejected
    return edi::write_997(reading.judged(), reading.policy, envelope);
}

}  // namespace sallyport::flow
