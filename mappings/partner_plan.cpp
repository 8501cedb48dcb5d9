// SPDX-License-Identifier: Apache-2.0
#include "mappings/partner_plan.h"

#include "mappings/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sallyport::mapping {

namespace {

class PartnerPlan {
public:
    PartnerPlan(const Plan& plan, std::size_t variant)
        : m_variant(variant), m_out(std::make_unique<Plan>()) {
        m_out->map = plan.map;
        m_out->info = plan.info;
        m_out->info.arrow = Arrow::Both;
        m_out->document = plan.document;
        m_out->set = plan.set;
        m_out->xml = plan.xml;
        m_out->xml_owner = plan.xml_owner;
        m_out->rules = plan.rules;
        m_out->parameter_defaults = plan.parameter_defaults;
        m_out->steps = plan.steps;
        turn(m_out->steps, {}, m_out->steps);
    }
    std::unique_ptr<const Plan> take() { return std::move(m_out); }

private:
    // `selected`: what the selectors of the block around write already.
    // `around`: the rules of the block, a `first` inside it included.
    void turn(std::vector<PlanStep>& steps,
              const std::vector<Selector>& selected,
              const std::vector<PlanStep>& around) {
        for (PlanStep& step : steps) {
            const bool moves = step.kind == StepKind::Move || step.kind == StepKind::Block;
            if (moves && step.arrow == Arrow::Read && !is_selected(step, selected) &&
                (m_out->xml == nullptr || !is_taken(step, around)))
                step.arrow = Arrow::Both;
            for (LensOp& lens : step.lenses)
                if (lens.kind == LensKind::Table) lens.table = other_codes(*lens.table);
            if (step.kind == StepKind::First) rotate(step.steps);
            const bool opens = step.kind == StepKind::Block && !step.wire.hops.empty();
            turn(step.steps,
                 opens ? step.wire.hops.back().tests : selected,
                 step.kind == StepKind::Block ? step.steps : around);
        }
    }

    // XML reads one element into two fields where that is the habit (PartyName); written, each place has one value.
    static bool is_taken(const PlanStep& step, const std::vector<PlanStep>& around) {
        return std::any_of(around.begin(), around.end(), [&](const PlanStep& other) {
            if (other.kind == StepKind::First) return is_taken(step, other.steps);
            return other.kind == StepKind::Move && other.arrow != Arrow::Read &&
                   other.wire.at == step.wire.at &&
                   std::equal(other.wire.hops.begin(),
                              other.wire.hops.end(),
                              step.wire.hops.begin(),
                              step.wire.hops.end(),
                              [](const Hop& a, const Hop& b) { return a.node == b.node; });
        });
    }

    static bool is_selected(const PlanStep& step, const std::vector<Selector>& selected) {
        return step.wire.hops.empty() && !step.wire.at.empty() &&
               std::any_of(selected.begin(), selected.end(), [&](const Selector& one) {
                   return one.at == step.wire.at[0];
               });
    }

    // Alternatives with a value of their own; a constant stays the last resort.
    void rotate(std::vector<PlanStep>& alternatives) const {
        const auto end =
            std::find_if(alternatives.begin(), alternatives.end(), [](const auto& one) {
                return one.kind != StepKind::Move && one.kind != StepKind::Block;
            });
        if (const auto count = static_cast<std::size_t>(end - alternatives.begin()); count > 1)
            std::rotate(alternatives.begin(),
                        alternatives.begin() + static_cast<std::ptrdiff_t>(m_variant % count),
                        end);
    }

    // The table with another of the codes that read as each word.
    const CompiledTable* other_codes(const CompiledTable& table) {
        const auto [known, fresh] = m_tables.try_emplace(&table, nullptr);
        if (!fresh) return known->second;
        std::map<std::string, std::set<std::string>> codes;
        for (const auto& [code, word] : table.read)
            codes[word.first].insert(code);
        auto made = std::make_unique<CompiledTable>(table);
        made->words.clear();
        for (const auto& [word, of_word] : codes) {
            const std::string& code = *std::next(
                of_word.begin(), static_cast<std::ptrdiff_t>(m_variant % of_word.size()));
            made->write[word] = {code, Span{}};
            made->words.push_back(word);
        }
        m_out->tables.push_back(std::move(made));
        return known->second = m_out->tables.back().get();
    }

    std::size_t m_variant;
    std::unique_ptr<Plan> m_out;
    std::map<const CompiledTable*, const CompiledTable*> m_tables;
};

}  // namespace

std::unique_ptr<const CompiledMap> partner_map(const CompiledMap& map, std::size_t variant) {
    return std::make_unique<CompiledMap>(PartnerPlan(map.plan(), variant).take());
}

}  // namespace sallyport::mapping
