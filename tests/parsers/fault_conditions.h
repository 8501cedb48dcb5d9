// SPDX-License-Identifier: Apache-2.0
// Relational conditions violated one at a time: the values of a segment are chosen so that exactly one condition does not hold.
// Verdict and place are worked out here, from what the standard says of each kind (X12.6, ISO 9735-1).
#pragma once

#include "fault_kinds.h"

#include <string>

namespace sallyport::edi::test {

using Present = std::set<std::size_t>;

struct Violation {
    bool excess = false;
    std::uint16_t element = 0;
};

// The first position that should have had a value, or should not.
inline std::optional<Violation> violation(const Condition& condition, const Present& have) {
    const auto& all = condition.positions;
    std::vector<std::uint8_t> there, absent;
    for (const std::uint8_t position : all)
        (have.count(position) != 0 ? there : absent).push_back(position);
    std::sort(there.begin(), there.end());
    std::sort(absent.begin(), absent.end());
    const bool first = have.count(all[0]) != 0;
    switch (condition.kind) {
        case ConditionKind::Paired:
            if (there.empty() || absent.empty()) return std::nullopt;
            return Violation{false, absent[0]};
        case ConditionKind::Required:
            return there.empty() ? std::optional(Violation{false, all[0]}) : std::nullopt;
        case ConditionKind::Exclusive:
            return there.size() > 1 ? std::optional(Violation{true, there[1]}) : std::nullopt;
        case ConditionKind::Conditional:
            return first && !absent.empty() ? std::optional(Violation{false, absent[0]})
                                            : std::nullopt;
        case ConditionKind::ListConditional:
            return first && there.size() == 1 ? std::optional(Violation{false, all[1]})
                                              : std::nullopt;
        case ConditionKind::ExactlyOne:
            if (there.empty()) return Violation{false, all[0]};
            return there.size() > 1 ? std::optional(Violation{true, there[1]}) : std::nullopt;
        case ConditionKind::FirstExcludes:
            if (!first || there.size() == 1) return std::nullopt;
            return Violation{true, there[0] == all[0] ? there[1] : there[0]};
    }
    return std::nullopt;
}

// Every position that shares a condition with one of `condition`, directly or through others.
inline std::vector<std::size_t> bound_together(const SegmentSchema& schema,
                                               const Condition& condition) {
    std::set<std::size_t> all(condition.positions.begin(), condition.positions.end());
    for (bool again = true; again;) {
        const std::size_t before = all.size();
        for (const Condition& one : schema.conditions) {
            const bool shared =
                std::any_of(one.positions.begin(), one.positions.end(), [&](std::uint8_t position) {
                    return all.count(position) != 0;
                });
            if (shared) all.insert(one.positions.begin(), one.positions.end());
        }
        again = all.size() != before;
    }
    return {all.begin(), all.end()};
}

inline void clear_element(DraftSegment& draft, const SegmentSchema& schema, std::size_t element) {
    const Composite* composite = schema.elements[element - 1].composite;
    const std::size_t parts = composite ? composite->components.size() : 1;
    for (std::size_t c = 1; c <= parts; ++c)
        draft.set({static_cast<std::uint16_t>(element), static_cast<std::uint16_t>(c), 1}, "");
}

// The segment as it is, but for the positions `bound`: those of `chosen` have a value, the others none.
inline DraftSegment with_values(DraftSegment draft,
                                const SegmentSchema& schema,
                                const std::vector<std::size_t>& bound,
                                const Present& chosen) {
    for (const std::size_t element : bound) {
        const auto position = static_cast<std::uint16_t>(element);
        if (chosen.count(element) == 0)
            clear_element(draft, schema, element);
        else if (draft.text({position, 1, 1}).empty())
            fill_element(draft, schema, element);
    }
    return draft;
}

// `condition` broken and every condition of `others` kept, mandatory elements in place, the segment not empty.
inline std::optional<std::pair<DraftSegment, Violation>> broken(
    const DraftSegment& draft,
    const SegmentSchema& schema,
    const Condition& condition,
    const std::vector<Condition>& others) {
    const auto bound = bound_together(schema, condition);
    if (bound.size() > 14) return std::nullopt;
    for (std::uint32_t mask = 0; mask < (1u << bound.size()); ++mask) {
        Present have;
        bool fits = true;
        for (std::size_t i = 0; i < bound.size(); ++i) {
            const ElementRef& ref = schema.elements[bound[i] - 1];
            const bool wanted = (mask >> i & 1u) != 0;
            fits = fits && (ref.element || ref.composite ? wanted || ref.usage != Usage::Mandatory
                                                         : !wanted);
            if (wanted) have.insert(bound[i]);
        }
        const auto found = fits ? violation(condition, have) : std::nullopt;
        if (!found) continue;
        const bool alone = std::none_of(others.begin(), others.end(), [&](const Condition& other) {
            return &other != &condition &&
                   std::find_first_of(other.positions.begin(),
                                      other.positions.end(),
                                      bound.begin(),
                                      bound.end()) != other.positions.end() &&
                   violation(other, have);
        });
        if (!alone) continue;
        DraftSegment bent = with_values(draft, schema, bound, have);
        if (!bent.empty()) return std::pair(std::move(bent), *found);
    }
    return std::nullopt;
}

inline std::optional<Injected> broken_condition(const SetSchema& set,
                                                Body body,
                                                ConditionKind kind) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        if (!is_plain(schema.tag)) continue;
        for (const Condition& condition : schema.conditions) {
            if (condition.kind != kind) continue;
            auto bent = broken(body[i].draft, schema, condition, schema.conditions);
            if (!bent) continue;
            body[i].draft = std::move(bent->first);
            return at(std::move(body),
                      bent->second.excess ? "edi.element.exclusion" : "edi.element.condition",
                      schema.tag,
                      i,
                      bent->second.element);
        }
    }
    return std::nullopt;
}

// A guide's condition over the first optional elements of a segment that no other condition names.
inline std::optional<Injected> broken_guide_condition(const SetSchema& set,
                                                      Body body,
                                                      const char* letter) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        const Node& node = set.nodes[body[i].node];
        if (!is_plain(schema.tag) || node.parent != 0) continue;
        Condition condition{*condition_kind(letter), {}};
        for (std::size_t e = 1; e <= schema.elements.size() && condition.positions.size() < 3;
             ++e) {
            const ElementRef& ref = schema.elements[e - 1];
            if ((ref.element || ref.composite) && ref.usage != Usage::Mandatory &&
                ref.repeat == 1 && !names(schema.conditions, e))
                condition.positions.push_back(static_cast<std::uint8_t>(e));
        }
        if (condition.positions.size() < 2) continue;
        auto bent = broken(body[i].draft, schema, condition, {});
        if (!bent) continue;
        body[i].draft = std::move(bent->first);
        Injected out =
            at(std::move(body),
               bent->second.excess ? "guide.element.exclusion" : "guide.element.condition",
               schema.tag,
               i,
               bent->second.element);
        out.guide = "in " + std::string(to_string(set.standard)) + " " + std::string(set.release) +
                    " " + std::string(set.id) + "\ncondition " + std::string(schema.tag) + " " +
                    letter;
        for (const std::uint8_t position : condition.positions)
            out.guide += " " + std::to_string(position);
        out.guide += "\n";
        return out;
    }
    return std::nullopt;
}

}  // namespace sallyport::edi::test
