// SPDX-License-Identifier: Apache-2.0
// Random canonical documents for the laws: made by walking the plan, so that every value has a rule that carries it and
// fits its element. What the schema's conditions or a `require` refuse is drawn again.
#include "mappings/lenses.h"
#include "mappings/plan.h"
#include "mappings/round_trip.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

char gs1_check(std::string_view body) {
    int sum = 0;
    int weight = 3;
    for (std::size_t i = body.size(); i-- > 0; weight = 4 - weight)
        sum += (body[i] - '0') * weight;
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

class Generator {
public:
    Generator(const Plan& plan, Random& random) : m_plan(plan), m_random(random) {
        wanted(plan.steps);
    }

    Json run() {
        Json root = Json::object();
        steps(m_plan.steps, root, false);
        return root;
    }

private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random.next() % limit; }
    bool chance(unsigned percent) { return below(100) < percent; }
    std::string digits(std::size_t count) {
        std::string out;
        for (std::size_t i = 0; i < count; ++i)
            out += static_cast<char>('0' + below(10));
        return out;
    }
    std::string number(std::size_t most) {
        std::string out = digits(1 + below(std::max<std::size_t>(1, most)));
        while (out.size() > 1 && out[0] == '0')
            out.erase(0, 1);
        return out;
    }
    std::string word(std::size_t least, std::size_t most) {
        static constexpr std::string_view Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./()";
        std::string out;
        const std::size_t size = least + below(std::max<std::size_t>(1, most - least + 1));
        for (std::size_t i = 0; i < size; ++i)
            out += Letters[below(Letters.size())];
        return out;
    }

    // `require PLACE = constant` names the only value that passes.
    void wanted(const std::vector<PlanStep>& list) {
        for (const PlanStep& step : list) {
            wanted(step.steps);
            const CompiledExpr& test = step.expr;
            if (step.kind != StepKind::Require || test.op != Op::Equal ||
                test.args[0].op != Op::Wire)
                continue;
            if (test.args[1].op == Op::Text) m_wanted[test.args[0].wire.text] = test.args[1].text;
            if (test.args[1].op == Op::Parameter)
                if (const auto& value = m_plan.parameter_defaults[test.args[1].parameter])
                    m_wanted[test.args[0].wire.text] = *value;
        }
    }

    std::string date() {
        return "20" + std::string(1, static_cast<char>('0' + below(4))) + digits(1) + "-" +
               two(1 + below(12)) + "-" + two(1 + below(28));
    }
    static std::string two(std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

    std::string plain(const Field& field, const edi::Element* element) {
        const std::size_t least = element == nullptr ? 1 : element->min;
        const std::size_t most = element == nullptr ? 20 : std::min<std::size_t>(element->max, 24);
        switch (field.type) {
            case FieldType::Decimal:
            case FieldType::Integer:
                return decimal(field, element, least, most);
            case FieldType::Date:
            case FieldType::Moment:
                return date();
            case FieldType::Time:
                return two(below(24)) + ":" + two(below(60));
            case FieldType::Boolean:
                return chance(50) ? "true" : "false";
            case FieldType::Text:
            case FieldType::Code:
            case FieldType::Record:
            case FieldType::List:
                break;
        }
        if (!field.values.empty()) return field.values[below(field.values.size())];
        if (element != nullptr && element->codes != nullptr && !element->codes->values().empty()) {
            const auto codes = element->codes->values();
            return std::string(codes[below(codes.size())]);
        }
        if (numeric(element)) return number(most);
        return word(least, std::max(least, most));
    }
    static bool numeric(const edi::Element* element) {
        return element != nullptr &&
               (element->type == edi::DataType::Digits || element->type == edi::DataType::Implied ||
                element->type == edi::DataType::Real);
    }

    std::string decimal(const Field& field,
                        const edi::Element* element,
                        std::size_t least,
                        std::size_t most) {
        const bool implied = element != nullptr && element->type == edi::DataType::Implied;
        const std::size_t scale = implied ? element->decimals
                                  : field.type == FieldType::Integer || chance(40) ? 0
                                                                                   : 1 + below(2);
        const std::size_t whole = most > scale ? std::min<std::size_t>(most - scale, 7) : 1;
        std::string out = number(whole);
        while (out.size() + scale < least)
            out += "1";
        if (scale > 0) out += "." + digits(scale);
        return out;
    }

    std::string sentence() {
        std::string out = word(1, 8);
        for (std::size_t n = below(60); n > 0; --n)
            out += " " + word(1, 8);
        return out;
    }
    std::string checked(std::size_t size) {
        const std::string body = digits(size);
        return body + gs1_check(body);
    }

    std::string lensed(const PlanStep& step, std::size_t index) {
        const Field& field = *step.fields[index].field;
        const edi::Element* element = step.wire.element;
        std::size_t most = element == nullptr ? 20 : std::min<std::size_t>(element->max, 24);
        for (const LensOp& lens : step.lenses) {
            switch (lens.kind) {
                case LensKind::Table:
                    return lens.table->words.empty()
                               ? std::string()
                               : lens.table->words[below(lens.table->words.size())];
                case LensKind::Moment:
                    return date() + (step.wire.at.size() > 1
                                         ? "T" + two(below(24)) + ":" + two(below(60))
                                         : "");
                case LensKind::Dtm:
                    return date() +
                           (lens.number == 203 ? "T" + two(below(24)) + ":" + two(below(60)) : "");
                case LensKind::Date:
                    return date();
                case LensKind::Time:
                    return two(below(24)) + ":" + two(below(60));
                case LensKind::Split:
                    return number(std::max<std::size_t>(1, (most - lens.text.size()) / 2));
                case LensKind::Wrap:
                    return sentence();
                case LensKind::Zeros:
                    return "1" + digits(below(static_cast<std::size_t>(std::max(1, lens.number))));
                case LensKind::Sscc:
                    return checked(17);
                case LensKind::Gtin:
                    return checked(13);
                case LensKind::Digit:
                    return digits(std::max<std::size_t>(2, most) - 1);
                case LensKind::Prefix:
                case LensKind::Suffix:
                    most = most > lens.text.size() ? most - lens.text.size() : 1;
                    break;
                case LensKind::Cut:
                    most = std::min<std::size_t>(most, static_cast<std::size_t>(lens.number));
                    break;
                case LensKind::Round:
                case LensKind::Scale:
                    return number(4);
                case LensKind::Trim:
                case LensKind::Upper:
                case LensKind::Ascii:
                case LensKind::Negate:
                case LensKind::Invert:
                    break;
            }
        }
        if (field.type == FieldType::Text || field.type == FieldType::Code) return word(1, most);
        return plain(field, element);
    }

    static bool mandatory(const PlanStep& step) {
        if (step.wire.at.empty() || step.wire.segment == nullptr) return false;
        const std::size_t at = step.wire.at[0].element;
        return at >= 1 && at <= step.wire.segment->elements.size() &&
               step.wire.segment->elements[at - 1].usage == edi::Usage::Mandatory;
    }

    // Elements a condition of their segment ties together are all there or none: a document with half of a pair is none
    // of this set, and drawing again until every coin agrees would never end in a large set.
    static bool bound(const PlanStep& step) {
        if (step.wire.at.empty() || step.wire.segment == nullptr) return false;
        for (const edi::Condition& one : step.wire.segment->conditions)
            if (one.kind != edi::ConditionKind::Exclusive &&
                std::find(one.positions.begin(), one.positions.end(), step.wire.at[0].element) !=
                    one.positions.end())
                return true;
        return false;
    }
    bool coin(const PlanStep& step) {
        const std::string segment = step.wire.text.substr(0, step.wire.text.find('.'));
        const auto [found, fresh] = m_coins.try_emplace(segment, false);
        if (fresh) found->second = chance(94);
        return found->second;
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
        const bool must = all || mandatory(step) || step.fields[0].field->required ||
                          m_wanted.contains(step.wire.text);
        if (!must && !(bound(step) ? coin(step) : chance(95))) return false;
        bool any = false;
        for (std::size_t i = 0; i < step.fields.size(); ++i) {
            std::string text;
            const auto only = m_wanted.find(step.wire.text);
            if (only != m_wanted.end())
                text = only->second;
            else
                text = step.lenses.empty() ? plain(*step.fields[i].field, step.wire.element)
                                           : lensed(step, i);
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
                block(list, step, record);
        }
    }

    void fresh_coins(const std::vector<PlanStep>& list, Json& record, bool all) {
        std::map<std::string, bool> outer = std::exchange(m_coins, {});
        steps(list, record, all);
        m_coins = std::move(outer);
    }

    void first(const PlanStep& step, Json& record, bool all) {
        std::vector<const PlanStep*> open;
        for (const PlanStep& one : step.steps)
            if (one.kind == StepKind::Move && one.arrow == Arrow::Both) open.push_back(&one);
        if (!open.empty()) move(*open[below(open.size())], record, all);
    }

    void block(const std::vector<PlanStep>& list, const PlanStep& step, Json& record) {
        if (step.each) return entries(list, step, record);
        if (!step.has_record) return steps(step.steps, record, false);
        if (!chance(75)) return;
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
        std::size_t count = below(4) + (must ? 1 : 0);
        if (++m_depth > 6) count = 0;
        if (node.max != edi::Unlimited && step.wire.kind != PlaceKind::PairList)
            count = std::min<std::size_t>(count, node.max);
        Json made = Json::array();
        for (std::size_t i = 0; i < count; ++i) {
            const PlanStep& member = *members[below(members.size())];
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
    Random& m_random;
    std::map<std::string, std::string> m_wanted;
    std::map<std::string, bool>
        m_coins;  // segment of the record at hand: its bound elements are there
    unsigned m_depth = 0;
};

}  // namespace

Json random_document(const CompiledMap& map, Random& random) {
    return Generator(map.plan(), random).run();
}

}  // namespace sallyport::mapping
