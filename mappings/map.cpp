// SPDX-License-Identifier: Apache-2.0
#include "mappings/map.h"

#include "mappings/compile.h"
#include "mappings/coverage.h"
#include "mappings/loader.h"
#include "mappings/plan.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace sallyport::mapping {

std::string ClassCounts::text() const {
    std::string out = std::to_string(total()) + " rules; " + std::to_string(exact) + " exact";
    const auto add = [&out](unsigned count, const char* word) {
        if (count > 0) out += ", " + std::to_string(count) + " " + word;
    };
    add(normalises, normalises == 1 ? "normalises" : "normalise");
    add(loses, loses == 1 ? "loses" : "lose");
    add(read_only, "read only");
    add(write_only, "write only");
    add(checked, "checked");
    return out;
}

CompiledMap::CompiledMap(std::unique_ptr<const Plan> plan) : m_plan(std::move(plan)) {}
CompiledMap::~CompiledMap() = default;
const MapInfo& CompiledMap::info() const {
    return m_plan->info;
}
const edi::SetSchema* CompiledMap::plan_set() const {
    return m_plan->set;
}
const edi::XmlDocumentType* CompiledMap::xml_type() const {
    return m_plan->xml == nullptr ? nullptr : &m_plan->xml->type();
}
bool CompiledMap::reads(const edi::Transaction& transaction) const {
    return is_of(*m_plan, transaction);
}
const DocumentSchema& CompiledMap::document() const {
    return *m_plan->document;
}
const Sources& CompiledMap::sources() const {
    return m_plan->map.sources;
}
const EffectiveMap& CompiledMap::effective() const {
    return m_plan->map;
}

namespace {

// A fragment used in three blocks is checked three times; what it says is kept once.
void tidy(std::vector<Diagnostic>& diagnostics) {
    std::set<std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>> seen;
    std::vector<Diagnostic> kept;
    for (Diagnostic& one : diagnostics)
        if (seen.emplace(one.code, one.span.file, one.span.begin, one.message).second)
            kept.push_back(std::move(one));
    std::stable_sort(kept.begin(), kept.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::pair(a.span.file, a.span.begin) < std::pair(b.span.file, b.span.begin);
    });
    diagnostics = std::move(kept);
}

void header_error(std::vector<Diagnostic>& diagnostics,
                  Span at,
                  std::string message,
                  std::string help) {
    diagnostics.push_back({"MAP004", Severity::Error, at, std::move(message), std::move(help)});
}

bool find_document(Plan& plan, const TextSource& texts, std::vector<Diagnostic>& diagnostics) {
    const Header& header = plan.map.header;
    const auto schema_file = [&](std::string_view name) {
        Result<std::string> direct = texts("canonical/" + std::string(name));
        return direct ? std::move(direct) : texts(name);
    };
    const Result<std::string> text = schema_file(header.document + ".schema.json");
    if (!text) {
        header_error(diagnostics,
                     header.span,
                     "there is no canonical document \"" + header.document + "\"",
                     text.error().remedy());
        return false;
    }
    Result<std::shared_ptr<const DocumentSchema>> document =
        DocumentSchema::parse(*text, schema_file);
    if (!document) {
        header_error(diagnostics, header.span, document.error().what(), "");
        return false;
    }
    plan.document = *std::move(document);
    return true;
}

// "xml NAMESPACE Order", "xml cxml-1.2 OrderRequest".
bool find_xml(Plan& plan, const edi::SchemaSet& schemas, std::vector<Diagnostic>& diagnostics) {
    const Header& header = plan.map.header;
    if (header.codes.size() != 2) {
        header_error(diagnostics,
                     header.span,
                     "this line names the wrong number of things",
                     "write xml \"urn:oasis:names:specification:ubl:schema:xsd:Order-2\" Order <-> "
                     "order, or xml cxml-1.2 OrderRequest <-> order");
        return false;
    }
    const edi::XmlDocumentType* found = nullptr;
    std::vector<std::string> names;
    for (const edi::XmlDocumentType* one : schemas.xml().documents()) {
        const bool family =
            one->root_namespace == header.codes[0] || one->family->name == header.codes[0];
        if (family && one->set == header.codes[1]) found = one;
        names.emplace_back(one->set);
    }
    if (found == nullptr) {
        const std::string near = near_match(header.codes[1], names);
        header_error(diagnostics,
                     header.span,
                     "there is no document " + header.codes[1] + " of " + header.codes[0],
                     near.empty() || near == header.codes[1]
                         ? "the first word is the namespace of the root element, or ubl-2.1, "
                           "cii-D16B, cxml-1.2"
                         : "did you mean " + near + "?");
        return false;
    }
    plan.xml_owner = std::make_shared<XmlSet>(*found, plan.map.namespaces);
    plan.xml = plan.xml_owner.get();
    plan.set = &plan.xml->set();
    return true;
}

bool find_schemas(Plan& plan,
                  const TextSource& texts,
                  const edi::SchemaSet& schemas,
                  std::vector<Diagnostic>& diagnostics) {
    const Header& header = plan.map.header;
    if (header.side.empty()) {
        if (!has_errors(diagnostics))
            header_error(diagnostics,
                         {0, 0, 1},
                         "the file does not say what it maps",
                         "write a line such as: x12 004010 850 <-> order");
        return false;
    }
    if (header.side == "xml")
        return find_xml(plan, schemas, diagnostics) && find_document(plan, texts, diagnostics);
    if (header.side != "x12" && header.side != "edifact") {
        header_error(
            diagnostics,
            header.span,
            "maps of " + header.side + " are read and checked for form, but cannot run yet",
            "x12, edifact and xml maps can");
        return false;
    }
    const bool x12 = header.side == "x12";
    const std::size_t wanted = x12 ? 2 : 3;
    const std::size_t most = x12 ? 2 : 4;  // EDIFACT: and the association
    if (header.codes.size() < wanted || header.codes.size() > most) {
        header_error(diagnostics,
                     header.span,
                     "this line names the wrong number of things",
                     x12 ? "write x12 004010 850 <-> order"
                         : "write edifact D 96A INVOIC <-> invoice, or with the association code: "
                           "edifact D 96A INVOIC EAN008 <-> invoice");
        return false;
    }
    if (header.codes.size() == 4 && header.codes[3].size() > 6) {
        header_error(
            diagnostics,
            header.span,
            "an association code (UNH 0057) has six characters at most: " + header.codes[3],
            "write it as it stands in UNH, EAN008 say, or leave it out");
        return false;
    }
    const std::string version = x12 ? header.codes[0] : header.codes[0] + header.codes[1];
    const Result<const edi::SetSchema*> set = schemas.find(
        x12 ? edi::Standard::X12 : edi::Standard::Edifact, version, header.codes[wanted - 1]);
    if (!set) {
        header_error(diagnostics, header.span, set.error().what(), set.error().remedy());
        return false;
    }
    plan.set = *set;
    return find_document(plan, texts, diagnostics);
}

// "lines.allocations.buyer_code": a list, a list in its entries, a field of theirs that tells the documents apart.
void find_split(Plan& plan, std::vector<Diagnostic>& diagnostics) {
    const Header& header = plan.map.header;
    if (header.split_by.empty()) return;
    const auto refuse = [&](const char* code, std::string message) {
        diagnostics.push_back(
            {code,
             Severity::Error,
             header.span,
             std::move(message),
             "write LIST.LIST.FIELD, as in split by lines.allocations.buyer_code"});
    };
    if (header.arrow == Arrow::Write)
        return refuse("MAP004", "only what is read can be split, and this map only writes");
    const RecordType* record = &plan.document->root();
    std::vector<std::string> names(1);
    for (const char c : header.split_by)
        if (c == '.')
            names.emplace_back();
        else
            names.back() += c;
    if (names.size() != 3)
        return refuse("MAP004",
                      "split by names " + std::to_string(names.size()) + " fields, not 3");
    for (std::size_t i = 0; i < 3; ++i) {
        const int slot = record->slot(names[i]);
        if (slot < 0) return refuse("MAP210", record->name + " has no field " + names[i]);
        const Field& field = record->fields[static_cast<std::size_t>(slot)];
        const bool list = field.type == FieldType::List;
        if (list != (i < 2))
            return refuse(list ? "MAP211" : "MAP212",
                          names[i] + (list ? " is a list" : " is not a list"));
        if (!list) continue;
        record = field.record;
        if (record->slot("quantity") < 0)
            return refuse("MAP210", names[i] + " has no quantity that could be shared out");
    }
    const RecordType& root = plan.document->root();
    const int ship_to = root.slot("ship_to");
    const bool addressed =
        ship_to >= 0 && root.fields[static_cast<std::size_t>(ship_to)].record != nullptr &&
        root.fields[static_cast<std::size_t>(ship_to)].record->slot(names[2]) >= 0;
    plan.split = SplitBy{names[0], names[1], names[2], addressed};
}

void fill_info(Plan& plan) {
    MapInfo& info = plan.info;
    info.name = plan.map.name;
    info.version = plan.map.version;
    info.standard = plan.map.header.side;
    info.codes = plan.map.header.codes;
    info.arrow = plan.map.header.arrow;
    info.document = plan.map.header.document;
    for (const SourceFile& file : plan.map.sources.files)
        info.files.push_back(file.name);
    for (const Param& param : plan.map.params)
        info.parameters.push_back({param.name, param.type, !param.value && !param.optional});
    for (const RuleInfo& rule : plan.rules) {
        if (!rule.is_rule) continue;
        ClassCounts& counts = info.classes;
        switch (rule.rule_class) {
            case RuleClass::Exact:
                ++counts.exact;
                break;
            case RuleClass::Normalises:
                ++counts.normalises;
                break;
            case RuleClass::Loses:
                ++counts.loses;
                break;
            case RuleClass::ReadOnly:
                ++counts.read_only;
                break;
            case RuleClass::WriteOnly:
                ++counts.write_only;
                break;
            case RuleClass::Checked:
                ++counts.checked;
                break;
        }
    }
}

// An XML set has the elements a map names: the first run finds them, the second one counts.
void compile(Plan& plan, std::vector<Diagnostic>& diagnostics) {
    if (plan.xml != nullptr) {
        std::vector<Diagnostic> ignored;
        Compiler(plan, ignored).run();
        plan.xml->settle();
        plan.steps.clear();
        plan.rules.clear();
        plan.tables.clear();
        plan.parameter_defaults.clear();
    }
    Compiler(plan, diagnostics).run();
}

}  // namespace

MapLoad load_map(std::string_view name, const TextSource& texts, const edi::SchemaSet& schemas) {
    MapLoad out;
    auto plan = std::make_unique<Plan>();
    plan->map = load_effective(name, texts, out.diagnostics);
    out.sources = plan->map.sources;
    if (!plan->map.sources.files.empty() && find_schemas(*plan, texts, schemas, out.diagnostics)) {
        find_split(*plan, out.diagnostics);
        compile(*plan, out.diagnostics);
        mark_quiet(plan->steps);
        // On a plan with holes the conditions would report what is only missing because of another error.
        if (!has_errors(out.diagnostics)) check_laws(*plan, out.diagnostics);
        if (!has_errors(out.diagnostics)) check_coverage(*plan, out.diagnostics);
        fill_info(*plan);
    }
    tidy(out.diagnostics);
    if (!has_errors(out.diagnostics))
        out.map = std::make_shared<const CompiledMap>(std::move(plan));
    return out;
}

}  // namespace sallyport::mapping
