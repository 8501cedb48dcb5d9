// SPDX-License-Identifier: Apache-2.0
#include "mappings/tools.h"

#include "mappings/association.h"
#include "mappings/coverage.h"
#include "mappings/round_trip.h"
#include "mappings/split.h"
#include "mappings/tool_support.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

std::string outcome_text(const ReadOutcome& outcome) {
    std::string out;
    for (const Finding& finding : outcome.findings)
        out += to_text(finding) + "\n";
    if (outcome.findings_left_out > 0)
        out += "and " + std::to_string(outcome.findings_left_out) + " more\n";
    if (!outcome.leftovers.empty()) out += "not read:\n";
    for (const Leftover& one : outcome.leftovers)
        out += "  " + place_of(one) + " \"" + one.text + "\"" +
               (one.rule.empty() ? "" : "   written by " + one.rule + ", ignored when reading") +
               "\n";
    return out;
}

Json outcome_json(const ReadOutcome& outcome) {
    Json out;
    out["document"] = *outcome.document;
    out["rejected"] = outcome.rejected();
    out["held"] = outcome.held();
    Json findings = Json::array();
    for (const Finding& finding : outcome.findings)
        findings.push_back(sallyport::mapping::to_json(finding));
    out["findings"] = std::move(findings);
    Json leftovers = Json::array();
    for (const Leftover& one : outcome.leftovers)
        leftovers.push_back(to_json(one));
    out["leftovers"] = std::move(leftovers);
    return out;
}

}  // namespace

std::string to_text(const Finding& finding) {
    std::string out(to_string(finding.verdict));
    const bool numbered =
        !finding.code.empty() && std::all_of(finding.code.begin(), finding.code.end(), [](char c) {
            return c >= '0' && c <= '9';
        });
    if (numbered) out += " " + finding.code;
    out += ": " + finding.message;
    if (finding.position > 0)
        out += finding.segment.starts_with('/')
                   ? " (" + finding.segment + ")"
                   : " (segment " + std::to_string(finding.position) + " " + finding.segment + ")";
    if (!finding.rule.empty()) out += "  [" + finding.rule + "]";
    return out;
}

Json to_json(const Finding& finding) {
    Json out{{"verdict", std::string(to_string(finding.verdict))},
             {"code", finding.code},
             {"message", finding.message},
             {"rule", finding.rule}};
    if (finding.position > 0) {
        out["segment"] = finding.segment;
        out["position"] = finding.position;
    }
    if (finding.element > 0) out["element"] = finding.element;
    if (!finding.field.empty()) out["field"] = finding.field;
    if (!finding.table.empty()) out["table"] = finding.table;
    if (!finding.value.empty()) out["value"] = finding.value;
    return out;
}

ToolResult check_map(const ToolContext& context, std::string_view file, const edi::Guide* guide) {
    ToolResult out;
    const MapLoad loaded = load_for(context, file, out);
    if (!loaded.map) return out;
    const MapInfo& info = loaded.map->info();
    std::vector<Diagnostic> all = loaded.diagnostics;
    if (guide != nullptr) check_guide(loaded.map->plan(), *guide, all);
    out.text = render(all, loaded.sources);
    (*out.json)["diagnostics"] = to_json(all, loaded.sources);
    (*out.json)["name"] = info.name;
    (*out.json)["version"] = info.version;
    (*out.json)["standard"] = info.standard;
    (*out.json)["codes"] = info.codes;
    (*out.json)["document"] = info.document;
    (*out.json)["classes"] = info.classes.text();
    out.text += std::string(file) + ": " + info.classes.text() + "\n";
    return out;
}

namespace {

// What the gateway makes of a document whose map says `split by`.
void add_parts(const CompiledMap& map, const Json& document, Json& shown, ToolResult& out) {
    if (!splits(map)) return;
    const SplitOutcome outcome = split_document(map, document);
    for (const Finding& finding : outcome.findings)
        out.text += "hold: it cannot be split: " + finding.message + " (" + finding.rule + ")\n";
    if (!outcome.findings.empty()) out.exit_code = 7;
    Json parts = Json::array();
    for (const DocumentPart& part : outcome.parts) {
        parts.push_back({{"for", part.key}, {"document", *part.document}});
        out.text += "split off for " + (part.key.empty() ? "nobody in particular" : part.key) +
                    ":\n" + part.document->dump(2) + "\n";
    }
    shown["parts"] = std::move(parts);
}

}  // namespace

ToolResult run_map(const ToolContext& context,
                   std::string_view file,
                   std::string wire,
                   const Parameters& parameters) {
    ToolResult out;
    const MapLoad loaded = load_for(context, file, out);
    if (!loaded.map) return out;
    const CompiledMap& map = *loaded.map;
    edi::Report report;
    const Result<edi::Document> document =
        read_wire(std::move(wire), map.info(), *context.schemas, report);
    if (!document) return failed(document.error().text());
    Json documents = Json::array();
    std::optional<Error> problem;
    const unsigned skipped =
        each_transaction(*document, map, [&](const edi::Transaction& transaction) {
            const Result<ReadOutcome> outcome = read(map, transaction, parameters);
            if (!outcome) {
                problem = outcome.error();
                return;
            }
            Json one = outcome_json(*outcome);
            one["control"] = std::string(transaction.control);
            if (outcome->rejected() || outcome->held()) out.exit_code = 7;
            out.text += outcome->document->dump(2) + "\n" + outcome_text(*outcome);
            add_parts(map, *outcome->document, one, out);
            if (const std::string said = association_of(map.info());
                !said.empty() && said != transaction.association)
                out.text +=
                    "note: the map is for messages of association " + said +
                    " (UNH 0057), and this one says " +
                    (transaction.association.empty() ? "none"
                                                     : std::string(transaction.association)) +
                    ": the gateway would not choose it\n";
            documents.push_back(std::move(one));
        });
    if (problem) return failed(problem->text());
    if (documents.empty())
        return failed(
            "the input holds no transaction this map reads" +
            std::string(
                skipped > 0
                    ? (" (" + std::to_string(skipped) + " of other sets or versions)").c_str()
                    : ""));
    (*out.json)["documents"] = std::move(documents);
    return out;
}

ToolResult write_map(const ToolContext& context,
                     std::string_view file,
                     std::string_view document,
                     const Parameters& parameters) {
    ToolResult out;
    const MapLoad loaded = load_for(context, file, out);
    if (!loaded.map) return out;
    const Json parsed = Json::parse(document, nullptr, false);
    if (parsed.is_discarded())
        return failed(
            "the document is not JSON: writing takes a canonical document; what a partner sent is "
            "for "
            "map run");
    const Result<WriteOutcome> outcome = write(*loaded.map, parsed, parameters);
    if (!outcome) return failed(outcome.error().text());
    Json findings = Json::array();
    for (const Finding& finding : outcome->findings) {
        out.text += to_text(finding) + "\n";
        findings.push_back(sallyport::mapping::to_json(finding));
    }
    const std::string written = written_text(*loaded.map, *outcome, *context.schemas);
    out.text += written;
    if (outcome->rejected() || outcome->held()) out.exit_code = 7;
    if (loaded.map->xml_type() != nullptr) {
        (*out.json)["xml"] = written;
    } else {
        Json segments = Json::array();
        for (const edi::DraftSegment& segment : outcome->segments)
            segments.push_back(segment_text(segment, loaded.map->plan_set()->standard));
        (*out.json)["segments"] = std::move(segments);
    }
    (*out.json)["findings"] = std::move(findings);
    return out;
}

}  // namespace sallyport::mapping
