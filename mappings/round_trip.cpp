// SPDX-License-Identifier: Apache-2.0
#include "mappings/round_trip.h"

#include "mappings/map_test.h"
#include "mappings/plan.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

// XPath, or segment, element, component.
using Place = std::tuple<std::string, std::uint32_t, std::uint16_t, std::uint16_t>;
Place place_of(const TraceEntry& entry) {
    if (!entry.place.empty()) return {entry.place, 0, 0, 0};
    return {{}, entry.segment, entry.element, entry.component};
}

// Fields that were read though the document did not have them, and rightly: a default filled them when reading, a default
// was written, or the writer numbered the place (LIN, LX, CPS). A constant of the map is no such reason.
std::vector<std::string> filled_fields(const WriteOutcome& written, const ReadOutcome& read) {
    std::map<Place, bool> places;  // by a default?
    for (const TraceEntry& entry : written.trace)
        places.emplace(place_of(entry),
                       entry.source == TraceEntry::Source::Wire && entry.value.empty());
    std::vector<std::string> out;
    for (const TraceEntry& entry : read.trace) {
        const auto found = places.find(place_of(entry));
        if (entry.source == TraceEntry::Source::Default ||
            (entry.source == TraceEntry::Source::Wire && (found == places.end() || found->second)))
            out.push_back(entry.field);
    }
    return out;
}

}  // namespace

namespace {

std::vector<std::uint32_t> rules_of(const std::vector<TraceEntry>& trace) {
    std::vector<std::uint32_t> out;
    for (const TraceEntry& entry : trace)
        out.push_back(entry.rule_index);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace

RoundTripResult there_and_back(const CompiledMap& map,
                               const edi::SchemaSet& schemas,
                               const Json& document,
                               bool rules) {
    return there_and_back(map, map, schemas, document, rules);
}

RoundTripResult there_and_back(const CompiledMap& map,
                               const CompiledMap& reader,
                               const edi::SchemaSet& schemas,
                               const Json& document,
                               bool rules) {
    RoundTripResult out;
    const auto fail = [&out](std::string why) {
        out.problem = std::move(why) + "\n";
        return std::move(out);
    };
    RunOptions options;
    options.trace = true;
    const Result<WriteOutcome> written = write(map, document, {}, options);
    if (!written) return fail("writing: " + written.error().text());
    for (const Finding& finding : written->findings)
        if (finding.verdict == Verdict::Reject || finding.verdict == Verdict::Hold)
            out.problem += "writing: " + to_text(finding) + "\n";
    if (!out.problem.empty()) return out;
    out.segments = written_text(map, *written, schemas);
    edi::Report report;
    const Result<edi::Document> wire = as_document(map, *written, schemas, report);
    if (!wire) return fail("what was written cannot be read: " + wire.error().text());
    for (const edi::InterchangeReport& interchange : report.interchanges)
        for (const edi::GroupReport& group : interchange.groups)
            for (const edi::TransactionReport& transaction : group.transactions)
                for (const edi::Fault& fault : transaction.faults)
                    if (fault.severity == edi::Severity::Error &&
                        (rules || map.xml_type() == nullptr || fault.code.starts_with("xml.")))
                        out.problem += "what was written is not valid: " + fault.segment + " at " +
                                       std::to_string(fault.position) + ": " + fault.message + "\n";
    if (!out.problem.empty()) return out;
    const edi::Transaction* transaction = only_transaction(*wire);
    if (transaction == nullptr) return fail("nothing was written");
    Result<ReadOutcome> outcome = read(reader, *transaction, {}, options);
    if (!outcome) return fail("reading: " + outcome.error().text());
    for (const Finding& finding : outcome->findings)
        if (finding.verdict == Verdict::Reject || finding.verdict == Verdict::Hold)
            out.problem += "reading: " + to_text(finding) + "\n";
    out.defaults = filled_fields(*written, *outcome);
    out.written = rules_of(written->trace);
    out.read = rules_of(outcome->trace);
    out.document = std::move(outcome->document);
    return out;
}

}  // namespace sallyport::mapping
