// SPDX-License-Identifier: Apache-2.0
#include "mappings/round_trip.h"

#include "mappings/map_test.h"
#include "mappings/plan.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

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
        out.segments += segment_text(segment, map.plan_set()->standard) + "\n";
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
