// SPDX-License-Identifier: Apache-2.0
// A valid document for any set, made from its schema alone: every mandatory segment, and the optional ones that have one
// place only, each with its mandatory elements and whatever its conditions then require.
#pragma once

#include "parsers/edifact.h"
#include "parsers/schema.h"
#include "parsers/x12.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sallyport::edi::test {

struct SampleSegment {
    std::uint32_t node = 0;
    DraftSegment draft;
};

inline std::string sample_value(const Element& element) {
    if (element.codes) {
        for (const std::string_view code : element.codes->values()) {
            if (code.size() >= element.min && code.size() <= element.max) return std::string(code);
        }
    }
    switch (element.type) {
        case DataType::Date:
            return element.max >= 8 ? "20261120" : "261120";
        case DataType::Time:
            return "1015";
        case DataType::Implied:
        case DataType::Real:
        case DataType::Digits:
            return std::string(element.min, '1');
        case DataType::Text:
        case DataType::Code:
        case DataType::Binary:
        case DataType::Alpha:
        case DataType::Any:
            return std::string(element.min, 'A');
    }
    return {};
}

// Adds what `condition` asks for to the positions that have a value.
inline void settle(const Condition& condition, std::set<std::size_t>& have) {
    const auto& positions = condition.positions;
    std::size_t count = 0;
    for (const std::uint8_t position : positions)
        count += have.count(position);
    const bool first = have.count(positions[0]) != 0;
    const bool all = (condition.kind == ConditionKind::Paired && count > 0) ||
                     (condition.kind == ConditionKind::Conditional && first);
    if (all) have.insert(positions.begin(), positions.end());
    if (condition.kind == ConditionKind::Required && count == 0) have.insert(positions[0]);
    if (condition.kind == ConditionKind::ListConditional && first && count == 1)
        have.insert(positions[1]);
}

// A valid value for an element; of a composite its mandatory components, or the first.
inline void fill_element(DraftSegment& draft, const SegmentSchema& schema, std::size_t element) {
    const ElementRef& ref = schema.elements[element - 1];
    const auto position = static_cast<std::uint16_t>(element);
    if (ref.element) draft.set(position, sample_value(*ref.element));
    if (!ref.composite) return;
    std::set<std::size_t> components;
    for (std::size_t c = 0; c < ref.composite->components.size(); ++c) {
        if (ref.composite->components[c].usage == Usage::Mandatory) components.insert(c + 1);
    }
    if (components.empty()) components.insert(1);
    for (bool again = true; again;) {
        const std::size_t before = components.size();
        for (const Condition& condition : ref.composite->conditions)
            settle(condition, components);
        again = components.size() != before;
    }
    for (const std::size_t c : components) {
        if (const Element* inner = ref.composite->components[c - 1].element)
            draft.set({position, static_cast<std::uint16_t>(c), 1}, sample_value(*inner));
    }
}

// The segment with its mandatory elements and whatever its conditions then require.
inline DraftSegment sample_segment(const SegmentSchema& schema) {
    DraftSegment draft{std::string(schema.tag)};
    std::set<std::size_t> have;
    for (std::size_t i = 0; i < schema.elements.size(); ++i) {
        if (schema.elements[i].usage == Usage::Mandatory) have.insert(i + 1);
    }
    for (bool again = true; again;) {
        const std::size_t before = have.size();
        for (const Condition& condition : schema.conditions)
            settle(condition, have);
        again = have.size() != before;
    }
    for (const std::size_t element : have)
        fill_element(draft, schema, element);
    return draft;
}

// The body of the set. Optional nodes are taken when no other node of the set has their tag, so that there is one way only
// to place them; BIN and BDS need lengths and are left out.
inline std::vector<SampleSegment> sample_body(const SetSchema& set) {
    std::map<std::string_view, int> uses;
    for (std::size_t i = 1; i < set.nodes.size(); ++i)
        ++uses[set.nodes[i].tag];
    std::vector<SampleSegment> body;
    for (std::uint32_t i = 1; i < set.nodes.size();) {
        const Node& node = set.nodes[i];
        const bool envelope =
            node.tag == "ST" || node.tag == "SE" || node.tag == "UNH" || node.tag == "UNT";
        const bool wanted = node.usage == Usage::Mandatory ||
                            (uses[node.tag] == 1 && node.tag != "BIN" && node.tag != "BDS");
        if (envelope || !wanted) {
            i = node.end;
            continue;
        }
        body.push_back({i, sample_segment(*node.segment)});
        ++i;
    }
    return body;
}

// `repetition`: X12 only, where the release has a repetition separator; '\0': none.
inline std::string sample_document(const SetSchema& set,
                                   const std::vector<SampleSegment>& body,
                                   char repetition = '\0') {
    std::vector<DraftSegment> segments;
    for (const SampleSegment& one : body)
        segments.push_back(one.draft);
    if (set.standard == Standard::X12) {
        DraftInterchange interchange;
        interchange.separators.component = '>';
        if (repetition != '\0') {
            interchange.separators.repetition = repetition;
            interchange.version = "00501";
        }
        interchange.sender_qualifier = interchange.receiver_qualifier = "ZZ";
        interchange.sender = "SENDER";
        interchange.receiver = "RECEIVER";
        interchange.date = "261120";
        interchange.time = "1015";
        interchange.control = "1";
        DraftGroup group;
        group.functional_id =
            set.functional_group.empty() ? "PO" : std::string(set.functional_group);
        group.sender = "SENDER";
        group.receiver = "RECEIVER";
        group.date = "20261120";
        group.time = "1015";
        group.control = "1";
        group.version = set.release;
        group.transactions.push_back({std::string(set.id), "0001", std::move(segments)});
        interchange.groups.push_back(std::move(group));
        auto written = write_x12(interchange);
        return written ? *written : written.error().text();
    }
    DraftEdifact interchange;
    const bool service = set.release.front() == 'v';
    interchange.syntax_version = service ? set.release[1] : '3';
    interchange.separators = edifact_separators(interchange.syntax_version);
    interchange.sender = {"SENDER", "14"};
    interchange.receiver = {"RECEIVER", "14"};
    interchange.date = interchange.syntax_version == '4' ? "20261120" : "261120";
    interchange.time = "1015";
    interchange.control = "1";
    DraftMessage message;
    message.type = set.id;
    message.version =
        service ? (set.release == "v4" ? "4" : "D") : std::string(set.release.substr(0, 1));
    message.release =
        service ? (set.release == "v4" ? "1" : "3") : std::string(set.release.substr(1));
    message.reference = "1";
    message.body = std::move(segments);
    interchange.messages.push_back(std::move(message));
    auto written = write_edifact(interchange);
    return written ? *written : written.error().text();
}

}  // namespace sallyport::edi::test
