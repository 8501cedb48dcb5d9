// SPDX-License-Identifier: Apache-2.0
// map show --effective, map diff, map sheet: the effective map as lines, as a comparison, as a table.
#include "mappings/map_test.h"
#include "mappings/review.h"
#include "mappings/tool_support.h"

#include <algorithm>
#include <map>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t OriginColumn = 64;

std::string with_origin(std::string line, const std::string& where) {
    if (line.size() < OriginColumn) line.resize(OriginColumn, ' ');
    return line + "  # " + where + "\n";
}

std::string row_text(const TableRow& row) {
    return row.outside + " " + std::string(to_string(row.arrow)) + " " + row.word;
}

std::string header_text(const EffectiveMap& map) {
    std::string out = map.header.side;
    for (const std::string& code : map.header.codes)
        out += " " + code;
    return out + " " + std::string(to_string(map.header.arrow)) + " " + map.header.document;
}

std::string tables_text(const EffectiveMap& map) {
    std::string out;
    for (const Table& table : map.tables) {
        out += "\n" + with_origin("table " + table.name + " {", map.sources.where(table.span));
        for (const TableRow& row : table.rows)
            out += with_origin("  " + row_text(row), map.sources.where(row.span));
        out += "}\n";
    }
    return out;
}

std::string rules_text(const Plan& plan) {
    std::string out;
    std::vector<unsigned> open;  // depths of blocks that are not closed yet
    const auto close = [&](unsigned depth) {
        while (!open.empty() && open.back() >= depth) {
            out += std::string(std::size_t{2} * open.back(), ' ') + "}\n";
            open.pop_back();
        }
    };
    for (const FlatRule& rule : flatten(plan)) {
        close(rule.depth);
        const RuleInfo& info = plan.rules[rule.step->rule];
        std::string text = info.text;
        if (rule.opens) {
            // Of a block only the heading is quoted; what stands in it follows.
            text = text.substr(0, text.find('{'));
            while (text.ends_with(' '))
                text.pop_back();
            text += " {";
            open.push_back(rule.depth);
        }
        out += with_origin(std::string(std::size_t{2} * rule.depth, ' ') + text, info.where);
    }
    close(0);
    return out;
}

// ---- diff -------------------------------------------------------------------------------------------------------------

struct Entry {
    std::string text;
    std::string where;
};
using Entries = std::map<std::string, Entry>;

// Rules by block and left side: what an overlay would call them.
Entries rules_of(const Plan& plan) {
    Entries out;
    for (const FlatRule& rule : flatten(plan)) {
        const RuleInfo& info = plan.rules[rule.step->rule];
        std::string key = rule.block.empty() ? std::string() : rule.block + " > ";
        if (rule.step->kind == StepKind::Block)
            key += (rule.step->each ? "each " : "") + rule.step->wire.text;
        else if (rule.step->wire.text.empty())
            key += info.text;
        else
            key += rule.step->wire.text;
        if (rule.opens && rule.step->kind != StepKind::Block) continue;
        std::string unique = key;
        for (unsigned n = 2; out.contains(unique); ++n)
            unique = key + " (" + std::to_string(n) + ")";
        std::string text = rule.opens ? info.text.substr(0, info.text.find('{')) : info.text;
        while (text.ends_with(' '))
            text.pop_back();
        out[unique] = {std::move(text), info.where};
    }
    return out;
}

Entries rows_of(const EffectiveMap& map) {
    Entries out;
    for (const Table& table : map.tables)
        for (const TableRow& row : table.rows)
            out["table " + table.name + " " + row.outside] = {row_text(row),
                                                              map.sources.where(row.span)};
    for (const Param& param : map.params)
        out["param " + param.name] = {param.name + " = " + param.value.value_or("(none)"),
                                      map.sources.where(param.span)};
    return out;
}

struct Comparison {
    std::string text;
    Json changes = Json::array();
};

void compare(const Entries& a, const Entries& b, Comparison& out) {
    const auto say =
        [&](const char* sign, const char* word, const Entry& entry, const std::string& key) {
            out.text +=
                std::string(sign) + " " + key + ":  " + entry.text + "   [" + entry.where + "]\n";
            out.changes.push_back(
                Json{{"change", word}, {"key", key}, {"text", entry.text}, {"where", entry.where}});
        };
    for (const auto& [key, entry] : a) {
        const auto other = b.find(key);
        if (other == b.end()) {
            say("-", "removed", entry, key);
        } else if (other->second.text != entry.text) {
            say("<", "was", entry, key);
            say(">", "is", other->second, key);
        }
    }
    for (const auto& [key, entry] : b)
        if (!a.contains(key)) say("+", "added", entry, key);
}

std::string outcome_lines(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& one : findings)
        if (one.verdict == Verdict::Reject || one.verdict == Verdict::Hold ||
            one.verdict == Verdict::Warn)
            out += std::string(to_string(one.verdict)) + ": " + one.message + "\n";
    return out;
}

// What one map makes of a sample: documents, and what it says.
struct Made {
    Json documents = Json::array();
    std::string said;
};

Made make(const CompiledMap& map, const ToolContext& context, const Sample& sample) {
    Made out;
    edi::Report report;
    const Result<edi::Document> document =
        read_wire(sample.octets, map.info(), *context.schemas, report);
    if (!document) {
        out.said = document.error().text() + "\n";
        return out;
    }
    each_transaction(*document, map, [&](const edi::Transaction& transaction) {
        const Result<ReadOutcome> outcome = read(map, transaction, {});
        if (!outcome) {
            out.said += outcome.error().text() + "\n";
            return;
        }
        out.documents.push_back(*outcome->document);
        out.said += outcome_lines(outcome->findings);
    });
    return out;
}

void compare_sample(const CompiledMap& a,
                    const CompiledMap& b,
                    const ToolContext& context,
                    const Sample& sample,
                    Comparison& out) {
    const Made before = make(a, context, sample);
    const Made after = make(b, context, sample);
    std::string difference = differences(before.documents, after.documents);
    if (before.said != after.said)
        difference += "said before:\n" + before.said + "says now:\n" + after.said;
    if (difference.empty() && before.documents.empty()) {
        out.text += sample.name + ": neither map reads it: " + before.said;
        if (before.said.empty()) out.text += "no document of its set and version\n";
        return;
    }
    out.text += sample.name + (difference.empty() ? ": the same\n" : ":\n" + difference);
    if (!difference.empty())
        out.changes.push_back(
            Json{{"change", "sample"}, {"key", sample.name}, {"text", difference}});
}

// ---- sheet ------------------------------------------------------------------------------------------------------------

std::string cell(const std::string& text, bool csv) {
    if (!csv) {
        std::string out;
        for (const char c : text)
            out += c == '|' ? std::string("\\|") : std::string(1, c);
        return out;
    }
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::string sheet_line(const std::vector<std::string>& cells, bool csv) {
    std::string out = csv ? "" : "|";
    for (std::size_t i = 0; i < cells.size(); ++i)
        out += csv ? (i > 0 ? "," : "") + cell(cells[i], true) : " " + cell(cells[i], false) + " |";
    return out + "\n";
}

std::string lenses_of(const std::string& rule) {
    const std::size_t bar = rule.find('|');
    if (bar == std::string::npos) return {};
    std::string out = rule.substr(bar + 2 <= rule.size() ? bar + 2 : bar + 1);
    for (const char* arrow : {"<->", "->", "<-"})
        if (const std::size_t at = out.find(arrow); at != std::string::npos) {
            out.resize(at);
            break;
        }
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

std::string means(const PlanStep& step, const RuleInfo& info) {
    if (step.kind == StepKind::Require) return info.text;
    std::string out = lenses_of(info.text);
    const auto add = [&out](const std::string& more) { out += (out.empty() ? "" : "; ") + more; };
    if (step.kind == StepKind::Check || step.kind == StepKind::Put) {
        const std::size_t at = info.text.find("<-");
        const std::size_t from =
            at == std::string::npos ? 0 : at + (info.text[at + 2] == '>' ? 3 : 2);
        add((step.kind == StepKind::Check ? "must be" : "always") + std::string(" ") +
            squeeze(info.text.substr(from)));
    }
    if (step.otherwise) add("when absent: " + *step.otherwise + (step.omit ? ", not written" : ""));
    return out;
}

// Codes of the tables a sheet mentions.
std::string tables_sheet(const Plan& plan, bool csv) {
    std::string out;
    for (const auto& table : plan.tables) {
        if (!csv) out += "\n## Table " + table->name + "\n\n";
        out += sheet_line(csv ? std::vector<std::string>{"table " + table->name, "code", "meaning"}
                              : std::vector<std::string>{"code", "meaning", "written"},
                          csv);
        if (!csv) out += "|---|---|---|\n";
        for (const std::string& code : table->codes) {
            const std::string& word = table->read.at(code).first;
            const auto back = table->write.find(word);
            const bool both = back != table->write.end() && back->second.first == code;
            out += csv ? sheet_line({"", code, word}, true)
                       : sheet_line({code, word, both ? "yes" : "no"}, false);
        }
    }
    return out;
}

}  // namespace

ToolResult show_map(const ToolContext& context, std::string_view file) {
    ToolResult out;
    const MapLoad loaded = load_for(context, file, out);
    if (!loaded.map) return out;
    const Plan& plan = loaded.map->plan();
    const EffectiveMap& map = plan.map;
    out.text = "map " + map.name + (map.version.empty() ? "" : " version " + map.version) + "\n" +
               with_origin(header_text(map), map.sources.where(map.header.span));
    for (const Param& param : map.params)
        out.text += with_origin(
            "param " + param.name + " = " + (param.value ? "\"" + *param.value + "\"" : "(none)"),
            map.sources.where(param.span));
    out.text += tables_text(map) + "\n" + rules_text(plan);
    Json rules = Json::array();
    for (const FlatRule& rule : flatten(plan)) {
        const RuleInfo& info = plan.rules[rule.step->rule];
        rules.push_back(Json{{"depth", rule.depth},
                             {"block", rule.block},
                             {"text", info.text},
                             {"where", info.where},
                             {"place", rule.step->wire.text},
                             {"field", rule.field}});
    }
    (*out.json)["rules"] = std::move(rules);
    return out;
}

ToolResult diff_maps(const MapHere& a, const MapHere& b, const std::vector<Sample>& samples) {
    ToolResult first, out;
    const MapLoad before = load_for(a.context, a.file, first);
    if (!before.map) return first;
    const MapLoad after = load_for(b.context, b.file, out);
    if (!after.map) return out;
    Comparison found;
    const std::string about = header_text(before.map->plan().map);
    const std::string now_about = header_text(after.map->plan().map);
    if (about != now_about) {
        found.text = "the one maps " + about + ", the other " + now_about + "\n";
        found.changes.push_back(
            Json{{"change", "header"}, {"key", "header"}, {"text", about + " / " + now_about}});
    }
    compare(rules_of(before.map->plan()), rules_of(after.map->plan()), found);
    compare(rows_of(before.map->effective()), rows_of(after.map->effective()), found);
    if (found.changes.empty()) found.text = "the same rules, tables and parameters\n";
    for (const Sample& sample : samples)
        compare_sample(*before.map, *after.map, a.context, sample, found);
    out.exit_code = found.changes.empty() ? 0 : 1;
    out.text = std::move(found.text);
    *out.json = Json{{"ok", true}, {"a", std::string(a.file)}, {"b", std::string(b.file)}};
    (*out.json)["changes"] = std::move(found.changes);
    return out;
}

ToolResult sheet_map(const ToolContext& context, std::string_view file, bool csv) {
    ToolResult out;
    const MapLoad loaded = load_for(context, file, out);
    if (!loaded.map) return out;
    const Plan& plan = loaded.map->plan();
    out.text = csv ? "" : "# " + plan.map.name + "\n\n" + header_text(plan.map) + "\n\n";
    out.text +=
        sheet_line({"block", "place", "direction", "field", "what happens", "class", "rule"}, csv);
    if (!csv) out.text += "|---|---|---|---|---|---|---|\n";
    Json rows = Json::array();
    for (const FlatRule& rule : flatten(plan)) {
        const RuleInfo& info = plan.rules[rule.step->rule];
        if (!info.is_rule && rule.step->kind != StepKind::Require) continue;
        const bool test = rule.step->kind == StepKind::Require;
        const std::vector<std::string> cells = {
            rule.block,
            rule.step->wire.text,
            test ? "" : std::string(to_string(rule.step->arrow)),
            rule.field,
            means(*rule.step, info),
            test ? "required" : std::string(to_string(info.rule_class)),
            info.where};
        out.text += sheet_line(cells, csv);
        rows.push_back(cells);
    }
    out.text += tables_sheet(plan, csv);
    (*out.json)["rows"] = std::move(rows);
    return out;
}

}  // namespace sallyport::mapping
