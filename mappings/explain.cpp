// SPDX-License-Identifier: Apache-2.0
// map explain: from a field to the bytes and back.
#include "mappings/review.h"
#include "mappings/round_trip.h"
#include "mappings/tool_support.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

// "lines[12].unit" and "lines[].unit": the same field of any entry.
std::string without_indexes(std::string_view field) {
    std::string out;
    for (std::size_t i = 0; i < field.size(); ++i) {
        out += field[i];
        if (field[i] != '[') continue;
        std::size_t end = i + 1;
        while (end < field.size() && std::isdigit(static_cast<unsigned char>(field[end])) != 0)
            ++end;
        if (end < field.size() && field[end] == ']') i = end - 1;
    }
    return out;
}

bool about_field(std::string_view field, std::string_view about) {
    if (!field.starts_with(about)) return false;
    return field.size() == about.size() || field[about.size()] == '.' || field[about.size()] == '[';
}

bool is_place(std::string_view about) {
    return !about.empty() && std::isupper(static_cast<unsigned char>(about[0])) != 0;
}

struct Explanation {
    std::string text;
    Json entries = Json::array();
};

class Explainer {
public:
    Explainer(const CompiledMap& map, std::string about)
        : m_map(map), m_about(std::move(about)), m_rules(flatten(map.plan())) {}

    void reading(const edi::Transaction& transaction, const ReadOutcome& outcome) {
        m_transaction = &transaction;
        if (m_about.starts_with('/')) return xml_place(outcome);
        if (is_place(m_about)) return element(outcome);
        bool any = false;
        for (const TraceEntry& entry : outcome.trace)
            if (m_about.empty() || about_field(entry.field, m_about)) {
                field(entry);
                any = true;
            }
        if (!any) missing(outcome.trace);
    }

    void writing(const WriteOutcome& outcome) {
        bool any = false;
        for (const TraceEntry& entry : outcome.trace) {
            const std::size_t index = entry.segment - 2;
            const bool xml = !entry.place.empty();
            if (!xml && index >= outcome.segments.size()) continue;
            const std::string place =
                xml ? entry.place
                    : element_name(outcome.segments[index].tag(), entry.element, entry.component);
            const bool wanted =
                m_about.empty() || (is_place(m_about) ? place.starts_with(plain_place())
                                                      : about_field(entry.field, m_about));
            if (!wanted) continue;
            any = true;
            out.text += place + " = \"" + entry.wire + "\"";
            if (!xml)
                out.text +=
                    "   " + segment_text(outcome.segments[index], m_map.plan_set()->standard);
            out.text += "\n";
            out.text += "  from    " +
                        (entry.field.empty() ? std::string("the map itself")
                                             : entry.field + " \"" + entry.value + "\"") +
                        "\n  by      " + entry.rule + "  " + entry.text + "\n";
            out.entries.push_back(json(entry));
        }
        if (!any) not_written();
    }

    Explanation out;

private:
    static Json json(const TraceEntry& entry) {
        static constexpr const char* Words[] = {"wire", "default", "derived", "constant"};
        Json one{{"field", entry.field},
                 {"value", entry.value},
                 {"source", Words[static_cast<std::size_t>(entry.source)]},
                 {"rule", entry.rule},
                 {"text", entry.text}};
        if (entry.segment > 0) {
            one["segment"] = entry.segment;
            one["element"] = entry.element;
            one["component"] = entry.component;
            one["wire"] = entry.wire;
            if (!entry.place.empty()) one["xpath"] = entry.place;
        }
        return one;
    }

    const edi::Segment* segment_at(std::uint32_t position) const {
        for (const edi::Segment& segment : m_transaction->segments)
            if (segment.place.segment == position) return &segment;
        return nullptr;
    }

    // The segment, and carets under the value.
    static std::string excerpt(const edi::Segment& segment, const edi::Locator& at) {
        constexpr std::size_t Most = 60;
        std::string line(segment.raw.substr(0, Most));
        if (segment.raw.size() > Most) line += "…";
        const edi::Value* value = segment.value(at);
        std::string out = "          " + line + "\n";
        if (value == nullptr || value->raw.data() < segment.raw.data()) return out;
        const auto offset = static_cast<std::size_t>(value->raw.data() - segment.raw.data());
        if (offset >= Most) return out;
        return out + "          " + std::string(offset, ' ') +
               std::string(std::max<std::size_t>(1, value->raw.size()), '^') + "\n";
    }

    void field(const TraceEntry& entry) {
        out.entries.push_back(json(entry));
        out.text += entry.field + " = \"" + entry.value + "\"";
        if (entry.source != TraceEntry::Source::Wire) {
            const bool filled = entry.source == TraceEntry::Source::Default;
            out.text += filled ? "   default" : "   computed";
            out.text += ", " + entry.rule + "  " + entry.text + "\n";
            return;
        }
        out.text += "\n";
        if (!entry.place.empty()) {
            out.text += "  from    " + entry.place + " \"" + entry.wire + "\"\n";
        } else if (const edi::Segment* segment = segment_at(entry.segment)) {
            out.text += "  from    segment " + std::to_string(entry.segment) + "  " +
                        element_name(segment->tag, entry.element, entry.component) + " \"" +
                        entry.wire + "\"\n";
            out.text += excerpt(*segment, {entry.element, entry.component, 1});
        }
        out.text += "  by      " + entry.rule + "  " + entry.text + "\n";
        out.text += via(entry);
    }

    const PlanStep* step_of(const TraceEntry& entry) const {
        for (const FlatRule& rule : m_rules) {
            const RuleInfo& info = m_map.plan().rules[rule.step->rule];
            if (info.where == entry.rule && info.text == entry.text) return rule.step;
        }
        return nullptr;
    }

    // The table row that turned the code into the word.
    std::string via(const TraceEntry& entry) const {
        const PlanStep* step = step_of(entry);
        if (step == nullptr) return {};
        for (const LensOp& lens : step->lenses) {
            if (lens.kind != LensKind::Table) continue;
            const auto row = lens.table->read.find(entry.wire);
            if (row == lens.table->read.end()) continue;
            const auto back = lens.table->write.find(row->second.first);
            const bool both = back != lens.table->write.end() && back->second.first == entry.wire;
            return "  via     table " + lens.table->name + "  " + entry.wire +
                   (both ? " <-> " : " -> ") + row->second.first + "   " +
                   m_map.sources().where(row->second.second) + "\n";
        }
        return {};
    }

    // "/Order/cac:OrderLine[2]": what became of everything from there on.
    void xml_place(const ReadOutcome& outcome) {
        bool any = false;
        for (const TraceEntry& entry : outcome.trace)
            if (entry.place.starts_with(m_about)) {
                field(entry);
                any = true;
            }
        for (const Leftover& left : outcome.leftovers) {
            if (!left.segment.starts_with(m_about)) continue;
            out.text +=
                left.segment + " \"" + left.text + "\"\n  " +
                (left.rule.empty() ? std::string("no rule reads it\n")
                                   : "written by " + left.rule + ", ignored when reading\n");
            out.entries.push_back(to_json(left));
            any = true;
        }
        if (!any) out.text += "the document has no value at " + m_about + "\n";
    }

    // A field that is not there: who would have read it, from where.
    void missing(const std::vector<TraceEntry>& trace) {
        const std::string wanted = without_indexes(m_about);
        std::set<std::string> known;
        bool any = false;
        for (const FlatRule& rule : m_rules) {
            if (rule.opens || rule.field.empty()) continue;
            known.insert(rule.field);
            if (!about_field(without_indexes(rule.field), wanted)) continue;
            const RuleInfo& info = m_map.plan().rules[rule.step->rule];
            if (!any) out.text += m_about + " is not in the document\n";
            any = true;
            out.text += "  read by " + info.where + "  " + info.text +
                        (rule.step->arrow == Arrow::Write ? "   which only writes\n"
                                                          : "   and nothing stands there\n");
        }
        if (any && m_about.find("[0]") != std::string::npos)
            out.text += "  the first of a list is [1]\n";
        if (any) return;
        for (const TraceEntry& entry : trace)
            known.insert(entry.field);
        const std::string near =
            near_match(m_about, std::vector<std::string>(known.begin(), known.end()));
        out.text += "no rule of this map sets " + m_about +
                    (near.empty() ? "; name a field (lines[1].unit) or a place (PO1.03)\n"
                                  : "; did you mean " + near + "?\n");
    }

    // "REF[DP].02" and "PO1.03": tag, code in the bracket, the rest.
    std::string plain_place() const {
        const std::size_t open = m_about.find('[');
        const std::size_t close = m_about.find(']');
        if (open == std::string::npos || close == std::string::npos || close < open) return m_about;
        return m_about.substr(0, open) + m_about.substr(close + 1);
    }
    std::string code() const {
        const std::size_t open = m_about.find('[');
        const std::size_t close = m_about.find(']');
        if (open == std::string::npos || close == std::string::npos || close < open) return {};
        return m_about.substr(open + 1, close - open - 1);
    }

    // What happened to an element, in every segment that has it.
    void element(const ReadOutcome& outcome) {
        const std::string place = plain_place();
        const std::string tag = place.substr(0, place.find('.'));
        bool any = false;
        for (const edi::Segment& segment : m_transaction->segments) {
            if (segment.tag != tag) continue;
            const std::string wanted = code();
            const bool chosen = wanted.empty() || std::any_of(segment.values.begin(),
                                                              segment.values.end(),
                                                              [&](const edi::Value& value) {
                                                                  return value.text == wanted;
                                                              });
            if (!chosen) continue;
            for (const edi::Value& value : segment.values) {
                const std::string name = element_name(tag, value.element, value.component);
                if (value.text.empty() || (place != tag && !name.starts_with(place))) continue;
                any = true;
                one_element(segment, value, name, outcome);
            }
        }
        if (!any) out.text += "the document has no " + m_about + "\n";
        rules_on(tag, place);
    }

    void one_element(const edi::Segment& segment,
                     const edi::Value& value,
                     const std::string& name,
                     const ReadOutcome& outcome) {
        out.text += "segment " + std::to_string(segment.place.segment) + "  " + name + " \"" +
                    std::string(value.text) + "\"\n";
        out.text += excerpt(segment, {value.element, value.component, value.repetition});
        bool told = false;
        for (const TraceEntry& entry : outcome.trace) {
            if (entry.segment != segment.place.segment || entry.element != value.element ||
                entry.component != value.component)
                continue;
            out.text += "  into    " + entry.field + " = \"" + entry.value + "\"\n  by      " +
                        entry.rule + "  " + entry.text + "\n";
            out.entries.push_back(json(entry));
            told = true;
        }
        for (const Leftover& left : outcome.leftovers) {
            if (left.position != segment.place.segment || left.element != value.element ||
                left.component != value.component)
                continue;
            out.text += left.rule.empty()
                            ? std::string("  no rule reads it\n")
                            : "  written by " + left.rule + ", ignored when reading\n";
            out.entries.push_back(to_json(left));
            told = true;
        }
        if (!told) out.text += "  looked at: it selects the segment, or is checked\n";
    }

    static bool touches(const WirePlace& wire, const std::string& tag, const std::string& place) {
        if (wire.segment == nullptr || wire.segment->tag != tag) return false;
        if (place == tag) return true;
        const auto named = [&](const edi::Locator& at) {
            return element_name(tag, at.element, at.component).starts_with(place);
        };
        if (wire.pair != nullptr)
            return std::any_of(wire.pair->slots.begin(),
                               wire.pair->slots.end(),
                               [&](const edi::PairSlot& slot) { return named(slot.value); });
        return std::any_of(wire.at.begin(), wire.at.end(), named);
    }

    void rules_on(const std::string& tag, const std::string& place) {
        std::string list;
        for (const FlatRule& rule : m_rules) {
            if (rule.opens || !touches(rule.step->wire, tag, place)) continue;
            const RuleInfo& info = m_map.plan().rules[rule.step->rule];
            list += "  " + info.where + "  " + info.text +
                    (rule.block.empty() ? "" : "   in " + rule.block) + "\n";
        }
        out.text += list.empty() ? "no rule of this map is about " + place + "\n"
                                 : "rules about " + place + ":\n" + list;
    }

    // Why an element or a field did not reach the wire.
    void not_written() {
        bool any = false;
        const std::string tag = plain_place().substr(0, plain_place().find('.'));
        for (const FlatRule& rule : m_rules) {
            if (rule.opens) continue;
            const bool about =
                is_place(m_about)
                    ? touches(rule.step->wire, tag, plain_place()) &&
                          (code().empty() ||
                           rule.step->wire.text.find("[" + code() + "]") != std::string::npos)
                    : about_field(without_indexes(rule.field), without_indexes(m_about));
            if (!about) continue;
            const RuleInfo& info = m_map.plan().rules[rule.step->rule];
            any = true;
            out.text += m_about + " is not written: " + info.where + "  " + info.text;
            out.text += rule.step->arrow == Arrow::Read ? "   only reads\n"
                        : rule.field.empty()            ? "   nothing else stands in its segment\n"
                                                        : "   " + rule.field + " is absent\n";
        }
        if (!any) out.text += "no rule of this map is about " + m_about + "\n";
    }

    const CompiledMap& m_map;
    std::string m_about;
    std::vector<FlatRule> m_rules;
    const edi::Transaction* m_transaction = nullptr;
};

std::string unused_text(const ReadOutcome& outcome) {
    std::string out;
    for (const Leftover& one : outcome.leftovers)
        out += place_of(one) + " \"" + one.text + "\"   " +
               (one.rule.empty() ? "no rule reads it"
                                 : "written by " + one.rule + ", ignored when reading") +
               "\n";
    return out.empty() ? "every element was looked at\n" : out;
}

ToolResult explain_writing(const CompiledMap& map, const ExplainRequest& request, ToolResult out) {
    const Json document = Json::parse(request.input.octets, nullptr, false);
    if (document.is_discarded()) return failed(request.input.name + " is not JSON");
    RunOptions options;
    options.trace = true;
    const Result<WriteOutcome> outcome = write(map, document, request.parameters, options);
    if (!outcome) return failed(outcome.error().text());
    for (const Finding& finding : outcome->findings)
        out.text += to_text(finding) + "\n";
    Explainer explainer(map, request.about);
    explainer.writing(*outcome);
    out.text += explainer.out.text;
    (*out.json)["entries"] = std::move(explainer.out.entries);
    return out;
}

}  // namespace

ToolResult explain_map(const ToolContext& context,
                       std::string_view file,
                       const ExplainRequest& request) {
    ToolResult out;
    const MapLoad loaded = load_for(context, file, out);
    if (!loaded.map) return out;
    const CompiledMap& map = *loaded.map;
    out.text.clear();
    const std::size_t begin = request.input.octets.find_first_not_of(" \t\r\n");
    if (begin != std::string::npos && request.input.octets[begin] == '{')
        return explain_writing(map, request, std::move(out));
    edi::Report report;
    const Result<edi::Document> document =
        read_wire(request.input.octets, map.info(), *context.schemas, report);
    if (!document) return failed(document.error().text());
    std::string problem;
    unsigned read_ones = 0;
    Json entries = Json::array();
    each_transaction(*document, map, [&](const edi::Transaction& transaction) {
        RunOptions options;
        options.trace = true;
        const Result<ReadOutcome> outcome = read(map, transaction, request.parameters, options);
        if (!outcome) {
            problem = outcome.error().text();
            return;
        }
        if (++read_ones > 1) out.text += "\n";
        if (request.unused) {
            out.text += unused_text(*outcome);
            for (const Leftover& one : outcome->leftovers)
                entries.push_back(to_json(one));
            return;
        }
        Explainer explainer(map, request.about);
        explainer.reading(transaction, *outcome);
        out.text += explainer.out.text;
        for (Json& entry : explainer.out.entries)
            entries.push_back(std::move(entry));
    });
    if (!problem.empty()) return failed(problem);
    if (read_ones == 0) return failed("the input holds no transaction this map reads");
    (*out.json)["entries"] = std::move(entries);
    return out;
}

}  // namespace sallyport::mapping
