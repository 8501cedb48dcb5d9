// SPDX-License-Identifier: Apache-2.0
// map draft: what the base leaves unread in samples, as the beginning of an overlay. It proposes places and values, never a
// business meaning: every line it is not sure of is a comment.
#include "mappings/review.h"
#include "mappings/tool_support.h"

#include <algorithm>
#include <map>
#include <set>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t MaxValues = 4;

struct Seen {
    unsigned times = 0;
    std::vector<std::string> values;  // different ones, at most MaxValues

    void add(std::string_view value) {
        ++times;
        if (values.size() < MaxValues &&
            std::find(values.begin(), values.end(), value) == values.end())
            values.emplace_back(value);
    }
    std::string text() const {
        std::string out = "seen " + std::to_string(times) + (times == 1 ? " time: " : " times: ");
        for (std::size_t i = 0; i < values.size(); ++i)
            out += (i > 0 ? ", " : "") + values[i];
        return out;
    }
};

class Drafter {
public:
    Drafter(const CompiledMap& map) : m_map(map), m_rules(flatten(map.plan())) {
        for (const FlatRule& rule : m_rules)
            if (rule.step->kind == StepKind::Block && rule.step->wire.owner_loop &&
                !m_blocks.contains(rule.step->wire.owner))
                m_blocks[rule.step->wire.owner] = {block_path(rule)};
    }

    void sample(const edi::Transaction& transaction, const ReadOutcome& outcome) {
        ++m_samples;
        for (const Leftover& one : outcome.leftovers)
            if (one.rule.empty()) leftover(transaction, one);
        for (const Finding& one : outcome.findings)
            if (!one.table.empty()) m_missing[one.table].insert_or_assign(one.value, one.rule);
        for (const TraceEntry& entry : outcome.trace)
            m_used.insert(entry.rule + " " + entry.text);
        for (const edi::Segment& segment : transaction.segments)
            m_elements += static_cast<unsigned>(std::count_if(
                segment.values.begin(), segment.values.end(), [](const edi::Value& value) {
                    return !value.text.empty();
                }));
        m_unread += static_cast<unsigned>(outcome.leftovers.size());
    }

    std::string text(std::string_view base, std::string_view name) const {
        const unsigned read = m_elements == 0 ? 0 : 100 - 100 * m_unread / m_elements;
        std::string out = "map " + std::string(name) + " version 1" + "   # drafted from " +
                          std::to_string(m_samples) +
                          (m_samples == 1 ? " sample; " : " samples; ") + std::to_string(read) +
                          " % of the elements are read by the base\n";
        const std::string& version = m_map.info().version;
        out += "extends \"" + std::string(base) + "\"" +
               (version.empty() ? "" : " version " + version) + "\n";
        for (const auto& [table, codes] : m_missing) {
            out += "\n# Codes that are not in table " + table +
                   ": choose the word on the right and take the # away.\n# table " + table + " {\n";
            for (const auto& [code, rule] : codes)
                out += "#   " + code + " <-> WORD          # " + rule + "\n";
            out += "# }\n";
        }
        for (const auto& [block, places] : m_places) {
            out += "\n# ---- " + (block.empty() ? std::string("heading and summary") : block) +
                   ": elements no rule reads\n";
            const bool inside = !block.empty();
            if (inside) out += "in " + block + " {\n";
            for (const auto& [place, seen] : places) {
                out += std::string(inside ? "  " : "") + "# " + place + " <-> FIELD";
                out += "          # " + seen.text() + "\n";
            }
            if (inside) out += "}\n";
        }
        return out + silent();
    }

    Json json() const {
        Json out = Json::object();
        Json places = Json::array();
        for (const auto& [block, list] : m_places)
            for (const auto& [place, seen] : list)
                places.push_back(Json{{"block", block},
                                      {"place", place},
                                      {"times", seen.times},
                                      {"values", seen.values}});
        out["unread"] = std::move(places);
        Json missing = Json::array();
        for (const auto& [table, codes] : m_missing)
            for (const auto& [code, rule] : codes)
                missing.push_back(Json{{"table", table}, {"code", code}, {"rule", rule}});
        out["codes"] = std::move(missing);
        return out;
    }

private:
    static std::string block_path(const FlatRule& rule) {
        return (rule.step->each ? "each " : "") + rule.step->wire.text;
    }

    // The nearest block of the map around a segment; blocks are opened one in the other.
    std::string block_of(const edi::Transaction& transaction, const edi::Segment& segment) const {
        for (std::uint32_t loop = segment.loop; loop != edi::None && loop != 0;
             loop = transaction.loops[loop].parent) {
            const auto found = m_blocks.find(transaction.loops[loop].node);
            if (found != m_blocks.end() && only_level(found->first)) return found->second;
        }
        return {};
    }
    // A block directly in the map can be opened with one `in`.
    bool only_level(std::uint32_t node) const {
        return std::any_of(m_rules.begin(), m_rules.end(), [&](const FlatRule& rule) {
            return rule.depth == 0 && rule.step->kind == StepKind::Block &&
                   rule.step->wire.owner == node;
        });
    }

    static bool outside_top(const std::string& block) { return !block.empty(); }

    // "/Order/cac:OrderLine[2]/cbc:Note": the path an overlay would write from the root.
    static std::string plain_path(const std::string& xpath) {
        std::string out;
        const std::size_t second = xpath.find('/', 1);
        for (std::size_t i = second == std::string::npos ? 1 : second + 1; i < xpath.size(); ++i) {
            if (xpath[i] == '[') i = xpath.find(']', i);
            if (i < xpath.size() && xpath[i] != ']') out += xpath[i];
        }
        return out;
    }

    void leftover(const edi::Transaction& transaction, const Leftover& one) {
        if (one.segment.starts_with('/'))
            return m_places[""][plain_path(one.segment)].add(one.text);
        const auto segment = std::find_if(
            transaction.segments.begin(), transaction.segments.end(), [&](const edi::Segment& s) {
                return s.place.segment == one.position;
            });
        if (segment == transaction.segments.end() || segment->node == edi::None) return;
        const edi::SegmentSchema& schema = *transaction.schema->nodes[segment->node].segment;
        const edi::Locator at{one.element, one.component, 1};
        // Qualifiers come with the value they qualify.
        if (std::find(schema.qualifiers.begin(), schema.qualifiers.end(), at) !=
            schema.qualifiers.end())
            return;
        for (const edi::PairGroup& pair : schema.pairs)
            for (const edi::PairSlot& slot : pair.slots) {
                if (slot.qualifier == at) return;
                if (slot.value != at || !slot.qualifier) continue;
                return note(transaction,
                            *segment,
                            one,
                            one.segment + "." + std::string(pair.name) + "[" +
                                std::string(segment->text(*slot.qualifier)) + "]");
            }
        std::string place = one.segment;
        if (!schema.qualifiers.empty()) {
            const std::string_view code = segment->text(schema.qualifiers[0]);
            if (!code.empty()) place += "[" + std::string(code) + "]";
        }
        note(transaction, *segment, one, place + "." + reference(schema, at));
    }

    void note(const edi::Transaction& transaction,
              const edi::Segment& segment,
              const Leftover& one,
              const std::string& place) {
        m_places[block_of(transaction, segment)][place].add(one.text);
    }

    // X12: "03"; EDIFACT: the code of the element.
    std::string reference(const edi::SegmentSchema& schema, const edi::Locator& at) const {
        if (m_map.plan_set()->standard == edi::Standard::X12)
            return element_name("", at.element, at.component).substr(1);
        const edi::Element* element = schema.element_at(at);
        return element == nullptr ? std::to_string(at.element) : std::string(element->id);
    }

    // Rules of the base that found nothing in any sample: the partner may send it elsewhere.
    std::string silent() const {
        std::string out;
        for (const FlatRule& rule : m_rules) {
            const RuleInfo& info = m_map.plan().rules[rule.step->rule];
            if (rule.step->kind != StepKind::Move || rule.step->arrow == Arrow::Write ||
                m_used.contains(info.where + " " + info.text))
                continue;
            out += "#   " + (rule.block.empty() ? "" : rule.block + " > ") + info.text + "   [" +
                   info.where + "]\n";
        }
        return out.empty() ? out
                           : "\n# Rules of the base that found nothing in the samples:\n" + out;
    }

    const CompiledMap& m_map;
    std::vector<FlatRule> m_rules;
    std::map<std::uint32_t, std::string> m_blocks;
    std::map<std::string, std::map<std::string, Seen>> m_places;          // block, place
    std::map<std::string, std::map<std::string, std::string>> m_missing;  // table, code, rule
    std::set<std::string> m_used;
    unsigned m_samples = 0, m_elements = 0, m_unread = 0;
};

// A test block for each sample: the draft is tested from its first day.
std::string tests(const std::vector<Sample>& samples) {
    std::string out;
    for (const Sample& sample : samples)
        out += "\ntest \"" + sample.name + "\" {\n  wire file \"" + sample.name +
               "\"\n  round trip stable\n}\n";
    return out;
}

}  // namespace

ToolResult draft_map(const ToolContext& context,
                     std::string_view base,
                     std::string_view name,
                     const std::vector<Sample>& samples) {
    ToolResult out;
    const MapLoad loaded = load_for(context, base, out);
    if (!loaded.map) return out;
    const CompiledMap& map = *loaded.map;
    Drafter drafter(map);
    std::string problem;
    unsigned used = 0;
    for (const Sample& sample : samples) {
        edi::Report report;
        const Result<edi::Document> document =
            read_wire(sample.octets, map.info(), *context.schemas, report);
        if (!document) return failed(sample.name + ": " + document.error().text());
        each_transaction(*document, map, [&](const edi::Transaction& transaction) {
            RunOptions options;
            options.trace = true;
            const Result<ReadOutcome> outcome = read(map, transaction, {}, options);
            if (!outcome) {
                problem = outcome.error().text();
                return;
            }
            ++used;
            drafter.sample(transaction, *outcome);
        });
    }
    if (!problem.empty()) return failed(problem);
    if (used == 0) return failed("the samples hold no transaction the base reads");
    out.text = drafter.text(base, name) + tests(samples);
    (*out.json) = drafter.json();
    (*out.json)["ok"] = true;
    (*out.json)["map"] = out.text;
    return out;
}

}  // namespace sallyport::mapping
