// SPDX-License-Identifier: Apache-2.0
// Blocks, fragments, tests of the compiler.
#include "mappings/compile.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
    const std::string near = near_match(word, known);
    return near.empty() ? std::string() : "did you mean " + near + "?";
}

}  // namespace

bool Compiler::block_record(const Item& item, const Scope& scope, PlanStep& step, Scope& inner) {
    std::optional<DocPlace> place = m_resolver.document(item.fields[0], scope, true);
    if (!place) return false;
    const bool scalar = place->hops.empty() || place->slot >= 0;
    if (scalar || (step.each && place->field->type != FieldType::List)) {
        error("MAP212",
              item.fields[0].span,
              place->text + " is not a " + (step.each ? "list" : "record"),
              step.each ? "leave each away" : "write a rule: PATH <-> " + place->text);
        return false;
    }
    if (!step.each && place->field->type == FieldType::List && place->hops.back().kind.empty()) {
        error("MAP211",
              item.fields[0].span,
              place->text + " is a list",
              "write each " + spell(item.path) + " <-> " + place->text + " { … }");
        return false;
    }
    if (step.each) {
        step.kind_code = place->hops.back().kind;
        place->hops.back().kind.clear();
    }
    inner.record = place->hops.back().field->record;
    step.has_record = true;
    step.fields.push_back(*std::move(place));
    return true;
}

void Compiler::block(const Item& item, const Scope& scope, std::vector<PlanStep>& out) {
    PlanStep step;
    step.kind = StepKind::Block;
    step.rule = add_rule(item, false);
    step.arrow = item.arrow.value_or(Arrow::Both);
    step.each = item.kind == ItemKind::Each;
    Scope inner = scope;
    if (!item.group_by.empty())
        error("MAP412",
              item.span,
              "group by works only one way and is not there yet",
              "let the partner send the other structure, or split the document in Odoo");
    std::optional<WirePlace> place = m_resolver.wire(item.path, scope, {false, true});
    bool ok = place.has_value();
    if (place && (place->kind == PlaceKind::Elements || place->kind == PlaceKind::Pair ||
                  place->kind == PlaceKind::PairPart)) {
        error("MAP206",
              item.path.span,
              "a block opens a segment or a group, not an element",
              "write the rule without braces");
        ok = false;
    }
    if (!item.fields.empty())
        ok = block_record(item, scope, step, inner) && ok;
    else
        inner.at_root_record = scope.at_root_record;
    if (!ok) return;
    step.wire = *std::move(place);
    inner.segment = step.wire.owner;
    if (step.wire.owner_loop)
        inner.loop = step.wire.owner;
    else if (step.wire.owner != 0)
        inner.loop = m_plan.set->nodes[step.wire.owner].parent;
    inner.pair = step.wire.kind == PlaceKind::PairList ? step.wire.pair : nullptr;
    items(item.children, inner, step.steps);
    out.push_back(std::move(step));
}

void Compiler::use(const Item& item, const Scope& scope, std::vector<PlanStep>& out) {
    const Fragment* fragment = m_plan.map.fragment(item.name);
    if (fragment == nullptr) {
        std::vector<std::string> names;
        for (const Fragment& one : m_plan.map.fragments)
            names.push_back(one.name);
        return error(
            "MAP110", item.span, "there is no fragment " + item.name, suggestion(item.name, names));
    }
    if (std::find(m_open_fragments.begin(), m_open_fragments.end(), item.name) !=
        m_open_fragments.end())
        return error("MAP111",
                     item.span,
                     "fragment " + item.name + " uses itself",
                     "a map has no recursion");
    m_used_fragments.insert(item.name);
    m_open_fragments.push_back(item.name);
    for (const Item& one : fragment->items)
        this->item(one, scope, out);
    m_open_fragments.pop_back();
}

void Compiler::require(const Item& item, const Scope& scope, std::vector<PlanStep>& out) {
    PlanStep step;
    step.kind = StepKind::Require;
    step.rule = add_rule(item, false);
    step.phase = item.phase;
    std::optional<CompiledExpr> test = expression(item.left, scope, true);
    const bool ok = clauses(item, scope, step);
    if (!test || !ok) return;
    step.expr = *std::move(test);
    out.push_back(std::move(step));
}

void Compiler::when(const Item& item, const Scope& scope, std::vector<PlanStep>& out) {
    PlanStep step;
    step.kind = StepKind::When;
    step.rule = add_rule(item, false);
    step.arrow = item.arrow.value_or(Arrow::Both);
    std::optional<CompiledExpr> test = expression(item.left, scope, true);
    bool ok = test.has_value();
    if (test) step.expr = *std::move(test);
    if (item.has_right) {
        step.writing = expression(item.right, scope, true);
        ok = ok && step.writing.has_value();
    } else if (step.arrow == Arrow::Both && ok) {
        // Without an arrow one test serves both: it must be about the document, or about the wire with its own writer.
        step.writing = step.expr;
    }
    items(item.children, scope, step.steps);
    if (ok) out.push_back(std::move(step));
}

// Several `each` blocks side by side that feed the same list keep the order of the wire.
void Compiler::unions(std::vector<PlanStep>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (!steps[i].each || steps[i].union_id >= 0) continue;
        int id = -1;
        for (std::size_t k = i + 1; k < steps.size(); ++k) {
            if (!steps[k].each || steps[k].fields.empty() || steps[i].fields.empty()) continue;
            const std::vector<DocHop>& a = steps[i].fields[0].hops;
            const std::vector<DocHop>& b = steps[k].fields[0].hops;
            const bool same =
                a.size() == b.size() &&
                std::equal(a.begin(), a.end(), b.begin(), [](const DocHop& x, const DocHop& y) {
                    return x.field == y.field;
                });
            if (!same) continue;
            if (id < 0) id = m_unions++;
            steps[k].union_id = id;
        }
        steps[i].union_id = id;
    }
}

namespace {

// Not on the wire, it does nothing: the places it may still look at are those from the root.
bool idle_when_absent(const PlanStep& step) {
    const auto all = [](const std::vector<PlanStep>& steps) {
        return std::all_of(steps.begin(), steps.end(), idle_when_absent);
    };
    switch (step.kind) {
        case StepKind::Move:
            return !step.otherwise && !step.wire.from_root;
        case StepKind::Put:
            return !step.wire.from_root;
        case StepKind::Check:
        case StepKind::Require:
            return true;
        case StepKind::Block:
            return !step.wire.from_root && (step.each || step.has_record || all(step.steps));
        case StepKind::First:
            return all(step.steps);
        case StepKind::Derive:
        case StepKind::When:
            return false;
    }
    return false;
}

}  // namespace

void mark_quiet(std::vector<PlanStep>& steps) {
    for (PlanStep& step : steps) {
        mark_quiet(step.steps);
        step.quiet = step.kind == StepKind::Block && !step.each && !step.has_record &&
                     std::all_of(step.steps.begin(), step.steps.end(), idle_when_absent);
    }
}

}  // namespace sallyport::mapping
