// SPDX-License-Identifier: Apache-2.0
// Random canonical documents for the laws: made by walking the plan, so that every value has a rule that carries it and
// fits its element. What the schema's conditions or a `require` refuse is drawn again.
#include "mappings/plan.h"
#include "mappings/random_value.h"
#include "mappings/round_trip.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

class Generator {
public:
    Generator(const Plan& plan, Random& random) : m_plan(plan), m_values(plan, random) {
        wanted(plan.steps);
    }

    Json run() {
        Json root = Json::object();
        steps(m_plan.steps, root, false);
        return root;
    }

private:
    // `require PLACE = constant` names the only value that passes, `require exists(field)` a field that must be there.
    void wanted(const std::vector<PlanStep>& list) {
        for (const PlanStep& step : list) {
            wanted(step.steps);
            const CompiledExpr& test = step.expr;
            if (step.kind == StepKind::Require && test.op == Op::Call &&
                test.function == Function::Exists && test.args[0].op == Op::Document) {
                for (const DocHop& hop : test.args[0].document.hops)
                    m_demanded.insert(hop.field);
                m_demanded.insert(test.args[0].document.field);
            }
            if (step.kind != StepKind::Require || test.op != Op::Equal ||
                test.args[0].op != Op::Wire)
                continue;
            if (test.args[1].op == Op::Text) m_wanted[test.args[0].wire.text] = test.args[1].text;
            if (test.args[1].op == Op::Parameter)
                if (const auto& value = m_plan.parameter_defaults[test.args[1].parameter])
                    m_wanted[test.args[0].wire.text] = *value;
        }
    }

    bool mandatory(const PlanStep& step) const {
        if (must_stand(step)) return true;
        if (step.wire.at.empty() || step.wire.segment == nullptr) return false;
        const std::size_t at = step.wire.at[0].element;
        return at >= 1 && at <= step.wire.segment->elements.size() &&
               step.wire.segment->elements[at - 1].usage == edi::Usage::Mandatory;
    }

    // An XML element its parent cannot do without, as far as the path goes inside the block.
    bool must_stand(const PlanStep& step) const {
        return m_plan.xml != nullptr && !step.wire.hops.empty() &&
               std::all_of(step.wire.hops.begin(), step.wire.hops.end(), [&](const Hop& hop) {
                   return m_plan.set->nodes[hop.node].usage == edi::Usage::Mandatory;
               });
    }

    // Elements conditions of their segment tie together are all there or none: a document with half of a pair is none of
    // this set, and drawing again until every coin agrees would never end in a large set. The least position of those
    // tied to this one; 0: it stands alone.
    static unsigned bound(const PlanStep& step) {
        if (step.wire.at.empty() || step.wire.segment == nullptr) return 0;
        std::set<unsigned> tied = {step.wire.at[0].element};
        for (std::size_t before = 0; before != tied.size();) {
            before = tied.size();
            for (const edi::Condition& one : step.wire.segment->conditions)
                if (one.kind != edi::ConditionKind::Exclusive &&
                    std::any_of(one.positions.begin(), one.positions.end(), [&](unsigned at) {
                        return tied.contains(at);
                    }))
                    tied.insert(one.positions.begin(), one.positions.end());
        }
        return tied.size() == 1 ? 0 : *tied.begin();
    }
    // One coin for all rules of a segment (0), one for each of its groups of bound elements.
    bool coin(const PlanStep& step, unsigned group) {
        const std::string segment =
            step.wire.text.substr(0, step.wire.text.find('.')) + "?" + std::to_string(group);
        const auto [found, fresh] = m_coins.try_emplace(segment, false);
        if (fresh) found->second = m_values.optional();
        return found->second;
    }
    // Of elements that exclude each other one is drawn for the segment of this record; the others stay away.
    bool excluded(const PlanStep& step) {
        if (step.wire.at.empty() || step.wire.segment == nullptr) return false;
        const std::string segment = step.wire.text.substr(0, step.wire.text.find('.'));
        std::size_t number = 0;
        for (const edi::Condition& one : step.wire.segment->conditions) {
            ++number;
            const bool alone = one.kind == edi::ConditionKind::Exclusive ||
                               one.kind == edi::ConditionKind::ExactlyOne;
            if (!alone ||
                std::find(one.positions.begin(), one.positions.end(), step.wire.at[0].element) ==
                    one.positions.end())
                continue;
            // The first one with a rule takes the place, or leaves it to the next.
            const auto found = m_chosen.find(segment + "!" + std::to_string(number));
            if (found == m_chosen.end()) {
                if (m_values.chance(40)) return true;
                m_chosen[segment + "!" + std::to_string(number)] = step.wire.at[0].element;
                continue;
            }
            if (found->second != step.wire.at[0].element) return true;
        }
        return false;
    }
    // The segment a rule names beside its block's own may stay away as a whole.
    bool away(const PlanStep& step) {
        if (step.wire.hops.empty()) return false;
        for (const Hop& hop : step.wire.hops)
            if (m_plan.set->nodes[hop.node].usage != edi::Usage::Mandatory) return !coin(step, 0);
        return false;
    }

    Json& reach(Json& record, const std::vector<DocHop>& hops) {
        Json* at = &record;
        for (const DocHop& hop : hops) {
            Json& field = (*at)[hop.field->name];
            if (hop.field->type == FieldType::Record) {
                if (field.is_null()) field = Json::object();
                at = &field;
                continue;
            }
            if (field.is_null()) field = Json::array();
            const std::string& kind =
                hop.field->record->fields[static_cast<std::size_t>(hop.field->kind_slot)].name;
            Json* found = nullptr;
            for (Json& entry : field)
                if (entry.value(kind, "") == hop.kind) found = &entry;
            if (found == nullptr) {
                field.push_back(Json{{kind, hop.kind}});
                found = &field.back();
            }
            at = found;
        }
        return *at;
    }

    bool move(const PlanStep& step, Json& record, bool all) {
        if (step.arrow != Arrow::Both || step.fields[0].from_root) return false;
        const auto only = m_wanted.find(step.wire.text);
        const bool needed = all || step.fields[0].field->required || only != m_wanted.end() ||
                            m_demanded.contains(step.fields[0].field);
        if (!needed && (away(step) || excluded(step))) return false;
        const bool must = needed || mandatory(step);
        const unsigned group = bound(step);
        if (!must && !(group > 0 ? coin(step, group) : m_values.optional())) return false;
        bool any = false;
        for (std::size_t i = 0; i < step.fields.size(); ++i) {
            const std::string text =
                only != m_wanted.end() ? only->second : m_values.value(step, i);
            if (text.empty()) continue;
            reach(record, step.fields[i].hops)[step.fields[i].field->name] = text;
            any = true;
        }
        return any;
    }

    void steps(const std::vector<PlanStep>& list, Json& record, bool all) {
        for (const PlanStep& step : list) {
            if (step.kind == StepKind::Move) move(step, record, all);
            if (step.kind == StepKind::First) first(step, record, all);
            if (step.kind == StepKind::Block && step.arrow == Arrow::Both)
                block(list, step, record, all);
        }
        // What a `when` asks of the document is known when the rules beside it have been drawn.
        for (const PlanStep& step : list)
            if (step.kind == StepKind::When && step.writing && holds(*step.writing, record))
                steps(step.steps, record, all);
    }

    // `field = "text"`, the form whose inverse can be proved; other conditions are left to written tests.
    static bool holds(const CompiledExpr& test, const Json& record) {
        if (test.op != Op::Equal || test.args[0].op != Op::Document || test.args[1].op != Op::Text)
            return false;
        const Json* at = &record;
        for (const DocHop& hop : test.args[0].document.hops) {
            if (!at->contains(hop.field->name) || hop.field->type != FieldType::Record)
                return false;
            at = &(*at)[hop.field->name];
        }
        return test.args[0].document.field != nullptr &&
               at->value(test.args[0].document.field->name, "") == test.args[1].text;
    }

    void fresh_coins(const std::vector<PlanStep>& list, Json& record, bool all) {
        std::map<std::string, bool> coins = std::exchange(m_coins, {});
        std::map<std::string, unsigned> chosen = std::exchange(m_chosen, {});
        steps(list, record, all);
        m_coins = std::move(coins);
        m_chosen = std::move(chosen);
    }

    void first(const PlanStep& step, Json& record, bool all) {
        std::vector<const PlanStep*> open;
        for (const PlanStep& one : step.steps)
            if ((one.kind == StepKind::Move || one.kind == StepKind::Block) &&
                one.arrow == Arrow::Both)
                open.push_back(&one);
        if (open.empty()) return;
        const auto demanded = std::find_if(open.begin(), open.end(), [&](const PlanStep* one) {
            return !one->fields.empty() && m_demanded.contains(one->fields[0].field);
        });
        const PlanStep& chosen =
            demanded != open.end() ? **demanded : *open[m_values.below(open.size())];
        if (chosen.kind == StepKind::Move)
            move(chosen, record, all);
        else
            block(step.steps, chosen, record, all);
    }

    void block(const std::vector<PlanStep>& list, const PlanStep& step, Json& record, bool all) {
        if (step.each) return entries(list, step, record);
        const bool must =
            m_plan.set->nodes[step.wire.owner].usage == edi::Usage::Mandatory ||
            step.wire.hops.empty() || must_stand(step) ||
            (step.has_record && m_demanded.contains(step.fields[0].hops.back().field)) ||
            (m_plan.xml != nullptr && !step.has_record);
        if (!step.has_record) {
            if (must || m_values.optional()) steps(step.steps, record, all && must);
            return;
        }
        if (!must && !m_values.optional()) return;
        Json inner = Json::object();
        fresh_coins(step.steps, inner, false);
        if (inner.empty()) return;
        Json& at = reach(record, step.fields[0].hops);
        for (auto& [name, value] : inner.items())
            at[name] = value;
    }

    void entries(const std::vector<PlanStep>& list, const PlanStep& step, Json& record) {
        std::vector<const PlanStep*> members = {&step};
        if (step.union_id >= 0) {
            members.clear();
            for (const PlanStep& other : list)
                if (other.union_id == step.union_id && other.arrow == Arrow::Both)
                    members.push_back(&other);
            if (members.empty() || members[0] != &step) return;
        }
        const edi::Node& node = m_plan.set->nodes[step.wire.owner];
        const bool must = node.usage == edi::Usage::Mandatory;
        std::size_t count = m_values.optional() ? 1 + m_values.below(m_values.shape().entries) : 0;
        if (must) count = std::max<std::size_t>(count, 1);
        if (m_made > m_values.shape().records) count = std::min<std::size_t>(count, must ? 1 : 0);
        if (++m_depth > 6) count = 0;
        m_made += count;
        if (node.max != edi::Unlimited && step.wire.kind != PlaceKind::PairList)
            count = std::min<std::size_t>(count, node.max);
        Json made = Json::array();
        for (std::size_t i = 0; i < count; ++i) {
            const PlanStep& member = *members[m_values.below(members.size())];
            const DocHop& last = member.fields[0].hops.back();
            Json entry = Json::object();
            if (!member.kind_code.empty())
                entry[last.field->record->fields[static_cast<std::size_t>(last.field->kind_slot)]
                          .name] = member.kind_code;
            fresh_coins(member.steps, entry, member.wire.kind == PlaceKind::PairList);
            made.push_back(std::move(entry));
        }
        --m_depth;
        if (made.empty()) return;
        const std::vector<DocHop>& hops = step.fields[0].hops;
        reach(record, std::vector<DocHop>(hops.begin(), hops.end() - 1))[hops.back().field->name] =
            std::move(made);
    }

    const Plan& m_plan;
    RandomValues m_values;
    std::map<std::string, std::string> m_wanted;
    std::set<const Field*> m_demanded;
    std::map<std::string, bool> m_coins;       // of the segments of the record at hand
    std::map<std::string, unsigned> m_chosen;  // the element that excludes others, likewise
    unsigned m_depth = 0;
    std::size_t m_made = 0;  // entries of all lists
};

}  // namespace

Json random_document(const CompiledMap& map, Random& random) {
    return Generator(map.plan(), random).run();
}

}  // namespace sallyport::mapping
