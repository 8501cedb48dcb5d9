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
    explicit Drafter(const CompiledMap& map) : m_map(map), m_rules(flatten(map.plan())) {}

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
        if (!m_places.empty())
            out += "\n# FIELD is yours to choose: a field of the " + m_map.info().document +
                   ". Take the # away where you know; what stays a comment stays unread.\n";
        for (const auto& [block, places] : m_places)
            out += m_new.contains(block) ? new_block(block, places) : in_block(block, places);
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
    using Places = std::map<std::string, Seen>;

    static std::string block_path(const FlatRule& rule) {
        return (rule.step->each ? "each " : "") + rule.step->wire.text;
    }

    std::string in_block(const std::string& block, const Places& places) const {
        std::string out = "\n# ---- " +
                          (block.empty() ? std::string("heading and summary") : block) +
                          ": elements no rule reads\n";
        const std::string margin = block.empty() ? "" : "  ";
        if (!block.empty()) out += "in " + block + " {\n";
        for (const auto& [place, seen] : places)
            out += margin + "# " + place + " <-> FIELD          # " + seen.text() + "\n" +
                   instead(block, place, margin);
        if (!block.empty()) out += "}\n";
        if (const std::string free = free_fields(block); !free.empty())
            out += "# Fields no rule fills: " + free + "\n";
        return out;
    }

    // A group that no block of the base is about.
    static std::string new_block(const std::string& group, const Places& places) {
        std::string out =
            "\n# ---- " + group + ": a group no rule reads\n# " + group + " <-> FIELD {\n";
        for (const auto& [place, seen] : places)
            out += "#   " + place + " <-> FIELD          # " + seen.text() + "\n";
        return out + "# }\n";
    }

    // The value may be what the base looks for under another qualifier, which these samples never have.
    std::string instead(const std::string& block,
                        const std::string& place,
                        const std::string& margin) const {
        const std::size_t bracket = place.find('[');
        if (bracket == std::string::npos) return {};
        const std::string stem = place.substr(0, bracket + 1);
        const std::string rest = place.substr(place.find(']'));
        std::string never, example;
        for (const FlatRule& rule : m_rules) {
            // Inside a block a rule may leave the segment out: .id[UP]
            const std::string& spelt = rule.step->wire.text;
            const std::string wire =
                spelt.starts_with('.') ? place.substr(0, place.find('.')) + spelt : spelt;
            if (!is_silent(rule) || rule.block != block || !wire.starts_with(stem) ||
                !wire.ends_with(rest) || wire.find(']') + rest.size() != wire.size())
                continue;
            const std::string& text = m_map.plan().rules[rule.step->rule].text;
            never += (never.empty() ? "" : ", ") + wire + text.substr(spelt.size());
            if (example.empty())
                example = "replace " + wire + " with " + place + text.substr(spelt.size());
        }
        if (never.empty()) return {};
        return margin + "#   the base looks for, and these samples never have: " + never + "\n" +
               margin + "#   if it is one of those: " + example + "\n";
    }

    bool is_silent(const FlatRule& rule) const {
        const RuleInfo& info = m_map.plan().rules[rule.step->rule];
        return rule.step->kind == StepKind::Move && rule.step->arrow != Arrow::Write &&
               !m_used.contains(info.where + " " + info.text);
    }

    // The record a block fills: "" the document's, "each PO1" that of a line.
    const RecordType* record_of(const std::string& block, std::string& path) const {
        if (block.empty()) return &m_map.document().root();
        for (const FlatRule& rule : m_rules) {
            if (rule.depth != 0 || rule.step->kind != StepKind::Block || block_path(rule) != block)
                continue;
            if (!rule.step->has_record || rule.step->fields.empty()) return nullptr;
            path = rule.field + (rule.step->each ? "[]." : ".");
            const Field* field = rule.step->fields[0].field;
            return field == nullptr ? nullptr : field->record;
        }
        return nullptr;
    }

    // "number, refs[location]" names refs, not ref.
    static bool names(const std::string& fields, const std::string& field) {
        for (std::size_t at = fields.find(field); at != std::string::npos;
             at = fields.find(field, at + 1)) {
            const std::size_t end = at + field.size();
            const bool whole = end == fields.size() ||
                               std::string_view(",.[").find(fields[end]) != std::string_view::npos;
            if (whole && (at == 0 || fields[at - 1] == ' ')) return true;
        }
        return false;
    }

    std::string free_fields(const std::string& block) const {
        std::string path, out;
        const RecordType* record = record_of(block, path);
        if (record == nullptr) return {};
        for (const Field& field : record->fields) {
            const std::string whole = path + field.name;
            const bool filled =
                std::any_of(m_rules.begin(), m_rules.end(), [&](const FlatRule& rule) {
                    return names(rule.field, whole);
                });
            if (!filled) out += (out.empty() ? "" : ", ") + field.name;
        }
        return out;
    }

    // Whether the block is about this instance of its group: N1[ST] is not about N1[MI].
    static bool is_about(const PlanStep& step, const edi::Segment& trigger) {
        if (step.wire.hops.empty()) return true;
        const std::vector<Selector>& tests = step.wire.hops.back().tests;
        return std::all_of(tests.begin(), tests.end(), [&](const Selector& test) {
            return test.absent ? trigger.text(test.at).empty() : trigger.text(test.at) == test.code;
        });
    }

    // The block directly in the map that is about this loop; empty: none. `others`: there are blocks of such loops.
    std::string block_of(const edi::Transaction& transaction,
                         std::uint32_t loop,
                         bool& others) const {
        const edi::Loop& instance = transaction.loops[loop];
        for (const FlatRule& rule : m_rules) {
            if (rule.depth != 0 || rule.step->kind != StepKind::Block ||
                !rule.step->wire.owner_loop || rule.step->wire.owner != instance.node)
                continue;
            others = true;
            if (is_about(*rule.step, transaction.segments[instance.begin])) return block_path(rule);
        }
        return {};
    }

    static std::string spelled(const edi::Transaction& transaction, const edi::Segment& segment) {
        const edi::SegmentSchema& schema = *transaction.schema->nodes[segment.node].segment;
        std::string out(schema.tag);
        if (schema.qualifiers.empty()) return out;
        const std::string_view code = segment.text(schema.qualifiers[0]);
        return code.empty() ? out : out + "[" + std::string(code) + "]";
    }

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
                // REF[DP].02 says the same as a pair would, in the way maps are written.
                if (!schema.qualifiers.empty() && *slot.qualifier == schema.qualifiers[0]) continue;
                return note(transaction,
                            *segment,
                            one,
                            one.segment + "." + std::string(pair.name) + "[" +
                                std::string(segment->text(*slot.qualifier)) + "]");
            }
        note(transaction,
             *segment,
             one,
             spelled(transaction, *segment) + "." + reference(schema, at));
    }

    // Under the nearest block around the segment; what lies between the two is part of the place.
    void note(const edi::Transaction& transaction,
              const edi::Segment& segment,
              const Leftover& one,
              std::string place) {
        const edi::Segment* below = &segment;
        for (std::uint32_t loop = segment.loop; loop != edi::None && loop != 0;
             loop = transaction.loops[loop].parent) {
            bool others = false;
            const std::string block = block_of(transaction, loop, others);
            if (!block.empty()) return m_places[block][place].add(one.text);
            const edi::Segment& trigger = transaction.segments[transaction.loops[loop].begin];
            const std::string group = spelled(transaction, trigger);
            if (others) {
                m_new.insert(group);
                return m_places[group][place].add(one.text);
            }
            if (below != &trigger) place.insert(0, group + "/");
            below = &trigger;
        }
        m_places[""][place].add(one.text);
    }

    // X12: "03"; EDIFACT: the code of the element.
    std::string reference(const edi::SegmentSchema& schema, const edi::Locator& at) const {
        if (m_map.plan_set()->standard == edi::Standard::X12)
            return element_name("", at.element, at.component).substr(1);
        const edi::Element* element = schema.element_at(at);
        return element == nullptr ? std::to_string(at.element) : std::string(element->id);
    }

    // Rules of the base that found nothing in any sample: the partner may send it elsewhere. A block in which nothing was
    // found is one line.
    std::string silent() const {
        std::map<std::string, std::pair<unsigned, bool>>
            blocks;  // rules, one of them found something
        for (const FlatRule& rule : m_rules)
            if (rule.step->kind == StepKind::Move && rule.step->arrow != Arrow::Write)
                for (const std::string& around : blocks_around(rule.block)) {
                    ++blocks[around].first;
                    blocks[around].second |= !is_silent(rule);
                }
        std::string out;
        std::set<std::string> said;
        for (const FlatRule& rule : m_rules) {
            if (!is_silent(rule)) continue;
            const std::vector<std::string> around = blocks_around(rule.block);
            const auto whole = std::find_if(around.begin(), around.end(), [&](const auto& block) {
                return !blocks[block].second;
            });
            const RuleInfo& info = m_map.plan().rules[rule.step->rule];
            if (whole == around.end())
                out += "#   " + (rule.block.empty() ? "" : rule.block + " > ") + info.text +
                       "   [" + info.where + "]\n";
            else if (said.insert(*whole).second)
                out += "#   " + *whole + ": none of its " + std::to_string(blocks[*whole].first) +
                       " rules\n";
        }
        return out.empty() ? out
                           : "\n# Rules of the base that found nothing in the samples:\n" + out;
    }

    // "a > b > c": "a", "a > b", "a > b > c".
    static std::vector<std::string> blocks_around(const std::string& block) {
        std::vector<std::string> out;
        for (std::size_t at = block.find(" > "); at != std::string::npos;
             at = block.find(" > ", at + 1))
            out.push_back(block.substr(0, at));
        if (!block.empty()) out.push_back(block);
        return out;
    }

    const CompiledMap& m_map;
    std::vector<FlatRule> m_rules;
    std::map<std::string, Places> m_places;  // block, place
    std::set<std::string> m_new;             // of those: no block of the base
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
