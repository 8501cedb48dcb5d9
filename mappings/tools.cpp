// SPDX-License-Identifier: Apache-2.0
#include "mappings/tools.h"

#include "mappings/round_trip.h"
#include "parsers/x12.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text.substr(0, width));
    out.append(width - out.size(), ' ');
    return out;
}

// ST … SE in an envelope of our own; separators are those the text uses.
std::string enveloped(std::string_view text, const MapInfo& map) {
    const char element = text.size() > 2 ? text[2] : '*';
    while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    const char end = text.empty() || std::isalnum(static_cast<unsigned char>(text.back())) != 0
                         ? '~'
                         : text.back();
    const std::string e(1, element);
    const std::string version = map.codes.empty() ? "004010" : map.codes[0];
    const bool newer = version >= "005010";
    std::string out = "ISA" + e + "00" + e + padded("", 10) + e + "00" + e + padded("", 10) + e +
                      "ZZ" + e + padded("SENDER", 15) + e + "ZZ" + e + padded("RECEIVER", 15) + e +
                      "240101" + e + "0000" + e + (newer ? "^" : "U") + e +
                      (newer ? "00501" : "00401") + e + "000000001" + e + "0" + e + "T" + e +
                      (element == ':' ? ">" : ":") + end;
    out += "GS" + e + "PO" + e + "SENDER" + e + "RECEIVER" + e + "20240101" + e + "0000" + e + "1" +
           e + "X" + e + version + end;
    out += std::string(text) + "\n";
    out += "GE" + e + "1" + e + "1" + end + "IEA" + e + "1" + e + "000000001" + end;
    return out;
}

Json to_json(const Diagnostic& diagnostic, const Sources& sources) {
    Json out;
    const LineColumn at = sources.position(diagnostic.span);
    out["code"] = diagnostic.code;
    out["severity"] = diagnostic.severity == Severity::Error     ? "error"
                      : diagnostic.severity == Severity::Warning ? "warning"
                                                                 : "note";
    out["file"] =
        diagnostic.span.file < sources.files.size() ? sources.files[diagnostic.span.file].name : "";
    out["line"] = at.line;
    out["column"] = at.column;
    out["message"] = diagnostic.message;
    if (!diagnostic.help.empty()) out["help"] = diagnostic.help;
    return out;
}

Json diagnostics_json(const MapLoad& load) {
    Json out = Json::array();
    for (const Diagnostic& one : load.diagnostics)
        out.push_back(to_json(one, load.sources));
    return out;
}

ToolResult failed(std::string text) {
    ToolResult out;
    out.exit_code = 1;
    out.json = std::make_unique<Json>(Json{{"ok", false}, {"error", text}});
    out.text = std::move(text);
    if (!out.text.ends_with('\n')) out.text += '\n';
    return out;
}

// The map, or the result that says why not.
MapLoad load(const ToolContext& context, std::string_view file, ToolResult& out) {
    MapLoad loaded = load_map(file, context.texts, *context.schemas);
    out.json = std::make_unique<Json>();
    (*out.json)["map"] = std::string(file);
    (*out.json)["ok"] = loaded.map != nullptr;
    (*out.json)["diagnostics"] = diagnostics_json(loaded);
    out.text = loaded.text();
    if (!loaded.map) {
        const auto errors = std::count_if(
            loaded.diagnostics.begin(), loaded.diagnostics.end(), [](const Diagnostic& d) {
                return d.severity == Severity::Error;
            });
        out.text += std::string(file) + ": " + std::to_string(errors) +
                    (errors == 1 ? " error\n" : " errors\n");
        out.exit_code = 1;
    }
    return loaded;
}

std::string element_name(std::string_view segment, unsigned element) {
    return std::string(segment) + "." + (element < 10 ? "0" : "") + std::to_string(element);
}

std::string outcome_text(const ReadOutcome& outcome) {
    std::string out;
    for (const Finding& finding : outcome.findings)
        out += to_text(finding) + "\n";
    if (outcome.findings_left_out > 0)
        out += "and " + std::to_string(outcome.findings_left_out) + " more\n";
    if (!outcome.leftovers.empty()) out += "not read:\n";
    for (const Leftover& one : outcome.leftovers)
        out += "  segment " + std::to_string(one.position) + "  " +
               element_name(one.segment, one.element) + " \"" + one.text + "\"" +
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
    for (const Leftover& one : outcome.leftovers) {
        Json entry{{"segment", one.segment},
                   {"position", one.position},
                   {"element", one.element},
                   {"text", one.text}};
        if (!one.rule.empty()) entry["rule"] = one.rule;
        leftovers.push_back(std::move(entry));
    }
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
        out += " (segment " + std::to_string(finding.position) + " " + finding.segment + ")";
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

Result<edi::Document> read_wire(std::string text,
                                const MapInfo& map,
                                const edi::SchemaSet& schemas,
                                edi::Report& report) {
    std::string_view rest = text;
    while (!rest.empty() &&
           std::string_view(" \t\r\n").find(rest.front()) != std::string_view::npos)
        rest.remove_prefix(1);
    if (map.standard != "x12")
        return Error("map.wire",
                     Blame::Operator,
                     "documents of " + map.standard + " cannot be read here yet");
    if (rest.starts_with("ST")) text = enveloped(rest, map);
    Result<edi::Document> document = edi::read_x12(std::move(text));
    if (!document) return document;
    report = edi::validate(*document, schemas);
    return document;
}

ToolResult check_map(const ToolContext& context, std::string_view file) {
    ToolResult out;
    const MapLoad loaded = load(context, file, out);
    if (!loaded.map) return out;
    const MapInfo& info = loaded.map->info();
    (*out.json)["name"] = info.name;
    (*out.json)["version"] = info.version;
    (*out.json)["standard"] = info.standard;
    (*out.json)["codes"] = info.codes;
    (*out.json)["document"] = info.document;
    (*out.json)["classes"] = info.classes.text();
    out.text += std::string(file) + ": " + info.classes.text() + "\n";
    return out;
}

ToolResult run_map(const ToolContext& context,
                   std::string_view file,
                   std::string wire,
                   const Parameters& parameters) {
    ToolResult out;
    const MapLoad loaded = load(context, file, out);
    if (!loaded.map) return out;
    const CompiledMap& map = *loaded.map;
    edi::Report report;
    const Result<edi::Document> document =
        read_wire(std::move(wire), map.info(), *context.schemas, report);
    if (!document) return failed(document.error().text());
    Json documents = Json::array();
    unsigned skipped = 0;
    for (const edi::Interchange& interchange : document->interchanges)
        for (const edi::Group& group : interchange.groups)
            for (const edi::Transaction& transaction : group.transactions) {
                if (transaction.schema != map.plan_set()) {
                    ++skipped;
                    continue;
                }
                const Result<ReadOutcome> outcome = read(map, transaction, parameters);
                if (!outcome) return failed(outcome.error().text());
                Json one = outcome_json(*outcome);
                one["control"] = std::string(transaction.control);
                if (outcome->rejected() || outcome->held()) out.exit_code = 7;
                out.text += outcome->document->dump(2) + "\n" + outcome_text(*outcome);
                documents.push_back(std::move(one));
            }
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
    const MapLoad loaded = load(context, file, out);
    if (!loaded.map) return out;
    const Json parsed = Json::parse(document, nullptr, false);
    if (parsed.is_discarded()) return failed("the document is not JSON");
    const Result<WriteOutcome> outcome = write(*loaded.map, parsed, parameters);
    if (!outcome) return failed(outcome.error().text());
    Json findings = Json::array();
    for (const Finding& finding : outcome->findings) {
        out.text += to_text(finding) + "\n";
        findings.push_back(sallyport::mapping::to_json(finding));
    }
    Json segments = Json::array();
    for (const edi::DraftSegment& segment : outcome->segments)
        segments.push_back(segment_text(segment));
    for (const Json& segment : segments)
        out.text += segment.get<std::string>() + "\n";
    if (outcome->rejected() || outcome->held()) out.exit_code = 7;
    (*out.json)["segments"] = std::move(segments);
    (*out.json)["findings"] = std::move(findings);
    return out;
}

}  // namespace sallyport::mapping
