// SPDX-License-Identifier: Apache-2.0
#include "parsers/schema_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace sallyport::edi {
namespace {

using Json = nlohmann::ordered_json;

std::string_view letter(Usage usage) {
    switch (usage) {
        case Usage::Mandatory:
            return "M";
        case Usage::Optional:
            return "O";
        case Usage::Conditional:
            return "C";
    }
    return {};
}

std::string many(std::uint32_t number) {
    return number == Unlimited ? "*" : std::to_string(number);
}

std::string padded(std::size_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string type_of(const Element& element) {
    switch (element.type) {
        case DataType::Text:
            return "AN";
        case DataType::Code:
            return "ID";
        case DataType::Implied:
            return "N" + std::to_string(element.decimals);
        case DataType::Real:
            return "R";
        case DataType::Date:
            return "DT";
        case DataType::Time:
            return "TM";
        case DataType::Binary:
            return "B";
        case DataType::Alpha:
            return "a";
        case DataType::Digits:
            return "n";
        case DataType::Any:
            return "an";
    }
    return {};
}

std::string facts_of(const Element& element) {
    return std::string(element.id) + " " + type_of(element) + " " + std::to_string(element.min) +
           "/" + many(element.max);
}

std::string condition_of(const Condition& condition) {
    std::string text(to_string(condition.kind));
    for (const std::uint8_t position : condition.positions)
        text += " " + padded(position);
    return text;
}

std::string list_of(const CodeList& codes) {
    std::string text = "codes";
    for (const std::string_view code : codes.values())
        text += " " + std::string(code);
    return text;
}

// The lines about a segment's inside, without its name in front.
std::vector<std::string> inside(const SegmentSchema& segment, bool codes) {
    std::vector<std::string> lines;
    const auto add_codes = [&](const std::string& place, const Element& element) {
        if (codes && element.codes) lines.push_back(place + " " + list_of(*element.codes));
    };
    for (std::size_t i = 0; i < segment.elements.size(); ++i) {
        const ElementRef& ref = segment.elements[i];
        const std::string place = padded(i + 1);
        const std::string repeat = ref.repeat == 1 ? "" : " x" + many(ref.repeat);
        if (ref.element) {
            lines.push_back(place + " " + facts_of(*ref.element) + " " +
                            std::string(letter(ref.usage)) + repeat);
            add_codes(place, *ref.element);
        } else if (ref.composite) {
            lines.push_back(place + " " + std::string(ref.composite->id) + " " +
                            std::string(letter(ref.usage)) + repeat);
            for (std::size_t c = 0; c < ref.composite->components.size(); ++c) {
                const ComponentRef& component = ref.composite->components[c];
                if (!component.element) continue;
                const std::string within = place + "." + padded(c + 1);
                lines.push_back(within + " " + facts_of(*component.element) + " " +
                                std::string(letter(component.usage)));
                add_codes(within, *component.element);
            }
            for (const Condition& one : ref.composite->conditions)
                lines.push_back(place + " " + condition_of(one));
        } else {
            lines.push_back(place + " -");
        }
    }
    for (const Condition& one : segment.conditions)
        lines.push_back(condition_of(one));
    return lines;
}

std::vector<std::string> rules_at(const SetSchema& set, const Guide* guide, std::uint32_t node) {
    std::vector<std::string> lines;
    const std::vector<GuideRule>* rules = guide ? guide->rules(set) : nullptr;
    if (!rules) return lines;
    for (const GuideRule& rule : *rules) {
        if (rule.node == node)
            lines.push_back(std::string(rule.severity == Severity::Warning ? "warn " : "") +
                            rule.text + "  (" + rule.source + ")");
    }
    return lines;
}

std::string place_of(const SetSchema& set, std::uint32_t node) {
    const std::string parent = set.path(set.nodes[node].parent);
    return (parent.empty() ? "" : parent + "/") + std::string(set.nodes[node].id);
}

}  // namespace

std::string schema_text(const SetSchema& set, const SchemaView& view) {
    std::string out = std::string(to_string(set.standard)) + " " + std::string(set.release) + " " +
                      std::string(set.id);
    if (!set.functional_group.empty()) out += "  group " + std::string(set.functional_group);
    out += "\n";
    std::optional<Area> area;
    for (std::uint32_t i = 1; i < set.nodes.size(); ++i) {
        const Node& node = set.nodes[i];
        if (!view.segment.empty() && node.tag != view.segment) continue;
        if (area != node.area) out += std::string(to_string(node.area)) + "\n";
        area = node.area;
        const std::string indent(2u * node.depth, ' ');
        out += indent + (node.loop ? "loop " + std::string(node.id) + " " : std::string()) +
               std::string(node.tag) + " " + std::string(letter(node.usage)) + " " +
               many(node.max) + "\n";
        for (const std::string& rule : rules_at(set, view.guide, i))
            out += indent + "    guide: " + rule + "\n";
        if (!view.elements || !node.segment) continue;
        for (const std::string& line : inside(*node.segment, view.codes))
            out += indent + "    " + line + "\n";
    }
    return out;
}

Json schema_json(const SetSchema& set, const SchemaView& view) {
    Json json;
    json["standard"] = to_string(set.standard);
    json["release"] = set.release;
    json["set"] = set.id;
    json["group"] = set.functional_group;
    json["places"] = Json::array();
    for (std::uint32_t i = 1; i < set.nodes.size(); ++i) {
        const Node& node = set.nodes[i];
        if (!view.segment.empty() && node.tag != view.segment) continue;
        Json place;
        place["place"] = place_of(set, i);
        place["segment"] = node.tag;
        place["loop"] = node.loop;
        place["area"] = to_string(node.area);
        place["usage"] = letter(node.usage);
        place["max"] = node.max == Unlimited ? Json("*") : Json(node.max);
        if (view.elements && node.segment) place["elements"] = inside(*node.segment, view.codes);
        const auto rules = rules_at(set, view.guide, i);
        if (!rules.empty()) place["guide"] = rules;
        json["places"].push_back(std::move(place));
    }
    return json;
}

std::vector<std::string> schema_facts(const SetSchema& set, const Guide* guide) {
    std::vector<std::string> facts;
    std::set<std::string_view> described;
    for (std::uint32_t i = 1; i < set.nodes.size(); ++i) {
        const Node& node = set.nodes[i];
        facts.push_back(std::string(to_string(node.area)) + " " + place_of(set, i) + " " +
                        std::string(letter(node.usage)) + " " + many(node.max) +
                        (node.loop ? " loop" : ""));
        for (const std::string& rule : rules_at(set, guide, i))
            facts.push_back("guide " + place_of(set, i) + ": " + rule);
    }
    for (const Node& node : set.nodes) {
        if (!node.segment || !described.insert(node.tag).second) continue;
        for (const std::string& line : inside(*node.segment, true)) {
            const std::string place = std::string(node.tag) + " " + line.substr(0, line.find(' '));
            std::size_t at = line.find(" codes ");
            if (at == std::string::npos) {
                facts.push_back(std::string(node.tag) + " " + line);
                continue;
            }
            at += 7;  // one fact per code, so that a longer list differs by what is new in it
            while (at < line.size()) {
                const std::size_t end = std::min(line.find(' ', at), line.size());
                facts.push_back(place + " code " + line.substr(at, end - at));
                at = end + 1;
            }
        }
    }
    return facts;
}

std::vector<SchemaDifference> schema_diff(const std::vector<std::string>& first,
                                          const std::vector<std::string>& second) {
    // Facts name their place, so membership decides; a moved line is no difference of what may be sent.
    std::multiset<std::string_view> left(first.begin(), first.end());
    std::multiset<std::string_view> right(second.begin(), second.end());
    std::vector<SchemaDifference> differences;
    for (const std::string& fact : first) {
        if (const auto found = right.find(fact); found != right.end()) {
            right.erase(found);
        } else {
            differences.push_back({false, fact});
        }
    }
    for (const std::string& fact : second) {
        if (const auto found = left.find(fact); found != left.end()) {
            left.erase(found);
        } else {
            differences.push_back({true, fact});
        }
    }
    const auto place = [](const SchemaDifference& one) {
        return one.fact.substr(0, one.fact.find(' ', one.fact.find(' ') + 1));
    };
    std::stable_sort(
        differences.begin(),
        differences.end(),
        [&](const SchemaDifference& a, const SchemaDifference& b) { return place(a) < place(b); });
    return differences;
}

}  // namespace sallyport::edi
