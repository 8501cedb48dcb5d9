// SPDX-License-Identifier: Apache-2.0
#include "mappings/round_trip.h"

#include "mappings/map_test.h"
#include "mappings/plan.h"
#include "parsers/x12.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

std::string segment_text(const edi::DraftSegment& segment) {
    std::string out = segment.tag();
    std::size_t kept = out.size();
    for (const auto& repetitions : segment.elements()) {
        out += '*';
        std::string element;
        for (std::size_t r = 0; r < repetitions.size(); ++r) {
            if (r > 0) element += '^';
            std::string composite;
            for (std::size_t c = 0; c < repetitions[r].size(); ++c)
                composite += (c > 0 ? ":" : "") + repetitions[r][c];
            while (composite.ends_with(':'))
                composite.pop_back();
            element += composite;
        }
        out += element;
        if (!element.empty()) kept = out.size();
    }
    out.resize(kept);
    return out + "~";
}

const edi::Transaction* only_transaction(const edi::Document& document) {
    const edi::Transaction* out = nullptr;
    for (const edi::Interchange& interchange : document.interchanges)
        for (const edi::Group& group : interchange.groups)
            for (const edi::Transaction& transaction : group.transactions)
                if (out == nullptr) out = &transaction;
    return out;
}

Result<edi::Document> as_document(const CompiledMap& map,
                                  std::vector<edi::DraftSegment> segments,
                                  const edi::SchemaSet& schemas,
                                  edi::Report& report) {
    const MapInfo& info = map.info();
    if (info.standard != "x12")
        return Error("map.wire",
                     Blame::Operator,
                     "documents of " + info.standard + " cannot be written here yet");
    edi::DraftInterchange interchange;
    interchange.sender_qualifier = interchange.receiver_qualifier = "ZZ";
    interchange.sender = "SENDER";
    interchange.receiver = "RECEIVER";
    interchange.date = "240101";
    interchange.time = "0000";
    interchange.version = info.codes[0] >= "005010" ? "00501" : "00401";
    interchange.control = "1";
    edi::DraftGroup group;
    group.functional_id = std::string(map.plan_set()->functional_group);
    group.sender = "SENDER";
    group.receiver = "RECEIVER";
    group.date = "20240101";
    group.time = "0000";
    group.control = "1";
    group.version = info.codes[0];
    group.transactions.push_back({std::string(map.plan_set()->id), "0001", std::move(segments)});
    interchange.groups.push_back(std::move(group));
    Result<std::string> octets = edi::write_x12(interchange);
    if (!octets) return octets.error();
    Result<edi::Document> document = edi::read_x12(*std::move(octets));
    if (document) report = edi::validate(*document, schemas);
    return document;
}

RoundTripResult there_and_back(const CompiledMap& map,
                               const edi::SchemaSet& schemas,
                               const Json& document) {
    RoundTripResult out;
    const auto fail = [&out](std::string why) {
        out.problem = std::move(why) + "\n";
        return std::move(out);
    };
    const Result<WriteOutcome> written = write(map, document);
    if (!written) return fail("writing: " + written.error().text());
    for (const Finding& finding : written->findings)
        if (finding.verdict == Verdict::Reject || finding.verdict == Verdict::Hold)
            out.problem += "writing: " + to_text(finding) + "\n";
    if (!out.problem.empty()) return out;
    for (const edi::DraftSegment& segment : written->segments)
        out.segments += segment_text(segment) + "\n";
    edi::Report report;
    const Result<edi::Document> wire = as_document(map, written->segments, schemas, report);
    if (!wire) return fail("what was written cannot be read: " + wire.error().text());
    for (const edi::InterchangeReport& interchange : report.interchanges)
        for (const edi::GroupReport& group : interchange.groups)
            for (const edi::TransactionReport& transaction : group.transactions)
                for (const edi::Fault& fault : transaction.faults)
                    if (fault.severity == edi::Severity::Error)
                        out.problem += "what was written is not valid: " + fault.segment + " at " +
                                       std::to_string(fault.position) + ": " + fault.message + "\n";
    if (!out.problem.empty()) return out;
    const edi::Transaction* transaction = only_transaction(*wire);
    if (transaction == nullptr) return fail("nothing was written");
    RunOptions options;
    options.trace = true;
    Result<ReadOutcome> outcome = read(map, *transaction, {}, options);
    if (!outcome) return fail("reading: " + outcome.error().text());
    for (const Finding& finding : outcome->findings)
        if (finding.verdict == Verdict::Reject || finding.verdict == Verdict::Hold)
            out.problem += "reading: " + to_text(finding) + "\n";
    for (const TraceEntry& entry : outcome->trace)
        if (entry.source == TraceEntry::Source::Default) out.defaults.push_back(entry.field);
    out.document = std::move(outcome->document);
    return out;
}

}  // namespace sallyport::mapping
