// SPDX-License-Identifier: Apache-2.0
#include "mappings/tool_support.h"

#include <algorithm>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

ToolResult failed(std::string text) {
    ToolResult out;
    out.exit_code = 1;
    out.json = std::make_unique<Json>(Json{{"ok", false}, {"error", text}});
    out.text = std::move(text);
    if (!out.text.ends_with('\n')) out.text += '\n';
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

Json to_json(const std::vector<Diagnostic>& diagnostics, const Sources& sources) {
    Json out = Json::array();
    for (const Diagnostic& one : diagnostics)
        out.push_back(to_json(one, sources));
    return out;
}

Json to_json(const Leftover& leftover) {
    Json out{{"segment", leftover.segment},
             {"position", leftover.position},
             {"element", leftover.element},
             {"component", leftover.component},
             {"text", leftover.text}};
    if (!leftover.rule.empty()) out["rule"] = leftover.rule;
    return out;
}

MapLoad load_for(const ToolContext& context, std::string_view file, ToolResult& out) {
    MapLoad loaded = load_map(file, context.texts, *context.schemas);
    out.json = std::make_unique<Json>();
    (*out.json)["map"] = std::string(file);
    (*out.json)["ok"] = loaded.map != nullptr;
    (*out.json)["diagnostics"] = to_json(loaded.diagnostics, loaded.sources);
    // Notes are for those who check the map, not for everyone who uses it.
    std::vector<Diagnostic> shown;
    for (const Diagnostic& one : loaded.diagnostics)
        if (one.severity != Severity::Note) shown.push_back(one);
    out.text = render(shown, loaded.sources);
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

std::string element_name(std::string_view segment, unsigned element, unsigned component) {
    const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::string(segment) + "." + two(element) +
           (component > 1 ? "." + two(component) : std::string());
}

std::string place_of(const Leftover& one) {
    if (one.element == 0) return one.segment;
    return "segment " + std::to_string(one.position) + "  " +
           element_name(one.segment, one.element, one.component);
}

unsigned each_transaction(const edi::Document& document,
                          const CompiledMap& map,
                          const std::function<void(const edi::Transaction&)>& visit) {
    unsigned others = 0;
    for (const edi::Interchange& interchange : document.interchanges)
        for (const edi::Group& group : interchange.groups)
            for (const edi::Transaction& transaction : group.transactions) {
                if (!map.reads(transaction))
                    ++others;
                else
                    visit(transaction);
            }
    return others;
}

namespace {

class Flattener {
public:
    explicit Flattener(const Plan& plan) : m_plan(plan) {}

    std::vector<FlatRule> run() {
        walk(m_plan.steps, 0, "", "");
        return std::move(m_out);
    }

private:
    void walk(const std::vector<PlanStep>& steps,
              unsigned depth,
              const std::string& block,
              const std::string& record) {
        for (const PlanStep& step : steps) {
            FlatRule one{&step, depth, block, fields(step, record), opens(step.kind)};
            const bool opened = one.opens;
            const std::string inside =
                opened && step.kind == StepKind::Block ? below(block, heading(step)) : block;
            const std::string within = step.kind == StepKind::Block && step.has_record
                                           ? one.field + (step.each ? "[]" : "")
                                           : record;
            m_out.push_back(std::move(one));
            if (opened) walk(step.steps, depth + 1, inside, within);
        }
    }

    static bool opens(StepKind kind) {
        return kind == StepKind::Block || kind == StepKind::First || kind == StepKind::When;
    }
    static std::string below(const std::string& block, const std::string& name) {
        return block.empty() ? name : block + " > " + name;
    }
    static std::string heading(const PlanStep& step) {
        return (step.each ? "each " : "") + step.wire.text;
    }
    static std::string fields(const PlanStep& step, const std::string& record) {
        std::string out;
        for (const DocPlace& field : step.fields) {
            if (!out.empty()) out += ", ";
            const bool own = !field.from_root && !record.empty();
            out += own ? record + "." + field.text : field.text;
        }
        return out;
    }

    const Plan& m_plan;
    std::vector<FlatRule> m_out;
};

}  // namespace

std::vector<FlatRule> flatten(const Plan& plan) {
    return Flattener(plan).run();
}

std::string_view to_string(RuleClass one) {
    switch (one) {
        case RuleClass::Exact:
            return "exact";
        case RuleClass::Normalises:
            return "normalises";
        case RuleClass::Loses:
            return "loses";
        case RuleClass::ReadOnly:
            return "read only";
        case RuleClass::WriteOnly:
            return "write only";
        case RuleClass::Checked:
            return "checked";
    }
    return "";
}

std::string_view to_string(Arrow arrow) {
    return arrow == Arrow::Both ? "<->" : arrow == Arrow::Read ? "->" : "<-";
}

}  // namespace sallyport::mapping
