// SPDX-License-Identifier: Apache-2.0
// What random documents have to know of the rules of a map: which elements stand together, exclude each other, or must not
// all be absent. Private to mappings/.
#pragma once

#include "mappings/plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sallyport::mapping {

// What drawing asks of a rule again and again, found once for the whole map.
struct StepFacts {
    std::uint32_t segment = 0;  // the segment the rule names in its block: a number for each
    std::size_t number = 0;     // in the order of the map
    unsigned group = 0;         // the least of the elements tied to its own; 0: it stands alone
    unsigned side = 0;  // what it is where elements exclude each other: its group, or itself
    bool mandatory = false, must_stand = false, optional_segment = false, demanded = false;
    std::vector<std::uint64_t> exclusive;  // the conditions it is one of several in
    std::vector<std::uint64_t> one_of;     // places that are content with it
    std::vector<std::uint64_t> last_of;    // those it is the last hope of
    std::uint64_t opens = 0,
                  follows = 0;            // the composite it is the first component of, a later one
    const std::string* wanted = nullptr;  // the only value a `require` lets pass
};

class Facts {
public:
    explicit Facts(const Plan& plan) : m_plan(plan) {
        wanted(plan.steps);
        collect(plan.steps, 0);
        settle_composites();
    }
    const StepFacts& of(const PlanStep& step) const { return m_facts.find(&step)->second; }

private:
    // `require PLACE = constant` names the only value that passes, `require exists(field)` a field that must be there.
    void wanted(const std::vector<PlanStep>& list) {
        for (const PlanStep& step : list) {
            wanted(step.steps);
            const CompiledExpr& test = step.expr;
            if (step.kind == StepKind::Require) demanded(test);
            if (step.kind != StepKind::Require || test.op != Op::Equal ||
                test.args[0].op != Op::Wire)
                continue;
            if (test.args[1].op == Op::Text) m_wanted[test.args[0].wire.text] = test.args[1].text;
            if (test.args[1].op == Op::Parameter)
                if (const auto& value = m_plan.parameter_defaults[test.args[1].parameter])
                    m_wanted[test.args[0].wire.text] = *value;
        }
    }

    // `exists(field)`, `field`, `count(list) > 0`.
    void demanded(const CompiledExpr& test) {
        const bool call = test.op == Op::Call && !test.args.empty();
        if (test.op == Op::Greater && test.args[0].op == Op::Call &&
            test.args[0].function == Function::Count && test.args[0].args[0].op == Op::Document)
            return demanded(test.args[0].args[0]);
        if (call && test.function == Function::Exists) return demanded(test.args[0]);
        if (test.op != Op::Document) return;
        for (const DocHop& hop : test.document.hops)
            m_demanded.insert(hop.field);
        if (test.document.field != nullptr) m_demanded.insert(test.document.field);
    }

    void collect(const std::vector<PlanStep>& list, std::size_t block) {
        std::map<std::uint64_t, StepFacts*> last;
        std::set<std::uint64_t> constant;  // where a constant stands in for what is absent
        for (const PlanStep& step : list) {
            const bool inside = step.kind == StepKind::Block;
            StepFacts& facts = m_facts[&step];
            const std::string segment = step.wire.text.substr(0, step.wire.text.find('.')) + "@" +
                                        std::to_string(step.wire.owner) + "#" +
                                        std::to_string(block);
            facts.segment =
                m_segments.try_emplace(segment, static_cast<std::uint32_t>(m_segments.size()))
                    .first->second;
            facts.must_stand = must_stand(step);
            facts.mandatory = mandatory(step);
            facts.optional_segment =
                std::any_of(step.wire.hops.begin(), step.wire.hops.end(), [&](const Hop& hop) {
                    return m_plan.set->nodes[hop.node].usage != edi::Usage::Mandatory;
                });
            exclusions(step, facts);
            alternatives(step, facts);
            components(step, facts);
            facts.number = m_facts.size();
            if (facts.follows != 0) m_followers.push_back(&facts);
            if (facts.opens != 0) m_openers.try_emplace(facts.opens, facts.number, &facts);
            facts.demanded = demands(step);
            if (const auto only = m_wanted.find(step.wire.text); only != m_wanted.end())
                facts.wanted = &only->second;
            collect(step.steps, inside ? m_facts.size() : block);
            if (step.kind == StepKind::First) alternatives_of(step, constant);
            for (const std::uint64_t one : m_facts[&step].one_of) {
                if (step.kind == StepKind::Put) constant.insert(one);
                last[one] = &m_facts[&step];
            }
        }
        for (const auto& [one, facts] : last)
            if (!constant.contains(one)) facts->last_of.push_back(one);
    }
    // A later component waits for the first one where that has a rule before it; where the rule comes after, both are
    // drawn or none; where the selector writes it there is nothing to wait for.
    void settle_composites() {
        for (StepFacts* facts : m_followers) {
            const auto opener = m_openers.find(facts->follows);
            if (opener != m_openers.end() && opener->second.first < facts->number) continue;
            if (opener != m_openers.end() && facts->group == 0 && opener->second.second->group == 0)
                facts->group = opener->second.second->group =
                    static_cast<unsigned>(facts->follows & 0xFFFFFFFFU);
            facts->follows = 0;
        }
    }
    // It is the whole `first` that comes last, and a constant in it is content with nothing.
    void alternatives_of(const PlanStep& first, std::set<std::uint64_t>& constant) {
        StepFacts& facts = m_facts[&first];
        for (const PlanStep& one : first.steps) {
            StepFacts& inner = m_facts[&one];
            if (one.kind == StepKind::Put)
                constant.insert(inner.one_of.begin(), inner.one_of.end());
            if (one.kind != StepKind::Move || one.arrow != Arrow::Both) continue;
            inner.last_of.clear();
            facts.one_of.insert(facts.one_of.end(), inner.one_of.begin(), inner.one_of.end());
        }
    }
    // A list that `require count(list) > 0` is about, a field a require asks for, or a record the schema demands.
    bool demands(const PlanStep& step) const {
        if (step.fields.empty()) return false;
        const DocPlace& place = step.fields[0];
        if (step.kind != StepKind::Block) return m_demanded.contains(place.field);
        return !place.hops.empty() &&
               (m_demanded.contains(place.hops.back().field) || place.hops.back().field->required);
    }

    bool mandatory(const PlanStep& step) const {
        if (must_stand(step)) return true;
        if (step.wire.at.empty() || step.wire.segment == nullptr) return false;
        const std::size_t at = step.wire.at[0].element;
        return mandatory_element(*step.wire.segment, at);
    }

    // An XML element its parent cannot do without, as far as the path goes inside the block.
    bool must_stand(const PlanStep& step) const {
        return m_plan.xml != nullptr && !step.wire.hops.empty() &&
               std::all_of(step.wire.hops.begin(), step.wire.hops.end(), [&](const Hop& hop) {
                   return m_plan.set->nodes[hop.node].usage == edi::Usage::Mandatory;
               });
    }

    // Elements conditions of their segment tie together are all there or none: a document with half of a pair is none of
    // this set, and drawing again until every coin agrees would never end in a large set.
    static std::set<unsigned> tied(const PlanStep& step) {
        std::set<unsigned> out;
        if (step.wire.at.empty() || step.wire.segment == nullptr) return out;
        out.insert(step.wire.at[0].element);
        for (std::size_t before = 0; before != out.size();) {
            before = out.size();
            for (const edi::Condition& one : step.wire.segment->conditions)
                if ((one.kind == edi::ConditionKind::Paired ||
                     one.kind == edi::ConditionKind::Conditional ||
                     one.kind == edi::ConditionKind::ListConditional) &&
                    meets(one, out))
                    out.insert(one.positions.begin(), one.positions.end());
        }
        return out;
    }
    static bool meets(const edi::Condition& condition, const std::set<unsigned>& elements) {
        return std::any_of(condition.positions.begin(),
                           condition.positions.end(),
                           [&](unsigned at) { return elements.contains(at); });
    }
    static std::uint64_t key(std::uint32_t segment, std::uint32_t number) {
        return std::uint64_t{segment} << 32U | number;
    }

    // The conditions that let only one of several elements stand, this one or one it is tied to among them.
    static void exclusions(const PlanStep& step, StepFacts& facts) {
        const std::set<unsigned> own = tied(step);
        facts.group = own.size() < 2 ? 0 : *own.begin();
        if (own.empty()) return;
        facts.side = step.wire.at[0].element;
        std::uint32_t number = 0;
        for (const edi::Condition& one : step.wire.segment->conditions) {
            ++number;
            const bool alone = one.kind == edi::ConditionKind::Exclusive ||
                               one.kind == edi::ConditionKind::ExactlyOne;
            if (!alone || !meets(one, own)) continue;
            facts.exclusive.push_back(key(facts.segment, number));
            const auto inside = std::count_if(one.positions.begin(),
                                              one.positions.end(),
                                              [&](unsigned at) { return own.contains(at); });
            if (facts.group > 0 && inside == 1) facts.side = facts.group;
        }
    }

    // Of these at least one must be drawn where their segment stands: R conditions, the first pair of a segment that must
    // have one, whatever makes a mandatory segment stand.
    void alternatives(const PlanStep& step, StepFacts& facts) const {
        const WirePlace& at = step.wire;
        const bool constant = step.kind == StepKind::Put && step.arrow != Arrow::Read;
        const bool moves = step.kind == StepKind::Move && step.arrow == Arrow::Both;
        if ((!constant && !moves) || at.segment == nullptr) return;
        std::set<unsigned> elements;
        for (const edi::Locator& one : at.at)
            elements.insert(one.element);
        const bool pair = at.kind == PlaceKind::Pair;
        for (std::size_t i = 0; pair && i < at.pair->slots.size(); ++i)
            elements.insert(at.pair->slots[i].value.element);
        std::uint32_t number = 0;
        for (const edi::Condition& one : at.segment->conditions) {
            ++number;
            if ((one.kind == edi::ConditionKind::Required ||
                 one.kind == edi::ConditionKind::ExactlyOne) &&
                meets(one, elements))
                facts.one_of.push_back(key(facts.segment, number));
        }
        if (pair && mandatory_element(*at.segment, at.pair->slots[0].value.element))
            facts.one_of.push_back(key(facts.segment, 1000));
        if (m_plan.xml == nullptr && !at.hops.empty() && !facts.optional_segment &&
            (moves || step.always))
            facts.one_of.push_back(key(facts.segment, 1001));
    }

    // The later components of a composite whose first one must stand follow it.
    static void components(const PlanStep& step, StepFacts& facts) {
        if (step.wire.at.empty() || step.wire.segment == nullptr) return;
        const edi::Locator& at = step.wire.at[0];
        const std::vector<edi::ElementRef>& all = step.wire.segment->elements;
        if (at.element < 1 || at.element > all.size()) return;
        const edi::Composite* composite = all[at.element - 1U].composite;
        if (composite == nullptr || composite->components.empty() ||
            composite->components[0].usage != edi::Usage::Mandatory)
            return;
        (at.component == 1 ? facts.opens : facts.follows) = key(facts.segment, 2000U + at.element);
    }

    static bool mandatory_element(const edi::SegmentSchema& segment, std::size_t at) {
        return at >= 1 && at <= segment.elements.size() &&
               segment.elements[at - 1].usage == edi::Usage::Mandatory;
    }

    const Plan& m_plan;
    std::unordered_map<const PlanStep*, StepFacts> m_facts;
    std::map<std::string, std::uint32_t> m_segments;
    std::vector<StepFacts*> m_followers;
    std::map<std::uint64_t, std::pair<std::size_t, StepFacts*>> m_openers;
    std::map<std::string, std::string> m_wanted;
    std::set<const Field*> m_demanded;
};

}  // namespace sallyport::mapping
