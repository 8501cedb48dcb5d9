// SPDX-License-Identifier: Apache-2.0
#include "mappings/round_trip.h"

#include "mappings/map_test.h"
#include "mappings/plan.h"
#include "mappings/rule_notes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

// XPath, or segment, element, component.
using Place = std::tuple<std::string, std::uint32_t, std::uint16_t, std::uint16_t>;
Place place_of(const RuleNote& note) {
    if (!note.place.empty()) return {note.place, 0, 0, 0};
    return {{}, note.segment, note.element, note.component};
}

// The places that were written, and whether by a default: a sorted list, looked up for every value that is read.
class WrittenPlaces {
public:
    explicit WrittenPlaces(const std::vector<RuleNote>& notes) {
        m_places.reserve(notes.size());
        for (const RuleNote& note : notes)
            m_places.emplace_back(place_of(note), note.defaulted);
        // The first one at a place speaks for it.
        std::stable_sort(m_places.begin(), m_places.end(), [](const auto& a, const auto& b) {
            return a.first < b.first;
        });
    }
    // A field that was read though the document did not have it, and rightly: a default filled it when reading, a default
    // was written, or the writer numbered the place (LIN, LX, CPS). A constant of the map is no such reason.
    bool filled(const RuleNote& read) const {
        if (read.source == TraceEntry::Source::Default) return true;
        if (read.source != TraceEntry::Source::Wire) return false;
        const Place place = place_of(read);
        const auto found = std::lower_bound(
            m_places.begin(), m_places.end(), place, [](const auto& one, const Place& wanted) {
                return one.first < wanted;
            });
        return found == m_places.end() || found->first != place || found->second;
    }

private:
    std::vector<std::pair<Place, bool>> m_places;
};

std::vector<std::uint32_t> rules_of(const std::vector<RuleNote>& notes) {
    std::vector<std::uint32_t> out;
    out.reserve(notes.size());
    for (const RuleNote& note : notes)
        out.push_back(note.rule);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

// What the validator has against it; `rules`: business rules of XML count.
std::string invalid(const edi::Report& report, bool rules) {
    std::string out;
    for (const edi::InterchangeReport& interchange : report.interchanges)
        for (const edi::GroupReport& group : interchange.groups)
            for (const edi::TransactionReport& transaction : group.transactions)
                for (const edi::Fault& fault : transaction.faults)
                    if (fault.severity == edi::Severity::Error &&
                        (rules || fault.code.starts_with("xml.")))
                        out += "what was written is not valid: " + fault.segment + " at " +
                               std::to_string(fault.position) + ": " + fault.message + "\n";
    return out;
}

std::string refused(const std::vector<Finding>& findings, const char* verb) {
    std::string out;
    for (const Finding& finding : findings)
        if (finding.verdict == Verdict::Reject || finding.verdict == Verdict::Hold)
            out += std::string(verb) + ": " + to_text(finding) + "\n";
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
    std::vector<RuleNote> put;
    Result<WriteOutcome> written = write_noting(map, document, put);
    if (!written) return fail("writing: " + written.error().text());
    out.problem = refused(written->findings, "writing");
    if (!out.problem.empty()) return out;
    out.segments = written_text(map, *written, schemas);
    edi::Report report;
    const Result<edi::Document> wire = as_document(map, *std::move(written), schemas, report);
    if (!wire) return fail("what was written cannot be read: " + wire.error().text());
    out.problem = invalid(report, rules || map.xml_type() == nullptr);
    if (!out.problem.empty()) return out;
    const edi::Transaction* transaction = only_transaction(*wire);
    if (transaction == nullptr) return fail("nothing was written");
    const WrittenPlaces places(put);
    std::vector<RuleNote> taken;
    Result<ReadOutcome> outcome = read_noting(
        reader, *transaction, taken, [&](const RuleNote& note) { return places.filled(note); });
    if (!outcome) return fail("reading: " + outcome.error().text());
    out.problem = refused(outcome->findings, "reading");
    for (RuleNote& note : taken)
        if (!note.field.empty()) out.defaults.push_back(std::move(note.field));
    out.written = rules_of(put);
    out.read = rules_of(taken);
    out.document = std::move(outcome->document);
    return out;
}

}  // namespace sallyport::mapping
