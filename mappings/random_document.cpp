// SPDX-License-Identifier: Apache-2.0
// Random canonical documents for the laws: made by walking the plan, so that every value has a rule that carries it and
// fits its element. What the schema's conditions or a `require` refuse is drawn again.
#include "mappings/plan.h"
#include "mappings/random_facts.h"
#include "mappings/random_value.h"
#include "mappings/round_trip.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

// What was drawn for a place of the record at hand; few enough to be looked through.
template <typename T>
class Drawn {
public:
    T* find(std::uint64_t key) {
        for (auto& [known, value] : m_all)
            if (known == key) return &value;
        return nullptr;
    }
    T& add(std::uint64_t key, T value) { return m_all.emplace_back(key, value).second; }

private:
    std::vector<std::pair<std::uint64_t, T>> m_all;
};

class Generator {
public:
    Generator(const Plan& plan, const Facts& facts, Random& random)
        : m_plan(plan), m_facts(facts), m_values(plan, random) {}

    Json run() {
        Json root = Json::object();
        steps(m_plan.steps, root, false);
        return root;
    }

private:
    // One coin for all rules of a segment (0), one for each of its groups of bound elements.
    bool coin(const StepFacts& facts, unsigned group) {
        const std::uint64_t key = std::uint64_t{facts.segment} << 32U | group;
        const bool* known = m_coins.find(key);
        return known != nullptr ? *known : m_coins.add(key, m_values.optional());
    }
    // Of elements that exclude each other one is drawn for the segment of this record; the others stay away.
    bool excluded(const StepFacts& facts, bool forced) {
        for (const std::uint64_t condition : facts.exclusive) {
            // The first one with a rule takes the place, or leaves it to the next.
            const unsigned* found = m_chosen.find(condition);
            if (found == nullptr) {
                if (!forced && m_values.chance(40)) return true;
                m_chosen.add(condition, facts.side);
                continue;
            }
            if (*found != facts.side) return true;
        }
        return false;
    }
    // Nothing else came to a place that must have something.
    bool last_hope(const StepFacts& facts) {
        return std::any_of(facts.last_of.begin(), facts.last_of.end(), [&](std::uint64_t one) {
            return m_content.find(one) == nullptr;
        });
    }
    // The segment a rule names beside its block's own may stay away as a whole.
    bool away(const StepFacts& facts) { return facts.optional_segment && !coin(facts, 0); }

    Json& reach(Json& record, std::span<const DocHop> hops) {
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

    bool move(const PlanStep& step, Json& record, bool all, bool last = false) {
        if (step.arrow != Arrow::Both || step.fields[0].from_root) return false;
        const StepFacts& facts = m_facts.of(step);
        const bool needed =
            all || step.fields[0].field->required || facts.wanted != nullptr || facts.demanded;
        if (!needed && away(facts)) return false;
        const bool forced = last || last_hope(facts);
        if (!needed && excluded(facts, forced)) return false;
        if (facts.follows != 0 && m_content.find(facts.follows) == nullptr && !needed) return false;
        const bool must = needed || forced || facts.mandatory;
        if (!must && !(facts.group > 0 ? coin(facts, facts.group) : m_values.optional()))
            return false;
        bool any = false;
        for (std::size_t i = 0; i < step.fields.size(); ++i) {
            std::string text = facts.wanted != nullptr ? *facts.wanted : m_values.value(step, i);
            if (text.empty()) continue;
            reach(record, step.fields[i].hops)[step.fields[i].field->name] = std::move(text);
            any = true;
        }
        if (any)
            for (const std::uint64_t one : facts.one_of)
                m_content.add(one, true);
        if (any && facts.opens != 0) m_content.add(facts.opens, true);
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
        Drawn<bool> coins = std::exchange(m_coins, {});
        Drawn<unsigned> chosen = std::exchange(m_chosen, {});
        Drawn<bool> content = std::exchange(m_content, {});
        steps(list, record, all);
        m_coins = std::move(coins);
        m_chosen = std::move(chosen);
        m_content = std::move(content);
    }

    void first(const PlanStep& step, Json& record, bool all) {
        std::vector<const PlanStep*> open;
        for (const PlanStep& one : step.steps)
            if ((one.kind == StepKind::Move || one.kind == StepKind::Block) &&
                one.arrow == Arrow::Both)
                open.push_back(&one);
        if (open.empty()) return;
        const auto demanded = std::find_if(open.begin(), open.end(), [&](const PlanStep* one) {
            return m_facts.of(*one).demanded;
        });
        const PlanStep& chosen =
            demanded != open.end() ? **demanded : *open[m_values.below(open.size())];
        if (chosen.kind == StepKind::Move)
            move(chosen, record, all, last_hope(m_facts.of(step)));
        else
            block(step.steps, chosen, record, all);
    }

    void block(const std::vector<PlanStep>& list, const PlanStep& step, Json& record, bool all) {
        if (step.each) return entries(list, step, record);
        const bool must = m_plan.set->nodes[step.wire.owner].usage == edi::Usage::Mandatory ||
                          step.wire.hops.empty() || m_facts.of(step).must_stand ||
                          (step.has_record && m_facts.of(step).demanded) ||
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
        for (auto& [name, value] : inner.get_ref<Json::object_t&>())
            at[name] = std::move(value);
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
        const bool must = node.usage == edi::Usage::Mandatory || m_facts.of(step).demanded;
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
        reach(record, {hops.data(), hops.size() - 1})[hops.back().field->name] = std::move(made);
    }

    const Plan& m_plan;
    const Facts& m_facts;
    RandomValues m_values;
    Drawn<bool> m_coins;       // of the segments of the record at hand
    Drawn<unsigned> m_chosen;  // the element that excludes others, likewise
    Drawn<bool> m_content;     // places that have what they must have, likewise
    unsigned m_depth = 0;
    std::size_t m_made = 0;  // entries of all lists
};

}  // namespace

struct RandomDocuments::State {
    explicit State(const Plan& plan) : facts(plan) {}
    Facts facts;
};

RandomDocuments::RandomDocuments(const CompiledMap& map)
    : m_map(map), m_state(std::make_unique<State>(map.plan())) {}
RandomDocuments::~RandomDocuments() = default;
RandomDocuments::RandomDocuments(RandomDocuments&&) noexcept = default;

Json RandomDocuments::draw(Random& random) const {
    return Generator(m_map.plan(), m_state->facts, random).run();
}

Json random_document(const CompiledMap& map, Random& random) {
    return RandomDocuments(map).draw(random);
}

}  // namespace sallyport::mapping
