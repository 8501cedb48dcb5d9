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
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

// What drawing asks of a rule again and again, found once for the whole map.
struct StepFacts {
    std::uint32_t segment = 0;  // the segment the rule names in its block: a number for each
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
        // A first component the selector writes, or none at all, is nothing to wait for.
        std::set<std::uint64_t> opened;
        for (const auto& [step, facts] : m_facts)
            opened.insert(facts.opens);
        for (auto& [step, facts] : m_facts)
            if (!opened.contains(facts.follows)) facts.follows = 0;
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
    std::map<std::string, std::string> m_wanted;
    std::set<const Field*> m_demanded;
};

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
