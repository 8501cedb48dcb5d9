// SPDX-License-Identifier: Apache-2.0
// Effective map to plan: names to places, lenses to operations, and every message about what does not fit. Private.
#pragma once

#include "mappings/plan.h"
#include "mappings/resolve.h"

#include <set>
#include <string>
#include <vector>

namespace sallyport::mapping {

class Compiler {
public:
    Compiler(Plan& plan, std::vector<Diagnostic>& diagnostics)
        : m_plan(plan),
          m_resolver(*plan.set, *plan.document, diagnostics, plan.xml),
          m_diagnostics(diagnostics) {}

    void run();

private:
    void items(const std::vector<Item>& list, const Scope& scope, std::vector<PlanStep>& out);
    void item(const Item& item, const Scope& scope, std::vector<PlanStep>& out);
    void rule(const Item& item, const Scope& scope, std::vector<PlanStep>& out);
    bool derived(const Item& item, const Scope& scope, PlanStep& step);
    bool move(const Item& item, const Scope& scope, PlanStep& step);
    bool move_types(const Item& item, PlanStep& step);
    void words_fit(const Item& item, const PlanStep& step);
    bool date_elements(const Item& item, PlanStep& step);
    bool lens_types(const PlanStep& step, FieldType& type);
    bool field_count(const Item& item, const PlanStep& step);
    bool check_or_put(const Item& item, const Scope& scope, PlanStep& step);
    bool clauses(const Item& item, const Scope& scope, PlanStep& step);
    bool otherwise(const Item& item, PlanStep& step);
    void block(const Item& item, const Scope& scope, std::vector<PlanStep>& out);
    bool block_record(const Item& item, const Scope& scope, PlanStep& step, Scope& inner);
    void use(const Item& item, const Scope& scope, std::vector<PlanStep>& out);
    void require(const Item& item, const Scope& scope, std::vector<PlanStep>& out);
    void when(const Item& item, const Scope& scope, std::vector<PlanStep>& out);
    void unions(std::vector<PlanStep>& steps);

    bool lenses(const std::vector<LensCall>& calls, std::vector<LensOp>& out, unsigned depth);
    bool lens(const LensCall& call, std::vector<LensOp>& out, unsigned depth);
    bool lens_arguments(const LensCall& call, LensOp& op);
    bool lens_format(const LensCall& call, const LensOp& op);
    bool table_lens(const LensCall& call, LensOp& op);
    const CompiledTable* table(const std::string& name);

    std::optional<CompiledExpr> expression(const Expr& expr,
                                           const Scope& scope,
                                           bool whole = false);
    std::optional<CompiledExpr> path_expression(const Expr& expr, const Scope& scope, bool whole);
    std::optional<CompiledExpr> wire_expression(const Expr& expr, const Scope& scope, bool whole);
    bool parameter_expression(const Expr& expr, CompiledExpr& out);
    std::optional<CompiledExpr> call_expression(const Expr& expr, const Scope& scope);
    bool arguments(const Expr& expr, const Scope& scope, CompiledExpr& out, bool whole);
    std::optional<Message> message(const Else& clause, const Scope& scope);
    bool bare_word(const Path& path);
    std::string which_one(const WirePlace& place, const char* part) const;

    std::uint32_t add_rule(const Item& item, bool is_rule);
    void unused();
    void error(const char* code, Span at, std::string text, std::string help = {}) {
        m_diagnostics.push_back({code, Severity::Error, at, std::move(text), std::move(help)});
    }

    Plan& m_plan;
    Resolver m_resolver;
    std::vector<Diagnostic>& m_diagnostics;
    std::vector<std::string> m_open_fragments;
    std::set<std::string> m_used_fragments, m_used_tables, m_used_params;
    int m_unions = 0;
};

// Sets PlanStep::quiet.
void mark_quiet(std::vector<PlanStep>& steps);

// P1-P3, P6, MAP601 on the plan; sets the class of every rule.
void check_laws(Plan& plan, std::vector<Diagnostic>& diagnostics);

}  // namespace sallyport::mapping
